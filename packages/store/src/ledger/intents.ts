import type { Pool, PoolClient } from 'pg';
import { VERB_CODE } from '../codes.ts';
import { isAmong } from './among.ts';

const VERBS = new Map<number, Intent['verb']>(
  (['create', 'place', 'replace'] as const).map((verb) => [VERB_CODE[verb], verb]),
);

/** In-flight work: committed before anything is sent, deleted in the transaction that settles it. */
export interface Intent {
  readonly op: number;
  readonly verb: 'create' | 'place' | 'replace';
  readonly todoSeq: number;
  readonly container: number;
  readonly targetContainer: number;
  readonly src: Buffer;
  readonly srcId: string;
  readonly size: number | undefined;
  readonly flags: string | undefined;
  readonly matchKey: Buffer | undefined;
  /** Undefined for streamed objects: hashed in flight. */
  readonly digest: Buffer | undefined;
  readonly mark: string | undefined;
  readonly reservedId: string | undefined;
  /** `place`, `replace`: the copy as it is before the write. */
  readonly targetId: string | undefined;
  readonly data: IntentData | undefined;
}

export interface IntentData {
  /** `place`: where the copy was, the key of the gone object whose copy it is, and the flags it has. */
  readonly move?: {
    readonly fromContainer: number;
    readonly goneSrc: string;
    readonly baseFlags: string;
    /** Of the copy as written, where it has versions. */
    readonly version?: string;
  };
  /** Version of the source object that is being written, where content has versions. */
  readonly srcVersion?: string;
  /** It is an earlier version of the object; the later ones replace it, one after the other. */
  readonly older?: true;
  /** Files: when the content was modified, in milliseconds. */
  readonly modified?: number;
  /** `create` in several requests: nothing had its key before, so what has it now is ours, be it half done. */
  readonly isFree?: true;
}

/** A block of operation ids, unique for ever; gaps are fine. */
export async function reserveOps(pool: Pool, count: number): Promise<number[]> {
  const { rows } = await pool.query({
    name: 'reserve-ops',
    text: `select nextval('intent_op') as op from generate_series(1, $1)`,
    values: [count],
  });
  return rows.map((row) => Number(row.op));
}

export async function insertIntents(
  client: PoolClient,
  entryId: number,
  pass: number,
  epoch: number,
  intents: readonly Intent[],
): Promise<void> {
  await client.query({
    name: 'insert-intents',
    text: `insert into intent (entry_id, pass, epoch, op, verb, todo_seq, container, target_container, src, src_id,
                  size, flags, match_key, digest, mark, reserved_id, target_id, data)
           select $1, $2, $3, * from unnest($4::bigint[], $5::smallint[], $6::bigint[], $7::integer[], $8::integer[],
                  $9::bytea[], $10::text[], $11::bigint[], $12::text[], $13::bytea[], $14::bytea[], $15::text[],
                  $16::text[], $17::text[], $18::jsonb[])`,
    values: [
      entryId,
      pass,
      epoch,
      intents.map((i) => i.op),
      intents.map((i) => VERB_CODE[i.verb]),
      intents.map((i) => i.todoSeq),
      intents.map((i) => i.container),
      intents.map((i) => i.targetContainer),
      intents.map((i) => i.src),
      intents.map((i) => i.srcId),
      intents.map((i) => i.size ?? null),
      intents.map((i) => i.flags ?? null),
      intents.map((i) => i.matchKey ?? null),
      intents.map((i) => i.digest ?? null),
      intents.map((i) => i.mark ?? null),
      intents.map((i) => i.reservedId ?? null),
      intents.map((i) => i.targetId ?? null),
      intents.map((i) => (i.data === undefined ? null : JSON.stringify(i.data))),
    ],
  });
}

export async function deleteIntents(client: PoolClient, entryId: number, ops: readonly number[]): Promise<void> {
  await client.query(`delete from intent where entry_id = $1 and ${isAmong('op', '$2')}`, [entryId, ops]);
}

export async function hasOpenIntents(pool: Pool, entryId: number): Promise<boolean> {
  const { rowCount } = await pool.query('select 1 from intent where entry_id = $1 limit 1', [entryId]);
  return rowCount !== 0;
}

export async function openIntents(pool: Pool, entryId: number): Promise<Intent[]> {
  const { rows } = await pool.query('select * from intent where entry_id = $1 order by op', [entryId]);
  return rows.map((row) => ({
    op: Number(row.op),
    verb: VERBS.get(row.verb) ?? 'create',
    todoSeq: Number(row.todo_seq),
    container: row.container,
    targetContainer: row.target_container,
    src: row.src,
    srcId: row.src_id,
    size: row.size === null ? undefined : Number(row.size),
    flags: row.flags ?? undefined,
    matchKey: row.match_key ?? undefined,
    digest: row.digest ?? undefined,
    mark: row.mark ?? undefined,
    reservedId: row.reserved_id ?? undefined,
    targetId: row.target_id ?? undefined,
    data: row.data ?? undefined,
  }));
}

/** What other entries have under way into the same target container; undefined for a stream, hashed in flight. */
export async function digestsUnderWay(
  pool: Pool,
  entryIds: readonly number[],
  targetKey: string,
): Promise<(Buffer | undefined)[]> {
  if (entryIds.length === 0) return [];
  const { rows } = await pool.query(
    `select i.digest from intent i
       join container c on c.entry_id = i.entry_id and c.side = 1 and c.id = i.target_container
      where i.entry_id = any($1) and c.key = $2`,
    [entryIds, targetKey],
  );
  return rows.map((row) => row.digest ?? undefined);
}
