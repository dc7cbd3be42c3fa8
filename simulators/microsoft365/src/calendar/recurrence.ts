/**
 * When a patternedRecurrence takes place, in dates alone: the hour belongs to the event and its zone.
 *
 * Where RFC 5545 and Exchange part ways, this is Exchange: the 31st of a short month is its last day, and of several
 * days in a relative pattern the index counts all of them together ("the last weekday").
 * https://learn.microsoft.com/graph/api/resources/recurrencepattern
 * https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxocal (PatternTypeSpecific)
 */

export const daysOfWeek = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
export type DayOfWeek = (typeof daysOfWeek)[number];
export const weekIndexes = ['first', 'second', 'third', 'fourth', 'last'] as const;
export type WeekIndex = (typeof weekIndexes)[number];
export const patternTypes = [
  'daily',
  'weekly',
  'absoluteMonthly',
  'relativeMonthly',
  'absoluteYearly',
  'relativeYearly',
] as const;

export interface RecurrencePattern {
  readonly type: (typeof patternTypes)[number];
  readonly interval: number;
  readonly month: number;
  readonly dayOfMonth: number;
  readonly daysOfWeek: readonly DayOfWeek[];
  readonly firstDayOfWeek: DayOfWeek;
  readonly index: WeekIndex;
}

/** Dates are `YYYY-MM-DD`; endDate counts. */
export type RecurrenceRange = { readonly startDate: string; readonly recurrenceTimeZone: string } & (
  | { readonly type: 'noEnd' }
  | { readonly type: 'endDate'; readonly endDate: string }
  | { readonly type: 'numbered'; readonly numberOfOccurrences: number }
);

export interface PatternedRecurrence {
  readonly pattern: RecurrencePattern;
  readonly range: RecurrenceRange;
}

const day = 86_400_000;

/** Exchange's calendar ends here, and so does a series without an end. */
const lastDay = Date.UTC(4500, 7, 31);

export const dateText = (utc: number): string => new Date(utc).toISOString().slice(0, 10);
export const dateOf = (text: string): number => Date.parse(`${text}T00:00:00Z`);

/** Day of an absolute pattern in a month (0-based, may run over the year). */
function absoluteDay(year: number, month: number, dayOfMonth: number): number {
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(dayOfMonth, last));
}

/** Day of a relative pattern in a month; undefined if the month has none (no month lacks one for at most `fourth`). */
function relativeDay(year: number, month: number, pattern: RecurrencePattern): number | undefined {
  const wanted = new Set(pattern.daysOfWeek.map((name) => daysOfWeek.indexOf(name)));
  const first = Date.UTC(year, month, 1);
  const end = Date.UTC(year, month + 1, 1);
  const matching: number[] = [];
  for (let date = first; date < end; date += day) if (wanted.has(new Date(date).getUTCDay())) matching.push(date);
  return pattern.index === 'last' ? matching.at(-1) : matching[weekIndexes.indexOf(pattern.index)];
}

function* monthly(pattern: RecurrencePattern, from: number): Generator<number> {
  const start = new Date(from);
  const yearly = pattern.type === 'absoluteYearly' || pattern.type === 'relativeYearly';
  const relative = pattern.type === 'relativeMonthly' || pattern.type === 'relativeYearly';
  const step = yearly ? 12 * pattern.interval : pattern.interval;
  // Months and years are counted from the start's, whether or not the pattern falls on or after the start in it.
  for (let month = yearly ? pattern.month - 1 : start.getUTCMonth(); ; month += step) {
    if (Date.UTC(start.getUTCFullYear(), month, 1) > lastDay) return;
    const date = relative
      ? relativeDay(start.getUTCFullYear(), month, pattern)
      : absoluteDay(start.getUTCFullYear(), month, pattern.dayOfMonth);
    if (date !== undefined && date >= from) yield date;
  }
}

function* weekly(pattern: RecurrencePattern, from: number): Generator<number> {
  const first = daysOfWeek.indexOf(pattern.firstDayOfWeek);
  const offsets = pattern.daysOfWeek
    .map((name) => (daysOfWeek.indexOf(name) - first + 7) % 7)
    .sort((left, right) => left - right);
  let week = from - ((new Date(from).getUTCDay() - first + 7) % 7) * day;
  for (; week <= lastDay; week += 7 * day * pattern.interval) {
    for (const offset of offsets) if (week + offset * day >= from) yield week + offset * day;
  }
}

function* daily(pattern: RecurrencePattern, from: number): Generator<number> {
  for (let date = from; date <= lastDay; date += day * pattern.interval) yield date;
}

/** All dates of a series in order, as UTC midnights, without its exceptions: endless ones run to the year 4500. */
export function* occurrenceDates({ pattern, range }: PatternedRecurrence): Generator<number> {
  const from = dateOf(range.startDate);
  const dates =
    pattern.type === 'daily'
      ? daily(pattern, from)
      : pattern.type === 'weekly'
        ? weekly(pattern, from)
        : monthly(pattern, from);
  const end = range.type === 'endDate' ? dateOf(range.endDate) : lastDay;
  let left = range.type === 'numbered' ? range.numberOfOccurrences : Number.POSITIVE_INFINITY;
  for (const date of dates) {
    if (date > end || left-- <= 0) return;
    yield date;
  }
}
