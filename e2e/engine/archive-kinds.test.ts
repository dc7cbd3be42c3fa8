import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { archiveConnector } from '@sterna/connector-archive';
import { connectors } from '@sterna/connectors';
import { pivotOf } from '@sterna/content';
import { type Dovecot, type Radicale, startDovecot, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { differences, maildirTruth } from '../support/dovecot-mailbox.ts';
import { scratch } from '../support/folders.ts';
import { putMail } from '../support/put-mail.ts';

// Real objects from other projects' test suites, where they are at hand.
const corpus = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));

let dir: string;
let bench: Bench;
let dav: Radicale;
let mail: Dovecot;
let users = 0;

beforeAll(async () => {
  dir = scratch('archive-kinds');
  [dav, mail] = await Promise.all([
    startRadicale({ users: Array.from({ length: 80 }, (_, i) => `u${i}`) }),
    startDovecot({ listescape: true }),
  ]);
  bench = await openBench(join(dir, 'data'), [...connectors.values()]);
}, 60_000);

afterAll(async () => {
  await bench.close();
  await Promise.all([dav.stop(), mail.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

const user = (): string => `u${users++}`;
const folder = (): string => join(dir, `folder${users++}`);

const server = (connector: 'caldav' | 'carddav', address: string): Endpoint => ({
  connector,
  settings: { url: dav.url },
  address,
  password: 'pw',
});
const mailbox = (address: string): Endpoint => ({
  connector: 'standards',
  settings: {
    imap: { host: mail.host, port: mail.port, tls: 'none' },
    caldav: { url: dav.url },
    carddav: { url: dav.url },
  },
  address,
  password: 'pw',
});
const files = (format: string, path: string): Endpoint => ({
  connector: archiveConnector.name,
  settings: { path, format },
  address: '.',
});

/** A request past our code. */
async function request(method: string, path: string, body = '', type = 'text/calendar'): Promise<number> {
  const [owner = ''] = path.split('/');
  const answer = await fetch(new URL(path, dav.url), {
    method,
    headers: { authorization: `Basic ${Buffer.from(`${owner}:pw`).toString('base64')}`, 'content-type': type },
    ...(body === '' ? {} : { body }),
  });
  return answer.status;
}

const makeCalendar = (path: string, name: string, color: string): Promise<number> =>
  request(
    'MKCALENDAR',
    `${path}/`,
    `<?xml version="1.0"?><c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:i="http://apple.com/ns/ical/"><d:set><d:prop><d:displayname>${name}</d:displayname><i:calendar-color>${color}</i:calendar-color></d:prop></d:set></c:mkcalendar>`,
    'application/xml',
  );
const makeBook = (path: string, name: string): Promise<number> =>
  request(
    'MKCOL',
    `${path}/`,
    `<?xml version="1.0"?><d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype><d:displayname>${name}</d:displayname></d:prop></d:set></d:mkcol>`,
    'application/xml',
  );

const lines = (...text: string[]): string => `${text.join('\r\n')}\r\n`;
const vevent = (uid: string, summary: string, ...more: string[]): string =>
  lines(
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20260101T000000Z',
    ...(more.length === 0 ? ['DTSTART:20260301T100000Z', 'DTEND:20260301T110000Z'] : more),
    `SUMMARY:${summary}`,
    'END:VEVENT',
  );
const vtodo = (uid: string, summary: string): string =>
  lines('BEGIN:VTODO', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', `SUMMARY:${summary}`, 'END:VTODO');
const vcalendar = (...inner: string[]): string =>
  `${lines('BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN')}${inner.join('')}END:VCALENDAR\r\n`;
const vcard = (uid: string, name: string, ...more: string[]): string =>
  lines('BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, `FN:${name}`, `N:${name};;;;`, ...more, 'END:VCARD');
const series = [
  vevent('series@x', 'Series', 'DTSTART;TZID=Office:20260302T090000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=5'),
  vevent(
    'series@x',
    'Series moved',
    'RECURRENCE-ID;TZID=Office:20260309T090000',
    'DTSTART;TZID=Office:20260309T110000',
  ),
];
const zone = lines(
  'BEGIN:VTIMEZONE',
  'TZID:Office',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0130',
  'TZOFFSETTO:+0130',
  'END:STANDARD',
  'END:VTIMEZONE',
);

/** What an account holds, by meaning: `collection kind digest`, sorted; read from disk, past any client. */
function meaning(owner: string): string[] {
  const all: string[] = [];
  for (const [name, texts] of dav.objects(owner))
    for (const text of texts) {
      const kind = text.includes('BEGIN:VCARD') ? 'contact' : text.includes('BEGIN:VTODO') ? 'task' : 'event';
      all.push(`${name} ${kind} ${pivotOf(kind).digest(Buffer.from(text)).toString('hex')}`);
    }
  return all.sort();
}

const names = (owner: string): string[] =>
  [...dav.objects(owner)]
    .flatMap(([name, texts]) => texts.map((text) => `${name}: ${/^(?:SUMMARY|FN):(.*)$/m.exec(text)?.[1]?.trim()}`))
    .sort();

/** Properties that Radicale keeps of a user's collections, by name. */
function colors(owner: string): Record<string, string | undefined> {
  const home = join(dav.folder, 'data/collection-root', owner);
  const found: Record<string, string | undefined> = {};
  for (const name of readdirSync(home)) {
    const props = JSON.parse(readFileSync(join(home, name, '.Radicale.props'), 'utf8')) as Record<string, string>;
    found[props['D:displayname'] ?? name] = props['ICAL:calendar-color'];
  }
  return found;
}

async function seeded(): Promise<string> {
  const from = user();
  expect(await makeCalendar(`${from}/work`, 'Work: a/b', '#12ab34')).toBe(201);
  expect(await makeCalendar(`${from}/empty`, 'Empty', '#0000FF')).toBe(201);
  expect(await request('PUT', `${from}/work/series.ics`, vcalendar(zone, ...series))).toBe(201);
  expect(await request('PUT', `${from}/work/one.ics`, vcalendar(vevent('one@x', 'One')))).toBe(201);
  expect(await request('PUT', `${from}/work/todo.ics`, vcalendar(vtodo('todo@x', 'Buy milk')))).toBe(201);
  expect(await makeBook(`${from}/people`, 'People')).toBe(201);
  for (const [uid, name] of [
    ['a', 'Ann Önal'],
    ['b', 'Bo'],
  ] as const)
    expect(await request('PUT', `${from}/people/${uid}.vcf`, vcard(uid, name), 'text/vcard')).toBe(201);
  return from;
}

describe('.ics and .vcf files to a server', () => {
  test('one file: each object once, what is broken is a failure, and only it', async () => {
    const path = `${folder()}.ics`;
    const broken = lines('BEGIN:VEVENT', 'UID:broken@x', 'no line', 'END:VEVENT');
    const noUid = vevent('', 'No UID').replace('UID:\r\n', '');
    const text = vcalendar(zone, ...series, broken, vevent('one@x', 'One'), vtodo('t@x', 'Task'), noUid);
    writeFileSync(path, text.replace('PRODID', 'X-WR-CALNAME:Imported\r\nPRODID'));
    const to = user();
    const entry = await addEntry(bench, files('ics', path), server('caldav', to));
    const first = await pass(bench, entry, 'initial');
    expect(first).toMatchObject({ status: 'completed with failures', error: null });
    expect(first.books.total).toMatchObject({ seen: 5, created: 4, failed: 1 });
    expect(names(to)).toEqual(['Imported: No UID', 'Imported: One', 'Imported: Series', 'Imported: Task']);
    expect((await notes(bench, entry)).filter(({ kind }) => kind === 'failure')).toMatchObject([
      { code: 'invalid-event', text: expect.stringMatching(/folder\d+\.ics, line \d+: this is no content line/) },
    ]);
    // Repaired; another one changed: the rest stays as it is.
    writeFileSync(
      path,
      readFileSync(path, 'utf8')
        .replace('no line', 'DTSTART:20260401T100000Z\r\nSUMMARY:Repaired')
        .replace('SUMMARY:One', 'SUMMARY:One!'),
    );
    const delta = await pass(bench, entry, 'delta');
    expect(delta).toMatchObject({ status: 'completed', error: null });
    expect(delta.books.total).toMatchObject({ seen: 5, created: 1, updated: 1, unchanged: 3, failed: 0 });
    expect(names(to)).toContain('Imported: One!');
    expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
      ok: true,
      identical: 5,
    });
  }, 60_000);

  test.skipIf(!existsSync(corpus))(
    'folders of real-world oddities: every file is accounted for',
    async () => {
      const to = user();
      for (const [format, connector, name] of [
        ['ics', 'caldav', 'calendar'],
        ['vcf', 'carddav', 'contacts'],
      ] as const) {
        const entry = await addEntry(bench, files(format, join(corpus, name)), server(connector, to));
        const { status, error, books } = await pass(bench, entry, 'initial', { failureShare: { share: 1 } });
        expect({ status: status.slice(0, 9), error }).toEqual({ status: 'completed', error: null });
        expect(books.balanced).toBe(true);
        expect(books.total.seen).toBeGreaterThanOrEqual(readdirSync(join(corpus, name)).length);
        expect((await notes(bench, entry)).filter((note) => note.kind === 'failure')).toHaveLength(books.total.failed);
        expect((await pass(bench, entry, 'delta', { failureShare: { share: 1 } })).books.total).toMatchObject({
          created: 0,
          updated: 0,
        });
      }
    },
    60_000,
  );
});

describe('a server to files and back', () => {
  test.each(['ics', 'archive'])(
    'calendars through %s: same meaning, names and colors; deltas into it',
    async (format) => {
      const from = await seeded();
      const path = folder();
      const entry = await addEntry(bench, server('caldav', from), files(format, path));
      const out = await pass(bench, entry, 'initial');
      expect(out).toMatchObject({ status: 'completed', error: null });
      expect(out.books.kinds).toMatchObject({ event: { seen: 2, created: 2 }, task: { seen: 1, created: 1 } });
      const to = user();
      const back = await addEntry(bench, files(format, path), server('caldav', to));
      expect(await pass(bench, back, 'initial')).toMatchObject({ status: 'completed', error: null });
      expect(meaning(to)).toEqual(meaning(from).filter((line) => !line.includes(' contact ')));
      expect(colors(to)).toMatchObject({ 'Work: a/b': '#12AB34', Empty: '#0000FF' });

      // New, changed and removed at the source; somebody changed a copy in the files.
      expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ unchanged: 3, created: 0, updated: 0 });
      await request('PUT', `${from}/work/one.ics`, vcalendar(vevent('one@x', 'One at noon')));
      await request('PUT', `${from}/work/new.ics`, vcalendar(vevent('new@x', 'New')));
      await request('PUT', `${from}/work/todo.ics`, vcalendar(vtodo('todo@x', 'Buy oat milk')));
      const copy = fileWith(path, 'SUMMARY:Buy milk');
      writeFileSync(copy, readFileSync(copy, 'utf8').replace('Buy milk', 'Buy bread'));
      const delta = await pass(bench, entry, 'delta');
      expect(delta.books.total).toMatchObject({ seen: 4, created: 1, updated: 1, skipped: 1, unchanged: 1 });
      expect(fileWith(path, 'SUMMARY:Buy bread')).toBe(copy);
      await pass(bench, back, 'delta');
      expect(names(to)).toEqual([
        'Work: a/b: Buy bread',
        'Work: a/b: New',
        'Work: a/b: One at noon',
        'Work: a/b: Series',
      ]);
      expect((await pass(bench, entry, 'delta', { deletions: 'propagate' })).books.total).toMatchObject({
        created: 0,
        updated: 0,
      });
    },
    60_000,
  );

  test.each(['vcf', 'archive'])(
    'contacts through %s',
    async (format) => {
      const from = await seeded();
      const path = format === 'vcf' ? `${folder()}.vcf` : folder();
      const entry = await addEntry(bench, server('carddav', from), files(format, path));
      expect(await pass(bench, entry, 'initial')).toMatchObject({ status: 'completed', error: null });
      const to = user();
      const back = await addEntry(bench, files(format, path), server('carddav', to));
      expect(await pass(bench, back, 'initial')).toMatchObject({ status: 'completed', error: null });
      await request('PUT', `${from}/people/b.vcf`, vcard('b', 'Bo Berg'), 'text/vcard');
      await request('DELETE', `${from}/people/a.vcf`);
      await pass(bench, entry, 'delta', { deletions: 'propagate' });
      await pass(bench, back, 'delta', { deletions: 'propagate' });
      expect(names(to).map((name) => name.replace(/^.*: /, ''))).toEqual(['Bo Berg']);
    },
    60_000,
  );

  test('a kind that the target has no place for is refused by name', async () => {
    const path = folder();
    mkdirSync(path);
    writeFileSync(join(path, 'a.ics'), vcalendar(vevent('a@x', 'A')));
    for (const target of [files('maildir', folder()), files('vcf', folder())]) {
      const refused = await pass(bench, await addEntry(bench, files('ics', path), target), 'initial');
      expect(refused).toMatchObject({ status: 'failed', error: { code: 'kind-not-held' } });
    }
  }, 60_000);
});

describe('a Google Takeout to a server', () => {
  /** Calendars, contacts in groups and tasks, out of these objects. */
  function takeout(events: readonly string[], cards: readonly string[]): string {
    const root = folder();
    const put = (name: string, text: string): void => {
      mkdirSync(join(root, 'Takeout', name, '..'), { recursive: true });
      writeFileSync(join(root, 'Takeout', name), text);
    };
    put('Calendar/Private.ics', vcalendar(...events).replace('PRODID', 'X-WR-CALNAME:Mine\r\nPRODID'));
    put('Calendar/Holidays.ics', vcalendar(vevent('day@x', 'Day', 'DTSTART;VALUE=DATE:20260501')));
    put('Contacts/All Contacts/All Contacts.vcf', cards.join(''));
    put('Contacts/Friends/Friends.vcf', cards.slice(0, 2).join(''));
    const items = [
      {
        id: 'p',
        title: 'Parent',
        due: '2026-05-01T00:00:00.000Z',
        status: 'needsAction',
        updated: '2026-01-01T00:00:00Z',
      },
      { id: 'c', parent: 'p', title: 'Child', status: 'completed', completed: '2026-01-02T00:00:00Z' },
    ];
    put('Tasks/Tasks.json', JSON.stringify({ kind: 'tasks#taskLists', items: [{ id: 'l', title: 'To do', items }] }));
    put(
      'Mail/All mail.mbox',
      'From 1@xxx Thu Jan 01 10:00:00 +0000 2026\nX-Gmail-Labels: Inbox\nSubject: Hi\n\nHi\n\n',
    );
    return root;
  }

  test('every kind in its place, each card once with its groups, again and nothing new', async () => {
    const owner = user();
    mail.adopt(owner);
    const root = takeout([zone, ...series], [vcard('a', 'Ann'), vcard('b', 'Bo'), vcard('c', 'Cleo')]);
    const entry = await addEntry(bench, files('takeout', root), mailbox(owner));
    const first = await pass(bench, entry, 'initial');
    expect(first).toMatchObject({ status: 'completed', error: null });
    expect(first.books.kinds).toMatchObject({
      message: { created: 1 },
      event: { created: 2 },
      task: { created: 2 },
      contact: { created: 3 },
    });
    expect(names(owner)).toEqual([
      'Contacts: Ann',
      'Contacts: Bo',
      'Contacts: Cleo',
      'Holidays: Day',
      'Mine: Series',
      'To do: Child',
      'To do: Parent',
    ]);
    const texts = [...dav.objects(owner).values()].flat();
    expect(texts.filter((text) => /^CATEGORIES:Friends/m.test(text))).toHaveLength(2);
    expect(texts.filter((text) => /^RELATED-TO.*:p@/m.test(text))).toHaveLength(1);
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ unchanged: 8, created: 0, updated: 0 });
  }, 60_000);

  test.skipIf(!existsSync(corpus))(
    'of real-world oddities: nothing is lost without a word',
    async () => {
      const read = (name: string): string[] =>
        readdirSync(join(corpus, name)).map((file) => readFileSync(join(corpus, name, file), 'latin1'));
      const components = read('calendar').map((text) =>
        text.replace(/^[\s\S]*?(?=BEGIN:V(?:EVENT|TIMEZONE))/, '').replace(/END:VCALENDAR\s*$/, ''),
      );
      const root = takeout(
        components,
        read('contacts').map((text) => `${text.trimEnd()}\r\n`),
      );
      for (const [connector, kinds] of [
        ['caldav', ['event', 'task']],
        ['carddav', ['contact']],
      ] as const) {
        const only = Object.fromEntries(
          ['message', 'event', 'task', 'contact', 'file'].map((kind) => [kind, kinds.includes(kind as never)]),
        );
        const entry = await addEntry(bench, files('takeout', root), server(connector, user()));
        const { status, error, books } = await pass(bench, entry, 'initial', {
          kinds: only,
          failureShare: { share: 1 },
        });
        expect({ status: status.slice(0, 9), error, balanced: books.balanced }).toEqual({
          status: 'completed',
          error: null,
          balanced: true,
        });
        expect(books.total.created).toBeGreaterThan(3);
      }
    },
    60_000,
  );
});

describe('a pass into files that dies', () => {
  test.each([
    ['ics', ''],
    ['ics', '.ics'],
    ['archive', ''],
  ])(
    '%s%s: the next one goes on, each object once',
    async (format, suffix) => {
      const from = await seeded();
      await request('DELETE', `${from}/work/todo.ics`);
      await request('DELETE', `${from}/empty/`);
      const path = `${folder()}${suffix}`;
      const entry = await addEntry(bench, server('caldav', from), files(format, path));
      const points = ['after-intent-commit', 'after-acknowledgement', 'after-settle-commit'] as const;
      for (const [n, at] of points.entries()) {
        await request('PUT', `${from}/work/more${n}.ics`, vcalendar(vevent(`more${n}@x`, `More ${n}`)));
        const crashing: Bench = {
          ...bench,
          deps: {
            ...bench.deps,
            reached: (point) => {
              if (point === at) throw new Error('the process died');
            },
          },
        };
        expect((await pass(crashing, entry, n === 0 ? 'initial' : 'delta')).status).toBe('failed');
        expect(await pass(bench, entry, 'delta')).toMatchObject({ status: 'completed', error: null });
        await request('PUT', `${from}/work/one.ics`, vcalendar(vevent('one@x', `One ${n}`)));
        expect((await pass(crashing, entry, 'delta')).status).toBe('failed');
        expect(await pass(bench, entry, 'delta')).toMatchObject({ status: 'completed', error: null });
      }
      expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
        ok: true,
        identical: 5,
        extra: 0,
        duplicated: 0,
      });
    },
    60_000,
  );
});

test('a whole mailbox: backed up, emptied, restored', async () => {
  const owner = await seeded();
  const root = mail.mailRoot(owner);
  for (const n of [1, 2, 3]) putMail(root, { subject: `Mail ${n}`, flags: 'S', folder: n === 3 ? 'Archive' : 'INBOX' });
  mail.adopt(owner);
  const [before, messages] = [meaning(owner), maildirTruth(root)];
  const path = folder();
  const backup = await addEntry(bench, mailbox(owner), files('archive', path));
  const made = await pass(bench, backup, 'initial');
  expect(made).toMatchObject({ status: 'completed', error: null });
  expect(made.books.kinds).toMatchObject({
    message: { created: 3 },
    event: { created: 2 },
    task: { created: 1 },
    contact: { created: 2 },
  });
  expect(readdirSync(path).sort()).toEqual([
    'calendars',
    'contacts',
    'mail',
    'settings',
    'sterna-backup.json',
    'tasks',
  ]);
  expect(verifyResult(await pass(bench, backup, 'verify', { verifyDepth: 'content' }))).toMatchObject({
    ok: true,
    identical: 8,
    extra: 0,
  });

  const emptying = await addEntry(bench, files('archive', path), mailbox(owner));
  await pass(bench, emptying, 'empty', { empty: 'freeze' });
  await pass(bench, emptying, 'empty', { empty: 'remove' });
  expect(meaning(owner)).toEqual([]);

  const restore = await addEntry(bench, files('archive', path), mailbox(owner));
  expect(await pass(bench, restore, 'initial')).toMatchObject({ status: 'completed', error: null });
  expect(meaning(owner)).toEqual(before);
  expect(differences(messages, maildirTruth(root))).toEqual([]);

  // Restored again over what is there, the books lost: nothing twice.
  const again = await addEntry(bench, files('archive', path), mailbox(owner));
  expect((await pass(bench, again, 'initial')).books.total).toMatchObject({ seen: 8, skipped: 8, created: 0 });
  expect(meaning(owner)).toEqual(before);
}, 60_000);

/** The file below `path` that holds `text`. */
function fileWith(path: string, text: string): string {
  const found = (
    readdirSync(path, { recursive: true, withFileTypes: true }) as {
      isFile(): boolean;
      name: string;
      parentPath: string;
    }[]
  )
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .find((file) => readFileSync(file, 'utf8').includes(text));
  if (found === undefined) throw new Error(`no file with ${text}`);
  return found;
}
