import ICAL from 'ical.js';
import { compact, dayText, type Moment, wallText } from '../outlook/moments.ts';
import { instantAt, UTC, wallAt } from '../outlook/zones.ts';
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

/**
 * Starts of a rule on the clock of the series, in order, as RFC 5545 has them.
 *
 * @param before what begins then or later isn't wanted
 * @throws Error for what is no rule
 */
export function* startsOf(rule: Rule, start: Moment, before: number): Generator<number> {
  const until = untilOf(rule, start);
  if (rule.has('UNTIL') && until === undefined) throw new Error('UNTIL is no moment');
  // On the clock of the series alone: the hour stays what it is over changes of the clock.
  const text = [...rule].filter(([name]) => name !== 'UNTIL').map(([name, value]) => `${name}=${value}`).join(';');
  const recur = ICAL.Recur.fromString(text);
  // What can't be iterated would be looked for for ever.
  if (!happens(rule)) return;
  const iterator = recur.iterator(ICAL.Time.fromJSDate(new Date(start.wall), true));
  for (let next = iterator.next(); next; next = iterator.next()) {
    const wall = Date.UTC(next.year, next.month - 1, next.day, next.hour, next.minute, next.second);
    if (wall >= before || (until !== undefined && wall > until)) return;
    yield wall;
  }
}

/** False for days that no month has, as the 30th of February: a library would search for it to the end of time. */
function happens(rule: Rule): boolean {
  const months = (rule.get('BYMONTH') ?? '').split(',').filter(Boolean).map(Number);
  const days = (rule.get('BYMONTHDAY') ?? '').split(',').filter(Boolean).map((day) => Math.abs(Number(day)));
  if (days.length === 0) return true;
  const longest = (months.length === 0 ? [1] : months).map((month) => (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31));
  return days.some((day) => longest.some((length) => day >= 1 && day <= length));
}

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
      if (plain.length > 0) return interval === 1 ? { type: 'weekly', interval, daysOfWeek: plain, firstDayOfWeek } : undefined;
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
      return monthly('Yearly', { interval, month: months[0] ?? date.getUTCMonth() + 1 }, rule, days, monthDays, date, firstDayOfWeek);
    }
    default:
      return undefined;
  }
}

function monthly(
  kind: 'Monthly' | 'Yearly',
  common: { readonly interval: number; readonly month?: number },
  rule: Rule,
  days: readonly { readonly day: DayOfWeek; readonly nth: number | undefined }[],
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

function byDay(rule: Rule): { day: DayOfWeek; nth: number | undefined }[] | undefined {
  const found: { day: DayOfWeek; nth: number | undefined }[] = [];
  for (const text of (rule.get('BYDAY') ?? '').split(',').filter(Boolean)) {
    const match = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(text.trim());
    if (match === null) return undefined;
    found.push({ day: dayNamed(match[2] ?? '') as DayOfWeek, nth: match[1] === undefined ? undefined : Number(match[1]) });
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
        ...(pattern.interval > 1 && pattern.firstDayOfWeek !== 'monday' ? [`WKST=${codeOf(pattern.firstDayOfWeek ?? 'sunday')}`] : []),
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
  if (dayOfMonth <= shortest && (dayOfMonth < 29 || dayOfMonth < longest || type === 'absoluteYearly')) return [`BYMONTHDAY=${dayOfMonth}`];
  if (dayOfMonth >= longest && !(month === 2 && dayOfMonth === 29)) return ['BYMONTHDAY=-1'];
  const days = Array.from({ length: dayOfMonth - shortest + 1 }, (_, n) => shortest + n);
  return [`BYMONTHDAY=${days.join(',')}`, 'BYSETPOS=-1'];
}
