import type { ContentKind, NameRules } from '@sterna/core';

/**
 * How a crashed write is settled: what the target can prove about a write whose acknowledgement we never saw.
 * - `reserved-id`: the id is chosen by us before sending; a second create of the same id answers `exists`.
 * - `pending-mark`: what we create carries our mark until it is settled (IMAP: a keyword). Only marked objects are
 *   candidates, and only marked objects are ever removed.
 * - `stamp`: what we create carries our stamp for good; it tells what was sent and by which send. Candidates are what was
 *   made since a remembered time, by a strongly consistent listing, so what isn't among them isn't there.
 * - `read-back`: look for it by digest among what appeared since a remembered position. Nothing is ever removed.
 * - `none`: at most once; a write of unknown outcome is `uncertain` and never resent.
 */
export type SettleCapability = 'reserved-id' | 'pending-mark' | 'stamp' | 'read-back' | 'none';

/** Why something can't be removed from a target, in words of the field, and what a person can do. */
export interface Irremovable {
  readonly code: string;
  readonly text: string;
  readonly fix: string;
}

/** Data, not code: the engine's choices follow from these. Where paper can't be trusted they are probed at `open`. */
export interface Capabilities {
  readonly kinds: readonly ContentKind[];
  readonly settle: SettleCapability;
  /** Cheapest change detection: `glance` in Container is reliable for anything but `list`. */
  readonly delta: 'token' | 'modseq' | 'window' | 'list';
  /** What the target keeps of the bytes: `exact`, `crlf` (line ends become CRLF, NUL is lost), or `rewritten`. */
  readonly bytes: 'exact' | 'crlf' | 'rewritten';
  /** Object ids are unique within a container (IMAP UIDs) or within the whole endpoint (Graph, Gmail). */
  readonly idScope: 'container' | 'endpoint';
  /** A source: an object that people move keeps its id, so the same id in two containers is one object. */
  readonly idsStayOnMove?: true;
  /**
   * Equal objects may be kept once, in the whole endpoint or in each container: the second one is answered with the id of
   * the first. Such objects are `merged` in the books.
   */
  readonly collapsesTwins: false | 'endpoint' | 'container';
  /** The received date (INTERNALDATE) survives a create. */
  readonly dateKept: boolean;
  /** Objects can be moved between containers by id. */
  readonly moves: boolean;
  /** `all`: any keyword can be stored; `listed`: only `keywords`; system flags always. */
  readonly keywords: 'all' | 'listed' | 'none';
  /** Several sessions may read from or write to one container at once, each its own objects; absent: one alone. */
  readonly manySessions?: true;
  /** A target: what is written can't be changed any more. */
  readonly isFinal?: true;
  /** A target: nothing of it can be removed by us, and why; absent: it can, or each object says that it can't (`InventoryItem`). */
  readonly irremovable?: Irremovable;
  /** A target: these kinds are written when all others are (nobody can be added to a space that is being imported). */
  readonly comesLast?: true;
  /**
   * A target: a create takes several requests, so a crash may leave one half done. Under a reserved id it is sent again, which
   * does the rest. Of others, what has the natural key afterwards and wasn't there before is ours, and a replacement does it.
   */
  readonly inSteps?: true;
  /** Who may do what is read (`Reader.access`) and written (the verb `access`). */
  readonly permissions: boolean;
  /** The rights of the root are who is in all of the drive (a shared drive): they are read and given, too. */
  readonly members?: boolean;
  /** Mails the people of an event by itself (RFC 6638), unless the event says not to. */
  readonly schedules?: boolean;
  /** vCard versions that it takes, the best first; undefined: 3.0 and 4.0. */
  readonly cardVersions?: readonly ('3.0' | '4.0')[];
  /** Members: the roles that it knows. Absent: all. */
  readonly memberRoles?: readonly ('owner' | 'manager' | 'member')[];
  /** Settings: types of them (`calendar-sharing`) that it doesn't take, and why. */
  readonly leavesOut?: Readonly<Record<string, { readonly text: string; readonly fix?: string }>>;
  /**
   * Settings: rules have names, and texts in them are parts of longer ones; or they are filters, which are always on, known
   * by what they look for, and look for whole words. Absent: they are kept as they are (a backup).
   */
  readonly rules?: 'named' | 'filters';
  /** Earlier contents are kept (read), and a replacement adds one (written). */
  readonly versions: boolean;
  /** Files: links to others of the same system are read and written (`Content.shortcut`). */
  readonly shortcuts?: true;
  /** Names of files and folders that the system can hold. Absent: any that holds neither `/` nor NUL. */
  readonly names?: NameRules;
  /** Largest batch for `apply`, and how many `apply` calls may be in flight at once. */
  readonly batch: { readonly objects: number; readonly bytes: number; readonly inFlight: number };
  readonly maxObjectBytes: number | undefined;
  /**
   * Formats of the system's own in which it gives objects out (a source: `Content.native`) or takes them (a target:
   * `CreateOp.native`) whole, beside the pivot: `exchange-fts`. Nothing but names to anybody else. May become empty while
   * a session goes on, where the system turns out not to allow it; it never comes back.
   */
  readonly native?: readonly string[];
  /** Evidence, shown by `check`: capability name → what the system said. */
  readonly evidence: Readonly<Record<string, string>>;
}
