import type { EntryStatus, ItemType, PassKind } from '@sterna/core';
import { type RawBuilder, sql } from 'kysely';
import { type DomainDb, isOneOf, type RemigrationRow } from './domain-database.ts';

/** What an overview is about: an organization, or some of its projects. */
export interface OverviewScope {
  readonly organizationId: number;
  readonly projects?: readonly number[] | undefined;
}

/** Entries (and their passes) of the scope; `e` is `entry`. */
const inScope = ({ organizationId, projects }: OverviewScope): RawBuilder<boolean> =>
  projects === undefined
    ? sql<boolean>`e.organization_id = ${organizationId}`
    : sql<boolean>`e.organization_id = ${organizationId} and ${isOneOf('e.project_id', projects)}`;

/** One look: everything is of the same instant. */
export const inSnapshot = <T>(db: DomainDb, work: (db: DomainDb) => Promise<T>): Promise<T> =>
  db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work);

export interface TallyRow {
  readonly project_id: number;
  readonly item_type: ItemType;
  readonly status: EntryStatus;
  /** It never had a writing pass, so it has burned no license. */
  readonly unstarted: boolean;
  readonly entries: number;
}

/** Live entries of the user lists, counted. */
export async function tallyEntries(db: DomainDb, scope: OverviewScope): Promise<readonly TallyRow[]> {
  const result = await sql<TallyRow>`
    select e.project_id, e.item_type, e.status, coalesce(e.status_before, e.status) = 'not started' as unstarted,
           count(*) as entries
      from entry e
     where ${inScope(scope)} and e.project_id is not null and e.purpose = 'migration' and e.archived_at is null
     group by 1, 2, 3, 4`.execute(db);
  return result.rows;
}

/** Where live entries are, of those given. */
export async function tallyAmong(
  db: DomainDb,
  scope: OverviewScope,
  entryIds: readonly number[],
): Promise<readonly { project_id: number; item_type: ItemType; entries: number }[]> {
  if (entryIds.length === 0) return [];
  const result = await sql<{ project_id: number; item_type: ItemType; entries: number }>`
    select e.project_id, e.item_type, count(*) as entries
      from entry e
     where ${inScope(scope)} and e.project_id is not null and e.purpose = 'migration' and e.archived_at is null
       and e.id = any(${[...entryIds]}::bigint[])
     group by 1, 2`.execute(db);
  return result.rows;
}

export interface LivePassesRow {
  readonly status: 'queued' | 'running' | 'pending';
  /** Of kinds that migrate: the forecast is about them. */
  readonly writes: boolean;
  readonly source_system_id: number;
  readonly target_system_id: number;
  readonly passes: number;
  /** They have listed their source, so what is left is known. */
  readonly listed: number;
  readonly objects_left: number;
  readonly objects_per_second: number;
  readonly bytes_per_second: number;
  readonly longest_eta: number;
  readonly last_resume: Date | null;
}

/** Phases of the engine in which the number of objects still to do is known. */
const isListed = sql<boolean>`coalesce(p.progress->>'phase' in ('content', 'flags', 'deletions', 'done'), false)`;

/** Passes that are not over, by status and pair of systems. */
export async function livePasses(db: DomainDb, scope: OverviewScope): Promise<readonly LivePassesRow[]> {
  const result = await sql<LivePassesRow>`
    select status, writes, source_system_id, target_system_id, count(*) as passes,
           count(*) filter (where listed) as listed,
           coalesce(sum((progress->>'planned')::bigint) filter (where listed), 0)::bigint as objects_left,
           coalesce(sum((progress->>'objectsPerSecond')::float8) filter (where runs), 0) as objects_per_second,
           coalesce(sum((progress->>'bytesPerSecond')::float8) filter (where runs), 0) as bytes_per_second,
           coalesce(max((progress->>'etaSeconds')::float8) filter (where runs), 0) as longest_eta,
           max(resume_at) as last_resume
      from (select p.status, p.kind in ('initial', 'delta') as writes, e.source_system_id, e.target_system_id,
                   p.progress, p.resume_at, p.status = 'running' as runs,
                   ${isListed} as listed
              from pass p join entry e on e.id = p.entry_id
             where p.status in ('queued', 'running', 'pending') and ${inScope(scope)}) live
     group by 1, 2, 3, 4`.execute(db);
  return result.rows;
}

export interface RunningPassRow {
  readonly id: number;
  readonly entry_id: number;
  readonly project_id: number | null;
  readonly project_name: string | null;
  readonly purpose: 'migration' | 'backup' | 'restore' | 'copy';
  readonly source_address: string;
  readonly target_address: string;
  readonly batch: string | null;
  readonly number: number;
  readonly kind: PassKind;
  readonly started_at: Date | null;
  readonly progress: Record<string, unknown>;
  /** What is left is known. */
  readonly is_listed: boolean;
}

/** Longest first. */
export async function runningPasses(
  db: DomainDb,
  scope: OverviewScope,
  limit: number,
): Promise<readonly RunningPassRow[]> {
  const result = await sql<RunningPassRow>`
    select p.id, p.entry_id, e.project_id, project.name as project_name, e.purpose, e.source_address, e.target_address,
           e.batch, p.number, p.kind, p.started_at, p.progress, ${isListed} as is_listed
      from pass p join entry e on e.id = p.entry_id left join project on project.id = e.project_id
     where p.status = 'running' and ${inScope(scope)}
     order by p.started_at, p.id limit ${limit}`.execute(db);
  return result.rows;
}

export interface WaitRow {
  readonly code: string | null;
  readonly class: string | null;
  /** Null where nobody knows, or neither is the cause. */
  readonly side: 'source' | 'target' | null;
  readonly source_system_id: number;
  readonly target_system_id: number;
  readonly passes: number;
  readonly since: Date;
  readonly until: Date | null;
  readonly reason: string | null;
  readonly fix: string | null;
}

/** What the pass waits for is its own mailbox (full, in use), not the system; `p` is `pass`. */
const isOfMailbox = sql<boolean>`(coalesce(p.error->>'scope', '') = 'mailbox' or coalesce(p.error->>'code', '') = 'over-quota')`;

/** What pending passes wait for, but for those that wait for their own mailbox alone. */
export async function pendingWaits(db: DomainDb, scope: OverviewScope): Promise<readonly WaitRow[]> {
  const result = await sql<WaitRow>`
    select code, class, side, source_system_id, target_system_id, count(*) as passes, min(since) as since, min(resume_at) as until,
           (array_agg(reason order by id desc))[1] as reason, (array_agg(fix order by id desc))[1] as fix
      from (select p.id, p.error->>'code' as code, p.error->>'class' as class, p.error->>'side' as side,
                   p.error->>'message' as reason, p.error->>'fix' as fix, p.resume_at,
                   coalesce(w.since, p.queued_at) as since, e.source_system_id, e.target_system_id
              from pass p join entry e on e.id = p.entry_id left join throttle_watch w on w.pass_id = p.id
             where p.status = 'pending' and ${inScope(scope)} and not ${isOfMailbox}) pending
     group by 1, 2, 3, 4, 5`.execute(db);
  return result.rows;
}

export interface MailboxWaitRow extends Omit<WaitRow, 'passes'> {
  readonly entry_id: number;
  readonly source_address: string;
  readonly target_address: string;
}

/** Passes that wait for their own mailbox; the first `limit`, those that go on first before others. */
export async function mailboxWaits(
  db: DomainDb,
  scope: OverviewScope,
  limit: number,
): Promise<{ readonly total: number; readonly rows: readonly MailboxWaitRow[] }> {
  const result = await sql<MailboxWaitRow & { total: number }>`
    select e.id as entry_id, e.source_address, e.target_address, e.source_system_id, e.target_system_id,
           p.error->>'code' as code, p.error->>'class' as class, p.error->>'side' as side,
           p.error->>'message' as reason, p.error->>'fix' as fix, p.resume_at as until,
           coalesce(w.since, p.queued_at) as since, count(*) over () as total
      from pass p join entry e on e.id = p.entry_id left join throttle_watch w on w.pass_id = p.id
     where p.status = 'pending' and ${inScope(scope)} and ${isOfMailbox}
     order by p.resume_at, p.id limit ${limit}`.execute(db);
  return {
    total: result.rows[0]?.total ?? 0,
    rows: result.rows.map(({ total: _, ...row }) => row),
  };
}

export interface ThrottledSystemRow {
  readonly id: number;
  readonly name: string;
  readonly since: Date | null;
  readonly until: Date;
  readonly reason: string | null;
  readonly connections: number;
  readonly ceiling: number;
}

/** Systems on which nothing starts now because they asked for less. */
export async function throttledSystems(db: DomainDb, scope: OverviewScope): Promise<readonly ThrottledSystemRow[]> {
  const result = await sql<ThrottledSystemRow>`
    select s.id, s.name, b.throttled_since as since, b.resume_at as until, b.reason, b.connections, b.ceiling
      from budget b join system s on s.id = b.system_id
     where s.organization_id = ${scope.organizationId} and b.resume_at > clock_timestamp()
       and ${
         scope.projects === undefined
           ? sql`true`
           : sql`exists (select 1 from project r where ${isOneOf('r.id', scope.projects)}
                            and s.id in (r.source_system_id, r.target_system_id))`
       }
     order by b.resume_at, s.id`.execute(db);
  return result.rows;
}

export async function systemNames(db: DomainDb, organizationId: number): Promise<ReadonlyMap<number, string>> {
  const rows = await db
    .selectFrom('system')
    .select(['id', 'name'])
    .where('organization_id', '=', organizationId)
    .execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}

export interface TroubledEntry {
  readonly entryId: number;
  readonly projectId: number;
  readonly sourceAddress: string;
  readonly passId: number;
  readonly passNumber: number;
  readonly endedAt: string | null;
  readonly objects: number;
}

export interface TroubleRow {
  readonly project_id: number;
  readonly uncertain_entries: number;
  readonly uncertain_objects: number;
  readonly unbalanced: number;
  readonly uncertain_sample: readonly TroubledEntry[];
  readonly unbalanced_sample: readonly TroubledEntry[];
}

/** By the last writing pass of each entry that failed or ended with failures. */
export async function troubles(db: DomainDb, scope: OverviewScope, sample: number): Promise<readonly TroubleRow[]> {
  const result = await sql<TroubleRow>`
    with troubled as (
      select e.project_id, last.uncertain, last.unbalanced,
             jsonb_build_object('entryId', e.id, 'projectId', e.project_id, 'sourceAddress', e.source_address,
               'passId', last.id, 'passNumber', last.number, 'endedAt', last.ended_at, 'objects', last.uncertain) as entry,
             last.id
        from project r
        join entry e on e.project_id = r.id and e.purpose = 'migration' and e.archived_at is null
         and (e.status collate "C") in ('failed', 'completed with failures')
        cross join lateral (
          select p.id, p.number, p.ended_at, coalesce((p.books->>'uncertain')::bigint, 0) as uncertain,
                 coalesce(p.error->>'code' = 'unbalanced', false) as unbalanced
            from pass p where p.entry_id = e.id and p.kind in ('initial', 'delta')
           order by p.number desc limit 1) last
       where r.organization_id = ${scope.organizationId} and ${inScope(scope)}
         and (last.uncertain > 0 or last.unbalanced)
    ), ranked as (
      select troubled.*,
             row_number() over (partition by project_id, uncertain > 0 order by uncertain desc, id desc) as by_objects,
             row_number() over (partition by project_id, unbalanced order by id desc) as newest
        from troubled)
    select project_id, count(*) filter (where uncertain > 0) as uncertain_entries,
           sum(uncertain)::bigint as uncertain_objects, count(*) filter (where unbalanced) as unbalanced,
           coalesce(jsonb_agg(entry order by by_objects)
             filter (where uncertain > 0 and by_objects <= ${sample}), '[]') as uncertain_sample,
           coalesce(jsonb_agg(entry || '{"objects": 0}' order by newest)
             filter (where unbalanced and newest <= ${sample}), '[]') as unbalanced_sample
      from ranked group by project_id`.execute(db);
  return result.rows;
}

/**
 * Remigrations that no pass is under way for and that no bulk moves on by itself (as far as a query can tell they wait
 * for a person), and pilots that are through while nobody has decided about the rest. The first `limit`.
 */
export async function waitingRemigrations(
  db: DomainDb,
  scope: OverviewScope,
  limit: number,
): Promise<{ total: number; rows: readonly RemigrationRow[] }> {
  const result = await sql<RemigrationRow & { total: number }>`
    select r.*, count(*) over () as total
      from remigration r
      join entry e on e.id = r.entry_id
      left join pass p on p.id = (r.data->>'passId')::bigint
     where r.organization_id = ${scope.organizationId} and ${inScope(scope)}
       and ((r.ended_at is null
             and (p.id is null or p.status not in ('queued', 'running', 'pending'))
             and not (r.step = 'verify' and p.status in ('completed', 'completed with failures'))
             and (not r.data ? 'auto' or p.status in ('failed', 'stopped')
                  or (p.status = 'completed with failures' and r.step <> 'start')
                  or r.steps->-1->>'step' = 'refused'))
         or (r.ended_at is not null and r.step = 'done' and r.data ? 'bulk' and not r.data->'bulk' ? 'go'
             and jsonb_array_length(r.data->'bulk'->'waiting') > 0))
     order by r.id limit ${limit}`.execute(db);
  return {
    total: result.rows[0]?.total ?? 0,
    rows: result.rows.map(({ total: _, ...row }) => row),
  };
}

/** Passes that are looked at for the pace: enough to know it, few enough to be quick on a busy night. */
const PACE_SAMPLE = 200;

/**
 * How many writing passes completed lately (within the last hour, the newest ones where there were many), and in how
 * much time.
 */
export async function recentPace(db: DomainDb, scope: OverviewScope): Promise<{ passes: number; seconds: number }> {
  const result = await sql<{ passes: number; seconds: number }>`
    select count(*) as passes,
           coalesce(extract(epoch from now() - greatest(now() - interval '1 hour',
             case when count(*) < ${PACE_SAMPLE} then min(started_at) else min(ended_at) end)), 0)::float8 as seconds
      from (select p.started_at, p.ended_at
              from pass p join entry e on e.id = p.entry_id
             where p.ended_at > now() - interval '1 hour' and p.kind in ('initial', 'delta')
               and p.status in ('completed', 'completed with failures') and e.purpose = 'migration'
               and ${inScope(scope)}
             order by p.ended_at desc limit ${PACE_SAMPLE}) latest`.execute(db);
  return result.rows[0] ?? { passes: 0, seconds: 0 };
}

export interface ThroughputMinute {
  readonly minute: Date;
  readonly objects: number;
  readonly bytes: number;
}

/** Minutes since `from` in which something was migrated. */
export async function throughputSince(
  db: DomainDb,
  scope: OverviewScope,
  from: Date,
): Promise<readonly ThroughputMinute[]> {
  const result = await sql<ThroughputMinute>`
    select minute, sum(objects)::bigint as objects, sum(bytes)::bigint as bytes
      from throughput
     where organization_id = ${scope.organizationId} and minute >= ${from}
       and ${scope.projects === undefined ? sql`true` : isOneOf('project_id', scope.projects)}
     group by minute order by minute`.execute(db);
  return result.rows;
}

/** By the database's clock, which is what everything here is timed by. */
export async function databaseNow(db: DomainDb): Promise<Date> {
  const result = await sql<{ now: Date }>`select now() as now`.execute(db);
  return result.rows[0]?.now ?? new Date();
}
