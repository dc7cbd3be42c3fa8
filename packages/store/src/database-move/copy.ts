import { SternaError } from '@sterna/core';
import type { PoolClient } from 'pg';
import { createSchema } from '../migrate.ts';
import { contentOf, foreignKeysOf, sequencesOf, type Table, tablesOf } from './shape.ts';

/** Rows that are held in memory at a time. */
const PAGE = 1_000;

export interface MovedTable {
  readonly name: string;
  readonly rows: number;
}

/**
 * Everything of one database into an empty one, inside the transactions of both; then both are counted and compared.
 *
 * @param steps how many migrations made the source
 * @throws SternaError bug `database-move-differs`
 */
export async function copyAll(
  from: PoolClient,
  to: PoolClient,
  steps: number,
  onTable: (table: MovedTable) => void | Promise<void>,
): Promise<readonly MovedTable[]> {
  await createSchema(to, steps);
  // Checked all at once when the rows are there: they refer to each other, and to themselves.
  const keys = await foreignKeysOf(to);
  for (const { table, name } of keys) await to.query(`alter table ${table} drop constraint ${name}`);
  const tables = await tablesOf(from);
  expectSame('tables', JSON.stringify(tables), JSON.stringify(await tablesOf(to)));
  for (const table of tables) await onTable({ name: table.name, rows: await copyTable(from, to, table) });
  for (const { table, name, definition } of keys)
    await to.query(`alter table ${table} add constraint ${name} ${definition}`);
  for (const { name, last, isCalled } of await sequencesOf(from))
    await to.query('select setval($1::regclass, $2, $3)', [name, last, isCalled]);
  return compareAll(from, to);
}

/** @throws SternaError bug `database-move-differs` */
export async function compareAll(from: PoolClient, to: PoolClient): Promise<readonly MovedTable[]> {
  const tables = await tablesOf(from);
  expectSame('tables', JSON.stringify(tables), JSON.stringify(await tablesOf(to)));
  const moved: MovedTable[] = [];
  for (const table of tables) {
    const [there, here] = await Promise.all([contentOf(from, table), contentOf(to, table)]);
    expectSame(`rows of ${table.name}`, `${there.rows} rows, ${there.sum}`, `${here.rows} rows, ${here.sum}`);
    moved.push({ name: table.name, rows: here.rows });
  }
  expectSame('sequences', JSON.stringify(await sequencesOf(from)), JSON.stringify(await sequencesOf(to)));
  return moved;
}

function expectSame(what: string, there: string, here: string): void {
  if (there === here) return;
  throw new SternaError('bug', 'database-move-differs', `The ${what} differ: ${there} there, ${here} in the copy.`, {
    fix: 'Nothing was moved. Please report it with this text.',
  });
}

async function copyTable(from: PoolClient, to: PoolClient, { name }: Table): Promise<number> {
  await from.query(`declare move_rows no scroll cursor for select r::text as line from ${name} r`);
  let count = 0;
  for (;;) {
    const { rows } = await from.query<{ line: string }>(`fetch ${PAGE} from move_rows`);
    if (rows.length > 0)
      // Without the offset the text would be read anew for each column.
      await to.query(
        `insert into ${name} overriding system value
         select (x.r).* from (select line::${name} as r from unnest($1::text[]) as line offset 0) x`,
        [rows.map(({ line }) => line)],
      );
    count += rows.length;
    if (rows.length < PAGE) break;
  }
  await from.query('close move_rows');
  return count;
}
