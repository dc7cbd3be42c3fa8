import { type ContentKind, type Grant, SternaError } from '@sterna/core';
import type { Irremovable } from './capabilities.ts';
import type { FidelityNote } from './fidelity-note.ts';
import type { Container, Flags, ShortcutTarget, SpecialUse } from './reader.ts';

export interface CreateOp {
  readonly verb: 'create';
  /** Engine's id of the operation; echoed in the result. */
  readonly op: string;
  readonly container: string;
  /** From `Writer.reserve` where `settle` is `reserved-id`. */
  readonly reservedId?: string;
  /** Files: the name in the folder, one that `Capabilities.names` allows. */
  readonly name?: string;
  /**
   * Files: equal for each try to write this object, different for all others; hex. What is half written is kept under
   * it, and a later try goes on from there where the target can.
   */
  readonly stamp?: string;
  readonly flags: Flags;
  readonly date: Date | undefined;
  /** Files: when it was created. Kept where the target can say so of a file that is new to it. */
  readonly created?: Date;
  readonly size: number;
  /** A stream only when alone in its batch. */
  readonly body: Buffer | AsyncIterable<Buffer>;
  /** Files: a link to this object of the target. The body is SHORTCUT_BODY, and not written. */
  readonly shortcut?: ShortcutTarget;
  /**
   * The object in the target's `Capabilities.native` format: to be written instead of the body wherever that works. The
   * body stays what was sent, for stamps and candidates; where it is written after all, the result has a note.
   */
  readonly native?: Buffer;
  /** The pivot's digest and match key of the body, where the engine has them: for stamps. */
  readonly keys?: { readonly digest: Buffer; readonly matchKey: Buffer };
}

/**
 * Puts other content into our copy, which keeps its id. `ifVersion`: only while the copy is still that version (as we
 * wrote it, or as the conflict option looked at it); undefined: whatever it is.
 */
export interface ReplaceOp {
  readonly verb: 'replace';
  readonly op: string;
  readonly container: string;
  readonly targetId: string;
  readonly ifVersion: string | undefined;
  readonly size: number;
  /** A stream for files alone, and only when alone in its batch. */
  readonly body: Buffer | AsyncIterable<Buffer>;
  /** As of a create. */
  readonly native?: Buffer;
  /** Files: when the content was modified. */
  readonly date?: Date | undefined;
  /** Files: as of a create. */
  readonly stamp?: string;
}

/** Changes flags of our copy, as a difference, so that what people set at the target stays. */
export interface StateOp {
  readonly verb: 'state';
  readonly op: string;
  readonly container: string;
  readonly targetId: string;
  readonly add: Flags;
  readonly remove: Flags;
}

/**
 * Moves our copy to another container by id. The moved copy carries the pending mark until `confirm`. Files: `to` may be
 * the same folder, and what has the new name already stays (`exists`).
 */
export interface PlaceOp {
  readonly verb: 'place';
  readonly op: string;
  readonly container: string;
  readonly targetId: string;
  readonly to: string;
  /** Files: the name in the folder `to`. */
  readonly name?: string;
  /**
   * Files: it is moved whatever version it is; the result tells the `version` afterwards only where it was this one, so
   * that what people did to it stays known.
   */
  readonly ifVersion?: string;
}

/** Removes exactly this object, by id (UID EXPUNGE, never a bare EXPUNGE). */
export interface RemoveOp {
  readonly verb: 'remove';
  readonly op: string;
  readonly container: string;
  readonly targetId: string;
  /** `trash`: to the target's trash where it has one. */
  readonly how: 'trash' | 'expunge';
  /** Only while it is still that version; where versions exist. Otherwise the result is `changed`. */
  readonly ifVersion?: string;
}

/** The new content, of kinds that are never streamed. */
export function wholeBodyOf({ body }: ReplaceOp): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new SternaError('bug', 'internal', 'Only files are replaced from a stream.');
}

/**
 * Gives our copy, or with '' for `targetId` the container, these rights instead of those it has. Idempotent. What the
 * target has no rights for (a person that it doesn't know) is left out and told as `waiting`.
 */
export interface AccessOp {
  readonly verb: 'access';
  readonly op: string;
  readonly container: string;
  readonly targetId: string;
  readonly grants: readonly Grant[];
}

export type Op = CreateOp | ReplaceOp | StateOp | PlaceOp | RemoveOp | AccessOp;

export type Result =
  /** Acknowledged. `targetId` is known for create and place (undefined only where the target can't tell: then `candidates` is asked). */
  | {
      readonly op: string;
      readonly outcome: 'done';
      readonly targetId?: string;
      /** Create, replace, place: the version of the copy as written, where the target has versions and told it. */
      readonly version?: string;
      readonly notes?: readonly FidelityNote[];
      /** Access: principals that the target doesn't know. */
      readonly waiting?: readonly string[];
    }
  /** The target refused this object for good; it was not written. */
  | { readonly op: string; readonly outcome: 'refused'; readonly error: SternaError }
  /** The whole batch was refused and nothing of it written; one of its objects is to blame: bisect. */
  | { readonly op: string; readonly outcome: 'batch-refused'; readonly error: SternaError }
  /**
   * Create, place: not written, because the container has another object under the same natural key (the UID of an
   * event, the name of a file; a folder of that name has the `targetId` ''). Its size and digest aren't looked at.
   * The conflict option decides. `elsewhere`: that object is in another container of the same owner, where the server
   * takes a key once (RFC 4791 section 5.3.2.1); then it is neither replaced nor counted as this one, and this says why.
   */
  | {
      readonly op: string;
      readonly outcome: 'exists';
      readonly targetId: string;
      readonly version?: string;
      readonly elsewhere?: SternaError;
    }
  /** Replace, remove: not done, because the copy is no longer `ifVersion`. `version`: what it is now, where told. */
  | { readonly op: string; readonly outcome: 'changed'; readonly version?: string }
  /** The target copy isn't there any more (replace, state, place, remove). */
  | { readonly op: string; readonly outcome: 'missing' }
  /** Nobody knows whether it was written: settle before anything else. */
  | { readonly op: string; readonly outcome: 'unknown'; readonly error: SternaError };

/** An object in the target that may be an in-flight write of ours. */
export interface Candidate {
  readonly targetId: string;
  /**
   * 16 bytes: the kind's digest of what the target returns; `stamp`: of what was sent, as the stamp says. Undefined where
   * it has to be read to be known (it can't be stamped, or may have lost its mark): the engine does so where the books don't
   * know it.
   */
  readonly digest: Buffer | undefined;
  readonly marked: boolean;
  /** `stamp`: which send made it. A copy that people make of ours has the same. */
  readonly send?: string;
  /** As it has them now, where its writer may have died before they were set. Default: those that were sent. */
  readonly flags?: Flags;
}

export interface InventoryItem {
  readonly targetId: string;
  /** Files: the name in the folder. */
  readonly name?: string;
  /** In bytes; always where asked for, else where it costs nothing. */
  readonly size?: number;
  readonly date?: Date;
  readonly flags?: Flags;
  /** Version of the content where it can change (an ETag). */
  readonly version?: string;
  /** packages/content `matchKeyOf`, where asked for. */
  readonly matchKey?: Buffer;
  /** This one can't be removed, though others of its kind can. */
  readonly irremovable?: Irremovable;
}

/** Emptying a target whose objects can't be removed: the container gets another name, and the next migration makes a new one. */
export interface Aside {
  /** What it would be called; undefined where it keeps its name, or was set aside before. */
  nameOf(container: string): Promise<string | undefined>;
  /** Gives it this name. Idempotent. */
  rename(container: string, name: string): Promise<'done' | 'missing'>;
}

export interface Writer {
  /**
   * Finds or creates a container (and subscribes it). Idempotent. Names the target can't hold are adapted and noted.
   * `path` is Unicode names from the root; a `role` may find the target's own folder for it.
   */
  ensureContainer(
    path: readonly string[],
    options: {
      /** Default `message`. */
      readonly kind?: ContentKind;
      readonly role?: SpecialUse;
      /** The source's default of this kind: the target's own, where it has one, is it, whatever its name. */
      readonly isDefault?: true;
      readonly subscribe?: boolean;
      readonly color?: string;
      readonly description?: string;
      /** Of a container with one: what the target's lacks of it is added, what it has besides stays. */
      readonly definition?: unknown;
      /** The container that the books have for it: found by this id, not by its name. */
      readonly existing?: string;
    },
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }>;

  /**
   * Deterministic from `key` (hex): the id that a create will take. Only where `settle` is `reserved-id`.
   *
   * @param name Files: as in the create
   * @param date Posts: the millisecond that they are to have
   */
  reserve?(container: string, key: string, name?: string, date?: Date): string;

  /**
   * Files: removes what a try of this stamp, interrupted after it had given the file its name, left under a temporary one.
   * Absent: nothing is ever left.
   */
  discard?(container: string, stamp: string): Promise<void>;

  /** Removes a folder that holds nothing any more, and leaves it where it holds anything. Absent: folders stay. */
  removeContainer?(container: string): Promise<'done' | 'missing' | 'not-empty'>;

  /** Absent: a container whose objects can't be removed stays as it is. */
  readonly aside?: Aside;

  /**
   * Position before a batch is sent, for `candidates({ since })`: IMAP `UIDVALIDITY.UIDNEXT`; where `settle` is `stamp`,
   * the target's time in ISO 8601; empty where it has none, or loses no marks. Cheap; may be taken from what the writer
   * already knows.
   */
  mark(container: string): Promise<string>;

  /**
   * Sends one batch: creates into one container, or any number of replace/state/place/remove/access ops. Never throws for an object;
   * A stream that throws an error of the class `object` makes the write `refused` with that error; nothing is written.
   * Throws SternaError `throttled` (with nothing of this batch written), `auth`, or `config` (over quota is
   * `throttled` with code `over-quota`) where the endpoint as a whole refuses. Calls may overlap up to
   * `batch.inFlight`; each is all-or-per-object as its results say. Where `settle` is `none`, nothing of the batch may have
   * been written whatever is thrown, but for an abort.
   */
  apply(ops: readonly Op[]): Promise<readonly Result[]>;

  /** Clears our pending mark from settled objects. Idempotent; ids that are gone are ignored. No-op without marks. */
  confirm(container: string, targetIds: readonly string[]): Promise<void>;

  /**
   * After a crash: what might be ours and unsettled. `since`: a position that `mark` told. `pending-mark`: without a
   * position everything that carries our mark; with one everything since, for what lost its mark, without digests.
   * `read-back` and `stamp`: everything since; of a `stamp` that says that its write was never completed, the object is
   * removed.
   */
  candidates(container: string, since: string | undefined): AsyncIterable<Candidate>;

  /**
   * Where `settle` is `stamp`: 16-byte digests of what was sent, by id, of those that carry our stamp. What people did to
   * them since doesn't show. Absent: what the target returns is read and digested.
   */
  sent?(container: string, targetIds: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;

  /** Everything in a container: for verify, duplicate prevention, emptying. */
  inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncIterable<InventoryItem>;
}
