import type { ContentKind, ObjectState } from '@sterna/core';
import type { Pool, PoolClient } from 'pg';
import { KIND_CODE, kindOf, REASON, type Reason, reasonOf, STATE_CODE, stateOf, VERB_CODE } from '../codes.ts';

/** One object in the books. See the `ledger` table for the meaning of each field. */
export interface LedgerRow {
  readonly kind: ContentKind;
  readonly src: Buffer;
  readonly srcId: string;
  readonly container: number;
  readonly targetContainer: number | undefined;
  readonly pass: number;
  readonly gonePass: number | undefined;
  readonly state: ObjectState;
  readonly reason: Reason;
  readonly size: number | undefined;
  readonly flags: string | undefined;
  readonly matchKey: Buffer | undefined;
  readonly digest: Buffer | undefined;
  readonly targetId: string | undefined;
  /** Version of the source object as migrated; undefined where content can't change (mail). */
  readonly srcVersion: string | undefined;
  /** Version of the copy as written. */
  readonly targetVersion: string | undefined;
  /** Version of the rights that its copy has; undefined where they are to be applied. */
  readonly accessVersion: string | undefined;
}

export type Settled = Omit<LedgerRow, 'pass' | 'gonePass' | 'srcVersion' | 'targetVersion' | 'accessVersion'> & {
  readonly srcVersion?: string | undefined;
  readonly targetVersion?: string | undefined;
};

/** Writes settled objects; one that was in the books before (failed, filtered) gets its new state. */
export async function settleRows(
  client: PoolClient,
  entryId: number,
  pass: number,
  rows: readonly Settled[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query({
    name: 'settle-rows',
    text: `insert into ledger (entry_id, pass, kind, src, src_id, container, target_container, state, reason, size,
                  flags, match_key, digest, target_id, src_version, target_version)
           select $1, $2, * from unnest($3::smallint[], $4::bytea[], $5::text[], $6::integer[], $7::integer[],
                  $8::smallint[], $9::smallint[], $10::bigint[], $11::text[], $12::bytea[], $13::bytea[], $14::text[],
                  $15::text[], $16::text[])
           on conflict (entry_id, src) do update
              set pass = excluded.pass, gone_pass = null, src_id = excluded.src_id, container = excluded.container,
                  target_container = excluded.target_container, state = excluded.state, reason = excluded.reason,
                  size = excluded.size, flags = excluded.flags, match_key = excluded.match_key,
                  digest = excluded.digest, target_id = excluded.target_id, src_version = excluded.src_version,
                  target_version = excluded.target_version, access_version = null`,
    values: [
      entryId,
      pass,
      rows.map((r) => KIND_CODE[r.kind]),
      rows.map((r) => r.src),
      rows.map((r) => r.srcId),
      rows.map((r) => r.container),
      rows.map((r) => r.targetContainer ?? null),
      rows.map((r) => STATE_CODE[r.state]),
      rows.map((r) => REASON[r.reason]),
      rows.map((r) => r.size ?? null),
      rows.map((r) => r.flags ?? null),
      rows.map((r) => r.matchKey ?? null),
      rows.map((r) => r.digest ?? null),
      rows.map((r) => r.targetId ?? null),
      rows.map((r) => r.srcVersion ?? null),
      rows.map((r) => r.targetVersion ?? null),
    ],
  });
}

const COLUMNS =
  'kind, src, src_id, container, target_container, pass, gone_pass, state, reason, size, flags, match_key, digest, target_id, src_version, target_version, access_version';

function toRow(row: Record<string, unknown>): LedgerRow {
  const optional = <T>(value: unknown): T | undefined => (value === null ? undefined : (value as T));
  return {
    kind: kindOf(row.kind as number),
    src: row.src as Buffer,
    srcId: row.src_id as string,
    container: row.container as number,
    targetContainer: optional(row.target_container),
    pass: row.pass as number,
    gonePass: optional(row.gone_pass),
    state: stateOf(row.state as number),
    reason: reasonOf(row.reason as number),
    size: row.size === null ? undefined : Number(row.size),
    flags: optional(row.flags),
    matchKey: optional(row.match_key),
    digest: optional(row.digest),
    targetId: optional(row.target_id),
    srcVersion: optional(row.src_version),
    targetVersion: optional(row.target_version),
    accessVersion: optional(row.access_version),
  };
}

export async function rowsBySource(
  client: Pool | PoolClient,
  entryId: number,
  srcs: readonly Buffer[],
): Promise<Map<string, LedgerRow>> {
  if (srcs.length === 0) return new Map();
  const { rows } = await client.query(`select ${COLUMNS} from ledger where entry_id = $1 and src = any($2)`, [
    entryId,
    srcs,
  ]);
  return new Map(rows.map((row) => [row.src.toString('hex'), toRow(row)]));
}

/** Objects that left the source but whose copy is still in the target, by content: moves are found here. */
export async function goneByDigest(pool: Pool, entryId: number, digests: readonly Buffer[]): Promise<LedgerRow[]> {
  if (digests.length === 0) return [];
  const { rows } = await pool.query(
    `select ${COLUMNS} from ledger
      where entry_id = $1 and gone_pass is not null and target_id is not null and digest = any($2)
      order by container, src_id`,
    [entryId, digests],
  );
  return rows.map(toRow);
}

export async function hasGoneRows(pool: Pool, entryId: number): Promise<boolean> {
  const { rows } = await pool.query(
    'select 1 from ledger where entry_id = $1 and gone_pass is not null and target_id is not null limit 1',
    [entryId],
  );
  return rows.length > 0;
}

/** Live rows of a container: what a reader without QRESYNC compares its count with. */
export async function countLive(pool: Pool | PoolClient, entryId: number, container: number): Promise<number> {
  const { rows } = await pool.query(
    `select (select count(*) from ledger where entry_id = $1 and container = $2 and gone_pass is null)
          + (select count(*) from todo t where entry_id = $1 and container = $2 and verb = 1
              and not exists (select 1 from ledger l where l.entry_id = $1 and l.src = t.src and l.gone_pass is null)) as n`,
    [entryId, container],
  );
  return Number(rows[0].n);
}

export async function markGone(
  client: PoolClient,
  entryId: number,
  pass: number,
  srcs: readonly Buffer[],
): Promise<number> {
  if (srcs.length === 0) return 0;
  const result = await client.query(
    'update ledger set gone_pass = $3 where entry_id = $1 and src = any($2) and gone_pass is null',
    [entryId, srcs, pass],
  );
  return result.rowCount ?? 0;
}

/** After a full listing of one page: what that didn't name is gone. @param listed all that it named */
export async function markOthersGone(
  client: PoolClient,
  entryId: number,
  pass: number,
  container: number,
  listed: readonly Buffer[],
): Promise<number> {
  const result = await client.query(
    `update ledger l set gone_pass = $3
      where entry_id = $1 and container = $2 and gone_pass is null
        and not exists (select 1 from unnest($4::bytea[]) as n(src) where n.src = l.src)`,
    [entryId, container, pass, listed],
  );
  return result.rowCount ?? 0;
}

/** After a full listing: what it didn't name is gone. Empties the listing. */
export async function markUnlistedGone(
  client: PoolClient,
  entryId: number,
  pass: number,
  container: number,
): Promise<number> {
  const result = await client.query(
    `update ledger l set gone_pass = $3
      where entry_id = $1 and container = $2 and gone_pass is null
        and not exists (select 1 from listing n where n.entry_id = $1 and n.container = $2 and n.src = l.src)`,
    [entryId, container, pass],
  );
  await client.query('delete from listing where entry_id = $1 and container = $2', [entryId, container]);
  return result.rowCount ?? 0;
}

/** Back in the source after having been gone (a folder restored, a server that lied). */
export async function markBack(client: PoolClient, entryId: number, srcs: readonly Buffer[]): Promise<void> {
  if (srcs.length === 0) return;
  await client.query('update ledger set gone_pass = null where entry_id = $1 and src = any($2)', [entryId, srcs]);
}

export async function rememberListed(
  client: PoolClient,
  entryId: number,
  container: number,
  srcs: readonly Buffer[],
): Promise<void> {
  await client.query({
    name: 'remember-listed',
    text: 'insert into listing (entry_id, container, src) select $1, $2, unnest($3::bytea[]) on conflict do nothing',
    values: [entryId, container, srcs],
  });
}

export async function forgetListing(client: PoolClient, entryId: number, container: number): Promise<void> {
  await client.query('delete from listing where entry_id = $1 and container = $2', [entryId, container]);
}

export async function deleteRows(client: PoolClient, entryId: number, srcs: readonly Buffer[]): Promise<void> {
  if (srcs.length === 0) return;
  await client.query('delete from ledger where entry_id = $1 and src = any($2)', [entryId, srcs]);
}

/**
 * A state change that reached the target: the new base of the three-way delta. What this very pass created counts as
 * created, once.
 */
export async function settleStates(
  client: PoolClient,
  entryId: number,
  pass: number,
  rows: readonly { src: Buffer; flags: string; state: ObjectState; reason: Reason }[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `update ledger l set pass = $2, flags = n.flags, reason = n.reason,
            state = case when l.pass = $2 and l.state = ${STATE_CODE.created} and n.state = ${STATE_CODE.updated}
                         then l.state else n.state end
       from unnest($3::bytea[], $4::text[], $5::smallint[], $6::smallint[]) as n(src, flags, state, reason)
      where l.entry_id = $1 and l.src = n.src`,
    [
      entryId,
      pass,
      rows.map((r) => r.src),
      rows.map((r) => r.flags),
      rows.map((r) => STATE_CODE[r.state]),
      rows.map((r) => REASON[r.reason]),
    ],
  );
}

/** Which of these target ids the books of any entry with this target endpoint claim as settled. */
export async function claimedTargetIds(
  pool: Pool,
  entryIds: readonly number[],
  targetKey: string,
  targetIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await pool.query(
    `select l.target_id from ledger l
       join container c on c.entry_id = l.entry_id and c.side = 1 and c.id = l.target_container
      where l.entry_id = any($1) and c.key = $2 and l.target_id = any($3)`,
    [entryIds, targetKey, targetIds],
  );
  return new Set(rows.map((row) => row.target_id));
}

/** Entries that write or wrote to the same endpoint. @param which `all`: archived ones too */
export async function entriesOfTarget(pool: Pool, entryId: number, which: 'all' | 'live' = 'all'): Promise<number[]> {
  const { rows } = await pool.query(
    `select o.id from entry e join entry o
         on o.target_system_id = e.target_system_id and o.target_address = e.target_address
      where e.id = $1 and ($2 or o.archived_at is null)`,
    [entryId, which === 'all'],
  );
  return rows.map((row) => Number(row.id));
}

/** Ledger rows of a source container in key order, page by page. */
export async function* rowsOfEntry(pool: Pool, entryId: number, page = 2_000): AsyncGenerator<LedgerRow[]> {
  let after = Buffer.alloc(0);
  for (;;) {
    const { rows } = await pool.query(
      `select ${COLUMNS} from ledger where entry_id = $1 and src > $2 order by src limit $3`,
      [entryId, after, page],
    );
    if (rows.length === 0) return;
    yield rows.map(toRow);
    after = rows[rows.length - 1].src;
  }
}

export interface StateCount {
  readonly container: number;
  readonly pass: number;
  readonly state: ObjectState;
  readonly reason: Reason;
  readonly hasTarget: boolean;
  readonly count: number;
  readonly bytes: number;
}

/** Live rows counted, for the books of a pass. */
export async function countStates(client: Pool | PoolClient, entryId: number): Promise<StateCount[]> {
  const { rows } = await client.query(
    `select container, pass, state, reason, target_id is not null as has_target, count(*)::int as count,
            coalesce(sum(size), 0)::bigint as bytes
       from ledger where entry_id = $1 and gone_pass is null group by 1, 2, 3, 4, 5`,
    [entryId],
  );
  return rows.map((row) => ({
    container: row.container,
    pass: row.pass,
    state: stateOf(row.state),
    reason: reasonOf(row.reason),
    hasTarget: row.has_target,
    count: row.count,
    bytes: Number(row.bytes),
  }));
}

/**
 * What was found gone from the source since the last pass that came to its end, and no move has claimed, as far as it
 * has a copy. A pass that was stopped after its listing leaves its findings to the next one.
 */
export async function rowsGone(pool: Pool, entryId: number): Promise<LedgerRow[]> {
  const { rows } = await pool.query(
    `select ${COLUMNS} from ledger
      where entry_id = $1 and target_id is not null
        and gone_pass > (select coalesce(max(number), 0) from pass
                          where entry_id = $1 and kind in ('initial', 'delta')
                            and status in ('completed', 'completed with failures'))`,
    [entryId],
  );
  return rows.map(toRow);
}

/** What this pass found gone is for the next one to deal with, too. */
export async function leaveGone(
  client: PoolClient,
  entryId: number,
  pass: number,
  srcs: readonly Buffer[],
): Promise<void> {
  await client.query('update ledger set gone_pass = $3 where entry_id = $1 and src = any($2)', [
    entryId,
    srcs,
    pass + 1,
  ]);
}

/** Their copies are removed from the target. */
export async function dropTargets(client: PoolClient, entryId: number, srcs: readonly Buffer[]): Promise<void> {
  await client.query('update ledger set target_id = null where entry_id = $1 and src = any($2)', [entryId, srcs]);
}

/** Objects that these passes created a copy of in this target container, in key order. */
export async function createdRows(
  pool: Pool,
  entryId: number,
  passes: readonly number[],
  targetContainer: number,
  after: Buffer,
  limit: number,
): Promise<LedgerRow[]> {
  const { rows } = await pool.query(
    `select ${COLUMNS} from ledger
      where entry_id = $1 and pass = any($2) and target_container = $3 and state = ${STATE_CODE.created}
        and target_id is not null and src > $4
      order by src limit $5`,
    [entryId, passes, targetContainer, after, limit],
  );
  return rows.map(toRow);
}

/** Rows whose copy is in this target container: what verify holds against the target. */
export async function* rowsOfTarget(
  pool: Pool,
  entryId: number,
  targetContainer: number,
  page = 5_000,
): AsyncGenerator<LedgerRow[]> {
  let after = Buffer.alloc(0);
  for (;;) {
    const { rows } = await pool.query(
      `select ${COLUMNS} from ledger
        where entry_id = $1 and target_container = $2 and target_id is not null and src > $3 order by src limit $4`,
      [entryId, targetContainer, after, page],
    );
    if (rows.length === 0) return;
    yield rows.map(toRow);
    after = rows[rows.length - 1].src;
  }
}

/**
 * The copy stays in the target as what people made of it and is the object's no more; the object is planned anew, as if it
 * had never had a copy.
 */
export async function releaseCopy(
  client: PoolClient,
  entryId: number,
  row: LedgerRow,
  todo: { readonly seq: number },
): Promise<void> {
  await client.query(
    `insert into inventory (entry_id, target_container, target_id, match_key)
     values ($1, $2, $3, $4)
     on conflict (entry_id, target_container, target_id) do update set claimed_by = null, match_key = excluded.match_key,
       size = null, version = null, done = false`,
    [entryId, row.targetContainer, row.targetId, row.matchKey],
  );
  await client.query('delete from ledger where entry_id = $1 and src = $2', [entryId, row.src]);
  await client.query(`update todo set verb = ${VERB_CODE.create} where entry_id = $1 and container = $2 and seq = $3`, [
    entryId,
    row.container,
    todo.seq,
  ]);
}
