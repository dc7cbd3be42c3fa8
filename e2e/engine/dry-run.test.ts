import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { caldavConnector } from '@sterna/connector-caldav';
import { filesConnector } from '@sterna/connector-files';
import { imapConnector } from '@sterna/connector-imap';
import type { CrashPoint, DryRunResult } from '@sterna/engine';
import { booksOfDryRun, DRY_RUN_VERBS, domainDatabase, dryRunObjects } from '@sterna/store';
import { type Dovecot, type Radicale, startDovecot, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BreakOff } from '../support/break-off.ts';
import { addEntry, type Bench, openBench, pass, passUntilPause, resumeNow } from '../support/direct-pass.ts';
import { imapEndpoint, maildirTruth } from '../support/dovecot-mailbox.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';
import { putMail } from '../support/put-mail.ts';
import { davEndpoint, radicaleTruth, raw } from '../support/radicale-mailbox.ts';

let dir: string;
let bench: Bench;
let mail: Dovecot;
let dav: Radicale;
const breakOff = new BreakOff();
beforeAll(async () => {
  dir = scratch('dry-run');
  [mail, dav] = await Promise.all([startDovecot({ listescape: true }), startRadicale({ users: ['from', 'to'] })]);
  bench = await openBench(join(dir, 'data'), [imapConnector, caldavConnector, filesConnector], {
    reached: breakOff.reached,
  });
}, 60_000);
afterAll(async () => {
  await bench.close();
  await Promise.all([mail.stop(), dav.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

let serial = 0;
function folders() {
  serial += 1;
  return { source: new Tree(join(dir, `${serial}/source`)), target: new Tree(join(dir, `${serial}/target`)) };
}

const found = async (entry: number, patch: object = {}): Promise<DryRunResult> => {
  const outcome = await pass(bench, entry, 'dry-run', patch);
  expect(outcome.error).toBeNull();
  return outcome.result as DryRunResult;
};

/** All that the engine has written down of an entry, besides its passes. */
const booksOf = async (entry: number): Promise<unknown> => {
  const tables = ['container', 'ledger', 'todo', 'intent', 'inventory', 'listing', 'object_note', 'overwritten'];
  const { rows } = await bench.database.pool.query(
    tables
      .map((name) => `select '${name}' as name, to_jsonb(t) - 'at' as row from ${name} t where entry_id = $1`)
      .join(' union all '),
    [entry],
  );
  return rows.map((row) => JSON.stringify(row)).sort();
};

/** `path: verb` of each object that it lists. */
async function listed(entry: number, number: number): Promise<string[]> {
  const db = domainDatabase(bench.database.pool);
  const books = await booksOfDryRun(db, entry, number);
  const page = { verbs: DRY_RUN_VERBS, after: Buffer.alloc(0), limit: 1_000 };
  const objects = await dryRunObjects(db, books ?? 0, number, page);
  return objects.map(({ folder, id, verb }) => `${[...folder, id].join('/')}: ${verb}`).sort();
}

test.each([
  ['skip', { 'a.txt': 'skip', 'deep/b.txt': 'skip' }],
  ['overwrite', { 'a.txt': 'overwrite', 'deep/b.txt': 'overwrite' }],
  ['rename', { 'a.txt': 'rename', 'deep/b.txt': 'rename' }],
] as const)(
  'files, conflict option %s: says of each object what a pass then does, and writes nothing',
  async (conflict, conflicts) => {
    const { source, target } = folders();
    const entry = await addEntry(bench, drive(source.root), drive(target.root));
    for (const name of ['a.txt', 'deep/b.txt', 'same.txt', 'new/c.txt']) source.write(name, `ours ${name}`);
    source.write('large.bin', Buffer.alloc(5_000_000, 'ours'));
    for (const name of ['a.txt', 'deep/b.txt', 'theirs.txt']) target.write(name, `theirs ${name}`);
    target.write('same.txt', 'ours same.txt');
    const before = { source: source.truth(), target: target.truth(), books: await booksOf(entry) };

    const dry = await found(entry, { conflict });
    expect(target.truth()).toEqual(before.target);
    expect(source.truth()).toEqual(before.source);
    expect(await booksOf(entry)).toEqual(before.books);
    const wanted = { ...conflicts, 'same.txt': 'skip', 'new/c.txt': 'create', 'large.bin': 'create' };
    expect(await listed(entry, 1)).toEqual(
      Object.entries(wanted)
        .map(([path, verb]) => `${path}: ${verb}`)
        .sort(),
    );
    expect(dry.containers).toBe(1);

    const real = await pass(bench, entry, 'initial', { conflict });
    expect(dry.books.total).toEqual(real.books.total);

    // Of a delta pass, too.
    source.write('a.txt', 'ours, changed');
    source.write('later.txt', 'later');
    const then = { target: target.truth(), books: await booksOf(entry) };
    const delta = await found(entry, { conflict });
    expect(target.truth()).toEqual(then.target);
    expect(await booksOf(entry)).toEqual(then.books);
    expect(delta.books.total).toEqual((await pass(bench, entry, 'delta', { conflict })).books.total);
  },
);

test('mail: what is there already is recognized, and nothing arrives', async () => {
  const [from, to] = ['one', 'two'].map((user) => imapEndpoint(mail, user)) as [never, never];
  for (const subject of ['first', 'second', 'third']) putMail(mail.mailRoot('one'), { subject, folder: 'Work' });
  putMail(mail.mailRoot('one'), { subject: 'in the inbox' });
  mail.adopt('one');
  const other = await addEntry(bench, from, to);
  await pass(bench, other, 'initial', { folders: { include: ['INBOX'] } });
  const entry = await addEntry(bench, from, to);
  const before = maildirTruth(mail.mailRoot('two'));
  const dry = await found(entry);
  expect(dry).toMatchObject({ objects: { create: 3, skip: 1, overwrite: 0, rename: 0, refuse: 0 }, containers: 1 });
  expect(maildirTruth(mail.mailRoot('two'))).toEqual(before);
  expect(dry.books.total).toEqual((await pass(bench, entry, 'initial')).books.total);
});

test('events: everybody whom the mapping table leaves out is named once, with where they occur', async () => {
  await raw(dav, 'from').makeCalendar('c0/', 'Work', ['VEVENT']);
  const event = (uid: string, ...people: string[]): string =>
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:test',
      'BEGIN:VEVENT',
      `UID:${uid}`,
      'DTSTAMP:20260101T000000Z',
      'DTSTART:20260102T090000Z',
      'SUMMARY:Meeting',
      'ORGANIZER:mailto:ada@old.example',
      ...people.map((one) => `ATTENDEE:mailto:${one}`),
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n');
  await raw(dav, 'from').put('c0/a.ics', event('a', 'ada@old.example', 'bea@old.example'));
  await raw(dav, 'from').put('c0/b.ics', event('b', 'ada@old.example', 'Bea@old.example'));
  const entry = await addEntry(bench, davEndpoint(dav, 'caldav', 'from'), davEndpoint(dav, 'caldav', 'to'));
  const dry = await found(entry);
  expect(dry).toMatchObject({ objects: { create: 2 }, unmappedCount: 2 });
  const people = dry.unmapped.map(({ principal }) => principal.toLowerCase()).sort();
  expect(people).toEqual(['ada@old.example', 'bea@old.example']);
  expect(dry.unmapped[0]?.places).toEqual(['Work']);
  expect([...radicaleTruth(dav, 'to').values()].flat()).toEqual([]);
});

test.each<CrashPoint>(['after-intent-commit', 'after-settle-commit', 'during-listing'])(
  'one that breaks off %s goes on and finds the same',
  async (point) => {
    const { source, target } = folders();
    const entry = await addEntry(bench, drive(source.root), drive(target.root));
    for (let n = 0; n < 9; n += 1) source.write(`${n % 3}/${n}.txt`, `file ${n}`);
    breakOff.at(point, 2);
    const first = await passUntilPause(bench, entry, 'dry-run');
    expect(breakOff.isDue).toBe(false);
    expect(first.status).toBe('pending');
    const whole = await resumeNow(bench, first.id);
    expect(whole).toMatchObject({ status: 'completed', result: { objects: { create: 9 }, containers: 3 } });
    expect(await listed(entry, 1)).toHaveLength(9);
    expect(Object.keys(target.truth())).toEqual([]);
  },
);
