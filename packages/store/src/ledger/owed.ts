import type { Pool } from 'pg';

/**
 * Whether the last pass that wrote completed with the settings of this one, and left nothing: no failure, no right that
 * waits, nothing planned or under way; and this one begins now: where it was broken off, it may owe what no row tells (a
 * folder to be removed that it emptied).
 */
export async function nothingIsOwed(pool: Pool, entryId: number, passId: number): Promise<boolean> {
  const { rows } = await pool.query(
    `select coalesce(
              (select before.status = 'completed' and before.settings_version = now.settings_version
                     and now.attempts <= 1 and now.active_seconds = 0
                 from pass now, pass before
                where now.id = $2 and before.entry_id = $1 and before.number < now.number
                  and before.kind in ('initial', 'delta', 'empty')
                order by before.number desc limit 1)
              and not exists (select from intent where entry_id = $1)
              and not exists (select from todo where entry_id = $1), false) as is_so`,
    [entryId, passId],
  );
  return rows[0].is_so;
}
