import { events } from '@sterna/connector-suite';
import { envelopeOf, pivotOf, readCalendarObject, writeComponents } from '@sterna/content';
import { expect, test } from 'vitest';
import { eventObject } from '../../src/calendar/event-object.ts';
import type { EventRead, ReadAttachment } from '../../src/calendar/from-event.ts';
import type { EventFields } from '../../src/calendar/graph-event.ts';
import { type EventPlan, toEvent } from '../../src/calendar/to-event.ts';

const eventPivot = pivotOf('event');
const FLOATING = 'Europe/Berlin';
const event = (...lines: string[]): Buffer =>
  Buffer.from(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//T//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n'));
const planOf = (raw: Buffer): EventPlan => toEvent(readCalendarObject(raw, 'VEVENT'), FLOATING);

/** As Exchange answers: times in UTC, the zone by name, HTML around the text. */
function answered(fields: EventFields): EventRead['master'] {
  const { body } = fields;
  const escaped = (body?.content ?? '').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const html = `<html><head>\r\n<meta name="Generator" content="Microsoft Exchange Server">\r\n<!-- converted from text --></head>\r\n<body>\r\n<div class="PlainText">${escaped.replace(/\n/g, '<br>\r\n')}</div>\r\n</body></html>`;
  return {
    ...fields,
    originalStartTimeZone: fields.start.timeZone,
    originalEndTimeZone: fields.end.timeZone,
    body: body?.contentType === 'html' ? body : { contentType: 'html', content: html },
  };
}

function readBack(plan: EventPlan, change: Partial<EventFields> = {}, isKept = true): { raw: Buffer; text: string } {
  const attachments: ReadAttachment[] = plan.attachments.map((one) => ({ ...one }));
  const start = Date.parse(`${plan.master.start.dateTime}Z`);
  const clock = plan.master.isAllDay === true ? 0 : start % 86_400_000;
  const exceptions = plan.exceptions.map(({ date, fields }) => ({
    ...answered(fields),
    // The tests' series are in UTC or in a zone one hour ahead of it all along.
    originalStart: new Date(
      Date.parse(`${date}T00:00:00Z`) +
        clock -
        (plan.master.start.timeZone === 'W. Europe Standard Time' ? 3_600_000 : 0),
    ).toISOString(),
  }));
  const kept = envelopeOf({ text: writeComponents([plan.kept]), floating: FLOATING });
  const raw = eventObject(
    { master: { ...answered(plan.master), ...change }, exceptions, cancelled: plan.cancelled, uid: 'from-outlook' },
    attachments,
    isKept ? kept : undefined,
  );
  return { raw, text: raw.toString('utf8').replace(/\r\n[ \t]/g, '') };
}

test.each([...events.awkward, ['large', events.large()], ['plain', events.plain(1, 'a body')]] as [string, Buffer][])(
  'what nobody touched comes back as it was: %s',
  (_, raw) => {
    const plan = planOf(raw);
    expect(eventPivot.digest(readBack(plan).raw).toString('hex')).toBe(eventPivot.digest(raw).toString('hex'));
    expect(JSON.stringify([plan.master, plan.exceptions])).not.toMatch(/attendees|organizer"/);
  },
);

test.each([
  ['plain', events.plain(1, 'a body')],
  ['a whole day', events.awkward.get('a whole day')],
  ['a time zone', events.awkward.get('a time zone')],
] as [string, Buffer][])('Outlook alone says it all: %s', (_, raw) => {
  const read = readBack(planOf(raw), {}, false).raw;
  expect(
    (eventPivot.differences?.(raw, read) ?? []).filter((name) => !['UID', 'DTEND', 'DURATION'].includes(name)),
  ).toEqual([]);
});

const meeting = event(
  'BEGIN:VEVENT',
  'UID:meeting',
  'DTSTART:20260302T100000Z',
  'DTEND:20260302T110000Z',
  'SUMMARY:Plans',
  'DESCRIPTION:What we want',
  'ORGANIZER;CN=Ann:mailto:ann@example.org',
  'ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:mailto:bob@example.org',
  'URL:https://example.org/plans',
  'X-ODD:kept',
  'END:VEVENT',
);

test('people are named in the text and nowhere else; a note says so', () => {
  const plan = planOf(meeting);
  expect(plan.master).not.toHaveProperty('attendees');
  expect(plan.master.body?.content).toMatch(
    /What we want\n\n[\s\S]*Organizer: Ann <ann@example.org>[\s\S]*- Bob <bob@example.org> \(accepted\)[\s\S]*https:\/\/example.org\/plans/,
  );
  expect(plan.notes.map((note) => note.code)).toEqual(['people-in-body', 'details-in-body']);
});

test('what people changed in Outlook is taken, the rest stays as it was', () => {
  const { text } = readBack(planOf(meeting), { subject: 'Other plans', showAs: 'free' });
  expect(text).toContain('SUMMARY:Other plans');
  expect(text).toContain('TRANSP:TRANSPARENT');
  expect(text).toContain('ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:mailto:bob@example.org');
  expect(text).toContain('X-ODD:kept');
  expect(text).toContain('DESCRIPTION:What we want\r\n');
  expect(text).not.toContain('SUMMARY:Plans');
});

test('a body that was changed is taken without what we added to it', () => {
  const plan = planOf(meeting);
  const content = `<html><body><p>New words</p>${(plan.master.body?.content ?? '')
    .split('\n')
    .map((one) => `<p>${one.replace(/</g, '&lt;')}</p>`)
    .join('')}</body></html>`;
  const { text } = readBack(plan, { body: { contentType: 'html', content } });
  expect(text).toMatch(/DESCRIPTION:New words\\nWhat we want\r\n/);
  expect(text).not.toContain('X-ALT-DESC');
});

test('a series with another time has the new one, and keeps what is its own', () => {
  const series = event(
    'BEGIN:VEVENT',
    'UID:series',
    'DTSTART:20260302T100000Z',
    'DURATION:PT30M',
    'RRULE:FREQ=WEEKLY;COUNT=4',
    'EXDATE:20260309T100000Z',
    'SUMMARY:Weekly',
    'COMMENT:mine',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:series',
    'RECURRENCE-ID:20260316T100000Z',
    'DTSTART:20260316T120000Z',
    'DTEND:20260316T123000Z',
    'SUMMARY:Later',
    'END:VEVENT',
  );
  const plan = planOf(series);
  expect(plan.cancelled).toEqual(['2026-03-09']);
  expect(plan.exceptions.map((one) => [one.date, one.fields.subject])).toEqual([['2026-03-16', 'Later']]);
  expect(eventPivot.digest(readBack(plan).raw)).toEqual(eventPivot.digest(series));
  const { text } = readBack(plan, { end: { dateTime: '2026-03-02T12:00:00', timeZone: 'UTC' } });
  expect(text).toContain('DTEND:20260302T120000Z');
  expect(text).not.toContain('DURATION');
  expect(text).toContain('COMMENT:mine');
  expect(text).toContain('SUMMARY:Later');
});
