import type { Content, ReplaceOp, Result } from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { CONTENT_KINDS, type ContentKind, nameKey, SternaError } from '@sterna/core';
import {
  type ContainerRow,
  commitIntents,
  deleteIntents,
  deleteTodos,
  type Intent,
  inFencedTransaction,
  insertNotes,
  type LedgerRow,
  nextTodos,
  type ObjectNote,
  planReplacement,
  releaseCopy,
  reserveOps,
  rowsBySource,
  type Settled,
  settleRows,
  type TodoRow,
  todoCounts,
} from '@sterna/store';
import { capabilitiesFor, nativeFormat, type PassContext, sourceById, targetById } from './context.ts';
import { preparation } from './preparation.ts';
import { type Overwriting, putAside } from './put-aside.ts';
import { inRounds } from './rounds.ts';
import { shortcutChanged } from './shortcuts.ts';
import {
  drainForDigest,
  intentData,
  MAX_RENAMES,
  renamedItem,
  stampOf,
  type TransferItem,
  toItem,
} from './transfer-item.ts';
import { bringsVersions, earlierVersions } from './versions.ts';

const PAGE = 200;

export interface Replacement extends Overwriting {
  /** The copy was created by this very pass, from an earlier version: it counts as created. */
  readonly isNew?: boolean;
}

/**
 * Puts new content into copies, each under an intent; what they hold is put aside before. What was done is settled here (`updated`); the rest comes back
 * with its result, its intent closed unless the outcome is unknown.
 */
export async function replaceCopies(
  context: PassContext,
  replacements: readonly Replacement[],
  /** Told the version of each copy that was written. */
  wrote?: (replacement: Replacement, version: string | undefined) => void,
): Promise<readonly { replacement: Replacement; result: Result }[]> {
  const { pool, claim } = context;
  const writer = context.target.writer;
  if (writer === undefined) throw new SternaError('config', 'target-read-only', 'The target can only be read.');
  if (replacements.length === 0) return [];
  await putAside(context, replacements);
  const ops = await reserveOps(pool, replacements.length);
  const intents: Intent[] = replacements.map(({ container, target, item, targetId }, i) => ({
    op: ops[i] as number,
    verb: 'replace',
    todoSeq: item.todo.seq,
    container: container.id,
    targetContainer: target.id,
    src: item.todo.src,
    srcId: item.todo.srcId,
    size: item.size,
    flags: item.flags,
    matchKey: item.matchKey,
    digest: item.digest,
    mark: undefined,
    reservedId: undefined,
    targetId,
    data: intentData(item),
  }));
  await context.reached('before-intent-commit');
  await commitIntents(pool, claim.lease, claim.entryId, claim.number, intents);
  await context.reached('after-intent-commit');
  context.control.signal.throwIfAborted();
  for (const { target } of replacements) context.writtenTargets.add(target.id);
  const results = await writer.apply(
    replacements.map(({ target, item, targetId, version }, i): ReplaceOp => {
      return {
        verb: 'replace',
        op: String(ops[i]),
        container: target.key,
        targetId,
        ifVersion: version,
        size: item.size,
        body: item.body,
        ...(item.native === undefined ? {} : { native: item.native }),
        ...(item.name === undefined ? {} : { date: item.date, stamp: stampOf(claim.entryId, item) }),
      };
    }),
  );
  await context.reached('after-acknowledgement');
  const byOp = new Map(results.map((result) => [result.op, result]));
  const older = new Set(replacements.flatMap(({ item }) => (item.isOlder === true ? [item.todo.seq] : [])));
  const done: { op: number; row: Settled; todo: TodoRow; container: number; notes: ObjectNote[] }[] = [];
  const closed: number[] = [];
  const left: { replacement: Replacement; result: Result }[] = [];
  for (const [i, replacement] of replacements.entries()) {
    const op = ops[i] as number;
    const result: Result = byOp.get(String(op)) ?? {
      op: String(op),
      outcome: 'unknown',
      error: new SternaError('transient', 'outcome-unknown', 'The target gave no answer for one object.'),
    };
    if (result.outcome !== 'done') {
      left.push({ replacement, result });
      if (result.outcome !== 'unknown') closed.push(op);
      continue;
    }
    const { item, container, target, targetId } = replacement;
    wrote?.(replacement, result.version);
    const about = { src: item.todo.src, srcId: item.todo.srcId, container: container.id, subject: item.subject() };
    done.push({
      op,
      todo: item.todo,
      container: container.id,
      row: {
        kind: container.kind,
        src: item.todo.src,
        srcId: item.todo.srcId,
        container: container.id,
        targetContainer: target.id,
        state: replacement.isNew === true ? 'created' : 'updated',
        reason: 'none',
        size: item.size,
        flags: item.flags,
        matchKey: item.matchKey,
        digest: item.digest,
        targetId: result.targetId ?? targetId,
        srcVersion: item.version,
        targetVersion: result.version,
      },
      notes: [...item.notes, ...(result.notes ?? [])].map((note) => ({ kind: 'fidelity', ...note, ...about })),
    });
  }
  await inFencedTransaction(pool, claim.lease, async (client) => {
    await deleteIntents(client, claim.entryId, [...closed, ...done.map(({ op }) => op)]);
    await settleRows(
      client,
      claim.entryId,
      claim.number,
      done.map(({ row }) => row),
    );
    const isLast = (one: { todo: TodoRow }): boolean => !older.has(one.todo.seq);
    // The current version follows. It may have been planned as a create, whose rival this one replaced.
    for (const [container, todos] of Map.groupBy(
      done.filter((one) => !isLast(one)),
      (one) => one.container,
    ))
      await planReplacement(
        client,
        claim.entryId,
        container,
        todos.map(({ todo }) => todo.seq),
      );
    for (const [container, todos] of Map.groupBy(done.filter(isLast), (one) => one.container))
      await deleteTodos(
        client,
        claim.entryId,
        container,
        todos.map(({ todo }) => todo.seq),
      );
    await insertNotes(
      client,
      claim.entryId,
      claim.number,
      done.flatMap(({ notes }) => notes),
    );
  });
  await context.reached('after-settle-commit');
  return left;
}

/**
 * Objects whose content changed at the source since they were migrated: each replaces its own copy. Three-way: where
 * somebody changed that copy since it was written, the conflict option decides. With `rename` a file leaves that copy to
 * the target and is planned anew, to be created beside it.
 *
 * @param kinds Only of these
 * @returns false where there was nothing of the kind
 */
export async function replaceChanged(
  context: PassContext,
  kinds: readonly ContentKind[] = CONTENT_KINDS,
): Promise<boolean> {
  let hadWork = false;
  // What the copies hold now tells which of them were written; the others are written again.
  await inRounds(context, async () => {
    const work = (await todoCounts(context.pool, context.claim.entryId)).filter(
      ({ verb, container }) => verb === 'replace' && kinds.includes(sourceById(context, container).kind),
    );
    hadWork ||= work.length > 0;
    return work.length === 0 ? undefined : replaceRound(context, work);
  });
  return hadWork;
}

/** @returns an error of a write whose outcome is unknown: settle before anything else */
async function replaceRound(
  context: PassContext,
  work: readonly { readonly container: number }[],
): Promise<SternaError | undefined> {
  const { pool, claim, progress } = context;
  progress.phase = 'changes';
  for (const { container } of work) {
    const source = sourceById(context, container);
    progress.container = source.path.join('/');
    let after = 0;
    for (;;) {
      context.control.checkpoint();
      const todos = await nextTodos(pool, claim.entryId, container, 'replace', after, PAGE);
      if (todos.length === 0) break;
      after = todos[todos.length - 1]?.seq ?? after;
      const lost = await replacePage(context, source, todos);
      if (lost !== undefined) return lost;
    }
  }
  return undefined;
}

async function replacePage(
  context: PassContext,
  source: ContainerRow,
  todos: readonly TodoRow[],
): Promise<SternaError | undefined> {
  const { pool, claim, progress } = context;
  const rows = await rowsBySource(
    pool,
    claim.entryId,
    todos.map((todo) => todo.src),
  );
  const byId = new Map(todos.map((todo) => [todo.srcId, todo]));
  const limit = capabilitiesFor(context.target, source.kind).batch.objects;
  let batch: Replacement[] = [];
  let lost: SternaError | undefined;
  const flush = async (): Promise<void> => {
    const page = batch;
    batch = [];
    const left = await replaceCopies(context, page);
    const undone = new Set(left.map(({ replacement }) => replacement));
    for (const replacement of page) if (!undone.has(replacement)) countReplaced(progress, replacement);
    for (const { replacement, result } of left)
      if (result.outcome === 'unknown') lost = result.error;
      else await decide(context, replacement, result);
  };
  const wanted = { native: nativeFormat(context, source.kind) };
  for await (const got of context.source.reader.read(source.key, [...byId.keys()], wanted)) {
    context.control.checkpoint();
    const todo = byId.get(got.id);
    const row = todo === undefined ? undefined : rows.get(todo.src.toString('hex'));
    if (todo === undefined) continue;
    byId.delete(got.id);
    // Gone between listing and reading: the next listing says so.
    if ('vanished' in got || row?.targetId === undefined || row.targetContainer === undefined) {
      await inFencedTransaction(pool, claim.lease, (client) =>
        deleteTodos(client, claim.entryId, source.id, [todo.seq]),
      );
      continue;
    }
    if ('error' in got) {
      await settleFailed(context, source, todo, row, got.error);
      continue;
    }
    if (got.shortcut !== undefined) {
      await settleFailed(context, source, todo, row, shortcutChanged());
      continue;
    }
    const item = await changedItem(context, source, todo, row, got);
    if (item === undefined) continue;
    // A stream goes alone.
    if (item.detached) await flush();
    if (lost !== undefined) return lost;
    const whole: Replacement = {
      container: source,
      target: targetById(context, row.targetContainer),
      item,
      targetId: row.targetId,
      version: row.targetVersion,
      isNew: row.pass === claim.number && row.state === 'created',
    };
    const next = await afterEarlier(context, whole, got, row);
    if (next instanceof SternaError) return next;
    if (next === undefined) continue;
    const isSame = item.digest !== undefined && row.digest?.equals(item.digest) === true;
    // With others in between it is a version of its own, though it looks like the one before them; at another time, too.
    if (isSame && !next.hasEarlier && !(await isOfAnotherTime(context, next.replacement)))
      await settleSame(context, source, todo, row, whole);
    else batch.push(next.replacement);
    if (item.detached || batch.length >= limit) await flush();
    if (lost !== undefined) return lost;
  }
  await flush();
  return lost;
}

/**
 * Brings the versions between the one that was migrated last and the current one, the oldest first, each on top of the
 * one before.
 *
 * @returns what is left to do: the current version, on top of the last one; nothing where a version was refused or
 *   can't be read, and that is settled; the error of a write whose outcome is unknown
 */
async function afterEarlier(
  context: PassContext,
  current: Replacement,
  got: Content,
  row: LedgerRow,
): Promise<{ readonly replacement: Replacement; readonly hasEarlier: boolean } | SternaError | undefined> {
  const { container, target, targetId, item } = current;
  let { version } = current;
  let hasEarlier = false;
  const called = item.name === undefined ? undefined : { name: item.name, key: '' };
  const since =
    row.srcVersion === undefined
      ? undefined
      : { version: row.srcVersion, date: () => dateOfCopy(context, target, targetId) };
  const put = async (step: TransferItem): Promise<Result | undefined> => {
    const replacement = { ...current, item: { ...step, matchKey: item.matchKey, isOlder: true }, version };
    const [left] = await replaceCopies(context, [replacement], (_, written) => {
      version = written;
    });
    return left?.result;
  };
  try {
    for await (const earlier of earlierVersions(context, container, got, since)) {
      context.control.checkpoint();
      const step = await toItem(container.kind, item.todo, earlier, undefined, called);
      if (step.detached) await drainForDigest(step);
      let left = await put(step);
      if (left?.outcome === 'changed' && context.settings.settings.conflict === 'overwrite') {
        version = left.version;
        left = await put(step);
      }
      if (left?.outcome === 'unknown') return left.error;
      if (left !== undefined) {
        await decide(context, { ...current, version }, left);
        return undefined;
      }
      hasEarlier = true;
    }
  } catch (thrown) {
    if (!(thrown instanceof SternaError) || thrown.class !== 'object') throw thrown;
    // Of the version that was written last: the next pass goes on behind it.
    const now = (await rowsBySource(context.pool, context.claim.entryId, [item.todo.src])).get(
      item.todo.src.toString('hex'),
    );
    await settleFailed(context, container, item.todo, now ?? row, thrown);
    return undefined;
  }
  return { replacement: { ...current, version }, hasEarlier };
}

/** Where versions are brought: the copy has the content, of an earlier version that said the same. */
async function isOfAnotherTime(
  context: PassContext,
  { container, target, targetId, item }: Replacement,
): Promise<boolean> {
  if (item.date === undefined || !bringsVersions(context, container)) return false;
  const there = await dateOfCopy(context, target, targetId);
  return there !== undefined && inSeconds(there) !== inSeconds(item.date);
}

/** Targets keep no more. */
const inSeconds = (date: Date): number => Math.floor(date.getTime() / 1_000);

async function dateOfCopy(context: PassContext, target: ContainerRow, id: string): Promise<Date | undefined> {
  for await (const copy of context.target.reader.read(target.key, [id])) if ('body' in copy) return copy.date;
  return undefined;
}

async function changedItem(
  context: PassContext,
  source: ContainerRow,
  todo: TodoRow,
  row: LedgerRow,
  got: Content,
): Promise<TransferItem | undefined> {
  try {
    // A file keeps the name that its copy has.
    const rules = capabilitiesFor(context.target, source.kind).names ?? {};
    const called =
      got.name === undefined || row.targetId === undefined
        ? undefined
        : { name: row.targetId, key: nameKey(row.targetId, rules) };
    const item = await toItem(
      source.kind,
      todo,
      got,
      (body) => preparation(context, source, body, { src: todo.src, purpose: 'replace' }),
      called,
    );
    // Known beforehand, so that after a crash the copy tells whether it was written.
    if (item.detached) await drainForDigest(item);
    return keptName(source, item, row);
  } catch (thrown) {
    if (!(thrown instanceof SternaError) || thrown.class !== 'object') throw thrown;
    await settleFailed(context, source, todo, row, thrown);
    return undefined;
  }
}

/** A copy that was added under another natural key keeps it: later changes go to the renamed copy. */
function keptName(source: ContainerRow, item: TransferItem, row: LedgerRow): TransferItem {
  if (row.matchKey === undefined || row.matchKey.equals(item.matchKey)) return item;
  if (pivotOf(source.kind).renamed === undefined) return item;
  for (let number = 1; number <= MAX_RENAMES; number += 1) {
    const renamed = renamedItem(source.kind, item, number);
    if (renamed.matchKey.equals(row.matchKey)) return { ...renamed, notes: item.notes };
  }
  return item;
}

/** What the target said instead of `done`. */
async function decide(
  context: PassContext,
  replacement: Replacement,
  result: Exclude<Result, { outcome: 'unknown' }>,
): Promise<void> {
  const { container, item } = replacement;
  const { pool, claim } = context;
  const row = (await rowsBySource(pool, claim.entryId, [item.todo.src])).get(item.todo.src.toString('hex'));
  if (row === undefined) return;
  switch (result.outcome) {
    case 'missing':
      return settleKept(context, replacement, row, 'deleted-at-target', {
        text: 'It changed at the source, but its copy was deleted from the target. A delta pass does not send it again.',
        fix: 'If it should be there, plan a remigration.',
      });
    case 'changed':
      if (context.settings.settings.conflict === 'overwrite') {
        const [again] = await replaceCopies(context, [{ ...replacement, version: result.version }]);
        if (again === undefined) countReplaced(context.progress, replacement);
        else if (again.result.outcome === 'unknown') throw again.result.error;
        else await settleFailed(context, container, item.todo, row, refusalOf(again.result));
        return;
      }
      if (context.settings.settings.conflict === 'rename' && item.name !== undefined)
        return inFencedTransaction(pool, claim.lease, (client) => releaseCopy(client, claim.entryId, row, item.todo));
      return settleKept(context, replacement, row, 'changed-at-target', {
        text: 'It changed at the source, and its copy was changed in the target since it was written. The target’s was kept.',
        fix: 'Choose the conflict option “overwrite” to let the source win; it is then applied when the object changes again.',
      });
    default:
      return settleFailed(context, container, item.todo, row, refusalOf(result));
  }
}

function countReplaced(progress: PassContext['progress'], { item }: Replacement): void {
  progress.objects += 1;
  progress.bytes += item.size;
}

const refusalOf = (result: Result): SternaError =>
  'error' in result
    ? result.error
    : new SternaError('object', 'conflict-unsettled', 'The target’s object changed while the conflict was decided.', {
        fix: 'Start a delta pass: it decides again.',
      });

/** Only what has no meaning changed: the books learn the new version, nothing is written. */
const settleSame = (
  context: PassContext,
  source: ContainerRow,
  todo: TodoRow,
  row: LedgerRow,
  { item, isNew }: Replacement,
) =>
  settle(context, source, todo, {
    ...row,
    state: isNew === true ? 'created' : 'unchanged',
    reason: 'none',
    srcVersion: item.version,
  });

async function settleKept(
  context: PassContext,
  { container, item }: Replacement,
  row: LedgerRow,
  reason: 'deleted-at-target' | 'changed-at-target',
  words: { text: string; fix: string },
): Promise<void> {
  const note = { kind: 'skipped' as const, code: reason, ...words, subject: item.subject() };
  await settle(context, container, item.todo, { ...row, state: 'skipped', reason, srcVersion: item.version }, note);
  context.progress.objects += 1;
}

/** The copy stays as it is; a later pass tries again. */
async function settleFailed(
  context: PassContext,
  source: ContainerRow,
  todo: TodoRow,
  row: LedgerRow,
  error: SternaError,
): Promise<void> {
  const note = { kind: 'failure' as const, code: error.code, text: error.message, fix: error.fix };
  await settle(context, source, todo, { ...row, state: 'failed', reason: 'none' }, note);
  context.progress.objects += 1;
  context.progress.failed += 1;
}

/** What becomes of a planned replacement that isn't written. */
async function settle(
  { pool, claim }: PassContext,
  container: ContainerRow,
  todo: TodoRow,
  row: Settled,
  note?: ObjectNote,
): Promise<void> {
  await inFencedTransaction(pool, claim.lease, async (client) => {
    await settleRows(client, claim.entryId, claim.number, [row]);
    await deleteTodos(client, claim.entryId, container.id, [todo.seq]);
    if (note !== undefined)
      await insertNotes(client, claim.entryId, claim.number, [
        { ...note, src: todo.src, srcId: todo.srcId, container: container.id },
      ]);
  });
}
