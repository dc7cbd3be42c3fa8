import type { Calendar } from './calendar.ts';
import type { CalendarEvent } from './event.ts';
import type { Found } from './events.ts';
import { instancesIn, overlaps, takesPlaceIn, type Window } from './instances.ts';
import { instantOfTime } from './times.ts';

/** What events.list was asked for. */
export interface Filter {
  readonly window: Window;
  readonly singleEvents: boolean;
  readonly showDeleted: boolean;
  readonly updatedMin: number | undefined;
  readonly iCalUID: string | undefined;
  readonly q: string | undefined;
  readonly privateProperties: readonly string[];
  readonly sharedProperties: readonly string[];
  readonly eventTypes: readonly string[];
  /** Only what changed after that number of the calendar; undefined in a full listing. */
  readonly changedAfter: number | undefined;
}

/** One line of a listing, with the key that its order and its pages go by. */
export interface Listed {
  readonly found: Found;
  readonly key: readonly [number, string];
}

export type Order = 'changed' | 'startTime' | 'updated';

const idOf = ({ event, instance }: Found): string => instance?.id ?? (event as CalendarEvent).id;

/** All that a listing holds, in its order. `horizon`: how far endless series are expanded without a timeMax. */
export function list(calendar: Calendar, filter: Filter, order: Order, horizon: number): Listed[] {
  const found: Found[] = [];
  for (const event of calendar.events.values()) {
    if (filter.changedAfter !== undefined && event.changed <= filter.changedAfter) continue;
    if (!matches(event, filter)) continue;
    if (filter.singleEvents) found.push(...expanded(calendar, event, filter, horizon));
    else if (isListed(calendar, event, filter)) found.push({ event, instance: undefined });
  }
  return found
    .map((each) => ({ found: each, key: [keyOf(calendar, each, order), idOf(each)] as const }))
    .sort((left, right) => compareKeys(left.key, right.key));
}

export function compareKeys(left: readonly [number, string], right: readonly [number, string]): number {
  return left[0] - right[0] || (left[1] < right[1] ? -1 : left[1] > right[1] ? 1 : 0);
}

function keyOf(calendar: Calendar, { event, instance }: Found, order: Order): number {
  const known = event ?? (instance?.series as CalendarEvent);
  if (order === 'changed') return known.changed;
  if (order === 'updated') return known.updated;
  return instantOfTime(instance?.content.start ?? known.content.start, calendar.timeZone);
}

/** Are deleted ones told? Always to those who ask what changed. */
const tellsDeleted = (filter: Filter) =>
  filter.showDeleted || filter.changedAfter !== undefined || filter.updatedMin !== undefined;

function isListed(calendar: Calendar, event: CalendarEvent, filter: Filter): boolean {
  const { content } = event;
  if (content.status === 'cancelled') {
    if (tellsDeleted(filter)) return true;
    // Of a series that takes place, cancelled instances are told to everybody: without them it can't be expanded.
    const series = event.recurringEventId === undefined ? undefined : calendar.events.get(event.recurringEventId);
    if (series === undefined || series.content.status === 'cancelled') return false;
  }
  if (content.recurrence.length > 0) return takesPlaceIn(calendar, event, filter.window);
  return overlaps(content, filter.window, calendar.timeZone);
}

function expanded(calendar: Calendar, event: CalendarEvent, filter: Filter, horizon: number): Found[] {
  const { content } = event;
  const tells = (status: string) => status !== 'cancelled' || tellsDeleted(filter);
  if (content.recurrence.length > 0) {
    const wasCancelled = content.status === 'cancelled';
    if (wasCancelled && !tellsDeleted(filter)) return [];
    return instancesIn(calendar, event, filter.window, horizon)
      .filter((instance) => tells(instance.content.status))
      .map((instance) => ({ event: instance.exception, instance }));
  }
  if (event.recurringEventId !== undefined && calendar.events.has(event.recurringEventId)) {
    // Listed with its series, unless only the exception changed.
    const series = calendar.events.get(event.recurringEventId) as CalendarEvent;
    if (filter.changedAfter === undefined || series.changed > filter.changedAfter) return [];
  }
  if (!tells(content.status)) return [];
  if (content.status !== 'cancelled' && !overlaps(content, filter.window, calendar.timeZone)) return [];
  return [{ event, instance: undefined }];
}

function matches(event: CalendarEvent, filter: Filter): boolean {
  const { content } = event;
  if (filter.updatedMin !== undefined && event.updated < filter.updatedMin) return false;
  if (filter.iCalUID !== undefined && event.iCalUID !== filter.iCalUID) return false;
  if (filter.eventTypes.length > 0 && !filter.eventTypes.includes(content.eventType)) return false;
  if (!holds(content.extendedProperties.private, filter.privateProperties)) return false;
  if (!holds(content.extendedProperties.shared, filter.sharedProperties)) return false;
  return filter.q === undefined || mentions(event, filter.q);
}

function holds(properties: Readonly<Record<string, string>> | undefined, wanted: readonly string[]): boolean {
  return wanted.every((constraint) => {
    const cut = constraint.indexOf('=');
    return cut > 0 && properties?.[constraint.slice(0, cut)] === constraint.slice(cut + 1);
  });
}

function mentions({ content, organizer }: CalendarEvent, q: string): boolean {
  const text = [
    content.plain.summary,
    content.plain.description,
    content.plain.location,
    organizer.email,
    organizer.displayName,
    ...content.attendees.flatMap(({ email, displayName }) => [email, displayName]),
  ]
    .filter((part) => part !== undefined)
    .join('\n')
    .toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((term) => text.includes(term));
}
