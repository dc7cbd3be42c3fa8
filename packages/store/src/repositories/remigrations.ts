import { sql, type Updateable } from 'kysely';
import type { Domain } from '../schema.ts';
import { type DomainDb, isOneOf, type RemigrationRow } from './domain-database.ts';

export async function insertRemigration(
  db: DomainDb,
  remigration: {
    organizationId: number;
    entryId: number;
    reason: string;
    note: string;
    step: string;
    steps: readonly unknown[];
    data: Record<string, unknown>;
  },
): Promise<RemigrationRow> {
  return db
    .insertInto('remigration')
    .values({
      organization_id: remigration.organizationId,
      entry_id: remigration.entryId,
      reason: remigration.reason,
      note: remigration.note,
      step: remigration.step,
      steps: JSON.stringify(remigration.steps),
      data: JSON.stringify(remigration.data),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export const remigrationById = (
  db: DomainDb,
  organizationId: number,
  id: number,
): Promise<RemigrationRow | undefined> =>
  db
    .selectFrom('remigration')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();

export const openRemigrationOf = (db: DomainDb, entryId: number): Promise<RemigrationRow | undefined> =>
  db
    .selectFrom('remigration')
    .selectAll()
    .where('entry_id', '=', entryId)
    .where('ended_at', 'is', null)
    .executeTakeFirst();

export async function updateRemigration(
  db: DomainDb,
  id: number,
  change: Updateable<Domain['remigration']>,
): Promise<RemigrationRow> {
  return db.updateTable('remigration').set(change).where('id', '=', id).returningAll().executeTakeFirstOrThrow();
}

export async function remigrationsOf(
  db: DomainDb,
  organizationId: number,
  options: {
    /** Of entries of these. */
    projects?: readonly number[] | undefined;
    entryId?: number | undefined;
    open?: boolean | undefined;
    bulkId?: string | undefined;
  },
): Promise<readonly RemigrationRow[]> {
  let query = db
    .selectFrom('remigration')
    .innerJoin('entry', 'entry.id', 'remigration.entry_id')
    .selectAll('remigration')
    .where('remigration.organization_id', '=', organizationId);
  if (options.projects !== undefined) query = query.where(isOneOf('entry.project_id', options.projects));
  if (options.entryId !== undefined) {
    const id = options.entryId;
    query = query.where((eb) => eb.or([eb('remigration.entry_id', '=', id), eb('remigration.new_entry_id', '=', id)]));
  }
  if (options.open !== undefined) query = query.where('remigration.ended_at', options.open ? 'is' : 'is not', null);
  if (options.bulkId !== undefined) query = query.where(sql`remigration.data->>'bulkId'`, '=', options.bulkId);
  return query.orderBy('remigration.id').execute();
}

/**
 * Those that may be moved on: no pass of theirs is under way, and it isn't a person's turn. Every organization's, or one's.
 * Each is looked at for itself then: of thousands under way, few are.
 */
export async function movableRemigrations(
  db: DomainDb,
  organizationId?: number,
): Promise<readonly { id: number; organization_id: number }[]> {
  const result = await sql<{ id: number; organization_id: number }>`
    select r.id, r.organization_id from remigration r left join pass p on p.id = (r.data->>'passId')::bigint
     where r.ended_at is null and (${organizationId ?? null}::bigint is null or r.organization_id = ${organizationId ?? null})
       and (p.status is null or p.status not in ('queued', 'running', 'pending'))
       and (r.data ? 'auto' or p.id is not null)
     order by r.id`.execute(db);
  return result.rows;
}
