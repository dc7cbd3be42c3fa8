import type { ContentKind, ObjectState } from '@sterna/core';
import type { Pool, PoolClient } from 'pg';
import { type Reason, STATE_CODE, VERB_CODE } from '../codes.ts';
import { type LedgerRow, markGone, rowsBySource, type Settled, settleRows } from './rows.ts';

/** What a pass overwrote in the target, as it was; its content is in a file. */
export interface Overwritten {
  readonly src: Buffer;
  readonly targetContainer: number;
  readonly targetId: string;
  /** Of the copy as it was. */
  readonly version: string | undefined;
  readonly digest: Buffer;
  readonly size: number;
  /** Files: when it was modified. */
  readonly modified: Date | undefined;
  /** Below the folder of what was overwritten. */
  readonly file: string;
  /** Format of a second file beside it, which has the object whole. */
  readonly native: string | undefined;
  /** Its row in the books before; undefined where the target's own object was overwritten. */
  readonly before: LedgerRow | undefined;
}

/** What these passes overwrote of these objects is written down, until `days` from now. A second time, `before` stays. */
export async function rememberOverwritten(
  client: PoolClient,
  entryId: number,
  pass: number,
  days: number,
  rows: readonly Overwritten[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into overwritten (entry_id, pass, src, target_container, target_id, version, digest, size, modified, file,
            native, before, keep_until)
     select $1, $2, *, now() + make_interval(days => $3)
       from unnest($4::bytea[], $5::integer[], $6::text[], $7::text[], $8::bytea[], $9::bigint[], $10::timestamptz[],
                   $11::text[], $12::text[], $13::jsonb[])
     on conflict (entry_id, pass, src) do update
        set target_container = excluded.target_container, target_id = excluded.target_id, version = excluded.version,
            digest = excluded.digest, size = excluded.size, modified = excluded.modified, file = excluded.file,
            native = excluded.native, keep_until = excluded.keep_until`,
    [
      entryId,
      pass,
      days,
      rows.map((r) => r.src),
      rows.map((r) => r.targetContainer),
      rows.map((r) => r.targetId),
      rows.map((r) => r.version ?? null),
      rows.map((r) => r.digest),
      rows.map((r) => r.size),
      rows.map((r) => r.modified ?? null),
      rows.map((r) => r.file),
      rows.map((r) => r.native ?? null),
      rows.map((r) => (r.before === undefined ? null : JSON.stringify(storedRow(r.before)))),
    ],
  );
}

/** What this pass has put aside of these objects, by source key. */
export async function overwrittenBySource(
  pool: Pool,
  entryId: number,
  pass: number,
  srcs: readonly Buffer[],
): Promise<Map<string, Overwritten>> {
  const { rows } = await pool.query('select * from overwritten where entry_id = $1 and pass = $2 and src = any($3)', [
    entryId,
    pass,
    srcs,
  ]);
  return new Map(rows.map((row) => [row.src.toString('hex'), toOverwritten(row)]));
}

/** Of a copy that these passes wrote over, and whose object none has settled since. `o` and `l` are the two rows. */
const STANDS = `o.entry_id = $1 and o.pass = any($2) and l.entry_id = $1 and l.src = o.src and l.pass = any($2)
        and l.target_id = o.target_id and l.target_container = o.target_container
        and (l.state = ${STATE_CODE.updated}
          or (l.state = ${STATE_CODE.failed} and l.target_version is distinct from o.version))`;

/** How much of what these passes overwrote is kept, by target container (id). */
export async function overwrittenCounts(
  pool: Pool,
  entryId: number,
  passes: readonly number[],
): Promise<{ targetContainer: number; count: number }[]> {
  const { rows } = await pool.query(
    `select o.target_container, count(*)::int as count from overwritten o, ledger l where ${STANDS}
      group by 1 order by 1`,
    [entryId, passes],
  );
  return rows.map((row) => ({ targetContainer: row.target_container, count: row.count }));
}

/** What these passes overwrote in this target container and is kept, with its row in the books, in key order. */
export async function overwrittenRows(
  pool: Pool,
  entryId: number,
  passes: readonly number[],
  targetContainer: number,
  after: Buffer,
  limit: number,
): Promise<{ kept: Overwritten; row: LedgerRow }[]> {
  const { rows } = await pool.query(
    `select o.* from overwritten o, ledger l where ${STANDS} and o.target_container = $3 and o.src > $4
      order by o.src limit $5`,
    [entryId, passes, targetContainer, after, limit],
  );
  const kept = rows.map(toOverwritten);
  const books = await rowsBySource(
    pool,
    entryId,
    kept.map(({ src }) => src),
  );
  return kept.flatMap((one) => {
    const row = books.get(one.src.toString('hex'));
    return row === undefined ? [] : [{ kept: one, row }];
  });
}

/** A write of an earlier pass that is settled by this one is this one's: so is what it overwrote. */
export async function overwrittenIsOfPass(
  client: PoolClient,
  entryId: number,
  pass: number,
  ops: readonly number[],
): Promise<void> {
  await client.query(
    `update overwritten o set pass = $2 from intent i
      where i.entry_id = $1 and i.op = any($3::bigint[]) and i.pass <> $2
        and o.entry_id = $1 and o.pass = i.pass and o.src = i.src`,
    [entryId, pass, ops],
  );
}

/**
 * The books of objects whose copy is again what it was before: those that had a row have it back, and the source's change
 * is planned again; where the target's own object is back, ours is new again.
 *
 * @param targetVersion of the copy as it was written back
 */
export async function settleRestored(
  client: PoolClient,
  entryId: number,
  restored: readonly {
    readonly kept: Overwritten;
    readonly row: LedgerRow;
    readonly targetVersion: string | undefined;
  }[],
): Promise<void> {
  const srcs = restored.map(({ row }) => row.src);
  if (srcs.length === 0) return;
  await client.query('delete from todo where entry_id = $1 and src = any($2)', [entryId, srcs]);
  for (const { kept, row, targetVersion } of restored) {
    const { before } = kept;
    if (before === undefined) {
      await client.query(
        `insert into inventory (entry_id, target_container, target_id, match_key) values ($1, $2, $3, $4)
         on conflict (entry_id, target_container, target_id) do update
           set claimed_by = null, match_key = excluded.match_key, size = null, version = null, done = false`,
        [entryId, row.targetContainer, row.targetId, row.matchKey],
      );
      await client.query('delete from ledger where entry_id = $1 and src = $2', [entryId, row.src]);
    } else {
      const settled: Settled = { ...before, targetVersion };
      await settleRows(client, entryId, before.pass, [settled]);
      if (row.gonePass !== undefined) await markGone(client, entryId, row.gonePass, [row.src]);
    }
    if (row.gonePass === undefined)
      await client.query('insert into todo (entry_id, container, verb, src, src_id) values ($1, $2, $3, $4, $5)', [
        entryId,
        row.container,
        before === undefined ? VERB_CODE.create : VERB_CODE.replace,
        row.src,
        row.srcId,
      ]);
  }
  await client.query(
    'delete from overwritten o where entry_id = $1 and (pass, src) in (select * from unnest($2::integer[], $3::bytea[]))',
    [entryId, restored.map(({ row }) => row.pass), srcs],
  );
}

/** Forgets what was to be kept until now. @returns how many */
export async function expireOverwritten(pool: Pool): Promise<number> {
  const result = await pool.query('delete from overwritten where keep_until <= now()');
  return result.rowCount ?? 0;
}

/** Which of these files, below the folder of what was overwritten, are still needed. */
export async function neededFiles(pool: Pool, entryId: number, files: readonly string[]): Promise<Set<string>> {
  const { rows } = await pool.query('select file from overwritten where entry_id = $1 and file = any($2)', [
    entryId,
    files,
  ]);
  return new Set(rows.map((row) => row.file));
}

function toOverwritten(row: Record<string, unknown>): Overwritten {
  const optional = <T>(value: unknown): T | undefined => (value === null ? undefined : (value as T));
  return {
    src: row.src as Buffer,
    targetContainer: row.target_container as number,
    targetId: row.target_id as string,
    version: optional(row.version),
    digest: row.digest as Buffer,
    size: Number(row.size),
    modified: optional(row.modified),
    file: row.file as string,
    native: optional(row.native),
    before: row.before === null ? undefined : ledgerRow(row.before as StoredRow),
  };
}

/** A row of the books as JSON. */
interface StoredRow {
  readonly kind: ContentKind;
  readonly src: string;
  readonly srcId: string;
  readonly container: number;
  readonly targetContainer?: number;
  readonly pass: number;
  readonly state: ObjectState;
  readonly reason: Reason;
  readonly size?: number;
  readonly flags?: string;
  readonly matchKey?: string;
  readonly digest?: string;
  readonly targetId?: string;
  readonly srcVersion?: string;
  readonly targetVersion?: string;
}

const storedRow = ({ gonePass, accessVersion, ...row }: LedgerRow) => ({
  ...row,
  src: row.src.toString('hex'),
  matchKey: row.matchKey?.toString('hex'),
  digest: row.digest?.toString('hex'),
});

const ledgerRow = (stored: StoredRow): LedgerRow => ({
  ...stored,
  src: Buffer.from(stored.src, 'hex'),
  targetContainer: stored.targetContainer,
  gonePass: undefined,
  size: stored.size,
  flags: stored.flags,
  matchKey: bytes(stored.matchKey),
  digest: bytes(stored.digest),
  targetId: stored.targetId,
  srcVersion: stored.srcVersion,
  targetVersion: stored.targetVersion,
  accessVersion: undefined,
});

const bytes = (hex: string | undefined): Buffer | undefined =>
  hex === undefined ? undefined : Buffer.from(hex, 'hex');
