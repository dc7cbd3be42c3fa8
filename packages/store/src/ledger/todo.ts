import type { Pool, PoolClient } from 'pg';
import { VERB_CODE } from '../codes.ts';
import { inTransaction } from '../pass-queue.ts';
import { isAmong } from './among.ts';

export type TodoVerb = keyof typeof VERB_CODE;
const VERBS = new Map<number, TodoVerb>(Object.entries(VERB_CODE).map(([verb, code]) => [code, verb as TodoVerb]));

export interface TodoRow {
  readonly seq: number;
  readonly verb: TodoVerb;
  readonly src: Buffer;
  readonly srcId: string;
  /** Canonical flags to reach (`state`). */
  readonly flags: string | undefined;
}

export interface NewTodo {
  readonly verb: TodoVerb;
  readonly src: Buffer;
  readonly srcId: string;
  readonly flags?: string;
}

export async function insertTodos(
  client: PoolClient,
  entryId: number,
  container: number,
  todos: readonly NewTodo[],
): Promise<void> {
  if (todos.length === 0) return;
  await client.query({
    name: 'insert-todos',
    text: `insert into todo (entry_id, container, verb, src, src_id, flags)
           select $1, $2, * from unnest($3::smallint[], $4::bytea[], $5::text[], $6::text[])`,
    values: [
      entryId,
      container,
      todos.map((t) => VERB_CODE[t.verb]),
      todos.map((t) => t.src),
      todos.map((t) => t.srcId),
      todos.map((t) => t.flags ?? null),
    ],
  });
}

/** Part of a container's to-do, both ends included. */
export interface TodoRange {
  readonly container: number;
  readonly from: number;
  readonly to: number;
}

/** The to-do of these containers in ranges of at most `size`, with how much is in each. */
export async function todoRanges(
  pool: Pool,
  entryId: number,
  containers: readonly number[],
  verb: TodoVerb,
  size: number,
): Promise<readonly (TodoRange & { readonly count: number })[]> {
  const { rows } = await pool.query(
    `select container, min(seq) as first, max(seq) as last, count(*)::int as count from (
       select container, seq, (row_number() over (partition by container order by seq) - 1) / $4 as part
         from todo where entry_id = $1 and container = any($2) and verb = $3) as numbered
      group by container, part order by container, part`,
    [entryId, containers, VERB_CODE[verb], size],
  );
  return rows.map((row) => ({
    container: row.container,
    from: Number(row.first),
    to: Number(row.last),
    count: row.count,
  }));
}

/** The next page of a container's to-do, in the order it was planned. @param last Not beyond this number */
export async function nextTodos(
  pool: Pool,
  entryId: number,
  container: number,
  verb: TodoVerb,
  afterSeq: number,
  limit: number,
  last?: number,
): Promise<TodoRow[]> {
  // In the order of the key and no further than the page. Left alone, PostgreSQL takes the shape that is quickest for a
  // handful of rows, which it expects until it has statistics (autovacuum's first round) or when the last ones are of a
  // table that was empty: everything that is left, sorted, for each page.
  const rows = await inTransaction(pool, async (client) => {
    await client.query('set local enable_bitmapscan = off; set local enable_seqscan = off');
    const page = await client.query(
      `select seq, verb, src, src_id, flags from todo
        where entry_id = $1 and container = $2 and verb = $3 and seq > $4
          and ($6::bigint is null or seq <= $6) order by seq limit $5`,
      [entryId, container, VERB_CODE[verb], afterSeq, limit, last ?? null],
    );
    return page.rows;
  });
  return rows.map((row) => ({
    seq: Number(row.seq),
    verb: VERBS.get(row.verb) as TodoVerb,
    src: row.src,
    srcId: row.src_id,
    flags: row.flags ?? undefined,
  }));
}

/** Containers that have work of this verb, with how much. */
export async function todoCounts(
  pool: Pool,
  entryId: number,
): Promise<{ container: number; verb: TodoVerb; count: number }[]> {
  const { rows } = await pool.query(
    'select container, verb, count(*)::int as count from todo where entry_id = $1 group by 1, 2 order by 1, 2',
    [entryId],
  );
  return rows.map((row) => ({ container: row.container, verb: VERBS.get(row.verb) as TodoVerb, count: row.count }));
}

export async function deleteTodos(
  client: PoolClient,
  entryId: number,
  container: number,
  seqs: readonly number[],
): Promise<void> {
  if (seqs.length === 0) return;
  await client.query(`delete from todo where entry_id = $1 and container = $2 and ${isAmong('seq', '$3')}`, [
    entryId,
    container,
    seqs,
  ]);
}

/** Before a listing from scratch: what it planned is planned anew. */
export async function clearTodos(client: PoolClient, entryId: number, container: number): Promise<void> {
  await client.query('delete from todo where entry_id = $1 and container = $2', [entryId, container]);
}

/** What was created is to be replaced next: it was an earlier version. */
export async function planReplacement(
  client: PoolClient,
  entryId: number,
  container: number,
  seqs: readonly number[],
): Promise<void> {
  if (seqs.length === 0) return;
  await client.query(
    `update todo set verb = ${VERB_CODE.replace} where entry_id = $1 and container = $2 and ${isAmong('seq', '$3')}`,
    [entryId, container, seqs],
  );
}

/** Which of these objects are planned and not settled yet. */
export async function plannedAmong(
  client: PoolClient,
  entryId: number,
  container: number,
  srcs: readonly Buffer[],
): Promise<Map<string, { seq: number; verb: TodoVerb }>> {
  const { rows } = await client.query(
    'select src, seq, verb from todo where entry_id = $1 and container = $2 and src = any($3)',
    [entryId, container, srcs],
  );
  return new Map(
    rows.map((row) => [row.src.toString('hex'), { seq: Number(row.seq), verb: VERBS.get(row.verb) as TodoVerb }]),
  );
}
