import { rmSync } from 'node:fs';
import { caldavConnector } from '@sterna/connector-caldav';
import { pivotOf } from '@sterna/content';
import { CYRUS_DOMAIN } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anEvent, aTask, titles } from '../support/dav-objects.ts';
import { type DavStage, openDavStage, put } from '../support/dav-servers.ts';
import { addEntry, type Bench, notes, openBench, pass, twinEntry, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';

const USERS = ['alice', 'bob', 'control', 'guest'];

let dir: string;
let stage: DavStage;
let bench: Bench;

beforeAll(async () => {
  dir = scratch('dav-scheduling');
  stage = await openDavStage(USERS);
  bench = await openBench(dir, [caldavConnector]);
  // Cyrus makes a user's calendars at the first request; before that, its own people count as people elsewhere.
  for (const user of USERS) await stage.cyrus.send(user, 'caldav', 'GET', '');
}, 180_000);

afterAll(async () => {
  await bench?.close();
  await stage?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const at = (user: string): string => `mailto:${user}@${CYRUS_DOMAIN}`;
const ELSEWHERE = 'mailto:carol@elsewhere.example';

/** Lines of a meeting; whoever organizes it has accepted. */
const people = (organizer: string, ...guests: readonly string[]): string[] => [
  `ORGANIZER:${organizer}`,
  `ATTENDEE;PARTSTAT=ACCEPTED:${organizer}`,
  ...guests.map((one) => `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:${one}`),
];

const answered = (lines: readonly string[], who: string, how: string): string[] =>
  lines.map((line) => (line.endsWith(who) ? line.replace('NEEDS-ACTION', how) : line));

const at9 = 'DTSTART:20280301T090000Z\r\nDTEND:20280301T100000Z';

/** All that anybody would have heard of: mail to people elsewhere, and what lies in scheduling inboxes and calendars. */
async function told(users: readonly string[] = USERS, server = stage): Promise<Record<string, number>> {
  const counts: Record<string, number> = { mails: server.cyrus.server.sentMail.length };
  for (const user of users) {
    const { text } = await server.cyrus.send(
      user,
      'caldav',
      'PROPFIND',
      'Inbox/',
      '<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>',
      { depth: '1' },
    );
    counts[user] = [...text.matchAll(/\.ics</g)].length;
  }
  return counts;
}

describe('Cyrus, which mails the people of a meeting by itself', () => {
  test('without protection it does: an invitation, an answer, a cancellation', async () => {
    const { cyrus } = stage;
    const before = await told();
    const meeting = people(at('control'), at('guest'), ELSEWHERE);
    await put(cyrus, 'control', 'Default/raw.ics', anEvent('raw', 'Raw', { when: at9, more: meeting }));
    expect(await told()).toEqual({ ...before, mails: 1, guest: 1 });
    const copy = (await cyrus.objects('guest', 'caldav')).find(({ text }) => text.includes('UID:raw'));
    await put(
      cyrus,
      'guest',
      copy?.path ?? '',
      (copy?.text ?? '').replace(/^ATTENDEE.*guest@/m, (line) => line.replace('NEEDS-ACTION', 'ACCEPTED')),
    );
    expect(await told()).toEqual({ ...before, mails: 1, guest: 1, control: 1 });
    expect((await cyrus.send('control', 'caldav', 'DELETE', 'Default/raw.ics')).status).toBeLessThan(300);
    expect(await told()).toEqual({ ...before, mails: 2, guest: 2, control: 1 });
  });

  test('SCHEDULE-AGENT alone keeps it quiet about what is new, as prepared for any server that schedules', async () => {
    const { cyrus } = stage;
    const before = await told();
    const prepared = (more: readonly string[]): string =>
      pivotOf('event')
        .prepare?.(Buffer.from(anEvent('agent', 'Agent', { when: at9, more })), {
          mapping: () => undefined,
          scheduling: 'server',
        })
        .body.toString('utf8') ?? '';
    const meeting = people(at('control'), at('guest'), ELSEWHERE);
    await put(cyrus, 'control', 'Default/agent.ics', prepared(meeting));
    await put(cyrus, 'control', 'Default/agent.ics', prepared([...meeting, 'LOCATION:Elsewhere']));
    expect((await cyrus.send('control', 'caldav', 'DELETE', 'Default/agent.ics')).status).toBeLessThan(300);
    const invited = people(at('alice'), at('control'));
    await put(cyrus, 'control', 'Default/agent.ics', prepared(invited));
    await put(cyrus, 'control', 'Default/agent.ics', prepared(answered(invited, at('control'), 'ACCEPTED')));
    expect((await cyrus.send('control', 'caldav', 'DELETE', 'Default/agent.ics')).status).toBeLessThan(300);
    expect(await told()).toEqual(before);
  });

  test('nothing is sent by an initial pass, updates, deletions, conflicts, emptying and remigration', async () => {
    const { radicale: source, cyrus: target } = stage;
    await source.make('alice', 'caldav', 'work', 'Work');
    const hers = people(at('alice'), at('bob'), ELSEWHERE);
    const his = people(at('bob'), at('alice'), ELSEWHERE);
    const series = (summary: string, time: string) =>
      anEvent('hers', summary, {
        when: `DTSTART:${time}\r\nDTEND:20280301T110000Z\r\nRRULE:FREQ=WEEKLY;COUNT=4`,
        more: [
          ...hers,
          'END:VEVENT',
          'BEGIN:VEVENT',
          'UID:hers',
          'DTSTAMP:20260101T000000Z',
          'RECURRENCE-ID:20280308T090000Z',
          'DTSTART:20280308T093000Z',
          'DTEND:20280308T110000Z',
          `SUMMARY:${summary} moved`,
          ...hers,
        ],
      });
    await put(source, 'alice', 'work/hers.ics', series('Hers', '20280301T090000Z'));
    await put(source, 'alice', 'work/his.ics', anEvent('his', 'His', { when: at9, more: his }));
    await put(source, 'alice', 'work/off.ics', anEvent('off', 'Called off', { when: at9, more: hers }));
    await put(source, 'alice', 'work/todo.ics', aTask('todo', 'Task', ['DUE:20280301T090000Z', ...hers]));
    const before = await told();
    const bobs = titles(await target.objects('bob', 'caldav'));
    const quiet = async (): Promise<void> => {
      expect(await told()).toEqual(before);
      expect(titles(await target.objects('bob', 'caldav'))).toEqual(bobs);
    };

    const entry = await addEntry(bench, source.end('caldav', 'alice'), target.end('caldav', 'alice'));
    const first = await pass(bench, entry, 'initial');
    expect(first).toMatchObject({ status: 'completed', error: null });
    expect(first.books.total).toMatchObject({ created: 4, failed: 0 });
    expect((await notes(bench, entry)).filter((note) => note.code === 'scheduling-off')).toHaveLength(4);
    await quiet();

    // It is the same meeting: who organizes, who comes, who has answered what; and verify agrees.
    const copy = (await target.objects('alice', 'caldav')).find(({ text }) => text.includes('UID:his'));
    const lines = (copy?.text ?? '').replace(/\r\n[ \t]/g, '').split('\r\n');
    const plain = lines.map((line) => line.replace(';SCHEDULE-AGENT=CLIENT', ''));
    expect(plain).toEqual(expect.arrayContaining(his));
    expect(lines.filter((line) => /^(ATTENDEE|ORGANIZER)/.test(line) && !line.includes('CLIENT'))).toEqual([]);
    expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({ ok: true });

    await put(source, 'alice', 'work/hers.ics', series('Hers later', '20280301T093000Z'));
    await put(
      source,
      'alice',
      'work/his.ics',
      anEvent('his', 'His', { when: at9, more: answered(his, at('alice'), 'DECLINED') }),
    );
    expect((await source.send('alice', 'caldav', 'DELETE', 'work/off.ics')).status).toBeLessThan(300);
    const delta = await pass(bench, entry, 'delta', { deletions: 'propagate' });
    expect(delta.books.total).toMatchObject({ updated: 2, failed: 0 });
    expect(titles(await target.objects('alice', 'caldav'))).toEqual(['Work: Hers later', 'Work: His', 'Work: Task']);
    await quiet();

    // Meetings of a person in the target, which the server looks after: overwritten by the source's, and emptied.
    const own = { 'scheduling-enabled': 'F' };
    await target.make('alice', 'caldav', 'work', 'Work');
    const path = (await target.objects('alice', 'caldav')).find(({ text }) => text.includes('UID:his'))?.path ?? '';
    const folder = path.slice(0, path.lastIndexOf('/'));
    await put(target, 'alice', `${folder}/own.ics`, anEvent('rival', 'Hers alone', { when: at9, more: hers }), {
      headers: own,
    });
    await put(target, 'alice', `${folder}/other.ics`, anEvent('other', 'Another', { when: at9, more: hers }), {
      headers: own,
    });
    await put(
      source,
      'alice',
      'work/rival.ics',
      anEvent('rival', 'Of the source', { when: at9, more: [...hers, 'LOCATION:X'] }),
    );
    const over = await pass(bench, entry, 'delta', { conflict: 'overwrite' });
    expect((await notes(bench, entry)).filter((note) => note.kind === 'failure')).toEqual([]);
    expect(over.books.total).toMatchObject({ failed: 0 });
    expect(titles(await target.objects('alice', 'caldav'))).toContain('Work: Of the source');
    await quiet();

    const twin = await twinEntry(bench, entry);
    await pass(bench, twin, 'empty', { empty: 'freeze' });
    const emptied = await pass(bench, twin, 'empty', { empty: 'remove' });
    expect(emptied).toMatchObject({ status: 'completed', result: { objects: 5 } });
    expect(await target.objects('alice', 'caldav')).toEqual([]);
    await quiet();
    const again = await pass(bench, twin, 'initial');
    expect(again.books.total).toMatchObject({ created: 4, failed: 0 });
    await quiet();
  }, 180_000);
});

test('a server that may not obey: its own meetings are left as they are, and the books say why', async () => {
  // Without a name it could be any server with RFC 6638, and no header is trusted.
  const other = await openDavStage(['alice', 'bob'], { cyrus: { extraConfig: 'serverinfo: off' } });
  try {
    const { radicale: source, cyrus: target } = other;
    for (const user of ['alice', 'bob']) await target.send(user, 'caldav', 'GET', '');
    await source.make('alice', 'caldav', 'work', 'Work');
    await target.make('alice', 'caldav', 'work', 'Work');
    const hers = people(at('alice'), at('bob'), ELSEWHERE);
    const his = people(at('bob'), at('alice'));
    await put(source, 'alice', 'work/new.ics', anEvent('new', 'New', { when: at9, more: hers }));
    await put(source, 'alice', 'work/rival.ics', anEvent('rival', 'Of the source', { when: at9, more: hers }));
    await put(target, 'alice', 'work/rival.ics', anEvent('rival', 'Of hers', { when: at9, more: hers }));
    await put(target, 'alice', 'work/his.ics', anEvent('his', 'Of his', { when: at9, more: his }));
    const before = await told(['alice', 'bob'], other);
    expect(before.mails).toBe(1);

    const entry = await addEntry(bench, source.end('caldav', 'alice'), target.end('caldav', 'alice'));
    const first = await pass(bench, entry, 'initial', { conflict: 'overwrite' });
    expect(first.books.total).toMatchObject({ seen: 2, created: 1, failed: 1 });
    expect((await notes(bench, entry)).filter((note) => note.kind === 'failure')).toMatchObject([
      { code: 'would-mail-people' },
    ]);
    await put(source, 'alice', 'work/new.ics', anEvent('new', 'New at ten', { when: at9, more: hers }));
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ updated: 1 });

    const twin = await twinEntry(bench, entry);
    await pass(bench, twin, 'empty', { empty: 'freeze' });
    const emptied = await pass(bench, twin, 'empty', { empty: 'remove' });
    // Ours goes, and the one that she is a guest of; hers stays.
    expect(emptied).toMatchObject({ status: 'completed', result: { objects: 2 } });
    expect(titles(await target.objects('alice', 'caldav'))).toEqual(['Work: Of hers']);
    expect((await notes(bench, twin)).map((note) => note.code)).toEqual(['would-mail-people']);
    expect(await told(['alice', 'bob'], other)).toEqual(before);
  } finally {
    await other.stop();
  }
}, 180_000);

test('Radicale mails nobody: a meeting lands in no other collection, and is written as it is', async () => {
  const { radicale } = stage;
  await radicale.make('guest', 'caldav', 'work', 'Work');
  const meeting = anEvent('plain', 'Plain', { when: at9, more: people(at('control'), at('bob')) });
  await put(radicale, 'guest', 'work/plain.ics', meeting);
  const entry = await addEntry(bench, radicale.end('caldav', 'guest'), radicale.end('caldav', 'control'));
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ created: 1 });
  const [copy] = await radicale.objects('control', 'caldav');
  expect(copy?.text).toContain(at('bob'));
  expect(copy?.text).not.toContain('SCHEDULE-AGENT');
  expect((await notes(bench, entry)).filter((note) => note.code === 'scheduling-off')).toEqual([]);
  expect(await radicale.objects('bob', 'caldav')).toEqual([]);
});
