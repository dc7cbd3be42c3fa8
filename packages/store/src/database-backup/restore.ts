import { SternaError } from '@sterna/core';
import type { PoolClient } from 'pg';
import type { Database } from '../database.ts';
import { announceRestore } from '../database-birth.ts';
import { emptyDatabase } from '../database-move/emptying.ts';
import { refuseInUse } from '../database-move/in-use.ts';
import {
  contentOf,
  type ForeignKey,
  foreignKeysOf,
  insertRowsAsText,
  setSequence,
  tablesOf,
  useExactText,
} from '../database-move/shape.ts';
import { createSchema, MIGRATIONS } from '../migrate.ts';
import { inTransaction } from '../pass-queue.ts';
import { type BackedUp, damaged } from './format.ts';
import { readBackup } from './read.ts';

export interface RestoreOptions {
  /** Opened with `applicationName: MOVER` and `evenIfMoved`. */
  readonly database: Database;
  readonly file: string;
  /** What the database holds is deleted; without it, it must be empty. */
  readonly overwrite?: boolean | undefined;
}

/**
 * Puts a backup into a database, whole or not at all, and has the next start take it for what it is: a database that
 * knows nothing of what was done since (`noticeRestore`).
 *
 * @throws SternaError config `database-in-use`, `database-not-empty`, `database-newer`, and those of `readBackup`
 */
export async function restoreDatabase({ database, file, overwrite = false }: RestoreOptions): Promise<BackedUp> {
  await refuseInUse(database);
  return inTransaction(database.pool, async (client) => {
    await useExactText(client);
    if (overwrite) await emptyDatabase(client);
    else await refuseNotEmpty(client, database.place);
    let keys: readonly ForeignKey[] = [];
    const restored = await readBackup(file, {
      head: async ({ schema, tables }) => {
        if (schema > MIGRATIONS.length) throw newer(file, schema);
        await createSchema(client, schema);
        if (JSON.stringify(await tablesOf(client)) !== JSON.stringify(tables))
          throw damaged(file, 'its tables are others than those of its schema');
        // Checked all at once when the rows are there: they refer to each other, and to themselves.
        keys = await foreignKeysOf(client);
        for (const { table, name } of keys) await client.query(`alter table ${table} drop constraint ${name}`);
      },
      rows: (table, rows) => insertRowsAsText(client, table, rows),
      tableDone: async (name, sum) => {
        const here = await contentOf(client, { name });
        if (here.rows !== sum.rows || here.sum !== sum.sum) throw damaged(file, `rows of ${name} came out differently`);
      },
      sequences: async (sequences) => {
        for (const sequence of sequences) await setSequence(client, sequence);
        for (const { table, name, definition } of keys)
          await client.query(`alter table ${table} add constraint ${name} ${definition}`);
      },
    });
    await announceRestore(client, `It was restored from a backup of ${restored.at}.`);
    return restored;
  });
}

async function refuseNotEmpty(client: PoolClient, place: string): Promise<void> {
  if ((await tablesOf(client)).length === 0) return;
  throw new SternaError('config', 'database-not-empty', `The database at ${place} isn't empty.`, {
    fix: 'Name an empty database or a new data folder. To delete what it holds now for good, add --overwrite.',
    field: '--to',
  });
}

const newer = (file: string, schema: number): SternaError =>
  new SternaError('config', 'database-newer', `The backup ${file} is of a newer Sterna (schema ${schema}).`, {
    fix: 'Restore it with that version.',
  });
