import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SternaError } from '@sterna/core';
import { afterAll, expect, test } from 'vitest';
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
