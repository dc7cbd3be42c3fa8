import { sql } from 'kysely';
import type { DomainDb } from './domain-database.ts';

/** What was sent or given up is kept for so many days. */
export const NOTIFICATION_DAYS = 90;

const old = sql<Date>`now() - make_interval(days => ${NOTIFICATION_DAYS})`;

/**
 * Removes deliveries that ended before then, with their attempts; at most `limit`, so that nobody waits for it. Those of
 * a removed channel are never sent any more.
 *
 * @returns how many went
 */
export async function pruneDeliveries(db: DomainDb, limit: number): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const found = await sql<{ id: number }>`
      select d.id from notification_delivery d join notification_channel c on c.id = d.channel_id
       where (d.status <> 'waiting' or c.removed_at is not null)
         and greatest(d.created_at, d.next_attempt_at, d.delivered_at) < ${old}
       order by d.id limit ${limit} for update of d skip locked`.execute(trx);
    const ids = found.rows.map(({ id }) => id);
    if (ids.length === 0) return 0;
    await trx.deleteFrom('notification_attempt').where('delivery_id', 'in', ids).execute();
    await trx.deleteFrom('notification_delivery').where('id', 'in', ids).execute();
    return ids.length;
  });
}

/**
 * Removes events from before then that nothing is left of to deliver. Not those by which a look at what is now knows that
 * it was told: the last one of a batch, what holds as long as a grant of licenses, and remigrations that still wait.
 *
 * @returns how many went
 */
export async function pruneEvents(db: DomainDb, limit: number): Promise<number> {
  const result = await sql`
    delete from notification_event where id in (
      select v.id from notification_event v
       where v.at < ${old}
         and not exists (select from notification_delivery d where d.event_id = v.id)
         and v.topic <> 'license-low'
         and not (v.topic = 'batch-done' and not exists (
           select from notification_event newer
            where newer.organization_id = v.organization_id and newer.topic = 'batch-done'
              and newer.project_id = v.project_id and newer.data->>'batch' = v.data->>'batch'
              and (newer.data->>'newest')::bigint > (v.data->>'newest')::bigint))
         and not (v.topic = 'remigration-waiting' and exists (
           select from remigration r
            where r.id = (v.data->>'remigrationId')::bigint and (r.ended_at is null or r.data ? 'bulk')))
       order by v.at limit ${limit} for update of v skip locked)`.execute(db);
  return Number(result.numAffectedRows ?? 0);
}
