import { compact, dayText, instantAt, type Moment, UTC, wallAt, wallText } from '@sterna/content';
import {
  DAYS_OF_WEEK,
  type DayOfWeek,
  type PatternedRecurrence,
  type RecurrencePattern,
  WEEK_INDEXES,
  type WeekIndex,
} from './graph-event.ts';
import { dayOf } from './occurrences.ts';

const CODES = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;
const dayNamed = (code: string): DayOfWeek | undefined => DAYS_OF_WEEK[CODES.indexOf(code as never)];
const codeOf = (day: DayOfWeek): string => CODES[DAYS_OF_WEEK.indexOf(day)] as string;

/** Parts of an RRULE or EXRULE (RFC 5545 section 3.3.10), names and values in upper case. */
export type Rule = ReadonlyMap<string, string>;

export const ruleOf = (value: string): Rule =>
  new Map(
    value
      .trim()
      .toUpperCase()
      .split(';')
      .map((part) => part.split('=', 2).map((one) => one.trim()) as [string, string])
      .filter(([name, given]) => name !== '' && given !== undefined && given !== ''),
  );

export const isEndless = (rule: Rule): boolean => !rule.has('COUNT') && !rule.has('UNTIL');

/** UNTIL on the clock of the series; a day counts to its end. Undefined where there is none, or none that can be read. */
export function untilOf(rule: Rule, start: Moment): number | undefined {
  const given = rule.get('UNTIL');
  const wall = given === undefined ? undefined : compact(given);
  if (given === undefined || wall === undefined) return undefined;
  if (/^\d{8}$/.test(given)) return wall + 86_399_000;
  if (!given.endsWith('Z') || start.zone === 'date' || start.zone === 'floating') return wall;
  return wallAt(wall, start.zone);
}

/** Parts that fit no calendar of days: Outlook has nothing like them. */
const BEYOND_DAYS = ['BYYEARDAY', 'BYWEEKNO', 'BYEASTER', 'RSCALE', 'SKIP'];
/** Years after which a rule is taken to have no further dates. */
const YEARS = 400;
const DAY = 86_400_000;

/**
 * Starts of a rule on the clock of the series, in order, as RFC 5545 section 3.3.10 has them.
 *
 * @param before what begins then or later isn't wanted
 * @throws Error for what is no rule, or one of parts of a day
 */
export function* startsOf(rule: Rule, start: Moment, before: number): Generator<number> {
  const until = untilOf(rule, start);
  if (rule.has('UNTIL') && until === undefined) throw new Error('UNTIL is no moment');
  if (BEYOND_DAYS.some((name) => rule.has(name)) || !isOnClock(rule, start)) throw new Error('not a rule of days');
  const periods = periodsOf(rule, start);
  let left = rule.has('COUNT') ? Number(rule.get('COUNT')) : Number.POSITIVE_INFINITY;
  const positions = numbersIn(rule, 'BYSETPOS');
  const first = dayStart(start.wall);
  const end = Math.min(before, start.wall + YEARS * 366 * DAY, until ?? Number.POSITIVE_INFINITY);
  let isFirst = true;
  for (const { from, days } of periods) {
    if (from > end) return;
    const sorted = [...new Set(days)].sort((a, b) => a - b);
    const chosen =
      positions.length === 0
        ? sorted
        : sorted.filter((_, n) => positions.includes(n + 1) || positions.includes(n - sorted.length));
    for (const day of chosen) {
      if (day < first) continue;
      const wall = day + (start.wall - first);
      // The start counts, also where the rule doesn't have it (section 3.8.5.3).
      if (isFirst && wall !== start.wall) left -= 1;
      isFirst = false;
      if (left <= 0 || wall >= before || (until !== undefined && wall > until)) return;
      yield wall;
      left -= 1;
    }
  }
}

const dayStart = (wall: number): number => Math.floor(wall / DAY) * DAY;
const numbersIn = (rule: Rule, name: string): number[] => (rule.get(name) ?? '').split(',').filter(Boolean).map(Number);

/** BYHOUR and the like say nothing where they name the hour that it is anyway. */
function isOnClock(rule: Rule, start: Moment): boolean {
  const date = new Date(start.wall);
  const clock = { BYHOUR: date.getUTCHours(), BYMINUTE: date.getUTCMinutes(), BYSECOND: date.getUTCSeconds() };
  return Object.entries(clock).every(([name, value]) => !rule.has(name) || rule.get(name) === String(value));
}

/** Days of each period of the rule, the first one that of the start; days before it among them. */
function* periodsOf(rule: Rule, start: Moment): Generator<{ readonly from: number; readonly days: readonly number[] }> {
  const interval = Number(rule.get('INTERVAL') ?? 1);
  const byDays = byDay(rule);
  if (!Number.isInteger(interval) || interval < 1 || byDays === undefined) throw new Error('no rule');
  const months = numbersIn(rule, 'BYMONTH');
  const monthDays = numbersIn(rule, 'BYMONTHDAY');
  const first = dayStart(start.wall);
  const date = new Date(first);
  const isMonth = (day: number): boolean => months.length === 0 || months.includes(new Date(day).getUTCMonth() + 1);
  const isMonthDay = (day: number): boolean => {
    const at = new Date(day).getUTCDate();
    return monthDays.length === 0 || monthDays.includes(at) || monthDays.includes(at - lengthOf(day) - 1);
  };
  const isWeekday = (day: number): boolean =>
    byDays.length === 0 || byDays.some((one) => DAYS_OF_WEEK.indexOf(one.day) === new Date(day).getUTCDay());
  const inMonth = (month: number): number[] => {
    const all = daysFrom(month, lengthOf(month));
    if (monthDays.length > 0) return all.filter((day) => isMonthDay(day) && isWeekday(day));
    if (byDays.length > 0) return indexed(all, byDays);
    return all.filter((day) => new Date(day).getUTCDate() === date.getUTCDate());
  };
  switch (rule.get('FREQ')) {
    case 'DAILY':
      for (let day = first; ; day += interval * DAY)
        yield { from: day, days: [day].filter((one) => isMonth(one) && isMonthDay(one) && isWeekday(one)) };
    case 'WEEKLY': {
      const begins = CODES.indexOf((rule.get('WKST') ?? 'MO') as never);
      const wanted = byDays.length === 0 ? [date.getUTCDay()] : byDays.map((one) => DAYS_OF_WEEK.indexOf(one.day));
      for (let week = first - ((date.getUTCDay() - begins + 7) % 7) * DAY; ; week += interval * 7 * DAY)
        yield {
          from: week,
          days: daysFrom(week, 7).filter((day) => wanted.includes(new Date(day).getUTCDay() as never) && isMonth(day)),
        };
    }
    case 'MONTHLY':
      for (let n = date.getUTCMonth(); ; n += interval) {
        const month = Date.UTC(date.getUTCFullYear(), n, 1);
        yield { from: month, days: isMonth(month) ? inMonth(month) : [] };
      }
    case 'YEARLY':
      for (let year = date.getUTCFullYear(); ; year += interval) {
        const from = Date.UTC(year, 0, 1);
        const isOfYear = months.length === 0 && monthDays.length === 0 && byDays.length > 0;
        const own =
          months.length > 0
            ? months
            : monthDays.length > 0
              ? Array.from({ length: 12 }, (_, n) => n + 1)
              : [date.getUTCMonth() + 1];
        const days = isOfYear
          ? indexed(daysFrom(from, (Date.UTC(year + 1, 0, 1) - from) / DAY), byDays)
          : own.flatMap((month) => inMonth(Date.UTC(year, month - 1, 1)));
        yield { from, days };
      }
    default:
      throw new Error('not a rule of days');
  }
}

const daysFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, n) => first + n * DAY);
function lengthOf(day: number): number {
  const date = new Date(day);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

/** Weekdays among these days: all of them, or the nth from the front or the back. */
const indexed = (days: readonly number[], wanted: readonly NthDay[]): number[] =>
  wanted.flatMap(({ day, nth }) => {
    const all = days.filter((one) => new Date(one).getUTCDay() === DAYS_OF_WEEK.indexOf(day));
    return nth === undefined ? all : [nth > 0 ? all[nth - 1] : all.at(nth)].filter((one) => one !== undefined);
  });

/** What Outlook might call the rule; whether it is the same has to be tried. Undefined where nothing comes near. */
export function patternLike(rule: Rule, start: Moment): RecurrencePattern | undefined {
  const date = new Date(start.wall);
  const interval = Number(rule.get('INTERVAL') ?? 1);
  if (!Number.isInteger(interval) || interval < 1 || interval > 999) return undefined;
  const weekday = DAYS_OF_WEEK[date.getUTCDay()] as DayOfWeek;
  const firstDayOfWeek = dayNamed(rule.get('WKST') ?? 'MO') ?? 'monday';
  const days = byDay(rule);
  if (days === undefined) return undefined;
  const plain = days.filter((one) => one.nth === undefined).map((one) => one.day);
  const monthDays = (rule.get('BYMONTHDAY') ?? '').split(',').filter(Boolean).map(Number);
  const months = (rule.get('BYMONTH') ?? '').split(',').filter(Boolean).map(Number);
  switch (rule.get('FREQ')) {
    case 'DAILY':
      if (plain.length > 0)
        return interval === 1 ? { type: 'weekly', interval, daysOfWeek: plain, firstDayOfWeek } : undefined;
      return { type: 'daily', interval };
    case 'WEEKLY':
      return { type: 'weekly', interval, daysOfWeek: plain.length > 0 ? plain : [weekday], firstDayOfWeek };
    case 'MONTHLY':
      return monthly('Monthly', { interval }, rule, days, monthDays, date, firstDayOfWeek);
    case 'YEARLY': {
      if (months.length > 1) return undefined;
      const byWeek = days.length > 0 && months.length === 0;
      // Every Monday, said with the year as its frame.
      if (byWeek && interval === 1 && plain.length === days.length && !rule.has('BYSETPOS'))
        return { type: 'weekly', interval, daysOfWeek: plain, firstDayOfWeek };
      if (byWeek) return undefined;
      return monthly(
        'Yearly',
        { interval, month: months[0] ?? date.getUTCMonth() + 1 },
        rule,
        days,
        monthDays,
        date,
        firstDayOfWeek,
      );
    }
    default:
      return undefined;
  }
}

function monthly(
  kind: 'Monthly' | 'Yearly',
  common: { readonly interval: number; readonly month?: number },
  rule: Rule,
  days: readonly NthDay[],
  monthDays: readonly number[],
  date: Date,
  firstDayOfWeek: DayOfWeek,
): RecurrencePattern | undefined {
  const position = rule.get('BYSETPOS');
  if (days.length > 0 && monthDays.length === 0) {
    const nth = position === undefined ? days[0]?.nth : Number(position);
    const index = indexOf(nth);
    if (index !== undefined && (position !== undefined || days.length === 1))
      return { type: `relative${kind}`, ...common, daysOfWeek: days.map((one) => one.day), firstDayOfWeek, index };
    if (nth === undefined && position === undefined && kind === 'Monthly' && common.interval === 1)
      return { type: 'weekly', interval: 1, daysOfWeek: days.map((one) => one.day), firstDayOfWeek };
    return undefined;
  }
  if (days.length > 0) return undefined;
  // 28, 29 and 30, the last of them: the 30th, or what the month has instead.
  const [day = date.getUTCDate()] = position === '-1' ? [Math.max(...monthDays)] : monthDays;
  if (position === undefined && monthDays.length > 1) return undefined;
  return { type: `absolute${kind}`, ...common, dayOfMonth: day === -1 ? 31 : Math.min(31, Math.max(1, day)) };
}

interface NthDay {
  readonly day: DayOfWeek;
  readonly nth: number | undefined;
}

function byDay(rule: Rule): NthDay[] | undefined {
  const found: NthDay[] = [];
  for (const text of (rule.get('BYDAY') ?? '').split(',').filter(Boolean)) {
    const match = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(text.trim());
    if (match === null) return undefined;
    found.push({
      day: dayNamed(match[2] ?? '') as DayOfWeek,
      nth: match[1] === undefined ? undefined : Number(match[1]),
    });
  }
  return found;
}

const indexOf = (nth: number | undefined): WeekIndex | undefined =>
  nth === undefined ? undefined : nth === -1 ? 'last' : nth >= 1 && nth <= 4 ? WEEK_INDEXES[nth - 1] : undefined;

/** An Outlook series as RRULE, its value. `start`: of the series, on its clock. */
export function ruleText({ pattern, range }: PatternedRecurrence, start: Moment): string {
  const parts = [...frequency(pattern)];
  if (pattern.interval > 1) parts.splice(1, 0, `INTERVAL=${pattern.interval}`);
  if (range.type === 'numbered') parts.push(`COUNT=${range.numberOfOccurrences ?? 1}`);
  if (range.type === 'endDate' && range.endDate !== undefined) parts.push(`UNTIL=${untilText(range.endDate, start)}`);
  return parts.join(';');
}

function untilText(endDate: string, start: Moment): string {
  const day = dayOf(endDate);
  if (start.zone === 'date') return dayText(day);
  const wall = day + (((start.wall % 86_400_000) + 86_400_000) % 86_400_000);
  if (start.zone === 'floating') return wallText(wall);
  return `${wallText(start.zone === UTC ? wall : instantAt(wall, start.zone))}Z`;
}

function frequency(pattern: RecurrencePattern): string[] {
  const codes = (pattern.daysOfWeek ?? []).map(codeOf);
  const month = pattern.type.endsWith('Yearly') ? [`BYMONTH=${pattern.month ?? 1}`] : [];
  const freq = `FREQ=${pattern.type.endsWith('Yearly') ? 'YEARLY' : 'MONTHLY'}`;
  switch (pattern.type) {
    case 'daily':
      return ['FREQ=DAILY'];
    case 'weekly':
      return [
        'FREQ=WEEKLY',
        `BYDAY=${codes.join(',')}`,
        // It matters only where weeks are left out; RFC 5545's own is Monday.
        ...(pattern.interval > 1 && pattern.firstDayOfWeek !== 'monday'
          ? [`WKST=${codeOf(pattern.firstDayOfWeek ?? 'sunday')}`]
          : []),
      ];
    case 'relativeMonthly':
    case 'relativeYearly': {
      const nth = pattern.index === 'last' ? -1 : WEEK_INDEXES.indexOf(pattern.index ?? 'first') + 1;
      return codes.length === 1
        ? [freq, ...month, `BYDAY=${nth}${codes[0]}`]
        : [freq, ...month, `BYDAY=${codes.join(',')}`, `BYSETPOS=${nth}`];
    }
    default:
      return [freq, ...month, ...monthDay(pattern)];
  }
}

/** Where a month is too short for it, Outlook takes its last day; RFC 5545 would leave that month out. */
function monthDay({ type, month, dayOfMonth = 1 }: RecurrencePattern): string[] {
  const shortest = type === 'absoluteMonthly' || month === 2 ? 28 : [4, 6, 9, 11].includes(month ?? 1) ? 30 : 31;
  const longest = type === 'absoluteMonthly' ? 31 : month === 2 ? 29 : shortest;
  if (dayOfMonth <= shortest && (dayOfMonth < 29 || dayOfMonth < longest || type === 'absoluteYearly'))
    return [`BYMONTHDAY=${dayOfMonth}`];
  if (dayOfMonth >= longest && !(month === 2 && dayOfMonth === 29)) return ['BYMONTHDAY=-1'];
  const days = Array.from({ length: dayOfMonth - shortest + 1 }, (_, n) => shortest + n);
  return [`BYMONTHDAY=${days.join(',')}`, 'BYSETPOS=-1'];
}
