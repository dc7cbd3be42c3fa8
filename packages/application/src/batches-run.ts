import { randomUUID } from 'node:crypto';
import { asSternaError, dueRun } from '@sterna/core';
import {
  accountById,
  announce,
  endRun,
  entriesOfRun,
  type HeldRun,
  holdRun,
  inOrganization,
  insertRun,
  lockDueSchedule,
  type RunOutcome,
  recordRunEntries,
  type ScheduleRow,
  showWaiting,
  takeRun,
} from '@sterna/store';
import { ALL_SCOPES, actorFor, scopesOf } from './access.ts';
import type { Actor, Context } from './context.ts';
import { carryOut, judge, pageFacts, Surroundings, type Verdict } from './entry-acts.ts';

/** Entries of one transaction, as in `bulk`. */
const PAGE = 500;
const LEASE_SECONDS = 60;

/**
 * Runs every schedule whose time has come and goes on with runs whose process is gone. Any number of processes may ask
 * at any time: a run is one row that is made once, whoever works on it holds its lease, and an entry is written down as
 * started in the transaction that starts it. For the driver; needs no actor.
 *
 * @param options.leaseSeconds how long a run of a process that died stays with it
 * @param options.show also bring up to date what entries show that they wait for; with many entries that costs a moment
 */
export async function runSchedules(
  context: Context,
  options: { readonly leaseSeconds?: number; readonly show?: boolean } = {},
): Promise<void> {
  const { leaseSeconds = LEASE_SECONDS, show = true } = options;
  const owner = randomUUID();
  let worked = false;
  while (await claimDue(context, owner, leaseSeconds));
  for (;;) {
    const run = await takeRun(context.db, owner, leaseSeconds);
    if (run === undefined) break;
    worked = true;
    await work(context, run, owner, leaseSeconds);
  }
  if (!show && !worked) return;
  // Entries that came into a batch with a schedule, or whose pass has ended.
  const changed = await showWaiting(context.db);
  await announce(
    context.db,
    changed.map((project) => ({ type: 'batch', ...project })),
  );
}

function claimDue(context: Context, owner: string, leaseSeconds: number): Promise<boolean> {
  return context.db.transaction().execute(async (trx) => {
    const due = await lockDueSchedule(trx);
    if (due === undefined) return false;
    const { schedule, now } = due;
    // Locked where the time has come: it is set.
    const run = dueRun(everyOf(schedule), schedule.next_run_at ?? now, now);
    await insertRun(trx, {
      scheduleId: schedule.id,
      dueAt: run.due,
      missed: run.missed,
      next: run.next,
      owner,
      leaseSeconds,
    });
    return true;
  });
}

const everyOf = (schedule: ScheduleRow) =>
  schedule.every_hours === null || schedule.until === null
    ? undefined
    : { hours: schedule.every_hours, until: schedule.until };

async function work(context: Context, run: HeldRun, owner: string, leaseSeconds: number): Promise<void> {
  const actor = await actorOf(context, run.schedule);
  const around = new Surroundings();
  let after = 0;
  for (;;) {
    const page = await startPage(context, actor, run, { owner, leaseSeconds, after, around });
    if (page === undefined || page.last === undefined) return;
    after = page.last;
  }
}

/** Whoever made the schedule, with the rights of today. */
async function actorOf(context: Context, schedule: ScheduleRow): Promise<Actor> {
  const account = await accountById(context.db, schedule.account_id);
  const name = `${schedule.requested_by} (schedule)`;
  if (account !== undefined) return actorFor(account, name, { scopes: ALL_SCOPES });
  // They have left: each entry is refused, and says so.
  return {
    organizationId: schedule.organization_id,
    accountId: schedule.account_id,
    name,
    role: 'viewer',
    scopes: scopesOf('viewer'),
    projects: new Map(),
  };
}

/** @returns undefined where the run isn't ours any more; `last` undefined: that was the last page */
function startPage(
  context: Context,
  actor: Actor,
  run: HeldRun,
  at: { owner: string; leaseSeconds: number; after: number; around: Surroundings },
): Promise<{ last: number | undefined } | undefined> {
  const { schedule } = run;
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    if (!(await holdRun(tx.db, run.id, at.owner, at.leaseSeconds))) return undefined;
    const ids = await entriesOfRun(tx.db, run, at.after, PAGE);
    const facts = await pageFacts(tx.db, actor, ids, at.around, { lock: true });
    const book = await tx.licenses();
    const act = { action: schedule.kind === 'initial' ? 'start' : 'delta' } as const;
    const reason = `schedule ${schedule.id}`;
    const verdicts: Verdict[] = [];
    const outcomes: RunOutcome[] = [];
    for (const id of ids) {
      try {
        const verdict = judge(context, act, id, facts, book.state, at.around, reason);
        book.record(verdict.licenses);
        verdicts.push(verdict);
      } catch (thrown) {
        const error = asSternaError(thrown);
        if (error.class === 'bug') throw thrown;
        const { code, message, fix } = error;
        outcomes.push({ entryId: id, passId: undefined, refusal: { code, message, fix } });
      }
    }
    const passes = await carryOut(tx, actor, act, verdicts);
    for (const { entry } of verdicts)
      outcomes.push({ entryId: entry.id, passId: passes.get(entry.id), refusal: undefined });
    await recordRunEntries(tx.db, run.id, outcomes);
    if (verdicts.some((verdict) => verdict.licenses.length > 0)) tx.event({ type: 'license' });
    const isLast = ids.length < PAGE;
    if (isLast) await endRun(tx.db, run.id);
    if (ids.length > 0 || at.after === 0) {
      tx.audit('batch.run', `project/${schedule.project_id}`, {
        batch: schedule.batch,
        schedule: schedule.id,
        kind: schedule.kind,
        due: run.due_at.toISOString(),
        missed: run.missed,
        started: verdicts.length,
        refused: outcomes.length - verdicts.length,
      });
      tx.event({ type: 'batch', projectId: schedule.project_id });
    }
    return { last: isLast ? undefined : ids.at(-1) };
  });
}
