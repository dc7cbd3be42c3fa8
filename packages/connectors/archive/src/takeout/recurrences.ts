import { z } from 'zod';

const DAY_MS = 86_400_000;
/** Occurrences that are looked at: a rule of every day for a century. */
const MAX_STEPS = 40_000;

const intervalSchema = z.looseObject({
  interval_multiplier: z.coerce.number().int().positive().optional(),
  daily: z.unknown().optional(),
  weekly: z.looseObject({ day_of_week: z.array(z.string()).optional() }).optional(),
  monthly: z.looseObject({ day_of_month: z.union([z.number(), z.array(z.number())]).optional() }).optional(),
  yearly: z.unknown().optional(),
});

/** A rule beside the tasks of a list, of which each task names its own; from exports of others, since nothing documents it. */
export const recurrenceSchema = z.looseObject({
  id: z.string().min(1),
  title: z.string().optional(),
  notes: z.string().optional(),
  stopped: z.union([z.boolean(), z.string()]).optional(),
  schedule: z
    .looseObject({
      interval: intervalSchema.optional(),
      first_instance_date: z.string().optional(),
      end_condition: z
        .looseObject({
          date_boundary: z.string().optional(),
          instance_number_limit: z.coerce.number().int().optional(),
        })
        .optional(),
    })
    .optional(),
});
export type Recurrence = z.infer<typeof recurrenceSchema>;

/** One of the tasks that a rule made, as far as its place in the series goes. */
export interface Instance {
  readonly id: string;
  /** Midnight in UTC that stands for the day, where the export tells a day; else the moment. */
  readonly start: number | undefined;
  readonly isDay: boolean;
  readonly isOpen: boolean;
  /** Equal for instances that say the same. */
  readonly words: string;
}

/** What a rule that goes on becomes. */
export interface Series {
  /** RRULE (RFC 5545 section 3.3.10). */
  readonly rule: string;
  /** `YYYYMMDD`: of the first occurrence that is still open. */
  readonly day: string;
  /** Days that have an open task of their own. */
  readonly without: readonly string[];
  /** The open task whose words are the series'. */
  readonly first: string | undefined;
  /** Open tasks that the series stands for. */
  readonly replaces: ReadonlySet<string>;
  /** `21:00 UTC`: the export tells a time of day, and no time zone to repeat it in. */
  readonly time: string | undefined;
}

const WEEKDAYS: ReadonlyMap<string, string> = new Map([
  ['SUNDAY', 'SU'],
  ['MONDAY', 'MO'],
  ['TUESDAY', 'TU'],
  ['WEDNESDAY', 'WE'],
  ['THURSDAY', 'TH'],
  ['FRIDAY', 'FR'],
  ['SATURDAY', 'SA'],
]);
const NAMES = [...WEEKDAYS.keys()];

/** How a rule steps through days; days are counted since 1970. */
interface Steps {
  readonly rule: string;
  /** Days that may begin a series. */
  readonly fits: (day: number) => boolean;
  /** The day after this one; undefined where there is none in a long time. */
  readonly next: (day: number) => number | undefined;
}

/**
 * The series of a rule that goes on, beginning with its first open task, or behind the last one where all are done. What
 * is done stays a task of its own, and so does an open one that was moved or says something else.
 *
 * @returns undefined where the rule has come to its end; `unknown` where it says something that isn't known
 */
export function seriesOf(recurrence: Recurrence, instances: readonly Instance[]): Series | 'unknown' | undefined {
  const { schedule, stopped } = recurrence;
  if (stopped === true || stopped === 'true') return undefined;
  const steps = stepsOf(schedule?.interval);
  if (steps === undefined) return 'unknown';
  const firstDay = dayNumber(schedule?.first_instance_date);
  const placed = placedOf(instances, steps, firstDay);
  const open = placed.filter(({ isOpen, day }) => isOpen && steps.fits(day));
  const last = placed.at(-1)?.day;
  const start = open[0]?.day ?? (last === undefined ? firstDay : steps.next(last));
  if (start === undefined) return 'unknown';
  const end = endOf(schedule?.end_condition, start, placed.filter(({ day }) => day < start).length);
  if (end === undefined) return undefined;
  const words = open[0]?.words;
  const occurs = occurrences(steps, start, placed.at(-1)?.day ?? start);
  const covered = open.filter((one) => one.words === words && occurs.has(one.day));
  const others = placed.filter((one) => one.isOpen && !covered.includes(one) && occurs.has(one.day));
  const timed = placed.find((one) => one.time !== undefined);
  return {
    rule: `${steps.rule}${end}`,
    day: dayText(start),
    without: [...new Set(others.map(({ day }) => dayText(day)))],
    first: open[0]?.id,
    replaces: new Set(covered.map(({ id }) => id)),
    time: timed?.time,
  };
}

interface Placed extends Instance {
  readonly day: number;
  readonly time: string | undefined;
}

/** With their days, in order. A day whose midnight is told in UTC is another day there: the rule's own days tell which. */
function placedOf(instances: readonly Instance[], steps: Steps, firstDay: number | undefined): Placed[] {
  const known = instances.flatMap((one) =>
    one.start === undefined ? [] : [{ ...one, day: Math.floor(one.start / DAY_MS), rest: one.start % DAY_MS }],
  );
  const moments = known.filter((one) => !one.isDay && one.rest !== 0);
  const first = Math.min(...moments.map(({ day }) => day));
  const shift =
    [0, 1, -1].find((by) => moments.every(({ day }) => steps.fits(day + by)) && first + by === firstDay) ??
    [0, 1, -1].find((by) => moments.every(({ day }) => steps.fits(day + by))) ??
    0;
  return known
    .map(({ day, rest, ...one }) => {
      const isMoment = !one.isDay && rest !== 0;
      const time = isMoment ? `${new Date(one.start as number).toISOString().slice(11, 16)} UTC` : undefined;
      return { ...one, day: isMoment ? day + shift : day, time };
    })
    .sort((a, b) => a.day - b.day);
}

function occurrences(steps: Steps, start: number, last: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let day: number | undefined = start; day !== undefined && day <= last; day = steps.next(day))
    if (found.add(day).size >= MAX_STEPS) break;
  return found.add(start);
}

/** @returns undefined where the series would begin behind its end */
function endOf(
  condition: { readonly date_boundary?: string | undefined; readonly instance_number_limit?: number | undefined } = {},
  start: number,
  before: number,
): string | undefined {
  const boundary = dayNumber(condition.date_boundary);
  if (boundary !== undefined) return boundary < start ? undefined : `;UNTIL=${dayText(boundary)}`;
  const { instance_number_limit: limit } = condition;
  if (limit === undefined) return '';
  return limit - before < 1 ? undefined : `;COUNT=${limit - before}`;
}

function stepsOf(interval: z.infer<typeof intervalSchema> | undefined): Steps | undefined {
  if (interval === undefined) return undefined;
  const every = interval.interval_multiplier ?? 1;
  const text = every === 1 ? '' : `;INTERVAL=${every}`;
  if (interval.daily !== undefined) return { rule: `FREQ=DAILY${text}`, fits: () => true, next: (day) => day + every };
  if (interval.weekly !== undefined) return weekly(interval.weekly.day_of_week ?? [], every, text);
  if (interval.monthly !== undefined) return monthly(interval.monthly, every, text);
  if (interval.yearly !== undefined && Object.keys(Object(interval.yearly)).length === 0)
    return { rule: `FREQ=YEARLY${text}`, fits: () => true, next: (day) => sameDate(day, 12 * every) };
  return undefined;
}

function weekly(names: readonly string[], every: number, text: string): Steps | undefined {
  if (!names.every((name) => WEEKDAYS.has(name))) return undefined;
  if (names.length === 0) return { rule: `FREQ=WEEKLY${text}`, fits: () => true, next: (day) => day + 7 * every };
  const wanted = new Set(names.map((name) => NAMES.indexOf(name)));
  const by = [...wanted].sort().map((n) => WEEKDAYS.get(NAMES[n] as string));
  const fits = (day: number): boolean => wanted.has(weekdayOf(day));
  return {
    rule: `FREQ=WEEKLY${text};BYDAY=${by.join(',')}`,
    fits,
    next: (day) => {
      // Weeks begin on Monday, as RFC 5545 has them where nothing is said.
      const monday = day - ((weekdayOf(day) + 6) % 7);
      for (let later = day + 1; later < monday + 7; later += 1) if (fits(later)) return later;
      const week = monday + 7 * every;
      return Array.from({ length: 7 }, (_, n) => week + n).find(fits);
    },
  };
}

function monthly(
  { day_of_month: given, ...rest }: { readonly day_of_month?: number | number[] | undefined },
  every: number,
  text: string,
): Steps | undefined {
  // “The second Tuesday” and the like: how it is written isn't known.
  if (Object.keys(rest).length > 0) return undefined;
  const days = given === undefined ? [] : [given].flat();
  if (days.length > 1) return undefined;
  const [day] = days;
  return {
    rule: `FREQ=MONTHLY${text}${day === undefined ? '' : `;BYMONTHDAY=${day}`}`,
    fits: (one) => day === undefined || day < 1 || new Date(one * DAY_MS).getUTCDate() === day,
    next: (one) => sameDate(one, every),
  };
}

/** The same day of the month, `months` later: months that haven't got it are passed over, as a rule passes over them. */
function sameDate(day: number, months: number): number | undefined {
  const from = new Date(day * DAY_MS);
  for (let steps = 1; steps <= 48; steps += 1) {
    const there = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + steps * months, from.getUTCDate()));
    if (there.getUTCDate() === from.getUTCDate()) return there.getTime() / DAY_MS;
  }
  return undefined;
}

const weekdayOf = (day: number): number => new Date(day * DAY_MS).getUTCDay();

/** Of text that begins with `YYYY-MM-DD`. */
function dayNumber(text: string | undefined): number | undefined {
  const found = /^\d{4}-\d{2}-\d{2}/.exec(text ?? '');
  const at = found === null ? Number.NaN : Date.parse(`${found[0]}T00:00:00Z`);
  return Number.isNaN(at) ? undefined : at / DAY_MS;
}

const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
