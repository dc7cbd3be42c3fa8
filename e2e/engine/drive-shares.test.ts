import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesConnector } from '@sterna/connector-files';
import { googleConnector } from '@sterna/connector-google';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import type { CrashPoint } from '@sterna/engine';
import { DirectDrive } from '@sterna/simulator-google';
import { DirectDrive as DirectOneDrive } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass, queuePass } from '../support/direct-pass.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';
import { googleEndpoint } from '../support/google.ts';
import { googleDriveTree } from '../support/google-drive.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { oneDriveTree } from '../support/one-drive-tree.ts';
import { ended, latch, leftovers, NOTHING, reaching, running, work } from '../support/several-workers.ts';
import { startGoogle, startMicrosoft365 } from '../support/watched-simulators.ts';

/** One huge drive, several workers: a folder of the target, with all that comes into it, is one worker's. */

const FOLDERS = 12;
const FILES = 10;
const MANY = FOLDERS * FILES;

let dir: string;
let bench: Bench;
let serial = 0;
beforeAll(async () => {
  dir = scratch('drive-shares');
  bench = await openBench(join(dir, 'data'), [filesConnector, googleConnector, microsoft365Connector]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

async function pair(settings: object = {}) {
  serial += 1;
  const source = new Tree(join(dir, `${serial}`, 'source'));
  const target = new Tree(join(dir, `${serial}`, 'target'));
  return { source, target, entry: await addEntry(bench, drive(source.root), drive(target.root, settings)) };
}

/** In folders of equal size, one within the other; each third file equal byte by byte to the one before. */
function fill(source: Tree): void {
  for (let folder = 0; folder < FOLDERS; folder += 1)
    for (let n = 0; n < FILES; n += 1)
      source.write(`${'deep/'.repeat(folder % 3)}f${folder}/${n}.txt`, `${folder} ${n - (n % 3 === 2 ? 1 : 0)}`);
}

/** The pass's own worker sends its first batch when another one has brought a batch of its own to the end. */
async function withTwo(
  entry: number,
  settings: object = {},
): Promise<{ readonly id: number; readonly stop: () => Promise<unknown> }> {
  const id = await queuePass(bench, entry, 'initial', settings);
  const helper = reaching('after-confirm');
  const own = work(bench, async (at) => {
    if (at === 'before-intent-commit') await helper.isReached;
  });
  await running(bench, id);
  const other = work(bench, helper.reached);
  return { id, stop: () => Promise.all([own.stop(), other.stop()]) };
}

test('two workers write one drive: each file once, the books balance, nothing is left behind', async () => {
  const { source, target, entry } = await pair();
  fill(source);
  source.write('large.bin', Buffer.alloc(9 * 1024 * 1024, 'sterna '));
  source.folder('empty/inside');
  const { id } = await withTwo(entry);
  const { status, books } = await ended(bench, id);
  expect(status).toBe('completed');
  expect(books.total).toMatchObject({ seen: MANY + 1, created: MANY + 1, failed: 0, uncertain: 0 });
  expect(target.truth()).toEqual(source.truth());
  expect(await leftovers(bench, id)).toEqual(NOTHING);
  expect(await notes(bench, entry)).toEqual([]);
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ unchanged: MANY + 1, created: 0 });
});

test('folders that go into one stay together, so that each of their files has a name of its own there', async () => {
  const { source, target, entry } = await pair({ names: 'windows' });
  // Each would be taken by a worker of its own, were they not one.
  const names = Array.from({ length: 45 }, (_, n) => `${n}.txt`);
  for (const name of names) for (const folder of ['Left', 'Right']) source.write(`${folder}/${name}`, folder);
  // Two names for the source, one for the target.
  for (let n = 0; n < 10; n += 1) for (const letter of ['a', 'A']) source.write(`Case/${letter}${n}`, letter);
  const map = ['Left', 'Right'].map((from) => ({ from, to: 'Both', merge: true }));
  const { id } = await withTwo(entry, { folders: { map } });
  const { status, books } = await ended(bench, id);
  expect(status).toBe('completed');
  expect(books.total).toMatchObject({ seen: 110, created: 110, skipped: 0 });
  const texts = target.texts();
  for (const name of names) {
    const twin = name.replace('.', ' (2).');
    expect([texts[`Both/${name}`], texts[`Both/${twin}`]].sort()).toEqual(['Left', 'Right']);
  }
  expect(Object.keys(texts)).toHaveLength(110);
});

/** A drive of the type that clouds know, without rights: who owns files on a disk is nobody there. */
async function shared(source: Endpoint, target: Endpoint) {
  const entry = await addEntry(bench, source, { ...target, itemType: 'drive' });
  return { entry, ...(await withTwo(entry, { permissions: false })) };
}

test('into OneDrive and out of it: each file once', async () => {
  const server = await startMicrosoft365({ empty: true });
  onTestFinished(() => server.stop());
  // They have opened it once.
  const direct = new DirectOneDrive(server, 'alice@contoso.example');
  const [source, back] = [new Tree(join(dir, 'one-source')), new Tree(join(dir, 'one-back'))];
  fill(source);
  const oneDrive = microsoft365Endpoint(server, 'alice@contoso.example');
  const up = await shared(drive(source.root), oneDrive);
  expect((await ended(bench, up.id)).books.total).toMatchObject({ created: MANY, failed: 0, uncertain: 0 });
  expect(oneDriveTree(direct).truth()).toEqual(source.truth());
  // Else those two would take shares of the next pass as well, and leave none to the one that its own worker waits for.
  await up.stop();
  const down = await shared(oneDrive, drive(back.root));
  expect((await ended(bench, down.id)).books.total).toMatchObject({ created: MANY, failed: 0, uncertain: 0 });
  expect(back.truth()).toEqual(source.truth());
  expect(server.failures).toEqual([]);
});

test('from Google Drive to Google Drive: shortcuts come when all is there, whoever wrote what they lead to', async () => {
  const server = await startGoogle({ empty: true });
  onTestFinished(() => server.stop());
  const [alice, lamna] = ['alice@nordwind.example', 'alice@lamna.example'];
  const [source, target] = [new DirectDrive(server, alice), new DirectDrive(server, lamna)];
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    const files = Array.from({ length: FILES - 1 }, (_, n) =>
      source.put([`f${folder}`], `${n}.txt`, Buffer.from(`${folder} ${n}`)),
    );
    source.addShortcut([`f${(folder + 1) % FOLDERS}`], `to ${folder}`, files[0] ?? '');
  }
  const { id } = await shared(googleEndpoint(server, alice), googleEndpoint(server, lamna));
  const { books } = await ended(bench, id);
  expect(books.total).toMatchObject({ seen: MANY, created: MANY, failed: 0, uncertain: 0 });
  expect(googleDriveTree(target).truth()).toEqual(googleDriveTree(source).truth());
  expect(target.shortcuts()).toEqual(source.shortcuts());
  expect(target.shortcuts()).toHaveLength(FOLDERS);
  expect(server.failures).toEqual([]);
});

for (const conflict of ['skip', 'rename'] as const)
  test(`what people have in the target stays (${conflict}), whichever worker comes upon it`, async () => {
    const { source, target, entry } = await pair();
    fill(source);
    const theirs = Object.keys(source.texts()).filter((path) => path.endsWith('/1.txt'));
    for (const path of theirs) target.write(path, 'theirs');
    const same = Object.keys(source.texts()).filter((path) => path.endsWith('/4.txt'));
    for (const path of same) target.write(path, source.read(path));
    const { id } = await withTwo(entry, { conflict });
    const { status, books } = await ended(bench, id);
    expect(status).toBe('completed');
    const kept = conflict === 'skip' ? FOLDERS : 0;
    expect(books.total).toMatchObject({ seen: MANY, skipped: FOLDERS + kept, created: MANY - FOLDERS - kept });
    const texts = target.texts();
    for (const path of theirs) {
      expect(texts[path]).toBe('theirs');
      expect(texts[path.replace('.txt', '_1.txt')]).toBe(conflict === 'rename' ? source.read(path) : undefined);
    }
    const ours = Object.entries(source.texts()).filter(([path]) => !theirs.includes(path));
    expect(texts).toMatchObject(Object.fromEntries(ours));
    expect(await leftovers(bench, id)).toEqual(NOTHING);
  });

for (const point of ['after-intent-commit', 'after-acknowledgement'] as const)
  test(`a helper whose lease ran out ${point}: its files are settled by the pass’s own worker, and it commits nothing`, async () => {
    const { source, target, entry } = await pair();
    fill(source);
    const id = await queuePass(bench, entry, 'initial');
    const helper = reaching(point);
    work(bench, async (at) => {
      if (at === 'before-intent-commit') await helper.isReached;
    });
    await running(bench, id);
    const isOver = latch();
    const lost = latch();
    let hung = false;
    const late = work(
      bench,
      async (at: CrashPoint) => {
        if (at !== point || hung) return;
        hung = true;
        // As if its machine stood still until long after: by the database's clock its time is over.
        await bench.database.pool.query('update lease set expires_at = clock_timestamp() where within is not null');
        helper.reached(at);
        await isOver.isOpen;
      },
      {
        leaseSeconds: 600,
        log: ({ message, error }) => {
          if (message === 'pass let go' && /took over/.test(String(error))) lost.open();
        },
      },
    );
    const { status, books } = await ended(bench, id);
    const rows = async () =>
      (await bench.database.pool.query('select src, xmin::text from ledger where entry_id = $1 order by src', [entry]))
        .rows;
    const before = await rows();
    isOver.open();
    await lost.isOpen;
    await late.stop();
    expect(await rows()).toEqual(before);
    expect(status).toBe('completed');
    expect(books.total).toMatchObject({ seen: MANY, created: MANY, uncertain: 0 });
    expect(target.truth()).toEqual(source.truth());
    // Its places in the budgets come back when their time is over.
    expect(await leftovers(bench, id)).toEqual({ ...NOTHING, slots: expect.any(Number) });
  });
