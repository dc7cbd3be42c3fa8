import ICAL from 'ical.js';
import { type EventTime, isDate, parseDate, timeLike, wallOfTime } from './times.ts';
import { isZone, wallAt } from './zones.ts';

/** The lines of an event's `recurrence`, read. Times are walls of the event's own clock, in milliseconds. */
export interface Recurrence {
  readonly rules: readonly Rule[];
  readonly excludedRules: readonly Rule[];
  readonly dates: readonly number[];
  readonly excludedDates: ReadonlySet<number>;
}

interface Rule {
  readonly rule: ICAL.Recur;
  /** The last wall that counts. */
  readonly until: number;
  readonly count: number;
}

/** A line that isn't one of RFC 5545's, or that Calendar doesn't take. */
export class RecurrenceError extends Error {}

/** Walls beyond this are nobody's appointments, and rules that never match would run on. */
const END_OF_TIME = Date.UTC(2200, 0, 1);

/**
 * Reads the lines of a series that begins at `start`. https://developers.google.com/workspace/calendar/api/concepts
 * Throws RecurrenceError for DTSTART and DTEND, unknown properties, broken rules, and COUNT together with UNTIL.
 */
export function parseRecurrence(lines: readonly string[], start: EventTime, calendarZone: string): Recurrence {
  const zone = isDate(start) ? 'UTC' : (start.zone ?? calendarZone);
  const found = { rules: [] as Rule[], excludedRules: [] as Rule[], dates: [] as number[], excluded: [] as number[] };
  for (const line of lines) {
    const match = /^([A-Z]+)((?:;[^:;=]+=[^:;]+)*):(.+)$/i.exec(line.trim());
    if (match === null) throw new RecurrenceError('Invalid recurrence rule.');
    const [, name, parameters = '', value] = match as unknown as [string, string, string | undefined, string];
    switch (name.toUpperCase()) {
      case 'RRULE':
        found.rules.push(parseRule(value, zone));
        break;
      case 'EXRULE':
        found.excludedRules.push(parseRule(value, zone));
        break;
      case 'RDATE':
        found.dates.push(...parseDates(value, parameters, start, zone));
        break;
      case 'EXDATE':
        found.excluded.push(...parseDates(value, parameters, start, zone));
        break;
      default:
        throw new RecurrenceError(`Invalid recurrence rule. ${name} isn't allowed here.`);
    }
  }
  if (found.rules.length === 0 && found.dates.length === 0) throw new RecurrenceError('Invalid recurrence rule.');
  return { ...found, excludedDates: new Set(found.excluded) };
}

function parseRule(text: string, zone: string): Rule {
  let rule: ICAL.Recur;
  try {
    rule = ICAL.Recur.fromString(text);
  } catch {
    throw new RecurrenceError('Invalid recurrence rule.');
  }
  const { until } = rule;
  if (!rule.freq || (until !== null && rule.count !== null)) throw new RecurrenceError('Invalid recurrence rule.');
  const count = rule.count ?? Number.POSITIVE_INFINITY;
  // Counted here: the iterator counts days that aren't in their month, too.
  rule.count = null;
  if (until === null) return { rule, until: END_OF_TIME, count };
  const wall = Date.UTC(until.year, until.month - 1, until.day, until.hour, until.minute, until.second);
  rule.until = null;
  // A date alone means the whole day; a time is in UTC, or on the event's clock.
  if (until.isDate) return { rule, until: wall + 86_400_000 - 1, count };
  return { rule, until: /UNTIL=\d{8}T\d{6}Z/i.test(text) ? wallAt(wall, zone) : wall, count };
}

function parseDates(value: string, parameters: string, start: EventTime, zone: string): number[] {
  const named = /;TZID=([^;]+)/i.exec(parameters)?.[1];
  if (named !== undefined && !isZone(named)) throw new RecurrenceError('Invalid recurrence rule.');
  return value.split(',').map((text) => {
    const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/i.exec(text.trim());
    const date = match && parseDate(`${match[1]}-${match[2]}-${match[3]}`);
    if (match === null || date === undefined || date === null) throw new RecurrenceError('Invalid recurrence rule.');
    if (match[4] === undefined) {
      // A date in a timed series means that day's instance.
      return isDate(start) ? date : date + (wallOfTime(start, zone) % 86_400_000);
    }
    const wall = date + ((Number(match[4]) * 60 + Number(match[5])) * 60 + Number(match[6])) * 1000;
    if (isDate(start)) return date;
    if (match[7] !== undefined) return wallAt(wall, zone);
    if (named === undefined || named === zone) return wall;
    const other = timeLike({ instant: 0, zone: named }, wall, named);
    return isDate(other) ? wall : wallAt(other.instant, zone);
  });
}

/** The walls at which a series takes place, ascending, without the excluded ones; it may never end before 2200. */
export function* occurrences(recurrence: Recurrence, startWall: number): Generator<number> {
  const heads = [
    walls([startWall, ...recurrence.dates].sort((left, right) => left - right)),
    ...recurrence.rules.map((rule) => ruleWalls(rule, startWall)),
  ].map((source) => ({ source, next: source.next() }));
  const excluded = recurrence.excludedRules.map((rule) => {
    const source = ruleWalls(rule, startWall);
    return { source, next: source.next() };
  });
  let last: number | undefined;
  for (;;) {
    const open = heads.filter(({ next }) => next.done !== true);
    if (open.length === 0) return;
    const wall = Math.min(...open.map(({ next }) => next.value as number));
    for (const head of open) if (head.next.value === wall) head.next = head.source.next();
    if (wall === last) continue;
    last = wall;
    let out = recurrence.excludedDates.has(wall);
    for (const rule of excluded) {
      while (rule.next.done !== true && (rule.next.value as number) < wall) rule.next = rule.source.next();
      out ||= rule.next.value === wall;
    }
    if (!out) yield wall;
  }
}

function* walls(list: readonly number[]): Generator<number> {
  yield* list;
}

function* ruleWalls({ rule, until, count }: Rule, startWall: number): Generator<number> {
  const at = new Date(startWall);
  const start = new ICAL.Time(
    {
      year: at.getUTCFullYear(),
      month: at.getUTCMonth() + 1,
      day: at.getUTCDate(),
      hour: at.getUTCHours(),
      minute: at.getUTCMinutes(),
      second: at.getUTCSeconds(),
      isDate: false,
    },
    ICAL.Timezone.localTimezone,
  );
  const iterator = rule.iterator(start);
  let found = 0;
  for (let next = iterator.next(); next !== null && next !== undefined; next = iterator.next()) {
    const wall = Date.UTC(next.year, next.month - 1, next.day, next.hour, next.minute, next.second);
    if (wall > until || wall > END_OF_TIME || found >= count) return;
    if (!isInMonth(rule, next, at)) continue;
    found += 1;
    yield wall;
  }
}

/** February 29 and 30 aren't March 1: the iterator goes on to the next month, RFC 5545 leaves such days out. */
function isInMonth(rule: ICAL.Recur, { month, day }: ICAL.Time, start: Date): boolean {
  const months = rule.getComponent('BYMONTH').map(Number);
  const days = rule.getComponent('BYMONTHDAY').map(Number);
  if (months.length > 0 && !months.includes(month)) return false;
  if (days.length > 0 && days.every((one) => one > 0) && !days.includes(day)) return false;
  const isPlain = rule.freq === 'YEARLY' && Object.keys(rule.parts).every((part) => part === 'WKST');
  return !isPlain || (month === start.getUTCMonth() + 1 && day === start.getUTCDate());
}

/** True when a series has no last instance. */
export function isEndless(recurrence: Recurrence): boolean {
  return recurrence.rules.some(({ until, count }) => count === Number.POSITIVE_INFINITY && until === END_OF_TIME);
}
