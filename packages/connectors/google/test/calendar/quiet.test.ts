import { expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { DirectGoogle, simulated, simulatedEnd } from '../items/direct-google.ts';
import { textOf } from '../items/plain-lines.ts';
import { watchedGoogle } from '../watched-google.ts';

const START = 'DTSTART;TZID=Europe/Berlin:20260302T100000';

const meeting = (summary: string, ...more: readonly string[]): Buffer =>
  textOf([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    'UID:meeting@example.org',
    START,
    'DTEND;TZID=Europe/Berlin:20260302T110000',
    'RRULE:FREQ=WEEKLY;COUNT=4',
    `SUMMARY:${summary}`,
    'ORGANIZER:mailto:alice@nordwind.example',
    'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bjorn@nordwind.example',
    'ATTENDEE;ROLE=OPT-PARTICIPANT:mailto:somebody@elsewhere.example',
    'END:VEVENT',
    ...more,
    'END:VCALENDAR',
  ]);

test('a meeting is written, changed and removed, with its people, and nobody is mailed', async () => {
  const server = await watchedGoogle();
  const session = await openSession({
    ...simulated(server, 'alice@nordwind.example'),
    role: 'write',
    kinds: ['event'],
    installation: '0011aabb',
    signal: new AbortController().signal,
  });
  const writer = session.writer as NonNullable<typeof session.writer>;
  const [home] = await session.reader.containers();
  const container = home?.id as string;
  const body = meeting('Planning');
  const [made] = await writer.apply([
    { verb: 'create', op: '1', container, flags: [], date: undefined, size: body.length, body },
  ]);
  expect(made).toMatchObject({ outcome: 'done' });
  const targetId = (made as { targetId: string }).targetId;
  const google = new DirectGoogle(simulatedEnd(server, 'alice@nordwind.example'));
  const shown = await google.ok('GET', `/calendar/v3/calendars/primary/events/${targetId}`);
  expect(
    shown.attendees.map((one: { email: string; responseStatus: string }) => [one.email, one.responseStatus]),
  ).toEqual([
    ['bjorn@nordwind.example', 'accepted'],
    ['somebody@elsewhere.example', 'needsAction'],
  ]);

  const changed = meeting(
    'Planning again',
    'BEGIN:VEVENT',
    'UID:meeting@example.org',
    'RECURRENCE-ID;TZID=Europe/Berlin:20260309T100000',
    'DTSTART;TZID=Europe/Berlin:20260309T150000',
    'DTEND;TZID=Europe/Berlin:20260309T160000',
    'SUMMARY:Later',
    'END:VEVENT',
  );
  const replace = { verb: 'replace', container, targetId, ifVersion: undefined } as const;
  const [replaced] = await writer.apply([{ ...replace, op: '2', size: changed.length, body: changed }]);
  expect(replaced).toMatchObject({ outcome: 'done' });
  const read = async () => {
    for await (const one of session.reader.read(container, [targetId])) if ('body' in one) return String(one.body);
    return undefined;
  };
  expect(await read()).toBe(String(changed));
  // Back to a series without exceptions: the occurrence is where the series has it.
  await writer.apply([{ ...replace, op: '3', size: body.length, body }]);
  const instances = await google.all(
    `/calendar/v3/calendars/primary/events/${targetId}/instances?maxResults=10`,
    'items',
  );
  expect(instances.map(({ summary, start }) => [summary, new Date(start.dateTime).toISOString()])).toContainEqual([
    'Planning',
    '2026-03-09T09:00:00.000Z',
  ]);
  await writer.apply([{ verb: 'remove', op: '4', container, targetId, how: 'expunge' }]);
  expect(await read()).toBeUndefined();
  expect(server.calendarMails).toEqual([]);
  session.destroy();
});
