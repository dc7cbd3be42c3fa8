import {
  bodyOf,
  changedResult,
  doneResult,
  eachOf,
  existsResult,
  markAt,
  NaturalKeys,
  type Rival,
} from '@sterna/cloud-http';
import type {
  Candidate,
  Container,
  CreateOp,
  FidelityNote,
  InventoryItem,
  Op,
  Reader,
  RemoveOp,
  ReplaceOp,
  Result,
  Writer,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { statusOf } from '../api/errors.ts';
import type { PartContext } from '../part.ts';
import { containerGone } from './gone.ts';
import type { Item, ItemStore, Prepared } from './item-store.ts';
import { newSend, type Stamp } from './stamp.ts';

/** Events, contacts or tasks, each once: a UID in a container is one item, and each item of ours says what was sent. */
export class ItemWriter<P extends Prepared, T extends Item> implements Writer {
  readonly #context: PartContext;
  readonly #store: ItemStore<P, T>;
  readonly #reader: Reader;
  readonly #uids: NaturalKeys;
  #making: Promise<unknown> = Promise.resolve();

  constructor(context: PartContext, store: ItemStore<P, T>, reader: Reader) {
    this.#context = context;
    this.#store = store;
    this.#reader = reader;
    this.#uids = new NaturalKeys(async (container) => {
      const found = new Map<string, string>();
      for await (const { uid, id } of store.list(container)) found.set(uid, id);
      return found;
    });
  }

  /** One after the other: of two at once, both would find that there is none of that name. */
  ensureContainer(
    path: readonly string[],
    { color, description, isDefault }: Parameters<Writer['ensureContainer']>[1],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const made = this.#making.then(async () => {
      const own = isDefault === true ? (await this.#store.containers()).find((one) => one.isDefault) : undefined;
      return own === undefined ? this.#store.ensure(path, color, description) : { container: own, notes: [] };
    });
    this.#making = made.catch(() => undefined);
    return made;
  }

  async mark(_container: string): Promise<string> {
    return markAt(this.#context.client.serverTime());
  }

  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const { kind, containerWord, width } = this.#store;
    return eachOf(
      ops,
      (op) => {
        if (op.verb === 'create') return this.#create(op);
        if (op.verb === 'replace') return this.#replace(op);
        if (op.verb === 'remove') return this.#remove(op);
        throw new SternaError('bug', 'no-such-verb', `There is no ${op.verb} for items of kind ${kind}.`);
      },
      (error) => containerGone(containerWord, error),
      width,
    );
  }

  async #create(op: CreateOp): Promise<Result> {
    const { container } = op;
    const prepared = await this.#store.prepare(container, bodyOf(op));
    const { uid, digest, notes } = prepared;
    const rival = await this.#rivalOf(container, uid);
    if (rival !== undefined) return existsResult(op, rival);
    const send = newSend();
    const stamp = (state: Stamp['state']): Stamp => ({ installation: this.#context.installation, state, digest, send });
    const hasMore = this.#store.hasMore(prepared);
    // Until all of it is there it is nothing that anybody should count.
    const made = await this.#store.create(container, prepared, stamp(hasMore ? 'incomplete' : 'whole'));
    let { version } = made;
    if (hasMore) {
      try {
        version = await this.#store.complete(container, made, prepared, stamp('whole'));
      } catch (error) {
        await this.#dropHalf(container, made.id).catch(() => undefined);
        throw error;
      }
    }
    await this.#uids.put(container, uid, made.id);
    return doneResult(op.op, made.id, version, notes);
  }

  /** What has this UID now. */
  async #rivalOf(container: string, uid: string): Promise<Rival | undefined> {
    const id = await this.#uids.find(container, uid);
    if (id === undefined) return undefined;
    const now = await this.#store.look(container, id);
    if (now !== undefined) return { id, version: now.version };
    await this.#uids.drop(container, id);
    return undefined;
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const { container, targetId, ifVersion } = op;
    const now = await this.#store.look(container, targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    const raw = bodyOf(op);
    const digest = pivotOf(this.#store.kind).digest(raw);
    const isOther = ifVersion !== undefined && !this.#isSame(now, ifVersion);
    if (isOther && this.#store.isResumed?.(now, digest) !== true)
      // The first try of this very request took effect, and its answer was lost.
      return (await this.#holds(op, digest))
        ? doneResult(op.op, targetId, now.version)
        : changedResult(op.op, now.version);
    const prepared = await this.#store.prepare(container, raw);
    try {
      const version = await this.#store.rewrite(container, now, prepared);
      return doneResult(op.op, targetId, version, prepared.notes);
    } catch (error) {
      return this.#overtaken(op, error);
    }
  }

  async #remove(op: RemoveOp): Promise<Result> {
    const { container, targetId, ifVersion } = op;
    const now = await this.#store.look(container, targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    if (ifVersion !== undefined && !this.#isSame(now, ifVersion)) return changedResult(op.op, now.version);
    try {
      await this.#store.remove(container, targetId, ifVersion);
    } catch (error) {
      return this.#overtaken(op, error);
    }
    await this.#uids.drop(container, targetId);
    return { op: op.op, outcome: 'done' };
  }

  #isSame(now: T, version: string): boolean {
    return this.#store.isSame?.(now, version) ?? now.version === version;
  }

  /** Somebody else was there between our look and our write. */
  async #overtaken({ op, container, targetId }: ReplaceOp | RemoveOp, error: unknown): Promise<Result> {
    if (this.#store.isGone(error)) return { op, outcome: 'missing' };
    if (statusOf(error) !== 412) throw error;
    return changedResult(op, (await this.#store.look(container, targetId))?.version);
  }

  async #dropHalf(container: string, id: string): Promise<void> {
    try {
      await this.#store.remove(container, id, undefined);
    } catch (error) {
      if (!this.#store.isGone(error)) throw error;
    }
  }

  /** Stamps stay: they say whose an item is for good. */
  async confirm(): Promise<void> {}

  /** What was made since then; an item that its writer died over is removed. */
  async *candidates(container: string, since: string | undefined): AsyncGenerator<Candidate> {
    for await (const { id, stamp } of this.#store.list(container, { since })) {
      if (stamp === undefined || stamp.installation !== this.#context.installation) continue;
      if (stamp.state === 'incomplete') await this.#dropHalf(container, id);
      else yield { targetId: id, digest: stamp.digest, marked: true, send: stamp.send };
    }
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const { kind } = this.#store;
    const items = new Map<string, InventoryItem>();
    for await (const { id, version, uid } of this.#store.list(container))
      items.set(id, {
        targetId: id,
        version,
        ...(facets.matchKey === true ? { matchKey: pivotOf(kind).matchKey(this.#store.bare(uid)) } : {}),
      });
    if (facets.size !== true) return yield* items.values();
    for await (const one of this.#reader.read(container, [...items.keys()])) {
      const item = items.get(one.id);
      if (item !== undefined && 'body' in one) yield { ...item, size: one.size };
    }
  }

  async #holds(op: ReplaceOp, digest: Buffer): Promise<boolean> {
    for await (const one of this.#reader.read(op.container, [op.targetId]))
      if ('body' in one && Buffer.isBuffer(one.body)) return pivotOf(this.#store.kind).digest(one.body).equals(digest);
    return false;
  }
}
