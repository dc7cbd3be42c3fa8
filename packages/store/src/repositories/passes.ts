import type { PassKind } from '@sterna/core';
import { sql } from 'kysely';
import { type DomainDb, isOneOf, type PassRow } from './domain-database.ts';

/** Channel that wakes workers; the payload is the entry's id. */
export const PASS_CHANNEL = 'sterna_pass';

const LIVE = ['queued', 'running', 'pending'] as const;

/** Queues a pass and wakes the workers when the transaction commits. The caller holds the entry's lock. */
export async function insertPass(
  db: DomainDb,
  pass: {
    entryId: number;
    kind: PassKind;
    settings: Record<string, unknown>;
    settingsVersion: string;
    requestedBy: string;
    reason: string | undefined;
  },
): Promise<PassRow> {
  const row = await db
    .insertInto('pass')
    .values({
      entry_id: pass.entryId,
      number: sql<number>`(select coalesce(max(number), 0) + 1 from pass where entry_id = ${pass.entryId})`,
      kind: pass.kind,
      settings: JSON.stringify(pass.settings),
      settings_version: pass.settingsVersion,
      requested_by: pass.requestedBy,
      reason: pass.reason ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await wakeWorkers(db, pass.entryId);
  return row;
}

export async function wakeWorkers(db: DomainDb, entryId: number): Promise<void> {
  await sql`select pg_notify(${PASS_CHANNEL}, ${String(entryId)})`.execute(db);
}

export const livePassOf = (db: DomainDb, entryId: number): Promise<PassRow | undefined> =>
  db.selectFrom('pass').selectAll().where('entry_id', '=', entryId).where('status', 'in', LIVE).executeTakeFirst();

/** The first pass that wrote: with it the license burned. */
export const firstWritingPass = (db: DomainDb, entryId: number): Promise<PassRow | undefined> =>
  db
    .selectFrom('pass')
    .selectAll()
    .where('entry_id', '=', entryId)
    .where('kind', 'in', ['initial', 'delta'])
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();

export const lastPass = (
  db: DomainDb,
  entryId: number,
  kinds: readonly PassKind[] = ['initial', 'delta'],
): Promise<PassRow | undefined> =>
  db
    .selectFrom('pass')
    .selectAll()
    .where('entry_id', '=', entryId)
    .where('kind', 'in', kinds)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();

/** The last pass that wrote and is not undone. */
export const lastStandingPass = (db: DomainDb, entryId: number): Promise<PassRow | undefined> =>
  db
    .selectFrom('pass')
    .selectAll()
    .where('entry_id', '=', entryId)
    .where('kind', 'in', ['initial', 'delta'])
    .where('undone_by', 'is', null)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();

/** A plan for undoing this pass (by its number) that came to its end. */
export const plannedUndoOf = (db: DomainDb, entryId: number, number: number): Promise<PassRow | undefined> =>
  db
    .selectFrom('pass')
    .selectAll()
    .where('entry_id', '=', entryId)
    .where('kind', '=', 'undo')
    .where('status', '=', 'completed')
    .where(sql<boolean>`settings -> 'undo' @> ${JSON.stringify({ pass: number, mode: 'plan' })}::jsonb`)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();

export async function requestStop(db: DomainDb, passId: number): Promise<PassRow> {
  return db
    .updateTable('pass')
    .set({ stop_requested: true })
    .where('id', '=', passId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Ends a pass that no worker has; undefined where one has taken it meanwhile. */
export const stopUnclaimed = (db: DomainDb, passId: number): Promise<PassRow | undefined> =>
  db
    .updateTable('pass')
    .set({ status: 'stopped', ended_at: sql<Date>`now()`, stop_requested: true, resume_at: null })
    .where('id', '=', passId)
    .where('status', 'in', ['queued', 'pending'])
    .returningAll()
    .executeTakeFirst();

/** A pending pass goes on now. */
export const wakePending = (db: DomainDb, passId: number): Promise<PassRow | undefined> =>
  db
    .updateTable('pass')
    .set({ resume_at: sql<Date>`now()` })
    .where('id', '=', passId)
    .where('status', '=', 'pending')
    .returningAll()
    .executeTakeFirst();

/** Of this organization. */
export const passById = (db: DomainDb, organizationId: number, id: number): Promise<PassRow | undefined> =>
  db
    .selectFrom('pass')
    .innerJoin('entry', 'entry.id', 'pass.entry_id')
    .selectAll('pass')
    .where('entry.organization_id', '=', organizationId)
    .where('pass.id', '=', id)
    .executeTakeFirst();

/** Newest first. */
export async function pageOfPasses(
  db: DomainDb,
  organizationId: number,
  options: {
    entryId?: number | undefined;
    /** Of entries of these. */
    projects?: readonly number[] | undefined;
    live?: boolean | undefined;
    before?: number | undefined;
    limit: number;
  },
): Promise<readonly PassRow[]> {
  let query = db
    .selectFrom('pass')
    .innerJoin('entry', 'entry.id', 'pass.entry_id')
    .selectAll('pass')
    .where('entry.organization_id', '=', organizationId);
  if (options.entryId !== undefined) query = query.where('pass.entry_id', '=', options.entryId);
  if (options.projects !== undefined) query = query.where(isOneOf('entry.project_id', options.projects));
  if (options.live === true) query = query.where('pass.status', 'in', LIVE);
  if (options.before !== undefined) query = query.where('pass.id', '<', options.before);
  return query.orderBy('pass.id', 'desc').limit(options.limit).execute();
}

/**
 * The last pass of each of these entries; `failures`: what failed or is uncertain by the books of the entry's last initial or
 * delta pass that has some.
 */
export async function lastPasses(
  db: DomainDb,
  entryIds: readonly number[],
): Promise<ReadonlyMap<number, PassRow & { readonly failures: number }>> {
  if (entryIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('pass')
    .distinctOn('entry_id')
    .selectAll()
    .select(
      sql<number>`coalesce((
        select coalesce((w.books ->> 'failed')::float8, 0) + coalesce((w.books ->> 'uncertain')::float8, 0) from pass w
         where w.entry_id = pass.entry_id and w.kind in ('initial', 'delta') and w.books is not null
         order by w.number desc limit 1), 0)`.as('failures'),
    )
    .where(sql<boolean>`entry_id = any(${[...entryIds]}::bigint[])`)
    .orderBy('entry_id')
    .orderBy('number', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.entry_id, row]));
}

export const passesOf = (db: DomainDb, entryId: number): Promise<readonly PassRow[]> =>
  db.selectFrom('pass').selectAll().where('entry_id', '=', entryId).orderBy('number').execute();

/** How fast finished writing passes of a project (or system pair) were: newest 50. */
export async function pastRates(
  db: DomainDb,
  organizationId: number,
  systems: { source: number; target: number },
): Promise<readonly { entryId: number; kind: PassKind; seconds: number; books: unknown; progress: unknown }[]> {
  const rows = await db
    .selectFrom('pass')
    .innerJoin('entry', 'entry.id', 'pass.entry_id')
    .select(['pass.entry_id', 'pass.kind', 'pass.active_seconds', 'pass.books', 'pass.progress'])
    .where('entry.organization_id', '=', organizationId)
    .where('entry.source_system_id', '=', systems.source)
    .where('entry.target_system_id', '=', systems.target)
    .where('pass.kind', 'in', ['initial', 'delta'])
    .where('pass.books', 'is not', null)
    .where('pass.active_seconds', '>', 0)
    .orderBy('pass.id', 'desc')
    .limit(50)
    .execute();
  return rows.map((row) => ({
    entryId: row.entry_id,
    kind: row.kind,
    seconds: row.active_seconds,
    books: row.books,
    progress: row.progress,
  }));
}

/** Those of this organization, by id. */
export async function passesById(
  db: DomainDb,
  organizationId: number,
  ids: readonly number[],
): Promise<ReadonlyMap<number, PassRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('pass')
    .innerJoin('entry', 'entry.id', 'pass.entry_id')
    .selectAll('pass')
    .where('entry.organization_id', '=', organizationId)
    .where(sql<boolean>`pass.id = any(${[...ids]}::bigint[])`)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}
