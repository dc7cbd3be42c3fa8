import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { filesConnector } from '@sterna/connector-files';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, twinEntry, verifyResult } from '../support/direct-pass.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';
import { mapping } from '../support/mapping.ts';

let dir: string;
let bench: Bench;
let serial = 0;
/** Of the trees of targets, since the start. */
let walks = 0;
beforeAll(async () => {
  dir = scratch('drives');
  bench = await openBench(join(dir, 'data'), [
    {
      ...filesConnector,
      async open(request) {
        const session = await filesConnector.open(request);
        const { containers } = session.reader;
        session.reader.containers = (options) => {
          if (request.role === 'write') walks += 1;
          return containers.call(session.reader, options);
        };
        return session;
      },
    },
  ]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

async function pair(settings: object = {}) {
  serial += 1;
  const source = new Tree(join(dir, `${serial}`, 'source'));
  const target = new Tree(join(dir, `${serial}`, 'target'));
  const entry = await addEntry(bench, drive(source.root), drive(target.root, settings));
  const codes = async (): Promise<string[]> => (await notes(bench, entry)).map((note) => note.code);
  return { source, target, entry, codes };
}

const mode = (tree: Tree, path: string): number => statSync(join(tree.root, path)).mode & 0o777;

const verified = async (entry: number) => {
  const outcome = await pass(bench, entry, 'verify', { verifyDepth: 'content' });
  expect(outcome.error).toBeNull();
  return verifyResult(outcome);
};

test('files and folders arrive with their times, empty ones too; a delta pass brings just what changed', async () => {
  const { source, target, entry } = await pair();
  source.write('readme.txt', 'hello');
  source.write('empty', '');
  source.write('Projekte/Süd & Größe/plan #1 100%.md', 'a plan');
  source.write('Projekte/.hidden', 'x');
  source.folder('Empty/inside');
  source.write('big.bin', Buffer.alloc(9 * 1024 * 1024, 'sterna '));
  const first = await pass(bench, entry, 'initial');
  expect(first).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
  expect(first.books.kinds).toMatchObject({ file: { seen: 5, created: 5 } });
  expect(target.truth()).toEqual(source.truth());
  for (const path of ['readme.txt', 'big.bin']) expect(target.modified(path)).toBe(source.modified(path));
  expect(await verified(entry)).toMatchObject({ ok: true, identical: 5, extra: 0 });

  const same = await pass(bench, entry, 'delta');
  expect(same.books.total).toMatchObject({ seen: 5, unchanged: 5 });

  source.write('readme.txt', 'hello again');
  source.write('big.bin', Buffer.alloc(8 * 1024 * 1024, 'tern '));
  source.write('Projekte/new.txt', 'new');
  source.remove('empty');
  const delta = await pass(bench, entry, 'delta');
  expect(delta).toMatchObject({ status: 'completed', error: null });
  expect(delta.books.total).toMatchObject({ seen: 5, created: 1, updated: 2, unchanged: 2 });
  expect(target.truth()).toEqual({ ...source.truth(), empty: target.truth().empty });
  expect(await verified(entry)).toMatchObject({ ok: true, missing: 0, different: 0, duplicated: 0 });
});

test('a delta pass over nothing new leaves the target’s tree alone, until something changes or is owed', async () => {
  const { source, target, entry } = await pair();
  source.write('a/one', 'one');
  source.write('b/two', 'two');
  await pass(bench, entry, 'initial');
  const walked = async (): Promise<number> => {
    const before = walks;
    expect(await pass(bench, entry, 'delta')).toMatchObject({ error: null, status: 'completed' });
    return walks - before;
  };
  expect(await walked()).toBe(0);
  source.write('a/three', 'three');
  expect(await walked()).toBeGreaterThan(0);
  expect(target.read('a/three')).toBe('three');
  expect(await walked()).toBe(0);
  // A new folder that holds nothing is something new.
  source.folder('c');
  expect(await walked()).toBeGreaterThan(0);
  // Other settings may want other files.
  const before = walks;
  await pass(bench, entry, 'delta', { deletions: 'propagate' });
  expect(walks).toBeGreaterThan(before);
});

test('what was renamed or moved at the source is moved in the target, and its folder goes when it is empty', async () => {
  const { source, target, entry } = await pair();
  source.write('a.txt', 'alpha');
  source.write('Old/b.txt', 'beta');
  source.write('Old/c.bin', Buffer.alloc(5 * 1024 * 1024, 'c'));
  await pass(bench, entry, 'initial');
  source.move('a.txt', 'renamed.txt');
  source.move('Old', 'New/Home');
  const delta = await pass(bench, entry, 'delta');
  expect(delta.status).toBe('completed');
  expect(delta.books.total).toMatchObject({ seen: 3, created: 0, updated: 3 });
  expect(target.truth()).toEqual(source.truth());
  expect(await verified(entry)).toMatchObject({ ok: true, identical: 3, extra: 0 });
});

test('a tree that was renamed leaves no folder behind in the target, not those that held only folders, nor empty ones', async () => {
  const { source, target, entry } = await pair();
  source.write('Old/a/b/deep.txt', 'deep');
  source.write('Old/c/other.txt', 'other');
  source.folder('Old/d/empty');
  source.write('Kept/a/stays.txt', 'stays');
  await pass(bench, entry, 'initial');
  target.write('Old/c/somebody’s.txt', 'mine');
  source.move('Old', 'New');
  source.remove('Kept');
  expect(await pass(bench, entry, 'delta')).toMatchObject({ status: 'completed', error: null });
  expect(Object.keys(target.truth()).sort()).toEqual(
    [
      ...['Kept/', 'Kept/a/', 'Kept/a/stays.txt', 'Old/', 'Old/c/', 'Old/c/somebody’s.txt'],
      ...Object.keys(source.truth()),
    ].sort(),
  );
});

test('a drive within another is not copied into itself, nor what holds it', async () => {
  const root = new Tree(join(dir, 'nested'));
  root.write('a.txt', 'a');
  root.write('inner/b.txt', 'b');
  const inner = join(root.root, 'inner');
  for (const [from, to] of [
    [root.root, inner],
    [inner, root.root],
  ] as const) {
    const entry = await addEntry(bench, drive(from), drive(to));
    const outcome = await pass(bench, entry, 'initial');
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'target-within-source', field: 'targetAddress' },
    });
  }
  expect(Object.keys(root.texts()).sort()).toEqual(['a.txt', 'inner/b.txt']);
  // A name that only begins alike is another folder.
  const beside = await addEntry(bench, drive(inner), drive(`${inner} too`));
  expect(await pass(bench, beside, 'initial')).toMatchObject({ status: 'completed' });
});

test('deletions: kept, reported, or propagated, folders too', async () => {
  const { source, target, entry } = await pair();
  for (const name of ['one', 'two', 'three']) source.write(`${name}/file.txt`, name);
  await pass(bench, entry, 'initial');
  source.remove('one');
  await pass(bench, entry, 'delta', { deletions: 'keep' });
  expect(target.texts()).toHaveProperty('one/file.txt');
  source.remove('two');
  await pass(bench, entry, 'delta', { deletions: 'report' });
  expect(target.texts()).toHaveProperty('two/file.txt');
  source.remove('three');
  const last = await pass(bench, entry, 'delta', { deletions: 'propagate' });
  expect(last.status).toBe('completed');
  expect(Object.keys(target.truth())).not.toContain('three/');
  expect(target.texts()).toHaveProperty('two/file.txt');
  // What comes back comes again.
  source.write('three/file.txt', 'three');
  const back = await pass(bench, entry, 'delta', { deletions: 'propagate' });
  expect(back.books.total).toMatchObject({ created: 1, failed: 0 });
  expect(target.texts()).toHaveProperty('three/file.txt');
});

test('a deletion is not propagated to what somebody changed', async () => {
  const { source, target, entry, codes } = await pair();
  source.write('mine.txt', 'as migrated');
  await pass(bench, entry, 'initial');
  target.write('mine.txt', 'somebody’s work');
  source.remove('mine.txt');
  await pass(bench, entry, 'delta', { deletions: 'propagate' });
  expect(target.texts()).toEqual({ 'mine.txt': 'somebody’s work' });
  expect(await codes()).toContain('deletion-not-propagated');
});

test.each([
  ['skip', { 'report.docx': 'theirs' }],
  ['overwrite', { 'report.docx': 'ours 2' }],
  ['rename', { 'report.docx': 'theirs', 'report_1.docx': 'ours 2' }],
] as const)('the target has another file of this name: %s, and so in later passes', async (conflict, wanted) => {
  const { source, target, entry } = await pair();
  source.write('report.docx', 'ours');
  target.write('report.docx', 'theirs');
  const first = await pass(bench, entry, 'initial', { conflict });
  expect(first).toMatchObject({ status: 'completed', books: { balanced: true } });
  source.write('report.docx', 'ours 2');
  await pass(bench, entry, 'delta', { conflict });
  await pass(bench, entry, 'delta', { conflict });
  expect(target.texts()).toEqual(wanted);
});

test.each([
  ['skip', { 'report.docx': 'edited' }],
  ['overwrite', { 'report.docx': 'ours 3' }],
  ['rename', { 'report.docx': 'edited', 'report_1.docx': 'ours 3' }],
] as const)('somebody edited our copy in the target, and the source changes: %s', async (conflict, wanted) => {
  const { source, target, entry } = await pair();
  source.write('report.docx', 'ours');
  await pass(bench, entry, 'initial', { conflict });
  target.write('report.docx', 'edited');
  source.write('report.docx', 'ours 2');
  const delta = await pass(bench, entry, 'delta', { conflict });
  expect(delta).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
  source.write('report.docx', 'ours 3');
  await pass(bench, entry, 'delta', { conflict });
  expect(target.texts()).toEqual(wanted);
});

test('rename: a suffix of one’s own, and names that are taken are passed over', async () => {
  const { source, target, entry } = await pair();
  source.write('a.tar.gz', 'ours');
  target.write('a.tar.gz', 'theirs');
  target.write('a.tar (copy 1).gz', 'theirs too');
  await pass(bench, entry, 'initial', { conflict: 'rename', renameSuffix: ' (copy {n})' });
  expect(target.texts()).toEqual({
    'a.tar.gz': 'theirs',
    'a.tar (copy 1).gz': 'theirs too',
    'a.tar (copy 2).gz': 'ours',
  });
});

test('what the target has already is taken over, and a remigration over it writes nothing twice', async () => {
  const { source, target, entry } = await pair();
  source.write('Docs/same.txt', 'the same');
  target.write('Docs/same.txt', 'the same');
  source.write('Docs/new.txt', 'new');
  const first = await pass(bench, entry, 'initial');
  expect(first.books.total).toMatchObject({ seen: 2, created: 1, skipped: 1 });
  expect(first.books.reasons).toEqual({ 'already-in-target': 1 });
  const again = await twinEntry(bench, entry);
  const second = await pass(bench, again, 'initial');
  expect(second.books.total).toMatchObject({ seen: 2, created: 0, skipped: 2 });
  expect(target.truth()).toEqual(source.truth());
});

test('a file never replaces a folder, a folder never a file', async () => {
  const { source, target, entry, codes } = await pair();
  source.write('x', 'a file');
  target.folder('x');
  source.write('y/inside.txt', 'in a folder');
  target.write('y', 'a file');
  const first = await pass(bench, entry, 'initial', { conflict: 'overwrite' });
  expect(first).toMatchObject({ status: 'completed with failures', books: { balanced: true } });
  expect(target.texts()).toEqual({ y: 'a file', 'y_1/inside.txt': 'in a folder' });
  expect(await codes()).toEqual(expect.arrayContaining(['folder-in-the-way', 'folder-beside-file']));
  const delta = await pass(bench, entry, 'delta', { conflict: 'rename' });
  expect(delta.status).toBe('completed');
  expect(target.texts()).toEqual({ x_1: 'a file', y: 'a file', 'y_1/inside.txt': 'in a folder' });
});

test('names that the target can’t hold are mapped, two never become one, and they stay so', async () => {
  const { source, target, entry, codes } = await pair({ names: 'windows' });
  source.write('a:b?.txt', 'reserved');
  source.write('CON', 'device');
  source.write('dots..', 'trailing');
  source.write('Case/Report.txt', 'upper');
  source.write('Case/report.txt', 'lower');
  source.write('Folder/x', '1');
  source.write('folder/x', '2');
  source.write(`${'long'.repeat(60)}.txt`, 'long');
  const first = await pass(bench, entry, 'initial');
  expect(first).toMatchObject({ status: 'completed', error: null });
  const names = Object.keys(target.texts());
  expect(names).toHaveLength(8);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(8);
  expect(target.texts()).toMatchObject({ 'a^3Ab^3F.txt': 'reserved', '^43ON': 'device', 'dots.^2E': 'trailing' });
  expect(await codes()).toEqual(expect.arrayContaining(['name-encoded', 'name-twin']));
  source.write('Case/report.txt', 'lower 2');
  source.write('Case/Report.txt', 'upper 2');
  const delta = await pass(bench, entry, 'delta');
  expect(delta.books.total).toMatchObject({ updated: 2, unchanged: 6 });
  expect(Object.keys(target.texts())).toEqual(names);
  expect(Object.values(target.texts()).sort()).toEqual(Object.values(source.texts()).sort());
});

test('folders are mapped, included and excluded; the root’s own files too', async () => {
  const { source, target, entry } = await pair();
  source.write('root.txt', 'r');
  source.write('inbox/mail.txt', 'm');
  source.write('Old/deep/file.txt', 'd');
  source.write('Trash/no.txt', 'n');
  const first = await pass(bench, entry, 'initial', {
    folders: {
      exclude: ['Trash'],
      map: [
        { from: '', to: 'Imported' },
        { from: 'Old', to: 'New/place' },
      ],
    },
  });
  expect(first.books.total).toMatchObject({ seen: 4, created: 3, filtered: 1 });
  expect(target.texts()).toEqual({
    'Imported/root.txt': 'r',
    'Imported/inbox/mail.txt': 'm',
    'New/place/deep/file.txt': 'd',
  });
});

test('filters by date and size, and what they let in later', async () => {
  const { source, target, entry } = await pair();
  source.write('small', 'x');
  source.write('large', 'x'.repeat(5_000));
  await pass(bench, entry, 'initial', { sizeLimit: 1_000 });
  expect(Object.keys(target.texts())).toEqual(['small']);
  await pass(bench, entry, 'delta');
  expect(Object.keys(target.texts())).toEqual(['large', 'small']);
  const { books } = await pass(bench, await twinEntry(bench, entry), 'initial', { dateFilter: { to: '2019-01-01' } });
  expect(books.total).toMatchObject({ seen: 2, filtered: 2 });
});

test('emptying removes what was listed, and its folders', async () => {
  const { source, target, entry } = await pair();
  source.write('a/b/c.txt', '1');
  source.write('d.txt', '2');
  await pass(bench, entry, 'initial');
  await pass(bench, entry, 'empty', { empty: 'freeze' });
  target.write('a/later.txt', 'came later');
  const emptied = await pass(bench, entry, 'empty', { empty: 'remove' });
  expect(emptied.result).toMatchObject({ objects: 2 });
  expect(target.texts()).toEqual({ 'a/later.txt': 'came later' });
  expect(Object.keys(target.truth())).not.toContain('a/b/');
});

test('a folder that people removed from the target is made again for what is new, and nothing old is sent', async () => {
  const { source, target, entry } = await pair();
  source.write('Team/old.txt', 'old');
  await pass(bench, entry, 'initial');
  target.remove('Team');
  source.write('Team/new.txt', 'new');
  const delta = await pass(bench, entry, 'delta');
  expect(delta.books.total).toMatchObject({ seen: 2, created: 1, unchanged: 1 });
  expect(target.texts()).toEqual({ 'Team/new.txt': 'new' });
  expect(await verified(entry)).toMatchObject({ ok: false, missing: 1 });
});

test('rights: modes and owners of files and folders arrive, changed ones alone are applied again', async () => {
  const { source, target, entry } = await pair();
  source.write('bin/run.sh', '#!/bin/sh');
  source.write('secret.txt', 'x');
  chmodSync(join(source.root, 'bin/run.sh'), 0o755);
  chmodSync(join(source.root, 'secret.txt'), 0o600);
  chmodSync(join(source.root, 'bin'), 0o750);
  const first = await pass(bench, entry, 'initial');
  expect(first.books.access).toEqual({ applied: 3, unchanged: 0, waiting: 0, failed: 0 });
  expect([mode(target, 'bin/run.sh'), mode(target, 'secret.txt'), mode(target, 'bin')]).toEqual([0o755, 0o600, 0o750]);
  chmodSync(join(source.root, 'secret.txt'), 0o640);
  const delta = await pass(bench, entry, 'delta');
  expect(delta.books.total).toMatchObject({ unchanged: 2, updated: 0 });
  expect(delta.books.access).toEqual({ applied: 1, unchanged: 2, waiting: 0, failed: 0 });
  expect(mode(target, 'secret.txt')).toBe(0o640);
  const without = await pass(bench, entry, 'delta', { permissions: false });
  expect(without.books.access).toBeUndefined();
});

test('rights: people by the mapping table; who is unknown waits, and is applied without sending anything again', async () => {
  const { source, target, entry, codes } = await pair();
  source.write('theirs.txt', 'x');
  chownSync(join(source.root, 'theirs.txt'), 54_321, 0);
  // A number is known anywhere; a name that only the source has isn't.
  await mapping(bench, entry, '54321', 'nobody-by-that-name');
  const first = await pass(bench, entry, 'initial');
  expect(first).toMatchObject({ status: 'completed with failures', books: { access: { waiting: 1 } } });
  expect(await codes()).toContain('unknown-principal');
  await mapping(bench, entry, '54321', 'mail');
  const delta = await pass(bench, entry, 'delta');
  expect(delta).toMatchObject({
    status: 'completed',
    books: { total: { unchanged: 1 }, access: { applied: 1, waiting: 0 } },
  });
  expect(statSync(join(target.root, 'theirs.txt')).uid).toBe(8);
});

test('rights: access control lists', async () => {
  const { source, target, entry } = await pair();
  source.write('shared.txt', 'x');
  source.write('plain.txt', 'x');
  execFileSync('setfacl', ['-m', 'u:mail:rw-,g:staff:r--', join(source.root, 'shared.txt')]);
  const first = await pass(bench, entry, 'initial');
  expect(first.books.access).toMatchObject({ applied: 2, waiting: 0, failed: 0 });
  const acl = (path: string): string => execFileSync('getfacl', ['-cp', join(target.root, path)], { encoding: 'utf8' });
  expect(acl('shared.txt')).toMatch(/user:mail:rw-[\s\S]*group:staff:r--/);
  expect(acl('plain.txt')).not.toMatch(/user:mail/);
  execFileSync('setfacl', ['-x', 'u:mail', join(source.root, 'shared.txt')]);
  const delta = await pass(bench, entry, 'delta');
  expect(delta.books.access).toMatchObject({ applied: 1, unchanged: 1 });
  expect(acl('shared.txt')).not.toMatch(/user:mail/);
});

test('links and devices are passed over and told, and are no failure', async () => {
  const { source, target, entry } = await pair();
  source.write('real.txt', 'x');
  symlinkSync('/etc/passwd', join(source.root, 'link'));
  execFileSync('mkfifo', [join(source.root, 'pipe')]);
  const first = await pass(bench, entry, 'initial');
  expect(first).toMatchObject({
    status: 'completed',
    books: { total: { seen: 3, created: 1, skipped: 2, failed: 0 } },
  });
  expect((await notes(bench, entry)).map(({ kind, code }) => `${kind} ${code}`).sort()).toEqual([
    'skipped special-file',
    'skipped symlink-not-migrated',
  ]);
  const delta = await pass(bench, entry, 'delta');
  expect(delta.books.total).toMatchObject({ seen: 3, unchanged: 1, skipped: 2 });
  expect(target.texts()).toEqual({ 'real.txt': 'x' });
});
