import type { Pool } from 'pg';

/** Of these objects those of which the books say that the target could not hold all of them; keys in hex. */
export async function notedAmong(pool: Pool, entryId: number, srcs: readonly Buffer[]): Promise<ReadonlySet<string>> {
  if (srcs.length === 0) return new Set();
  const { rows } = await pool.query(
    `select distinct encode(src, 'hex') as src from object_note
      where entry_id = $1 and kind = 'fidelity' and src = any($2)`,
    [entryId, srcs],
  );
  return new Set(rows.map((row) => row.src));
}
