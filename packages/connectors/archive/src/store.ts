import type {
  Candidate,
  Container,
  Content,
  CreateOp,
  FidelityNote,
  Flags,
  PlaceOp,
  RemoveOp,
  ReplaceOp,
  Result,
  StateOp,
  Unreadable,
  Vanished,
  Writer,
} from '@sterna/connector-kit';

/** What a listing tells of a message without opening it. */
export interface Entry {
  readonly id: string;
  readonly flags: Flags;
  /** Of the content, where it can change. */
  readonly version?: string;
  /** Sort key, beginning with 12 digits: entries come in its order (code units), and a listing is resumed after it. Stable for an id. */
  readonly order: string;
}

export interface Listing {
  /** Sorted by `order`. */
  readonly entries: readonly Entry[];
  /** `COUNT.HASH`, 32 hex digits: equal to an earlier one only if the listing is the same in every id and flag. */
  readonly glance: string;
}

export interface Facts {
  readonly size: number;
  readonly date: Date | undefined;
  readonly matchKey?: Buffer;
}

/** What a format must know how to read; paging, resuming and prefetching are done once for all in reader.ts. */
export interface Store {
  containers(): Promise<readonly Container[]>;
  /** @throws SternaError config `container-not-found` */
  list(container: string): Promise<Listing>;
  /** Date, size and (where asked) match key of one message; undefined if it vanished. Doesn't throw for an unreadable one. */
  facts(container: string, id: string, wanted: { readonly matchKey: boolean }): Promise<Facts | undefined>;
  fetch(container: string, id: string): Promise<Content | Vanished | Unreadable>;
  /** Bytes used by the whole archive's disk, if known. */
  close(): Promise<void>;
}

/** How a container is to look; what a format has no place for is left out. */
export type ContainerOptions = Parameters<Writer['ensureContainer']>[1];

/** What a format must know how to write; batches come sorted by verb. */
export interface WritableStore extends Store {
  ensureContainer(
    path: readonly string[],
    options: ContainerOptions,
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }>;
  /** Only where the format's `settle` is `reserved-id`. */
  reserve?(container: string, key: string): string;
  mark(container: string): Promise<string>;
  /** One batch into one container. All results in order. */
  create(container: string, ops: readonly CreateOp[]): Promise<readonly Result[]>;
  /** Only where content can change: mail can't. */
  replace?(op: ReplaceOp): Promise<Result>;
  state(op: StateOp): Promise<Result>;
  place(op: PlaceOp): Promise<Result>;
  remove(container: string, ops: readonly RemoveOp[]): Promise<readonly Result[]>;
  candidates(container: string, since: string | undefined): AsyncIterable<Candidate>;
}
