import type { Pool, PoolClient } from 'pg';

/** Whether the books say of an object that the target could not hold all of it. */
export async function isNoted(pool: Pool, entryId: number, src: Buffer): Promise<boolean> {
  const { rows } = await pool.query(
    `select exists (select from object_note where entry_id = $1 and kind = 'fidelity' and src = $2) as is_so`,
    [entryId, src],
  );
  return rows[0].is_so;
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
