import type { ClientBase } from 'pg';
import { BIRTH_TABLE } from '../database-birth.ts';
import { MARK_TABLE } from '../moved-mark.ts';

/** A table that holds rows of ours; partitions are part of theirs. */
export interface Table {
  /** Quoted where needed. */
  readonly name: string;
  /** `id bigint, name text, …`, in order. */
  readonly columns: string;
}

export interface ForeignKey {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** As text, values must come back as they were, from any version and with any settings of the server. */
export async function useExactText(client: ClientBase): Promise<void> {
  for (const setting of [
    `datestyle = 'ISO, YMD'`,
    `intervalstyle = 'postgres'`,
    `timezone = 'UTC'`,
    `bytea_output = 'hex'`,
    'extra_float_digits = 1',
    'statement_timeout = 0',
    'idle_in_transaction_session_timeout = 0',
  ])
    await client.query(`set local ${setting}`);
}

/** All but the marks of moves and of the birth, which are each database's own. */
export async function tablesOf(client: ClientBase): Promise<readonly Table[]> {
  const { rows } = await client.query<Table>(
    `select c.oid::regclass::text as name,
            (select string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', '
                               order by a.attnum)
               from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
       from pg_class c
      where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> all ($1)
      order by 1`,
    [[MARK_TABLE, BIRTH_TABLE]],
  );
  return rows;
}

/** Rows that are held in memory at a time. */
const PAGE = 1_000;

/** PostgreSQL's text of each row, in pages; within a transaction. */
export async function* rowsAsText(client: ClientBase, { name }: Table): AsyncGenerator<readonly string[]> {
  await client.query(`declare move_rows no scroll cursor for select r::text as line from ${name} r`);
  for (;;) {
    const { rows } = await client.query<{ line: string }>(`fetch ${PAGE} from move_rows`);
    if (rows.length > 0) yield rows.map(({ line }) => line);
    if (rows.length < PAGE) break;
  }
  await client.query('close move_rows');
}

export async function insertRowsAsText(client: ClientBase, table: string, rows: readonly string[]): Promise<void> {
  // Without the offset the text would be read anew for each column.
  await client.query(
    `insert into ${table} overriding system value
     select (x.r).* from (select line::${table} as r from unnest($1::text[]) as line offset 0) x`,
    [rows],
  );
}

export async function foreignKeysOf(client: ClientBase): Promise<readonly ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
       from pg_constraint
      where contype = 'f' and connamespace = current_schema()::regnamespace and conparentid = 0
      order by 1, 2`,
  );
  return rows;
}

export interface Sequence {
  readonly name: string;
  readonly last: string;
  readonly isCalled: boolean;
}

export async function sequencesOf(client: ClientBase): Promise<readonly Sequence[]> {
  const { rows } = await client.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
      where relnamespace = current_schema()::regnamespace and relkind = 'S' order by 1`,
  );
  const all: Sequence[] = [];
  for (const { name } of rows) {
    const found = await client.query(`select last_value::text as last, is_called as called from ${name}`);
    all.push({ name, last: found.rows[0].last, isCalled: found.rows[0].called });
  }
  return all;
}

export async function setSequence(client: ClientBase, { name, last, isCalled }: Sequence): Promise<void> {
  await client.query('select setval($1::regclass, $2, $3)', [name, last, isCalled]);
}

/** How many rows a table has, and a sum over all of what is in them: equal for equal rows in whatever order. */
export async function contentOf(
  client: ClientBase,
  { name }: Pick<Table, 'name'>,
): Promise<{ rows: number; sum: string }> {
  const { rows } = await client.query(
    `select count(*) as rows,
            coalesce(sum(('x' || left(encode(sha256(convert_to(r::text, 'UTF8')), 'hex'), 15))::bit(60)::bigint), 0)::text
              as sum
       from ${name} r`,
  );
  return { rows: Number(rows[0].rows), sum: rows[0].sum };
}
