import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesConnector } from '@sterna/connector-files';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { decodeName } from '@sterna/core';
import { DirectDrive, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { oneDriveTree } from '../support/one-drive-tree.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

const ALICE = 'alice@contoso.example';
/** Who owns files on a disk is nobody whom a tenant would know. */
const CONTENT = { permissions: false };
const FABRIKAM = 'alice@fabrikam.example';

let dir: string;
let bench: Bench;
let server: Microsoft365;
let serial = 0;

beforeAll(async () => {
  dir = scratch('microsoft365-drive');
  bench = await openBench(join(dir, 'data'), [
    filesConnector,
    // The entries here are drives alone.
    { ...microsoft365Connector, open: (request) => microsoft365Connector.open({ ...request, kinds: ['file'] }) },
  ]);
}, 60_000);
beforeEach(async () => {
  server = await startMicrosoft365({ empty: true });
  return async () => {
    const [failure] = server.failures;
    await server.stop();
    // A bug of the simulator must not pass for an answer of Microsoft 365.
    if (failure !== undefined) throw failure;
  };
});
afterAll(async () => {
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

const oneDrive = (address: string): Endpoint => microsoft365Endpoint(server, address);

const tree = (): Tree => {
  serial += 1;
  return new Tree(join(dir, `tree ${serial}`));
};

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

const truthOf = (direct: DirectDrive): Record<string, string> => oneDriveTree(direct).truth();

/** A name that holds an escape is escaped once more where it comes to, so that two names never become one. */
const decoded = (truth: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(truth).map(([path, what]) => [decodeName(path), what]));

/** Requests that the service counts, but those for tokens; what `work` sent. */
async function requestsOf<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly requests: number }> {
  const before = server.requests.length;
  const result = await work();
  const sent = server.requests.slice(before).filter(({ target }) => !target.includes('/oauth2/'));
  return { result, requests: sent.length };
}

function fill(source: Tree): void {
  source.write('readme.txt', 'hello');
  source.write('empty', '');
  source.write('CON', 'a device');
  source.write('what? a:b.txt', 'not a name there');
  source.write('Projekte/Süd & Größe/plan #1 100%.md', 'a plan');
  source.write('Projekte/.hidden', 'x');
  source.folder('Empty/inside');
  source.folder('~drafts');
  source.write('big.bin', Buffer.alloc(23 * 1024 * 1024, 'sterna '));
  for (let n = 0; n < 40; n += 1) source.write(`Many/file ${n}.txt`, `content ${n}`);
}

test('a disk, OneDrive, and a disk again: the same tree, with balanced books and nobody told', async () => {
  const [source, back] = [tree(), tree()];
  fill(source);
  const direct = new DirectDrive(server, ALICE);
  const there = await addEntry(bench, drive(source.root), oneDrive(ALICE));
  const up = await pass(bench, there, 'initial', CONTENT);
  expect(up).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
  expect(up.books.total).toMatchObject({ seen: 47, created: 47 });
  expect(truthOf(direct)).toMatchObject({
    '^43ON': digest(Buffer.from('a device')),
    'what^3F a^3Ab.txt': expect.any(String),
  });
  const verified = verifyResult(await pass(bench, there, 'verify', { verifyDepth: 'content' }));
  expect(verified).toMatchObject({ ok: true, identical: 47, extra: 0 });
  expect(direct.files().find(({ name }) => name === 'readme.txt')?.modifiedAt).toBe(source.modified('readme.txt'));

  const here = await addEntry(bench, oneDrive(ALICE), drive(back.root));
  const down = await pass(bench, here, 'initial', CONTENT);
  expect(down).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
  expect(decoded(back.truth())).toEqual(truthOf(direct));
  expect(back.modified('big.bin')).toBe(source.modified('big.bin'));
  expect(direct.mails).toEqual([]);
  expect(direct.openUploads).toEqual([]);
});

test('a pass without changes costs the same however much there is; a change is found, a move moves', async () => {
  const [source, back] = [tree(), tree()];
  fill(source);
  const direct = new DirectDrive(server, ALICE);
  const up = await addEntry(bench, drive(source.root), oneDrive(ALICE));
  const down = await addEntry(bench, oneDrive(ALICE), drive(back.root));
  const both = async () => {
    const first = await pass(bench, up, 'delta', CONTENT);
    const second = await pass(bench, down, 'delta', CONTENT);
    expect([first.error, second.error]).toEqual([null, null]);
    expect([first.books.balanced, second.books.balanced]).toEqual([true, true]);
    return { up: first.books.total, down: second.books.total };
  };
  await pass(bench, up, 'initial', CONTENT);
  await pass(bench, down, 'initial', CONTENT);
  await both();
  const small = await requestsOf(both);
  expect(small.result).toMatchObject({ up: { unchanged: 47 }, down: { unchanged: 47 } });

  for (let n = 0; n < 60; n += 1) source.write(`More/${n % 12}/file ${n}.txt`, `more ${n}`);
  expect(await both()).toMatchObject({ up: { created: 60 }, down: { created: 60 } });
  await both();
  const large = await requestsOf(both);
  expect(large.result).toMatchObject({ up: { unchanged: 107 }, down: { unchanged: 107 } });
  expect(large.requests).toBe(small.requests);
  // Of the source: the user, the drive, its root, and what changed in it. Of the target the first three: it isn't listed.
  expect(large.requests).toBe(7);

  source.write('readme.txt', 'hello again');
  source.move('Many', 'Moved/Many');
  source.remove('empty');
  expect(await both()).toMatchObject({ up: { created: 0, updated: 41 }, down: { created: 0, updated: 41 } });
  const moved = truthOf(direct);
  expect(moved).toHaveProperty('Moved/Many/file 7.txt');
  expect(moved).not.toHaveProperty('Many/file 7.txt');
  expect(decoded(back.truth())).toEqual(moved);

  // By people, in OneDrive itself.
  direct.put(['Projekte'], 'by hand.txt', Buffer.from('by hand'));
  direct.move(['readme.txt'], ['Projekte', 'read me.txt']);
  expect((await pass(bench, down, 'delta', CONTENT)).books.total).toMatchObject({ created: 1, updated: 1 });
  expect(back.read('Projekte/by hand.txt')).toBe('by hand');
  expect(back.read('Projekte/read me.txt')).toBe('hello again');
});

test('between two tenants: versions, rights, Office files; a lost token lists all of it again', async () => {
  const [from, to] = [new DirectDrive(server, ALICE), new DirectDrive(server, FABRIKAM)];
  from.behaviour.rewriteOffice = false;
  for (const text of ['first', 'second', 'third']) from.put(['Work'], 'plan.txt', Buffer.from(text));
  from.put(['Work'], 'plain.txt', Buffer.from('nobody else may see it'));
  from.put([], 'report.docx', smallZip());
  from.share(['Work', 'plan.txt'], 'bjorn@contoso.example', 'write');
  from.share(['Work'], 'chloe@contoso.example', 'read');
  const entry = await addEntry(bench, oneDrive(ALICE), oneDrive(FABRIKAM));
  await mapping(bench, entry, 'bjorn@contoso.example', 'bjorn@fabrikam.example');
  await mapping(bench, entry, 'chloe@contoso.example', 'nobody@fabrikam.example');
  const first = await pass(bench, entry, 'initial', { versionDepth: 10 });
  expect(first).toMatchObject({ error: null, books: { balanced: true } });
  expect(first.books.total).toMatchObject({ seen: 3, created: 3 });
  const plan = to.files().find(({ name }) => name === 'plan.txt');
  expect([...(plan?.earlier ?? []), plan?.content].map(String)).toEqual(['first', 'second', 'third']);
  expect(plan?.rights).toEqual(['bjorn@fabrikam.example write']);
  expect(first.books.access).toMatchObject({ waiting: 1, failed: 0 });
  expect((await notes(bench, entry)).map(({ code }) => code)).toEqual(
    expect.arrayContaining(['office-rewritten', 'unknown-principal']),
  );

  await mapping(bench, entry, 'chloe@contoso.example', 'chloe@fabrikam.example');
  from.put(['Work'], 'plan.txt', Buffer.from('fourth'));
  server.faults.deltaTokensInvalidBefore = server.clock.now() + 1;
  const second = await pass(bench, entry, 'delta', { versionDepth: 10 });
  expect(second).toMatchObject({ error: null, books: { balanced: true, access: { waiting: 0, failed: 0 } } });
  expect(second.books.total).toMatchObject({ created: 0, updated: 1, unchanged: 2 });
  expect(to.rights(['Work'])).toEqual(['chloe@fabrikam.example read']);
  const now = to.files().find(({ name }) => name === 'plan.txt');
  expect([...(now?.earlier ?? []), now?.content].map(String)).toEqual(['first', 'second', 'third', 'fourth']);
  expect([...from.mails, ...to.mails]).toEqual([]);
});

/** As Office files are: a ZIP, here with nothing in it. */
const smallZip = (): Buffer => Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
