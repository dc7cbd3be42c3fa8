import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS, migrate } from '../src/migrate.ts';
import { SERVERS, type Server } from './support/servers.ts';

describe.each(SERVERS)('migrations on $name', ({ start, isHere }) => {
  let server: Server;
  beforeAll(async () => {
    if (isHere) server = await start();
  });
  afterAll(() => server?.stop());
  const test = it.runIf(isHere);

  test('are done once, by one of several processes that start together', async () => {
    const first = await server.open('together');
    const all = [first, ...(await Promise.all([1, 2, 3].map(() => server.open('together'))))];
    const done = await Promise.all(all.map(({ pool }) => migrate(pool)));
    expect(done.flat()).toEqual(MIGRATIONS.map(({ name }) => name));
    expect(await migrate(first.pool)).toEqual([]);
    const { rows } = await first.pool.query('select version, name from schema_migration order by 1');
    expect(rows).toEqual(MIGRATIONS.map(({ name }, index) => ({ version: index + 1, name })));
    expect((await first.pool.query('select count(*) as n from ledger')).rows).toEqual([{ n: 0 }]);
    // The lock was given back with the connection.
    const { rowCount } = await first.pool.query(
      "select from pg_locks join pg_database d on d.oid = database where locktype = 'advisory' and datname = 'together'",
    );
    expect(rowCount).toBe(0);
    await Promise.all(all.map((database) => database.close()));
  });

  test('leave nothing of a step that fails, and go on there', async () => {
    const database = await server.open('steps');
    const good = { name: '0001-good', statements: ['create table a (n int)'] };
    const bad = { name: '0002-bad', statements: ['create table b (n int)', 'insert into nowhere values (1)'] };
    await expect(migrate(database.pool, [good, bad])).rejects.toMatchObject({ class: 'bug', code: 'migration-failed' });
    expect(
      (await database.pool.query("select to_regclass('a') is null as a, to_regclass('b') is null as b")).rows,
    ).toEqual([{ a: false, b: true }]);
    const repaired = { name: '0002-bad', statements: ['create table b (n int)'] };
    expect(await migrate(database.pool, [good, repaired])).toEqual(['0002-bad']);
    await database.close();
  });

  test('refuse a database that a newer program has used, or another program', async () => {
    const newer = await server.open('newer');
    await migrate(newer.pool, [
      { name: '0001-a', statements: [] },
      { name: '0002-b', statements: [] },
    ]);
    await expect(migrate(newer.pool, [{ name: '0001-a', statements: [] }])).rejects.toMatchObject({
      class: 'config',
      code: 'database-newer',
    });
    await newer.close();
    const foreign = await server.open('foreign_tables');
    await foreign.pool.query('create table organization (n int)');
    await expect(migrate(foreign.pool)).rejects.toMatchObject({ class: 'config', code: 'database-foreign' });
    await foreign.close();
  });
});
