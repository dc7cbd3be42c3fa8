import type { ContentKind, ItemType } from '@sterna/core';
import type { z } from 'zod';
import type { Addresses } from './addresses.ts';
import type { Capabilities } from './capabilities.ts';
import type { Blueprint, ProvisionLine } from './provision.ts';
import type { Quotas } from './quotas.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** Secrets as the user gave them, unsealed for the moment of use. Never logged, never part of an error. */
export interface Credentials {
  /** Sign-in name where it differs from the address. */
  readonly user?: string;
  readonly password?: string;
  /** OAuth 2 bearer (XOAUTH2 / OAUTHBEARER). */
  readonly accessToken?: string;
  /** Where a mailbox is several servers: another address or sign-in for one of them, by its key (`caldav`). */
  readonly parts?: Readonly<
    Record<
      string,
      { readonly address?: string; readonly user?: string; readonly password?: string; readonly accessToken?: string }
    >
  >;
}

export interface SystemConfig {
  /** Parsed by `Connector.settings`. */
  readonly settings: unknown;
  readonly credentials: Credentials;
}

export interface OpenRequest {
  readonly system: SystemConfig;
  /** The entry's address in this system: a mailbox address or user name, a path for archives. */
  readonly address: string;
  /** Entry credentials; they win over the system's. */
  readonly credentials?: Credentials;
  /** What the entry is, of a system that has more than one: a person's drive and a site hold files both. */
  readonly itemType?: ItemType;
  /**
   * What the entry may hold, of a system that has more than one item type (an account's mailbox and its drive): no
   * other part is opened. Absent: all.
   */
  readonly kinds?: readonly ContentKind[];
  /** `write` sessions can read too (verify, duplicate prevention). */
  readonly role: 'read' | 'write';
  /** Distinguishes this installation's pending marks from another's: 8 lower-case hex digits. */
  readonly installation: string;
  /** Other workers have sessions open on this endpoint: what looks left over may be what they have under way. */
  readonly isBeside?: true;
  /** Aborting destroys the sockets at once: a lost lease, a stop that can't wait. */
  readonly signal: AbortSignal;
  /** Read-only accounting of bytes, waits and throttling, for live progress and budgets. */
  readonly observe?: (event: ConnectorEvent) => void;
}

/** Where something is, or is to be: as `OpenRequest`, but nothing of its contents is asked for. */
export type PlaceRequest = Pick<OpenRequest, 'system' | 'address' | 'credentials' | 'signal' | 'observe'> & {
  readonly itemType: ItemType;
};

export type ConnectorEvent =
  | { readonly type: 'connected' | 'reconnected'; readonly detail?: string }
  | { readonly type: 'throttled'; readonly retryAt: Date; readonly reason: string };

/** A live connection to one endpoint. One session is used by one pass at a time. */
export interface Session {
  readonly capabilities: Capabilities;
  /** Where kinds differ (a mailbox of several servers): those of one kind. Absent: `capabilities` for all. */
  capabilitiesOf?(kind: ContentKind): Capabilities;
  readonly reader: Reader;
  /** Absent on `read` sessions and on read-only systems. */
  readonly writer?: Writer;
  /**
   * A string that names the real mailbox behind the address, to refuse a target equal to its source
   * (`imap://host:port/user`, the real path of a folder).
   */
  readonly identity: string;
  /** How links lead to what it holds. Absent: none do, or none that could be told from their text. */
  readonly addresses?: Addresses;
  /**
   * Kinds of which the system gives nothing out, and why. Of a source it is told once; in a target they can be written
   * alone: neither listed, nor read, nor removed. Absent: none.
   */
  readonly unreadable?: readonly UnreadableKind[];
  /** Bytes; undefined where the system tells nothing. */
  quota(): Promise<{ used: number; limit: number } | undefined>;
  /**
   * Gives back what only a pass may hold (a channel in migration mode, which its people can't use): when a pass ends,
   * stops, pauses or fails. Idempotent. What a killed process left held, the next session's release gives back. Absent:
   * nothing is ever held.
   *
   * @param isOver A migration went through to its end: what is given back for good (a space of Chat that takes what was said
   *   before as long as nobody sees it) is given back then alone
   * @param known As of `finish`, where a pass came to its end
   */
  release?(isOver: boolean, known?: readonly KnownContainer[]): Promise<void>;
  /**
   * Gives back for good whatever passes hold, also what a setting or a pass that didn't go through would keep. Of a target.
   * Idempotent. Absent: nothing is ever held.
   *
   * @param known Containers of the target that the books name: what is held may be hidden from a listing
   */
  finish?(known: readonly KnownContainer[]): Promise<Finished>;
  /** Orderly goodbye. */
  close(): Promise<void>;
  /** At once, mid-literal or not. Never throws. */
  destroy(): void;
}

export interface KnownContainer {
  readonly id: string;
  /** For people. */
  readonly name: string;
}

/** Names of what passes held, for people: channels, spaces. */
export interface Finished {
  /** Given back just now. */
  readonly finished: readonly string[];
  /** Still held: by another app, which alone can give it back. */
  readonly refused: readonly string[];
}

export interface UnreadableKind {
  readonly kind: ContentKind;
  readonly code: string;
  /** A sentence. */
  readonly text: string;
  /** How to get them elsewhere. */
  readonly fix?: string;
}

export interface CheckLine {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, in the system's words where that helps. */
  readonly evidence: string;
  readonly fix?: string;
}

export interface DiscoveredItem {
  readonly itemType: ItemType;
  readonly address: string;
  readonly displayName?: string;
  readonly objects?: number;
  readonly bytes?: number;
}

/** One endpoint from a `sterna copy` URL. */
export interface ParsedEndpoint {
  readonly settings: unknown;
  readonly address: string;
  readonly credentials: Credentials;
  /** The URL without secrets: key of the state folder, shown to people. */
  readonly label: string;
}

export interface Connector {
  /** Folder name under packages/connectors: `imap`, `archive` … */
  readonly name: string;
  readonly title: string;
  readonly kinds: readonly ContentKind[];
  readonly itemTypes: readonly ItemType[];
  readonly canRead: boolean;
  readonly canWrite: boolean;
  /** JSON settings of a system, without secrets. Also makes the form in the dashboard. */
  readonly settings: z.ZodType;
  /** URL schemes that `sterna copy` accepts: `imap`, `imaps`, `maildir` … */
  readonly schemes: readonly string[];
  /** Keys of its servers, where a mailbox is several: what `Credentials.parts` may name. */
  readonly parts?: readonly string[];
  /** What the vendor publishes, to say how long a migration takes at least. Absent: the customer's own servers decide. */
  readonly quotas?: Quotas;
  /** @throws SternaError config, naming the URL part at fault */
  parseUrl(url: string, options: { insecure: boolean }): ParsedEndpoint;
  /** Reachability, rights, capabilities and their evidence; `address` signs in for real. Never throws for a bad system: says so. */
  check(system: SystemConfig, address?: string, signal?: AbortSignal): Promise<readonly CheckLine[]>;
  /** @throws SternaError config `cannot-list-users` where the system has no such list: import a CSV instead */
  discover(system: SystemConfig, itemType: ItemType, signal?: AbortSignal): AsyncIterable<DiscoveredItem>;
  /** @throws SternaError auth | config | transient | throttled */
  open(request: OpenRequest): Promise<Session>;
  /**
   * What a group, team or site is, so that its like can be made elsewhere. Absent: it has none of these.
   *
   * @throws SternaError auth | config | transient | throttled
   */
  blueprint?(request: PlaceRequest): Promise<Blueprint>;
  /**
   * Makes what a blueprint says under the request's address, as far as it isn't there, and says of each thing what came of
   * it as it goes. What is there is found, so it can be stopped at any line and done again; nobody is mailed. What the
   * target refuses is a line, never thrown. Absent: nothing can be made here.
   *
   * @throws SternaError auth | config | transient | throttled, where the system can't be spoken to
   */
  provision?(request: PlaceRequest, blueprint: Blueprint): AsyncIterable<ProvisionLine>;
}
