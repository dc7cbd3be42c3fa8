import { type ItemType, SternaError } from '@sterna/core';
import { sql } from 'kysely';
import type { DomainDb } from './domain-database.ts';
import { PASS_CHANNEL } from './passes.ts';

/** The database was put back from a backup (`noticeRestore`), and nobody has confirmed it yet. */
export interface OpenRestore {
  readonly how: string;
  readonly noticedAt: Date;
}

export async function openRestore(db: DomainDb): Promise<OpenRestore | undefined> {
  const row = await db
    .selectFrom('database_restore')
    .select(['how', 'noticed_at'])
    .where('confirmed_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? undefined : { how: row.how, noticedAt: row.noticed_at };
}

/** From now on passes may write. @returns false where there was nothing to confirm */
export async function confirmRestore(db: DomainDb): Promise<boolean> {
  const result = await db
    .updateTable('database_restore')
    .set({ confirmed_at: sql<Date>`now()` })
    .where('confirmed_at', 'is', null)
    .executeTakeFirst();
  await sql`select pg_notify(${PASS_CHANNEL}, '')`.execute(db);
  return result.numUpdatedRows > 0n;
}

/**
 * Archived entries in place of those that were made after the backup and are known from the license ledger alone, so that
 * their ids are never given to others.
 *
 * @throws SternaError config `entry-id-taken` where an id was given out again since the restore
 */
export async function standInFor(
  db: DomainDb,
  organizationId: number,
  lost: readonly { readonly id: number; readonly itemType: ItemType }[],
  noticedAt: Date,
): Promise<number> {
  if (lost.length === 0) return 0;
  const ids = lost.map(({ id }) => id);
  const rows = await db
    .selectFrom('entry')
    .select(['id', 'organization_id', 'created_at'])
    .where('id', 'in', ids)
    .execute();
  const taken = rows.find((row) => row.organization_id !== organizationId || row.created_at >= noticedAt);
  if (taken !== undefined)
    throw new SternaError('config', 'entry-id-taken', `Entry ${taken.id} is another one than in the ledger given.`, {
      fix: 'Restore the backup again, and reconcile it before anything else is done.',
    });
  const there = new Set(rows.map((row) => row.id));
  const missing = lost.filter(({ id }) => !there.has(id));
  if (missing.length === 0) return 0;
  const system = await db
    .insertInto('system')
    .values({ organization_id: organizationId, name: LOST, connector: 'archive', settings: '{}', internal: true })
    .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doUpdateSet({ internal: true }))
    .returning('id')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('entry')
    .values(
      missing.map(({ id, itemType }) => ({
        id,
        organization_id: organizationId,
        item_type: itemType,
        source_system_id: system.id,
        target_system_id: system.id,
        source_address: `lost/${id}`,
        target_address: `lost/${id}`,
        status_detail: LOST,
        archived_at: sql<Date>`now()`,
      })),
    )
    .execute();
  await sql`select setval(pg_get_serial_sequence('entry', 'id'), (select max(id) from entry))`.execute(db);
  return missing.length;
}

const LOST = 'Lost in a restore of the database; known from the license ledger.';
