import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { s3Connector } from '@sterna/connector-s3';
import type { CrashPoint } from '@sterna/engine';
import { type S3Server, startSwift } from '@sterna/test-servers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BreakOff } from '../support/break-off.ts';
import { BucketTree, type KeptVersion } from '../support/bucket-tree.ts';
import { addEntry, type Bench, openBench, pass, passUntilPause, resumeNow } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';

let dir: string;
let server: S3Server;
let bench: Bench;
let source: BucketTree;
let target: BucketTree;
const breakOff = new BreakOff();
let serial = 0;

beforeAll(async () => {
  dir = scratch('drive-versions');
  server = await startSwift();
  bench = await openBench(join(dir, 'data'), [s3Connector], {
    reached: breakOff.reached,
  });
  source = await (await new BucketTree(server, 'versions-source').make()).keepVersions();
  target = await (await new BucketTree(server, 'versions-target').make()).keepVersions();
}, 60_000);
beforeEach(() => {
  breakOff.never();
});
afterAll(async () => {
  source?.dispose();
  target?.dispose();
  await bench?.close();
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Version n of a file: what it holds, and when it was modified. */
const version = (n: number): KeptVersion => ({ text: `content ${n}`, mtime: `${1_600_000_000 + n}.25` });

/** A folder of its own in each bucket. */
async function pair() {
  serial += 1;
  const folder = `drive ${serial}`;
  const put = async (name: string, ...which: readonly KeptVersion[]): Promise<void> => {
    for (const { text, mtime } of which) await source.write(`${folder}/${name}`, text, Number(mtime));
  };
  const kept = (name: string): Promise<KeptVersion[]> => target.versions(`${folder}/${name}`);
  await put('other.txt', version(0));
  const entry = await addEntry(bench, source.endpoint(folder), target.endpoint(folder));
  return { entry, put, kept, key: (name: string) => `${folder}/${name}` };
}

const DEPTH = { versionDepth: 3 };
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => version(from + n));
const booked = async (entry: number): Promise<Record<string, unknown>> => {
  const { rows } = await bench.database.pool.query(
    `select (select count(*) from intent where entry_id = $1)::int as intents,
            (select count(*) from todo where entry_id = $1)::int as todos`,
    [entry],
  );
  return rows[0];
};

test('two versions that say the same are two, and the file has the time of the latest', async () => {
  const { entry, put, kept } = await pair();
  const [early, late] = [version(1), { ...version(1), mtime: version(9).mtime }];
  await put('saved again.txt', early, late);
  const first = await pass(bench, entry, 'initial', DEPTH);
  expect(first).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
  expect(await kept('saved again.txt')).toEqual([early, late]);
  const second = await pass(bench, entry, 'delta', DEPTH);
  expect(second.books.total).toMatchObject({ created: 0, updated: 0, unchanged: 2 });
});

test('the latest earlier versions arrive, oldest first, with their times; a delta pass brings each new one', async () => {
  const { entry, put, kept, key } = await pair();
  await put('a.txt', ...range(1, 5));
  await put('a.txt.backup', ...range(1, 2));
  const first = await pass(bench, entry, 'initial', DEPTH);
  expect(first).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
  expect(first.books.total).toMatchObject({ seen: 3, created: 3, updated: 0, skipped: 0, failed: 0 });
  expect(await kept('a.txt')).toEqual(range(2, 5));
  expect(await kept('a.txt.backup')).toEqual(range(1, 2));
  expect(await kept('other.txt')).toEqual([version(0)]);

  await put('a.txt', ...range(6, 7));
  const delta = await pass(bench, entry, 'delta', DEPTH);
  expect(delta).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
  expect(delta.books.total).toMatchObject({ seen: 3, updated: 1, unchanged: 2 });
  expect(await kept('a.txt')).toEqual(range(2, 7));
  const same = await pass(bench, entry, 'delta', DEPTH);
  expect(same.books.total).toMatchObject({ unchanged: 3 });

  // More were written than are wanted.
  await put('a.txt', ...range(8, 13));
  await pass(bench, entry, 'delta', DEPTH);
  expect(await kept('a.txt')).toEqual([...range(2, 7), ...range(10, 13)]);

  // What was removed in between stays a version, and the removal is none.
  await source.remove(key('a.txt'));
  await put('a.txt', version(14));
  await pass(bench, entry, 'delta', DEPTH);
  expect(await kept('a.txt')).toEqual([...range(2, 7), ...range(10, 14)]);
});

test('without a depth only the current version', async () => {
  const { entry, put, kept } = await pair();
  await put('a.txt', ...range(1, 5));
  await pass(bench, entry, 'initial', { versionDepth: 0 });
  expect(await kept('a.txt')).toEqual([version(5)]);
  await put('a.txt', ...range(6, 7));
  await pass(bench, entry, 'delta', { versionDepth: 0 });
  expect(await kept('a.txt')).toEqual([version(5), version(7)]);
});

test('more versions than are held in memory, and large ones', async () => {
  const { entry, put, kept } = await pair();
  const large = (n: number): KeptVersion => ({ ...version(n), text: `${n}`.repeat(5 * 1024 * 1024) });
  await put('many.txt', ...range(1, 12));
  await put('large.bin', large(1), version(2), large(3), large(4));
  await put('shrunk.bin', large(1), version(2));
  const first = await pass(bench, entry, 'initial', { versionDepth: 20 });
  expect(first).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
  expect(first.books.total).toMatchObject({ seen: 4, created: 4 });
  expect(await kept('many.txt')).toEqual(range(1, 12));
  expect(await kept('large.bin')).toEqual([large(1), version(2), large(3), large(4)]);
  expect(await kept('shrunk.bin')).toEqual([large(1), version(2)]);
  await put('many.txt', ...range(13, 22));
  await put('large.bin', large(5), large(6));
  await pass(bench, entry, 'delta', { versionDepth: 20 });
  expect(await kept('many.txt')).toEqual(range(1, 22));
  expect(await kept('large.bin')).toEqual([large(1), version(2), ...[3, 4, 5, 6].map(large)]);
});

test('content that comes back is a version each time', async () => {
  const { entry, put, kept } = await pair();
  const again = (content: number, at: number): KeptVersion => ({ ...version(at), text: version(content).text });
  const before = [version(1), version(2), again(1, 3)];
  await put('a.txt', ...before);
  await pass(bench, entry, 'initial', { versionDepth: 10 });
  expect(await kept('a.txt')).toEqual(before);
  const then = [version(4), again(1, 5), again(4, 6), version(7)];
  await put('a.txt', ...then);
  await pass(bench, entry, 'delta', { versionDepth: 10 });
  expect(await kept('a.txt')).toEqual([...before, ...then]);
});

test.each([
  ['overwrite', 'a.txt', [{ text: 'theirs', mtime: undefined }, ...range(1, 3)]],
  ['rename', 'a_1.txt', range(1, 3)],
  ['skip', 'a.txt', [{ text: 'theirs', mtime: undefined }]],
] as const)('the target has another file of this name: %s', async (conflict, name, wanted) => {
  const { entry, put, kept, key } = await pair();
  await put('a.txt', ...range(1, 3));
  await target.write(key('a.txt'), 'theirs');
  const first = await pass(bench, entry, 'initial', { ...DEPTH, conflict });
  expect(first).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
  expect(await kept(name)).toEqual(wanted);
  expect(await booked(entry)).toEqual({ intents: 0, todos: 0 });
});

const LONG = process.env.STERNA_TEST_LONG !== undefined;
const points: readonly CrashPoint[] = [
  'before-intent-commit',
  'after-intent-commit',
  'after-acknowledgement',
  'after-settle-commit',
];
const breaks = points
  .flatMap((point) => [1, 2, 3, 4].map((nth) => [point, nth] as const))
  .filter(([point, nth]) => LONG || point === 'after-acknowledgement' || nth === 2);

test.each(breaks)(
  'broken off %s, the %i. time, and again: no version is lost, none comes twice',
  async (point, nth) => {
    const { entry, put, kept } = await pair();
    await put('a.txt', ...range(1, 5));
    breakOff.at(point, nth);
    const broken = await passUntilPause(bench, entry, 'initial', DEPTH);
    expect([breakOff.isDue, broken.status]).toEqual([false, 'pending']);
    breakOff.at(point, 2);
    const second = await resumeNow(bench, broken.id);
    const first = second.status === 'pending' ? await resumeNow(bench, broken.id) : second;
    breakOff.never();
    expect(first).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
    expect(first.books.total).toMatchObject({ seen: 2, created: 2, updated: 0, failed: 0, uncertain: 0 });
    expect(await kept('a.txt')).toEqual(range(2, 5));

    await put('a.txt', ...range(6, 8));
    breakOff.at(point, Math.min(nth, 3));
    const delta = await passUntilPause(bench, entry, 'delta', DEPTH);
    expect([breakOff.isDue, delta.status]).toEqual([false, 'pending']);
    const done = await resumeNow(bench, delta.id);
    expect(done).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
    expect(done.books.total).toMatchObject({ seen: 2, created: 0, updated: 1 });
    expect(await kept('a.txt')).toEqual(range(2, 8));
    expect(await booked(entry)).toEqual({ intents: 0, todos: 0 });
  },
);
