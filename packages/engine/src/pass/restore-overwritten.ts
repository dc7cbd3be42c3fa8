import type { InventoryItem, ReplaceOp, Result } from '@sterna/connector-kit';
import { SternaError, type UndoOrder } from '@sterna/core';
import {
  type ContainerRow,
  inFencedTransaction,
  insertNotes,
  type LedgerRow,
  type ObjectNote,
  type Overwritten,
  overwrittenRows,
  saveTally,
  settleRestored,
} from '@sterna/store';
import type { AsideContent } from '../aside-folder.ts';
import { nameInBooks } from './books-of-pass.ts';
import { capabilitiesFor, type PassContext } from './context.ts';
import { heldByOthers, isTouched } from './deletions.ts';
import { digestOf } from './digests.ts';
import { whose } from './removals.ts';
import { stampFor } from './transfer-item.ts';

const PAGE = 200;

/** What becomes of a copy that the pass overwrote, and whose content before is kept. */
const RETURNS = ['restored', 'gone', 'edited', 'shared', 'missing', 'refused'] as const;
type Return = (typeof RETURNS)[number];

/**
 * - `restored` (of a plan: would be restored)
 * - `gone`: somebody removed it since, and it is not made anew
 * - `edited`: somebody changed it since, so it stays
 * - `shared`: another entry has the same copy, so it stays
 * - `missing`: what it was is in the data folder of another machine, or not there any more
 * - `refused`: the target refused it
 */
export type RestoreCounts = Readonly<Record<Return, number>>;

/** How far restoring has come; commits with what it tells of. */
export interface RestoreTally {
  readonly counts: Record<Return, number>;
  /** Settled up to here. */
  at: { readonly container: number; readonly src: string };
  /** Sent, by source key: a copy that is another one now may be our doing. */
  sent: readonly string[];
}

export const nothingRestored = (): RestoreTally => ({
  counts: { restored: 0, gone: 0, edited: 0, shared: 0, missing: 0, refused: 0 },
  at: { container: -1, src: '' },
  sent: [],
});

export interface Restoring {
  readonly mode: UndoOrder['mode'];
  readonly passes: readonly number[];
  readonly target: ContainerRow;
  /** What the container holds now. */
  readonly here: ReadonlyMap<string, InventoryItem>;
  readonly sharers: readonly number[];
  readonly tally: RestoreTally;
  /** The tally of the whole undo, to be saved. */
  readonly whole: () => object;
}

interface One {
  readonly kept: Overwritten;
  readonly row: LedgerRow;
}

/**
 * Puts back what these passes overwrote in one container of the target, wherever the copy is still as they wrote it. Writing
 * the same content twice does no harm, so it needs no intents. It may be interrupted anywhere and goes on.
 */
export async function restoreOverwritten(context: PassContext, restoring: Restoring): Promise<void> {
  const { pool, claim } = context;
  const { mode, passes, target, tally } = restoring;
  if (target.id < tally.at.container) return;
  for (;;) {
    context.control.checkpoint();
    const after = Buffer.from(tally.at.container === target.id ? tally.at.src : '', 'hex');
    const page = await overwrittenRows(pool, claim.entryId, passes, target.id, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    const before = new Set(tally.sent);
    tally.sent = page.map(keyOf);
    if (mode === 'remove') {
      await inFencedTransaction(pool, claim.lease, (client) => saveTally(client, claim.passId, restoring.whole()));
      await context.reached('after-intent-commit');
    }
    const ends = await endsOf(context, restoring, page, before);
    if (mode === 'remove') await context.reached('after-acknowledgement');
    for (const { is } of ends.values()) tally.counts[is] += 1;
    tally.at = { container: target.id, src: keyOf(last) };
    tally.sent = [];
    const restored = [...ends].flatMap(([{ kept, row }, end]) =>
      end.is === 'restored' ? [{ kept, row, targetVersion: end.version }] : [],
    );
    await inFencedTransaction(pool, claim.lease, async (client) => {
      await insertNotes(client, claim.entryId, claim.number, notesOf(target, ends));
      if (mode === 'plan') return;
      await settleRestored(client, claim.entryId, restored);
      await saveTally(client, claim.passId, restoring.whole());
    });
    if (mode === 'plan') continue;
    await context.reached('after-settle-commit');
    for (const { kept } of restored) await context.aside?.remove(kept.file);
  }
}

interface End {
  readonly is: Return;
  /** Of the copy as it was written back. */
  readonly version?: string | undefined;
  readonly error?: SternaError;
}

/** In the order of the page, what became of each; of a plan, what would. */
async function endsOf(
  context: PassContext,
  { mode, target, here, sharers }: Restoring,
  page: readonly One[],
  sentBefore: ReadonlySet<string>,
): Promise<Map<One, End>> {
  const rows = page.map(({ row }) => row);
  const held = await heldByOthers(context, target, sharers, rows);
  const ends = new Map<One, End>();
  let batch: { readonly one: One; readonly content: AsideContent }[] = [];
  const limit = capabilitiesFor(context.target, target.kind).batch.objects;
  const flush = async (): Promise<void> => {
    const full = batch;
    batch = [];
    for (const [one, end] of await writeBack(context, target, full)) ends.set(one, end);
  };
  for (const one of page) {
    context.control.signal.throwIfAborted();
    const copy = here.get(one.kept.targetId);
    const content = await context.aside?.read(one.kept.file, one.kept.native !== undefined);
    if (copy === undefined) ends.set(one, { is: 'gone' });
    else if (isTouched(one.row, copy))
      ends.set(one, sentBefore.has(keyOf(one)) ? await asSent(context, target, one) : { is: 'edited' });
    else if (held.has(copy.targetId)) ends.set(one, { is: 'shared' });
    else if (content === undefined) ends.set(one, { is: 'missing' });
    else if (mode === 'plan') ends.set(one, { is: 'restored' });
    else {
      const isStream = !Buffer.isBuffer(content.body);
      if (isStream) await flush();
      batch.push({ one, content });
      if (isStream || batch.length >= limit) await flush();
    }
  }
  await flush();
  return ends;
}

/** An earlier run of this undo sent it and died: it holds what was put aside, or somebody changed it after all. */
async function asSent(context: PassContext, target: ContainerRow, { kept }: One): Promise<End> {
  for await (const copy of context.target.reader.read(target.key, [kept.targetId])) {
    if (!('body' in copy)) break;
    const digest = await digestOf(target.kind, copy.body);
    return digest.equals(kept.digest) ? { is: 'restored', version: copy.version } : { is: 'edited' };
  }
  return { is: 'edited' };
}

async function writeBack(
  context: PassContext,
  target: ContainerRow,
  batch: readonly { readonly one: One; readonly content: AsideContent }[],
): Promise<(readonly [One, End])[]> {
  const { writer } = context.target;
  if (batch.length === 0 || writer === undefined) return [];
  context.writtenTargets.add(target.id);
  const results = await writer.apply(
    batch.map(({ one: { kept, row }, content }, i): ReplaceOp => {
      const { size, modified, targetId } = kept;
      const stamp = stampFor(context.claim.entryId, kept.src, `before ${kept.file}`, size);
      return {
        verb: 'replace',
        op: String(i),
        container: target.key,
        targetId,
        ifVersion: row.targetVersion,
        size: Buffer.isBuffer(content.body) ? content.body.length : size,
        body: content.body,
        ...(content.native === undefined ? {} : { native: content.native }),
        ...(target.kind === 'file' ? { date: modified, stamp } : {}),
      };
    }),
  );
  const byOp = new Map(results.map((result) => [result.op, result]));
  return batch.map(({ one }, i) => [one, endOf(byOp.get(String(i)))]);
}

function endOf(result: Result | undefined): End {
  switch (result?.outcome) {
    case 'done':
      return { is: 'restored', version: result.version };
    case 'missing':
      return { is: 'gone' };
    case 'changed':
      return { is: 'edited' };
    case 'refused':
      if (result.error.class !== 'object') throw result.error;
      return { is: 'refused', error: result.error };
    case 'unknown':
      throw result.error;
    default:
      throw new SternaError('transient', 'outcome-unknown', 'The target gave no answer for one object.');
  }
}

const keyOf = ({ row }: One): string => row.src.toString('hex');

const WHY_NOT: Partial<Record<Return, { readonly code: string; readonly text: string; readonly fix: string }>> = {
  gone: {
    code: 'undo-overwritten-gone',
    text: 'The pass overwrote it, and somebody removed it since: it is not restored.',
    fix: 'Look for it in the target’s trash if it is wanted.',
  },
  edited: {
    code: 'undo-overwritten-edited',
    text: 'The pass overwrote it, and somebody changed it since, so it stays as it is now.',
    fix: 'What it was before the pass is kept in the data folder until the time that the settings say.',
  },
  shared: {
    code: 'undo-shared',
    text: 'Another entry that migrates into the same target has the same copy, so it stays.',
    fix: 'Undo the pass of that entry, too.',
  },
  missing: {
    code: 'undo-not-kept',
    text: 'What it was before the pass is not in the data folder of this worker, so it stays as it is now.',
    fix: 'Where several machines work, let the worker that ran the pass undo it, or give all of them the same data folder.',
  },
};

const notesOf = (target: ContainerRow, ends: ReadonlyMap<One, End>): readonly ObjectNote[] =>
  [...ends].flatMap(([{ row }, { is, error }]): ObjectNote[] => {
    const why = WHY_NOT[is];
    if (error !== undefined)
      return [{ kind: 'failure', code: error.code, text: error.message, fix: error.fix, ...whose(row) }];
    if (why === undefined) return [];
    return [{ kind: 'skipped', ...why, text: `${why.text} (${nameInBooks(target.path)})`, ...whose(row) }];
  });
