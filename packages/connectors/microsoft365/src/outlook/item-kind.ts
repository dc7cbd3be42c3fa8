import type { Capabilities, Container, FidelityNote } from '@sterna/connector-kit';
import type { Stamp } from '../graph/stamp.ts';
import type { PartContext } from '../part.ts';

/** Anything that Graph has by an id. */
export interface Item {
  readonly id: string;
}

export type Query = Readonly<Record<string, string>>;

/** What is particular about events, contacts or tasks to the code that reads and writes all of them. */
export interface ItemKind<T extends Item> {
  readonly kind: 'event' | 'contact' | 'task';
  /** For errors: “an event”, “events”, “calendar”. */
  readonly words: { readonly one: string; readonly many: string; readonly container: string };
  /** Application permissions. */
  readonly rights: { readonly read: string; readonly write: string };
  /** Where a container has its items; each is below it by its id. */
  collection(context: PartContext, container: string): string;

  /** `token`: its containers have a delta query. `list`: they are listed whole. */
  readonly delta: Extract<Capabilities['delta'], 'list' | 'token'>;
  readonly queries: {
    /** Of a delta or a listing: what `versionOf` needs. */
    readonly versions: Query;
    /** Of a listing: what `versionOf` and `uidOf` need. */
    readonly keys: Query;
    /** Of a listing: what `stampOf` needs. */
    readonly stamps: Query;
    /** Of one item, before and after it is changed. */
    readonly look: Query;
  };
  /** Of a page of a listing, where it is less than what the settings say. */
  readonly mostPerPage?: number;
  /** When an item was made, where a listing can't be asked for those made since a moment (`createdDateTime`). */
  madeAt?(item: T): string | undefined;

  /** `changeKey`, or the ETag. */
  versionOf(item: T): string | undefined;
  /** Where no UID of ours is with it: what stands for one. */
  uidOf(item: T): string;
  /** Of whichever installation. */
  stampOf(item: T): Stamp | undefined;
  /** An object with this UID and nothing else, for its match key. */
  bare(uid: string): Buffer;

  /**
   * Between two Exchange mailboxes it goes by export and import. An import takes no stamp, so each is found again by its
   * UID, which survives it, and by what it says.
   */
  readonly exported?: { uidIn(raw: Buffer): string };

  /** Whether `If-Match` is documented for its writes; elsewhere it is looked at first. */
  readonly hasPreconditions: boolean;
  /** What is removed by `permanentDelete`, which leaves nothing in Deleted Items: halves of a create, and what is to be expunged. */
  readonly permanentDelete: readonly ('half' | 'expunge')[];
}

/** Calendars, address books or task lists of a user. */
export interface ItemContainers {
  list(): Promise<readonly Container[]>;
  /** The container of this path, found or made. */
  ensure(
    path: readonly string[],
    color: string | undefined,
    description: string | undefined,
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }>;
}
