import type { ContentKind } from '@sterna/core';
import type { Pool, PoolClient } from 'pg';
import { KIND_CODE, STATE_CODE } from '../codes.ts';

/** A copy that the books name. */
export interface ClaimedCopy {
  readonly entryId: number;
  readonly src: Buffer;
  readonly targetId: string;
  /** Key of the container in the target. */
  readonly containerKey: string;
  readonly digest: Buffer | undefined;
}

const COPIES = `select l.entry_id, l.src, l.target_id, l.digest, c.key from ledger l
       join container c on c.entry_id = l.entry_id and c.side = 1 and c.id = l.target_container
      where l.entry_id = any($1) and l.kind = $2 and l.target_id is not null`;

const toCopy = (row: Record<string, unknown>): ClaimedCopy => ({
  entryId: Number(row.entry_id),
  src: row.src as Buffer,
  targetId: row.target_id as string,
  containerKey: row.key as string,
  digest: (row.digest as Buffer | null) ?? undefined,
});

/** All copies of a kind that the books of these entries name, page by page. */
export async function* copiesOfEntries(
  pool: Pool,
  entryIds: readonly number[],
  kind: ContentKind,
  page = 5_000,
): AsyncGenerator<readonly ClaimedCopy[]> {
  for (const entryId of entryIds)
    for (let after = Buffer.alloc(0); ; ) {
      const { rows } = await pool.query(`${COPIES} and l.src > $3 order by l.src limit $4`, [
        [entryId],
        KIND_CODE[kind],
        after,
        page,
      ]);
      if (rows.length === 0) break;
      yield rows.map(toCopy);
      after = rows.at(-1).src;
    }
}

/** Who has these copies already. Reads all rows of the entries: to be asked only where there is reason to. */
export async function claimsOf(
  pool: Pool,
  entryIds: readonly number[],
  kind: ContentKind,
  targetIds: readonly string[],
): Promise<readonly ClaimedCopy[]> {
  const { rows } = await pool.query(`${COPIES} and l.target_id = any($3)`, [entryIds, KIND_CODE[kind], targetIds]);
  return rows.map(toCopy);
}

/** Those of them that are the copy of something that is still in its source. */
export async function heldCopies(
  pool: Pool,
  entryIds: readonly number[],
  kind: ContentKind,
  targetIds: readonly string[],
): Promise<readonly ClaimedCopy[]> {
  if (entryIds.length === 0 || targetIds.length === 0) return [];
  const { rows } = await pool.query(`${COPIES} and l.target_id = any($3) and l.gone_pass is null`, [
    entryIds,
    KIND_CODE[kind],
    targetIds,
  ]);
  return rows.map(toCopy);
}

/** Objects still in the source of which the target keeps no copy of their own, because it has an equal one. */
export async function mergedByDigest(
  pool: Pool,
  entryIds: readonly number[],
  digests: readonly Buffer[],
): Promise<readonly { readonly entryId: number; readonly src: Buffer; readonly digest: Buffer }[]> {
  if (digests.length === 0) return [];
  const { rows } = await pool.query(
    `select entry_id, src, digest from ledger
      where entry_id = any($1) and state = ${STATE_CODE.merged} and gone_pass is null and target_id is null
        and digest = any($2)
      order by src`,
    [entryIds, digests],
  );
  return rows.map(({ entry_id, src, digest }) => ({ entryId: Number(entry_id), src, digest }));
}

/** The copy of what is gone becomes that of an equal object, with the flags and the version that it has. */
export async function inheritCopies(
  client: PoolClient,
  entryId: number,
  pairs: readonly { readonly gone: Buffer; readonly heir: Buffer }[],
): Promise<void> {
  if (pairs.length === 0) return;
  await client.query(
    `update ledger h set target_id = g.target_id, target_container = g.target_container, flags = g.flags,
            target_version = g.target_version
       from unnest($2::bytea[], $3::bytea[]) as p(gone, heir), ledger g
      where h.entry_id = $1 and h.src = p.heir and g.entry_id = $1 and g.src = p.gone`,
    [entryId, pairs.map(({ gone }) => gone), pairs.map(({ heir }) => heir)],
  );
}
