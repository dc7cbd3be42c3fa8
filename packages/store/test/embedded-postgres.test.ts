import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../src/database.ts';
import { ancestors, findBinaries, reachableBinaries } from '../src/embedded-postgres-binaries.ts';
import { socketDirFor } from '../src/embedded-postgres-folder.ts';
import { isRunning } from '../src/embedded-postgres-process.ts';
import { chooseServerUser, firstUnreachable } from '../src/embedded-postgres-user.ts';
import { prepareDatabase } from './support/prepared-database.ts';
import { makeDataDir, rowsOf, serverPid, sleep, startWriter } from './support/processes.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
/** Not where the checkout is in a folder of root's own. */
const canRunAsNobody =
  isRoot &&
  firstUnreachable([...ancestors(import.meta.dirname), process.execPath], {
    name: 'nobody',
    uid: NOBODY,
    gid: NOBODY,
  }) === undefined;

describe('embedded PostgreSQL', () => {
  it('is made, kept and stopped, in a relative folder with spaces', async () => {
    await using base = await makeDataDir();
    const dataDir = relative(process.cwd(), join(base.path, 'my data, "quoted"'));
    const database = await openDatabase({ dataDir, applicationName: 'a test' });
    const { rows } = await database.pool.query(`select 5::bigint as number, array[1, null]::bigint[] as numbers,
      sum(7::bigint) as sum, current_setting('fsync') as fsync, current_setting('listen_addresses') as addresses,
      current_setting('application_name') as name`);
    expect(rows).toEqual([{ number: 5, numbers: [1, null], sum: '7', fsync: 'on', addresses: '', name: 'a test' }]);
    await expect(database.pool.query('select 9007199254740993::bigint')).rejects.toThrow('beyond 2^53');
    await database.pool.query('create table kept (n int); insert into kept values (1)');
    const pid = serverPid(dataDir);
    await database.close();
    expect(isRunning(pid as number)).toBe(false);

    const again = await openDatabase({ dataDir });
    expect((await again.pool.query('select n from kept')).rows).toEqual([{ n: 1 }]);
    await again.close();
  });

  it('keeps its password in one file, and shows it nowhere', async () => {
    await using base = await makeDataDir();
    const database = await openDatabase({ dataDir: base.path });
    const file = join(base.path, 'postgres/password');
    const password = readFileSync(file, 'utf8').trim();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(database.url).toContain(password);
    expect(JSON.stringify(database.kind + database.place) + inspect(database, { depth: 9 })).not.toContain(password);

    const second = await openDatabase({ url: database.url });
    expect(inspect(second, { depth: 9 })).not.toContain(password);
    await second.close();
    const refused = openDatabase({ url: database.url.replace(password, 'wrong-pass') });
    await expect(refused).rejects.toMatchObject({ class: 'auth', code: 'database-login-refused' });
    await expect(refused).rejects.not.toThrow('wrong-pass');
    await database.close();
  });

  it('listens elsewhere where its folder has too long a path for a socket', async () => {
    await using base = await makeDataDir();
    const dataDir = join(base.path, 'x'.repeat(100));
    const database = await openDatabase({ dataDir });
    const socketDir = socketDirFor(join(dataDir, 'postgres'));
    expect(socketDir).toMatch(/^\/tmp\/sterna-/);
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database.close();
    await rm(socketDir, { recursive: true });
  });

  it('serves two processes that open it at once; the last one stops it', async () => {
    await using base = await makeDataDir();
    const writers = [startWriter(base.path), startWriter(base.path), startWriter(base.path)];
    await Promise.all(writers.map((writer) => writer.printed(20)));
    const pid = serverPid(base.path) as number;
    const [first, second, third] = writers as [(typeof writers)[0], (typeof writers)[0], (typeof writers)[0]];
    expect(await first.stop()).toBe(0);
    expect(isRunning(pid)).toBe(true);
    const before = second.lines.length;
    await second.printed(before + 20);
    // Both at once: exactly one of them is last.
    expect(await Promise.all([second.stop(), third.stop()])).toEqual([0, 0]);
    expect(isRunning(pid)).toBe(false);
    for (const writer of writers) {
      expect(await rowsOf(base.path, writer.process.pid)).toEqual(writer.lines.slice(1).map(Number));
    }
  });

  it('outlives the kill -9 of its owner, and is adopted by the next', async () => {
    await using base = await makeDataDir();
    await prepareDatabase(base.path);
    const writer = startWriter(base.path);
    await writer.printed(50);
    const pid = serverPid(base.path) as number;
    writer.process.kill('SIGKILL');
    expect(await writer.ended()).toBe('SIGKILL');
    expect(isRunning(pid)).toBe(true);

    const database = await openDatabase({ dataDir: base.path });
    expect(serverPid(base.path)).toBe(pid);
    await database.close();
    expect(isRunning(pid)).toBe(false);
    expect((await rowsOf(base.path, writer.process.pid)).slice(0, writer.lines.length - 1)).toEqual(
      writer.lines.slice(1).map(Number),
    );
  });

  it('recovers from the kill -9 of its postmaster, with nothing acknowledged lost', async () => {
    await using base = await makeDataDir();
    await prepareDatabase(base.path);
    const writer = startWriter(base.path);
    await writer.printed(50);
    process.kill(serverPid(base.path) as number, 'SIGKILL');
    // The query under way fails, and so does the writer.
    expect(await writer.ended()).toBe(1);
    const acknowledged = writer.lines.slice(1).filter((line) => /^\d+$/.test(line));
    const stored = await rowsOf(base.path, writer.process.pid);
    expect(stored.slice(0, acknowledged.length)).toEqual(acknowledged.map(Number));
  });

  it('is started again under processes that stay, each of which goes on', async () => {
    await using base = await makeDataDir();
    await prepareDatabase(base.path);
    const idle = startWriter(base.path, { idle: true });
    await idle.printed(1);
    const notices: string[] = [];
    const database = await openDatabase({ dataDir: base.path, onNotice: (text) => notices.push(text) });
    // One connection is given out and silent when it breaks: that must not end the process either.
    const client = await database.pool.connect();
    const killed = serverPid(base.path) as number;
    process.kill(killed, 'SIGKILL');
    let rows: unknown[] | undefined;
    for (const limit = Date.now() + 15_000; rows === undefined && Date.now() < limit; await sleep(20)) {
      rows = (await database.pool.query('select 1 as one').catch(() => undefined))?.rows;
    }
    expect(rows).toEqual([{ one: 1 }]);
    expect(notices.join()).toContain('starting it again');
    client.release(true);
    expect(await idle.stop()).toBe(0);
    const pid = serverPid(base.path) as number;
    expect(pid).not.toBe(killed);
    expect(isRunning(pid)).toBe(true);
    await database.close();
    expect(isRunning(pid)).toBe(false);
  });

  it("clears a lock whose process id has become another program's", async () => {
    await using base = await makeDataDir();
    await prepareDatabase(base.path);
    await (await openDatabase({ dataDir: base.path })).close();
    const data = join(base.path, 'postgres/data');
    const { uid, gid } = statSync(data);
    // PostgreSQL itself tells apart only programs of other users.
    const other = spawn('sleep', ['60'], { uid, gid, cwd: '/' });
    writeFileSync(join(data, 'postmaster.pid'), `${other.pid}\n${data}\n1700000000\n5432\n\n\n  1 2\nready   \n`);
    chownSync(join(data, 'postmaster.pid'), uid, gid);
    const notices: string[] = [];
    const database = await openDatabase({ dataDir: base.path, onNotice: (text) => notices.push(text) });
    expect(notices).toEqual(['Removed the lock of a database server that no longer runs.']);
    await database.close();
    expect(other.exitCode).toBeNull();
    other.kill();
  });

  it('refuses a folder with another password, another version or other contents', async () => {
    await using base = await makeDataDir();
    const owner = await openDatabase({ dataDir: base.path });
    const password = join(base.path, 'postgres/password');
    const original = readFileSync(password);
    writeFileSync(password, 'not-the-one\n');
    await expect(openDatabase({ dataDir: base.path })).rejects.toMatchObject({
      code: 'database-login-refused',
      message: expect.stringContaining(password),
    });
    writeFileSync(password, original);
    await owner.close();

    writeFileSync(join(base.path, 'postgres/data/PG_VERSION'), '13\n');
    await expect(openDatabase({ dataDir: base.path })).rejects.toMatchObject({ code: 'database-folder-version' });

    const foreign = join(base.path, 'foreign');
    mkdirSync(join(foreign, 'postgres/letters'), { recursive: true });
    await expect(openDatabase({ dataDir: foreign })).rejects.toMatchObject({ code: 'database-folder-foreign' });
    const file = join(base.path, 'file');
    writeFileSync(file, '');
    await expect(openDatabase({ dataDir: file })).rejects.toMatchObject({ code: 'data-folder-unusable' });
  });

  it.runIf(isRoot)('names the folder that its user may not enter', async () => {
    await using base = await makeDataDir();
    const closed = join(base.path, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    await expect(openDatabase({ dataDir: join(closed, 'data') })).rejects.toMatchObject({
      class: 'config',
      code: 'data-folder-not-traversable',
      message: expect.stringMatching(new RegExp(`may not enter ${closed}\\.$`)),
      fix: expect.stringContaining('/var/lib/sterna'),
    });
  });

  it.runIf(isRoot)('runs programs that its user can reach, from a copy where needed', async () => {
    await using base = await makeDataDir();
    const installed = await findBinaries();
    const user = chooseServerUser('/nonexistent');
    expect(user?.uid).toBeGreaterThan(0);
    if (user === undefined) return;
    const closed = join(base.path, 'closed');
    // A small stand-in: only names and rights are looked at.
    for (const folder of ['bin', 'lib', 'share']) mkdirSync(join(closed, folder), { recursive: true });
    for (const name of ['postgres', 'initdb']) cpSync('/bin/true', join(closed, 'bin', name));
    chmodSync(closed, 0o700);
    const from = { ...installed, root: closed };
    const unwritable = join(base.path, 'file');
    writeFileSync(unwritable, '');
    const cache = join(base.path, 'cache');
    const [copy, same] = await Promise.all([
      reachableBinaries(from, user, [unwritable, cache]),
      reachableBinaries(from, user, [unwritable, cache]),
    ]);
    expect(copy.root.startsWith(cache)).toBe(true);
    expect(same.root).toBe(copy.root);
    expect(firstUnreachable([join(copy.root, 'bin/postgres')], user)).toBeUndefined();
    await expect(reachableBinaries(from, user, [unwritable])).rejects.toMatchObject({
      code: 'postgres-binaries-unreachable',
    });
    // What others could have changed isn't run.
    chmodSync(cache, 0o777);
    await expect(reachableBinaries(from, user, [cache])).rejects.toMatchObject({
      code: 'postgres-binaries-unreachable',
    });
  });

  it.runIf(canRunAsNobody)('runs for a user who is not root, and says so when root made it', async () => {
    await using base = await makeDataDir();
    const own = join(base.path, 'own');
    mkdirSync(own);
    chownSync(own, NOBODY, NOBODY);
    const writer = startWriter(own, { uid: NOBODY });
    await writer.printed(5);
    expect(execFileSync('ps', ['-o', 'uid=', '-p', String(serverPid(own))], { encoding: 'utf8' }).trim()).toBe(
      String(NOBODY),
    );
    expect(await writer.stop()).toBe(0);

    const roots = join(base.path, 'roots');
    await (await openDatabase({ dataDir: roots })).close();
    const refused = startWriter(roots, { uid: NOBODY });
    expect(await refused.ended()).toBe(1);
    expect(JSON.parse(refused.lines[0] ?? '')).toMatchObject({ code: 'database-folder-refused' });
  });
});
