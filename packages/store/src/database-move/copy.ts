import { SternaError } from '@sterna/core';
import type { PoolClient } from 'pg';
import { createSchema } from '../migrate.ts';
import {
  contentOf,
  foreignKeysOf,
  insertRowsAsText,
  rowsAsText,
  sequencesOf,
  setSequence,
  type Table,
  tablesOf,
} from './shape.ts';

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
  for (const sequence of await sequencesOf(from)) await setSequence(to, sequence);
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

async function copyTable(from: PoolClient, to: PoolClient, table: Table): Promise<number> {
  let count = 0;
  for await (const rows of rowsAsText(from, table)) {
    await insertRowsAsText(to, table.name, rows);
    count += rows.length;
  }
  return count;
}
