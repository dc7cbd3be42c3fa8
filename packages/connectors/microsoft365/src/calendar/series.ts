import {
  type Component,
  instantOf,
  type Moment,
  momentOf,
  propertiesOf,
  splitList,
  UTC,
  wallAt,
} from '@sterna/content';
import { DAYS_OF_WEEK, type PatternedRecurrence, type RecurrencePattern } from './graph-event.ts';
import { dateText, daysOfSeries } from './occurrences.ts';
import { isEndless, patternLike, type Rule, ruleOf, startsOf, untilOf } from './recurrence-rule.ts';

const DAY = 86_400_000;
/** How far a rule without an end is compared, and how many of its dates. */
const HORIZON = 30 * 366 * DAY;
const MOST_COMPARED = 400;
/** Dates of a series that has an end. */
const MOST_DATES = 3_000;
/** Outlook counts no further. */
const MOST_COUNTED = 999;
/** Occurrences that are taken out of a wider series, each by a request of its own. */
const MOST_CANCELLED = 100;

/** How often an item takes place, as far as Outlook can hold it. */
export interface SeriesPlan {
  /** Of its first occurrence, on the clock of its DTSTART. */
  readonly start: number;
  readonly recurrence: PatternedRecurrence | undefined;
  /** Days of the series that don't take place, `YYYY-MM-DD`. */
  readonly cancelled: ReadonlySet<string>;
  /** Occurrences at another hour of their day: day → start on the clock. */
  readonly moved: ReadonlyMap<string, number>;
  /** Starts that no series of Outlook has, on the clock; the first ones of many. */
  readonly unheld: readonly number[];
  /** Why it isn't the same in Outlook; undefined: it is. */
  readonly deviation: string | undefined;
}

/**
 * The series of a master, by trial: what Outlook would make of a pattern is compared with what RFC 5545 makes of the
 * rule. Where they differ, a series with an end becomes a wider one without the surplus days; what is left is told.
 *
 * @param exceptions moments that exceptions stand for, where there is no master to have them
 */
export function planSeries(
  calendar: Component,
  item: Component,
  start: Moment,
  exceptions: readonly Moment[],
  floating: string,
): SeriesPlan {
  const zone = clockOf(start, floating);
  const wallOf = (moment: Moment): number =>
    moment.zone === start.zone || start.zone === 'date' || moment.zone === 'date'
      ? moment.wall
      : wallAt(instantOf(moment, floating), zone);
  const listed = (name: string): Moment[] =>
    propertiesOf(item, name).flatMap((property) =>
      splitList(property.value).flatMap((value) => momentOf(calendar, property, value) ?? []),
    );
  const rules = propertiesOf(item, 'RRULE').map((one) => ruleOf(one.value));
  const exRules = propertiesOf(item, 'EXRULE').map((one) => ruleOf(one.value));
  const extra = [...listed('RDATE'), ...exceptions].map(wallOf);
  const excluded = listed('EXDATE');
  if (rules.length === 0 && extra.every((wall) => wall === start.wall)) return single(start.wall);

  const isExcluded = (wall: number): boolean =>
    excluded.some((one) =>
      one.zone === 'date' ? Math.floor(wallOf(one) / DAY) === Math.floor(wall / DAY) : wallOf(one) === wall,
    );
  const endless = rules.some(isEndless);
  const limit = start.wall + HORIZON;
  let walls: number[];
  const dropped = new Set<number>();
  try {
    const found = new Set<number>([start.wall, ...extra]);
    for (const rule of rules)
      for (const wall of startsOf(rule, start, endless ? limit : Number.POSITIVE_INFINITY)) {
        found.add(wall);
        if (found.size > (endless ? MOST_COMPARED : MOST_DATES) + extra.length) break;
      }
    walls = [...found].sort((a, b) => a - b);
    for (const rule of exRules) for (const wall of startsOf(rule, start, (walls.at(-1) ?? 0) + 1)) dropped.add(wall);
  } catch {
    return unheld(start.wall, [], 'Outlook repeats by days, weeks, months and years alone');
  }
  if (!endless && walls.length === 1 && !isExcluded(start.wall)) return single(start.wall);
  // An end beyond all that is compared is as good as none.
  const isLong = endless || walls.length > MOST_DATES;
  const isOut = (wall: number): boolean => isExcluded(wall) || dropped.has(wall);

  const [rule] = rules;
  const common = { start, zone, walls, isOut };
  const own = rules.length === 1 && rule !== undefined ? matching(rule, common, extra, isLong) : undefined;
  if (own !== undefined && (!isLong || exRules.length === 0)) return own;
  if (!isLong) {
    const wider = widened(common);
    if (wider !== undefined) return wider;
  }
  if (isLong && rules.length === 1 && rule !== undefined && exRules.length === 0) {
    const near = nearly(rule, common, extra);
    if (near !== undefined) return near;
  }
  return unheld(
    start.wall,
    walls.filter((wall) => !isOut(wall) && wall !== start.wall),
    'Outlook has no such repetition',
  );
}

/** IANA zone whose days the series counts. */
export const clockOf = (start: Moment, floating: string): string =>
  start.zone === 'date' ? UTC : start.zone === 'floating' ? floating : start.zone;

interface Wanted {
  readonly start: Moment;
  readonly zone: string;
  /** In order, what is excluded as well. */
  readonly walls: readonly number[];
  readonly isOut: (wall: number) => boolean;
}

const single = (start: number): SeriesPlan => ({
  start,
  recurrence: undefined,
  cancelled: new Set(),
  moved: new Map(),
  unheld: [],
  deviation: undefined,
});
const unheld = (start: number, dates: readonly number[], deviation: string): SeriesPlan => ({
  ...single(start),
  unheld: dates.slice(0, MOST_CANCELLED),
  deviation,
});

const dayStart = (wall: number): number => Math.floor(wall / DAY) * DAY;
const sameClock = (one: number, other: number): boolean => one - dayStart(one) === other - dayStart(other);

/** The rule is one of Outlook's: the same days, at the same hour. */
function matching(
  rule: Rule,
  { start, zone, walls, isOut }: Wanted,
  extra: readonly number[],
  isLong: boolean,
): SeriesPlan | undefined {
  const pattern = patternLike(rule, start);
  if (pattern === undefined) return undefined;
  const recurrence = { pattern, range: rangeOf(rule, start, zone, walls) };
  const days = isLong ? firstDays(recurrence, walls.length) : [...daysOfSeries(recurrence)];
  // RFC 5545's own dates alone: additional ones of a series without an end come below.
  const own = walls.filter((wall) => !extra.includes(wall) || days.includes(dayStart(wall)) || wall === start.wall);
  const length = Math.min(days.length, own.length, MOST_COMPARED);
  if (isLong ? length < Math.min(own.length, MOST_COMPARED) : days.length !== own.length) return undefined;
  for (let n = 0; n < (isLong ? length : own.length); n += 1)
    if (days[n] !== dayStart(own[n] ?? Number.NaN) || !sameClock(own[n] ?? 0, start.wall)) return undefined;
  const beyond = walls.filter((wall) => !own.includes(wall) && !isOut(wall));
  if (!isLong && beyond.length > 0) return undefined;
  return {
    ...single(start.wall),
    recurrence,
    cancelled: new Set(own.filter(isOut).map(dateText)),
    unheld: beyond,
    deviation: beyond.length === 0 ? undefined : 'Outlook knows no additional dates of a series without an end',
  };
}

const firstDays = (recurrence: PatternedRecurrence, count: number): number[] => {
  const days: number[] = [];
  for (const day of daysOfSeries(recurrence)) {
    if (days.length >= count) break;
    days.push(day);
  }
  return days;
};

function rangeOf(rule: Rule, start: Moment, zone: string, walls: readonly number[]): PatternedRecurrence['range'] {
  const common = { startDate: dateText(start.wall), recurrenceTimeZone: zone };
  const count = Number(rule.get('COUNT'));
  if (rule.has('COUNT') && count <= MOST_COUNTED) return { ...common, type: 'numbered', numberOfOccurrences: count };
  if (rule.has('COUNT'))
    return walls.length > MOST_DATES
      ? { ...common, type: 'noEnd' }
      : { ...common, type: 'endDate', endDate: dateText(walls.at(-1) ?? start.wall) };
  const until = untilOf(rule, start);
  if (until === undefined) return { ...common, type: 'noEnd' };
  // The day of the last moment counts only where its hour is reached.
  const last = dayStart(until) + (start.wall - dayStart(start.wall)) <= until ? dayStart(until) : dayStart(until) - DAY;
  // Exchange's calendar ends in 4500.
  if (last > Date.UTC(4_500, 0, 1)) return { ...common, type: 'noEnd' };
  return { ...common, type: 'endDate', endDate: dateText(last) };
}

/** A series of Outlook that has all these days, and as few others as can be, which are taken out. */
function widened({ start, zone, walls, isOut }: Wanted): SeriesPlan | undefined {
  const days = walls.map(dayStart);
  const wanted = new Set(days);
  const [first, last] = [days[0], days.at(-1)];
  if (wanted.size < days.length || first === undefined || last === undefined) return undefined;
  const range = {
    type: 'endDate',
    startDate: dateText(first),
    endDate: dateText(last),
    recurrenceTimeZone: zone,
  } as const;
  const weekdays = [...new Set(days.map((day) => DAYS_OF_WEEK[new Date(day).getUTCDay()] ?? 'sunday'))];
  const patterns: RecurrencePattern[] = [
    { type: 'daily', interval: gap(days) },
    { type: 'weekly', interval: 1, daysOfWeek: weekdays, firstDayOfWeek: 'monday' },
    { type: 'absoluteMonthly', interval: 1, dayOfMonth: Math.max(...days.map((day) => new Date(day).getUTCDate())) },
    {
      type: 'absoluteYearly',
      interval: 1,
      month: new Date(first).getUTCMonth() + 1,
      dayOfMonth: new Date(first).getUTCDate(),
    },
  ];
  let best: { readonly pattern: RecurrencePattern; readonly surplus: readonly number[] } | undefined;
  for (const pattern of patterns) {
    if (pattern.type === 'daily' && pattern.interval > 999) continue;
    const shown: number[] = [];
    for (const day of daysOfSeries({ pattern, range })) {
      shown.push(day);
      if (shown.length > days.length + MOST_CANCELLED) break;
    }
    const surplus = shown.filter((day) => !wanted.has(day));
    if (shown.length - surplus.length < days.length || shown[0] !== first || surplus.length > MOST_CANCELLED) continue;
    if (best === undefined || surplus.length < best.surplus.length) best = { pattern, surplus };
  }
  if (best === undefined) return undefined;
  const out = walls.filter(isOut).map(dateText);
  const clock = start.wall - dayStart(start.wall);
  return {
    ...single(first + clock),
    recurrence: { pattern: best.pattern, range },
    cancelled: new Set([...best.surplus.map(dateText), ...out]),
    moved: new Map(
      walls.filter((wall) => !isOut(wall) && !sameClock(wall, start.wall)).map((wall) => [dateText(wall), wall]),
    ),
  };
}

/** Days between any two of them, or a divisor of that. */
function gap(days: readonly number[]): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  return Math.max(
    1,
    days.slice(1).reduce((found, day, n) => divisor(found, (day - (days[n] ?? day)) / DAY), 0),
  );
}

/** Without an end, and Outlook's pattern has a few days more: the first ones are taken out, and it is told. */
function nearly(rule: Rule, { start, zone, walls, isOut }: Wanted, extra: readonly number[]): SeriesPlan | undefined {
  const pattern = patternLike(rule, start);
  if (pattern === undefined || walls.some((wall) => !sameClock(wall, start.wall))) return undefined;
  const recurrence = { pattern, range: rangeOf(rule, start, zone, walls) };
  const own = new Set(walls.filter((wall) => !extra.includes(wall)).map(dayStart));
  const last = Math.max(...own);
  const shown = new Set<number>();
  const surplus: number[] = [];
  for (const day of daysOfSeries(recurrence)) {
    if (day > last || surplus.length >= MOST_CANCELLED) break;
    if (own.has(day)) shown.add(day);
    else surplus.push(day);
  }
  const reached = Math.max(...shown, ...surplus);
  if (shown.size === 0 || [...own].some((day) => day <= reached && !shown.has(day))) return undefined;
  return {
    ...single(start.wall),
    recurrence,
    cancelled: new Set([...surplus.map(dateText), ...walls.filter(isOut).map(dateText)]),
    unheld: walls.filter((wall) => extra.includes(wall) && !shown.has(dayStart(wall)) && !isOut(wall)),
    deviation: `Outlook has no such repetition; after ${dateText(reached)} it shows days that are none`,
  };
}
