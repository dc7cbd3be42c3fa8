import type { Calendar } from './calendar.ts';
import type { CalendarEvent, EventContent } from './event.ts';
import { isEndless, occurrences, parseRecurrence } from './recurrence.ts';
import { type EventTime, instanceStamp, instantOfTime, timeLike, wallOfTime } from './times.ts';

/** One time at which a series takes place, changed or not. */
export interface Instance {
  readonly id: string;
  readonly series: CalendarEvent;
  readonly original: EventTime;
  /** The stored exception, when there is one. */
  readonly exception: CalendarEvent | undefined;
  readonly content: EventContent;
}

const instanceId = (series: CalendarEvent, original: EventTime) => `${series.id}_${instanceStamp(original)}`;

function makeInstance(calendar: Calendar, series: CalendarEvent, original: EventTime): Instance {
  const id = instanceId(series, original);
  const exception = calendar.events.get(id);
  return { id, series, original, exception, content: exception?.content ?? contentAt(calendar, series, original) };
}

/** What the series says of the instance at `original`. An event keeps its length on its own clock. */
function contentAt(calendar: Calendar, series: CalendarEvent, original: EventTime): EventContent {
  const { start, end } = series.content;
  const shift = wallOfTime(original, calendar.timeZone) - wallOfTime(start, calendar.timeZone);
  return {
    ...series.content,
    recurrence: [],
    start: original,
    end: timeLike(end, wallOfTime(end, calendar.timeZone) + shift, calendar.timeZone),
  };
}

/** The instances in the order of the series; without end if it has none. */
export function* instancesOf(calendar: Calendar, series: CalendarEvent): Generator<Instance> {
  const { start, recurrence } = series.content;
  const parsed = parseRecurrence(recurrence, start, calendar.timeZone);
  for (const wall of occurrences(parsed, wallOfTime(start, calendar.timeZone))) {
    yield makeInstance(calendar, series, timeLike(start, wall, calendar.timeZone));
  }
}

/** [from, to) in instants; either may be missing. */
export interface Window {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** An event's end must be after `from`, its start before `to`. */
export function overlaps(content: EventContent, { from, to }: Window, zone: string): boolean {
  const start = instantOfTime(content.start, zone);
  const end = instantOfTime(content.end, zone);
  if (to !== undefined && start >= to) return false;
  return from === undefined || end > from || (end === start && start >= from);
}

/** The instances of a series in a window; `horizon`: where an endless one is cut when the window has no end. */
export function instancesIn(calendar: Calendar, series: CalendarEvent, window: Window, horizon: number): Instance[] {
  const zone = calendar.timeZone;
  const limit = window.to ?? horizon;
  const found: Instance[] = [];
  const seen = new Set<string>();
  for (const instance of instancesOf(calendar, series)) {
    // A day and a zone's offset either way, as exceptions aside nothing of a series lies far from its place in it.
    if (instantOfTime(instance.original, zone) > limit + 2 * 86_400_000) break;
    seen.add(instance.id);
    if (overlaps(instance.content, { from: window.from, to: limit }, zone)) found.push(instance);
  }
  // Exceptions that moved into the window from behind its end.
  for (const exception of calendar.exceptionsOf(series)) {
    if (seen.has(exception.id) || exception.originalStart === undefined) continue;
    if (overlaps(exception.content, window, zone)) {
      found.push({
        id: exception.id,
        series,
        original: exception.originalStart,
        exception,
        content: exception.content,
      });
    }
  }
  return found;
}

/** True when any instance of a series lies in the window. */
export function takesPlaceIn(calendar: Calendar, series: CalendarEvent, window: Window): boolean {
  const zone = calendar.timeZone;
  if (window.from === undefined && window.to === undefined) return true;
  const { start, recurrence } = series.content;
  const first = instantOfTime(start, zone);
  if (window.to === undefined && isEndless(parseRecurrence(recurrence, start, zone))) return true;
  if (window.to !== undefined && first >= window.to) return false;
  return instancesIn(calendar, series, window, Number.MAX_SAFE_INTEGER).some(
    ({ content }) => content.status !== 'cancelled',
  );
}

/** The instance that an id names, `SERIES_20260302T083000Z`; undefined if the series doesn't have it. */
export function findInstance(calendar: Calendar, id: string): Instance | undefined {
  const cut = id.lastIndexOf('_');
  const series = cut < 0 ? undefined : calendar.events.get(id.slice(0, cut));
  if (series === undefined || series.content.recurrence.length === 0) return undefined;
  const exception = calendar.events.get(id);
  if (exception?.originalStart !== undefined) return makeInstance(calendar, series, exception.originalStart);
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z)?$/.exec(id.slice(cut + 1));
  if (match === null) return undefined;
  const day = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  for (const instance of instancesOf(calendar, series)) {
    if (instance.id === id) return instance;
    if (instantOfTime(instance.original, 'UTC') > day + 3 * 86_400_000) return undefined;
  }
  return undefined;
}
