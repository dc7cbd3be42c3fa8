import type { CalendarEvent, EventException, EventFields } from './event.ts';
import { dateOf, dateText, occurrenceDates } from './recurrence.ts';
import { instantOfTime, known, type ZonedTime } from './zoned-time.ts';
import { instantOf, wallAt } from './zones.ts';

/** One time at which an event takes place: the single event itself, or an instance of a series. */
export interface Instance {
  readonly event: CalendarEvent;
  readonly type: 'singleInstance' | 'occurrence' | 'exception';
  /** The instance's date within the series; undefined for a single event. */
  readonly date: string | undefined;
  readonly fields: EventFields;
  /** When it takes place, as instants; [from, to). */
  readonly from: number;
  readonly to: number;
  /** When the series had it, as an instant. */
  readonly originalStart: number | undefined;
  readonly exception: EventException | undefined;
}

/** The instant of a start or end; that of an all-day event as if it were in UTC. */
export function eventInstant(time: ZonedTime, isAllDay: boolean): number {
  return isAllDay ? time.wall : instantOfTime(time);
}

/** The zone that a series recurs in, IANA: an all-day one floats. */
function seriesZone({ fields, recurrence }: CalendarEvent): string {
  return fields.isAllDay || recurrence === null ? 'UTC' : known(recurrence.range.recurrenceTimeZone);
}

/** The time of day at which a series begins, in milliseconds, and how long one instance is. */
function seriesClock(event: CalendarEvent): { readonly timeOfDay: number; readonly duration: number } {
  const { start, end, isAllDay } = event.fields;
  const from = eventInstant(start, isAllDay);
  const wall = wallAt(from, seriesZone(event));
  return { timeOfDay: wall - dateOf(dateText(wall)), duration: eventInstant(end, isAllDay) - from };
}

/** A single event as the only instance of itself. */
export function singleInstance(event: CalendarEvent): Instance {
  const { start, end, isAllDay } = event.fields;
  return {
    event,
    type: 'singleInstance',
    date: undefined,
    fields: event.fields,
    from: eventInstant(start, isAllDay),
    to: eventInstant(end, isAllDay),
    originalStart: undefined,
    exception: undefined,
  };
}

/** The instance that a series has on `date`, changed or not. Undefined if there is none, or it was cancelled. */
export function instanceOn(event: CalendarEvent, date: string): Instance | undefined {
  if (event.recurrence === null || event.cancelled.has(date)) return undefined;
  const wanted = dateOf(date);
  if (!event.exceptions.has(date)) {
    let found = false;
    for (const at of occurrenceDates(event.recurrence)) {
      if (at >= wanted) {
        found = at === wanted;
        break;
      }
    }
    if (!found) return undefined;
  }
  return makeInstance(event, date, seriesZone(event), seriesClock(event));
}

function makeInstance(
  event: CalendarEvent,
  date: string,
  zone: string,
  { timeOfDay, duration }: { timeOfDay: number; duration: number },
): Instance {
  const exception = event.exceptions.get(date);
  const wall = dateOf(date) + timeOfDay;
  const originalStart = event.fields.isAllDay ? wall : instantOf(wall, zone);
  const { start, end, isAllDay } = event.fields;
  const time = (instant: number, { zone: named }: ZonedTime): ZonedTime => ({
    wall: isAllDay ? instant : wallAt(instant, known(named)),
    zone: named,
  });
  // A meeting that spans a change of the clocks keeps its length on the clock of an all-day event, else in time.
  const fields: EventFields = {
    ...event.fields,
    start: time(originalStart, start),
    end: time(originalStart + duration, end),
    ...exception?.fields,
  };
  return {
    event,
    type: exception === undefined ? 'occurrence' : 'exception',
    date,
    fields,
    from: eventInstant(fields.start, fields.isAllDay),
    to: eventInstant(fields.end, fields.isAllDay),
    originalStart,
    exception,
  };
}

/** The instances of a series, or the single event itself, that overlap [from, to), in the order of the series. */
export function instancesBetween(event: CalendarEvent, from: number, to: number): Instance[] {
  const overlaps = (instance: Instance) =>
    instance.from < to && (instance.to > from || (instance.to === instance.from && instance.from >= from));
  if (event.recurrence === null) {
    const single = singleInstance(event);
    return overlaps(single) ? [single] : [];
  }
  const zone = seriesZone(event);
  const clock = seriesClock(event);
  const found: Instance[] = [];
  // Exceptions may lie in the window though their place in the series doesn't: each is looked at on its own.
  for (const date of event.exceptions.keys()) {
    if (!event.cancelled.has(date)) found.push(makeInstance(event, date, zone, clock));
  }
  for (const at of occurrenceDates(event.recurrence)) {
    // A day and a zone's offset either way: the exact comparison follows.
    if (at > to + 2 * 86_400_000) break;
    if (at + clock.timeOfDay + clock.duration < from - 2 * 86_400_000) continue;
    const date = dateText(at);
    if (!event.cancelled.has(date) && !event.exceptions.has(date)) found.push(makeInstance(event, date, zone, clock));
  }
  return found.filter(overlaps).sort((left, right) => left.from - right.from);
}

/** All exceptions of a series that still take place, in its order. */
export function exceptionsOf(event: CalendarEvent): Instance[] {
  return [...event.exceptions.keys()]
    .sort()
    .map((date) => instanceOn(event, date))
    .filter((instance) => instance !== undefined);
}

/** From the start of the first to the end of the last time that an event takes place; instants. */
export function spanOf(event: CalendarEvent): readonly [number, number] {
  const { from, to } = singleInstance(event);
  if (event.recurrence === null) return [from, to];
  const { range } = event.recurrence;
  if (range.type === 'noEnd') return [from, Number.MAX_SAFE_INTEGER];
  const last = [...occurrenceDates(event.recurrence)].at(-1) ?? from;
  const ends = exceptionsOf(event).map((instance) => instance.to);
  return [from, Math.max(last + (to - from) + 2 * 86_400_000, ...ends)];
}

/** The dates next to `date` in a series, with what is left of it: for the rule that exceptions don't cross. */
export function neighbours(
  event: CalendarEvent,
  date: string,
): { before: Instance | undefined; after: Instance | undefined } {
  if (event.recurrence === null) return { before: undefined, after: undefined };
  let before: string | undefined;
  let after: string | undefined;
  for (const at of occurrenceDates(event.recurrence)) {
    const text = dateText(at);
    if (event.cancelled.has(text)) continue;
    if (text < date) before = text;
    if (text > date) {
      after = text;
      break;
    }
  }
  return {
    before: before === undefined ? undefined : instanceOn(event, before),
    after: after === undefined ? undefined : instanceOn(event, after),
  };
}
