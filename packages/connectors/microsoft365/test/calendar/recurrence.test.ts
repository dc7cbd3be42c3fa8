import { momentOf, momentProperty, readCalendarObject, wallText } from '@sterna/content';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { expect, test } from 'vitest';
import { DAYS_OF_WEEK, type PatternedRecurrence, WEEK_INDEXES } from '../../src/calendar/graph-event.ts';
import { dateText, daysOfSeries } from '../../src/calendar/occurrences.ts';
import { ruleOf, ruleText, startsOf } from '../../src/calendar/recurrence-rule.ts';
import { planSeries, type SeriesPlan } from '../../src/calendar/series.ts';

const DAY = 86_400_000;

const plan = (start: string, ...lines: string[]): SeriesPlan => {
  const text = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:1', start, ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join(
    '\r\n',
  );
  const { calendar, items } = readCalendarObject(Buffer.from(text));
  const [item] = items;
  const moment =
    item &&
    momentOf(
      calendar,
      item.properties.find((one) => one.name === 'DTSTART'),
    );
  if (item === undefined || moment === undefined) throw new Error('no start');
  return planSeries(calendar, item, moment, [], 'Europe/Berlin');
};

/** When Outlook shows it, on its clock. */
function shown({ start, recurrence, cancelled, moved }: SeriesPlan, limit: number): string[] {
  if (recurrence === undefined) return [wallText(start)];
  const clock = start - Math.floor(start / DAY) * DAY;
  const found: string[] = [];
  for (const day of daysOfSeries(recurrence)) {
    if (found.length >= limit) break;
    const date = dateText(day);
    if (!cancelled.has(date)) found.push(wallText(moved.get(date) ?? day + clock));
  }
  return found;
}

/** When RFC 5545 has it, by another program. */
function meant(start: string, rule: string, limit: number): string[] {
  const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromString(start, undefined as never));
  const found: string[] = [];
  for (let next = iterator.next(); next && found.length < limit; next = iterator.next())
    found.push(next.toString().replace(/[-:]/g, '').slice(0, 15));
  return found;
}

const interval = fc.integer({ min: 1, max: 5 });
const someDays = fc.uniqueArray(fc.constantFrom(...DAYS_OF_WEEK), { minLength: 1, maxLength: 7 });
const pattern = fc.oneof(
  fc.record({ type: fc.constant('daily' as const), interval }),
  fc.record({
    type: fc.constant('weekly' as const),
    interval,
    daysOfWeek: someDays,
    firstDayOfWeek: fc.constantFrom(...DAYS_OF_WEEK),
  }),
  fc.record({ type: fc.constant('absoluteMonthly' as const), interval, dayOfMonth: fc.integer({ min: 1, max: 31 }) }),
  fc.record({
    type: fc.constant('relativeMonthly' as const),
    interval,
    daysOfWeek: someDays,
    index: fc.constantFrom(...WEEK_INDEXES),
  }),
  fc.record({
    type: fc.constant('absoluteYearly' as const),
    interval: fc.integer({ min: 1, max: 2 }),
    dayOfMonth: fc.integer({ min: 1, max: 31 }),
    month: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({
    type: fc.constant('relativeYearly' as const),
    interval: fc.integer({ min: 1, max: 2 }),
    daysOfWeek: someDays,
    index: fc.constantFrom(...WEEK_INDEXES),
    month: fc.integer({ min: 1, max: 12 }),
  }),
);
const range = fc.oneof(
  fc.constant({ type: 'noEnd' as const }),
  fc.record({ type: fc.constant('numbered' as const), numberOfOccurrences: fc.integer({ min: 2, max: 20 }) }),
);
const startDay = fc.integer({ min: 0, max: 2_000 }).map((n) => Date.UTC(2024, 0, 1) + n * DAY);

test('every series of Outlook has a rule that means the same days', () => {
  fc.assert(
    fc.property(pattern, range, startDay, (one, end, from) => {
      const first =
        [
          ...daysOfSeries({
            pattern: one,
            range: { type: 'numbered', numberOfOccurrences: 1, startDate: dateText(from) },
          }),
        ][0] ?? from;
      const recurrence: PatternedRecurrence = { pattern: one, range: { ...end, startDate: dateText(first) } };
      const start = { wall: first + 36_000_000, zone: 'floating' };
      const rule = ruleText(recurrence, start);
      const days: string[] = [];
      for (const day of daysOfSeries(recurrence)) {
        if (days.length >= 24) break;
        days.push(wallText(day + 36_000_000));
      }
      const iso = new Date(start.wall).toISOString().slice(0, 19);
      const own = [...startsOf(ruleOf(rule), start, Date.UTC(2100, 0, 1))].slice(0, 24);
      expect(own.map(wallText), rule).toEqual(days);
      // ical.js passes BYSETPOS over where days of the month are given.
      if (!/BYMONTHDAY=.*BYSETPOS/.test(rule)) expect(meant(iso, rule, 24), rule).toEqual(days);
    }),
    { numRuns: 400 },
  );
});

const code = fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU');
const part = (name: string, values: fc.Arbitrary<string>) =>
  fc.option(
    values.map((value) => `${name}=${value}`),
    { nil: '' },
  );
const rule = fc
  .tuple(
    fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
    part('INTERVAL', interval.map(String)),
    fc.oneof(
      fc.constant(''),
      fc.uniqueArray(code, { minLength: 1, maxLength: 3 }).map((all) => `BYDAY=${all.join(',')}`),
      fc.tuple(fc.constantFrom(1, 2, 3, 4, 5, -1, -2), code).map(([n, day]) => `BYDAY=${n}${day}`),
      fc
        .uniqueArray(fc.constantFrom(1, 15, 28, 29, 30, 31, -1, -3), { minLength: 1, maxLength: 2 })
        .map((all) => `BYMONTHDAY=${all.join(',')}`),
    ),
    part(
      'BYMONTH',
      fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 2 }).map((all) => all.join(',')),
    ),
    fc.integer({ min: 2, max: 12 }).map((n) => `COUNT=${n}`),
  )
  .map(([freq, ...parts]) => [`FREQ=${freq}`, ...parts].filter(Boolean).join(';'))
  // Not allowed together (RFC 5545 section 3.3.10).
  .filter(
    (text) =>
      !(/FREQ=(?:DAILY|WEEKLY)/.test(text) && /BYDAY=-?\d/.test(text)) &&
      !(/WEEKLY/.test(text) && /BYMONTHDAY/.test(text)),
  );

test('a rule with an end is shown on its days and no others, or it is told that it can’t', () => {
  let held = 0;
  let told = 0;
  fc.assert(
    fc.property(rule, startDay, (text, day) => {
      const any = { wall: day + 34_200_000, zone: 'floating' };
      const [first] = startsOf(ruleOf(text.replace(/;COUNT=\d+/, '')), any, Date.UTC(2150, 0, 1));
      fc.pre(first !== undefined);
      const start = `${dateText(first ?? 0)}T09:30:00`;
      // Of a rule without dates the other program would never tell.
      const own = [
        ...startsOf(ruleOf(text), { wall: Date.parse(`${start}Z`), zone: 'floating' }, Date.UTC(2150, 0, 1)),
      ];
      const count = Number(/COUNT=(\d+)/.exec(text)?.[1]);
      fc.pre(own.length === count);
      // Its own counting is off where months are left out.
      const wanted = own.map(wallText);
      // Some rules it reads otherwise than RFC 5545, or never comes to an end over: months listed, days of a month daily
      // or yearly; and a day that some months or years haven’t, which it carries over into the next month.
      const carriesOver = /YEARLY/.test(text) && !/BYDAY/.test(text) && Number(start.slice(8, 10)) > 28;
      if (
        !carriesOver &&
        !/YEARLY.*BYMONTHDAY|BYMONTH=\d+,|MONTHLY.*BYMONTH=|DAILY.*BYMONTHDAY|BYMONTHDAY=[^;]*,/.test(text)
      )
        expect(wanted, text).toEqual(meant(start, text.replace(/;COUNT=\d+/, ''), count));
      const made = plan(`DTSTART:${start.replace(/[-:]/g, '')}`, `RRULE:${text}`);
      if (made.deviation !== undefined) {
        told += 1;
        return;
      }
      held += 1;
      const all = [...new Set([start.replace(/[-:]/g, ''), ...wanted])].sort();
      expect(shown(made, 200), text).toEqual(all);
    }),
    { numRuns: 400 },
  );
  expect(held).toBeGreaterThan(told);
});

test.each([
  [
    'weekly',
    'FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU;INTERVAL=2',
    { type: 'weekly', interval: 2, daysOfWeek: ['monday', 'wednesday'], firstDayOfWeek: 'sunday' },
  ],
  ['the second Monday', 'FREQ=MONTHLY;BYDAY=2MO', { type: 'relativeMonthly', index: 'second', daysOfWeek: ['monday'] }],
  ['the last workday', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', { type: 'relativeMonthly', index: 'last' }],
  ['the last day', 'FREQ=MONTHLY;BYMONTHDAY=-1', { type: 'absoluteMonthly', dayOfMonth: 31 }],
  ['the last Sunday of March', 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU', { type: 'relativeYearly', month: 3, index: 'last' }],
  ['a birthday', 'FREQ=YEARLY', { type: 'absoluteYearly', month: 3, dayOfMonth: 4 }],
])('%s is Outlook’s own', (name, text, wanted) => {
  const starts: Record<string, string> = {
    weekly: '20260302',
    'the second Monday': '20260309',
    'the last workday': '20260331',
    'the last day': '20260331',
    'the last Sunday of March': '20260329',
    'a birthday': '20260304',
  };
  const made = plan(`DTSTART;TZID=Europe/Berlin:${starts[name]}T100000`, `RRULE:${text}`);
  expect(made.deviation).toBeUndefined();
  expect(made.cancelled.size).toBe(0);
  expect(made.recurrence?.pattern).toMatchObject(wanted);
  expect(made.recurrence?.range).toMatchObject({ type: 'noEnd', recurrenceTimeZone: 'Europe/Berlin' });
});

test('what Outlook can’t say becomes a wider series without the surplus days, or is told', () => {
  // The 31st of short months is no day of RFC 5545.
  const months = plan('DTSTART:20260131T090000', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4');
  expect(months.deviation).toBeUndefined();
  expect(shown(months, 9)).toEqual(['20260131T090000', '20260331T090000', '20260531T090000', '20260731T090000']);
  const extra = plan(
    'DTSTART:20260302T090000',
    'RRULE:FREQ=WEEKLY;COUNT=2',
    'RDATE:20260304T140000',
    'EXDATE:20260302T090000',
  );
  expect(extra.deviation).toBeUndefined();
  expect(shown(extra, 9)).toEqual(['20260304T140000', '20260309T090000']);
  expect(plan('DTSTART:20260302T090000', 'RRULE:FREQ=HOURLY;COUNT=30').deviation).toBeDefined();
  const endless = plan('DTSTART:20260131T090000', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=31');
  expect(endless.deviation).toMatch(/after \d{4}-/);
  expect(shown(endless, 5)).toEqual([
    '20260131T090000',
    '20260331T090000',
    '20260531T090000',
    '20260731T090000',
    '20260831T090000',
  ]);
  expect(plan('DTSTART:20260302T090000', 'RRULE:FREQ=WEEKLY', 'RDATE:20260304T140000')).toMatchObject({
    unheld: [Date.UTC(2026, 2, 4, 14)],
  });
});

test('UNTIL is a moment of the zone: the last day counts only where its hour is reached', () => {
  const until = (text: string) =>
    plan('DTSTART;TZID=America/New_York:20260302T200000', `RRULE:FREQ=DAILY;UNTIL=${text}`).recurrence?.range;
  // 20:00 in New York is 01:00 of the next day in UTC.
  expect(until('20260306T010000Z')).toMatchObject({ type: 'endDate', endDate: '2026-03-05' });
  expect(until('20260306T005959Z')).toMatchObject({ endDate: '2026-03-04' });
  expect(until('20260305')).toMatchObject({ endDate: '2026-03-05' });
  expect(plan('DTSTART:20260302T090000Z', 'RRULE:FREQ=DAILY;UNTIL=99991231T000000Z').recurrence?.range.type).toBe(
    'noEnd',
  );
  expect(plan('DTSTART:20260302T090000Z', 'RRULE:FREQ=DAILY;UNTIL=20250101T000000Z').recurrence).toBeUndefined();
});

test('days that no month has end the search', () => {
  expect(plan('DTSTART:20260302T090000Z', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30').recurrence).toBeUndefined();
  expect(momentProperty('X', { wall: 0, zone: 'Etc/UTC' }).value).toBe('19700101T000000Z');
});
