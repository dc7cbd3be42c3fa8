import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SternaError } from '@sterna/core';
import { afterAll, describe, expect, test } from 'vitest';
import { open, seen, summaries, vcalendar, vcard, vevent } from './objects-support.ts';

const base = mkdtempSync(join(tmpdir(), 'sterna-takeout-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let serial = 0;

function takeout(content: Record<string, string>): string {
  const root = join(base, `export${serial++}`);
  for (const [name, text] of Object.entries(content)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const all = async (root: string) => seen(await open(`takeout:${root}`));
/** Codes of what the reader tells of its objects, by id. */
async function notesOf(root: string): Promise<Record<string, string[]>> {
  const { reader } = await open(`takeout:${root}`);
  const found: Record<string, string[]> = {};
  for (const { id } of await reader.containers())
    for await (const page of reader.changes(id, undefined, {}))
      for await (const got of reader.read(
        id,
        page.changes.map((change) => change.id),
      ))
        if ('body' in got && got.notes !== undefined) found[got.id] = got.notes.map(({ code }) => code);
  return found;
}
const person = (name: string, ...more: string[]): string => vcard(undefined, name, ...more);

test('mail, calendars, contacts and tasks, in the language of the account; Drive is none of them', async () => {
  const root = takeout({
    'Takeout/Mail/All mail.mbox':
      'From 1@xxx Thu Jan 01 10:00:00 +0000 2026\nX-Gmail-Labels: Inbox\nSubject: Hello\n\nText\n\n',
    'Takeout/Kalender/ines@example.org.ics': vcalendar(vevent('a', 'A')).replace(
      'PRODID',
      'X-WR-CALNAME:Ines\r\nPRODID',
    ),
    'Takeout/Kalender/Ferien.ics': vcalendar(),
    'Takeout/Kontakte/Alle Kontakte/Alle Kontakte.vcf': person('Ann'),
    'Takeout/Kontakte/Leer/Leer.vcf': '',
    'Takeout/Kontakte/Alle Kontakte/Ann.jpg': 'x',
    'Takeout/Aufgaben/Tasks.json': JSON.stringify({
      kind: 'tasks#taskLists',
      items: [{ id: 'l', title: 'Meine', items: [{ id: 't', title: 'T' }] }],
    }),
    'Takeout/Drive/mine.ics': vcalendar(vevent('d', 'Not a calendar')),
    'Takeout/archive_browser.html': '<html>',
  });
  for (const path of [root, join(root, 'Takeout')]) {
    const session = await open(`takeout:${path}`);
    expect((await session.reader.containers()).map(({ kind, path: at, total }) => [kind, at.join('/'), total])).toEqual(
      expect.arrayContaining([
        ['message', 'INBOX', 1],
        ['event', 'Ines', 1],
        ['event', 'Ferien', 0],
        ['contact', 'Kontakte', 1],
        ['task', 'Meine', 1],
      ]),
    );
    expect(await seen(session)).toHaveLength(4);
  }
  const refused = (url: string, role: 'read' | 'write'): Promise<string> =>
    open(url, role).then(
      () => 'opened',
      (thrown: SternaError) => thrown.code,
    );
  expect(await refused(`takeout:${takeout({ 'x/y.txt': '' })}`, 'read')).toBe('not-a-takeout');
  expect(await refused(`takeout:${root}`, 'write')).toBe('takeout-read-only');
});

test('a card in several groups is one contact with its categories', async () => {
  const ann = person('Ann', 'CATEGORIES:myContacts,Chess club');
  const bo = person('Bo', 'EMAIL:bo@example.org');
  const twin = person('Twin', 'NOTE:one');
  const root = takeout({
    'Takeout/Contacts/All Contacts/All Contacts.vcf': [
      ann,
      bo,
      twin,
      twin,
      person('Twin', 'NOTE:two'),
      vcard('u', 'Uma'),
    ].join(''),
    'Takeout/Contacts/My Contacts/My Contacts.vcf': [ann, bo.replaceAll('\r\n', '\n')].join(''),
    'Takeout/Contacts/Chess Club/Chess Club.vcf': [ann, vcard('u', 'Uma', 'CATEGORIES:Chess Club')].join(''),
    'Takeout/Contacts/Work, Büro/Work, Büro.vcf': [bo, twin].join(''),
  });
  const people = await all(root);
  expect(summaries(people)).toEqual(['Ann', 'Bo', 'Twin', 'Twin', 'Twin', 'Uma'].map((name) => `Contacts: ${name}`));
  expect(new Set(people.map(({ id }) => id)).size).toBe(6);
  const text = (name: string): string => people.find((one) => one.text.includes(`FN:${name}`))?.text ?? '';
  // What names all its groups is carried as it is.
  expect(text('Ann')).toBe(ann);
  expect(text('Bo')).toBe(bo.replace('END:', 'CATEGORIES:My Contacts,Work\\, Büro\r\nEND:'));
  expect(people.filter((one) => one.text.includes('Work\\, Büro'))).toHaveLength(2);
  expect(text('Uma').match(/^CATEGORIES:.*/m)?.[0]).toBe('CATEGORIES:Chess Club');
  // A later export: the same ids, a new version only where something changed.
  const file = join(root, 'Takeout/Contacts/My Contacts/My Contacts.vcf');
  writeFileSync(file, readFileSync(file, 'utf8') + vcard('u', 'Uma'));
  const later = await all(root);
  expect(later.map(({ id }) => id)).toEqual(people.map(({ id }) => id));
  expect(later.filter(({ version }, n) => version !== people[n]?.version).map((one) => summaries([one])[0])).toEqual([
    'Contacts: Uma',
  ]);
});

test('tasks: all that an export says of them; what is broken is a failure', async () => {
  const root = takeout({
    'Takeout/Tasks/Tasks.json': JSON.stringify({
      kind: 'tasks#taskLists',
      items: [
        {
          kind: 'tasks#taskList',
          id: 'list1',
          title: 'My Tasks',
          items: [
            {
              id: 'parent',
              title: 'Move; house, now',
              notes: 'First\nsecond',
              due: '2024-05-01T00:00:00.000Z',
              status: 'needsAction',
              updated: '2024-04-30T10:11:12.345Z',
            },
            {
              id: 'child',
              parent: 'parent',
              title: 'Boxes',
              status: 'completed',
              completed: '2024-04-29T08:00:00.000Z',
              hidden: true,
              links: [{ type: 'email', link: 'https://mail.example.org/1' }],
            },
            { id: 'gone', title: 'Gone', deleted: true },
            { title: 'without an id' },
          ],
        },
        { id: 'list2', title: 'Empty' },
      ],
    }),
  });
  const tasks = await all(root);
  expect(summaries(tasks)).toEqual([
    'My Tasks: Boxes',
    'My Tasks: Move\\; house\\, now',
    'My Tasks: Tasks.json: list 1, task 4 can’t be understood.',
  ]);
  const lines = (id: string): string[] => tasks.find((one) => one.id === id)?.text.split('\r\n') ?? [];
  expect(lines('parent')).toEqual(
    expect.arrayContaining([
      'DUE;VALUE=DATE:20240501',
      'DESCRIPTION:First\\nsecond',
      'STATUS:NEEDS-ACTION',
      'DTSTAMP:20240430T101112Z',
    ]),
  );
  expect(lines('child')).toEqual(
    expect.arrayContaining([
      'RELATED-TO:parent@tasks.google.com',
      'STATUS:COMPLETED',
      'COMPLETED:20240429T080000Z',
      'ATTACH:https://mail.example.org/1',
    ]),
  );
  const broken = await all(takeout({ 'Tasks/Tasks.json': '{' }));
  expect(summaries(broken)).toEqual(['Tasks.json: Tasks.json: it is no JSON.']);
});

test('pictures beside the cards are put into them; where it can’t be told whose one is, that is told', async () => {
  const root = takeout({
    'Takeout/Contacts/All Contacts/All Contacts.vcf': [
      person('Ann Önal'),
      person('A/B'),
      person('Url', 'PHOTO:https://example.org/1'),
      person('Own', 'PHOTO;ENCODING=b;TYPE=PNG:AAAA'),
      person('Twin', 'NOTE:1'),
      person('Twin', 'NOTE:2'),
      person('Two'),
      person('None'),
      person('New').replace('3.0', '4.0'),
    ].join(''),
    'Takeout/Contacts/All Contacts/Ann O\u0308nal.jpg': 'ann'.repeat(40),
    'Takeout/Contacts/All Contacts/A_B.png': 'ab',
    'Takeout/Contacts/All Contacts/Url.jpg': 'url',
    'Takeout/Contacts/All Contacts/Own.jpg': 'own',
    'Takeout/Contacts/All Contacts/Twin.jpg': 'twin',
    'Takeout/Contacts/All Contacts/Two.jpg': 'one',
    'Takeout/Contacts/All Contacts/New.jpeg': 'new',
    'Takeout/Contacts/All Contacts/Nobody.jpg': 'nobody',
    'Takeout/Contacts/Friends/Friends.vcf': [person('Ann Önal'), person('Two')].join(''),
    'Takeout/Contacts/Friends/Ann Önal.jpg': 'ann'.repeat(40),
    'Takeout/Contacts/Friends/Two.jpg': 'another',
  });
  const people = await all(root);
  const photos = Object.fromEntries(
    people.map(({ text }) => {
      const whole = text.replaceAll('\r\n ', '');
      return [/^FN:(.*)\r$/m.exec(whole)?.[1], whole.match(/^PHOTO.*(?=\r$)/gm) ?? []];
    }),
  );
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  expect(photos).toEqual({
    'Ann Önal': [`PHOTO;ENCODING=b;TYPE=JPEG:${base64('ann'.repeat(40))}`],
    'A/B': [`PHOTO;ENCODING=b;TYPE=PNG:${base64('ab')}`],
    Url: [`PHOTO;ENCODING=b;TYPE=JPEG:${base64('url')}`, 'PHOTO:https://example.org/1'],
    Own: ['PHOTO;ENCODING=b;TYPE=PNG:AAAA'],
    Twin: [],
    Two: [],
    None: [],
    New: [`PHOTO:data:image/jpeg;base64,${base64('new')}`],
  });
  for (const { text } of people) for (const line of text.split('\r\n')) expect(line.length).toBeLessThanOrEqual(75);
  const told = await notesOf(root);
  expect(Object.values(told)).toEqual([['picture-not-added'], ['picture-not-added'], ['picture-not-added']]);
  // Another picture is a change of the contact.
  const version = (seenNow: typeof people): string | undefined =>
    seenNow.find(({ text }) => text.includes('FN:Url'))?.version;
  writeFileSync(join(root, 'Takeout/Contacts/All Contacts/Url.jpg'), 'another');
  expect(version(await all(root))).not.toBe(version(people));
});

describe('tasks that repeat', () => {
  const at = (start: string) => ({ scheduled_time: [{ current: true, start }] });
  const list = (recurrences: readonly object[], items: readonly object[]): string =>
    takeout({
      'Takeout/Tasks/Tasks.json': JSON.stringify({
        kind: 'tasks#taskLists',
        items: [{ id: 'l', title: 'Mine', items, recurrences }],
      }),
    });
  const rule = (id: string, interval: object, more: object = {}, stopped?: boolean) => ({
    id,
    title: `Rule ${id}`,
    schedule: { interval, ...more },
    ...(stopped === undefined ? {} : { stopped }),
  });
  const of = (id: string, n: number, status: 'completed' | 'needsAction', time: object, more: object = {}) => ({
    id: `${id}${n}`,
    title: `Do ${id}`,
    status,
    task_recurrence_id: id,
    ...time,
    ...more,
  });
  const properties = (text: string): string[] =>
    text.split('\r\n').filter((line) => /^(?:SUMMARY|DTSTART|DUE|RRULE|EXDATE|STATUS|RELATED-TO)/.test(line));
  const read = async (root: string) => {
    const tasks = await all(root);
    return Object.fromEntries(tasks.map(({ id, text, error }) => [id, error ?? properties(text)]));
  };

  test('the open ones are one that repeats, from the first of them; what is done stays', async () => {
    const week = { weekly: { day_of_week: ['MONDAY', 'THURSDAY'] } };
    const root = list(
      [rule('w', week)],
      [
        of('w', 1, 'completed', at('2026-08-13T00:00:00Z'), { completed: '2026-08-13T10:00:00Z' }),
        of('w', 2, 'needsAction', at('2026-08-17T00:00:00Z')),
        of('w', 3, 'needsAction', at('2026-08-20T00:00:00Z')),
        // It says something else, so it is a task of its own on its day.
        of('w', 4, 'needsAction', at('2026-08-24T00:00:00Z'), { notes: 'Bring cake' }),
        // Moved away from the days of the rule.
        of('w', 5, 'needsAction', at('2026-08-28T00:00:00Z')),
        { id: 'sub', parent: 'w2', title: 'Part', status: 'needsAction' },
      ],
    );
    expect(await read(root)).toEqual({
      'recurrence w': [
        'SUMMARY:Do w',
        'DTSTART;VALUE=DATE:20260817',
        'DUE;VALUE=DATE:20260817',
        'RRULE:FREQ=WEEKLY;BYDAY=MO,TH',
        'EXDATE;VALUE=DATE:20260824',
        'STATUS:NEEDS-ACTION',
      ],
      w1: ['SUMMARY:Do w', 'DUE;VALUE=DATE:20260813', 'STATUS:COMPLETED'],
      w4: ['SUMMARY:Do w', 'DUE;VALUE=DATE:20260824', 'STATUS:NEEDS-ACTION'],
      w5: ['SUMMARY:Do w', 'DUE;VALUE=DATE:20260828', 'STATUS:NEEDS-ACTION'],
      sub: ['SUMMARY:Part', 'STATUS:NEEDS-ACTION', 'RELATED-TO:w@tasks.google.com'],
    });
  });

  test('where all are done it goes on behind the last; an end is kept, and what was stopped repeats no more', async () => {
    const root = list(
      [
        rule('d', { daily: {}, interval_multiplier: 3 }),
        rule('m', { monthly: {} }, { end_condition: { date_boundary: '2027-01-01T00:00:00Z' } }),
        rule('y', { yearly: {} }, { end_condition: { instance_number_limit: 5 } }),
        rule('f', { weekly: {}, interval_multiplier: '2' }, { first_instance_date: '2026-09-01' }),
        rule('s', { daily: {} }, {}, true),
        rule('e', { daily: {} }, { end_condition: { date_boundary: '2026-01-01' } }),
      ],
      [
        of('d', 1, 'completed', { due: '2026-05-30T00:00:00.000Z' }),
        of('m', 1, 'completed', { due: '2026-01-31T00:00:00.000Z' }),
        of('y', 1, 'completed', { due: '2025-02-01T00:00:00.000Z' }),
        of('y', 2, 'needsAction', { due: '2026-02-01T00:00:00.000Z' }),
        of('s', 1, 'needsAction', { due: '2026-02-01T00:00:00.000Z' }),
        of('e', 1, 'needsAction', { due: '2026-02-01T00:00:00.000Z' }),
      ],
    );
    const found = await read(root);
    const series = (id: string): string[] =>
      (found[`recurrence ${id}`] as string[]).filter((line) => /^(?:DTSTART|RRULE)/.test(line));
    expect(Object.keys(found).sort()).toEqual([
      'd1',
      'e1',
      'm1',
      'recurrence d',
      'recurrence f',
      'recurrence m',
      'recurrence y',
      's1',
      'y1',
    ]);
    expect(series('d')).toEqual(['DTSTART;VALUE=DATE:20260602', 'RRULE:FREQ=DAILY;INTERVAL=3']);
    // A month without a 31st is passed over.
    expect(series('m')).toEqual(['DTSTART;VALUE=DATE:20260331', 'RRULE:FREQ=MONTHLY;UNTIL=20270101']);
    expect(series('y')).toEqual(['DTSTART;VALUE=DATE:20260201', 'RRULE:FREQ=YEARLY;COUNT=4']);
    expect(series('f')).toEqual(['DTSTART;VALUE=DATE:20260901', 'RRULE:FREQ=WEEKLY;INTERVAL=2']);
  });

  test('midnight of another time zone is the day that the rule names; a time of day is told, of a single task kept', async () => {
    const root = list(
      [rule('w', { weekly: { day_of_week: ['MONDAY'] } })],
      [
        of('w', 1, 'needsAction', at('2026-08-16T22:00:00Z')),
        { id: 'once', title: 'Once', status: 'needsAction', ...at('2026-08-16T07:30:00Z') },
      ],
    );
    expect(await read(root)).toMatchObject({
      'recurrence w': expect.arrayContaining(['DTSTART;VALUE=DATE:20260817', 'RRULE:FREQ=WEEKLY;BYDAY=MO']),
      once: ['SUMMARY:Once', 'DUE:20260816T073000Z', 'STATUS:NEEDS-ACTION'],
    });
    expect(await notesOf(root)).toEqual({ 'recurrence w': ['repeats-by-the-day'] });
  });

  test('a rule that isn’t known makes no series: its open tasks say so, and it fails where there are none', async () => {
    const root = list(
      [rule('n', { monthly: { nth_day_of_week: 2 } }), rule('h', { hourly: {} }), { title: 'without an id' }],
      [
        of('n', 1, 'completed', { due: '2026-01-13T00:00:00.000Z' }),
        of('n', 2, 'needsAction', { due: '2026-02-10T00:00:00.000Z' }),
      ],
    );
    const found = await read(root);
    expect(found).toMatchObject({ n1: expect.any(Array), n2: expect.any(Array) });
    expect(Object.values(found).filter((one) => typeof one === 'string')).toEqual([
      'Tasks.json: list 1, recurrence 2 can’t be understood.',
      'Tasks.json: list 1, recurrence 3 can’t be understood.',
    ]);
    expect(await notesOf(root)).toEqual({ n2: ['repetition-not-kept'] });
  });
});
