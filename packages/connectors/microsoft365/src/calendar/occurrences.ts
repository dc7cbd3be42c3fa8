import { DAYS_OF_WEEK, type PatternedRecurrence, type RecurrencePattern, WEEK_INDEXES } from './graph-event.ts';

const DAY = 86_400_000;

export const dateText = (day: number): string => new Date(day).toISOString().slice(0, 10);
export const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`);

/**
 * The days of an Outlook series in their order, as UTC midnights. In a short month the 31st is its last day, and among
 * several days of the week the index counts all of them together ([MS-OXOCAL] section 2.2.1.44.1).
 */
export function* daysOfSeries({ pattern, range }: PatternedRecurrence): Generator<number> {
  const from = dayOf(range.startDate);
  const end = range.type === 'endDate' ? dayOf(range.endDate ?? '') : Number.POSITIVE_INFINITY;
  let left = range.type === 'numbered' ? (range.numberOfOccurrences ?? 0) : Number.POSITIVE_INFINITY;
  for (const day of daysOfPattern(pattern, from)) {
    if (day > end || left <= 0) return;
    yield day;
    left -= 1;
  }
}

function* daysOfPattern(pattern: RecurrencePattern, from: number): Generator<number> {
  if (pattern.type === 'daily') {
    for (let day = from; ; day += DAY * pattern.interval) yield day;
  } else if (pattern.type === 'weekly') {
    const first = DAYS_OF_WEEK.indexOf(pattern.firstDayOfWeek ?? 'sunday');
    const offsets = (pattern.daysOfWeek ?? [])
      .map((name) => (DAYS_OF_WEEK.indexOf(name) - first + 7) % 7)
      .sort((a, b) => a - b);
    if (offsets.length === 0) return;
    for (let week = from - ((new Date(from).getUTCDay() - first + 7) % 7) * DAY; ; week += 7 * DAY * pattern.interval)
      for (const offset of offsets) if (week + offset * DAY >= from) yield week + offset * DAY;
  } else {
    const yearly = pattern.type.endsWith('Yearly');
    const start = new Date(from);
    const step = yearly ? 12 * pattern.interval : pattern.interval;
    // A month that an index doesn't reach has no day; a pattern without any ends with the calendar.
    for (let month = yearly ? (pattern.month ?? 1) - 1 : start.getUTCMonth(); ; month += step) {
      const at = Date.UTC(start.getUTCFullYear(), month, 1);
      if (Number.isNaN(at) || new Date(at).getUTCFullYear() > 4_500) return;
      const day = pattern.type.startsWith('absolute')
        ? dayInMonth(at, pattern.dayOfMonth ?? 1)
        : indexedDay(at, pattern);
      if (day !== undefined && day >= from) yield day;
    }
  }
}

const lengthOfMonth = (first: number): number => {
  const date = new Date(first);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
};

const dayInMonth = (first: number, day: number): number => first + (Math.min(day, lengthOfMonth(first)) - 1) * DAY;

function indexedDay(first: number, { daysOfWeek = [], index = 'first' }: RecurrencePattern): number | undefined {
  const wanted = new Set(daysOfWeek.map((name) => DAYS_OF_WEEK.indexOf(name)));
  const days: number[] = [];
  for (let n = 0; n < lengthOfMonth(first); n += 1)
    if (wanted.has(new Date(first + n * DAY).getUTCDay() as never)) days.push(first + n * DAY);
  return index === 'last' ? days.at(-1) : days[WEEK_INDEXES.indexOf(index)];
}
