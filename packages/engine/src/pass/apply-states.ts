import type { Result, StateOp, Writer } from '@sterna/connector-kit';
import { diffFlags, parseFlags, SternaError } from '@sterna/core';
import {
  deleteTodos,
  inFencedTransaction,
  insertNotes,
  type LedgerRow,
  nextTodos,
  type ObjectNote,
  rowsBySource,
  settleStates,
  type TodoRow,
  todoCounts,
} from '@sterna/store';
import { type PassContext, sourceById, targetById } from './context.ts';
import { findAgain, TARGET_LOOKS_EMPTY } from './found-again.ts';

const PAGE = 500;

/**
 * Brings flag changes to the copies, as differences from the base (as migrated), so that what people set at the target
 * stays. Repeating a difference changes nothing, so a crash needs no intent: the to-do is simply done again.
 */
export async function applyStates(context: PassContext): Promise<void> {
  const { pool, claim, progress } = context;
  const work = (await todoCounts(pool, claim.entryId)).filter((one) => one.verb === 'state');
  if (work.length === 0) return;
  progress.phase = 'flags';
  const writer = context.target.writer;
  if (writer === undefined) throw new SternaError('config', 'target-read-only', 'The target can only be read.');

  for (const { container } of work) {
    const source = sourceById(context, container);
    progress.container = source.path.join('/');
    let after = 0;
    for (;;) {
      context.control.checkpoint();
      const todos = await nextTodos(pool, claim.entryId, container, 'state', after, PAGE);
      if (todos.length === 0) break;
      after = todos[todos.length - 1]?.seq ?? after;
      const rows = await rowsBySource(
        pool,
        claim.entryId,
        todos.map((todo) => todo.src),
      );
      const ops: StateOp[] = [];
      for (const todo of todos) {
        const row = rows.get(todo.src.toString('hex'));
        if (row?.targetId === undefined || row.targetContainer === undefined) continue;
        const { add, remove } = diffFlags(parseFlags(row.flags ?? ''), parseFlags(todo.flags ?? ''));
        if (add.length + remove.length === 0) continue;
        const target = targetById(context, row.targetContainer);
        context.writtenTargets.add(target.id);
        ops.push({ verb: 'state', op: String(todo.seq), container: target.key, targetId: row.targetId, add, remove });
      }
      const { results, later } = await applied(context, writer, ops, todos, rows);
      const done: { src: Buffer; flags: string; state: 'updated' | 'skipped'; reason: 'none' | 'deleted-at-target' }[] =
        [];
      const notes: ObjectNote[] = [];
      const closed: number[] = [];
      for (const todo of todos) {
        const result = results.get(todo.seq);
        const whose = { src: todo.src, srcId: todo.srcId, container };
        if (result?.outcome === 'unknown') throw result.error;
        const reason = later.get(todo.seq);
        if (reason !== undefined) {
          notes.push({
            kind: 'skipped',
            code: reason.code,
            text: `Its flags wait: ${reason.message}`,
            fix: reason.fix,
            ...whose,
          });
          continue;
        }
        closed.push(todo.seq);
        if (result === undefined) continue;
        if (result.outcome === 'done') {
          done.push({ src: todo.src, flags: todo.flags ?? '', state: 'updated', reason: 'none' });
          for (const note of result.notes ?? []) notes.push({ kind: 'fidelity', ...note, ...whose });
        } else if (result.outcome === 'missing') {
          done.push({ src: todo.src, flags: todo.flags ?? '', state: 'skipped', reason: 'deleted-at-target' });
          notes.push({
            kind: 'skipped',
            code: 'deleted-at-target',
            text: 'Its flags changed at the source, but its copy was deleted from the target. A delta pass does not send it again.',
            fix: 'If it should be there, plan a remigration.',
            ...whose,
          });
        } else if ('error' in result) {
          notes.push({ kind: 'fidelity', code: result.error.code, text: result.error.message, ...whose });
        }
      }
      await inFencedTransaction(pool, claim.lease, async (client) => {
        await settleStates(client, claim.entryId, claim.number, done);
        await deleteTodos(client, claim.entryId, container, closed);
        await insertNotes(client, claim.entryId, claim.number, notes);
      });
      progress.objects += done.length;
    }
  }
}

interface Applied {
  readonly results: ReadonlyMap<number, Result>;
  /** What stays planned, and why. */
  readonly later: ReadonlyMap<number, SternaError>;
}

/** What isn't there under the id that the books have is looked for once. */
async function applied(
  context: PassContext,
  writer: Writer,
  ops: readonly StateOp[],
  todos: readonly TodoRow[],
  rows: ReadonlyMap<string, LedgerRow>,
): Promise<Applied> {
  const later = new Map<number, SternaError>();
  if (ops.length === 0) return { results: new Map(), later };
  const results = new Map((await writer.apply(ops)).map((result) => [Number(result.op), result]));
  const missing = todos.flatMap(({ seq, src }) => {
    const row = rows.get(src.toString('hex'));
    return row?.targetContainer !== undefined && results.get(seq)?.outcome === 'missing'
      ? [{ seq, row, container: row.targetContainer }]
      : [];
  });
  const ids = new Map<string, string>();
  for (const [container, group] of Map.groupBy(missing, (one) => one.container)) {
    try {
      const own = group.map(({ row }) => row);
      for (const [src, id] of await findAgain(context, targetById(context, container), own)) ids.set(src, id);
    } catch (error) {
      if (!(error instanceof SternaError) || error.code !== TARGET_LOOKS_EMPTY) throw error;
      for (const { seq } of group) later.set(seq, error);
    }
  }
  const idBySeq = new Map(missing.map(({ seq, row }) => [String(seq), ids.get(row.src.toString('hex'))]));
  const again = ops.flatMap((op) => {
    const targetId = idBySeq.get(op.op);
    return targetId === undefined ? [] : [{ ...op, targetId }];
  });
  if (again.length > 0) for (const result of await writer.apply(again)) results.set(Number(result.op), result);
  return { results, later };
}
