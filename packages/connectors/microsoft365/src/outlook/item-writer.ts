import {
  bodyOf,
  changedResult,
  doneResult,
  eachOf,
  existsResult,
  markAt,
  NaturalKeys,
  outcomeUnknown,
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
import { asSternaError, SternaError } from '@sterna/core';
import { notImported } from '../exchange/notes.ts';
import { statusOf } from '../graph/errors.ts';
import { newSend, type Stamp, type StampState } from '../graph/stamp.ts';
import type { PartContext } from '../part.ts';
import { containerGone, isGone } from './gone.ts';
import type { Item, ItemContainers, ItemKind } from './item-kind.ts';
import type { ItemRequests } from './item-requests.ts';

/** What an object becomes; its conversion adds what it needs itself. */
export interface PreparedItem {
  readonly uid: string;
  /** The engine's digest of the object. */
  readonly digest: Buffer;
  /** Steps add to them. */
  readonly notes: FidelityNote[];
}

/** How items of one kind are written. */
export interface ItemWriting<T extends Item, P extends PreparedItem> {
  prepare(raw: Buffer): Promise<P>;
  /** The create, which carries the stamp. */
  form(prepared: P, stamp: Stamp): object;
  /** Whether a create takes steps after its first request; until the last one the item is stamped `incomplete`. */
  hasMore(prepared: P): boolean;
  /**
   * Those steps; the last one is to stamp it.
   *
   * @param made the answer to the create
   * @returns the item's version after that
   */
  complete(path: string, prepared: P, stamp: Stamp, made: T): Promise<string | undefined>;
  /**
   * @param now as it was looked at
   * @returns the item's version after that
   * @throws SternaError; where it is gone, or was changed meanwhile, the service's own
   */
  rewrite(path: string, now: T, prepared: P): Promise<string | undefined>;
  /** Whether an item is what an earlier try of this replacement left half done. */
  isResumed?(now: T, digest: Buffer): boolean;
  /** Why an item as it is now must be neither replaced nor removed. Where there is this, it is looked at before that. */
  objection?(now: T, verb: 'replace' | 'remove'): SternaError | undefined;
}

/** Events, contacts or tasks, each once: a UID in a container is one item, and each item of ours says what was sent. */
export class ItemWriter<T extends Item, P extends PreparedItem> implements Writer {
  readonly #context: PartContext;
  readonly #containers: ItemContainers;
  readonly #reader: Reader;
  readonly #requests: ItemRequests<T>;
  readonly #writing: ItemWriting<T, P>;
  readonly #kind: ItemKind<T>;
  readonly #uids: NaturalKeys;
  #making: Promise<unknown> = Promise.resolve();

  constructor(
    context: PartContext,
    containers: ItemContainers,
    reader: Reader,
    requests: ItemRequests<T>,
    writing: ItemWriting<T, P>,
  ) {
    this.#context = context;
    this.#containers = containers;
    this.#reader = reader;
    this.#requests = requests;
    this.#writing = writing;
    this.#kind = requests.kind;
    this.#uids = new NaturalKeys(async (container) => {
      const found = new Map<string, string>();
      for await (const item of this.#listed(container)) found.set(this.#kind.uidOf(item), item.id);
      return found;
    });
  }

  /** One after the other: of two at once, both would find that there is none of that name. */
  ensureContainer(
    path: readonly string[],
    { color, description, isDefault }: Parameters<Writer['ensureContainer']>[1],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const made = this.#making.then(async () => {
      const own = isDefault === true ? (await this.#containers.list()).find((one) => one.isDefault) : undefined;
      return own === undefined ? this.#containers.ensure(path, color, description) : { container: own, notes: [] };
    });
    this.#making = made.catch(() => undefined);
    return made;
  }

  async mark(_container: string): Promise<string> {
    return markAt(this.#context.client.serverTime());
  }

  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const { kind, words } = this.#kind;
    return eachOf(
      ops,
      (op) => {
        if (op.verb === 'create') return this.#create(op);
        if (op.verb === 'replace') return this.#replace(op);
        if (op.verb === 'remove') return this.#remove(op);
        throw new SternaError('bug', 'no-such-verb', `There is no ${op.verb} for items of kind ${kind}.`);
      },
      (error) => containerGone(words.container, error),
    );
  }

  async #create(op: CreateOp): Promise<Result> {
    const whole = op.native === undefined ? undefined : await this.#importNew(op, op.native);
    if (whole !== undefined && 'outcome' in whole) return whole;
    const prepared = await this.#writing.prepare(bodyOf(op));
    const { uid, digest, notes } = prepared;
    if (whole !== undefined) notes.push(whole);
    const rival = await this.#rivalOf(op.container, uid);
    if (rival !== undefined) return existsResult(op, rival);
    const send = newSend();
    const stamp = (state: StampState): Stamp => ({ installation: this.#context.installation, state, digest, send });
    const hasMore = this.#writing.hasMore(prepared);
    // Until all of it is there it is nothing that anybody should count.
    const form = this.#writing.form(prepared, stamp(hasMore ? 'incomplete' : 'whole'));
    const made = await this.#requests.create(op.container, form);
    let version = this.#kind.versionOf(made);
    if (hasMore) {
      const path = this.#requests.path(op.container, made.id);
      try {
        version = await this.#writing.complete(path, prepared, stamp('whole'), made);
      } catch (error) {
        await this.#dropHalf(path).catch(() => undefined);
        throw error;
      }
    }
    await this.#uids.put(op.container, uid, made.id);
    return doneResult(op.op, made.id, version, notes);
  }

  /**
   * As Exchange exported it. There is no stamp on it: it would take a change, and a change might mail a meeting's people.
   *
   * @returns a note where it was refused; undefined where the route is off: it has to be written otherwise
   */
  async #importNew(op: CreateOp, bytes: Buffer): Promise<Result | FidelityNote | undefined> {
    const { exported, words } = this.#kind;
    const { transfer } = this.#context;
    if (exported === undefined || transfer.formats.length === 0) return undefined;
    const uid = exported.uidIn(bodyOf(op));
    const rival = await this.#rivalOf(op.container, uid);
    if (rival !== undefined) return existsResult(op, rival);
    let itemId: string;
    try {
      const doing = `importing ${words.one}`;
      const imported = await transfer.import({ doing, folder: op.container, bytes, repeatable: false });
      if (imported === undefined) return undefined;
      itemId = imported.itemId;
    } catch (thrown) {
      return refusedNote(thrown);
    }
    // Under the id that stays.
    let made: T;
    try {
      made = await this.#requests.get(this.#requests.path(op.container, itemId));
    } catch (error) {
      throw outcomeUnknown(`importing ${words.one}`, asSternaError(error));
    }
    await this.#uids.put(op.container, uid, made.id);
    return doneResult(op.op, made.id, this.#kind.versionOf(made));
  }

  /** @returns as `#importNew` */
  async #importOver(op: ReplaceOp, now: T, bytes: Buffer): Promise<Result | FidelityNote | undefined> {
    const { exported, versionOf, words } = this.#kind;
    const { transfer } = this.#context;
    const changeKey = versionOf(now);
    if (exported === undefined || changeKey === undefined || transfer.formats.length === 0) return undefined;
    try {
      const update = { id: op.targetId, changeKey };
      const doing = `importing ${words.one}`;
      const imported = await transfer.import({ doing, folder: op.container, bytes, update, repeatable: false });
      if (imported === undefined) return undefined;
    } catch (thrown) {
      if (isGone(thrown)) return { op: op.op, outcome: 'missing' };
      if (statusOf(thrown) !== 409) return refusedNote(thrown);
      const after = await this.#look(op.container, op.targetId);
      return changedResult(op.op, after === undefined ? undefined : versionOf(after));
    }
    const after = await this.#look(op.container, op.targetId);
    return doneResult(op.op, op.targetId, after === undefined ? undefined : versionOf(after));
  }

  /** What has this UID now. */
  async #rivalOf(container: string, uid: string): Promise<Rival | undefined> {
    const id = await this.#uids.find(container, uid);
    if (id === undefined) return undefined;
    const now = await this.#look(container, id);
    if (now !== undefined) return { id, version: this.#kind.versionOf(now) };
    await this.#uids.drop(container, id);
    return undefined;
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const now = await this.#look(op.container, op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    const raw = bodyOf(op);
    const digest = pivotOf(this.#kind.kind).digest(raw);
    const version = this.#kind.versionOf(now);
    const isOther = op.ifVersion !== undefined && version !== op.ifVersion;
    if (isOther && this.#writing.isResumed?.(now, digest) !== true)
      // The first try of this very request took effect, and its answer was lost.
      return (await this.#holds(op, digest)) ? doneResult(op.op, op.targetId, version) : changedResult(op.op, version);
    // An import mails nobody, so it needs nobody's leave.
    const whole = op.native === undefined ? undefined : await this.#importOver(op, now, op.native);
    if (whole !== undefined && 'outcome' in whole) return whole;
    const objection = this.#writing.objection?.(now, 'replace');
    if (objection !== undefined) throw objection;
    const prepared = await this.#writing.prepare(raw);
    if (whole !== undefined) prepared.notes.push(whole);
    try {
      const after = await this.#writing.rewrite(this.#requests.path(op.container, op.targetId), now, prepared);
      return doneResult(op.op, op.targetId, after, prepared.notes);
    } catch (error) {
      return this.#overtaken(op, error);
    }
  }

  async #remove(op: RemoveOp): Promise<Result> {
    const { hasPreconditions, permanentDelete, versionOf } = this.#kind;
    const { container, targetId, ifVersion } = op;
    if (this.#writing.objection !== undefined || (ifVersion !== undefined && !hasPreconditions)) {
      const now = await this.#look(container, targetId);
      if (now === undefined) return { op: op.op, outcome: 'missing' };
      if (ifVersion !== undefined && versionOf(now) !== ifVersion) return changedResult(op.op, versionOf(now));
      const objection = this.#writing.objection?.(now, 'remove');
      if (objection !== undefined) throw objection;
    }
    const path = this.#requests.path(container, targetId);
    // No precondition is documented for `permanentDelete`.
    const isForGood = op.how === 'expunge' && permanentDelete.includes('expunge') && ifVersion === undefined;
    try {
      if (isForGood) await this.#requests.removeForGood(path);
      else await this.#requests.remove(path, hasPreconditions ? ifVersion : undefined);
    } catch (error) {
      return this.#overtaken(op, error);
    }
    await this.#uids.drop(container, targetId);
    return { op: op.op, outcome: 'done' };
  }

  /** Somebody else was there between our look and our write. */
  async #overtaken({ op, container, targetId }: ReplaceOp | RemoveOp, error: unknown): Promise<Result> {
    if (isGone(error)) return { op, outcome: 'missing' };
    if (!this.#kind.hasPreconditions || statusOf(error) !== 412) throw error;
    const now = await this.#look(container, targetId);
    return changedResult(op, now === undefined ? undefined : this.#kind.versionOf(now));
  }

  async #dropHalf(path: string): Promise<void> {
    try {
      if (this.#kind.permanentDelete.includes('half')) await this.#requests.removeForGood(path);
      else await this.#requests.remove(path);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** A listing may be behind what it lists, so the item itself is asked. @returns its stamp, where it is whole by now */
  async #stampOrDrop(path: string): Promise<Stamp | undefined> {
    const item = await this.#requests.look(path);
    const stamp = item === undefined ? undefined : this.#kind.stampOf(item);
    if (stamp?.state === 'whole') return stamp;
    if (item !== undefined) await this.#dropHalf(path);
    return undefined;
  }

  /** Stamps stay: they say whose an item is for good. */
  async confirm(): Promise<void> {}

  /**
   * What was made since then; an item that its writer died over is removed. Of what may have been imported nothing says
   * whose it is: it is told without a digest, and as ours where it has the UID of another.
   */
  async *candidates(container: string, since: string | undefined): AsyncGenerator<Candidate> {
    const { queries, madeAt, stampOf, uidOf, exported } = this.#kind;
    const isAsked = since !== undefined && madeAt === undefined;
    const query = { ...(isAsked ? { $filter: `createdDateTime ge ${since}` } : {}), ...queries.stamps };
    const uids = new Map<string, number>();
    const unstamped: { readonly targetId: string; readonly uid: string }[] = [];
    for await (const item of this.#requests.list(container, query)) {
      let stamp = stampOf(item);
      if (exported !== undefined) uids.set(uidOf(item), (uids.get(uidOf(item)) ?? 0) + 1);
      if (stamp === undefined || stamp.installation !== this.#context.installation) {
        if (exported !== undefined) unstamped.push({ targetId: item.id, uid: uidOf(item) });
        continue;
      }
      if (since !== undefined && madeAt !== undefined && Date.parse(madeAt(item) ?? '') < Date.parse(since)) continue;
      if (stamp.state === 'incomplete') stamp = await this.#stampOrDrop(this.#requests.path(container, item.id));
      if (stamp !== undefined) yield { targetId: item.id, digest: stamp.digest, marked: true, send: stamp.send };
    }
    for (const { targetId, uid } of unstamped) yield { targetId, digest: undefined, marked: (uids.get(uid) ?? 0) > 1 };
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const { kind, versionOf, uidOf, bare } = this.#kind;
    const items: InventoryItem[] = [];
    for await (const item of this.#listed(container)) {
      const version = versionOf(item);
      items.push({
        targetId: item.id,
        ...(version === undefined ? {} : { version }),
        ...(facets.matchKey === true ? { matchKey: pivotOf(kind).matchKey(bare(uidOf(item))) } : {}),
      });
    }
    if (facets.size !== true) return yield* items;
    const byId = new Map(items.map((item) => [item.targetId, item]));
    for await (const one of this.#reader.read(container, [...byId.keys()])) {
      const item = byId.get(one.id);
      if (item !== undefined && 'body' in one) yield { ...item, size: one.size };
    }
  }

  #listed(container: string): AsyncGenerator<T> {
    return this.#requests.list(container, this.#kind.queries.keys);
  }

  #look(container: string, id: string): Promise<T | undefined> {
    return this.#requests.look(this.#requests.path(container, id));
  }

  async #holds(op: ReplaceOp, digest: Buffer): Promise<boolean> {
    for await (const one of this.#reader.read(op.container, [op.targetId]))
      if ('body' in one && Buffer.isBuffer(one.body)) return pivotOf(this.#kind.kind).digest(one.body).equals(digest);
    return false;
  }
}

/** @throws what isn't this one item's refusal */
function refusedNote(thrown: unknown): FidelityNote {
  const error = asSternaError(thrown);
  if (error.class !== 'object' || statusOf(error) === 404) throw error;
  return notImported(error);
}
