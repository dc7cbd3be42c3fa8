import type { Pool, PoolClient } from 'pg';

/** A file whose rights are to be applied to its copy. */
export interface AccessRow {
  readonly src: Buffer;
  readonly srcId: string;
  readonly container: number;
  readonly targetContainer: number;
  readonly targetId: string;
}

/** Live files with a copy whose rights are not known to be those of the source, in key order. */
export async function accessToApply(pool: Pool, entryId: number, after: Buffer, limit: number): Promise<AccessRow[]> {
  const { rows } = await pool.query(
    `select src, src_id, container, target_container, target_id from ledger
      where entry_id = $1 and src > $2 and kind = 5 and access_version is null
        and target_id is not null and gone_pass is null
      order by src limit $3`,
    [entryId, after, limit],
  );
  return rows.map((row) => ({
    src: row.src,
    srcId: row.src_id,
    container: row.container,
    targetContainer: row.target_container,
    targetId: row.target_id,
  }));
}

export async function settleAccess(
  client: PoolClient,
  entryId: number,
  rows: readonly { readonly src: Buffer; readonly version: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `update ledger l set access_version = n.version from unnest($2::bytea[], $3::text[]) as n(src, version)
      where l.entry_id = $1 and l.src = n.src`,
    [entryId, rows.map((row) => row.src), rows.map((row) => row.version)],
  );
}

/** Their rights changed at the source. */
export async function forgetAccess(client: PoolClient, entryId: number, srcs: readonly Buffer[]): Promise<void> {
  if (srcs.length === 0) return;
  await client.query('update ledger set access_version = null where entry_id = $1 and src = any($2)', [entryId, srcs]);
}

/** Live files whose rights are those of the source. */
export async function countAccessApplied(pool: Pool, entryId: number): Promise<number> {
  const { rows } = await pool.query(
    `select count(*)::int as n from ledger
      where entry_id = $1 and kind = 5 and access_version is not null and gone_pass is null`,
    [entryId],
  );
  return rows[0].n;
}
