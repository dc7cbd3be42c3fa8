import type { Pool, PoolClient } from 'pg';
import { REASON, type Reason, reasonOf, STATE_CODE } from '../codes.ts';

/** A copy that the books of an entry have. */
export interface SettledCopy {
  readonly entryId: number;
  readonly src: Buffer;
  readonly srcId: string;
  /** Of the source. */
  readonly container: number;
  /** Of the target: its id in the books of that entry, and its key. */
  readonly targetContainer: number;
  readonly targetKey: string;
  readonly targetId: string;
  readonly digest: Buffer;
  readonly flags: string;
  readonly reason: Reason;
  /** Its source object is gone. */
  readonly isGone: boolean;
}

/**
 * The copies of these digests that this entry, or a live one that writes to the same target, settled somewhere. Archived
 * entries don't count: their copies may have been removed since.
 */
export async function copiesOfDigests(
  pool: Pool,
  entryId: number,
  targetEntries: readonly number[],
  digests: readonly Buffer[],
): Promise<SettledCopy[]> {
  const { rows } = await pool.query(
    `select l.entry_id, l.src, l.src_id, l.container, l.target_container, c.key, l.target_id, l.digest, l.flags, l.reason,
            l.gone_pass is not null as gone
       from ledger l
       join container c on c.entry_id = l.entry_id and c.side = 1 and c.id = l.target_container
      where l.entry_id = any($2) and l.digest = any($3) and l.target_id is not null
        and (l.entry_id = $1 or exists (select 1 from entry e where e.id = l.entry_id and e.archived_at is null))
      order by l.entry_id, l.src`,
    [entryId, targetEntries, digests],
  );
  return rows.map((row) => ({
    entryId: Number(row.entry_id),
    src: row.src,
    srcId: row.src_id,
    container: row.container,
    targetContainer: row.target_container,
    targetKey: row.key,
    targetId: row.target_id,
    digest: row.digest,
    flags: row.flags ?? '',
    reason: reasonOf(row.reason),
    isGone: row.gone,
  }));
}

/** How many copies the books have in a target container. */
export async function countCopies(pool: Pool, entryId: number, targetContainer: number): Promise<number> {
  const { rows } = await pool.query(
    'select count(*)::int as n from ledger where entry_id = $1 and target_container = $2 and target_id is not null',
    [entryId, targetContainer],
  );
  return rows[0].n;
}

/** What the books have under one id is under another one of the same container. */
export async function changeCopyIds(
  client: PoolClient,
  entryId: number,
  copies: readonly { readonly src: Buffer; readonly targetId: string }[],
): Promise<void> {
  if (copies.length === 0) return;
  await client.query(
    `update ledger l set target_id = n.target_id from unnest($2::bytea[], $3::text[]) as n(src, target_id)
      where l.entry_id = $1 and l.src = n.src`,
    [entryId, copies.map((one) => one.src), copies.map((one) => one.targetId)],
  );
}

/** Copies that counted as deleted from the target, and are there after all, with these flags. */
export async function settleReturned(
  client: PoolClient,
  entryId: number,
  pass: number,
  copies: readonly { readonly src: Buffer; readonly flags: string }[],
): Promise<void> {
  if (copies.length === 0) return;
  await client.query(
    `update ledger l set pass = $2, state = ${STATE_CODE.updated}, reason = ${REASON.none}, flags = n.flags
       from unnest($3::bytea[], $4::text[]) as n(src, flags)
      where l.entry_id = $1 and l.src = n.src`,
    [entryId, pass, copies.map((one) => one.src), copies.map((one) => one.flags)],
  );
}
