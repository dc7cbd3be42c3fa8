import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { type Radicale, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addEntry,
  type Bench,
  type Endpoint,
  notes,
  openBench,
  pass,
  twinEntry,
  verifyResult,
} from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';

let dir: string;
let bench: Bench;
let server: Radicale;
let users = 0;

beforeAll(async () => {
  dir = scratch('dav');
  server = await startRadicale({
    users: Array.from({ length: 20 }, (_, i) => [`s${i}`, `t${i}`]).flat(),
  });
  bench = await openBench(dir, [caldavConnector, carddavConnector]);
}, 60_000);

afterAll(async () => {
  await bench.close();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const end = (connector: 'caldav' | 'carddav', address: string): Endpoint => ({
  connector,
  settings: { url: server.url },
  address,
  password: 'pw',
});

/** A request past our code. */
async function dav(
  user: string,
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<number> {
  const answer = await fetch(new URL(`${user}/${path}`, server.url), {
    method,
    headers: { authorization: `Basic ${Buffer.from(`${user}:pw`).toString('base64')}`, ...headers },
    ...(body === '' ? {} : { body }),
  });
  return answer.status;
}

const makeCalendar = (user: string, path: string, name: string): Promise<number> =>
  dav(
    user,
    'MKCALENDAR',
    `${path}/`,
    `<?xml version="1.0"?><c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop><d:displayname>${name}</d:displayname></d:prop></d:set></c:mkcalendar>`,
  );

const event = (uid: string, summary: string, more = 'DTSTART:20260301T100000Z\r\nDTEND:20260301T110000Z'): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\n${more}\r\nSUMMARY:${summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
const task = (uid: string, summary: string): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VTODO\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:${summary}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n`;
const card = (uid: string, name: string): string =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:${name}\r\nN:${name};;;;\r\nEND:VCARD\r\n`;

const summaries = (user: string, kind: 'SUMMARY' | 'FN' = 'SUMMARY'): string[] =>
  [...server.objects(user)]
    .flatMap(([name, texts]) =>
      texts.map((text) => `${name}: ${new RegExp(`^${kind}:(.*)$`, 'm').exec(text)?.[1]?.trim()}`),
    )
    .sort();

/** A source with a mixed calendar, made past our code. */
async function seeded(): Promise<{ from: string; to: string }> {
  const from = `s${users}`;
  const to = `t${users}`;
  users += 1;
  expect(await makeCalendar(from, 'work', 'Work')).toBe(201);
  expect(await dav(from, 'PUT', 'work/one.ics', event('one@x', 'One'))).toBe(201);
  expect(await dav(from, 'PUT', 'work/two.ics', event('two@x', 'Two'))).toBe(201);
  expect(await dav(from, 'PUT', 'work/todo.ics', task('todo@x', 'Buy milk'))).toBe(201);
  return { from, to };
}

describe('CalDAV to CalDAV', () => {
  test('initial pass, nothing new, then new, changed and removed objects: each once, each by its kind', async () => {
    const { from, to } = await seeded();
    const entry = await addEntry(bench, end('caldav', from), end('caldav', to));
    const first = await pass(bench, entry, 'initial');
    expect(first).toMatchObject({ status: 'completed', error: null });
    expect(first.books.kinds).toMatchObject({ event: { seen: 2, created: 2 }, task: { seen: 1, created: 1 } });
    expect(summaries(to)).toEqual(summaries(from));

    const nothing = await pass(bench, entry, 'delta');
    expect(nothing.books.total).toMatchObject({ seen: 3, unchanged: 3, created: 0, updated: 0 });

    expect(await dav(from, 'PUT', 'work/one.ics', event('one@x', 'One at noon'))).toBeLessThan(300);
    expect(await dav(from, 'PUT', 'work/three.ics', event('three@x', 'Three'))).toBe(201);
    expect(await dav(from, 'DELETE', 'work/two.ics')).toBeLessThan(300);
    const delta = await pass(bench, entry, 'delta');
    expect(delta).toMatchObject({ status: 'completed', error: null });
    expect(delta.books.total).toMatchObject({ seen: 3, created: 1, updated: 1, unchanged: 1 });
    expect(summaries(to)).toEqual(['Work: Buy milk', 'Work: One at noon', 'Work: Three', 'Work: Two']);
    expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ missing: 0, different: 0, duplicated: 0 });
  }, 60_000);

  test('a copy that somebody changed in the target: kept, or overwritten, as the conflict option says', async () => {
    const { from, to } = await seeded();
    const entry = await addEntry(bench, end('caldav', from), end('caldav', to));
    await pass(bench, entry, 'initial');
    const change = async (text: string): Promise<void> => {
      for (const [path, body] of server
        .objects(to)
        .get('Work')
        ?.map((body) => [pathOf(to, body), body] as const) ?? [])
        if (body.includes('SUMMARY:One'))
          expect(await dav(to, 'PUT', path, body.replace(/SUMMARY:.*/, `SUMMARY:${text}`))).toBeLessThan(300);
    };
    await change('One of a person');
    await dav(from, 'PUT', 'work/one.ics', event('one@x', 'One of the source'));
    const kept = await pass(bench, entry, 'delta', { conflict: 'skip' });
    expect(kept.books.total).toMatchObject({ skipped: 1, unchanged: 2 });
    expect(summaries(to)).toContain('Work: One of a person');
    expect((await notes(bench, entry)).map((note) => note.code)).toContain('changed-at-target');

    await dav(from, 'PUT', 'work/one.ics', event('one@x', 'One of the source again'));
    const won = await pass(bench, entry, 'delta', { conflict: 'overwrite' });
    expect(won.books.total).toMatchObject({ updated: 1, unchanged: 2 });
    expect(summaries(to)).toContain('Work: One of the source again');
  }, 60_000);

  test('what the target has already is recognized by its UID; another object under that UID goes by the conflict option', async () => {
    const { from, to } = await seeded();
    await makeCalendar(to, 'theirs', 'Work');
    expect(await dav(to, 'PUT', 'theirs/a.ics', event('one@x', 'One'))).toBe(201);
    expect(await dav(to, 'PUT', 'theirs/b.ics', event('two@x', 'Two of the target'))).toBe(201);
    const entry = await addEntry(bench, end('caldav', from), end('caldav', to));
    const first = await pass(bench, entry, 'initial', { conflict: 'rename' });
    expect(first).toMatchObject({ status: 'completed', error: null });
    expect(first.books.total).toMatchObject({ seen: 3, skipped: 1, created: 2 });
    expect(summaries(to).filter((one) => /One|Two/.test(one))).toEqual([
      'Work: One',
      'Work: Two',
      'Work: Two of the target',
    ]);
    // Its later changes go to the renamed copy.
    await dav(from, 'PUT', 'work/two.ics', event('two@x', 'Two changed'));
    await pass(bench, entry, 'delta', { conflict: 'rename' });
    expect(summaries(to).filter((one) => /Two/.test(one))).toEqual(['Work: Two changed', 'Work: Two of the target']);
  }, 60_000);

  test('state lost: a new entry over the same mailboxes adds nothing', async () => {
    const { from, to } = await seeded();
    const entry = await addEntry(bench, end('caldav', from), end('caldav', to));
    await pass(bench, entry, 'initial');
    const again = await pass(bench, await twinEntry(bench, entry), 'initial');
    expect(again.books.total).toMatchObject({ seen: 3, skipped: 3, created: 0, failed: 0 });
    expect(summaries(to)).toEqual(summaries(from));
  }, 60_000);

  test('a date filter keeps a series whole that reaches into it', async () => {
    const { from, to } = await seeded();
    await dav(from, 'PUT', 'work/old.ics', event('old@x', 'Old', 'DTSTART:20200101T100000Z'));
    await dav(
      from,
      'PUT',
      'work/series.ics',
      event('series@x', 'Series', 'DTSTART:20200106T100000Z\r\nRRULE:FREQ=WEEKLY'),
    );
    const entry = await addEntry(bench, end('caldav', from), end('caldav', to));
    const first = await pass(bench, entry, 'initial', { dateFilter: { from: '2026-01-01' } });
    expect(first.books.total).toMatchObject({ seen: 5, created: 4, filtered: 1 });
    expect(summaries(to)).toContain('Work: Series');
    expect(summaries(to)).not.toContain('Work: Old');
    const delta = await pass(bench, entry, 'delta');
    expect(delta.books.total).toMatchObject({ created: 1, unchanged: 4 });
    expect(summaries(to)).toEqual(summaries(from));
  }, 60_000);
});

test('CardDAV to CardDAV: an address book and its changes', async () => {
  const from = `s${users}`;
  const to = `t${users}`;
  users += 1;
  const made = await dav(
    from,
    'MKCOL',
    'people/',
    `<?xml version="1.0"?><d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype><d:displayname>People</d:displayname></d:prop></d:set></d:mkcol>`,
  );
  expect(made).toBe(201);
  await dav(from, 'PUT', 'people/a.vcf', card('a', 'Ann Önal'), { 'content-type': 'text/vcard' });
  await dav(from, 'PUT', 'people/b.vcf', card('b', 'Bo'), { 'content-type': 'text/vcard' });
  const entry = await addEntry(bench, end('carddav', from), end('carddav', to));
  const first = await pass(bench, entry, 'initial');
  expect(first).toMatchObject({ status: 'completed', error: null });
  expect(first.books.kinds).toMatchObject({ contact: { seen: 2, created: 2 } });
  await dav(from, 'PUT', 'people/b.vcf', card('b', 'Bo Berg'), { 'content-type': 'text/vcard' });
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ updated: 1, unchanged: 1 });
  expect(summaries(to, 'FN')).toEqual(['People: Ann Önal', 'People: Bo Berg']);
}, 60_000);

/** Where an object of the target lies: Radicale names files by address. */
function pathOf(user: string, body: string): string {
  const home = `${server.folder}/data/collection-root/${user}`;
  for (const collection of readdirSync(home))
    for (const file of readdirSync(`${home}/${collection}`))
      if (!file.startsWith('.') && readFileSync(`${home}/${collection}/${file}`, 'utf8') === body)
        return `${collection}/${file}`;
  throw new Error('no such object');
}
