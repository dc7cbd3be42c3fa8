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
import type { ContainerOptions, Facts, Listing, WritableStore } from './store.ts';

/** A store for some kinds; its containers carry the prefix in their ids. One part may have none: the rest is its own. */
export interface StorePart {
  readonly prefix: string;
  readonly kinds: readonly ContentKind[];
  readonly store: WritableStore;
}

/** Several stores as one archive, each for its own kinds. */
export class StoreOfParts implements WritableStore {
  readonly #parts: readonly StorePart[];

  constructor(parts: readonly StorePart[]) {
    // The longest prefix that fits wins.
    this.#parts = [...parts].sort((a, b) => b.prefix.length - a.prefix.length);
  }

  async containers(): Promise<readonly Container[]> {
    const lists = await Promise.all(
      this.#parts.map(async ({ prefix, store }) =>
        (await store.containers()).map((container) => ({ ...container, id: `${prefix}${container.id}` })),
      ),
    );
    return lists.reverse().flat();
  }

  list(container: string): Promise<Listing> {
    const { store, inner } = this.#at(container);
    return store.list(inner);
  }

  facts(container: string, id: string, wanted: { matchKey: boolean }): Promise<Facts | undefined> {
    const { store, inner } = this.#at(container);
    return store.facts(inner, id, wanted);
  }

  fetch(container: string, id: string): Promise<Content | Vanished | Unreadable> {
    const { store, inner } = this.#at(container);
    return store.fetch(inner, id);
  }

  async ensureContainer(
    path: readonly string[],
    options: ContainerOptions,
  ): Promise<{ container: Container; notes: readonly FidelityNote[] }> {
    const kind = options.kind ?? 'message';
    const part = this.#parts.find(({ kinds }) => kinds.includes(kind));
    if (part === undefined)
      throw new SternaError('config', 'kind-not-held', `The target holds no objects of the kind ${kind}.`, {
        field: `kinds.${kind}`,
        fix: 'Switch this kind off, or choose another target.',
      });
    const { container, notes } = await part.store.ensureContainer(path, options);
    return { container: { ...container, id: `${part.prefix}${container.id}` }, notes };
  }

  reserve(container: string, key: string): string {
    const { store, inner } = this.#at(container);
    if (store.reserve === undefined) throw new SternaError('bug', 'internal', 'This part has no reserved ids');
    return store.reserve(inner, key);
  }

  mark(container: string): Promise<string> {
    const { store, inner } = this.#at(container);
    return store.mark(inner);
  }

  create(container: string, ops: readonly CreateOp[]): Promise<readonly Result[]> {
    const { store, inner } = this.#at(container);
    return store.create(
      inner,
      ops.map((op) => ({ ...op, container: inner })),
    );
  }

  replace(op: ReplaceOp): Promise<Result> {
    const { store, inner } = this.#at(op.container);
    if (store.replace === undefined) throw new SternaError('bug', 'mail-is-immutable', 'Messages are never replaced');
    return store.replace({ ...op, container: inner });
  }

  state(op: StateOp): Promise<Result> {
    const { store, inner } = this.#at(op.container);
    return store.state({ ...op, container: inner });
  }

  place(op: PlaceOp): Promise<Result> {
    const from = this.#at(op.container);
    const to = this.#at(op.to);
    if (from.store !== to.store) throw new SternaError('bug', 'internal', 'Objects of one kind stay in one part');
    return from.store.place({ ...op, container: from.inner, to: to.inner });
  }

  remove(container: string, ops: readonly RemoveOp[]): Promise<readonly Result[]> {
    const { store, inner } = this.#at(container);
    return store.remove(
      inner,
      ops.map((op) => ({ ...op, container: inner })),
    );
  }

  candidates(container: string, since: string | undefined): AsyncIterable<Candidate> {
    const { store, inner } = this.#at(container);
    return store.candidates(inner, since);
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map(({ store }) => store.close()));
  }

  #at(container: string): { readonly store: WritableStore; readonly inner: string } {
    const part = this.#parts.find(({ prefix }) => container.startsWith(prefix));
    if (part === undefined) throw noSuchContainer();
    return { store: part.store, inner: container.slice(part.prefix.length) };
  }
}
