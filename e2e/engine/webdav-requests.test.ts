import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesConnector } from '@sterna/connector-files';
import { webdavConnector } from '@sterna/connector-webdav';
import { type Apache, type SyncFront, startApache, startSyncFront } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, type Endpoint, openBench, pass } from '../support/direct-pass.ts';
import { Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';

/** What passes ask of servers that tell their changes (RFC 6578), counted on the wire. */

let dir: string;
let bench: Bench;
let apache: Apache;
let from: SyncFront;
let to: SyncFront;

beforeAll(async () => {
  dir = scratch('webdav-requests');
  apache = await startApache();
  [from, to] = await Promise.all([startSyncFront(apache), startSyncFront(apache)]);
  bench = await openBench(join(dir, 'data'), [filesConnector, webdavConnector]);
}, 60_000);
afterAll(async () => {
  await bench?.close();
  await Promise.all([from?.stop(), to?.stop()]);
  await apache?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const end = (front: SyncFront, path: string): Endpoint => ({
  connector: 'webdav',
  settings: { url: front.url },
  address: `${path}/`,
  user: 'user',
  password: 'pw',
});

/** The root (after it asked for a sign-in), OPTIONS, and two questions what changed: one to see whether it answers. */
const TO_ASK = 5;

async function counted(entry: number) {
  from.requests.length = 0;
  to.requests.length = 0;
  apache.adopt();
  const outcome = await pass(bench, entry, 'delta');
  expect(outcome).toMatchObject({ status: 'completed', error: null });
  const listings = ({ requests }: SyncFront): number => requests.filter((one) => one.startsWith('PROPFIND')).length;
  return { total: outcome.books.total, source: listings(from), target: listings(to), asked: from.requests.length };
}

test('a pass over nothing new asks what changed, however large the tree; a change costs its own folder', async () => {
  const [source, target] = ['source', 'target'].map((name) => new Tree(join(apache.root, name))) as [Tree, Tree];
  for (let i = 0; i < 30; i += 1) source.write(`f${i % 10}/g${i % 3}/file ${i}.txt`, `${i}`);
  apache.adopt();
  const entry = await addEntry(bench, end(from, 'source'), end(to, 'target'));
  expect(await pass(bench, entry, 'initial')).toMatchObject({ status: 'completed', error: null });
  expect(target.truth()).toEqual(source.truth());

  const same = await counted(entry);
  expect(same.total).toMatchObject({ seen: 30, unchanged: 30 });
  expect(same.asked, from.requests.join('\n')).toBe(TO_ASK);
  expect(to.requests.filter((one) => one.startsWith('REPORT')).length).toBeLessThanOrEqual(2);

  // The target's tree is seen anew once, since the first pass wrote all of it.
  source.write('f1/g1/file 1.txt', 'another');
  await counted(entry);
  source.write('f2/g2/new.txt', 'new');
  source.remove('f3/g0/file 3.txt');
  const changed = await counted(entry);
  expect(changed.total).toMatchObject({ created: 1, updated: 0 });
  // The root; two folders, each for its glance and for its files.
  expect(changed.source, from.requests.join('\n')).toBeLessThanOrEqual(2 + 2 * 2);
  expect(changed.target, to.requests.join('\n')).toBeLessThanOrEqual(10);
  expect(target.read('f2/g2/new.txt')).toBe('new');

  source.move('f4', 'moved');
  source.folder('empty/inside');
  const moved = await counted(entry);
  expect(moved.total).toMatchObject({ created: 0, failed: 0, updated: 3 });
  expect(target.truth()).toEqual({ ...source.truth(), 'f3/g0/file 3.txt': target.truth()['f3/g0/file 3.txt'] });

  // A log that was forgotten costs one listing of the tree, and loses nothing.
  from.expire();
  to.expire();
  source.write('f5/g2/late.txt', 'late');
  const expired = await counted(entry);
  expect(expired.total).toMatchObject({ created: 1, failed: 0 });
  expect(target.read('f5/g2/late.txt')).toBe('late');
  expect((await counted(entry)).asked).toBe(TO_ASK);
});

test('rights that the target can’t keep are said to be lost, unless they weren’t wanted', async () => {
  const source = new Tree(join(dir, 'with-rights'));
  source.write('a.txt', 'a');
  const target = new Tree(join(apache.root, 'without-rights'));
  apache.adopt();
  const files = { connector: 'files', settings: { path: source.root }, address: '.' };
  const entry = await addEntry(bench, files, end(to, 'without-rights'));
  const first = await pass(bench, entry, 'initial');
  expect(first).toMatchObject({ status: 'completed', books: { access: { applied: 0, failed: 0, notKept: true } } });
  expect(target.read('a.txt')).toBe('a');
  const unwanted = await pass(bench, entry, 'delta', { permissions: false });
  expect(unwanted.books).not.toHaveProperty('access');
});
