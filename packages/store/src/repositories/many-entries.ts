import type { PassKind } from '@sterna/core';
import { sql } from 'kysely';
import type { DomainDb, EntryRow } from './domain-database.ts';
import { PASS_CHANNEL } from './passes.ts';

/** What decides over an action on an entry, for a page of entries at once. */
export interface EntryFactsRow {
  readonly entry_id: number;
  readonly live_id: number | null;
  readonly live_number: number | null;
  readonly live_kind: PassKind | null;
  readonly live_status: string | null;
  /** It had a writing pass. */
  readonly wrote: boolean;
  /** Of its last writing pass. */
  readonly last_status: string | null;
  readonly remigration_id: number | null;
}

/** Those of the user list, of this organization, by id; `lock` keeps them until the transaction ends, in this order. */
export async function listedEntries(
  db: DomainDb,
  organizationId: number,
  ids: readonly number[],
  options: { lock: boolean },
): Promise<readonly EntryRow[]> {
  const query = db
    .selectFrom('entry')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('purpose', '=', 'migration')
    .where(sql<boolean>`id = any(${[...ids]}::bigint[])`)
    .orderBy('id');
  return (options.lock ? query.forNoKeyUpdate() : query).execute();
}

export async function factsOfEntries(
  db: DomainDb,
  ids: readonly number[],
): Promise<ReadonlyMap<number, EntryFactsRow>> {
  const result = await sql<EntryFactsRow>`
    select e.id as entry_id, live.id as live_id, live.number as live_number, live.kind as live_kind,
           live.status as live_status, last.status is not null as wrote, last.status as last_status,
           r.id as remigration_id
      from unnest(${[...ids]}::bigint[]) as e(id)
      left join pass live on live.entry_id = e.id and live.status in ('queued', 'running', 'pending')
      left join lateral (
        select p.status from pass p where p.entry_id = e.id and p.kind in ('initial', 'delta')
         order by p.number desc limit 1) last on true
      left join remigration r on r.entry_id = e.id and r.ended_at is null`.execute(db);
  return new Map(result.rows.map((row) => [row.entry_id, row]));
}

export interface PassToQueue {
  readonly entryId: number;
  readonly kind: PassKind;
  readonly settings: Record<string, unknown>;
  readonly settingsVersion: string;
  readonly reason: string | undefined;
}

/** As `insertPass`, for many at once; the caller holds the entries' locks. */
export async function insertPasses(
  db: DomainDb,
  passes: readonly PassToQueue[],
  requestedBy: string,
): Promise<ReadonlyMap<number, { id: number; number: number; kind: PassKind }>> {
  if (passes.length === 0) return new Map();
  const result = await sql<{ id: number; entry_id: number; number: number; kind: PassKind }>`
    insert into pass (entry_id, number, kind, settings, settings_version, requested_by, reason)
    select u.entry_id, coalesce((select max(p.number) from pass p where p.entry_id = u.entry_id), 0) + 1, u.kind,
           u.settings, u.version, ${requestedBy}, u.reason
      from unnest(${passes.map((one) => one.entryId)}::bigint[], ${passes.map((one) => one.kind)}::text[],
                  ${passes.map((one) => JSON.stringify(one.settings))}::jsonb[],
                  ${passes.map((one) => one.settingsVersion)}::text[],
                  ${passes.map((one) => one.reason ?? null)}::text[])
           as u(entry_id, kind, settings, version, reason)
    returning id, entry_id, number, kind`.execute(db);
  await sql`select pg_notify(${PASS_CHANNEL}, '')`.execute(db);
  return new Map(result.rows.map((row) => [row.entry_id, { id: row.id, number: row.number, kind: row.kind }]));
}

/** What a queued writing pass makes of its entry. */
export async function markQueued(db: DomainDb, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update entry set status = 'scheduled', status_detail = null, resume_at = null, schedule_id = null,
           status_before = null, detail_before = null
     where id = any(${[...ids]}::bigint[])`.execute(db);
}

/** What waits for a schedule shows again what it showed before. */
export async function archiveEntries(db: DomainDb, ids: readonly number[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update entry set archived_at = ${at},
           status = case when schedule_id is null then status else coalesce(status_before, status) end,
           status_detail = case when schedule_id is null then status_detail else detail_before end,
           resume_at = case when schedule_id is null then resume_at end,
           schedule_id = null, status_before = null, detail_before = null
     where id = any(${[...ids]}::bigint[])`.execute(db);
}

export async function putIntoBatch(db: DomainDb, ids: readonly number[], batch: string | null): Promise<void> {
  if (ids.length === 0) return;
  await sql`update entry set batch = ${batch} where id = any(${[...ids]}::bigint[])`.execute(db);
}

/**
 * Pending passes go on now. One that a worker holds at this moment is left out: it is going on already, and waiting for
 * it with an entry locked would be a deadlock (workers lock the pass first).
 */
export async function wakePasses(db: DomainDb, passIds: readonly number[]): Promise<void> {
  if (passIds.length === 0) return;
  await sql`
    update pass set resume_at = now()
     where id in (select id from pass where id = any(${[...passIds]}::bigint[]) and status = 'pending'
                   order by id for update skip locked)`.execute(db);
  await sql`select pg_notify(${PASS_CHANNEL}, '')`.execute(db);
}

/**
 * As `stopUnclaimed` and `requestStop`, for many: those that no worker has end at once, with their entries; the others
 * are asked to. Locks passes before entries, as workers do.
 *
 * @returns the number of each entry's pass; none for those that ended meanwhile
 */
export async function stopPasses(db: DomainDb, passIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (passIds.length === 0) return new Map();
  const result = await sql<{ entry_id: number; number: number; ended: boolean }>`
    update pass set stop_requested = true,
           status = case when status = 'running' then status else 'stopped' end,
           ended_at = case when status = 'running' then ended_at else now() end,
           resume_at = case when status = 'running' then resume_at end
     where id in (select id from pass where id = any(${[...passIds]}::bigint[])
                     and status in ('queued', 'running', 'pending') order by id for update)
    returning entry_id, number, status = 'stopped' and kind in ('initial', 'delta') as ended`.execute(db);
  const ended = result.rows.filter((row) => row.ended).map((row) => row.entry_id);
  if (ended.length > 0)
    await sql`
      update entry set status = 'stopped', status_detail = null, resume_at = null
       where id = any(${ended}::bigint[])`.execute(db);
  await sql`select pg_notify(${PASS_CHANNEL}, '')`.execute(db);
  return new Map(result.rows.map((row) => [row.entry_id, row.number]));
}
