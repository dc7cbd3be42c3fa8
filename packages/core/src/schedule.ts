import { SternaError } from './errors.ts';

/** `initial` starts what has never started; `delta` brings what is new in what has. */
export const SCHEDULE_KINDS = ['initial', 'delta'] as const;
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number];

export interface ScheduleTimes {
  readonly runAt: Date;
  /** IANA name of the zone that the person meant; the times themselves are instants. */
  readonly zone: string;
  /** A delta that repeats, the first time at `runAt`, the last time not after `until`. */
  readonly every: { readonly hours: number; readonly until: Date } | undefined;
}

export const MOST_REPEAT_HOURS = 744;
/** A time that was "now" when somebody typed it is still meant. */
const GRACE_MS = 60_000;
const MOST_YEARS_MS = 2 * 366 * 86_400_000;

/** @throws SternaError config `schedule-time-past` | `schedule-time-far` | `schedule-zone-unknown` | `schedule-repeat-invalid` */
export function readScheduleTimes(
  input: {
    readonly kind: ScheduleKind;
    readonly runAt: Date;
    readonly zone: string;
    readonly everyHours?: number | undefined;
    readonly until?: Date | undefined;
  },
  now: Date,
): ScheduleTimes {
  const { runAt, zone, everyHours, until } = input;
  if (Number.isNaN(runAt.getTime()) || runAt.getTime() < now.getTime() - GRACE_MS)
    throw new SternaError('config', 'schedule-time-past', 'The time of the start is in the past.', {
      field: 'runAt',
      fix: 'Choose a later time, or start the batch now from the user list.',
    });
  for (const [field, time] of [
    ['runAt', runAt],
    ['until', until],
  ] as const)
    if (time !== undefined && time.getTime() > now.getTime() + MOST_YEARS_MS)
      throw new SternaError('config', 'schedule-time-far', 'The time is more than two years away.', {
        field,
        fix: 'Check the year.',
      });
  if (!isZone(zone))
    throw new SternaError('config', 'schedule-zone-unknown', 'There is no such time zone.', {
      field: 'zone',
      fix: 'Name it as in Europe/Berlin or America/New_York.',
    });
  if (everyHours === undefined && until === undefined) return { runAt, zone, every: undefined };
  if (input.kind !== 'delta')
    throw repeatInvalid('everyHours', 'Only delta passes repeat: an entry starts for the first time once.');
  if (everyHours === undefined || until === undefined)
    throw repeatInvalid(
      until === undefined ? 'until' : 'everyHours',
      'A delta that repeats needs both: every how many hours, and until when.',
    );
  if (!Number.isInteger(everyHours) || everyHours < 1 || everyHours > MOST_REPEAT_HOURS)
    throw repeatInvalid('everyHours', `It can repeat every 1 to ${MOST_REPEAT_HOURS} hours.`);
  if (Number.isNaN(until.getTime()) || until.getTime() <= runAt.getTime())
    throw repeatInvalid('until', 'The repeats would end before the first start.');
  return { runAt, zone, every: { hours: everyHours, until } };
}

const repeatInvalid = (field: string, message: string): SternaError =>
  new SternaError('config', 'schedule-repeat-invalid', message, {
    field,
    fix: 'Correct it, or leave the repeats out.',
  });

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone !== '';
  } catch {
    return false;
  }
}

export interface DueRun {
  /** Which of its times this is: the latest that has come. */
  readonly due: Date;
  /** Repeats before it that nobody was there for; they are not made up for. */
  readonly missed: number;
  /** When it is due again; undefined: it is over. */
  readonly next: Date | undefined;
}

/** What becomes of a schedule whose `next` time has come. */
export function dueRun(every: ScheduleTimes['every'], next: Date, now: Date): DueRun {
  if (every === undefined) return { due: next, missed: 0, next: undefined };
  const step = every.hours * 3_600_000;
  const latest = Math.min(now.getTime(), every.until.getTime());
  const missed = Math.max(0, Math.floor((latest - next.getTime()) / step));
  const due = next.getTime() + missed * step;
  return {
    due: new Date(due),
    missed,
    next: due + step <= every.until.getTime() ? new Date(due + step) : undefined,
  };
}
