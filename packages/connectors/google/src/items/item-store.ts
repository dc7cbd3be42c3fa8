import type { ChangePage, Container, FidelityNote } from '@sterna/connector-kit';
import type { Stamp } from './stamp.ts';

/** An event with its exceptions, a contact or a task, as far as writing has to know it. */
export interface Item {
  readonly id: string;
  readonly version: string;
  /** Its UID, or what stands for one. */
  readonly uid: string;
  readonly stamp: Stamp | undefined;
}

/** What an object becomes; its conversion adds what it needs itself. */
export interface Prepared {
  readonly uid: string;
  /** The engine's digest of the object. */
  readonly digest: Buffer;
  /** Steps add to them. */
  readonly notes: FidelityNote[];
}

/** Events, contacts or tasks of a user, in the words and with the requests of their API. */
export interface ItemStore<P extends Prepared, T extends Item = Item> {
  readonly kind: 'event' | 'contact' | 'task';
  /** “calendar” */
  readonly containerWord: string;
  /** Writes at once; of what has to be written one after the other: 1. */
  readonly width: number;

  containers(): Promise<readonly Container[]>;
  /** The container of this path, found or made. */
  ensure(
    path: readonly string[],
    color: string | undefined,
    description: string | undefined,
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }>;

  changes(container: string, cursor: string | undefined): AsyncIterable<ChangePage>;
  /** As iCalendar or vCard; undefined: it is gone. */
  object(container: string, id: string): Promise<{ readonly body: Buffer; readonly version: string } | undefined>;

  /**
   * What the container holds now.
   *
   * @param stamped those that carry our installation's stamp, with it, and of these what was made or changed since a mark;
   *   undefined: all, without their stamps
   */
  list(container: string, stamped?: { readonly since: string | undefined }): AsyncIterable<T>;
  /** Undefined: it is gone. */
  look(container: string, id: string): Promise<T | undefined>;

  prepare(container: string, raw: Buffer): Promise<P>;
  /** Whether a create takes steps after its first request; until the last one the item is stamped `incomplete`. */
  hasMore(prepared: P): boolean;
  create(container: string, prepared: P, stamp: Stamp): Promise<T>;
  /** Those steps; the last one is to stamp it. @returns its version after that */
  complete(container: string, made: T, prepared: P, stamp: Stamp): Promise<string>;
  /**
   * @param now as it was looked at
   * @returns its version after that
   * @throws SternaError; where it is gone, or was changed meanwhile (412), the service's own
   */
  rewrite(container: string, now: T, prepared: P): Promise<string>;
  /** Whether nobody changed an item since it had that version. Default: where it has it still. */
  isSame?(now: T, version: string): boolean;
  /** Whether an item is what an earlier try of this replacement left half done. */
  isResumed?(now: T, digest: Buffer): boolean;
  /** @throws SternaError where it is gone already as well */
  remove(container: string, id: string, ifVersion: string | undefined): Promise<void>;

  /** An object with this UID and nothing else, for its match key. */
  bare(uid: string): Buffer;
  isGone(error: unknown): boolean;
}
