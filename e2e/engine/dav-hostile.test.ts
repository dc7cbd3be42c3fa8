import { rmSync } from 'node:fs';
import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { aCard, anEvent, titles } from '../support/dav-objects.ts';
import { type DavProtocol, type DavStage, openDavStage } from '../support/dav-servers.ts';
import { addEntry, type Bench, notes, openBench, pass, passUntilPause, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { startTinyDav, type TinyDav, type TinyDavOptions } from '../support/tiny-dav.ts';

const MAX_BYTES = 60_000;

let dir: string;
let stage: DavStage;
let bench: Bench;
let users = 0;
const open: TinyDav[] = [];

beforeAll(async () => {
  dir = scratch('dav-hostile');
  stage = await openDavStage(
    Array.from({ length: 12 }, (_, i) => `u${i}`),
    { cyrus: { maxCalendarObject: MAX_BYTES }, radicale: { maxContentLength: MAX_BYTES } },
  );
  bench = await openBench(dir, [caldavConnector, carddavConnector]);
}, 180_000);

afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});

afterAll(async () => {
  await bench?.close();
  await stage?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function tiny(
  protocol: DavProtocol,
  objects: Record<string, string | Buffer>,
  options: Omit<TinyDavOptions, 'objects'> = {},
): Promise<TinyDav> {
  const server = await startTinyDav(protocol, {
    ...options,
    objects: new Map(Object.entries(objects).map(([id, body]) => [id, Buffer.from(body)])),
  });
  open.push(server);
  return server;
}

const nextUser = (): string => `u${users++}`;

/** Failures and skips: code and what they are about. */
const told = async (entry: number): Promise<Record<string, string>> => {
  const { rows } = await bench.database.pool.query(
    `select src_id as id, code from object_note where entry_id = $1 and kind in ('failure', 'skipped') order by id`,
    [entry],
  );
  return Object.fromEntries(rows.map((row) => [row.id, row.code]));
};

const FINE = { failureShare: { share: 1 } };

describe.each(['radicale', 'cyrus'] as const)('into %s', (name) => {
  test('broken objects are told one by one, and keep nothing back', async () => {
    const target = stage[name];
    const user = nextUser();
    const broken = {
      'empty.ics': '',
      'page.ics': '<html>Not found</html>',
      'open.ics': anEvent('open', 'Open').replace('END:VEVENT\r\n', ''),
      'twice.ics': anEvent('a', 'A').replace('END:VCALENDAR', anEvent('b', 'B').split('\r\n').slice(3).join('\r\n')),
      'bytes.ics': Buffer.from([0, 255, 254, 1, 2, 3]),
      'journal.ics': anEvent('j', 'J').replaceAll('VEVENT', 'VJOURNAL'),
    };
    const odd = {
      'date.ics': anEvent('date', 'Impossible', { when: 'DTSTART:20261332T256199Z\r\nDTEND:20261332T266199Z' }),
      'start.ics': anEvent('start', 'Never', { when: 'DTSTART:soon' }),
      'rule.ics': anEvent('rule', 'Sometimes', {
        when: 'DTSTART:20270101T100000Z\r\nDTEND:20270101T110000Z\r\nRRULE:FREQ=SOMETIMES;COUNT=-1',
      }),
    };
    const fine = {
      'good.ics': anEvent('good', 'Good'),
      'windows.ics': anEvent('windows', 'Windows', {
        when: 'DTSTART;TZID=W. Europe Standard Time:20270301T100000\r\nDTEND;TZID=W. Europe Standard Time:20270301T110000',
      }),
      'nowhere.ics': anEvent('nowhere', 'Nowhere', {
        when: 'DTSTART;TZID=Nowhere/Land:20270301T100000\r\nDTEND;TZID=Nowhere/Land:20270301T110000',
      }),
    };
    const source = await tiny('caldav', { ...broken, ...odd, ...fine });
    const entry = await addEntry(bench, source.end, target.end('caldav', user));
    const done = await pass(bench, entry, 'initial', FINE);
    expect(done.error).toBeNull();
    expect(done.books.total).toMatchObject({ seen: 12 });
    const failures = await told(entry);
    for (const id of Object.keys(broken)) expect(failures[id], id).toBe('invalid-event');
    // What is written and what isn't depends on the server; nothing is neither.
    const arrived = titles(await target.objects(user, 'caldav')).map((one) => one.replace('Corpus: ', ''));
    expect(arrived).toEqual(expect.arrayContaining(['Good', 'Windows', 'Nowhere']));
    expect(arrived.length + Object.keys(failures).length).toBe(12);
    const noted = (await notes(bench, entry)).filter((note) => note.code === 'zone-unknown');
    expect(noted.map((note) => note.text)).toEqual([expect.stringContaining('“Nowhere/Land”')]);
    // A zone that only its author knows keeps its name and its wall clock.
    const windows = (await target.objects(user, 'caldav')).find(({ text }) => text.includes('UID:windows'))?.text ?? '';
    expect(windows).toMatch(/DTSTART;TZID="?W\. Europe Standard Time"?:20270301T100000/);

    // Repaired at the source, they come with the next delta pass, and the rest stays as it is.
    source.objects.set('open.ics', Buffer.from(anEvent('open', 'Closed')));
    const delta = await pass(bench, entry, 'delta', FINE);
    expect(delta.books.total).toMatchObject({ seen: 12, created: 1 });
    expect(titles(await target.objects(user, 'caldav'))).toContain('Corpus: Closed');
  }, 180_000);

  test('one UID twice in the source: skipped with a note, or both under names of their own', async () => {
    const target = stage[name];
    const source = await tiny('caldav', {
      'a.ics': anEvent('same', 'First'),
      'b.ics': anEvent('same', 'Second'),
    });
    const skipping = await addEntry(bench, source.end, target.end('caldav', nextUser()));
    expect((await pass(bench, skipping, 'initial', { conflict: 'skip' })).books.total).toMatchObject({
      seen: 2,
      created: 1,
      skipped: 1,
    });
    expect(Object.values(await told(skipping))).toEqual(['conflict-kept-target']);
    const user = nextUser();
    const renaming = await addEntry(bench, source.end, target.end('caldav', user));
    expect((await pass(bench, renaming, 'initial', { conflict: 'rename' })).books.total).toMatchObject({ created: 2 });
    expect(titles(await target.objects(user, 'caldav'))).toEqual(['Corpus: First', 'Corpus: Second']);
    const delta = await pass(bench, renaming, 'delta', { conflict: 'rename' });
    expect(delta.books.total).toMatchObject({ unchanged: 2, created: 0, updated: 0 });
  }, 180_000);
});

test('a UID that another calendar of the target has: told, or beside it under another name; overwritten it never is', async () => {
  const target = stage.cyrus;
  const user = nextUser();
  await target.make(user, 'caldav', 'theirs', 'Theirs');
  const put = await target.send(user, 'caldav', 'PUT', 'theirs/x.ics', anEvent('taken', 'Of a person'));
  expect(put.status).toBe(201);
  const source = await tiny('caldav', { 'a.ics': anEvent('taken', 'Of the source') });
  const entry = await addEntry(bench, source.end, target.end('caldav', user));
  expect((await pass(bench, entry, 'initial', { ...FINE, conflict: 'overwrite' })).books.total).toMatchObject({
    failed: 1,
  });
  const [note] = (await notes(bench, entry)).filter((one) => one.kind === 'failure');
  expect(note).toMatchObject({ code: 'uid-taken-elsewhere' });
  expect(note?.text).toContain('theirs');
  expect(titles(await target.objects(user, 'caldav'))).toEqual(['Theirs: Of a person']);
  expect((await pass(bench, entry, 'delta', { conflict: 'rename' })).books.total).toMatchObject({ created: 1 });
  expect(titles(await target.objects(user, 'caldav'))).toEqual(['Corpus: Of the source', 'Theirs: Of a person']);
}, 180_000);

describe('too large for the target', () => {
  const bytes = Buffer.alloc(2 * MAX_BYTES, 7).toString('base64');

  test('an attachment: Cyrus’ max-resource-size', async () => {
    const user = nextUser();
    const source = await tiny('caldav', {
      'big.ics': anEvent('big', 'Big', { more: [`ATTACH;ENCODING=BASE64;VALUE=BINARY:${bytes}`] }),
      'small.ics': anEvent('small', 'Small'),
    });
    const entry = await addEntry(bench, source.end, stage.cyrus.end('caldav', user));
    expect((await pass(bench, entry, 'initial', FINE)).books.total).toMatchObject({ created: 1, failed: 1 });
    expect(await told(entry)).toEqual({ 'big.ics': 'object-too-large' });
  }, 180_000);

  test('a photo: Radicale’s 413', async () => {
    const user = nextUser();
    const source = await tiny('carddav', {
      'big.vcf': aCard('big', 'Big', [`PHOTO;ENCODING=b;TYPE=JPEG:${bytes}`]),
      'small.vcf': aCard('small', 'Small'),
    });
    const entry = await addEntry(bench, source.end, stage.radicale.end('carddav', user));
    expect((await pass(bench, entry, 'initial', FINE)).books.total).toMatchObject({ created: 1, failed: 1 });
    expect(await told(entry)).toEqual({ 'big.vcf': 'object-too-large' });
  }, 180_000);
});

test.each([
  [{ status: 403 }, 'not-allowed-there'],
  [{ status: 403, precondition: 'valid-calendar-data' }, 'dav-refused'],
  [{ status: 415 }, 'dav-refused'],
  [{ status: 422 }, 'dav-refused'],
  [{ status: 500 }, 'dav-server-error'],
])(
  'a target that answers %o to one object: that one is told, the others arrive, a later pass brings it',
  async (refusal, code) => {
    let isPicky = true;
    const source = await tiny('caldav', {
      'a.ics': anEvent('a', 'A'),
      'poison.ics': anEvent('poison', 'Poison'),
      'z.ics': anEvent('z', 'Z'),
    });
    const target = await tiny(
      'caldav',
      {},
      { refuses: (body) => (isPicky && body.includes('Poison') ? refusal : undefined) },
    );
    const entry = await addEntry(bench, source.end, target.end);
    const first = await passUntilPause(bench, entry, 'initial', FINE);
    expect(first).toMatchObject({ status: 'completed with failures', error: null });
    expect(first.books.total).toMatchObject({ created: 2, failed: 1 });
    expect(await told(entry)).toEqual({ 'poison.ics': code });
    isPicky = false;
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 1, unchanged: 2 });
    expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({ ok: true });
  },
);
