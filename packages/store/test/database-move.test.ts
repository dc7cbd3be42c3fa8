import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { decideGrant } from '@sterna/core';
import { type Postgres, startPostgres } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  cancelMove,
  type Database,
  domainDatabase,
  inOrganization,
  MOVER,
  migrate,
  moveDatabase,
  openDatabase,
} from '../src/index.ts';
import { prepareDatabase } from './support/prepared-database.ts';
import { makeDataDir } from './support/processes.ts';

const hasDebians = existsSync('/usr/lib/postgresql/15/bin/postgres') && process.getuid?.() === 0;
if (!hasDebians) console.warn('Moves between databases are not tested: Debian’s PostgreSQL 15 is missing, or root.');

type Place = { url: string } | { dataDir: string };

const openAs = (place: Place): Promise<Database> => openDatabase({ ...place, applicationName: 'sterna' });
const openToMove = (place: Place): Promise<Database> =>
  openDatabase({ ...place, applicationName: MOVER, evenIfMoved: true });

async function withBoth<T>(from: Place, to: Place, work: (from: Database, to: Database) => Promise<T>): Promise<T> {
  const [source, target] = [await openToMove(from), await openToMove(to)];
  try {
    return await work(source, target);
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

/** Everything that text could spoil, in real tables: bytes, moments, fractions, JSON, arrays, rows that refer to themselves. */
async function fill(database: Database): Promise<void> {
  const { pool } = database;
  await migrate(pool);
  const { rows } = await pool.query(`insert into organization (name) values ('Ünï "quoted", (x)') returning id`);
  const id = Number(rows[0].id);
  await pool.query(
    `insert into system (organization_id, name, connector, settings, sealed_credentials)
     values ($1, E'tab\\tnew\\nline \\\\ back', 'imap', $2, $3), ($1, '', 'imap', '{}', null)`,
    [id, JSON.stringify({ text: 'a "b" \\ \u2028 , {}' }), Buffer.from([0, 1, 92, 34, 255])],
  );
  await pool.query(
    `insert into entry (organization_id, item_type, source_system_id, target_system_id, source_address, target_address)
     select $1, 'mailbox', min(s.id), max(s.id), 'a' || n, 'b' || n from system s, generate_series(1, 1200) n group by n`,
    [id],
  );
  // The first is replaced by one that comes after it.
  await pool.query(
    'update entry set replaces_entry_id = (select max(id) from entry) where id = (select min(id) from entry)',
  );
  await pool.query(
    `insert into pass (entry_id, number, kind, settings, settings_version, requested_by, active_seconds, queued_at, progress)
     select id, 1, 'initial', '{}', '1', 'test', 0.1::float8 + id / 3.0, '2026-03-01 10:00:00.123456+05:30', '{"a": 1.50}'
       from entry`,
  );
  await pool.query(
    `insert into ledger (entry_id, src, src_id, kind, container, state, match_key, digest, pass)
     select e.id, sha256(n::text::bytea), n::text, 1, 1, 1, sha256('m'), sha256('d'), 1
       from entry e, generate_series(1, 3) n`,
  );
  await inOrganization(domainDatabase(pool), id, 'test', async (tx) => {
    const book = await tx.licenses();
    book.record(decideGrant(book.state, { type: 'mail', tier: 'standard', quantity: 2 }));
    tx.audit('license.grant', `organization/${id}`, { quantity: 2 });
  });
}

/** What is in all tables, and what the next ids are. */
async function contents({ pool }: Database): Promise<string> {
  const { rows } = await pool.query(
    `select c.oid::regclass::text as name from pg_class c
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        and relname not in ('database_move', 'database_birth') order by 1`,
  );
  const all: unknown[] = [];
  for (const { name } of rows)
    all.push([name, (await pool.query(`select to_jsonb(r)::text as row from ${name} r order by 1`)).rows]);
  all.push((await pool.query('select sequencename, last_value::text from pg_sequences order by 1')).rows);
  return JSON.stringify(all);
}

describe.runIf(hasDebians)('a database moves between the embedded PostgreSQL 18 and Debian’s 15', () => {
  let server: Postgres;
  let base: Awaited<ReturnType<typeof makeDataDir>>;
  let folders = 0;
  let databases = 0;
  beforeAll(async () => {
    [server, base] = await Promise.all([startPostgres({ fsync: false }), makeDataDir()]);
  });
  afterAll(async () => {
    await server.stop();
    await base[Symbol.asyncDispose]();
  });

  const newFolder = async (): Promise<Place> => {
    const dataDir = join(base.path, `data${++folders}`);
    await prepareDatabase(dataDir);
    return { dataDir };
  };
  const newDatabase = async (): Promise<Place> => ({ url: await server.createDatabase(`moved${++databases}`) });
  async function filled(place: Place): Promise<string> {
    const database = await openAs(place);
    await fill(database);
    const before = await contents(database);
    await database.close();
    return before;
  }
  const contentsOf = async (place: Place): Promise<string> => {
    const database = await openAs(place);
    try {
      return await contents(database);
    } finally {
      await database.close();
    }
  };

  test('there and back: every row, every sequence, chains that hold; and what was left is closed', async () => {
    const [folder, external] = [await newFolder(), await newDatabase()];
    const before = await filled(folder);
    const there = await withBoth(folder, external, (from, to) => moveDatabase({ from, to }));
    expect(there.tables.find(({ name }) => name === 'ledger')?.rows).toBe(3_600);
    expect(there).toMatchObject({ licenseEvents: 1, auditEvents: 1 });
    expect(await contentsOf(external)).toBe(before);
    await expect(openAs(folder)).rejects.toMatchObject({ code: 'database-moved' });

    // Life goes on there.
    const database = await openAs(external);
    expect(await migrate(database.pool)).toEqual([]);
    const added = await database.pool.query(`insert into organization (name) values ('Next') returning id`);
    expect(added.rows[0].id).toBe(2);
    await expect(database.pool.query('delete from audit_event')).rejects.toThrow('append-only');
    await expect(
      database.pool.query(`insert into pass (entry_id, number, kind, settings, settings_version, requested_by)
        values (-1, 1, 'initial', '{}', '1', 'test')`),
    ).rejects.toThrow('foreign key');
    await database.close();
    const later = await contentsOf(external);

    await expect(withBoth(external, folder, (from, to) => moveDatabase({ from, to }))).rejects.toMatchObject({
      code: 'database-not-empty',
      fix: expect.stringContaining('--overwrite'),
    });
    // Refused, and so not closed.
    expect(await contentsOf(external)).toBe(later);
    await withBoth(external, folder, (from, to) => moveDatabase({ from, to, overwrite: true }));
    expect(await contentsOf(folder)).toBe(later);
    await expect(openAs(external)).rejects.toMatchObject({ code: 'database-moved' });
  });

  test('killed at any step it goes on, and until then nobody works on either', async () => {
    const [external, folder] = [await newDatabase(), await newFolder()];
    const before = await filled(external);
    const target = await newDatabase();
    const script = join(import.meta.dirname, 'support/mover.ts');
    // Closed; in the middle; before the source is marked as left.
    for (const dieAt of [1, 12, 1 + JSON.parse(before).length]) {
      const argument = JSON.stringify({ from: external, to: target, dieAt });
      const { signal, stderr } = spawnSync(process.execPath, [script, argument], { cwd: '/', encoding: 'utf8' });
      expect(signal, stderr).toBe('SIGKILL');
      await expect(openAs(external)).rejects.toMatchObject({ code: 'database-moving' });
    }
    // The copy was complete at the last kill.
    await expect(withBoth(external, target, (from, to) => cancelMove({ from, to }))).rejects.toMatchObject({
      code: 'database-move-arrived',
    });
    await withBoth(external, target, (from, to) => moveDatabase({ from, to }));
    expect(await contentsOf(target)).toBe(before);
    await expect(openAs(external)).rejects.toMatchObject({ code: 'database-moved' });
    await expect(withBoth(external, folder, (from, to) => moveDatabase({ from, to }))).rejects.toMatchObject({
      code: 'database-moved',
    });
  });

  test('broken off it can be cancelled; a move that fails leaves the source in use', async () => {
    const [from, to] = [await newDatabase(), await newDatabase()];
    const before = await filled(from);
    const fails = withBoth(from, to, (source, target) =>
      moveDatabase({
        from: source,
        to: target,
        onStep(step) {
          if (step === 'copied ledger') throw new Error('the disk is full');
        },
      }),
    );
    await expect(fails).rejects.toThrow('the disk is full');
    expect(await contentsOf(from)).toBe(before);

    const script = join(import.meta.dirname, 'support/mover.ts');
    spawnSync(process.execPath, [script, JSON.stringify({ from, to, dieAt: 2 })], { cwd: '/' });
    await expect(openAs(from)).rejects.toMatchObject({ code: 'database-moving' });
    await withBoth(from, to, (source, target) => cancelMove({ from: source, to: target }));
    const database = await openAs(from);
    await database.pool.query(`insert into organization (name) values ('Still here')`);
    await database.close();
  });

  test('refused while a server or worker is on it, into itself, into what isn’t empty, from what is', async () => {
    const [from, to] = [await newDatabase(), await newDatabase()];
    await filled(from);
    const worker = await openAs(from);
    await expect(withBoth(from, to, (a, b) => moveDatabase({ from: a, to: b }))).rejects.toMatchObject({
      code: 'database-in-use',
    });
    await worker.pool.query(`insert into organization (name) values ('Undisturbed')`);
    await worker.close();
    await expect(withBoth(from, from, (a, b) => moveDatabase({ from: a, to: b }))).rejects.toMatchObject({
      code: 'database-move-runs',
    });
    await expect(withBoth(to, from, (a, b) => moveDatabase({ from: a, to: b }))).rejects.toMatchObject({
      code: 'database-empty',
    });
    const other = await newDatabase();
    const database = await openToMove(other);
    await database.pool.query('create table of_another_program (n int)');
    await database.close();
    await expect(
      withBoth(from, other, (a, b) => moveDatabase({ from: a, to: b, overwrite: true })),
    ).rejects.toMatchObject({ code: 'database-not-empty' });
  });

  test('a worker that was cut off all the time can’t write to what was left', async () => {
    const [from, to] = [await newDatabase(), await newDatabase()];
    await filled(from);
    await withBoth(from, to, async (a, b) => {
      await moveDatabase({ from: a, to: b });
      // Its connection is back, and it never asks whether the database was moved.
      for (const change of [
        `update pass set status = 'running'`,
        `insert into lease (resource, owner, epoch, expires_at) values ('entry/1', gen_random_uuid(), 1, now())`,
      ])
        await expect(a.pool.query(change)).rejects.toMatchObject({ code: '25006' });
    });
  });
});
