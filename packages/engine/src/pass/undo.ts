import type { InventoryItem } from '@sterna/connector-kit';
import { SternaError, type UndoOrder } from '@sterna/core';
import {
  type ContainerRow,
  createdRows,
  forgetObjects,
  inFencedTransaction,
  insertNotes,
  type LedgerRow,
  markUndone,
  mergedByDigest,
  type ObjectNote,
  overwrittenCounts,
  readTally,
  saveTally,
  undosOf,
  workOfPasses,
} from '@sterna/store';
import { nameInBooks } from './books-of-pass.ts';
import { capabilitiesFor, irremovableKind, type PassContext, targetById } from './context.ts';
import { heldByOthers, isTouched } from './deletions.ts';
import { dirtyTargets } from './late-landings.ts';
import { recover } from './recover.ts';
import { rekeyTargets } from './rekey-targets.ts';
import { applyRemovals, whose } from './removals.ts';
import { nothingRestored, type RestoreCounts, type RestoreTally, restoreOverwritten } from './restore-overwritten.ts';
import { loadStructure } from './structure.ts';
import { sharersOf } from './twins.ts';

const PAGE = 200;

/** What becomes of a copy that the pass made. */
const ENDS = ['removed', 'gone', 'edited', 'lastCopy', 'shared', 'refused'] as const;
type End = (typeof ENDS)[number];

/**
 * The books of an undo: `created` is the sum of what stands below it.
 *
 * - `removed` (of a plan: would be removed)
 * - `gone`: somebody removed it before
 * - `edited`: somebody changed it since, so it stays
 * - `lastCopy`: the source has it no more, so it stays
 * - `shared`: another entry has the same copy, so it stays
 * - `refused`: the target refused to remove it
 */
export interface UndoResult extends Readonly<Record<End, number>> {
  readonly mode: UndoOrder['mode'];
  /** Number of the pass that is undone. */
  readonly pass: number;
  readonly created: number;
  /** Copies that the pass wrote content or flags into, and of which nothing is kept aside: they stay as they are. */
  readonly updated: number;
  /** Copies that the pass overwrote, and whose content before is kept aside. */
  readonly overwritten: RestoreCounts;
  readonly containers: readonly UndoneContainer[];
}

interface UndoneContainer extends Readonly<Record<End, number>> {
  readonly container: string;
}

interface Tally {
  readonly created: number;
  readonly updated: number;
  readonly restore: RestoreTally;
  readonly containers: Map<number, Record<End, number>>;
  /** Settled up to here. */
  at: { readonly container: number; readonly src: Buffer };
  /** Removals that were sent, by source key: gone copies among them are our doing. */
  sent: ReadonlySet<string>;
}

/**
 * Takes back what a pass created, and puts back what it overwrote, as far as that is kept aside: each copy that is still as
 * it was written, by its id. Whatever else it finds stays, and is told. The objects are new again for the next pass. With the mode `plan` it says what that would do, by the same way,
 * and changes neither side. It may be interrupted anywhere and goes on: the tally commits with what it counts.
 *
 * @throws SternaError bug `unbalanced` where not every created copy is accounted for
 */
export async function undoPass(context: PassContext, order: UndoOrder): Promise<UndoResult> {
  const { pool, claim } = context;
  const writer = context.target.writer;
  if (writer === undefined) throw new SternaError('config', 'target-read-only', 'The target can only be read.');
  context.progress.phase = order.mode === 'plan' ? 'planning' : 'undoing';
  await loadStructure(context);
  const present = await context.target.reader.containers();
  await rekeyTargets(context, present);
  // What the pass left open when it died is its doing, too, though it comes into the books now.
  if (order.mode === 'remove') await recover(context, dirtyTargets(context, present));
  const passes = [order.pass, ...(await undosOf(pool, claim.entryId, order.pass))];
  const work = await workOfPasses(pool, claim.entryId, passes);
  const overwritten = new Map(
    (await overwrittenCounts(pool, claim.entryId, passes)).map(({ targetContainer, count }) => [
      targetContainer,
      count,
    ]),
  );
  const tally = (order.mode === 'remove' ? await earlierTally(context, order) : undefined) ?? {
    created: sumOf(work.map((one) => one.created)),
    updated: Math.max(0, sumOf(work.map((one) => one.updated)) - sumOf(overwritten.values())),
    restore: nothingRestored(),
    containers: new Map(),
    at: { container: -1, src: Buffer.alloc(0) },
    sent: new Set<string>(),
  };
  const isPresent = new Set(present.map(({ id }) => id));
  const sharers = await sharersOf(context);
  const touched = new Set([...work.map((one) => one.targetContainer), ...overwritten.keys()]);
  for (const targetContainer of [...touched].sort((a, b) => a - b)) {
    const target = targetById(context, targetContainer);
    context.progress.container = nameInBooks(target.path);
    const here = new Map<string, InventoryItem>();
    const sealed = irremovableKind(context.target, target.kind);
    if (isPresent.has(target.key) && (sealed === undefined || overwritten.has(targetContainer)))
      for await (const item of writer.inventory(target.key, {})) here.set(item.targetId, item);
    const { mode } = order;
    const whole = () => stored(order, tally);
    if (overwritten.has(targetContainer))
      await restoreOverwritten(context, { mode, passes, target, here, sharers, tally: tally.restore, whole });
    for (;;) {
      context.control.checkpoint();
      if (targetContainer < tally.at.container) break;
      const after = tally.at.container === targetContainer ? tally.at.src : Buffer.alloc(0);
      const rows = await createdRows(pool, claim.entryId, passes, targetContainer, after, PAGE);
      if (rows.length === 0) break;
      await undoPage(context, order, tally, { target, sealed, rows, here, sharers });
      context.progress.objects += rows.length;
    }
  }
  const result = resultOf(context, order, tally);
  const accounted = ENDS.reduce((sum, end) => sum + result[end], 0);
  if (accounted !== result.created)
    throw new SternaError(
      'bug',
      'unbalanced',
      `Pass ${order.pass} created ${result.created} objects, ${accounted} are accounted for.`,
      { fix: 'Report it with the pass’s report.' },
    );
  if (order.mode === 'remove')
    await inFencedTransaction(pool, claim.lease, (client) =>
      markUndone(client, claim.entryId, order.pass, claim.number),
    );
  return result;
}

interface Page {
  readonly target: ContainerRow;
  /** Why nothing can be removed from it. */
  readonly sealed: ReturnType<typeof irremovableKind>;
  readonly rows: readonly LedgerRow[];
  /** What the container holds now. */
  readonly here: ReadonlyMap<string, InventoryItem>;
  readonly sharers: readonly number[];
}

async function undoPage(context: PassContext, order: UndoOrder, tally: Tally, page: Page): Promise<void> {
  const { pool, claim } = context;
  const { sealed } = page;
  const ends =
    sealed === undefined
      ? await endsOf(context, page, tally.sent)
      : new Map(page.rows.map((row) => [row, 'refused' as End]));
  const last = page.rows.at(-1) as LedgerRow;
  const notes: ObjectNote[] = [];
  if (order.mode === 'remove') {
    const remove = page.rows.filter((row) => ends.get(row) === 'removed' && page.here.has(row.targetId ?? ''));
    tally.sent = new Set([...tally.sent, ...remove.map(keyOf)]);
    await inFencedTransaction(pool, claim.lease, (client) => saveTally(client, claim.passId, stored(order, tally)));
    await context.reached('after-intent-commit');
    for (const [row, end, note] of await removeCopies(context, page.target, remove)) {
      ends.set(row, end);
      if (note !== undefined) notes.push(note);
    }
    await context.reached('after-acknowledgement');
  }
  const counts = tally.containers.get(page.target.id) ?? none();
  for (const [row, end] of ends) {
    counts[end] += 1;
    const stays = sealed ?? page.here.get(row.targetId ?? '')?.irremovable;
    if (end === 'refused' && stays !== undefined) notes.push({ ...stays, kind: 'failure', ...whose(row) });
    const why = WHY_KEPT[end];
    if (why !== undefined)
      notes.push({ kind: 'skipped', ...why, text: `${why.text} (${nameInBooks(page.target.path)})`, ...whose(row) });
  }
  tally.containers.set(page.target.id, counts);
  tally.at = { container: page.target.id, src: last.src };
  tally.sent = new Set();
  const undone = page.rows.filter((row) => ends.get(row) === 'removed' || ends.get(row) === 'gone');
  const twins = order.mode === 'plan' ? [] : await twinsOf(context, page.target, undone);
  await inFencedTransaction(pool, claim.lease, async (client) => {
    await insertNotes(client, claim.entryId, claim.number, notes);
    if (order.mode === 'plan') return;
    await forgetObjects(client, claim.entryId, [...undone.map(({ src }) => src), ...twins]);
    await saveTally(client, claim.passId, stored(order, tally));
  });
  if (order.mode === 'remove') await context.reached('after-settle-commit');
}

/** What is to become of each, by what the target holds now. */
async function endsOf(
  context: PassContext,
  { target, rows, here, sharers }: Page,
  sent: ReadonlySet<string>,
): Promise<Map<LedgerRow, End>> {
  const others = sharers.filter((id) => id !== context.claim.entryId);
  const held = await heldByOthers(context, target, sharers, rows);
  const digests = rows.flatMap(({ digest }) => digest ?? []);
  const collapses = capabilitiesFor(context.target, target.kind).collapsesTwins !== false;
  const merged = collapses && others.length > 0 ? await mergedByDigest(context.pool, others, digests) : [];
  const end = (row: LedgerRow): End => {
    const copy = row.targetId === undefined ? undefined : here.get(row.targetId);
    if (copy === undefined) return sent.has(keyOf(row)) ? 'removed' : 'gone';
    if (copy.irremovable !== undefined) return 'refused';
    if (row.gonePass !== undefined) return 'lastCopy';
    if (isTouched(row, copy)) return 'edited';
    if (held.has(copy.targetId) || merged.some(({ digest }) => row.digest?.equals(digest) === true)) return 'shared';
    return 'removed';
  };
  return new Map(rows.map((row) => [row, end(row)]));
}

/** For good: of mail that went into the wrong mailbox nothing is to be left in its trash. */
async function removeCopies(
  context: PassContext,
  target: ContainerRow,
  rows: readonly LedgerRow[],
): Promise<(readonly [LedgerRow, End, ObjectNote?])[]> {
  if (rows.length === 0) return [];
  const results = await applyRemovals(context, target, rows, 'expunge');
  return results.map(([row, result]) => {
    switch (result?.outcome) {
      case 'done':
      case 'missing':
        return [row, 'removed'];
      case 'changed':
        return [row, 'edited'];
      case 'refused': {
        if (result.error.class !== 'object') throw result.error;
        const { code, message: text, fix } = result.error;
        return [row, 'refused', { kind: 'failure', code, text, fix, ...whose(row) }];
      }
      case 'unknown':
        throw result.error;
      default:
        throw new SternaError('transient', 'outcome-unknown', 'The target gave no answer for one object.');
    }
  });
}

/** Equal objects of which the target kept no copy of their own: with that of the other, theirs is gone, too. */
async function twinsOf({ pool, claim, target }: PassContext, container: ContainerRow, rows: readonly LedgerRow[]) {
  if (capabilitiesFor(target, container.kind).collapsesTwins === false) return [];
  const digests = rows.flatMap(({ digest }) => digest ?? []);
  return (await mergedByDigest(pool, [claim.entryId], digests)).map(({ src }) => src);
}

const WHY_KEPT: Partial<Record<End, { readonly code: string; readonly text: string; readonly fix: string }>> = {
  edited: {
    code: 'undo-edited',
    text: 'Somebody changed it in the target since it was written, so it stays.',
    fix: 'Remove it by hand if it has to go.',
  },
  lastCopy: {
    code: 'undo-last-copy',
    text: 'The source has it no more, so its copy in the target stays.',
    fix: 'Remove it by hand if it has to go.',
  },
  shared: {
    code: 'undo-shared',
    text: 'Another entry that migrates into the same target has the same copy, so it stays.',
    fix: 'Undo the pass of that entry, too.',
  },
};

const none = (): Record<End, number> => ({ removed: 0, gone: 0, edited: 0, lastCopy: 0, shared: 0, refused: 0 });
const sumOf = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + count, 0);
const keyOf = ({ src }: LedgerRow): string => src.toString('hex');

function resultOf(context: PassContext, { mode, pass }: UndoOrder, tally: Tally): UndoResult {
  const total = none();
  for (const counts of tally.containers.values()) for (const end of ENDS) total[end] += counts[end];
  const containers = [...tally.containers].map(([id, counts]) => ({
    container: nameInBooks(targetById(context, id).path),
    ...counts,
  }));
  const { created, updated, restore } = tally;
  return { mode, pass, created, updated, ...total, overwritten: restore.counts, containers };
}

interface StoredTally {
  readonly undoing: number;
  readonly created: number;
  readonly updated: number;
  /** Absent in what an earlier version stored. */
  readonly restore?: RestoreTally;
  readonly containers: readonly (readonly [number, Record<End, number>])[];
  readonly at: { readonly container: number; readonly src: string };
  readonly sent: readonly string[];
}

const stored = ({ pass }: UndoOrder, { created, updated, restore, containers, at, sent }: Tally): StoredTally => ({
  undoing: pass,
  created,
  updated,
  restore,
  containers: [...containers],
  at: { container: at.container, src: at.src.toString('hex') },
  sent: [...sent],
});

/** Of an earlier run of this very pass. */
async function earlierTally({ pool, claim }: PassContext, { pass }: UndoOrder): Promise<Tally | undefined> {
  const found = (await readTally(pool, claim.passId)) as Partial<StoredTally> | undefined;
  if (found?.undoing !== pass) return undefined;
  const { created, updated, restore, containers, at, sent } = found as StoredTally;
  return {
    created,
    updated,
    restore: restore ?? nothingRestored(),
    containers: new Map(containers),
    at: { container: at.container, src: Buffer.from(at.src, 'hex') },
    sent: new Set(sent),
  };
}
