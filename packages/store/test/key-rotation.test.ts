import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../src/database.ts';
import { addKey, newKeyLine } from '../src/installation.ts';
import { migrate } from '../src/migrate.ts';
import { holdsSecrets, resealAll, SEALED_COLUMNS } from '../src/sealed-columns.ts';
import { openSecrets } from '../src/secrets.ts';
import { prepareDatabase } from './support/prepared-database.ts';
import { makeDataDir } from './support/processes.ts';

let base: Awaited<ReturnType<typeof makeDataDir>>;
let database: Database;
const SYSTEMS = 3_000;

beforeAll(async () => {
  base = await makeDataDir();
  await prepareDatabase(base.path);
  database = await openDatabase({ dataDir: base.path });
  await migrate(database.pool);
});
afterAll(async () => {
  await database?.close();
  await base[Symbol.asyncDispose]();
});

const outdated = async (isOutdated: (sealed: Uint8Array) => boolean): Promise<number> => {
  const { rows } = await database.pool.query('select sealed_credentials as sealed from system');
  return rows.filter(({ sealed }) => isOutdated(sealed)).length;
};

it('knows every sealed column of the schema', async () => {
  const { rows } = await database.pool.query(
    `select table_name as t, column_name as c from information_schema.columns
     where table_schema = current_schema() and data_type = 'bytea' and column_name like 'sealed%'`,
  );
  expect(rows.map(({ t, c }) => `${t}.${c}`).sort()).toEqual(
    SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort(),
  );
});

it('seals everything anew, also when it was killed in the middle, and the old key opens nothing', async () => {
  const old = await openSecrets({ dataDir: base.path });
  expect(await holdsSecrets(database.pool)).toBe(false);
  const { rows } = await database.pool.query(
    `insert into organization (public_id, name) values (gen_random_uuid(), 'Tern') returning id`,
  );
  const organization = rows[0].id;
  const ids = Array.from({ length: SYSTEMS }, (_, index) => index + 1);
  await database.pool.query(
    `insert into system (id, organization_id, name, connector, settings, sealed_credentials)
     overriding system value
     select id, $1, 'system ' || id, 'imap', '{}', sealed from unnest($2::bigint[], $3::bytea[]) as given (id, sealed)`,
    [organization, ids, ids.map((id) => old.sealJson(`system:${id}`, { password: `canary ${id}` }))],
  );
  expect(await holdsSecrets(database.pool)).toBe(true);
  const stolen = await readFile(old.keyFile, 'utf8');

  await addKey({ dataDir: base.path });
  const secrets = await openSecrets({ dataDir: base.path });
  expect(secrets.installation).toEqual(old.installation);
  expect(await outdated(secrets.isOutdated)).toBe(SYSTEMS);

  // Killed after its first page.
  const child = spawn(process.execPath, [join(import.meta.dirname, 'support/resealer.ts'), database.url, base.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
  const left = await outdated(secrets.isOutdated);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(SYSTEMS);
  const all = async () => (await database.pool.query('select id, sealed_credentials as sealed from system')).rows;
  // A server that has run since before opens both: it reads the key file again.
  for (const { id, sealed } of await all())
    expect(old.unsealJson(`system:${id}`, sealed)).toEqual({ password: `canary ${id}` });

  expect(await resealAll(database.pool, secrets)).toEqual({ values: SYSTEMS, resealed: left });
  expect(await resealAll(database.pool, secrets)).toEqual({ values: SYSTEMS, resealed: 0 });
  const thief = join(base.path, 'stolen.key');
  await writeFile(thief, stolen, { mode: 0o600 });
  const stranger = await openSecrets({ path: thief });
  for (const { id, sealed } of await all()) {
    expect(secrets.unsealJson(`system:${id}`, sealed)).toEqual({ password: `canary ${id}` });
    expect(() => stranger.unseal(`system:${id}`, sealed)).toThrow("doesn't open with");
  }
});

it('names the value that no key opens, and keeps what is done', async () => {
  const secrets = await openSecrets({ dataDir: base.path });
  await database.pool.query(`update system set sealed_credentials = '\\x0102030405' where id = 2000`);
  await addKey({ dataDir: base.path });
  const next = await openSecrets({ dataDir: base.path });
  await expect(resealAll(database.pool, next)).rejects.toMatchObject({
    class: 'config',
    code: 'secret-damaged',
    message: expect.stringContaining('system:2000'),
  });
  expect(await outdated(next.isOutdated)).toBeLessThan(SYSTEMS);
  expect(secrets.keyFile).toBe(next.keyFile);
});

it('adds no key whose name another one has, and tells when there is no room', async () => {
  const { keyFile } = await openSecrets({ dataDir: base.path });
  for (let more = 0; more < 20; more += 1) {
    const { keys } = await addKey({ dataDir: base.path });
    expect(keys.slice(0, -1).some(({ id }) => id === keys.at(-1)?.id)).toBe(false);
  }
  await appendFile(keyFile, Array.from({ length: 1_500 }, newKeyLine).join(''));
  await expect(addKey({ dataDir: base.path })).rejects.toMatchObject({ code: 'secret-keys-many' });
});
