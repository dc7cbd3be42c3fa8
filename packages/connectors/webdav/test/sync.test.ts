import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container, Session } from '@sterna/connector-kit';
import { type Apache, type SyncFront, type SyncFrontOptions, startApache, startSyncFront } from '@sterna/test-servers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { webdavConnector } from '../src/index.ts';

let apache: Apache;
let serial = 0;
beforeAll(async () => {
  apache = await startApache();
}, 60_000);
afterAll(() => apache?.stop());

interface Stage {
  readonly front: SyncFront;
  /** On disk. */
  readonly base: string;
  write(path: string, content: string): void;
  folder(path: string): void;
  move(from: string, to: string): void;
  remove(path: string): void;
  /** A session of its own, as every pass has one. */
  open(): Promise<Session>;
  /** What a pass lists that knows these, and how often it asked for what. */
  listed(
    known?: readonly Container[],
  ): Promise<{ containers: readonly Container[]; reports: number; listings: number }>;
}

/** A folder of Apache’s, behind what tells its changes. */
async function stage(options: SyncFrontOptions = {}): Promise<Stage> {
  const front = await startSyncFront(apache, options);
  onTestFinished(() => front.stop());
  const own = `s${++serial}`;
  const base = join(apache.root, own);
  mkdirSync(base);
  const at = (path: string): string => join(base, path);
  const open = async (): Promise<Session> => {
    const session = await webdavConnector.open({
      system: { settings: { url: front.url }, credentials: { user: 'user', password: 'pw' } },
      address: `${own}/`,
      role: 'read',
      installation: '00000000',
      signal: new AbortController().signal,
    });
    onTestFinished(() => session.close());
    return session;
  };
  return {
    front,
    base,
    open,
    write(path, content) {
      mkdirSync(join(at(path), '..'), { recursive: true });
      writeFileSync(at(path), content);
    },
    folder: (path) => void mkdirSync(at(path), { recursive: true }),
    move: (from, to) => renameSync(at(from), at(to)),
    remove: (path) => rmSync(at(path), { recursive: true }),
    async listed(known = []) {
      apache.adopt(base);
      const { reader } = await open();
      front.requests.length = 0;
      const containers = await reader.containers({ known });
      const count = (method: string): number => front.requests.filter((one) => one.startsWith(method)).length;
      return { containers, reports: count('REPORT'), listings: count('PROPFIND') };
    },
  };
}

const ids = (containers: readonly Container[]): string[] => containers.map(({ id }) => id);
const withoutPosition = (containers: readonly Container[]): Omit<Container, 'position'>[] =>
  containers.map(({ position: _, ...container }) => container);

test('a tree in which nothing changed costs one request, one in which something did a listing of that folder', async () => {
  const { listed, write, folder, move, remove } = await stage();
  for (let i = 0; i < 6; i += 1) write(`f${i}/deep/file ä&.txt`, `${i}`);
  const first = await listed();
  expect(first).toMatchObject({ reports: 0, listings: 13 });
  const same = await listed(first.containers);
  expect(same).toMatchObject({ reports: 1, listings: 0 });
  expect(withoutPosition(same.containers)).toEqual(withoutPosition(first.containers));

  write('f1/deep/file ä&.txt', 'another');
  write('f2/new.txt', 'new');
  remove('f3/deep/file ä&.txt');
  const changed = await listed(same.containers);
  expect(changed).toMatchObject({ reports: 1, listings: 3 });
  const differs = changed.containers.filter((one, at) => one.glance !== first.containers[at]?.glance);
  expect(ids(differs)).toEqual(['f1/deep', 'f2', 'f3/deep']);

  // A folder that came is walked, one that went is gone with all in it, and a renamed one is both.
  folder('f4/deep/deeper');
  move('f5', 'moved');
  remove('f0');
  const folders = await listed(changed.containers);
  expect(folders).toMatchObject({ reports: 1, listings: 5 });
  expect(ids(folders.containers)).toEqual([
    ...[
      '',
      'f1',
      'f1/deep',
      'f2',
      'f2/deep',
      'f3',
      'f3/deep',
      'f4',
      'f4/deep',
      'f4/deep/deeper',
      'moved',
      'moved/deep',
    ],
  ]);
});

test('a token that is too old, or of another folder, means that everything is listed, and the next pass asks again', async () => {
  const { front, listed, write } = await stage();
  write('a/b/c.txt', 'c');
  const first = await listed();
  front.expire();
  write('a/d.txt', 'd');
  const whole = await listed(first.containers);
  expect(whole).toMatchObject({ reports: 1, listings: 3 });
  expect(whole.containers.find(({ id }) => id === 'a')?.total).toBe(1);
  expect(await listed(whole.containers)).toMatchObject({ reports: 1, listings: 0 });

  const elsewhere = await stage();
  elsewhere.write('a/b/x.txt', 'x');
  const other = await elsewhere.listed(whole.containers);
  expect(other).toMatchObject({ reports: 0, listings: 3 });
  expect(other.containers.find(({ id }) => id === 'a')?.total).toBe(0);
});

test('what changes while folders are listed is told by the next question', async () => {
  const { front, listed, write, open, base } = await stage();
  write('a/one.txt', '1');
  write('b/two.txt', '2');
  const first = await listed();
  const { reader } = await open();
  write('b/three.txt', '3');
  const asked = reader.containers({ known: first.containers });
  while (!front.requests.includes(`PROPFIND /${base.split('/').at(-1)}/b/`)) await new Promise(setImmediate);
  write('a/late.txt', 'late');
  const during = await asked;
  const after = await listed(during);
  expect(after.containers.map(({ id, total }) => [id, total])).toEqual([
    ['', 0],
    ['a', 2],
    ['b', 2],
  ]);
});

test('a server that tells the changes of single folders only has its folders listed', async () => {
  const { listed, write, open } = await stage({ level: '1' });
  write('a/b.txt', 'b');
  const first = await listed();
  expect(first.containers.every(({ position }) => position === undefined)).toBe(true);
  expect(await listed(first.containers)).toMatchObject({ reports: 0, listings: 2 });
  expect((await open()).capabilities).toMatchObject({ delta: 'list', evidence: { changes: /single|not for a whole/ } });
});

test('whatever is done to a tree, what is told and what is listed are the same, also in answers that are cut short', async () => {
  const names = ['a', 'b', 'c é'];
  const step = fc.record({
    what: fc.constantFrom('write', 'folder', 'move', 'remove'),
    where: fc.nat(),
    to: fc.nat(),
    name: fc.constantFrom(...names),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { minLength: 1, maxLength: 4 }), async (passes) => {
      const { base, listed, ...disk } = await stage({ limit: 2 });
      let content = 0;
      const all = (path = ''): string[] =>
        readdirSync(join(base, path), { withFileTypes: true }).flatMap((entry) => {
          const inner = path === '' ? entry.name : `${path}/${entry.name}`;
          return entry.isDirectory() ? [inner, ...all(inner)] : [inner];
        });
      const isFolder = (path: string): boolean => statSync(join(base, path)).isDirectory();
      const act = ({ what, where, to, name }: { what: string; where: number; to: number; name: string }): void => {
        const paths = all();
        const folders = ['', ...paths.filter(isFolder)];
        const pick = (from: readonly string[], at: number): string | undefined => from[at % from.length];
        const target = [pick(folders, to), name].filter(Boolean).join('/');
        const one = pick(paths, where);
        const isTaken = paths.includes(target);
        if (what === 'folder' && !isTaken) disk.folder(target);
        else if (what === 'write' && !(isTaken && isFolder(target))) disk.write(target, `${'x'.repeat(++content)}`);
        else if (what === 'remove' && one !== undefined) disk.remove(one);
        else if (what === 'move' && one !== undefined && !isTaken && !`${target}/`.startsWith(`${one}/`))
          disk.move(one, target);
      };
      for (const name of names) disk.write(`${name}/${name}/file`, name);
      let known = (await listed()).containers;
      for (const steps of passes) {
        steps.forEach(act);
        const told = await listed(known);
        const whole = await listed();
        expect(told.reports).toBeGreaterThan(0);
        expect(withoutPosition(told.containers)).toEqual(withoutPosition(whole.containers));
        known = told.containers;
      }
    }),
    { numRuns: process.env.STERNA_TEST_LONG ? 200 : 12 },
  );
}, 120_000);
