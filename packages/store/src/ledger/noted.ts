import type { Pool, PoolClient } from 'pg';

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

/** An object is the one that was another before it moved: what the target could not hold of that, it lacks too. */
export async function carryNotes(
  client: PoolClient,
  entryId: number,
  moves: readonly { readonly from: Buffer; readonly to: Buffer }[],
): Promise<void> {
  if (moves.length === 0) return;
  await client.query(
    `update object_note n set src = m.after from unnest($2::bytea[], $3::bytea[]) as m(before, after)
      where n.entry_id = $1 and n.src = m.before and n.kind = 'fidelity'`,
    [entryId, moves.map(({ from }) => from), moves.map(({ to }) => to)],
  );
}
