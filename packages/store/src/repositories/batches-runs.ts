import { type Selectable, sql } from 'kysely';
import type { Domain } from '../schema.ts';
import type { ScheduleRow } from './batches.ts';
import type { DomainDb } from './domain-database.ts';

export type BatchRunRow = Selectable<Domain['batch_run']>;

/** The earliest schedule whose time has come, locked; passed over by others meanwhile. `now` is the database's. */
export async function lockDueSchedule(db: DomainDb): Promise<{ schedule: ScheduleRow; now: Date } | undefined> {
  const row = await db
    .selectFrom('batch_schedule')
    .selectAll()
    .select(sql<Date>`clock_timestamp()`.as('now'))
    .where('next_run_at', '<=', sql<Date>`clock_timestamp()`)
    .orderBy('next_run_at')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { now, ...schedule } = row;
  return { schedule, now };
}

/** Makes the run, held by `owner`, and moves the schedule on to its next time. */
export async function insertRun(
  db: DomainDb,
  run: {
    scheduleId: number;
    dueAt: Date;
    missed: number;
    next: Date | undefined;
    owner: string;
    leaseSeconds: number;
  },
): Promise<void> {
  await sql`
    insert into batch_run (schedule_id, due_at, missed, began_at, owner, lease_until)
    values (${run.scheduleId}, ${run.dueAt}, ${run.missed}, clock_timestamp(), ${run.owner},
            clock_timestamp() + make_interval(secs => ${run.leaseSeconds}))
    on conflict (schedule_id, due_at) do nothing`.execute(db);
  await db
    .updateTable('batch_schedule')
    .set({ next_run_at: run.next ?? null })
    .where('id', '=', run.scheduleId)
    .execute();
}

export type HeldRun = BatchRunRow & { readonly schedule: ScheduleRow };

/** An open run of this owner, or one whose owner is gone: it is this owner's from now on. */
export async function takeRun(db: DomainDb, owner: string, leaseSeconds: number): Promise<HeldRun | undefined> {
  const result = await sql<BatchRunRow>`
    update batch_run set owner = ${owner}, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
     where id = (select id from batch_run
                  where ended_at is null and (owner = ${owner} or lease_until < clock_timestamp())
                  order by id limit 1 for update skip locked)
    returning *`.execute(db);
  const run = result.rows[0];
  if (run === undefined) return undefined;
  const schedule = await db
    .selectFrom('batch_schedule')
    .selectAll()
    .where('id', '=', run.schedule_id)
    .executeTakeFirstOrThrow();
  return { ...run, schedule };
}

/** Inside the transaction of a page: false where the run was cancelled, or another process has taken it. */
export async function holdRun(db: DomainDb, runId: number, owner: string, leaseSeconds: number): Promise<boolean> {
  const result = await sql`
    update batch_run set lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
     where id = ${runId} and owner = ${owner} and ended_at is null`.execute(db);
  return result.numAffectedRows === 1n;
}

/** Entries of the run that it has neither started nor refused yet, by id. */
export async function entriesOfRun(
  db: DomainDb,
  run: { id: number; schedule: ScheduleRow },
  after: number,
  limit: number,
): Promise<readonly number[]> {
  const { schedule } = run;
  const result = await sql<{ id: number }>`
    select e.id from entry e
     where e.project_id = ${schedule.project_id} and (coalesce(e.batch, '') collate "C") = ${schedule.batch}
       and e.purpose = 'migration' and e.archived_at is null and e.id > ${after}
       and (${schedule.kind} = 'delta'
         or case when e.schedule_id is null then e.status else coalesce(e.status_before, e.status) end = 'not started')
       and not exists (select from batch_run_entry r where r.run_id = ${run.id} and r.entry_id = e.id)
     order by e.id limit ${limit}`.execute(db);
  return result.rows.map((row) => row.id);
}

export interface RunOutcome {
  readonly entryId: number;
  readonly passId: number | undefined;
  readonly refusal: { readonly code: string; readonly message: string; readonly fix: string | undefined } | undefined;
}

export async function recordRunEntries(db: DomainDb, runId: number, outcomes: readonly RunOutcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  await sql`
    insert into batch_run_entry (run_id, entry_id, pass_id, code, message, fix)
    select ${runId}, * from unnest(
      ${outcomes.map((one) => one.entryId)}::bigint[], ${outcomes.map((one) => one.passId ?? null)}::bigint[],
      ${outcomes.map((one) => one.refusal?.code ?? null)}::text[],
      ${outcomes.map((one) => one.refusal?.message ?? null)}::text[],
      ${outcomes.map((one) => one.refusal?.fix ?? null)}::text[])`.execute(db);
}

export async function endRun(db: DomainDb, runId: number): Promise<void> {
  await sql`update batch_run set ended_at = clock_timestamp() where id = ${runId}`.execute(db);
}

export interface RunSummaryRow {
  readonly id: number;
  readonly schedule_id: number;
  readonly due_at: Date;
  readonly missed: number;
  readonly began_at: Date;
  readonly ended_at: Date | null;
  readonly started: number;
  readonly refused: number;
  readonly running: number;
  readonly completed: number;
  readonly with_failures: number;
  readonly failed: number;
}

/** Newest first, at most `each` of every schedule. */
export async function runsOf(
  db: DomainDb,
  scheduleIds: readonly number[],
  each: number,
): Promise<readonly RunSummaryRow[]> {
  if (scheduleIds.length === 0) return [];
  const result = await sql<RunSummaryRow>`
    select r.id, r.schedule_id, r.due_at, r.missed, r.began_at, r.ended_at, t.*
      from unnest(${[...scheduleIds]}::bigint[]) as s(id)
      cross join lateral (select * from batch_run b where b.schedule_id = s.id order by b.due_at desc limit ${each}) r
      cross join lateral (
        select count(n.pass_id) as started, count(n.code) as refused,
               count(*) filter (where p.status in ('queued', 'running', 'pending')) as running,
               count(*) filter (where p.status = 'completed') as completed,
               count(*) filter (where p.status = 'completed with failures') as with_failures,
               count(*) filter (where p.status in ('failed', 'stopped')) as failed
          from batch_run_entry n left join pass p on p.id = n.pass_id where n.run_id = r.id) t
     order by r.due_at desc`.execute(db);
  return result.rows;
}

export interface RunRefusalRow {
  readonly run_id: number;
  readonly code: string;
  readonly message: string;
  readonly fix: string | null;
  readonly entries: number;
  readonly sample: readonly { readonly entryId: number; readonly sourceAddress: string }[];
}

/** Why entries were not started, by cause, with the first few of each. */
export async function runRefusals(
  db: DomainDb,
  runIds: readonly number[],
  sample: number,
): Promise<readonly RunRefusalRow[]> {
  if (runIds.length === 0) return [];
  const result = await sql<RunRefusalRow>`
    with ranked as (
      select n.run_id, n.code, n.message, n.fix, n.entry_id, e.source_address,
             row_number() over (partition by n.run_id, n.code order by n.entry_id) as place
        from batch_run_entry n join entry e on e.id = n.entry_id
       where n.run_id = any(${[...runIds]}::bigint[]) and n.code is not null)
    select run_id, code, min(message) as message, min(fix) as fix, count(*) as entries,
           jsonb_agg(jsonb_build_object('entryId', entry_id, 'sourceAddress', source_address) order by place)
             filter (where place <= ${sample}) as sample
      from ranked group by run_id, code order by count(*) desc, code`.execute(db);
  return result.rows;
}
