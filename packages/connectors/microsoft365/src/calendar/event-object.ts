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
  referencesOf,
  withBytes,
  writeComponents,
  zonesFor,
} from '@sterna/content';
import { essence } from '../outlook/html.ts';
import { attachmentLine, type EventRead, fromEvent, line, type ReadAttachment, type ReadItem } from './from-event.ts';
import type { EventFields } from './graph-event.ts';
import { dayOf } from './occurrences.ts';
import { type EventPlan, toEvent } from './to-event.ts';

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

/**
 * An event as iCalendar: as it was before it came here, where it came from us and nobody has touched it; with what was
 * changed here since, where somebody has; else as Outlook has it.
 *
 * @param envelope what was kept of it when it was written
 */
export function eventObject(
  read: EventRead,
  attachments: readonly ReadAttachment[],
  envelope: string | undefined,
): Buffer {
  const kept = keptIn(envelope);
  const restored = kept === undefined ? undefined : restore(read, attachments, kept);
  if (restored !== undefined) return restored;
  const items = fromEvent(read).map(({ component, place }) =>
    place === undefined
      ? { ...component, properties: [...component.properties, ...attachments.map(attachmentLine)] }
      : component,
  );
  return writeComponents([{ name: 'VCALENDAR', properties: HEAD, components: [...zonesFor(items), ...items] }]);
}

const HEAD = [line('VERSION', '2.0'), line('PRODID', '-//Sterna//Microsoft 365//EN')];

/** Undefined: what was kept can't be read any more. */
function restore(read: EventRead, attachments: readonly ReadAttachment[], kept: Kept): Buffer | undefined {
  const { text, floating } = kept;
  let object: CalendarObject;
  let plan: EventPlan;
  try {
    object = readCalendarObject(text, 'VEVENT');
    plan = toEvent(object, floating);
  } catch {
    return undefined;
  }
  const uid = object.uid ?? read.uid;
  const now = byPlace(fromEvent({ ...read, uid }), floating);
  const base = byPlace(fromEvent(asRead(plan, uid, kept)), floating);
  const enclosed = referencesOf(object.items);
  const isIntact = enclosed.size === attachments.length && attachments.every(({ hash }) => enclosed.has(hash));

  const used = new Set<string>();
  const items = object.items.flatMap((item): Component[] => {
    const place = placeOf(object.calendar, item, floating);
    const [was, is] = [base.get(place), now.get(place)];
    used.add(place);
    // Outlook had no place for it, so it can't be missed there.
    if (was === undefined) return [item];
    if (is === undefined) return [];
    return [merged(item, was, is, facetOf, differing)];
  });
  for (const [place, item] of now) if (!used.has(place) && !base.has(place)) items.push(item);
  // Occurrences at another hour, which were made of additional dates: changed only where somebody changed them.
  for (const [place, item] of now) {
    const was = base.get(place);
    if (!used.has(place) && was !== undefined && differing(was, item).size > 0) items.push(item);
  }
  const isSame = isIntact && items.length === object.items.length && items.every((item, n) => item === object.items[n]);
  const bytes = new Map(attachments.map((one) => [one.hash, one.bytes]));
  if (isSame) {
    if (enclosed.size === 0) return text;
    return writeComponents([withBytes(object.calendar, bytes)]);
  }
  const whole = items.map((item) => withBytes(item, bytes));
  // What people attached here belongs to the whole.
  const added = attachments.filter(({ hash }) => !enclosed.has(hash)).map(attachmentLine);
  const [first, ...rest] = whole;
  if (first === undefined) return undefined;
  const all = [{ ...first, properties: [...first.properties, ...added] }, ...rest];
  const zones = object.calendar.components.filter((one) => one.name === 'VTIMEZONE');
  const own = new Set(zones.map((one) => firstValue(one, 'TZID')));
  const more = zonesFor(all).filter((one) => !own.has(firstValue(one, 'TZID')));
  return writeComponents([{ ...object.calendar, components: [...zones, ...more, ...all] }]);
}

/** How Outlook gives back what was just written. */
function asRead(
  { master, exceptions, cancelled }: EventPlan,
  uid: string,
  { unmoved = [], lost = [] }: Kept,
): EventRead {
  const stored = (fields: EventFields): EventRead['master'] => ({
    ...fields,
    originalStartTimeZone: fields.start.timeZone,
    originalEndTimeZone: fields.end.timeZone,
  });
  return {
    master: stored(master),
    exceptions: exceptions
      .filter(({ date }) => !lost.includes(date))
      .map(({ date, fields }) => ({
        ...stored(unmoved.includes(date) ? { ...fields, ...timesOn(date, master) } : fields),
        originalStart: originalStart(date, master),
      })),
    cancelled,
    uid,
  };
}

/** Of the occurrence on this day as the series has it. */
function timesOn(date: string, { start, end, isAllDay }: EventFields): Pick<EventFields, 'start' | 'end' | 'isAllDay'> {
  const shift = dayOf(date) - dayOf(start.dateTime.slice(0, 10));
  const moved = ({ dateTime, timeZone }: EventFields['start']): EventFields['start'] => ({
    dateTime: new Date(Date.parse(`${dateTime}Z`) + shift).toISOString().slice(0, 19),
    timeZone,
  });
  return { start: moved(start), end: moved(end), isAllDay: isAllDay ?? false };
}

function originalStart(date: string, master: EventFields): string {
  const [item] = fromEvent({
    master: { ...master, recurrence: null },
    exceptions: [],
    cancelled: [],
    uid: '',
  });
  const start = momentOf(EMPTY, propertiesOf(item?.component ?? EMPTY, 'DTSTART')[0]);
  if (start === undefined || start.zone === 'date') return new Date(dayOf(date)).toISOString();
  const clock = ((start.wall % 86_400_000) + 86_400_000) % 86_400_000;
  return new Date(instantOf({ wall: dayOf(date) + clock, zone: start.zone }, 'Etc/UTC')).toISOString();
}

const EMPTY: Component = { name: 'VCALENDAR', properties: [], components: [] };

const placeText = (place: Moment | undefined, floating: string): string =>
  place === undefined ? '' : String(place.zone === 'date' ? place.wall : instantOf(place, floating));

const byPlace = (items: readonly ReadItem[], floating: string): Map<string, Component> =>
  new Map(items.map(({ place, component }) => [placeText(place, floating), component]));

const placeOf = (calendar: Component, item: Component, floating: string): string =>
  placeText(momentOf(calendar, propertiesOf(item, 'RECURRENCE-ID')[0]), floating);

/** Facets in which two components say something else; texts by what they say, not by how their lines are broken. */
export function differing(one: Component, other: Component): ReadonlySet<string> {
  const object = (component: Component, isAlarms: boolean): CalendarObject => {
    const item = isAlarms
      ? { ...component, properties: [] }
      : {
          ...component,
          properties: component.properties
            .filter((property) => property.name !== 'X-ALT-DESC' && property.name !== 'RECURRENCE-ID')
            .map((property) =>
              TEXTS.has(property.name)
                ? { ...property, value: essence(property.value.replace(/\\[nN]/g, '')) }
                : property,
            )
            .filter((property) => property.value !== ''),
          components: [],
        };
    return { calendar: EMPTY, name: 'VEVENT', items: [item], uid: undefined };
  };
  const names = calendarDifferences(object(one, false), object(other, false)).map((name) => facetOf({ name }));
  // What a reminder says is its event's title.
  const triggers = (component: Component): string =>
    component.components
      .map((alarm) => firstValue(alarm, 'TRIGGER') ?? '')
      .sort()
      .join();
  return new Set([...names, ...(triggers(one) === triggers(other) ? [] : [ALARMS])]);
}

const TEXTS: ReadonlySet<string> = new Set(['DESCRIPTION', 'SUMMARY', 'LOCATION']);
