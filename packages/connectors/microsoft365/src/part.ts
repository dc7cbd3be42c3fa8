import type { Budget } from '@sterna/cloud-http';
import type { OpenRequest, Session } from '@sterna/connector-kit';
import type { ContentKind } from '@sterna/core';
import type { ExchangeTransfer } from './exchange/exchange-transfer.ts';
import type { GraphClient } from './graph/client.ts';
import type { Microsoft365Settings } from './settings.ts';

/** What a part of the connector works with: one user, one client, the budgets that all parts of the session share. */
export interface PartContext {
  readonly client: GraphClient;
  /** `/users/{id}`, encoded: paths of requests begin with it. */
  readonly userPath: string;
  /** Lower-case address of the user, as the entry names it. */
  readonly address: string;
  readonly outlook: Budget;
  readonly drive: Budget;
  readonly directory: Budget;
  readonly settings: Microsoft365Settings;
  readonly transfer: ExchangeTransfer;
  readonly role: OpenRequest['role'];
  /** 8 hex digits: whose stamps are ours. */
  readonly installation: string;
}

/** A part that is open; `key` is the prefix of its containers' ids. */
export interface OpenedPart {
  readonly key: string;
  readonly kinds: readonly ContentKind[];
  readonly session: Session;
}

/** Whether anything of these kinds may be asked for. */
export const isWanted = (kinds: readonly ContentKind[], request: Pick<OpenRequest, 'kinds'>): boolean =>
  kinds.some((kind) => request.kinds?.includes(kind) ?? true);

/** One content area of a user: mail, calendars … */
export interface PartDefinition {
  /** Prefix of its containers' ids. */
  readonly key: string;
  readonly kinds: readonly ContentKind[];
  /** Application permissions that it takes. */
  readonly rights: { readonly read: string; readonly write: string };
  /** Words for `check`: “mail”. */
  readonly title: string;
  /**
   * A session of this part alone; `close` removes what it needed for itself, and the client is the whole session's.
   *
   * @throws SternaError
   */
  open(context: PartContext): Promise<Session>;
}
