import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { googleConnector } from '@sterna/connector-google';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { DirectDrive, type Google, startGoogle } from '@sterna/simulator-google';
import { DirectDrive as DirectOneDrive, type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { googleEndpoint } from '../support/google.ts';
import { googleDriveTree } from '../support/google-drive.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { oneDriveTree } from '../support/one-drive-tree.ts';

const ALICE = 'alice@nordwind.example';
const LAMNA = 'alice@lamna.example';
const CONTOSO = 'alice@contoso.example';
const PEOPLE = ['alice', 'bjorn', 'chloe', 'daiki', 'elena'];
const WITH_VERSIONS = { versionDepth: 10 };

let dir: string;
let bench: Bench;
let google: Google;
let microsoft: Microsoft365;

beforeAll(async () => {
  dir = scratch('google-shared-drive');
  bench = await openBench(join(dir, 'data'), [googleConnector, microsoft365Connector]);
  google = await startGoogle({ empty: true });
  microsoft = await startMicrosoft365({ empty: true });
}, 60_000);
afterAll(async () => {
  await bench?.close();
  await google?.stop();
  await microsoft?.stop();
  rmSync(dir, { recursive: true, force: true });
  expect([...google.failures, ...microsoft.failures]).toEqual([]);
});

/** A shared drive, with its administrator for its only member. */
function shared(name: string, admin: string): { readonly direct: DirectDrive; readonly endpoint: Endpoint } {
  const { corpus, person } = new DirectDrive(google, admin);
  const { id } = corpus.createDrive(admin.split('@')[1] as string, name, name, person, google.clock.now());
  return {
    direct: new DirectDrive(google, admin, id),
    endpoint: { ...googleEndpoint(google, id, { admin, convertOffice: ['document'] }), itemType: 'drive' },
  };
}

async function entryOf(source: Endpoint, target: Endpoint, from: string, to: string): Promise<number> {
  const entry = await addEntry(bench, source, { ...target, itemType: 'drive' });
  for (const name of PEOPLE) await mapping(bench, entry, `${name}@${from}`, `${name}@${to}`);
  return entry;
}

/** What a team has: members of all sorts, versions, names that are alike, a document and shortcuts. */
function furnish(drive: DirectDrive): void {
  drive.share([], 'bjorn@nordwind.example', 'fileOrganizer');
  drive.share([], 'chloe@nordwind.example', 'organizer');
  drive.share([], 'daiki@nordwind.example', 'commenter');
  for (const text of ['first', 'second', 'third']) drive.put(['Plans'], 'plan.txt', Buffer.from(text));
  drive.put(['Plans'], 'twin.txt', Buffer.from('one'));
  drive.add(['Plans'], 'twin.txt', Buffer.from('other'));
  drive.put(['Plans', 'Old'], 'old.txt', Buffer.from('old'));
  drive.put([], 'readme.txt', Buffer.from('hello'));
  drive.share(['Plans', 'plan.txt'], 'elena@nordwind.example', 'reader');
  drive.addNative([], 'Letter', 'document', 'a letter');
  const plan = drive.files().find(({ name }) => name === 'plan.txt')?.id ?? '';
  drive.addShortcut([], 'To the plan', plan);
  drive.addShortcut([], 'To the folder', drive.makeFolder(['Plans', 'Old']).id);
}

test('a shared drive into another: members, versions, documents, shortcuts; a delta; what people changed there', async () => {
  const [source, target] = [shared('Team', ALICE), shared('Team of Lamna', LAMNA)];
  furnish(source.direct);
  const entry = await entryOf(source.endpoint, target.endpoint, 'nordwind.example', 'lamna.example');
  const first = await pass(bench, entry, 'initial', WITH_VERSIONS);
  expect(first).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
  expect(first.books.total).toMatchObject({ seen: 8, created: 8, failed: 0, skipped: 0 });
  expect(first.books.access).toMatchObject({ waiting: 0, failed: 0 });
  const { direct } = target;
  expect(Object.keys(googleDriveTree(direct).truth())).toEqual([
    'Letter',
    'Plans/',
    'Plans/Old/',
    'Plans/Old/old.txt',
    'Plans/plan.txt',
    'Plans/twin (2).txt',
    'Plans/twin.txt',
    'To the folder',
    'To the plan',
    'readme.txt',
  ]);
  expect(direct.revisions(['Plans', 'plan.txt']).map(String)).toEqual(['first', 'second', 'third']);
  expect(direct.documents()).toEqual(['Letter: a letter']);
  expect(direct.shortcuts()).toEqual(['To the folder → Old', 'To the plan → plan.txt']);
  expect(direct.rights([])).toEqual([
    'alice@lamna.example organizer',
    'bjorn@lamna.example fileOrganizer',
    'chloe@lamna.example organizer',
    'daiki@lamna.example commenter',
  ]);
  expect(direct.rights(['Plans', 'plan.txt'])).toEqual(['elena@lamna.example reader']);
  // Nothing of it is in the drives of those who did it.
  expect(new DirectDrive(google, LAMNA).files()).toEqual([]);
  const verified = () => pass(bench, entry, 'verify', { verifyDepth: 'content' });
  expect(verifyResult(await verified())).toMatchObject({ ok: true, different: 0, missing: 0, extra: 0 });
  expect((await pass(bench, entry, 'delta', WITH_VERSIONS)).books.total).toMatchObject({ created: 0, updated: 0 });

  const copy = direct.files().find(({ name }) => name === 'plan.txt')?.id;
  source.direct.put(['Plans', 'Old'], 'old.txt', Buffer.from('older'));
  source.direct.move(['Plans', 'plan.txt'], ['Plans', 'Old', 'the plan.txt']);
  source.direct.put(['New'], 'new.txt', Buffer.from('new'));
  source.direct.share([], 'elena@nordwind.example', 'writer');
  const second = await pass(bench, entry, 'delta', WITH_VERSIONS);
  expect(second).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
  expect(second.books.total).toMatchObject({ created: 1, updated: 2, failed: 0 });
  const moved = direct.files().find(({ id }) => id === copy);
  expect(moved).toMatchObject({ folder: ['Plans', 'Old'], name: 'the plan.txt', content: Buffer.from('third') });
  expect(direct.shortcuts()).toContain('To the plan → the plan.txt');
  expect(direct.rights([])).toContain('elena@lamna.example writer');

  // Both sides worked on it: people's work stays, unless the project says otherwise.
  direct.put([], 'readme.txt', Buffer.from('theirs'));
  source.direct.put([], 'readme.txt', Buffer.from('ours'));
  const contentOf = (name: string) =>
    direct
      .files()
      .find((one) => one.name === name)
      ?.content.toString();
  expect((await pass(bench, entry, 'delta', WITH_VERSIONS)).books.total).toMatchObject({ updated: 0, skipped: 1 });
  expect(contentOf('readme.txt')).toBe('theirs');
  source.direct.put([], 'readme.txt', Buffer.from('ours again'));
  const over = await pass(bench, entry, 'delta', { ...WITH_VERSIONS, conflict: 'overwrite' });
  expect(over.books.total).toMatchObject({ updated: 1, skipped: 0, failed: 0 });
  expect(contentOf('readme.txt')).toBe('ours again');
  expect(verifyResult(await verified())).toMatchObject({ ok: true, different: 0, missing: 0 });
  expect(direct.corpus.mailsSent).toEqual([]);
}, 60_000);

test('a shared drive into OneDrive, and OneDrive into a shared drive: what one of them alone has is told', async () => {
  const [source, back] = [shared('Out', ALICE), shared('Back', LAMNA)];
  furnish(source.direct);
  const between = new DirectOneDrive(microsoft, CONTOSO);
  const oneDrive = microsoft365Endpoint(microsoft, CONTOSO);
  const there = await entryOf(source.endpoint, oneDrive, 'nordwind.example', 'contoso.example');
  const first = await pass(bench, there, 'initial', WITH_VERSIONS);
  expect(first).toMatchObject({ error: null, books: { balanced: true } });
  expect(first.books.total).toMatchObject({ seen: 8, created: 6, skipped: 2, failed: 0 });
  expect(Object.keys(oneDriveTree(between).truth())).toEqual([
    'Letter.docx',
    'Plans/',
    'Plans/Old/',
    'Plans/Old/old.txt',
    'Plans/plan.txt',
    'Plans/twin (2).txt',
    'Plans/twin.txt',
    'readme.txt',
  ]);
  const plan = between.files().find(({ name }) => name === 'plan.txt');
  expect([...(plan?.earlier ?? []), plan?.content].map(String)).toEqual(['first', 'second', 'third']);
  expect(plan?.rights).toEqual(['elena@contoso.example read']);
  const codes = (await notes(bench, there)).map(({ code }) => code);
  for (const code of ['shortcut-not-migrated', 'document-exported', 'members-not-held']) expect(codes).toContain(code);
  expect((await pass(bench, there, 'delta', WITH_VERSIONS)).books.total).toMatchObject({ created: 0, updated: 0 });

  const home = await entryOf(oneDrive, back.endpoint, 'contoso.example', 'lamna.example');
  const second = await pass(bench, home, 'initial', WITH_VERSIONS);
  expect(second).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
  expect(second.books.total).toMatchObject({ seen: 6, created: 6, failed: 0 });
  expect(back.direct.revisions(['Plans', 'plan.txt']).map(String)).toEqual(['first', 'second', 'third']);
  expect(back.direct.rights(['Plans', 'plan.txt'])).toEqual(['elena@lamna.example reader']);
  expect(back.direct.documents()).toEqual(['Letter: a letter']);
  expect(verifyResult(await pass(bench, home, 'verify', { verifyDepth: 'content' }))).toMatchObject({
    ok: true,
    missing: 0,
  });
  expect([...between.mails, ...back.direct.corpus.mailsSent]).toEqual([]);
}, 60_000);
