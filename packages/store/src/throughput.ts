import type { Pool, PoolClient } from 'pg';

/** Minutes are kept this long. */
const DAYS_KEPT = 8;

/**
 * Adds what a writing pass has done since it was last counted to the minute that is now. What was counted is kept with
 * the pass, so a worker that died or a pass that changed hands neither loses nor doubles anything: it is the progress
 * as stored that is counted, never a worker's own memory of it.
 */
export async function countThroughput(db: Pool | PoolClient, passId: number): Promise<void> {
  await db.query({
    name: 'count-throughput',
    text: `
      with fresh as (
        select p.id, e.organization_id, coalesce(e.project_id, 0) as project_id,
               (p.progress->>'objects')::bigint as objects, (p.progress->>'bytes')::bigint as bytes,
               p.counted_objects, p.counted_bytes
          from pass p join entry e on e.id = p.entry_id
         where p.id = $1 and p.kind in ('initial', 'delta') and e.purpose <> 'copy'
           and ((p.progress->>'objects')::bigint > p.counted_objects or (p.progress->>'bytes')::bigint > p.counted_bytes)
           for update of p),
      counted as (
        update pass set counted_objects = greatest(fresh.objects, fresh.counted_objects),
                        counted_bytes = greatest(fresh.bytes, fresh.counted_bytes)
          from fresh where pass.id = fresh.id)
      insert into throughput (organization_id, project_id, minute, objects, bytes)
      select organization_id, project_id, date_trunc('minute', clock_timestamp()),
             greatest(objects - counted_objects, 0), greatest(bytes - counted_bytes, 0)
        from fresh
      on conflict (organization_id, minute, project_id) do update
         set objects = throughput.objects + excluded.objects, bytes = throughput.bytes + excluded.bytes`,
    values: [passId],
  });
}

/** Forgets minutes that nobody looks at any more. */
export async function pruneThroughput(pool: Pool): Promise<void> {
  await pool.query(`delete from throughput where minute < now() - make_interval(days => $1)`, [DAYS_KEPT]);
}
