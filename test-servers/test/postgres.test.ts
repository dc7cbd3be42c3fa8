import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive, type Postgres, startPostgres } from '../src/index.ts';

let server: Postgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => await server?.stop());

/** A client that keeps a session open. */
async function client(url = server.url): Promise<{ child: ChildProcess; ended: Promise<void> }> {
  const child = spawn('psql', ['-Xqt', url], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin?.on('error', () => {});
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const answered = new Promise((resolve) => child.stdout?.once('data', resolve));
  child.stdin?.write('select 1;\n');
  await answered;
  return { child, ended };
}

const attempt = (child: ChildProcess) => child.stdin?.write('select 2;\n');

test('durable by default, several databases, template copies', async () => {
  expect(server.query('SHOW fsync')).toEqual(['on']);
  server.query('CREATE TABLE t (n int)');
  server.query('INSERT INTO t VALUES (1), (2)');
  expect(server.query('SELECT n, n * 2 FROM t ORDER BY n')).toEqual(['1|2', '2|4']);
  const copy = await server.createDatabase('a copy', 'sterna');
  expect(copy).toContain(`:${server.port}/`);
  expect(server.query('SELECT count(*) FROM t', 'a copy')).toEqual(['2']);
});

test('what was committed survives SIGKILL of everything', async () => {
  server.query('CREATE TABLE kept AS SELECT 7 AS n');
  const { child, ended } = await client();
  const family = server.pids();
  expect(family.length).toBeGreaterThan(5);
  await server.kill();
  expect(family.filter(isAlive)).toEqual([]);
  attempt(child);
  await ended;
  await server.restart();
  expect(server.query('SELECT n FROM kept')).toEqual(['7']);
});

test('sessions can be ended, and a backend can crash', async () => {
  const first = await client();
  expect(await server.killBackends('sterna')).toBe(1);
  attempt(first.child);
  await first.ended;
  const second = await client();
  await server.crashBackend();
  attempt(second.child);
  await second.ended;
  expect(server.query('SELECT 1')).toEqual(['1']);
});

test('pause, resume and an orderly restart', async () => {
  const { child, ended } = await client();
  server.pause();
  let answered = false;
  child.stdout?.once('data', () => {
    answered = true;
  });
  attempt(child);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(answered).toBe(false);
  server.resume();
  await expect.poll(() => answered).toBe(true);
  await server.restart();
  attempt(child);
  await ended;
  expect(server.query('SELECT 1')).toEqual(['1']);
});

test('two side by side, and nothing is left behind', async () => {
  const [a, b] = await Promise.all([startPostgres({ fsync: false }), startPostgres({ database: 'other' })]);
  expect(a.query('SHOW fsync')).toEqual(['off']);
  expect(b.query('SELECT current_database()')).toEqual(['other']);
  const pids = [...a.pids(), ...b.pids()];
  await Promise.all([a.stop(), b.stop()]);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(existsSync(a.folder) || existsSync(b.folder)).toBe(false);
});
