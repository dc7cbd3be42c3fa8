import { SternaError } from '@sterna/core';
import type pg from 'pg';
import * as foundation from './migrations/0001-foundation.ts';
import * as cutover from './migrations/0002-cutover.ts';
import * as people from './migrations/0003-people.ts';
import * as throughput from './migrations/0004-throughput.ts';
import * as kinds from './migrations/0005-kinds.ts';
import * as access from './migrations/0006-access.ts';
import * as positions from './migrations/0007-positions.ts';
import * as preprocess from './migrations/0008-preprocess.ts';
import * as undo from './migrations/0009-undo.ts';
import * as links from './migrations/0010-links.ts';
import * as overwritten from './migrations/0011-overwritten.ts';
import * as dryRuns from './migrations/0012-dry-runs.ts';
import * as projectRoles from './migrations/0013-project-roles.ts';
import * as whyLinksStay from './migrations/0014-why-links-stay.ts';
import * as shares from './migrations/0015-shares.ts';
import * as identities from './migrations/0016-identities.ts';
import * as restored from './migrations/0017-restored.ts';
import * as finish from './migrations/0018-finish.ts';
import * as intentsByEntry from './migrations/0019-intents-by-entry.ts';

/** A step of the schema. Its number is its place in the list, from 1; released steps never change. */
export interface Migration {
  /** As its file: `0001-foundation`. */
  readonly name: string;
  /** Run in order, in one transaction. */
  readonly statements: readonly string[];
}

export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-foundation', statements: foundation.statements },
  { name: '0002-cutover', statements: cutover.statements },
  { name: '0003-people', statements: people.statements },
  { name: '0004-throughput', statements: throughput.statements },
  { name: '0005-kinds', statements: kinds.statements },
  { name: '0006-access', statements: access.statements },
  { name: '0007-positions', statements: positions.statements },
  { name: '0008-preprocess', statements: preprocess.statements },
  { name: '0009-undo', statements: undo.statements },
  { name: '0010-links', statements: links.statements },
  { name: '0011-overwritten', statements: overwritten.statements },
  { name: '0012-dry-runs', statements: dryRuns.statements },
  { name: '0013-project-roles', statements: projectRoles.statements },
  { name: '0014-why-links-stay', statements: whyLinksStay.statements },
  { name: '0015-shares', statements: shares.statements },
  { name: '0016-identities', statements: identities.statements },
  { name: '0017-restored', statements: restored.statements },
  { name: '0018-finish', statements: finish.statements },
  { name: '0019-intents-by-entry', statements: intentsByEntry.statements },
];

const MIGRATION_TABLE = `create table if not exists schema_migration (
  version integer primary key,
  name text not null,
  applied_at timestamptz not null default now()
)`;

/** Held by the one process that migrates. */
const MIGRATION_LOCK = 0x57e2_4a02;

/** How many steps a database has had; undefined where it has nothing of ours. */
export async function schemaOf(db: pg.Pool | pg.ClientBase): Promise<number | undefined> {
  const { rows: found } = await db.query(`select to_regclass('schema_migration') is not null as migrated`);
  if (found[0]?.migrated !== true) return undefined;
  const { rows } = await db.query('select coalesce(max(version), 0)::int as version from schema_migration');
  return rows[0].version;
}

/**
 * Brings the schema up to date. Each step is one transaction: after a crash the next call goes on where it ended.
 * Processes that start together wait for the one that migrates.
 *
 * @returns the names of the steps that were done now
 * @throws SternaError config `database-newer`: a newer Sterna has migrated this database; `database-foreign`: the
 *   step fails because tables of another program are in the way; bug `migration-failed`
 */
export async function migrate(pool: pg.Pool, migrations: readonly Migration[] = MIGRATIONS): Promise<string[]> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(MIGRATION_TABLE);
    const { rows } = await client.query('select coalesce(max(version), 0)::int as version from schema_migration');
    const version: number = rows[0].version;
    if (version > migrations.length) throw newer(version, migrations.length);
    const done: string[] = [];
    for (const [index, migration] of migrations.entries()) {
      if (index < version) continue;
      await apply(client, index + 1, migration);
      done.push(migration.name);
    }
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    return done;
  } catch (error) {
    // Ends the session, and with it the lock.
    broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The first `steps` of the schema, without their rows in `schema_migration`, within the caller's transaction. */
export async function createSchema(client: pg.PoolClient, steps: number): Promise<void> {
  await client.query(MIGRATION_TABLE);
  for (const { statements } of MIGRATIONS.slice(0, steps))
    for (const statement of statements) await client.query(statement);
}

async function apply(client: pg.PoolClient, version: number, migration: Migration): Promise<void> {
  try {
    await client.query('begin');
    for (const statement of migration.statements) await client.query(statement);
    await client.query('insert into schema_migration (version, name) values ($1, $2)', [version, migration.name]);
    await client.query('commit');
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string };
    if (code === '42P07' && version === 1) {
      throw new SternaError('config', 'database-foreign', 'The database holds tables of another program.', {
        fix: 'Give Sterna a database of its own: create database sterna',
        field: 'DATABASE_URL',
        cause,
      });
    }
    if (code === '42501') {
      throw new SternaError('config', 'database-rights-missing', "The database user may not create Sterna's tables.", {
        fix: 'Make that user the owner of the database: alter database NAME owner to USER',
        field: 'DATABASE_URL',
        cause,
      });
    }
    throw new SternaError('bug', 'migration-failed', `The schema step ${migration.name} failed: ${message}`, { cause });
  }
}

function newer(version: number, known: number): SternaError {
  return new SternaError(
    'config',
    'database-newer',
    `The database was used by a newer Sterna (schema ${version}; this one knows ${known}).`,
    { fix: 'Run that newer version, or restore the backup made before the upgrade.' },
  );
}
