import { sql, type Updateable } from 'kysely';
import type { Domain } from '../schema.ts';
import type { DomainDb, SystemRow } from './domain-database.ts';

export async function insertSystem(
  db: DomainDb,
  system: {
    /** From `reserveIds`. */
    id: number;
    organizationId: number;
    name: string;
    connector: string;
    settings: unknown;
    sealedCredentials: Buffer | null;
    internal: boolean;
  },
): Promise<SystemRow> {
  return db
    .insertInto('system')
    .values({
      id: system.id,
      organization_id: system.organizationId,
      name: system.name,
      connector: system.connector,
      settings: JSON.stringify(system.settings),
      sealed_credentials: system.sealedCredentials,
      internal: system.internal,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Of this organization; internal ones (backup folders) too. */
export const systemById = (db: DomainDb, organizationId: number, id: number): Promise<SystemRow | undefined> =>
  db
    .selectFrom('system')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();

export const systemsOf = (db: DomainDb, organizationId: number): Promise<readonly SystemRow[]> =>
  db
    .selectFrom('system')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('internal', '=', false)
    .orderBy('name')
    .execute();

export async function updateSystemRow(
  db: DomainDb,
  organizationId: number,
  id: number,
  change: Updateable<Domain['system']>,
): Promise<SystemRow | undefined> {
  return db
    .updateTable('system')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

/** A project or an entry, archived ones included, refers to it. */
export async function isSystemUsed(db: DomainDb, id: number): Promise<boolean> {
  const project = await db
    .selectFrom('project')
    .select('id')
    .where((eb) => eb.or([eb('source_system_id', '=', id), eb('target_system_id', '=', id)]))
    .limit(1)
    .executeTakeFirst();
  const entry = await db
    .selectFrom('entry')
    .select('id')
    .where((eb) => eb.or([eb('source_system_id', '=', id), eb('target_system_id', '=', id)]))
    .limit(1)
    .executeTakeFirst();
  return project !== undefined || entry !== undefined;
}

export async function deleteSystemRow(db: DomainDb, organizationId: number, id: number): Promise<void> {
  await db.deleteFrom('system').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}

/** The system that each of these entries of this organization writes to, internal ones (backup folders) too. */
export async function targetSystemsOf(
  db: DomainDb,
  organizationId: number,
  entryIds: readonly number[],
): Promise<ReadonlyMap<number, SystemRow>> {
  if (entryIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('entry')
    .innerJoin('system', 'system.id', 'entry.target_system_id')
    .selectAll('system')
    .select('entry.id as entry_id')
    .where('entry.organization_id', '=', organizationId)
    .where(sql<boolean>`entry.id = any(${[...entryIds]}::bigint[])`)
    .execute();
  return new Map(rows.map(({ entry_id, ...system }) => [entry_id, system]));
}
