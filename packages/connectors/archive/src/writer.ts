import {
  ahead,
  type Candidate,
  type Container,
  type CreateOp,
  type FidelityNote,
  type InventoryItem,
  type Op,
  type RemoveOp,
  type Result,
  type Writer,
} from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { aborted } from './errors.ts';
import type { ContainerOptions, WritableStore } from './store.ts';

/** Hands ops to the format, one batch at a time: overlapping calls wait for each other. */
export class ArchiveWriter implements Writer {
  readonly #store: WritableStore;
  readonly #signal: AbortSignal;
  #turn: Promise<unknown> = Promise.resolve();
  /** Only where the format has reserved ids. */
  readonly reserve?: (container: string, key: string) => string;

  constructor(store: WritableStore, signal: AbortSignal) {
    this.#store = store;
    this.#signal = signal;
    if (store.reserve !== undefined)
      this.reserve = (container, key) => (store.reserve as NonNullable<typeof store.reserve>)(container, key);
  }

  ensureContainer(
    path: readonly string[],
    options: ContainerOptions,
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    return this.#inTurn(() => this.#store.ensureContainer(path, options));
  }

  mark(container: string): Promise<string> {
    return this.#inTurn(() => this.#store.mark(container));
  }

  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    return this.#inTurn(() => this.#apply(ops));
  }

  async #apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const first = ops[0];
    if (first === undefined) return [];
    if (first.verb === 'create') {
      const creates: CreateOp[] = [];
      for (const op of ops)
        if (op.verb === 'create' && op.container === first.container) creates.push(op);
        else throw new SternaError('bug', 'mixed-batch', 'A batch creates into one container, and nothing else');
      return this.#store.create(first.container, creates);
    }
    const results: Result[] = [];
    for (let at = 0; at < ops.length; ) {
      const op = ops[at] as Op;
      if (this.#signal.aborted) throw aborted();
      if (op.verb === 'remove') {
        // In one go: some formats rewrite a whole file for it.
        const run: RemoveOp[] = [];
        for (let one = ops[at]; one?.verb === 'remove' && one.container === op.container; one = ops[++at])
          run.push(one);
        results.push(...(await this.#store.remove(op.container, run)));
        continue;
      }
      if (op.verb === 'replace') {
        if (this.#store.replace === undefined)
          throw new SternaError('bug', 'mail-is-immutable', 'Messages are never replaced');
        results.push(await this.#store.replace(op));
        at++;
        continue;
      }
      if (op.verb === 'create') throw new SternaError('bug', 'mixed-batch', 'Creates are a batch of their own');
      if (op.verb === 'access') throw new SternaError('bug', 'no-such-verb', 'Mailboxes in files have no rights');
      results.push(op.verb === 'state' ? await this.#store.state(op) : await this.#store.place(op));
      at++;
    }
    return results;
  }

  /** Nothing here carries a mark. */
  async confirm(): Promise<void> {}

  candidates(container: string, since: string | undefined): AsyncIterable<Candidate> {
    return this.#store.candidates(container, since);
  }

  async *inventory(container: string, facets: { readonly matchKey?: boolean }): AsyncIterable<InventoryItem> {
    const { entries } = await this.#store.list(container);
    const wanted = { matchKey: facets.matchKey === true };
    for await (const [entry, facts] of ahead(entries, 8, ({ id }) => this.#store.facts(container, id, wanted))) {
      if (this.#signal.aborted) throw aborted();
      if (facts === undefined) continue;
      yield {
        targetId: entry.id,
        flags: entry.flags,
        size: facts.size,
        ...(entry.version === undefined ? {} : { version: entry.version }),
        ...(facts.date === undefined ? {} : { date: facts.date }),
        ...(facts.matchKey === undefined ? {} : { matchKey: facts.matchKey }),
      };
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const mine = before.then(async () => {
      if (this.#signal.aborted) throw aborted();
      return work();
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
