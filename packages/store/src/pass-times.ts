import type { Pool } from 'pg';

/** When the pass before this one began; of the first one, when itself did. Undefined: it never began. */
export async function passStartBefore(pool: Pool, entryId: number, number: number): Promise<Date | undefined> {
  const { rows } = await pool.query<{ started: Date | null }>(
    `select started_at as started from pass
     where entry_id = $1 and number <= $2 and started_at is not null
     order by number = $2, number desc limit 1`,
    [entryId, number],
  );
  return rows[0]?.started ?? undefined;
}
