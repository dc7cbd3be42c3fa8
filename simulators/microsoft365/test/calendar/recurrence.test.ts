import * as fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import {
  type DayOfWeek,
  dateText,
  daysOfWeek,
  occurrenceDates,
  type PatternedRecurrence,
  type RecurrencePattern,
  weekIndexes,
} from '../../src/calendar/recurrence.ts';

const none: Omit<RecurrencePattern, 'type'> = {
  interval: 1,
  month: 0,
  dayOfMonth: 0,
  daysOfWeek: [],
  firstDayOfWeek: 'sunday',
  index: 'first',
};

function first(count: number, recurrence: PatternedRecurrence): string[] {
  return [...occurrenceDates(recurrence).take(count)].map(dateText);
}

const byDay = (days: readonly DayOfWeek[]) => days.map((day) => day.slice(0, 2).toUpperCase()).join(',');

/**
 * The same series as RRULEs for ical.js, each later one filling the months in which those before have nothing: the 31st
 * of Exchange's short months is their last day. A year is twelve months, which spares ical.js BYMONTH.
 */
function rules({ pattern, range }: PatternedRecurrence): string[] {
  const yearly = pattern.type.endsWith('Yearly');
  const interval = `INTERVAL=${yearly ? 12 * pattern.interval : pattern.interval}`;
  const end =
    range.type === 'endDate'
      ? `;UNTIL=${range.endDate.replaceAll('-', '')}`
      : // Counting is left to the comparison: two rules of one series would each count for themselves.
        '';
  if (pattern.type === 'daily') return [`FREQ=DAILY;${interval}${end}`];
  if (pattern.type === 'weekly') {
    return [`FREQ=WEEKLY;${interval};BYDAY=${byDay(pattern.daysOfWeek)};WKST=${byDay([pattern.firstDayOfWeek])}${end}`];
  }
  const monthly = `FREQ=MONTHLY;${interval}${end}`;
  if (pattern.type.startsWith('absolute')) {
    return [`${monthly};BYMONTHDAY=${pattern.dayOfMonth}`, `${monthly};BYMONTHDAY=-1`];
  }
  const position = pattern.index === 'last' ? -1 : weekIndexes.indexOf(pattern.index) + 1;
  return [`${monthly};BYDAY=${byDay(pattern.daysOfWeek)};BYSETPOS=${position}`];
}

function expected(recurrence: PatternedRecurrence, count: number): string[] {
  const byMonth = new Map<string, string>();
  const dates: string[] = [];
  const monthly = recurrence.pattern.type.startsWith('absolute');
  for (const rule of rules(recurrence)) {
    const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateString(recurrence.range.startDate));
    let left = count;
    for (let time = iterator.next(); time && left-- > 0; time = iterator.next()) {
      const date = time.toString();
      if (!monthly) dates.push(date);
      else if (!byMonth.has(date.slice(0, 7))) byMonth.set(date.slice(0, 7), date);
    }
  }
  return [...dates, ...byMonth.values()].sort().slice(0, count);
}

const anyDay = fc.constantFrom(...daysOfWeek);
const anyDays = fc.uniqueArray(anyDay, { minLength: 1, maxLength: 7 });
const startDates = fc
  .date({ min: new Date('2015-01-01'), max: new Date('2035-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const base = { ...none, interval: 1 };
const interval = fc.integer({ min: 1, max: 13 });
const patterns: fc.Arbitrary<RecurrencePattern> = fc.oneof(
  fc.record({ ...constants(base), type: fc.constant('daily' as const), interval }),
  fc.record({
    ...constants(base),
    type: fc.constant('weekly' as const),
    interval,
    daysOfWeek: anyDays,
    firstDayOfWeek: anyDay,
  }),
  fc.record({
    ...constants(base),
    type: fc.constant('absoluteMonthly' as const),
    interval,
    dayOfMonth: fc.integer({ min: 1, max: 31 }),
  }),
  fc.record({
    ...constants(base),
    type: fc.constant('relativeMonthly' as const),
    interval,
    daysOfWeek: anyDays,
    index: fc.constantFrom(...weekIndexes),
  }),
);

function constants(of: Omit<RecurrencePattern, 'type'>) {
  return {
    interval: fc.constant(of.interval),
    month: fc.constant(of.month),
    dayOfMonth: fc.constant(of.dayOfMonth),
    daysOfWeek: fc.constant<readonly DayOfWeek[]>(of.daysOfWeek),
    firstDayOfWeek: fc.constant<DayOfWeek>(of.firstDayOfWeek),
    index: fc.constant(of.index),
  };
}

describe('the dates of a series', () => {
  it('agree with ical.js for daily, weekly and monthly patterns, whose start is made the first occurrence', () => {
    fc.assert(
      fc.property(patterns, startDates, fc.integer({ min: 1, max: 40 }), (pattern, date, count) => {
        // DTSTART is always an occurrence to some readers of RFC 5545: only series that begin on the pattern compare.
        const from = first(1, { pattern, range: { type: 'noEnd', startDate: date, recurrenceTimeZone: 'UTC' } })[0];
        fc.pre(from !== undefined);
        const series: PatternedRecurrence = {
          pattern,
          range: { type: 'numbered', startDate: from as string, recurrenceTimeZone: 'UTC', numberOfOccurrences: count },
        };
        expect(first(99, series)).toEqual(expected(series, count));
      }),
      { numRuns: 500 },
    );
  });

  it('agree with ical.js for yearly patterns', () => {
    fc.assert(
      fc.property(
        startDates,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 31 }),
        anyDays,
        fc.constantFrom(...weekIndexes),
        fc.boolean(),
        (date, every, dayOfMonth, days, index, relative) => {
          const month = Number(date.slice(5, 7));
          const pattern: RecurrencePattern = relative
            ? { ...none, type: 'relativeYearly', interval: every, month, daysOfWeek: days, index }
            : { ...none, type: 'absoluteYearly', interval: every, month, dayOfMonth };
          const from = first(1, { pattern, range: { type: 'noEnd', startDate: date, recurrenceTimeZone: 'UTC' } })[0];
          const series: PatternedRecurrence = {
            pattern,
            range: { type: 'noEnd', startDate: from as string, recurrenceTimeZone: 'UTC' },
          };
          expect(first(12, series)).toEqual(expected(series, 12));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('include the end date, and end after the number of occurrences', () => {
    const weekly: RecurrencePattern = { ...none, type: 'weekly', daysOfWeek: ['monday'] };
    const range = { startDate: '2026-03-02', recurrenceTimeZone: 'UTC' };
    expect(first(9, { pattern: weekly, range: { ...range, type: 'endDate', endDate: '2026-03-16' } })).toEqual([
      '2026-03-02',
      '2026-03-09',
      '2026-03-16',
    ]);
    expect(first(9, { pattern: weekly, range: { ...range, type: 'numbered', numberOfOccurrences: 2 } })).toHaveLength(
      2,
    );
  });

  it("take a short month's last day for its 31st, and 28 February for the 29th", () => {
    const range = { type: 'noEnd', recurrenceTimeZone: 'UTC' } as const;
    const monthly: RecurrencePattern = { ...none, type: 'absoluteMonthly', dayOfMonth: 31 };
    expect(first(4, { pattern: monthly, range: { ...range, startDate: '2026-01-31' } })).toEqual([
      '2026-01-31',
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
    ]);
    const yearly: RecurrencePattern = { ...none, type: 'absoluteYearly', month: 2, dayOfMonth: 29 };
    expect(first(2, { pattern: yearly, range: { ...range, startDate: '2024-02-29' } })).toEqual([
      '2024-02-29',
      '2025-02-28',
    ]);
  });

  it('count all days of a relative pattern together: the last weekday', () => {
    const pattern: RecurrencePattern = {
      ...none,
      type: 'relativeMonthly',
      daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
      index: 'last',
    };
    const range = { type: 'noEnd', startDate: '2026-01-01', recurrenceTimeZone: 'UTC' } as const;
    expect(first(3, { pattern, range })).toEqual(['2026-01-30', '2026-02-27', '2026-03-31']);
  });
});
