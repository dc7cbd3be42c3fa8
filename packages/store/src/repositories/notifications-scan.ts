import type { Books, PassKind, PassStatus } from '@sterna/core';
import { RULE_BOUNDS } from '@sterna/core';
import { sql } from 'kysely';
import type { DomainDb } from './domain-database.ts';

export async function databaseTime(db: DomainDb): Promise<Date> {
  const result = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  return result.rows[0]?.now ?? new Date();
}

/** False: another process is looking just now. Held until the transaction ends. */
export async function lockScan(db: DomainDb): Promise<boolean> {
  const result = await sql<{ got: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('sterna notification scan')) as got`.execute(db);
  return result.rows[0]?.got === true;
}

export const organizationIds = async (db: DomainDb): Promise<readonly number[]> =>
  (await db.selectFrom('organization').select('id').orderBy('id').execute()).map((row) => row.id);

export interface FailingPassRow {
  readonly pass_id: number;
  readonly number: number;
  readonly kind: PassKind;
  readonly status: PassStatus;
  readonly books: Books | null;
  readonly error: { readonly code?: string; readonly message?: string; readonly fix?: string } | null;
  readonly ended_at: Date;
  readonly organization_id: number;
  readonly entry_id: number;
  readonly project_id: number | null;
  readonly project_name: string | null;
  readonly batch: string;
  readonly source_address: string;
  readonly target_address: string;
}

/** Migrating passes that ended since then, and failed as a whole or with more than the organization's share. */
export async function failingPasses(db: DomainDb, since: Date): Promise<readonly FailingPassRow[]> {
  const result = await sql<FailingPassRow>`
    select p.id as pass_id, p.number, p.kind, p.status, p.books, p.error, p.ended_at, e.organization_id,
           e.id as entry_id, e.project_id, r.name as project_name, coalesce(e.batch, '') as batch,
           e.source_address, e.target_address
      from pass p
      join entry e on e.id = p.entry_id
      left join project r on r.id = e.project_id
      left join notification_rule n on n.organization_id = e.organization_id
     where p.ended_at >= ${since} and p.kind in ('initial', 'delta') and e.purpose = 'migration'
       and (p.status = 'failed'
         or (p.books->>'failed')::bigint + (p.books->>'uncertain')::bigint
            > coalesce(n.failure_share, ${RULE_BOUNDS.failureShare.usual}) * (p.books->>'seen')::bigint)
     order by p.id`.execute(db);
  return result.rows;
}

export interface QuietBatchRow {
  readonly organization_id: number;
  readonly project_id: number;
  readonly project_name: string;
  readonly batch: string;
  readonly entries: number;
  readonly completed: number;
  readonly with_failures: number;
  readonly failed: number;
  readonly not_started: number;
  /** Migrating pass that was queued last. */
  readonly newest: number;
  readonly failed_objects: number;
}

/**
 * Batches in which a pass ended since then and nothing runs any more: after a scheduled run, or, by hand, when all of
 * their entries have started and at least half of them had a pass since the batch was last told to be done.
 */
export async function quietBatches(db: DomainDb, since: Date): Promise<readonly QuietBatchRow[]> {
  const result = await sql<QuietBatchRow>`
    with touched as (
      select distinct e.organization_id, e.project_id, (coalesce(e.batch, '') collate "C") as batch
        from pass p join entry e on e.id = p.entry_id
       where p.ended_at >= ${since} and p.kind in ('initial', 'delta') and e.purpose = 'migration'
         and e.project_id is not null
    ), quiet as (
      -- On a busy night most of them still run: that is seen at a glance, and nothing of them is counted.
      select * from touched t where not exists (
        select from pass p join entry e on e.id = p.entry_id
         where p.status in ('queued', 'running', 'pending') and p.kind in ('initial', 'delta')
           and e.project_id = t.project_id and (coalesce(e.batch, '') collate "C") = t.batch
           and e.purpose = 'migration' and e.archived_at is null))
    select t.*, r.name as project_name, s.entries, s.completed, s.with_failures, s.failed, s.not_started, s.newest,
           s.failed_objects
      from quiet t
      join project r on r.id = t.project_id
      cross join lateral (
        select coalesce(max((v.data->>'newest')::bigint), 0) as newest from notification_event v
         where v.organization_id = t.organization_id and v.project_id = t.project_id and v.topic = 'batch-done'
           and v.data->>'batch' = t.batch) told
      cross join lateral (
        select count(*) as entries,
               count(*) filter (where w.status = 'completed') as completed,
               count(*) filter (where w.status = 'completed with failures') as with_failures,
               count(*) filter (where w.status in ('failed', 'stopped')) as failed,
               count(*) filter (where w.id is null) as not_started,
               count(*) filter (where w.id > told.newest) as fresh,
               coalesce(max(w.id), 0) as newest,
               coalesce(sum((w.books->>'failed')::bigint + (w.books->>'uncertain')::bigint), 0)::bigint
                 as failed_objects
          from entry e
          left join lateral (
            select p.id, p.status, p.books from pass p
             where p.entry_id = e.id and p.kind in ('initial', 'delta') order by p.number desc limit 1) w on true
         where e.project_id = t.project_id and (coalesce(e.batch, '') collate "C") = t.batch
           and e.purpose = 'migration' and e.archived_at is null) s
     where s.newest > told.newest
       and not exists (
         select from batch_run b join batch_schedule h on h.id = b.schedule_id
          where h.project_id = t.project_id and h.batch = t.batch and b.ended_at is null)
       and ((s.not_started = 0 and s.fresh * 2 >= s.entries)
         or exists (select from batch_run_entry x where x.pass_id = s.newest))`.execute(db);
  return result.rows;
}

/** Notes since when each pass is held up: from its first pause on, and anew whenever it got further meanwhile. */
export async function watchHeldUp(db: DomainDb): Promise<void> {
  const objects = sql`coalesce((p.progress->>'objects')::bigint, 0)`;
  await sql`
    delete from throttle_watch w using pass p
     where p.id = w.pass_id and (p.ended_at is not null or (p.status <> 'pending' and ${objects} > w.objects))`.execute(
    db,
  );
  await sql`
    insert into throttle_watch (pass_id, since, objects)
    select p.id, p.queued_at, ${objects} from pass p where p.status = 'pending'
    on conflict (pass_id) do update set since = excluded.since, objects = excluded.objects
      where excluded.objects > throttle_watch.objects`.execute(db);
}

export interface HeldUpRow {
  readonly organization_id: number;
  readonly project_id: number;
  readonly project_name: string;
  readonly passes: number;
  readonly longest_pass: number;
  readonly since: Date;
  readonly resume_at: Date | null;
  readonly reason: string | null;
}

/** Projects with passes that have been held up for longer than the organization's limit, and of which nothing was told lately. */
export async function heldUpProjects(db: DomainDb): Promise<readonly HeldUpRow[]> {
  const result = await sql<HeldUpRow>`
    select e.organization_id, e.project_id, r.name as project_name, count(*) as passes, min(w.since) as since,
           (array_agg(p.id order by w.since, p.id))[1] as longest_pass,
           (array_agg(p.resume_at order by w.since, p.id))[1] as resume_at,
           (array_agg(p.error->>'message' order by w.since, p.id))[1] as reason
      from throttle_watch w
      join pass p on p.id = w.pass_id
      join entry e on e.id = p.entry_id
      join project r on r.id = e.project_id
      left join notification_rule n on n.organization_id = e.organization_id
     where w.since < clock_timestamp()
         - make_interval(mins => coalesce(n.throttled_minutes, ${RULE_BOUNDS.throttledMinutes.usual}::integer))
       and not exists (
         select from notification_event v where v.organization_id = e.organization_id and v.topic = 'throttled'
            and v.project_id = e.project_id and v.at > clock_timestamp() - interval '4 hours')
     group by e.organization_id, e.project_id, r.name`.execute(db);
  return result.rows;
}
