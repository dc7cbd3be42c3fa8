import type { EntryStatus, ScheduleKind } from '@sterna/core';
import { type Selectable, sql } from 'kysely';
import type { Domain } from '../schema.ts';
import type { DomainDb } from './domain-database.ts';

export type ScheduleRow = Selectable<Domain['batch_schedule']>;

/** The key of a batch: '' stands for the entries without one. As in the index `entry_by_batch`. */
const BATCH_OF_ENTRY = sql`(coalesce(e.batch, '') collate "C")`;
/** Where an entry's passes have brought it, whatever schedule it waits for. */
const RESTING = sql`case when e.schedule_id is null then e.status else coalesce(e.status_before, e.status) end`;

export async function insertSchedule(
  db: DomainDb,
  schedule: {
    organizationId: number;
    projectId: number;
    batch: string;
    kind: ScheduleKind;
    runAt: Date;
    zone: string;
    everyHours: number | null;
    until: Date | null;
    requestedBy: string;
    accountId: number;
  },
): Promise<ScheduleRow> {
  return db
    .insertInto('batch_schedule')
    .values({
      organization_id: schedule.organizationId,
      project_id: schedule.projectId,
      batch: schedule.batch,
      kind: schedule.kind,
      run_at: schedule.runAt,
      zone: schedule.zone,
      every_hours: schedule.everyHours,
      until: schedule.until,
      requested_by: schedule.requestedBy,
      account_id: schedule.accountId,
      next_run_at: schedule.runAt,
      cancelled_at: null,
      cancelled_by: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Of this organization. */
export const scheduleById = (db: DomainDb, organizationId: number, id: number): Promise<ScheduleRow | undefined> =>
  db
    .selectFrom('batch_schedule')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();

/** Open ones by their next time, then those that are over, newest first. */
export const schedulesOf = (
  db: DomainDb,
  projectId: number,
  options: { batch?: string | undefined; open?: boolean | undefined; limit: number },
): Promise<readonly ScheduleRow[]> => {
  let query = db.selectFrom('batch_schedule').selectAll().where('project_id', '=', projectId);
  if (options.batch !== undefined) query = query.where('batch', '=', options.batch);
  if (options.open !== undefined) query = query.where('next_run_at', options.open ? 'is not' : 'is', null);
  return query
    .orderBy('next_run_at', (order) => order.asc().nullsLast())
    .orderBy('id', 'desc')
    .limit(options.limit)
    .execute();
};

/** Its open runs start nothing more. Undefined where it was over already. */
export async function cancelScheduleRow(
  db: DomainDb,
  id: number,
  by: string,
  at: Date,
): Promise<ScheduleRow | undefined> {
  const row = await db
    .updateTable('batch_schedule')
    .set({ next_run_at: null, cancelled_at: at, cancelled_by: by })
    .where('id', '=', id)
    .where('cancelled_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('next_run_at', 'is not', null),
        eb.exists(eb.selectFrom('batch_run').select('id').where('schedule_id', '=', id).where('ended_at', 'is', null)),
      ]),
    )
    .returningAll()
    .executeTakeFirst();
  if (row !== undefined)
    await db
      .updateTable('batch_run')
      .set({ ended_at: at })
      .where('schedule_id', '=', id)
      .where('ended_at', 'is', null)
      .execute();
  return row;
}

/** Live entries of each batch by where their passes have brought them. */
export async function batchStatusCounts(
  db: DomainDb,
  projectId: number,
): Promise<readonly { batch: string; status: EntryStatus; waiting: number; entries: number }[]> {
  const result = await sql<{ batch: string; status: EntryStatus; waiting: number; entries: number }>`
    select ${BATCH_OF_ENTRY} as batch, ${RESTING} as status, count(e.schedule_id) as waiting, count(*) as entries
      from entry e
     where e.project_id = ${projectId} and e.purpose = 'migration' and e.archived_at is null
     group by 1, 2`.execute(db);
  return result.rows;
}

export async function countBatch(db: DomainDb, projectId: number, batch: string): Promise<number> {
  const result = await sql<{ n: number }>`
    select count(*) as n from entry e
     where e.project_id = ${projectId} and ${BATCH_OF_ENTRY} = ${batch}
       and e.purpose = 'migration' and e.archived_at is null`.execute(db);
  return result.rows[0]?.n ?? 0;
}

const WAITS_FOR: Readonly<Record<ScheduleKind, string>> = {
  initial: 'Waits for the start of its batch.',
  delta: 'Waits for the delta pass of its batch.',
};

/**
 * Makes the entries show which schedule they wait for, and what waits for none any more what it showed before: after a
 * schedule was made, cancelled or has run, an entry came into a batch, left it, or its pass ended. Changes only what
 * differs, so it can be asked at any time.
 *
 * Entries that never started wait for the next `initial` of their batch, the others for the next `delta`. One that
 * needs a person (failures) keeps showing that, with the time.
 *
 * @returns projects where something changed
 */
export async function showWaiting(
  db: DomainDb,
  projectId?: number,
): Promise<readonly { projectId: number; organizationId: number }[]> {
  const within = (column: string) =>
    projectId === undefined ? sql`true` : sql`${sql.ref(column)} = ${projectId}::bigint`;
  const result = await sql<{ project_id: number; organization_id: number }>`
    with open as (
      select distinct on (s.project_id, s.batch, s.kind) s.id, s.project_id, s.batch, s.kind, s.next_run_at
        from batch_schedule s
       where s.next_run_at is not null and ${within('s.project_id')}
       order by s.project_id, s.batch, s.kind, s.next_run_at, s.id
    ), candidate as (
      select e.id from entry e where e.schedule_id is not null and ${within('e.project_id')}
      union
      select e.id from open o join entry e on e.project_id = o.project_id and ${BATCH_OF_ENTRY} = o.batch
       where e.purpose = 'migration' and e.archived_at is null and e.schedule_id is null
         and e.status not in ('scheduled', 'running', 'pending')
    ), wanted as (
      select e.id as entry_id, e.schedule_id as seen_schedule, e.status as seen_status, r.resting, r.detail,
             o.id as schedule_id, o.kind, o.next_run_at
        from candidate c
        join entry e on e.id = c.id
        cross join lateral (
          select ${RESTING} as resting,
                 case when e.schedule_id is null then e.status_detail else e.detail_before end as detail) r
        left join open o on o.project_id = e.project_id and o.batch = ${BATCH_OF_ENTRY}
             and o.kind = case when r.resting = 'not started' then 'initial' else 'delta' end
       where e.schedule_id is distinct from o.id or e.resume_at is distinct from o.next_run_at
    ), free as (
      -- In order, and past those that somebody works on: their turn comes again.
      select f.id from entry f where f.id in (select entry_id from wanted) order by f.id for no key update skip locked
    ), changed as (
      update entry e set
             schedule_id = w.schedule_id,
             resume_at = w.next_run_at,
             status = case when w.schedule_id is null or w.resting in ('failed', 'completed with failures')
                           then w.resting else 'scheduled' end,
             status_detail = case when w.schedule_id is null or w.resting in ('failed', 'completed with failures')
                                  then w.detail
                                  when w.kind = 'initial' then ${WAITS_FOR.initial} else ${WAITS_FOR.delta} end,
             status_before = case when w.schedule_id is not null then w.resting end,
             detail_before = case when w.schedule_id is not null then w.detail end
        from wanted w join free on free.id = w.entry_id
       where e.id = w.entry_id
         -- Somebody may have started it meanwhile.
         and e.schedule_id is not distinct from w.seen_schedule and e.status = w.seen_status
      returning e.project_id, e.organization_id)
    select distinct project_id, organization_id from changed`.execute(db);
  return result.rows.map((row) => ({ projectId: row.project_id, organizationId: row.organization_id }));
}
