import type {
  Candidate,
  Container,
  Content,
  CreateOp,
  FidelityNote,
  PlaceOp,
  RemoveOp,
  ReplaceOp,
  Result,
  StateOp,
  Unreadable,
  Vanished,
} from '@sterna/connector-kit';
import { type ContentKind, SternaError } from '@sterna/core';
import { noSuchContainer } from './errors.ts';
import type { ContainerOptions, Facts, Listing, Store, WritableStore } from './store.ts';

/** A store for some kinds; its containers carry the prefix in their ids. One part may have none: the rest is its own. */
export interface StorePart<S extends Store = Store> {
  readonly prefix: string;
  readonly kinds: readonly ContentKind[];
  readonly store: S;
}

/** Several stores as one archive, each for its own kinds. */
export class StoreOfParts<S extends Store = Store> implements Store {
  readonly parts: readonly StorePart<S>[];

  constructor(parts: readonly StorePart<S>[]) {
    // The longest prefix that fits wins.
    this.parts = [...parts].sort((a, b) => b.prefix.length - a.prefix.length);
  }

  async containers(): Promise<readonly Container[]> {
    const lists = await Promise.all(
      this.parts.map(async ({ prefix, store }) =>
        (await store.containers()).map((container) => ({ ...container, id: `${prefix}${container.id}` })),
      ),
    );
    return lists.reverse().flat();
  }

  list(container: string): Promise<Listing> {
    const { store, inner } = this.at(container);
    return store.list(inner);
  }

  facts(container: string, id: string, wanted: { matchKey: boolean }): Promise<Facts | undefined> {
    const { store, inner } = this.at(container);
    return store.facts(inner, id, wanted);
  }

  fetch(container: string, id: string): Promise<Content | Vanished | Unreadable> {
    const { store, inner } = this.at(container);
    return store.fetch(inner, id);
  }

  async close(): Promise<void> {
    await Promise.all(this.parts.map(({ store }) => store.close()));
  }

  /** @throws SternaError config `container-not-found` */
  protected at(container: string): { readonly store: S; readonly inner: string } {
    const part = this.parts.find(({ prefix }) => container.startsWith(prefix));
    if (part === undefined) throw noSuchContainer();
    return { store: part.store, inner: container.slice(part.prefix.length) };
  }
}

/** The same, to be written: a container is made in the part of its kind. */
export class WritableParts extends StoreOfParts<WritableStore> implements WritableStore {
  async ensureContainer(
    path: readonly string[],
    options: ContainerOptions,
  ): Promise<{ container: Container; notes: readonly FidelityNote[] }> {
    const kind = options.kind ?? 'message';
    const part = this.parts.find(({ kinds }) => kinds.includes(kind));
    if (part === undefined)
      throw new SternaError('config', 'kind-not-held', `The target holds no objects of the kind ${kind}.`, {
        field: `kinds.${kind}`,
        fix: 'Switch this kind off, or choose another target.',
      });
    const { existing } = options;
    const own = existing === undefined ? options : { ...options, existing: existing.slice(part.prefix.length) };
    const { container, notes } = await part.store.ensureContainer(path, own);
    return { container: { ...container, id: `${part.prefix}${container.id}` }, notes };
  }

  reserve(container: string, key: string): string {
    const { store, inner } = this.at(container);
    if (store.reserve === undefined) throw new SternaError('bug', 'internal', 'This part has no reserved ids');
    return store.reserve(inner, key);
  }

  mark(container: string): Promise<string> {
    const { store, inner } = this.at(container);
    return store.mark(inner);
  }

  create(container: string, ops: readonly CreateOp[]): Promise<readonly Result[]> {
    const { store, inner } = this.at(container);
    return store.create(
      inner,
      ops.map((op) => ({ ...op, container: inner })),
    );
  }

  replace(op: ReplaceOp): Promise<Result> {
    const { store, inner } = this.at(op.container);
    if (store.replace === undefined) throw new SternaError('bug', 'mail-is-immutable', 'Messages are never replaced');
    return store.replace({ ...op, container: inner });
  }

  state(op: StateOp): Promise<Result> {
    const { store, inner } = this.at(op.container);
    return store.state({ ...op, container: inner });
  }

  place(op: PlaceOp): Promise<Result> {
    const from = this.at(op.container);
    const to = this.at(op.to);
    if (from.store !== to.store) throw new SternaError('bug', 'internal', 'Objects of one kind stay in one part');
    return from.store.place({ ...op, container: from.inner, to: to.inner });
  }

  remove(container: string, ops: readonly RemoveOp[]): Promise<readonly Result[]> {
    const { store, inner } = this.at(container);
    return store.remove(
      inner,
      ops.map((op) => ({ ...op, container: inner })),
    );
  }

  candidates(container: string, since: string | undefined): AsyncIterable<Candidate> {
    const { store, inner } = this.at(container);
    return store.candidates(inner, since);
  }
}
