import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesConnector } from '@sterna/connector-files';
import { webdavConnector } from '@sterna/connector-webdav';
import { type Apache, startApache } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, type Endpoint, openBench, pass, twinEntry } from '../support/direct-pass.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';

/** The books of a migration are lost, its copies are in the target: a new entry of the same two sides stands for that. */

let dir: string;
let bench: Bench;
let apache: Apache;

beforeAll(async () => {
  dir = scratch('lost-state');
  apache = await startApache();
  bench = await openBench(join(dir, 'data'), [filesConnector, webdavConnector]);
}, 60_000);
afterAll(async () => {
  await bench?.close();
  await apache?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const targets: readonly (readonly [string, () => { tree: Tree; end: Endpoint }])[] = [
  [
    'a folder',
    () => {
      const tree = new Tree(join(dir, 'target'));
      return { tree, end: drive(tree.root) };
    },
  ],
  [
    'WebDAV',
    () => ({
      tree: new Tree(join(apache.root, 'target')),
      end: {
        connector: 'webdav',
        settings: { url: apache.url },
        address: 'target/',
        user: 'user',
        password: 'pw',
      },
    }),
  ],
];

test.each(targets)(
  '%s, rename: the copy beside their file is known again, however often it was renamed',
  async (on, make) => {
    const { tree: target, end } = make();
    const source = new Tree(join(dir, `source of ${on}`));
    source.write('once.docx', 'ours, once');
    source.write('twice.docx', 'ours, twice');
    source.write('big.bin', Buffer.alloc(9 * 1024 * 1024, 'ours '));
    for (const name of ['once.docx', 'twice.docx', 'twice_1.docx', 'big.bin']) target.write(name, 'theirs');
    apache.adopt();
    const entry = await addEntry(bench, drive(source.root), end);
    const run = async (one: number, kind: 'initial' | 'delta') => {
      const outcome = await pass(bench, one, kind, { conflict: 'rename' });
      expect(outcome).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
      return outcome.books.total;
    };
    await run(entry, 'initial');
    const before = target.truth();
    expect(Object.keys(before)).toEqual([
      'big.bin',
      'big_1.bin',
      'once.docx',
      'once_1.docx',
      'twice.docx',
      'twice_1.docx',
      'twice_2.docx',
    ]);

    const lost = await twinEntry(bench, entry);
    expect(await run(lost, 'initial')).toMatchObject({ seen: 3, created: 0, skipped: 3 });
    expect(target.truth()).toEqual(before);

    // What was known again gets the later changes; what people changed meanwhile is theirs.
    source.write('once.docx', 'ours, changed');
    await run(lost, 'delta');
    expect(target.read('once_1.docx')).toBe('ours, changed');
    target.write('twice_2.docx', 'edited by people');
    apache.adopt();
    await run(await twinEntry(bench, entry), 'initial');
    expect(target.read('twice_2.docx')).toBe('edited by people');
    expect(target.read('twice_3.docx')).toBe('ours, twice');
    expect(Object.keys(target.truth())).toHaveLength(8);
  },
);
