import { CUTOVER_LINES, type PassEvidence, SternaError } from '@sterna/core';
import {
  type BatchEvidence,
  batchStatusCounts,
  type CutoverItemRow,
  cutoverEvidence,
  cutoverItemsOf,
  inOrganization,
  nextOwnLine,
  type OrganizationTransaction,
  schedulesOf,
  writeCutoverItem,
} from '@sterna/store';
import { found, readName, requireSomewhere } from './access.ts';
import { requireBatch } from './batches.ts';
import type { Actor, Context } from './context.ts';
import { reachProject } from './reach.ts';

export interface CutoverLine {
  /** `last-delta`, `forwarding`, `mx`, `profiles`, `verify`, or `own-` and a number. */
  readonly key: string;
  readonly title: string;
  readonly own: boolean;
  readonly note: string;
  readonly doneAt: Date | undefined;
  readonly doneBy: string | undefined;
  /** Of `last-delta` and `verify`: what the passes say now, whoever ticked. */
  readonly evidence: PassEvidence | undefined;
}

export interface CutoverBatch {
  /** '' for the entries without a batch. */
  readonly batch: string;
  readonly entries: number;
  /** Where the entries' passes have brought them. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Entries that wait for a schedule. */
  readonly waiting: number;
  readonly lines: readonly CutoverLine[];
}

const MOST_OWN_LINES = 50;
const MAX_NOTE = 2_000;
const NO_EVIDENCE: PassEvidence = {
  entries: 0,
  done: 0,
  withFailures: 0,
  failed: 0,
  running: 0,
  none: 0,
  stale: 0,
  firstEndedAt: undefined,
  lastEndedAt: undefined,
};

const lineOf = (row: CutoverItemRow, evidence: PassEvidence | undefined): CutoverLine => ({
  key: row.key,
  title: row.title,
  own: row.key.startsWith('own-'),
  note: row.note,
  doneAt: row.done_at ?? undefined,
  doneBy: row.done_by ?? undefined,
  evidence,
});

function evidenceFor(key: string, evidence: BatchEvidence | undefined): PassEvidence | undefined {
  if (key === 'last-delta') return evidence?.delta ?? NO_EVIDENCE;
  if (key === 'verify') return evidence?.verify ?? NO_EVIDENCE;
  return undefined;
}

/** The lines that every batch begins with, as rows that nobody has touched. */
const untouched = (projectId: number, batch: string, at: Date): readonly CutoverItemRow[] =>
  CUTOVER_LINES.map(({ key, title }, index) => ({
    project_id: projectId,
    batch,
    key,
    title,
    position: index + 1,
    note: '',
    done_at: null,
    done_by: null,
    created_by: 'sterna',
    created_at: at,
    removed_at: null,
  }));

function linesOf(
  projectId: number,
  batch: string,
  rows: readonly CutoverItemRow[],
  evidence: BatchEvidence | undefined,
): readonly CutoverLine[] {
  const touched = new Map(rows.map((row) => [row.key, row]));
  const defaults = untouched(projectId, batch, new Date(0)).map((row) => touched.get(row.key) ?? row);
  const own = rows.filter((row) => row.key.startsWith('own-'));
  return [...defaults, ...own].map((row) => lineOf(row, evidenceFor(row.key, evidence)));
}

/** Every batch that has entries, an open schedule, or a line that somebody touched; with its checklist. */
export async function cutoverOf(
  db: Context['db'],
  projectId: number,
  batch?: string | undefined,
): Promise<readonly CutoverBatch[]> {
  const [counts, items, evidence, schedules] = await Promise.all([
    batchStatusCounts(db, projectId),
    cutoverItemsOf(db, projectId, batch),
    cutoverEvidence(db, projectId, batch),
    schedulesOf(db, projectId, { batch, open: true, limit: 500 }),
  ]);
  const names = new Set(
    [...counts, ...items, ...schedules].map((row) => row.batch).filter((name) => batch === undefined || name === batch),
  );
  return [...names]
    .sort((a, b) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : a > b ? 1 : 0))
    .map((name) => {
      const mine = counts.filter((row) => row.batch === name);
      return {
        batch: name,
        entries: mine.reduce((sum, row) => sum + row.entries, 0),
        waiting: mine.reduce((sum, row) => sum + row.waiting, 0),
        statuses: Object.fromEntries(mine.map((row) => [row.status, row.entries])),
        lines: linesOf(
          projectId,
          name,
          items.filter((row) => row.batch === name),
          evidence.find((row) => row.batch === name),
        ),
      };
    });
}

export async function listCutover(
  context: Context,
  actor: Actor,
  input: { projectId: number; batch?: string | undefined },
): Promise<readonly CutoverBatch[]> {
  requireSomewhere(actor, 'read');
  const project = await reachProject(context.db, actor, 'read', input.projectId);
  return cutoverOf(context.db, project.id, input.batch);
}

async function inBatch<T>(
  context: Context,
  actor: Actor,
  input: { projectId: number; batch: string },
  work: (tx: OrganizationTransaction, rows: readonly CutoverItemRow[], batch: string) => Promise<T>,
): Promise<T> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const project = await reachProject(tx.db, actor, 'operate', input.projectId);
    const batch = input.batch.trim();
    const rows = await cutoverItemsOf(tx.db, project.id, batch);
    if (rows.length === 0) await requireBatch(tx, project.id, batch);
    const result = await work(tx, rows, batch);
    tx.event({ type: 'batch', projectId: project.id });
    return result;
  });
}

/** One batch with its evidence, as it stands inside the transaction. */
async function after(tx: OrganizationTransaction, projectId: number, batch: string): Promise<CutoverBatch> {
  const [view] = await cutoverOf(tx.db, projectId, batch);
  return found(view, 'batch', batch);
}

/**
 * Ticks a line, takes the tick away, or changes its note; absent members stay. A line that is ticked already keeps who
 * ticked it and when; taking a tick away is in the audit trail, with what it said.
 */
export async function changeCutoverLine(
  context: Context,
  actor: Actor,
  input: {
    projectId: number;
    batch: string;
    key: string;
    done?: boolean | undefined;
    note?: string | undefined;
  },
): Promise<CutoverBatch> {
  return inBatch(context, actor, input, async (tx, rows, batch) => {
    const row = found(
      rows.find((one) => one.key === input.key) ??
        untouched(input.projectId, batch, tx.now).find((one) => one.key === input.key),
      'line',
      input.key,
    );
    const isDone = row.done_at !== null;
    const note = input.note?.trim().slice(0, MAX_NOTE) ?? row.note;
    const done =
      input.done === undefined || input.done === isDone
        ? { done_at: row.done_at, done_by: row.done_by }
        : input.done
          ? { done_at: tx.now, done_by: actor.name }
          : { done_at: null, done_by: null };
    await writeCutoverItem(tx.db, { ...row, ...done, note });
    const subject = `project/${input.projectId}`;
    if (input.done === true && !isDone)
      tx.audit('cutover.tick', subject, { batch, line: row.key, title: row.title, note });
    if (input.done === false && row.done_at !== null)
      tx.audit('cutover.untick', subject, {
        batch,
        line: row.key,
        title: row.title,
        tickedBy: row.done_by ?? '',
        tickedAt: row.done_at.toISOString(),
      });
    if (note !== row.note && (input.done ?? isDone) === isDone)
      tx.audit('cutover.note', subject, { batch, line: row.key, note, before: row.note });
    return after(tx, input.projectId, batch);
  });
}

/** @throws SternaError config `name-invalid` | `cutover-lines-full` */
export async function addCutoverLine(
  context: Context,
  actor: Actor,
  input: { projectId: number; batch: string; title: string },
): Promise<CutoverBatch> {
  return inBatch(context, actor, input, async (tx, rows, batch) => {
    const title = readName(input.title, 'title');
    if (rows.filter((row) => row.key.startsWith('own-')).length >= MOST_OWN_LINES)
      throw new SternaError('config', 'cutover-lines-full', `A checklist takes ${MOST_OWN_LINES} lines of its own.`, {
        field: 'title',
        fix: 'Remove one first.',
      });
    const number = await nextOwnLine(tx.db, input.projectId, batch);
    const key = `own-${number}`;
    await writeCutoverItem(tx.db, {
      project_id: input.projectId,
      batch,
      key,
      title,
      position: CUTOVER_LINES.length + number,
      note: '',
      done_at: null,
      done_by: null,
      created_by: actor.name,
      created_at: tx.now,
      removed_at: null,
    });
    tx.audit('cutover.add', `project/${input.projectId}`, { batch, line: key, title });
    return after(tx, input.projectId, batch);
  });
}

/** One of the batch's own. @throws SternaError config `cutover-line-fixed` */
export async function removeCutoverLine(
  context: Context,
  actor: Actor,
  input: { projectId: number; batch: string; key: string },
): Promise<CutoverBatch> {
  return inBatch(context, actor, input, async (tx, rows, batch) => {
    if (CUTOVER_LINES.some((line) => line.key === input.key))
      throw new SternaError('config', 'cutover-line-fixed', 'This line belongs to every checklist.', {
        fix: 'Tick it, with a note that it isn’t needed.',
      });
    const row = found(
      rows.find((one) => one.key === input.key),
      'line',
      input.key,
    );
    await writeCutoverItem(tx.db, { ...row, removed_at: tx.now });
    tx.audit('cutover.remove', `project/${input.projectId}`, {
      batch,
      line: row.key,
      title: row.title,
      ...(row.done_by === null ? {} : { tickedBy: row.done_by }),
    });
    return after(tx, input.projectId, batch);
  });
}
