import { instantOf, offsetAt, wallAt } from './zones.ts';

/** A start or end as Calendar keeps it: a date without a zone, or an instant with the zone that was named for it. */
export type EventTime = { readonly date: string } | { readonly instant: number; readonly zone: string | undefined };

/** EventDateTime as it travels. */
export interface EventDateTime {
  date?: string;
  dateTime?: string;
  timeZone?: string;
}

export const isDate = (time: EventTime): time is { readonly date: string } => 'date' in time;

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:?\d\d)?$/;

/** `2026-02-28` as milliseconds at its beginning in UTC; undefined if there is no such day. */
export function parseDate(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  const at = Date.UTC(year, month - 1, day);
  const date = new Date(at);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? at : undefined;
}

/** RFC 3339; without an offset it is a wall clock, and `instant` is undefined. */
export function parseTime(text: string): { readonly wall: number; readonly instant: number | undefined } | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const midnight = parseDate(`${year}-${month}-${day}`);
  if (midnight === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  // Calendar drops fractions of a second.
  const wall = midnight + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  const zone = match[8];
  if (zone === undefined) return { wall, instant: undefined };
  if (/^z$/i.test(zone)) return { wall, instant: wall };
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return { wall, instant: wall - (zone.startsWith('-') ? -1 : 1) * minutes * 60_000 };
}

/** An instant by RFC 3339, as parameters need it: with an offset. */
export function parseInstant(text: string): number | undefined {
  return parseTime(text)?.instant;
}

/** `2026-03-01T09:30:00+01:00`, as a zone's clock has it; `Z` in UTC. */
export function timeText(instant: number, zone: string): string {
  const offset = offsetAt(instant, zone);
  const wall = new Date(instant + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${wall}Z`;
  const minutes = Math.abs(offset) / 60_000;
  const two = (number: number) => String(Math.floor(number)).padStart(2, '0');
  return `${wall}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

export const dateText = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** @param zone the one that the answer is in: the calendar's, or that of the parameter `timeZone` */
export function eventDateTime(time: EventTime, zone: string): EventDateTime {
  if (isDate(time)) return { date: time.date };
  return { dateTime: timeText(time.instant, zone), timeZone: time.zone ?? zone };
}

/** When a time is, as an instant; a date begins when the calendar's zone has its midnight. */
export function instantOfTime(time: EventTime, calendarZone: string): number {
  return isDate(time) ? instantOf(parseDate(time.date) as number, calendarZone) : time.instant;
}

/** What the event's own clock shows: series recur by it. A date's zone is none. */
export function wallOfTime(time: EventTime, calendarZone: string): number {
  return isDate(time) ? (parseDate(time.date) as number) : wallAt(time.instant, time.zone ?? calendarZone);
}

/** A wall clock made a time of the same kind as `like`. */
export function timeLike(like: EventTime, wall: number, calendarZone: string): EventTime {
  if (isDate(like)) return { date: dateText(wall) };
  return { instant: instantOf(wall, like.zone ?? calendarZone), zone: like.zone };
}

/** The part of an instance's id that says which one: `20260302` of a date, `20260302T083000Z` of a time. */
export function instanceStamp(original: EventTime): string {
  if (isDate(original)) return original.date.replaceAll('-', '');
  return new Date(original.instant).toISOString().replace(/[-:]|\.\d+/g, '');
}
