import { envelopeOf, readCalendarObject } from '@sterna/content';
import { expect, test } from 'vitest';
import { eventObject } from '../../src/calendar/event-object.ts';
import { eventTime } from '../../src/calendar/times.ts';
import { toEvent } from '../../src/calendar/to-event.ts';
import { textOf } from '../items/plain-lines.ts';

const OWN = 'alice@nordwind.example';
const original = textOf([
  ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Elsewhere//EN', 'BEGIN:VEVENT', 'UID:one@x'],
  ...['DTSTART;TZID=Europe/Berlin:20260302T100000', 'DURATION:PT45M', 'RRULE:FREQ=WEEKLY;COUNT=4'],
  ...['SUMMARY:Planning', 'CATEGORIES:Work,Important', 'PRIORITY:1', 'COLOR:tomato', 'GEO:48.1;11.5'],
  ...['CONFERENCE;VALUE=URI:https://meet.elsewhere.example/42', 'X-OWN;X-P=1:kept', 'END:VEVENT'],
  ...['BEGIN:VEVENT', 'UID:one@x', 'RECURRENCE-ID;TZID=Europe/Berlin:20260309T100000'],
  ...[
    'DTSTART;TZID=Europe/Berlin:20260309T120000',
    'DURATION:PT45M',
    'SUMMARY:Later',
    'X-OWN:too',
    'END:VEVENT',
    'END:VCALENDAR',
  ],
]);

/** As Google gives it back, with what was changed there. */
function read(master: object = {}, exception: object = {}, held?: readonly [], text: string | Buffer = original) {
  const plan = toEvent(readCalendarObject(Buffer.from(text), 'VEVENT'), 'Etc/UTC', OWN);
  const exceptions = plan.exceptions.map(({ original: at, fields }) => ({
    ...fields,
    originalStartTime: eventTime(at, 'Etc/UTC'),
    ...exception,
  }));
  const envelope = envelopeOf({ text: Buffer.from(text), floating: 'Etc/UTC' });
  return eventObject(
    { master: { ...plan.master, ...master }, exceptions: held ?? exceptions, uid: 'one@x' },
    envelope,
    'Etc/UTC',
    OWN,
  ).toString();
}

test('untouched, it is what it was', () => {
  expect(read()).toBe(original.toString());
});

test('what was changed in Google is taken from there, all else stays', () => {
  const now = read({ summary: 'Planning, moved', reminders: { overrides: [{ method: 'popup', minutes: 10 }] } });
  expect(now).toContain('SUMMARY:Planning\\, moved');
  expect(now).toContain('TRIGGER:-PT10M');
  for (const line of [
    'CATEGORIES:Work,Important',
    'PRIORITY:1',
    'X-OWN;X-P=1:kept',
    'DURATION:PT45M',
    'X-OWN:too',
    'SUMMARY:Later',
  ])
    expect(now).toContain(line);
  expect(now).not.toContain('SUMMARY:Planning\r\n');
});

test('an occurrence that was cancelled in Google is left out', () => {
  const now = read({}, { status: 'cancelled' });
  expect(now).toContain('EXDATE;TZID=Europe/Berlin:20260309T100000');
  expect(now).not.toContain('SUMMARY:Later');
});

test('what Google has no field for is told', () => {
  const { notes, master } = toEvent(readCalendarObject(original, 'VEVENT'), 'Etc/UTC', OWN);
  expect(notes.map(({ code }) => code)).toEqual(['fields-not-held', 'meeting-link']);
  expect(notes[0]?.text).toContain('CATEGORIES, COLOR, GEO, PRIORITY, X-OWN');
  expect(master.description).toBe('https://meet.elsewhere.example/42');
});

test('an exception that Google has no occurrence for is kept, until the series itself is changed there', () => {
  expect(read({}, {}, [])).toBe(original.toString());
  expect(read({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] }, {}, [])).not.toContain('SUMMARY:Later');
});

test('occurrences that came without their series come back as they were', () => {
  const alone = original.toString().replace(/BEGIN:VEVENT[\s\S]*?END:VEVENT\r\n/, '');
  expect(alone).toContain('RECURRENCE-ID');
  expect(read({}, {}, undefined, alone)).toBe(alone);
  const renamed = read({ summary: 'Renamed' }, {}, undefined, alone);
  expect(renamed.match(/BEGIN:VEVENT/g)).toHaveLength(1);
  expect(renamed).toContain('SUMMARY:Renamed');
});

test('a meeting of another program keeps its ways in, one of Google’s own its link', () => {
  const held = (more: object): string =>
    eventObject(
      { master: { start: { date: '2026-03-02' }, end: { date: '2026-03-03' }, ...more }, exceptions: [], uid: 'two@x' },
      undefined,
      'Etc/UTC',
      OWN,
    )
      .toString()
      .replace(/\r\n /g, '');
  const entryPoints = [
    { entryPointType: 'video', uri: 'https://zoom.example/j/42?pwd=x', label: 'zoom.example/j/42', passcode: '1234' },
    { entryPointType: 'phone', uri: 'tel:+49-30-1234', pin: '99' },
  ];
  const zoom = held({ conferenceData: { conferenceSolution: { name: 'Zoom', key: { type: 'addOn' } }, entryPoints } });
  expect(zoom).toContain(
    'CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL="Zoom, zoom.example/j/42, 1234":https://zoom.example/j/42?pwd=x',
  );
  expect(zoom).toContain('CONFERENCE;VALUE=URI;FEATURE=PHONE;LABEL="Zoom, 99":tel:+49-30-1234');
  const hangoutLink = 'https://meet.google.com/abc-defg-hij';
  const meet = held({
    hangoutLink,
    conferenceData: {
      conferenceSolution: { key: { type: 'hangoutsMeet' } },
      entryPoints: [{ entryPointType: 'phone', uri: 'tel:+1-555' }],
    },
  });
  expect(meet).toContain(`X-GOOGLE-CONFERENCE:${hangoutLink}`);
  expect(meet).not.toContain('tel:+1-555');
});
