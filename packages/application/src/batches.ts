import { readScheduleTimes, type ScheduleKind, SternaError } from '@sterna/core';
import {
  cancelScheduleRow,
  countBatch,
  inOrganization,
  insertSchedule,
  type OrganizationTransaction,
  type RunRefusalRow,
  type RunSummaryRow,
  runRefusals,
  runsOf,
  type ScheduleRow,
  schedulesOf,
  showWaiting,
} from '@sterna/store';
import { found, readLimit, requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { reachProject, reachSchedule } from './reach.ts';

export interface RunView {
  readonly id: number;
  readonly scheduleId: number;
  readonly dueAt: Date;
  /** Repeats before this one that nobody was there for. */
  readonly missed: number;
  readonly beganAt: Date;
  readonly endedAt: Date | undefined;
  readonly started: number;
  readonly refused: number;
  /** Of the started ones. */
  readonly passes: {
    readonly running: number;
    readonly completed: number;
    readonly withFailures: number;
    readonly failed: number;
  };
  readonly refusals: readonly {
    readonly code: string;
    readonly message: string;
    readonly fix: string | undefined;
    readonly entries: number;
    /** The first few. */
    readonly sample: readonly { readonly entryId: number; readonly sourceAddress: string }[];
  }[];
}

export interface ScheduleView {
  readonly id: number;
  readonly projectId: number;
  /** '' for the entries without a batch. */
  readonly batch: string;
  readonly kind: ScheduleKind;
  readonly state: 'open' | 'over' | 'cancelled';
  readonly runAt: Date;
  readonly zone: string;
  readonly everyHours: number | undefined;
  readonly until: Date | undefined;
  readonly nextRunAt: Date | undefined;
  readonly requestedBy: string;
  readonly createdAt: Date;
  readonly cancelledAt: Date | undefined;
  readonly cancelledBy: string | undefined;
  readonly lastRun: RunView | undefined;
}

const SAMPLE = 5;

function runView(row: RunSummaryRow, refusals: readonly RunRefusalRow[]): RunView {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    dueAt: row.due_at,
    missed: row.missed,
    beganAt: row.began_at,
    endedAt: row.ended_at ?? undefined,
    started: row.started,
    refused: row.refused,
    passes: {
      running: row.running,
      completed: row.completed,
      withFailures: row.with_failures,
      failed: row.failed,
    },
    refusals: refusals
      .filter((one) => one.run_id === row.id)
      .map(({ code, message, fix, entries, sample }) => ({ code, message, fix: fix ?? undefined, entries, sample })),
  };
}

const scheduleView = (row: ScheduleRow, lastRun: RunView | undefined): ScheduleView => ({
  id: row.id,
  projectId: row.project_id,
  batch: row.batch,
  kind: row.kind,
  state: row.cancelled_at !== null ? 'cancelled' : row.next_run_at !== null ? 'open' : 'over',
  runAt: row.run_at,
  zone: row.zone,
  everyHours: row.every_hours ?? undefined,
  until: row.until ?? undefined,
  nextRunAt: row.next_run_at ?? undefined,
  requestedBy: row.requested_by,
  createdAt: row.created_at,
  cancelledAt: row.cancelled_at ?? undefined,
  cancelledBy: row.cancelled_by ?? undefined,
  lastRun,
});

async function viewsOf(db: Context['db'], rows: readonly ScheduleRow[]): Promise<readonly ScheduleView[]> {
  const runs = await runViews(
    db,
    rows.map((row) => row.id),
    1,
  );
  return rows.map((row) =>
    scheduleView(
      row,
      runs.find((run) => run.scheduleId === row.id),
    ),
  );
}

async function runViews(db: Context['db'], scheduleIds: readonly number[], each: number): Promise<readonly RunView[]> {
  const rows = await runsOf(db, scheduleIds, each);
  const refusals = await runRefusals(
    db,
    rows.map((row) => row.id),
    SAMPLE,
  );
  return rows.map((row) => runView(row, refusals));
}

/** A batch by the text of its entries; '' means those without one. @throws SternaError config `batch-empty` */
export async function requireBatch(tx: OrganizationTransaction, projectId: number, batch: string): Promise<void> {
  if ((await countBatch(tx.db, projectId, batch)) > 0) return;
  throw new SternaError(
    'config',
    'batch-empty',
    batch === ''
      ? 'Every entry of this project is in a batch.'
      : `No entry of this project is in the batch ${batch.slice(0, 200)}.`,
    { field: 'batch', fix: 'Choose one of the batches of the user list, or put entries into this one first.' },
  );
}

/**
 * Starts the batch at an instant, or brings what is new every so many hours until the cutover. By the database's
 * clock, whichever process is there then.
 *
 * @throws SternaError config `batch-empty` | `schedule-time-past` | `schedule-time-far` | `schedule-zone-unknown` |
 *   `schedule-repeat-invalid` | `schedule-overlaps`
 */
export async function createSchedule(
  context: Context,
  actor: Actor,
  input: {
    projectId: number;
    batch: string;
    kind: ScheduleKind;
    runAt: Date;
    zone: string;
    everyHours?: number | undefined;
    until?: Date | undefined;
  },
): Promise<ScheduleView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const project = await reachProject(tx.db, actor, 'operate', input.projectId);
    const batch = input.batch.trim();
    await requireBatch(tx, project.id, batch);
    const times = readScheduleTimes(input, tx.now);
    for (const other of await schedulesOf(tx.db, project.id, { batch, open: true, limit: 100 }))
      if (
        other.kind === input.kind &&
        (other.next_run_at?.getTime() === times.runAt.getTime() ||
          (other.every_hours !== null && times.every !== undefined))
      )
        throw new SternaError(
          'config',
          'schedule-overlaps',
          other.every_hours !== null && times.every !== undefined
            ? 'A repeating delta of this batch is scheduled already.'
            : 'The batch has a schedule at that time already.',
          { field: 'runAt', fix: 'Cancel that one first, or choose another time.', details: { scheduleId: other.id } },
        );
    const row = await insertSchedule(tx.db, {
      organizationId: actor.organizationId,
      projectId: project.id,
      batch,
      kind: input.kind,
      runAt: times.runAt,
      zone: times.zone,
      everyHours: times.every?.hours ?? null,
      until: times.every?.until ?? null,
      requestedBy: actor.name,
      accountId: actor.accountId,
    });
    await showWaiting(tx.db, project.id);
    tx.audit('batch.schedule', `project/${project.id}`, {
      batch,
      schedule: row.id,
      kind: row.kind,
      at: times.runAt.toISOString(),
      zone: times.zone,
      ...(times.every === undefined ? {} : { everyHours: times.every.hours, until: times.every.until.toISOString() }),
    });
    tx.event({ type: 'batch', projectId: project.id });
    return scheduleView(row, undefined);
  });
}

/** Open ones first, then the latest that are over. */
export async function listSchedules(
  context: Context,
  actor: Actor,
  input: {
    projectId: number;
    batch?: string | undefined;
    open?: boolean | undefined;
    limit?: number | undefined;
  },
): Promise<readonly ScheduleView[]> {
  requireSomewhere(actor, 'read');
  const project = await reachProject(context.db, actor, 'read', input.projectId);
  const rows = await schedulesOf(context.db, project.id, {
    batch: input.batch,
    open: input.open,
    limit: readLimit(input.limit),
  });
  return viewsOf(context.db, rows);
}

/** The times that a schedule has run, newest first, with who was not started and why. */
export async function listScheduleRuns(
  context: Context,
  actor: Actor,
  input: { scheduleId: number; limit?: number | undefined },
): Promise<readonly RunView[]> {
  requireSomewhere(actor, 'read');
  const row = await reachSchedule(context.db, actor, 'read', input.scheduleId);
  return runViews(context.db, [row.id], readLimit(input.limit, 50));
}

/** What it has started goes on; nothing more starts. @throws SternaError config `schedule-over` */
export async function cancelSchedule(
  context: Context,
  actor: Actor,
  input: { scheduleId: number },
): Promise<ScheduleView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const before = await reachSchedule(tx.db, actor, 'operate', input.scheduleId);
    const row = await cancelScheduleRow(tx.db, before.id, actor.name, tx.now);
    if (row === undefined)
      throw new SternaError(
        'config',
        'schedule-over',
        before.cancelled_at === null ? 'This schedule has run.' : 'This schedule was cancelled already.',
        { fix: 'Stop its entries in the user list if they should not go on.' },
      );
    await showWaiting(tx.db, row.project_id);
    tx.audit('batch.cancel-schedule', `project/${row.project_id}`, { batch: row.batch, schedule: row.id });
    tx.event({ type: 'batch', projectId: row.project_id });
    const [view] = await viewsOf(tx.db, [row]);
    return found(view, 'schedule', row.id);
  });
}
