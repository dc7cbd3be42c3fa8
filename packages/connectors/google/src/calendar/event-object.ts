import {
  ALARMS,
  type CalendarObject,
  type Component,
  calendarDifferences,
  firstValue,
  instantOf,
  type Kept,
  keptIn,
  type Moment,
  merged,
  momentOf,
  propertiesOf,
  readCalendarObject,
  writeComponents,
  zonesFor,
} from '@sterna/content';
import { type EventRead, fromEvent, line, placeIn, type ReadItem } from './from-event.ts';
import type { EventFields } from './google-event.ts';
import { eventTime } from './times.ts';
import { shownFirst, toEvent } from './to-event.ts';

/** Properties that are one statement together. */
const FACETS: Readonly<Record<string, string>> = {
  DTSTART: 'time',
  DTEND: 'time',
  DURATION: 'time',
  RRULE: 'repetition',
  EXRULE: 'repetition',
  RDATE: 'repetition',
  EXDATE: 'repetition',
  DESCRIPTION: 'text',
  'X-ALT-DESC': 'text',
  TRANSP: 'busy',
  'X-MICROSOFT-CDO-BUSYSTATUS': 'busy',
  'X-MICROSOFT-CDO-INTENDEDSTATUS': 'busy',
  'X-MICROSOFT-CDO-ALLDAYEVENT': 'time',
  ATTENDEE: 'people',
  ORGANIZER: 'people',
};
const facetOf = ({ name }: { readonly name: string }): string => FACETS[name] ?? name;
const HEAD = [line('VERSION', '2.0'), line('PRODID', '-//Sterna//Google Calendar//EN')];

/**
 * An event as iCalendar: as it was before it came here, where it came from us and nobody has touched it; with what was
 * changed here since, where somebody has; else as Google has it.
 *
 * @param envelope what was kept of it when it was written
 * @param own address of the calendar's user
 */
export function eventObject(read: EventRead, envelope: string | undefined, calendarZone: string, own: string): Buffer {
  const kept = keptIn(envelope);
  const restored = kept === undefined ? undefined : restore(read, kept, calendarZone, own);
  if (restored !== undefined) return restored;
  const items = fromEvent(read, calendarZone).map(({ component }) => component);
  return writeComponents([{ name: 'VCALENDAR', properties: HEAD, components: [...zonesFor(items), ...items] }]);
}

/** Undefined: what was kept can't be read any more. */
function restore(read: EventRead, { text, floating }: Kept, calendarZone: string, own: string): Buffer | undefined {
  let object: CalendarObject;
  let base: Map<string, Component>;
  try {
    object = readCalendarObject(text, 'VEVENT');
    const plan = toEvent(object, floating, own);
    // An event without an organizer gets its calendar for one, an exception that of its series; none of them changes.
    const { organizer } = read.master;
    const organized = (fields: EventFields): EventFields => ({
      ...fields,
      ...(organizer === undefined ? {} : { organizer }),
    });
    const exceptions = plan.exceptions.map(({ original, fields }) => ({
      ...organized(fields),
      originalStartTime: eventTime(original, floating),
    }));
    base = byPlace(
      fromEvent({ master: organized(plan.master), exceptions, uid: object.uid ?? read.uid }, calendarZone),
      floating,
    );
  } catch {
    return undefined;
  }
  const now = byPlace(fromEvent({ ...read, uid: object.uid ?? read.uid }, calendarZone), floating);
  const used = new Set<string>();
  const first = shownFirst(object.items);
  const isSameSeries = ['DTSTART', 'RRULE'].every((name) => valueAt(base, name) === valueAt(now, name));
  const known = new Set(read.exceptions.map((one) => placeText(placeIn(read.master, one, calendarZone), floating)));
  const items = object.items.flatMap((item): Component[] => {
    const place =
      item === first ? '' : placeText(momentOf(object.calendar, propertiesOf(item, 'RECURRENCE-ID')[0]), floating);
    const [was, is] = [base.get(place), now.get(place)];
    used.add(place);
    // Google had no place for it, so it can't be missed there: an exception stays known to it, cancelled or reset.
    if (was === undefined || (is === undefined && isSameSeries && !known.has(place))) return [item];
    if (is === undefined) return [];
    return [merged(item, was, is, facetOf, differing)];
  });
  for (const [place, item] of now) if (!used.has(place)) items.push(item);
  if (items.length === object.items.length && items.every((item, n) => item === object.items[n])) return text;
  if (items.length === 0) return undefined;
  const zones = object.calendar.components.filter((one) => one.name === 'VTIMEZONE');
  const there = new Set(zones.map((one) => firstValue(one, 'TZID')));
  const more = zonesFor(items).filter((one) => !there.has(firstValue(one, 'TZID')));
  return writeComponents([{ ...object.calendar, components: [...zones, ...more, ...items] }]);
}

const placeText = (place: Moment | undefined, floating: string): string =>
  place === undefined ? '' : String(place.zone === 'date' ? place.wall : instantOf(place, floating));

/** A value of the series itself, or of a single event. */
const valueAt = (items: ReadonlyMap<string, Component>, name: string): string | undefined => {
  const series = items.get('');
  return series === undefined ? undefined : firstValue(series, name);
};

const byPlace = (items: readonly ReadItem[], floating: string): Map<string, Component> =>
  new Map(items.map(({ place, component }) => [placeText(place, floating), component]));

const EMPTY: Component = { name: 'VCALENDAR', properties: [], components: [] };
/** Written by Google itself, whatever it was given; links to a Meet are made there. */
const HOUSEKEEPING: ReadonlySet<string> = new Set(['UID', 'RECURRENCE-ID', 'X-GOOGLE-CONFERENCE']);

/** Facets in which two components say something else. */
function differing(one: Component, other: Component): ReadonlySet<string> {
  const object = (component: Component): CalendarObject => {
    const properties = component.properties
      .filter(({ name }) => !HOUSEKEEPING.has(name))
      .map((property) => (TEXTS.has(property.name) ? { ...property, value: property.value.trim() } : property))
      .filter(({ value }) => value !== '');
    return { calendar: EMPTY, name: 'VEVENT', items: [{ ...component, properties, components: [] }], uid: undefined };
  };
  const names = calendarDifferences(object(one), object(other)).map((name) => facetOf({ name }));
  const triggers = (component: Component): string =>
    component.components
      .map((alarm) => `${firstValue(alarm, 'ACTION')} ${firstValue(alarm, 'TRIGGER')}`)
      .sort()
      .join();
  return new Set([...names, ...(triggers(one) === triggers(other) ? [] : [ALARMS])]);
}

const TEXTS: ReadonlySet<string> = new Set(['DESCRIPTION', 'SUMMARY', 'LOCATION']);
