import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesConnector } from '@sterna/connector-files';
import { googleConnector } from '@sterna/connector-google';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { decodeName } from '@sterna/core';
import { DirectDrive, type Google } from '@sterna/simulator-google';
import { DirectDrive as DirectOneDrive, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';
import { googleEndpoint } from '../support/google.ts';
import { googleDriveTree } from '../support/google-drive.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { oneDriveTree } from '../support/one-drive-tree.ts';
import { startGoogle, startMicrosoft365 } from '../support/watched-simulators.ts';

const ALICE = 'alice@nordwind.example';
const LAMNA = 'alice@lamna.example';
const CONTOSO = 'alice@contoso.example';
/** Who owns files on a disk is nobody whom a domain would know. */
const CONTENT = { permissions: false };

let dir: string;
let bench: Bench;
let google: Google;
let microsoft: Microsoft365;
let serial = 0;

beforeAll(async () => {
  dir = scratch('google-drive');
  bench = await openBench(join(dir, 'data'), [
    filesConnector,
    // The entries here are drives alone.
    { ...googleConnector, open: (request) => googleConnector.open({ ...request, kinds: ['file'] }) },
    { ...microsoft365Connector, open: (request) => microsoft365Connector.open({ ...request, kinds: ['file'] }) },
  ]);
}, 60_000);
beforeEach(async () => {
  google = await startGoogle({ empty: true });
  microsoft = await startMicrosoft365({ empty: true });
  return async () => {
    await google.stop();
    await microsoft.stop();
    // A bug of a simulator must not pass for an answer of the vendor.
    expect([...google.failures, ...microsoft.failures]).toEqual([]);
  };
});
afterAll(async () => {
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

const tree = (): Tree => {
  serial += 1;
  return new Tree(join(dir, `tree ${serial}`));
};

/** A name that holds an escape is escaped once more where it comes to, so that two names never become one. */
const decoded = (truth: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(truth).map(([path, what]) => [path.split('/').map(decodeName).join('/'), what]));

/** Requests of `work`, but those for tokens. */
async function requestsOf<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly requests: number }> {
  const before = google.requests.length;
  const result = await work();
  return { result, requests: google.requests.slice(before).filter(({ target }) => target !== '/token').length };
}

function fill(source: Tree): void {
  source.write('readme.txt', 'hello');
  source.write('empty', '');
  source.write('CON', 'a device');
  source.write('what? a:b.txt', 'not a name everywhere');
  source.write('Projekte/Süd & Größe/plan #1 100%.md', 'a plan');
  source.write('Projekte/.hidden', 'x');
  source.folder('Empty/inside');
  source.write('big.bin', Buffer.alloc(9 * 1024 * 1024, 'sterna '));
  for (let n = 0; n < 20; n += 1) source.write(`Many/file ${n}.txt`, `content ${n}`);
}

test('a disk, Google Drive, and a disk again; a pass without changes costs the same however much there is', async () => {
  const [source, back] = [tree(), tree()];
  fill(source);
  const direct = new DirectDrive(google, ALICE);
  const truthOf = () => googleDriveTree(direct).truth();
  const up = await addEntry(bench, drive(source.root), googleEndpoint(google, ALICE));
  const down = await addEntry(bench, googleEndpoint(google, ALICE), drive(back.root));
  const first = await pass(bench, up, 'initial', CONTENT);
  expect(first).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
  expect(first.books.total).toMatchObject({ seen: 27, created: 27 });
  expect(truthOf()).toEqual(source.truth());
  expect(direct.files().find(({ name }) => name === 'readme.txt')?.modifiedAt).toBe(source.modified('readme.txt'));
  const verified = verifyResult(await pass(bench, up, 'verify', { verifyDepth: 'content' }));
  expect(verified).toMatchObject({ ok: true, identical: 27, extra: 0 });
  expect(await pass(bench, down, 'initial', CONTENT)).toMatchObject({ error: null, books: { balanced: true } });
  expect(back.truth()).toEqual(source.truth());
  expect(back.modified('big.bin')).toBe(source.modified('big.bin'));

  const both = async () => {
    const passes = [await pass(bench, up, 'delta', CONTENT), await pass(bench, down, 'delta', CONTENT)];
    expect(passes.map(({ error, books }) => [error, books.balanced])).toEqual([
      [null, true],
      [null, true],
    ]);
    return { up: passes[0]?.books.total, down: passes[1]?.books.total };
  };
  await both();
  const small = await requestsOf(both);
  expect(small.result).toMatchObject({ up: { unchanged: 27 }, down: { unchanged: 27 } });
  for (let n = 0; n < 24; n += 1) source.write(`More/${n % 12}/file ${n}.txt`, `more ${n}`);
  expect(await both()).toMatchObject({ up: { created: 24 }, down: { created: 24 } });
  await both();
  const large = await requestsOf(both);
  expect(large.requests).toBe(small.requests);

  source.write('readme.txt', 'hello again');
  source.move('Many', 'Moved/Many');
  source.remove('empty');
  expect(await both()).toMatchObject({ up: { created: 0, updated: 21 }, down: { created: 0, updated: 21 } });
  expect(truthOf()).toHaveProperty('Moved/Many/file 7.txt');
  expect(truthOf()).not.toHaveProperty('Many/file 7.txt');
  expect(back.truth()).toEqual(truthOf());
  expect(direct.corpus.mailsSent).toEqual([]);
  expect(direct.openUploads).toBe(0);
});

test('Google Drive to OneDrive and back to another domain: versions, rights, and what Google alone has', async () => {
  const [from, to] = [new DirectDrive(google, ALICE), new DirectDrive(google, LAMNA)];
  const between = new DirectOneDrive(microsoft, CONTOSO);
  for (const text of ['first', 'second', 'third']) from.put(['Work'], 'plan.txt', Buffer.from(text));
  from.add(['Work'], 'plan.txt', Buffer.from('another of that name'));
  from.put(['Work'], 'a/b: c.txt', Buffer.from('no name for a disk'));
  const alice = from.corpus.rootOf(from.person, google.clock.now());
  from.corpus.create(
    {
      name: 'To the plan',
      mimeType: 'application/vnd.google-apps.shortcut',
      parent: alice,
      target: { id: from.files()[0]?.id ?? '', mimeType: 'text/plain' },
    },
    from.person,
    google.clock.now(),
  );
  from.share(['Work', 'plan.txt'], 'bjorn@nordwind.example', 'commenter');
  from.share(['Work'], 'chloe@nordwind.example', 'writer');

  const there = await addEntry(bench, googleEndpoint(google, ALICE), microsoft365Endpoint(microsoft, CONTOSO));
  for (const name of ['bjorn', 'chloe'])
    await mapping(bench, there, `${name}@nordwind.example`, `${name}@contoso.example`);
  const first = await pass(bench, there, 'initial', { versionDepth: 10 });
  expect(first).toMatchObject({ error: null, books: { balanced: true } });
  expect(first.books.total).toMatchObject({ created: 3 });
  expect(first.books.access).toMatchObject({ waiting: 0, failed: 0 });
  expect(oneDriveTree(between).truth()).toMatchObject({
    'Work/': 'folder',
    'Work/a^2Fb^3A c.txt': expect.any(String),
    'Work/plan (2).txt': expect.any(String),
  });
  const plan = between.files().find(({ name }) => name === 'plan.txt');
  expect([...(plan?.earlier ?? []), plan?.content].map(String)).toEqual(['first', 'second', 'third']);
  expect(plan?.rights).toEqual(['bjorn@contoso.example read']);
  expect(between.rights(['Work'])).toEqual(['chloe@contoso.example write']);
  expect((await notes(bench, there)).map(({ code }) => code)).toEqual(
    expect.arrayContaining(['commenter-as-reader', 'shortcut-not-migrated']),
  );

  const back = await addEntry(bench, microsoft365Endpoint(microsoft, CONTOSO), googleEndpoint(google, LAMNA));
  for (const name of ['bjorn', 'chloe']) await mapping(bench, back, `${name}@contoso.example`, `${name}@lamna.example`);
  const second = await pass(bench, back, 'initial', { versionDepth: 10 });
  expect(second).toMatchObject({ error: null, books: { balanced: true, access: { waiting: 0, failed: 0 } } });
  expect(decoded(googleDriveTree(to).truth())).toEqual(oneDriveTree(between).truth());
  expect(to.revisions(['Work', 'plan.txt']).map(String)).toEqual(['first', 'second', 'third']);
  expect(to.rights(['Work', 'plan.txt'])).toEqual(['bjorn@lamna.example reader']);
  expect(to.rights(['Work'])).toEqual(['chloe@lamna.example writer']);
  expect(from.corpus.mailsSent).toEqual([]);
  expect(between.mails).toEqual([]);
});

test('Office files become Google documents where the settings say so, each once, and are changed in place', async () => {
  const [source, target] = [new DirectDrive(google, ALICE), new DirectDrive(google, LAMNA)];
  const letter = source.addNative(['Projekte'], 'Letter', 'document', 'a letter');
  source.addNative([], 'Numbers', 'spreadsheet', '1\t2');
  source.addNative([], 'Talk', 'presentation', 'a talk');
  source.put([], 'readme.txt', Buffer.from('hello'));
  source.put([], 'broken.docx', Buffer.from('no Office file'));
  const convertOffice = ['document', 'spreadsheet'];
  const entry = await addEntry(bench, googleEndpoint(google, ALICE), googleEndpoint(google, LAMNA, { convertOffice }));
  // Of each sort of answer one is lost: Drive takes no id of ours for a document.
  const lost = google.faults.inject({
    fault: { kind: 'lost-acknowledgement' },
    when: ({ method, target: path }: { method: string; target: string }) =>
      method === 'POST' && path.includes('/upload/drive/v3/files'),
  });
  const first = await pass(bench, entry, 'initial', CONTENT);
  expect(first).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
  expect(first.books.total).toMatchObject({ seen: 5, created: 5, failed: 0, uncertain: 0 });
  expect(lost.struck).toBe(1);
  expect(target.documents()).toEqual(['Letter: a letter', 'Numbers: 1\t2']);
  expect(
    target
      .files()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['Letter', 'Numbers', 'Talk.pptx', 'broken.docx', 'readme.txt']);
  const told = await notes(bench, entry);
  const about = (code: string) => told.filter((note) => note.code === code).map(({ subject }) => subject);
  // What was sent by the request whose answer was lost is found to be there, word by word: nothing is lost of it.
  expect(['Letter.docx', 'Numbers.xlsx']).toEqual(expect.arrayContaining(about('converted-to-document')));
  expect(about('not-converted')).toEqual(['broken.docx']);
  expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
    ok: true,
    missing: 0,
    extra: 0,
  });
  expect((await pass(bench, entry, 'delta', CONTENT)).books.total).toMatchObject({ created: 0, updated: 0 });

  const copy = target.files().find(({ name }) => name === 'Letter')?.id;
  source.rewrite(letter, 'a longer letter');
  expect((await pass(bench, entry, 'delta', CONTENT)).books.total).toMatchObject({ created: 0, updated: 1 });
  expect(target.documents()).toContain('Letter: a longer letter');
  source.move(['Projekte', 'Letter'], ['Projekte', 'Brief']);
  expect(await pass(bench, entry, 'delta', CONTENT)).toMatchObject({ error: null, books: { balanced: true } });
  expect(target.documents()).toEqual(['Brief: a longer letter', 'Numbers: 1\t2']);
  expect(target.files().find(({ name }) => name === 'Brief')?.id).toBe(copy);

  // Somebody works on it in the target: it stays theirs.
  target.rewrite(copy ?? '', 'theirs');
  source.rewrite(letter, 'ours');
  expect((await pass(bench, entry, 'delta', CONTENT)).books.total).toMatchObject({ updated: 0, skipped: 1 });
  expect(target.documents()).toContain('Brief: theirs');
}, 60_000);

test('shortcuts lead to the copies of what they led to, later if that comes later; what lies elsewhere is told', async () => {
  const [source, target] = [new DirectDrive(google, ALICE), new DirectDrive(google, LAMNA)];
  const bjorns = new DirectDrive(google, 'bjorn@nordwind.example').put([], 'his.txt', Buffer.from('his'));
  const plan = source.put(['Work'], 'plan.txt', Buffer.from('a plan'));
  const letter = source.addNative(['Work'], 'Letter', 'document', 'a letter');
  source.addShortcut([], 'To the plan', plan);
  source.addShortcut(['A'], 'To the letter', letter);
  source.addShortcut(['A'], 'To the folder', source.makeFolder(['Work']).id);
  source.addShortcut([], 'To his', bjorns);
  const entry = await addEntry(
    bench,
    googleEndpoint(google, ALICE),
    googleEndpoint(google, LAMNA, { convertOffice: ['document'] }),
  );
  const lost = google.faults.inject({
    fault: { kind: 'lost-acknowledgement' },
    when: ({ method, target: path }: { method: string; target: string }) =>
      method === 'POST' && path.startsWith('/drive/v3/files?'),
  });
  // Nothing of `Work` is migrated at first.
  const without = { ...CONTENT, folders: { exclude: ['Work'] } };
  const first = await pass(bench, entry, 'initial', without);
  expect(first).toMatchObject({ error: null, books: { balanced: true } });
  expect(first.books.total).toMatchObject({ created: 0, skipped: 1, failed: 3 });
  const waiting = (await notes(bench, entry)).filter(({ code }) => code === 'waits-for-object');
  expect(waiting.map(({ text }) => text).join()).toContain('Work/plan.txt');
  expect(target.shortcuts()).toEqual([]);

  const second = await pass(bench, entry, 'delta', CONTENT);
  expect(second).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
  expect(lost.struck).toBe(1);
  expect(target.shortcuts()).toEqual(['A/To the folder → Work', 'A/To the letter → Letter', 'To the plan → plan.txt']);
  const verified = () => pass(bench, entry, 'verify', { ...CONTENT, verifyDepth: 'content' });
  expect(verifyResult(await verified())).toMatchObject({ ok: true, different: 0, missing: 0, extra: 0 });
  expect((await pass(bench, entry, 'delta', CONTENT)).books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });

  // What it leads to moves, and it still leads there.
  source.move(['Work', 'plan.txt'], ['Elsewhere', 'the plan.txt']);
  expect(await pass(bench, entry, 'delta', CONTENT)).toMatchObject({ error: null, books: { balanced: true } });
  expect(target.shortcuts()).toContain('To the plan → the plan.txt');
  expect(verifyResult(await verified())).toMatchObject({ ok: true, different: 0, missing: 0 });
  // One that leads elsewhere by somebody’s hand is no faithful copy.
  target.remove(['To the plan']);
  target.addShortcut([], 'To the plan', target.files().find(({ name }) => name === 'Letter')?.id ?? '');
  expect(verifyResult(await verified())).toMatchObject({ ok: false, different: 1 });
}, 60_000);
