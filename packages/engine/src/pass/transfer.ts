import type { Content, CreateOp, PlaceOp, Result, Session, ShortcutTarget } from '@sterna/connector-kit';
import { PASSED_OVER, pivotOf, TO_BE_EXPECTED, WAITS_FOR_OBJECT } from '@sterna/content';
import { CONTENT_KINDS, type ContentKind, parseFlags, SternaError } from '@sterna/core';
import {
  type ContainerRow,
  carryNotes,
  claimInventory,
  commitIntents,
  commitSettled,
  deleteIntents,
  deleteRows,
  deleteTodos,
  goneByDigest,
  hasGoneRows,
  type Intent,
  inFencedTransaction,
  insertIntents,
  insertNotes,
  insertTodos,
  type LedgerRow,
  nextTodos,
  type ObjectNote,
  type PassShare,
  planReplacement,
  type Reason,
  reserveOps,
  type Settled,
  settleRows,
  type TodoRange,
  type TodoRow,
  todoCounts,
  type Unclaimed,
  unclaimedByMatchKey,
} from '@sterna/store';
import type { PoolClient } from 'pg';
import { BatchLanes } from './batch-lanes.ts';
import { capabilitiesFor, nativeFormat, type PassContext, sourceById, targetById } from './context.ts';
import { digestOf } from './digests.ts';
import { FailureShare } from './failure-share.ts';
import { FileNames } from './file-names.ts';
import { findAgain, TARGET_LOOKS_EMPTY } from './found-again.ts';
import type { Pace } from './pace.ts';
import { namesOthers, preparation } from './preparation.ts';
import { replaceCopies } from './replace.ts';
import { inRounds } from './rounds.ts';
import { type Planned, shareOut } from './share-out.ts';
import { leadsTo, shortcutLeftOut, shortcutWaits } from './shortcuts.ts';
import {
  drainForDigest,
  filteredByContent,
  intentData,
  MAX_RENAMES,
  paced,
  renamedFile,
  renamedItem,
  stampOf,
  type TransferItem,
  toItem,
} from './transfer-item.ts';
import { Twins } from './twins.ts';
import { earlierVersions } from './versions.ts';

const TODO_PAGE = 1_000;
/** Operation ids taken from the database at a time; those that are not used are gaps, which are fine. */
const OP_BLOCK = 1_000;

/** Carries out every planned `create`, each exactly once; finds out by content which of them are moves. */
export async function transfer(context: PassContext, pace: Pace): Promise<void> {
  context.progress.phase = 'content';
  const run = new Transfer(context, pace);
  await inRounds(context, async () => {
    run.mustSettle = false;
    await run.round();
    if (!run.mustSettle) return undefined;
    return (
      run.lastUnknown ??
      new SternaError('transient', 'outcome-unknown', 'The target’s answers were lost again and again.')
    );
  });
}

interface Batch {
  readonly container: ContainerRow;
  readonly target: ContainerRow;
  readonly items: TransferItem[];
}

interface Shortcut {
  readonly container: ContainerRow;
  readonly todo: TodoRow;
  readonly got: Content & { readonly shortcut: ShortcutTarget };
}

/** What speaks of others comes after them; what the target wants last, at the end. */
const inOrder = (target: Session): readonly ContentKind[] => {
  const isLast = (kind: ContentKind): boolean => capabilitiesFor(target, kind).comesLast === true;
  return CONTENT_KINDS.toSorted((one, other) => Number(isLast(one)) - Number(isLast(other)));
};

export class Transfer {
  readonly #context: PassContext;
  readonly #pace: Pace;
  readonly #failures: FailureShare;
  readonly #names: FileNames;
  readonly #twins: Twins;
  /** Files that became others while they were being read, by to-do. */
  readonly #changedMeanwhile = new Map<number, SternaError>();
  #goneRows = false;
  #ops: number[] = [];
  /** Copies that a batch of this process took over, perhaps not committed yet: lanes run side by side. */
  readonly #taken = new Set<string>();
  /** Numbers tried for objects that are renamed, by to-do. */
  readonly #renames = new Map<number, number>();
  readonly #ownNames = new Map<number, string>();
  /** What leads to other objects comes after all of those. */
  #shortcuts: Shortcut[] = [];
  /** Some write's outcome is unknown: settle before anything else. */
  mustSettle = false;
  lastUnknown: SternaError | undefined;

  constructor(context: PassContext, pace: Pace) {
    this.#context = context;
    this.#pace = pace;
    this.#names = new FileNames(context);
    this.#twins = new Twins(context);
    this.#failures = new FailureShare(context.settings.settings.failureShare);
  }

  /** Creates what is planned in a share. @returns false where something of it is of unknown outcome */
  async share({ kind, ranges }: PassShare): Promise<boolean> {
    this.mustSettle = false;
    const parts = ranges.map((range) => ({ row: sourceById(this.#context, range.container), range }));
    await this.#ofKind(kind, parts, this.#context.target);
    return !this.mustSettle;
  }

  async round(): Promise<void> {
    const { pool, claim, target } = this.#context;
    this.#shortcuts = [];
    this.#goneRows = await hasGoneRows(pool, claim.entryId);
    const work = await this.#planned();
    this.#context.progress.planned = work.reduce((sum, one) => sum + one.count, 0);
    for (const kind of inOrder(target)) {
      const own = (planned: readonly Planned[]) => planned.filter(({ row }) => row.kind === kind);
      if (own(work).length === 0 || this.mustSettle) continue;
      const shared = await shareOut(this.#context, kind, own(work), (share) => this.share(share));
      if (shared === 'unsettled') this.mustSettle = true;
      // What other workers can't do is left for this one.
      else await this.#ofKind(kind, shared === 'alone' ? own(work) : own(await this.#planned()), target);
    }
    for (const one of this.#shortcuts) if (!this.mustSettle) await this.#shortcut(one);
  }

  async #planned(): Promise<readonly Planned[]> {
    const { pool, claim } = this.#context;
    return (await todoCounts(pool, claim.entryId))
      .filter(({ verb }) => verb === 'create')
      .map(({ container, count }) => ({ row: sourceById(this.#context, container), count }));
  }

  /** To the copy of what it leads to. Where there is none yet, every pass tries again. */
  async #shortcut({ container, todo, got }: Shortcut): Promise<void> {
    const context = this.#context;
    context.control.checkpoint();
    if (container.targetContainer === undefined) return;
    if (capabilitiesFor(context.target, container.kind).shortcuts !== true)
      return this.#settleWithoutCopy(container, todo, shortcutLeftOut(), got.version, true);
    const shortcut = await leadsTo(context, got.shortcut);
    if (shortcut === undefined)
      return this.#settleWithoutCopy(
        container,
        todo,
        shortcutWaits(context.sourceContainers.get(got.shortcut.container), got.shortcut),
      );
    const target = targetById(context, container.targetContainer);
    const item = await this.#item(container, target, todo, got);
    if (item !== undefined) await this.#create({ container, target, items: [{ ...item, shortcut }] });
  }

  /** Kinds may be of different servers, each with its own limits. */
  async #ofKind(
    kind: ContentKind,
    containers: readonly { readonly row: ContainerRow; readonly range?: TodoRange }[],
    target: Session,
  ): Promise<void> {
    // Workers on other shares may have given out some since.
    this.#names.forget();
    // What was taken before is in the books by now, or didn't happen and is there to be had again.
    this.#taken.clear();
    const lanes = new BatchLanes(capabilitiesFor(target, kind).batch.inFlight);
    let failure: unknown;
    try {
      for (const { row, range } of containers) {
        await this.#container(row, lanes, range);
        if (this.mustSettle || lanes.failed) break;
      }
    } catch (error) {
      failure = error;
    }
    // What is in flight is settled first, whatever happened.
    await lanes.drain().catch((error) => {
      failure ??= error;
    });
    if (failure !== undefined) throw failure;
  }

  async #container(container: ContainerRow, lanes: BatchLanes, range?: TodoRange): Promise<void> {
    const { pool, claim, source, target, progress, refused } = this.#context;
    const refusal = refused.get(container.id);
    if (refusal !== undefined) return this.#refused(container, refusal);
    if (container.targetContainer === undefined) return;
    const targetRow = targetById(this.#context, container.targetContainer);
    const limits = capabilitiesFor(target, container.kind).batch;
    progress.container = container.path.join('/');
    let batch: TransferItem[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      if (batch.length === 0) return;
      const full: Batch = { container, target: targetRow, items: batch };
      batch = [];
      bytes = 0;
      await lanes.run(() => this.#send(full));
    };

    let after = (range?.from ?? 1) - 1;
    for (;;) {
      const todos = await nextTodos(pool, claim.entryId, container.id, 'create', after, TODO_PAGE, range?.to);
      if (todos.length === 0) break;
      after = todos[todos.length - 1]?.seq ?? after;
      const byId = new Map(todos.map((todo) => [todo.srcId, todo]));
      const large: TodoRow[] = [];
      const wanted = { native: nativeFormat(this.#context, container.kind) };
      const ids = todos.map((todo) => todo.srcId);
      for await (const got of source.reader.read(container.key, ids, wanted)) {
        if (lanes.failed || this.mustSettle) return;
        this.#context.control.checkpoint();
        const todo = byId.get(got.id);
        if (todo === undefined) continue;
        byId.delete(got.id);
        if ('vanished' in got) {
          await this.#settleWithoutCopy(container, todo, 'vanished');
          continue;
        }
        if ('error' in got) {
          await this.#settleWithoutCopy(container, todo, got.error, undefined, got.isSkipped);
          continue;
        }
        if (got.shortcut !== undefined) {
          // Of a share they are left: the pass's own worker makes them when all that they may lead to is there.
          if (range === undefined) this.#shortcuts.push({ container, todo, got: { ...got, shortcut: got.shortcut } });
          continue;
        }
        if (this.#context.trial !== undefined && got.size > this.#context.trial.bytesLeft) {
          await this.#settleWithoutCopy(container, todo, 'trial-limit');
          continue;
        }
        if (this.#context.trial !== undefined) this.#context.trial.bytesLeft -= got.size;
        if (got.detached !== true) await this.#pace.take(got.size);
        if (namesOthers(container.kind, got.body)) {
          await flush();
          await lanes.drain();
        }
        const item = await this.#item(container, targetRow, todo, got);
        if (item === undefined) continue;
        if (item.detached || item.older?.detached === true) {
          // Its body is asked for when it is written, so it keeps nobody waiting.
          await lanes.run(() => this.#detached({ container, target: targetRow, items: [item] }, item));
          continue;
        }
        if (item.older !== undefined) {
          // Its versions follow each other, so it goes alone.
          await lanes.run(() => this.#send({ container, target: targetRow, items: [item] }));
          continue;
        }
        if (Buffer.isBuffer(item.body)) {
          if (bytes + item.size > limits.bytes) await flush();
          batch.push(item);
          bytes += item.size;
          if (batch.length >= limits.objects || bytes >= limits.bytes) await flush();
          continue;
        }
        // A large object goes alone. Where it may be in the target already, its digest must be known before it is sent.
        await flush();
        await lanes.drain();
        if (this.#goneRows || (await this.#mayBeThere(targetRow, item))) {
          await drainForDigest(item);
          if (await this.#adoptKnown({ container, target: targetRow, items: [item] })) continue;
          large.push(todo);
          continue;
        }
        await this.#send({ container, target: targetRow, items: [item] });
      }
      await flush();
      for (const todo of large) {
        await lanes.drain();
        for await (const again of source.reader.read(container.key, [todo.srcId], wanted))
          if ('body' in again)
            await this.#send(
              { container, target: targetRow, items: [await toItem(container.kind, todo, again)] },
              true,
            );
      }
      // Ids that the reader passed over in silence would otherwise be asked for again for ever.
      for (const todo of byId.values())
        await this.#settleWithoutCopy(
          container,
          todo,
          new SternaError('object', 'not-delivered', 'The source listed this object but did not deliver it.', {
            fix: 'Start a delta pass to try again; look at the source server’s log if it stays.',
          }),
        );
      if (todos.length < TODO_PAGE) break;
    }
    await flush();
  }

  /** Of a container that the target won't have: all of it, so it is never one of a share. */
  async #refused(container: ContainerRow, why: SternaError): Promise<void> {
    const { pool, claim, control } = this.#context;
    for (;;) {
      const todos = await nextTodos(pool, claim.entryId, container.id, 'create', 0, TODO_PAGE);
      if (todos.length === 0) return;
      control.checkpoint();
      await this.#settleWithoutCopies(container, todos, why);
    }
  }

  /** A large file: read as often as it takes to get it whole. */
  async #detached(batch: Batch, first: TransferItem): Promise<void> {
    const { container, target } = batch;
    const { todo } = first;
    let item: TransferItem | undefined = first;
    for (let tries = 1; item !== undefined && !this.mustSettle; tries += 1) {
      this.#context.control.checkpoint();
      const one: Batch = { ...batch, items: [item] };
      try {
        if (this.#goneRows || (await this.#mayBeThere(target, item))) {
          await drainForDigest(item);
          if (await this.#adoptKnown(one)) return;
        }
        await this.#create(one);
      } catch (thrown) {
        // Of the body, while it was read for its digest alone.
        if (!(thrown instanceof SternaError) || thrown.class !== 'object') throw thrown;
        this.#changedMeanwhile.set(todo.seq, thrown);
      }
      const changed = this.#changedMeanwhile.get(todo.seq);
      this.#changedMeanwhile.delete(todo.seq);
      if (changed === undefined) return;
      if (changed.code !== CHANGED_WHILE_READ || tries >= MAX_READS)
        return this.#settleWithoutCopy(container, todo, changed);
      item = await this.#readAgain(container, target, todo);
    }
  }

  async #readAgain(container: ContainerRow, target: ContainerRow, todo: TodoRow): Promise<TransferItem | undefined> {
    for await (const got of this.#context.source.reader.read(container.key, [todo.srcId])) {
      if ('body' in got) return this.#item(container, target, todo, got);
      if ('vanished' in got) await this.#settleWithoutCopy(container, todo, 'vanished');
      else await this.#settleWithoutCopy(container, todo, got.error, undefined, got.isSkipped);
    }
    return undefined;
  }

  async #mayBeThere(target: ContainerRow, item: TransferItem): Promise<boolean> {
    const found = await unclaimedByMatchKey(this.#context.pool, this.#context.claim.entryId, target.id, [
      item.matchKey,
    ]);
    return [...found.values()].flat().some((one) => mayBe(one, item));
  }

  /** Of these items, those that the target has already (or whose gone twin's copy it has) are settled without a create. */
  async #adopt(batch: Batch): Promise<TransferItem[]> {
    const rest = await this.#adoptInventory(batch);
    return this.#goneRows ? this.#adoptGone({ ...batch, items: rest }) : rest;
  }

  async #adoptKnown(batch: Batch): Promise<boolean> {
    return (await this.#adopt(batch)).length === 0;
  }

  /** Duplicate prevention: same match key, then the same bytes, read back from the target. */
  async #adoptInventory(batch: Batch): Promise<TransferItem[]> {
    const { pool, claim, target } = this.#context;
    const found = await unclaimedByMatchKey(
      pool,
      claim.entryId,
      batch.target.id,
      batch.items.map((item) => item.matchKey),
    );
    if (found.size === 0) return batch.items;
    const byKey = new Map(batch.items.map((item) => [item.matchKey.toString('hex'), item]));
    const wanted = [
      ...new Set(
        [...found].flatMap(([key, candidates]) => {
          const item = byKey.get(key);
          return candidates.filter((one) => item === undefined || mayBe(one, item)).map((one) => one.targetId);
        }),
      ),
    ];
    const digestsHere = new Map<string, string>();
    const versions = new Map<string, string | undefined>();
    // Where bytes are rewritten, the stamp of our own copy says what they were.
    const { hasNaturalKey } = pivotOf(batch.container.kind);
    const sent =
      hasNaturalKey || wanted.length === 0 ? undefined : await target.writer?.sent?.(batch.target.key, wanted);
    for (const [id, digest] of sent ?? []) digestsHere.set(id, digest.toString('hex'));
    const unread = wanted.filter((id) => !digestsHere.has(id));
    for await (const copy of unread.length === 0 ? [] : target.reader.read(batch.target.key, unread)) {
      if (!('body' in copy)) continue;
      digestsHere.set(copy.id, (await digestOf(batch.target.kind, copy.body)).toString('hex'));
      versions.set(copy.id, copy.version);
    }
    const adopted: { item: TransferItem; targetId: string }[] = [];
    const rest: TransferItem[] = [];
    for (const item of batch.items) {
      const digest = item.digest?.toString('hex');
      const here = found
        .get(item.matchKey.toString('hex'))
        ?.map((one) => one.targetId)
        .filter((id) => digestsHere.has(id) && !this.#taken.has(`${batch.target.id}/${id}`));
      const targetId = here?.find((id) => digestsHere.get(id) === digest);
      const rival = here?.[0];
      if (targetId === undefined && hasNaturalKey && rival !== undefined) {
        this.#taken.add(`${batch.target.id}/${rival}`);
        await this.#conflict(batch, item, { targetId: rival, version: versions.get(rival), isOther: true });
      } else if (targetId === undefined) rest.push(item);
      else {
        this.#taken.add(`${batch.target.id}/${targetId}`);
        adopted.push({ item, targetId });
      }
    }
    try {
      await this.#takeOver(
        batch,
        adopted.map((one) => ({ ...one, version: versions.get(one.targetId) })),
        'free',
      );
    } catch (thrown) {
      if (!(thrown instanceof TakenByAnother)) throw thrown;
      // A worker on another share of this pass has an equal one: what it left may do as well.
      for (const { targetId } of adopted) this.#taken.delete(`${batch.target.id}/${targetId}`);
      return [...rest, ...(await this.#adoptInventory({ ...batch, items: adopted.map(({ item }) => item) }))];
    }
    return rest;
  }

  /** The target has them already. @throws TakenByAnother where all must be `free` in the inventory, and aren't */
  async #takeOver(
    batch: Batch,
    adopted: readonly { item: TransferItem; targetId: string; version: string | undefined }[],
    mustBe?: 'free',
  ): Promise<void> {
    if (adopted.length === 0) return;
    const { pool, claim, target } = this.#context;
    await inFencedTransaction(pool, claim.lease, async (client) => {
      const claimed = await claimInventory(
        client,
        claim.entryId,
        batch.target.id,
        adopted.map(({ item, targetId }) => ({ targetId, src: item.todo.src })),
      );
      if (mustBe === 'free' && claimed < adopted.length) throw new TakenByAnother();
      await this.#books(
        client,
        batch,
        adopted.map(({ item, targetId, version }) => ({
          item,
          state: 'skipped',
          reason: 'already-in-target',
          targetId,
          targetVersion: version,
        })),
      );
      // What is there equals what would have been written, with what that lacks.
      await insertNotes(
        client,
        claim.entryId,
        claim.number,
        adopted.flatMap(({ item }) =>
          item.notes.map((note) => ({ kind: 'fidelity' as const, ...note, ...whose(batch, item) })),
        ),
      );
    });
    this.#count(adopted.map(({ item }) => item));
    // An earlier installation of ours with the same key may have left its mark on them.
    await target.writer?.confirm(
      batch.target.key,
      adopted.map(({ targetId }) => targetId),
    );
  }

  /** Moves: the copy of an object that left another folder of the source moves too, its bytes stay where they are. */
  async #adoptGone(batch: Batch): Promise<TransferItem[]> {
    const { pool, claim, target } = this.#context;
    const gone = await goneByDigest(
      pool,
      claim.entryId,
      // Empty files are all alike: which of them moved says nothing.
      batch.items.flatMap((item) => (item.digest === undefined || item.size === 0 ? [] : [item.digest])),
    );
    if (gone.length === 0) return batch.items;
    const byDigest = new Map<string, LedgerRow[]>();
    for (const row of gone) {
      if (this.#taken.has(`gone/${row.src.toString('hex')}`)) continue;
      const key = row.digest?.toString('hex') ?? '';
      byDigest.set(key, [...(byDigest.get(key) ?? []), row]);
    }
    const rest: TransferItem[] = [];
    const rekeyed: { item: TransferItem; row: LedgerRow }[] = [];
    const moves: { item: TransferItem; row: LedgerRow }[] = [];
    for (const item of batch.items) {
      const rows = byDigest.get(item.digest?.toString('hex') ?? '');
      const row = rows?.shift();
      if (row !== undefined) this.#taken.add(`gone/${row.src.toString('hex')}`);
      if (row === undefined) rest.push(item);
      else if (row.targetContainer === batch.target.id && (item.name === undefined || item.name === row.targetId))
        rekeyed.push({ item, row });
      else if (capabilitiesFor(target, batch.container.kind).moves) moves.push({ item, row });
      else rest.push(item);
    }
    if (rekeyed.length > 0) {
      await inFencedTransaction(pool, claim.lease, async (client) => {
        await deleteRows(
          client,
          claim.entryId,
          rekeyed.map(({ row }) => row.src),
        );
        await carryNotes(
          client,
          claim.entryId,
          rekeyed.map(({ item, row }) => ({ from: row.src, to: item.todo.src })),
        );
        await this.#books(
          client,
          batch,
          rekeyed.map(({ item, row }) => ({
            item,
            state: 'unchanged',
            targetId: row.targetId ?? '',
            baseFlags: row.flags ?? '',
            targetVersion: row.targetVersion,
          })),
        );
      });
      this.#count(rekeyed.map(({ item }) => item));
    }
    for (const { item, row } of moves) if (!(await this.#move(batch, item, row))) rest.push(item);
    return rest;
  }

  /** @returns false where our copy isn't there any more: then it is created anew */
  async #move(batch: Batch, item: TransferItem, row: LedgerRow): Promise<boolean> {
    const { pool, claim } = this.#context;
    const writer = this.#writer();
    const from = targetById(this.#context, row.targetContainer ?? 0);
    const [op] = await reserveOps(pool, 1);
    if (op === undefined || row.targetId === undefined) return false;
    const mark = await this.#mark(batch.target);
    const intent: Intent = {
      op,
      verb: 'place',
      todoSeq: item.todo.seq,
      container: batch.container.id,
      targetContainer: batch.target.id,
      src: item.todo.src,
      srcId: item.todo.srcId,
      size: item.size,
      flags: item.flags,
      matchKey: item.matchKey,
      digest: item.digest,
      mark,
      reservedId: item.name,
      targetId: row.targetId,
      data: {
        move: {
          fromContainer: from.id,
          goneSrc: row.src.toString('hex'),
          baseFlags: row.flags ?? '',
          ...(row.targetVersion === undefined ? {} : { version: row.targetVersion }),
        },
        ...(item.version === undefined ? {} : { srcVersion: item.version }),
      },
    };
    await this.#context.reached('before-intent-commit');
    await inFencedTransaction(pool, claim.lease, (client) =>
      insertIntents(client, claim.entryId, claim.number, claim.lease.epoch, [intent]),
    );
    await this.#context.reached('after-intent-commit');
    const place: PlaceOp = {
      verb: 'place',
      op: String(op),
      container: from.key,
      targetId: row.targetId,
      to: batch.target.key,
      ...(item.name === undefined ? {} : { name: item.name }),
      ...(row.targetVersion === undefined ? {} : { ifVersion: row.targetVersion }),
    };
    this.#context.writtenTargets.add(from.id).add(batch.target.id);
    this.#context.movedFrom.add(from.id);
    const result = (await writer.apply([place]))[0];
    await this.#context.reached('after-acknowledgement');
    if (
      result === undefined ||
      result.outcome === 'unknown' ||
      (result.outcome === 'done' && result.targetId === undefined)
    ) {
      this.mustSettle = true;
      this.lastUnknown = result?.outcome === 'unknown' ? result.error : undefined;
      return true;
    }
    if (result.outcome === 'refused' || result.outcome === 'batch-refused') {
      await this.#moveFailed(batch, item, op, result.error);
      return true;
    }
    if (result.outcome !== 'done') {
      // Nothing is under way any more: what lies there may be ours.
      await inFencedTransaction(pool, claim.lease, (client) => deleteIntents(client, claim.entryId, [op]));
      let targetId: string | undefined;
      try {
        targetId = (await findAgain(this.#context, from, [row])).get(row.src.toString('hex'));
      } catch (error) {
        if (!(error instanceof SternaError) || error.code !== TARGET_LOOKS_EMPTY) throw error;
        await this.#moveFailed(batch, item, op, error);
        return true;
      }
      return targetId === undefined ? false : await this.#move(batch, item, { ...row, targetId });
    }
    const targetId = result.targetId as string;
    await inFencedTransaction(pool, claim.lease, async (client) => {
      await deleteIntents(client, claim.entryId, [op]);
      await deleteRows(client, claim.entryId, [row.src]);
      await carryNotes(client, claim.entryId, [{ from: row.src, to: item.todo.src }]);
      await this.#books(client, batch, [
        {
          item,
          state: 'updated',
          targetId,
          baseFlags: row.flags ?? '',
          targetVersion: result.version ?? row.targetVersion,
        },
      ]);
    });
    await this.#context.reached('after-settle-commit');
    await writer.confirm(batch.target.key, [targetId]);
    await this.#context.reached('after-confirm');
    this.#count([item]);
    return true;
  }

  /** Our copy is where it was: another would be one too many. A later pass moves it. */
  async #moveFailed(batch: Batch, item: TransferItem, op: number, error: SternaError): Promise<void> {
    const { pool, claim } = this.#context;
    await inFencedTransaction(pool, claim.lease, async (client) => {
      await deleteIntents(client, claim.entryId, [op]);
      await this.#books(client, batch, [{ item, state: 'failed' }]);
      await insertNotes(client, claim.entryId, claim.number, [failureNote(batch, item, error)]);
    });
    this.#count([item], 1, isAlarming(error) ? 1 : 0);
  }

  /** Sends one batch. `adopted`: it is known that the target has none of it. */
  async #send(batch: Batch, adopted = false): Promise<void> {
    const items =
      adopted || batch.items.some((item) => item.digest === undefined) ? batch.items : await this.#adopt(batch);
    if (items.length === 0 || this.mustSettle) return;
    await this.#create({ ...batch, items });
  }

  /** @param reserveAs Distinguishes what is created for one source object a second time, under another name */
  async #create(wanted: Batch, reserveAs = ''): Promise<void> {
    const { pool, claim } = this.#context;
    const batch: Batch = { ...wanted, items: wanted.items.map((item) => item.older ?? item) };
    const writer = this.#writer();
    const ops = await this.#takeOps(batch.items.length);
    const mark = await this.#mark(batch.target);
    const taken = await this.#keysBefore(batch.target);
    const intents: Intent[] = batch.items.map((item, i) => ({
      op: ops[i] as number,
      verb: 'create',
      todoSeq: item.todo.seq,
      container: batch.container.id,
      targetContainer: batch.target.id,
      src: item.todo.src,
      srcId: item.todo.srcId,
      size: item.size,
      flags: item.flags,
      matchKey: item.matchKey,
      digest: item.digest,
      mark,
      reservedId: writer.reserve?.(
        batch.target.key,
        `${item.todo.src.toString('hex')}${reserveAs}`,
        item.name,
        item.date,
      ),
      targetId: undefined,
      data: intentData(item, taken?.has(item.matchKey.toString('hex')) === false),
    }));
    await this.#context.reached('before-intent-commit');
    await commitIntents(pool, claim.lease, claim.entryId, claim.number, intents);
    await this.#context.reached('after-intent-commit');
    this.#context.control.signal.throwIfAborted();
    const creates: CreateOp[] = batch.items.map((item, i) => {
      const intent = intents[i] as Intent;
      return {
        verb: 'create',
        op: String(intent.op),
        container: batch.target.key,
        ...(intent.reservedId === undefined ? {} : { reservedId: intent.reservedId }),
        ...(item.name === undefined ? {} : { name: item.name, stamp: stampOf(claim.entryId, item) }),
        flags: parseFlags(item.flags),
        date: item.date,
        ...(item.created === undefined ? {} : { created: item.created }),
        size: item.size,
        body: item.body,
        ...(item.shortcut === undefined ? {} : { shortcut: item.shortcut }),
        ...(item.native === undefined ? {} : { native: item.native }),
        ...(item.digest === undefined ? {} : { keys: { digest: item.digest, matchKey: item.matchKey } }),
      };
    });
    this.#context.writtenTargets.add(batch.target.id);
    const results = await this.#apply(batch, intents, creates);
    await this.#context.reached('after-acknowledgement');
    await this.#settle(wanted, intents, results);
  }

  /** What the target can't tell afterwards is told now: a refusal of all means that nothing of it is there. */
  async #apply(
    { target }: Batch,
    intents: readonly Intent[],
    creates: readonly CreateOp[],
  ): Promise<readonly Result[]> {
    const { pool, claim } = this.#context;
    try {
      return await this.#writer().apply(creates);
    } catch (thrown) {
      const { settle } = capabilitiesFor(this.#context.target, target.kind);
      if (settle === 'none' && thrown instanceof SternaError && thrown.code !== 'aborted')
        await inFencedTransaction(pool, claim.lease, (client) =>
          deleteIntents(
            client,
            claim.entryId,
            intents.map(({ op }) => op),
          ),
        );
      throw thrown;
    }
  }

  async #settle(batch: Batch, intents: readonly Intent[], results: readonly Result[]): Promise<void> {
    const { pool, claim } = this.#context;
    const written = batch.items.map((item) => item.older ?? item);
    const byOp = new Map(results.map((result) => [result.op, result]));
    const settled: Outcome[] = [];
    const notes: ObjectNote[] = [];
    const closed: number[] = [];
    const confirm: string[] = [];
    let refusedTogether = false;
    let alarms = 0;
    const rivals: { item: TransferItem; theirs: Rival }[] = [];
    const { shared, inBooks } = await this.#shared(batch, written, intents, byOp);
    batch.items.forEach((item, i) => {
      const intent = intents[i] as Intent;
      const result = byOp.get(String(intent.op));
      const sent = written[i] as TransferItem;
      if (result?.outcome === 'done' && result.targetId !== undefined && sent.digest !== undefined) {
        closed.push(intent.op);
        confirm.push(result.targetId);
        const sharing = shared.get(intent.src.toString('hex'));
        if (sharing !== undefined) {
          settled.push({ item: sent, state: sharing === 'equal' ? 'merged' : 'failed' });
          notes.push(sharing === 'equal' ? mergedNote(batch, item) : failureNote(batch, item, takenForAnother()));
          if (sharing !== 'equal') alarms += 1;
          return;
        }
        settled.push({
          item: sent,
          state: 'created',
          targetId: result.targetId,
          targetVersion: result.version,
        });
        for (const note of [...item.notes, ...(result.notes ?? [])])
          notes.push({ kind: 'fidelity', ...note, ...whose(batch, item) });
      } else if (result?.outcome === 'exists') {
        closed.push(intent.op);
        rivals.push({
          item,
          theirs: { targetId: result.targetId, version: result.version, elsewhere: result.elsewhere },
        });
      } else if (result?.outcome === 'refused' && item.detached && result.error.code === CHANGED_WHILE_READ) {
        closed.push(intent.op);
        this.#changedMeanwhile.set(item.todo.seq, result.error);
      } else if (result?.outcome === 'refused') {
        closed.push(intent.op);
        // What the target has no words for is no failure.
        const isPassedOver = result.error.details[PASSED_OVER] === true;
        if (!isPassedOver && isAlarming(result.error)) alarms += 1;
        settled.push(isPassedOver ? { item, state: 'skipped', reason: 'not-held' } : { item, state: 'failed' });
        notes.push({ ...failureNote(batch, item, result.error), ...(isPassedOver ? { kind: 'skipped' } : {}) });
      } else if (result?.outcome === 'batch-refused') {
        closed.push(intent.op);
        refusedTogether = true;
      } else {
        // Unknown, or acknowledged without an id, or before the stream came to its end, so that its digest isn't known: the
        // intent stays open and is settled by what the target holds.
        this.mustSettle = true;
        if (result?.outcome === 'unknown') this.lastUnknown = result.error;
      }
    });
    if (settled.length > 0 && settled.every(({ item }) => item.isOlder !== true)) {
      await commitSettled(pool, claim.lease, claim.entryId, claim.number, {
        ops: closed,
        todoSeqs: settled.map(({ item }) => item.todo.seq),
        container: batch.container.id,
        rows: settledRows(batch, settled),
        notes,
      });
    } else if (closed.length > 0) {
      await inFencedTransaction(pool, claim.lease, async (client) => {
        await deleteIntents(client, claim.entryId, closed);
        await this.#books(client, batch, settled);
        await insertNotes(client, claim.entryId, claim.number, notes);
      });
    }
    inBooks();
    await this.#context.reached('after-settle-commit');
    if (confirm.length > 0) await this.#writer().confirm(batch.target.key, confirm);
    await this.#context.reached('after-confirm');
    this.#count(
      settled.map(({ item }) => item).filter((item) => item.isOlder !== true),
      settled.filter(({ state }) => state === 'failed').length,
      alarms,
    );
    for (const { item, theirs } of rivals) await this.#conflict(batch, item, theirs);
    if (refusedTogether) await this.#bisect(batch);
  }

  /** Of those that were written, the ones whose copy is another object's. */
  #shared(
    batch: Batch,
    written: readonly TransferItem[],
    intents: readonly Intent[],
    results: ReadonlyMap<string, Result>,
  ) {
    const copies = intents.flatMap(({ op, src }, i) => {
      const result = results.get(String(op));
      return result?.outcome === 'done' && result.targetId !== undefined
        ? [{ src: src.toString('hex'), targetId: result.targetId, digest: written[i]?.digest }]
        : [];
    });
    return this.#twins.shared(batch.container.kind, batch.target.key, copies);
  }

  /** As the target is to hold it; undefined where it is settled here: filtered by what is in it, or not to be understood. */
  async #item(
    container: ContainerRow,
    target: ContainerRow,
    todo: TodoRow,
    got: Content,
  ): Promise<TransferItem | undefined> {
    try {
      const called = got.name === undefined ? undefined : await this.#names.take(target, got.name, todo.src);
      const content = paced(got, this.#pace);
      const prepareFor = (body: Buffer) =>
        preparation(this.#context, container, body, { src: todo.src, purpose: 'create' });
      const item = await toItem(container.kind, todo, content, prepareFor, called);
      const reason = filteredByContent(container.kind, item, this.#context.settings.settings);
      if (reason === undefined) {
        for await (const earlier of earlierVersions(this.#context, container, got)) {
          if (earlier.detached !== true) await this.#pace.take(earlier.size);
          return {
            ...item,
            older: {
              ...(await toItem(container.kind, todo, paced(earlier, this.#pace), undefined, called)),
              isOlder: true,
              // A version has no creation of its own: the file that it begins has.
              ...(item.created === undefined ? {} : { created: item.created }),
            },
          };
        }
        return item;
      }
      // The next one can't be read before.
      if (got.detached !== true) await drainForDigest(item);
      await this.#settleWithoutCopy(container, todo, reason, got.version);
    } catch (thrown) {
      if (!(thrown instanceof SternaError) || thrown.class !== 'object') throw thrown;
      // Nobody would know otherwise which one it is.
      const isPassedOver = thrown.details[PASSED_OVER] === true;
      const subject = isPassedOver && Buffer.isBuffer(got.body) ? pivotOf(container.kind).subject(got.body) : undefined;
      await this.#settleWithoutCopy(container, todo, thrown, got.version, isPassedOver, subject);
    }
    return undefined;
  }

  /** The target has another object under the same natural key: the conflict option decides. */
  async #conflict(batch: Batch, item: TransferItem, theirs: Rival): Promise<void> {
    const { pool, claim, settings } = this.#context;
    const one: Batch = { ...batch, items: [item] };
    if (theirs.isOther !== true && theirs.elsewhere === undefined && theirs.targetId !== '') {
      const there = await this.#compare(batch, item, theirs.targetId);
      if (there.is === 'same')
        return this.#takeOver(one, [{ item, targetId: theirs.targetId, version: there.version }]);
    }
    // The other one isn't here: it can't be overwritten here, and keeping it keeps nothing of this one.
    if (theirs.elsewhere !== undefined && settings.settings.conflict !== 'rename')
      return this.#settleWithoutCopy(batch.container, item.todo, theirs.elsewhere, item.version);
    const { renamed, keyIsSlot } = pivotOf(batch.container.kind);
    const conflict = keyIsSlot === true ? 'rename' : settings.settings.conflict;
    const isNamed = item.name !== undefined || renamed !== undefined;
    // What can't have another name leaves the target its own; so does a shortcut, which is no content to write over theirs.
    const cannot = item.shortcut === undefined ? conflict === 'rename' && !isNamed : conflict === 'overwrite';
    switch (cannot ? 'skip' : conflict) {
      case 'overwrite': {
        if (theirs.targetId === '')
          return this.#settleWithoutCopy(batch.container, item.todo, folderInTheWay(), item.version);
        const left = await replaceCopies(this.#context, [{ ...one, item: item.older ?? item, ...theirs }]);
        if (left[0]?.result.outcome === 'unknown') this.mustSettle = true;
        // Gone or changed in this very moment: the to-do stays, and the next round looks again.
        else if (left[0] !== undefined) {
          const why = left[0].result.outcome === 'refused' ? left[0].result.error : rivalMoved();
          await this.#settleWithoutCopy(batch.container, item.todo, why, item.version);
        } else if (item.older === undefined && item.isOlder !== true) this.#count([item]);
        return;
      }
      case 'rename':
        return this.#createRenamed(one, item);
      case 'skip':
        if (item.name !== undefined) await this.#names.yield(batch.target, item.name);
        await inFencedTransaction(pool, claim.lease, async (client) => {
          await this.#books(client, one, [{ item, state: 'skipped', reason: 'conflict-kept-target' }]);
          await insertNotes(client, claim.entryId, claim.number, [
            {
              kind: 'skipped',
              code: 'conflict-kept-target',
              text: 'The target has another object of the same identity with other content; it was kept.',
              fix: 'Choose the conflict option “overwrite” or “rename” and start a delta pass after it changes, or remigrate.',
              ...whose(batch, item),
            },
          ]);
        });
        this.#count([item]);
    }
  }

  /** What the target has under this key may be the same thing. */
  async #compare(batch: Batch, item: TransferItem, targetId: string): Promise<Compared> {
    for await (const copy of this.#context.target.reader.read(batch.target.key, [targetId])) {
      if ('vanished' in copy) break;
      if (!('body' in copy)) return { is: 'other' };
      if (item.name !== undefined && copy.size !== item.size) return { is: 'other' };
      if (item.digest === undefined) await drainForDigest(item);
      const digest = await digestOf(batch.container.kind, copy.body);
      return item.digest?.equals(digest) === true ? { is: 'same', version: copy.version } : { is: 'other' };
    }
    return { is: 'gone' };
  }

  /** What a file was called before names were tried for it. */
  #ownName(item: TransferItem): string {
    const own = this.#ownNames.get(item.todo.seq) ?? item.name ?? '';
    this.#ownNames.set(item.todo.seq, own);
    return own;
  }

  async #createRenamed(batch: Batch, item: TransferItem): Promise<void> {
    const renamed =
      item.name === undefined
        ? renamedItem(batch.container.kind, item, this.#renames.get(item.todo.seq) ?? 1)
        : await this.#fileBeside(batch, item, item.name);
    if (renamed === undefined) return;
    this.#renames.set(item.todo.seq, (this.#renames.get(item.todo.seq) ?? 1) + 1);
    if ((this.#renames.get(item.todo.seq) ?? 0) > MAX_RENAMES)
      return this.#settleWithoutCopy(batch.container, item.todo, rivalMoved(), item.version);
    await this.#create(
      { ...batch, items: [renamed] },
      `${(this.#renames.get(item.todo.seq) ?? 0).toString(16).padStart(2, '0')}`,
    );
  }

  /**
   * As the first number that the target has no other file under. A file of the same content there is taken over: it was
   * written by a migration whose books are lost.
   *
   * @returns undefined where it is settled
   */
  async #fileBeside(batch: Batch, item: TransferItem, name: string): Promise<TransferItem | undefined> {
    for (let taken = name; ; ) {
      this.#context.control.checkpoint();
      const called = await this.#names.rename(batch.target, this.#ownName(item), taken, item.todo.src);
      const there: Compared = called.isTheirs ? await this.#compare(batch, item, called.name) : { is: 'gone' };
      if (there.is === 'gone') return renamedFile(item.older ?? item, called);
      if (there.is === 'same') {
        const renamed = renamedFile(item, called);
        const adopted = [{ item: renamed, targetId: called.name, version: there.version }];
        await this.#takeOver({ ...batch, items: [renamed] }, adopted);
        return undefined;
      }
      taken = called.name;
    }
  }

  /** One of them is to blame and the server doesn't say which: halves, with fresh intents. */
  async #bisect(batch: Batch): Promise<void> {
    const middle = Math.ceil(batch.items.length / 2);
    for (const items of [batch.items.slice(0, middle), batch.items.slice(middle)]) {
      if (items.length === 0 || this.mustSettle) continue;
      this.#context.control.checkpoint();
      await this.#create({ ...batch, items });
    }
  }

  /** Ascending, so that intents of one batch are settled in the order in which they were sent. */
  async #takeOps(count: number): Promise<number[]> {
    while (this.#ops.length < count)
      this.#ops.push(...(await reserveOps(this.#context.pool, Math.max(OP_BLOCK, count))));
    return this.#ops.splice(0, count).sort((a, b) => a - b);
  }

  async #books(client: PoolClient, batch: Batch, outcomes: readonly Outcome[]): Promise<void> {
    const { entryId, number } = this.#context.claim;
    await settleRows(client, entryId, number, settledRows(batch, outcomes));
    const seqs = (isOlder: boolean): number[] =>
      outcomes.filter(({ item }) => (item.isOlder === true) === isOlder).map(({ item }) => item.todo.seq);
    await deleteTodos(client, entryId, batch.container.id, seqs(false));
    await planReplacement(client, entryId, batch.container.id, seqs(true));
    // A copy that moved keeps its flags until the state phase brings what differs.
    await insertTodos(
      client,
      entryId,
      batch.container.id,
      outcomes
        .filter(({ item, baseFlags }) => baseFlags !== undefined && baseFlags !== item.flags)
        .map(({ item }) => ({ verb: 'state', src: item.todo.src, srcId: item.todo.srcId, flags: item.flags })),
    );
  }

  #settleWithoutCopy(
    container: ContainerRow,
    todo: TodoRow,
    why: 'vanished' | Reason | SternaError,
    version?: string,
    isSkipped = false,
    subject?: string,
  ): Promise<void> {
    return this.#settleWithoutCopies(container, [todo], why, { version, isSkipped, subject });
  }

  async #settleWithoutCopies(
    container: ContainerRow,
    todos: readonly TodoRow[],
    why: 'vanished' | Reason | SternaError,
    of: {
      readonly version?: string | undefined;
      readonly isSkipped?: boolean;
      readonly subject?: string | undefined;
    } = {},
  ): Promise<void> {
    const { pool, claim, progress, refused } = this.#context;
    const { version, isSkipped = false, subject } = of;
    const told = why instanceof SternaError ? why : undefined;
    const failed = told !== undefined && !isSkipped;
    await inFencedTransaction(pool, claim.lease, async (client) => {
      await settleRows(
        client,
        claim.entryId,
        claim.number,
        todos.map((todo) => ({
          kind: container.kind,
          src: todo.src,
          srcId: todo.srcId,
          container: container.id,
          targetContainer: undefined,
          ...outcomeOf(why, isSkipped, container.kind),
          size: undefined,
          flags: undefined,
          matchKey: undefined,
          digest: undefined,
          targetId: undefined,
          srcVersion: version,
        })),
      );
      await deleteTodos(
        client,
        claim.entryId,
        container.id,
        todos.map(({ seq }) => seq),
      );
      if (told === undefined) return;
      await insertNotes(
        client,
        claim.entryId,
        claim.number,
        todos.map((todo) => ({
          kind: isSkipped ? ('skipped' as const) : ('failure' as const),
          code: told.code,
          text: told.message,
          fix: told.fix,
          src: todo.src,
          srcId: todo.srcId,
          container: container.id,
          subject,
        })),
      );
    });
    progress.objects += todos.length;
    progress.planned -= todos.length;
    if (failed) progress.failed += todos.length;
    // Those of a refused container share one cause, which is told: they say nothing of the others, good or bad.
    if (!refused.has(container.id)) this.#failures.add(todos.length, failed && isAlarming(told) ? todos.length : 0);
  }

  /** @param alarms How many of those that failed are a sign that something is wrong */
  #count(items: readonly TransferItem[], failed = 0, alarms = failed): void {
    const { progress } = this.#context;
    progress.objects += items.length;
    progress.planned -= items.length;
    progress.failed += failed;
    for (const item of items) progress.bytes += item.size;
    this.#failures.add(items.length, alarms);
  }

  /** Where a target stood before tells what was made since; one whose ids are ours to choose isn't asked for that. */
  async #mark(target: ContainerRow): Promise<string | undefined> {
    const { settle } = capabilitiesFor(this.#context.target, target.kind);
    return settle === 'reserved-id' || settle === 'none' ? undefined : this.#writer().mark(target.key);
  }

  /** Keys that something in the target has; undefined: nobody will ask whether one was free. */
  async #keysBefore(target: ContainerRow): Promise<ReadonlySet<string> | undefined> {
    const { settle, inSteps } = capabilitiesFor(this.#context.target, target.kind);
    if (inSteps !== true || settle === 'reserved-id') return undefined;
    const keys = new Set<string>();
    for await (const { matchKey } of this.#writer().inventory(target.key, { matchKey: true }))
      if (matchKey !== undefined) keys.add(matchKey.toString('hex'));
    return keys;
  }

  #writer() {
    const writer = this.#context.target.writer;
    if (writer === undefined) throw new SternaError('config', 'target-read-only', 'The target can only be read.');
    return writer;
  }
}

interface Outcome {
  readonly item: TransferItem;
  readonly state: Settled['state'];
  readonly reason?: Settled['reason'];
  readonly targetId?: string;
  /** Flags that our copy has now, where they aren't the source's. */
  readonly baseFlags?: string;
  readonly targetVersion?: string | undefined;
}

/** What waits for others may come yet. */
const isAlarming = ({ code, details }: SternaError): boolean =>
  code !== WAITS_FOR_OBJECT && details[TO_BE_EXPECTED] !== true;

/** Undoes a transaction. */
class TakenByAnother extends Error {}

/** What an object that isn't written counts as. */
function outcomeOf(
  why: 'vanished' | Reason | SternaError,
  isSkipped: boolean,
  kind: ContentKind,
): { readonly state: Settled['state']; readonly reason: Reason } {
  if (why instanceof SternaError) {
    if (!isSkipped) return { state: 'failed', reason: 'none' };
    // Of files it is a link or a device; of all else the note says what.
    return { state: 'skipped', reason: kind === 'file' ? 'nothing-to-migrate' : 'not-held' };
  }
  return why === 'vanished' ? { state: 'skipped', reason: 'vanished-from-source' } : { state: 'filtered', reason: why };
}

/** What the target has under a key, beside one of ours; `version`: of a file or an object that changes. */
type Compared = { readonly is: 'same'; readonly version: string | undefined } | { readonly is: 'other' | 'gone' };

/** What the target has under the key of one of ours. */
interface Rival {
  readonly targetId: string;
  readonly version: string | undefined;
  readonly elsewhere?: SternaError | undefined;
  /** It is known to have other content. */
  readonly isOther?: boolean;
}

const CHANGED_WHILE_READ = 'changed-while-read';
const MAX_READS = 3;

/** A file of another size is another file, without looking. */
const mayBe = (there: Unclaimed, item: TransferItem): boolean =>
  item.name === undefined || there.size === undefined || there.size === item.size;

const folderInTheWay = (): SternaError =>
  new SternaError(
    'object',
    'folder-in-the-way',
    'The target has a folder of this name; a file never replaces a folder.',
    {
      fix: 'Rename one of the two, or choose the conflict option “rename”, and start a delta pass.',
    },
  );

const rivalMoved = (): SternaError =>
  new SternaError(
    'object',
    'conflict-unsettled',
    'The target’s object of the same identity changed while the conflict was decided.',
    {
      fix: 'Start a delta pass: it decides again.',
    },
  );

const settledRows = (batch: Batch, outcomes: readonly Outcome[]): Settled[] =>
  outcomes.map(({ item, state, reason, targetId, baseFlags, targetVersion }) => ({
    kind: batch.container.kind,
    src: item.todo.src,
    srcId: item.todo.srcId,
    container: batch.container.id,
    targetContainer: targetId === undefined ? undefined : batch.target.id,
    state,
    reason: reason ?? 'none',
    size: item.size,
    flags: baseFlags ?? item.flags,
    matchKey: item.matchKey,
    digest: item.digest,
    targetId,
    srcVersion: item.version,
    targetVersion,
  }));

const whose = (batch: Batch, item: TransferItem) => ({
  src: item.todo.src,
  srcId: item.todo.srcId,
  container: batch.container.id,
  subject: item.subject(),
});

const takenForAnother = (): SternaError =>
  new SternaError(
    'object',
    'taken-for-another',
    'The target took it for another object of the same identity that it has already, and didn’t keep what differs.',
    { fix: 'Compare the two at the source; what is missing can be added to the target by hand.' },
  );

const mergedNote = (batch: Batch, item: TransferItem): ObjectNote => ({
  kind: 'skipped',
  code: 'kept-once',
  text: 'The target keeps equal objects once: it has this one already, from another place of the source, and added nothing.',
  ...whose(batch, item),
});

const failureNote = (batch: Batch, item: TransferItem, error: SternaError): ObjectNote => ({
  kind: 'failure',
  code: error.code,
  text: error.message,
  fix: error.fix,
  ...whose(batch, item),
});
