import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';
import { inTransaction } from './pass-queue.ts';

/**
 * What only this very database has. A dump that is put back makes its tables anew, so that they have other numbers, or
 * another cluster; a folder that is put back is made of other files.
 */
interface BirthMark {
  /** PostgreSQL's system identifier. */
  readonly cluster: string;
  /** The oid of the table of birth marks. */
  readonly table: string;
  /** Of the embedded database: inode and time of creation of its file PG_VERSION. */
  readonly file?: string;
}

/** No dump of ours, and no move, takes it along. */
export const BIRTH_TABLE = 'database_birth';

/**
 * Compares the database with what it was when it was opened last. Where it isn't the same one, it was put back from a
 * backup, and all that was done since is missing in it: from then on it is in reconcile mode (`markRestored`). Whoever
 * opens it first notices.
 *
 * @returns how it was noticed, in words, where it was just now
 */
export async function noticeRestore(database: Database): Promise<string | undefined> {
  const file = database.kind === 'embedded' ? await fileMark(database.place) : undefined;
  return inTransaction(database.pool, async (client) => {
    await client.query(`lock table ${BIRTH_TABLE} in share row exclusive mode`);
    const { rows: now } = await client.query(
      `select system_identifier::text as cluster, $1::regclass::oid::text as table from pg_control_system()`,
      [BIRTH_TABLE],
    );
    const mark: BirthMark = { ...now[0], ...(file === undefined ? {} : { file }) };
    const { rows } = await client.query<{ mark: Partial<BirthMark> & { restored?: string } }>(
      `select mark from ${BIRTH_TABLE}`,
    );
    const before = rows[0]?.mark;
    const how = before === undefined ? undefined : differenceOf(before, mark);
    if (before === undefined || how !== undefined)
      await client.query(
        `insert into ${BIRTH_TABLE} (mark) values ($1) on conflict (one) do update set mark = excluded.mark`,
        [JSON.stringify(mark)],
      );
    if (how !== undefined) await markRestored(client, how);
    return how;
  });
}

/** So that the next start notices it, whatever happens until then. */
export async function announceRestore(client: PoolClient, how: string): Promise<void> {
  await client.query(
    `insert into ${BIRTH_TABLE} (mark) values ($1) on conflict (one) do update set mark = excluded.mark`,
    [JSON.stringify({ restored: how })],
  );
}

function differenceOf(before: Partial<BirthMark> & { restored?: string }, now: BirthMark): string | undefined {
  if (before.restored !== undefined) return before.restored;
  if (before.cluster !== now.cluster) return 'It was put into another PostgreSQL server.';
  if (before.table !== now.table) return 'Its tables were made anew.';
  if (before.file !== now.file && now.file !== undefined) return 'The files of its folder are copies.';
  return undefined;
}

async function fileMark(root: string): Promise<string | undefined> {
  // Where it can't be looked into, the rest of the mark has to do.
  const found = await stat(join(root, 'data', 'PG_VERSION'), { bigint: true }).catch(() => undefined);
  return found === undefined ? undefined : `${found.ino}/${found.birthtimeNs}`;
}

/**
 * Reconcile mode: no pass writes until the restore is confirmed, and the first one of each entry takes inventory of the
 * whole target before it does, since copies may be there that the ledger has forgotten. What was known of the state of
 * target containers is forgotten.
 */
export async function markRestored(client: PoolClient, how: string): Promise<void> {
  await client.query(
    `insert into database_restore (how) values ($1)
     on conflict ((true)) where confirmed_at is null do update set how = excluded.how, noticed_at = now()`,
    [how],
  );
  await client.query(
    `update entry set inventory_due = true where purpose in ('migration', 'copy', 'backup', 'restore')`,
  );
  await client.query(
    'update container set listed_pass = null, glance = null, position = null where side = 1 and listed_pass is not null',
  );
}
