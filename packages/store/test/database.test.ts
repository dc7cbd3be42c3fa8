import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../src/database.ts';
import { makeDataDir } from './support/processes.ts';

let base: Awaited<ReturnType<typeof makeDataDir>>;
/** Stands for a server of the user's own: reached by its URL. */
let owner: Database;

beforeAll(async () => {
  base = await makeDataDir();
  owner = await openDatabase({ dataDir: base.path });
});
afterAll(async () => {
  await owner.close();
  await base[Symbol.asyncDispose]();
});

const urlFor = (user: string) => owner.url.replace(/\/\/[^@]*@/, `//${user}:pw-of-${user}@`);
const makeUser = (name: string) => owner.pool.query(`create role ${name} login password 'pw-of-${name}'`);

describe('openDatabase', () => {
  it('opens a URL before a folder, and leaves its server running', async () => {
    const database = await openDatabase({ url: owner.url, dataDir: '/nonexistent/folder' });
    expect(database).toMatchObject({ kind: 'external', serverVersion: expect.any(Number) });
    expect(await database.kysely.selectNoFrom((eb) => eb.val(1).as('n')).execute()).toHaveLength(1);
    await Promise.all([database.close(), database.close()]);
    expect((await owner.pool.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  });

  it('wants a place, and a URL that is one', async () => {
    await expect(openDatabase({})).rejects.toMatchObject({ code: 'database-not-named' });
    for (const url of ['localhost', 'mysql://u:sesame@h/d', 'postgresql://u:sesame@h:port/d']) {
      const refused = openDatabase({ url });
      await expect(refused).rejects.toMatchObject({ class: 'config', code: 'database-url-invalid' });
      await expect(refused).rejects.not.toThrow('sesame');
    }
  });

  it('says which server it cannot reach', async () => {
    const refused = openDatabase({ url: 'postgresql://u:sesame@127.0.0.1:9/mail' });
    await expect(refused).rejects.toMatchObject({
      class: 'transient',
      code: 'database-unreachable',
      message: "The database server at 127.0.0.1:9/mail can't be reached (ECONNREFUSED).",
    });
    await expect(openDatabase({ url: 'postgresql://u:p@no-such-host.invalid/d' })).rejects.toMatchObject({
      code: 'database-unreachable',
    });
  });

  it('says that a database is missing', async () => {
    await expect(openDatabase({ url: owner.url.replace('/sterna?', '/nothing?') })).rejects.toMatchObject({
      class: 'config',
      code: 'database-missing',
    });
  });

  it('refuses a server that is too old', async () => {
    await makeUser('old');
    // The server's answer for this user is made up by a function that hides the real one.
    await owner.pool.query(`create schema shim; grant usage on schema shim to old;
      create function shim.current_setting(text) returns text language sql as
        $$ select case $1 when 'server_version_num' then '140011' else pg_catalog.current_setting($1) end $$;
      alter role old set search_path = shim, pg_catalog`);
    await expect(openDatabase({ url: urlFor('old') })).rejects.toMatchObject({
      class: 'config',
      code: 'database-too-old',
      message: expect.stringContaining('PostgreSQL 14'),
    });
  });

  it('refuses a database that takes no writes', async () => {
    await makeUser('reader');
    await owner.pool.query('alter role reader set default_transaction_read_only = on');
    await expect(openDatabase({ url: urlFor('reader') })).rejects.toMatchObject({ code: 'database-read-only' });
  });

  it('refuses a database in another encoding', async () => {
    await owner.pool.query(
      "create database latin encoding 'LATIN1' locale 'C' locale_provider libc template template0",
    );
    await expect(openDatabase({ url: owner.url.replace('/sterna?', '/latin?') })).rejects.toMatchObject({
      code: 'database-encoding',
    });
  });

  it('stops no server that somebody else is connected to', async () => {
    await using other = await makeDataDir();
    const database = await openDatabase({ dataDir: other.path });
    const client = await openDatabase({ url: database.url });
    await database.close();
    expect((await client.pool.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
    await client.close();
  });

  it('survives the end of its connections, idle or given out', async () => {
    const database = await openDatabase({ url: owner.url, applicationName: 'victim' });
    const client = await database.pool.connect();
    await owner.pool.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'");
    await expect(client.query('select 1')).rejects.toThrow();
    client.release(true);
    expect((await database.pool.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
    await database.close();
  });
});
