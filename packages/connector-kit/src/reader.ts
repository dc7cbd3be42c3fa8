import type { ContentKind, Grant, SternaError } from '@sterna/core';
import type { FidelityNote } from './fidelity-note.ts';

/** RFC 6154 special use, plus inbox. */
export type SpecialUse = 'inbox' | 'all' | 'archive' | 'drafts' | 'flagged' | 'junk' | 'sent' | 'trash';

export interface Container {
  /** Stable key within the endpoint: the folder path for IMAP. Also accepted by every other call. */
  readonly id: string;
  /** Decoded Unicode names from the root; INBOX is `['INBOX']`. */
  readonly path: readonly string[];
  readonly kind: ContentKind;
  readonly role?: SpecialUse;
  /** Calendars, address books and task lists: the one that every account has, whatever it is called. */
  readonly isDefault?: true;
  readonly subscribed?: boolean;
  /** Calendars and task lists: `#RRGGBB` (RFC 7986 COLOR, Apple's calendar-color). */
  readonly color?: string;
  readonly description?: string;
  /** Where people see it on the web, in the one form that `Session.addresses` reads; equal for equal containers. */
  readonly address?: string;
  /** What it is made of, apart from its objects: columns of a list (content `ListDefinition`). JSON. */
  readonly definition?: unknown;
  /** Somebody else's, shared with this account: whose it is. Reported, and migrated only from its owner. */
  readonly sharedBy?: string;
  /** Shared, and this account may only read it. */
  readonly readOnly?: true;
  /** Objects now in it, by the system's own count. */
  readonly total?: number;
  /**
   * Equal to an earlier value only if nothing at all changed in between (IMAP: UIDVALIDITY, UIDNEXT, MESSAGES,
   * HIGHESTMODSEQ). Undefined where the system can't promise that: then `changes` must be asked.
   */
  readonly glance?: string;
  /**
   * Ids of its objects can be compared only while this is equal (IMAP: UIDVALIDITY). Undefined where an id never
   * changes its meaning.
   */
  readonly generation?: string;
  /** Files: version of the folder's own rights; part of `glance`, as those of its files are. */
  readonly accessVersion?: string;
  /**
   * Where in the system's log of changes all containers of this reader were listed; on one of them. Given back in `known`
   * once what was listed then is in the books.
   */
  readonly position?: string;
  /** Access rules in the system's own notation, for the audit. Filled by `containers({ access: true })`. */
  readonly access?: readonly { readonly principal: string; readonly rights: string }[];
}

/**
 * State of a message: system flags as RFC 9051 names (`\\Seen`), keywords as they are. Sorted, unique, no \\Recent.
 * Kept as one canonical string in the ledger (see core `message-state`).
 */
export type Flags = readonly string[];

export interface Change {
  /** The system's own id, unique by `idScope`. IMAP: `UIDVALIDITY.UID`. Compared bytewise. */
  readonly id: string;
  readonly gone?: true;
  /** Files: the name in its folder, as the system has it. */
  readonly name?: string;
  /** Present if known without reading the object. */
  readonly flags?: Flags;
  /** Received date; of files, when they were modified. Asked for by `facets.date`. */
  readonly date?: Date;
  /** Bytes. Asked for by `facets.size`; of kinds other than mail only where the listing tells it. */
  readonly size?: number;
  /** Mail: 16 bytes from packages/content `messageMatchKey`. Asked for by `facets.matchKey`. */
  readonly matchKey?: Buffer;
  /** Posts: the conversation that it belongs to. */
  readonly conversation?: Conversation;
  /** Version of the content where it can change (an ETag); absent for mail (content is immutable). */
  readonly version?: string;
  /** Files: version of the rights, where `Capabilities.permissions` is true; apart from the content's. */
  readonly accessVersion?: string;
}

export interface Conversation {
  /** Id of the post that began it; of that post its own. */
  readonly root: string;
  /** How many conversations of the container began later. */
  readonly newer: number;
}

/** Who may do what with an object; with '' for `id`, with the container itself. */
export interface AccessOf {
  readonly id: string;
  readonly version: string;
  readonly grants: readonly Grant[];
}

export interface ChangePage {
  readonly changes: readonly Change[];
  /**
   * `full`: together the pages of this run list every live object, so what isn't listed is gone.
   * `delta`: only what changed since the cursor, vanished objects included as `gone`.
   */
  readonly mode: 'full' | 'delta';
  /** True on the first page where ids are not comparable with earlier ones (UIDVALIDITY changed): re-key by match key. */
  readonly idsChanged?: boolean;
  /** Cursor from which listing can go on after this page; durable once the page is planned. */
  readonly resume?: string;
  /** On the last page only: the cursor for the next pass, and the container's own count at that point. */
  readonly next?: { readonly cursor: string; readonly glance?: string; readonly total: number };
}

export interface ChangeFacets {
  readonly date?: boolean;
  readonly size?: boolean;
  readonly matchKey?: boolean;
  /** Live objects the ledger knows in this container: a reader without QRESYNC needs it to see whether any vanished. */
  readonly known?: number;
}

/** Another object of the same system; with '' for `id`, the container itself. */
export interface ShortcutTarget {
  readonly container: string;
  readonly id: string;
}

/** The body of what is nothing but a link, so that it is like no file that people have. */
export const SHORTCUT_BODY: Buffer = Buffer.from('\0a link, and no content\0');

/**
 * One object's content. `body` is whole up to INLINE_LIMIT, else a stream. A stream must be drained before the next
 * object, unless the object is `detached`.
 */
export interface Content {
  readonly id: string;
  /** Files: the name in its folder, as the system has it. */
  readonly name?: string;
  /** Messages; empty for other kinds. */
  readonly flags: Flags;
  /** Version of the content as read, where it can change (an ETag). */
  readonly version?: string;
  /** Received date; of files, when they were modified. */
  readonly date: Date | undefined;
  /** Files: when it was created, where the system tells what people's programs said, not when it arrived there. */
  readonly created?: Date;
  /** Exact length of the body in bytes. */
  readonly size: number;
  readonly body: Buffer | AsyncIterable<Buffer>;
  /**
   * Files: the streamed body is asked for when it is iterated, each time anew from its start, and of this very
   * `version`. It throws object `changed-while-read` where the file became another one meanwhile.
   */
  readonly detached?: true;
  /**
   * Files: it is a link to this (a shortcut), with SHORTCUT_BODY for its body. It is made again in a target that has links
   * (`Capabilities.shortcuts`), to the copy of what it leads to; elsewhere it is passed over and told.
   */
  readonly shortcut?: ShortcutTarget;
  /** Where `ReadOptions.native` asked for it and the system gives this kind out so. */
  readonly native?: Native;
  /** What the source can't give as it has it: a document of its own that is read as a file of another format. */
  readonly notes?: readonly FidelityNote[];
}

/**
 * The object once more, whole, in a format that only systems of its own sort understand. `body` stays what it is known,
 * filtered and verified by; it is of the same version. `error`: the system gave this one out in no such form.
 */
export type Native =
  | { readonly format: string; readonly bytes: Buffer }
  | { readonly format: string; readonly error: SternaError };

export interface ReadOptions {
  /** One of `Capabilities.native`: objects are wanted in that format too. */
  readonly native?: string | undefined;
}

/** The source object vanished between listing and reading. */
export interface Vanished {
  readonly id: string;
  readonly vanished: true;
}

/** This object can't be read (the server refuses it, a parse error): the others can. */
export interface Unreadable {
  readonly id: string;
  readonly error: SternaError;
  /** It is nothing that could be migrated (a link, a device): it is passed over, and no failure. */
  readonly isSkipped?: true;
}

/** Objects above this many bytes are never whole in memory. */
export const INLINE_LIMIT = 4 * 1024 * 1024;

export interface Reader {
  /**
   * All containers, with `glance` and `total` where one round trip gives them.
   *
   * `known`: what the books have of an earlier listing. Where one of them has a `position`, and the system says that nothing
   * changed since then, they are the answer, so that it costs the same however much there is.
   *
   * `first`: the books have none of them, so a `glance` that the system would have to make of all objects is left out.
   */
  containers(options?: {
    access?: boolean;
    known?: readonly Container[];
    first?: boolean;
  }): Promise<readonly Container[]>;
  /**
   * What changed in a container since a cursor, or all of it. A cursor the system no longer honours falls back to a
   * full listing (`mode: 'full'`), never to an error. Ids come in the system's order, oldest first.
   */
  changes(container: string, cursor: string | undefined, facets: ChangeFacets): AsyncIterable<ChangePage>;
  /**
   * Contents of many objects, pipelined; the order may differ. Reconnects by itself and goes on where it was
   * (a stream that breaks midway throws `transient`).
   */
  read(
    container: string,
    ids: readonly string[],
    options?: ReadOptions,
  ): AsyncIterable<Content | Vanished | Unreadable>;
  /**
   * What an object was before, the oldest first, without its current content; the `depth` latest of them. Each has the
   * `version` and the date that it had then. Absent where `Capabilities.versions` is false.
   */
  versions?(container: string, id: string, depth: number): AsyncIterable<Content>;
  /** Rights of objects, and with '' of the container; those that are gone are left out. Where `permissions` is true. */
  access?(container: string, ids: readonly string[]): AsyncIterable<AccessOf>;
}
