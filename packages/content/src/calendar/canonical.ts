import { type Component, type Property, parameterOf, unescapeText } from '../lines/content-line.ts';
import type { CalendarObject } from './calendar-object.ts';

/** Housekeeping of programs: when and by what the object was written, how often, what the server did about mails. */
const WITHOUT_MEANING: ReadonlySet<string> = new Set([
  'PRODID',
  'VERSION',
  'CALSCALE',
  'METHOD',
  'DTSTAMP',
  'CREATED',
  'LAST-MODIFIED',
  'SEQUENCE',
  'X-LIC-ERROR',
  'X-MICROSOFT-CDO-APPT-SEQUENCE',
]);
const PARAMETERS_WITHOUT_MEANING: ReadonlySet<string> = new Set([
  'SCHEDULE-AGENT',
  'SCHEDULE-STATUS',
  'SCHEDULE-FORCE-SEND',
  'X-VOBJ-ORIGINAL-TZID',
  'X-VOBJ-FLOATINGTIME-ALLOWED',
]);
/** What a value is where nobody says otherwise (RFC 5545 section 3.2). */
const DEFAULTS: Readonly<Record<string, string>> = {
  VALUE: 'DATE-TIME',
  CUTYPE: 'INDIVIDUAL',
  ROLE: 'REQ-PARTICIPANT',
  PARTSTAT: 'NEEDS-ACTION',
  RSVP: 'FALSE',
};
const LISTS: ReadonlySet<string> = new Set(['CATEGORIES', 'RESOURCES', 'EXDATE', 'RDATE']);

/**
 * One text for all ways to write the same object: order of properties, folds, escapes and quotes, defaults and
 * housekeeping make no difference. Time zones take part where their names don't say everything.
 */
export function canonicalCalendar({ calendar, items }: CalendarObject): string {
  const parts = items.map((item) => canonicalComponent(item)).sort();
  const used = new Set(items.flatMap(zonesOf));
  const zones = calendar.components
    .filter((one) => one.name === 'VTIMEZONE')
    .filter((zone) => {
      const name = unescapeText(zone.properties.find((one) => one.name === 'TZID')?.value ?? '');
      // Servers drop zones that nothing is in.
      return used.has(name) && !isKnownZone(name);
    })
    .map((zone) => canonicalComponent(zone))
    .sort();
  return JSON.stringify([parts, zones]);
}

const zonesOf = (component: Component): string[] => [
  ...component.properties.flatMap((one) => parameterOf(one, 'TZID') ?? []),
  ...component.components.flatMap(zonesOf),
];

/** Names of properties that one of them has and the other hasn't, or not so. */
export function calendarDifferences(one: CalendarObject, other: CalendarObject): readonly string[] {
  const lines = (items: readonly Component[], within = ''): string[] =>
    items.flatMap((item) => [
      ...item.properties.flatMap((property) =>
        canonicalProperty(item.name, property).map((line) => `${property.name}\0${within}${item.name}\0${line}`),
      ),
      ...lines(item.components, `${within}${item.name}/`),
    ]);
  return namesOfDifferent(lines(one.items), lines(other.items));
}

/** Of lines that begin with their property's name and a NUL. */
export function namesOfDifferent(one: readonly string[], other: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of one) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of other) counts.set(line, (counts.get(line) ?? 0) - 1);
  const different = [...counts].filter(([, count]) => count !== 0).map(([line]) => line.split('\0', 1)[0] ?? '');
  return [...new Set(different)].sort();
}

function canonicalComponent(component: Component): string {
  const properties = component.properties.flatMap((property) => canonicalProperty(component.name, property)).sort();
  return JSON.stringify([component.name, properties, component.components.map(canonicalComponent).sort()]);
}

function canonicalProperty(within: string, property: Property): string[] {
  if (WITHOUT_MEANING.has(property.name)) return [];
  // Alarms get ids and acknowledgements from servers and clients.
  if (within === 'VALARM' && /^(UID|X-WR-ALARMUID|X-EVOLUTION-ALARM-UID)$/.test(property.name)) return [];
  const parameters = property.parameters
    .filter(
      ({ name, values }) =>
        !PARAMETERS_WITHOUT_MEANING.has(name) &&
        DEFAULTS[name] !== values[0]?.toUpperCase() &&
        values.length > 0 &&
        // A day says that it is one.
        !(name === 'VALUE' && isDates(property.value)),
    )
    .map(({ name, values }) => `${name}=${values.map((value) => canonicalParameter(name, value)).join(',')}`)
    .sort();
  const values = LISTS.has(property.name) ? splitList(property.value) : [property.value];
  return values.map((value) => JSON.stringify([property.name, parameters, canonicalValue(property, value)]));
}

/** Names of people, zones and files; blanks at their ends are nobody's. */
const canonicalParameter = (name: string, value: string): string =>
  name === 'TZID' || name === 'CN' || name === 'X-FILENAME' || name === 'FILENAME'
    ? value.trim()
    : value.trim().toUpperCase();

function canonicalValue(property: Property, value: string): string {
  if (property.name === 'RRULE' || property.name === 'EXRULE')
    return value
      .toUpperCase()
      .split(';')
      .filter((part) => part !== '' && part !== 'INTERVAL=1')
      .sort()
      .join(';');
  if (property.name === 'DURATION' || property.name === 'TRIGGER') return canonicalDuration(value);
  if (parameterOf(property, 'ENCODING')?.toUpperCase() === 'BASE64') return value.replace(/\s+/g, '');
  if (/^mailto:/i.test(value)) return value.toLowerCase();
  return unescapeText(value).replace(/\r\n|\r/g, '\n');
}

/** Days, or a list of them. */
export const isDates = (value: string): boolean => /^\s*\d{8}(?:\s*,\s*\d{8})*\s*$/.test(value);

/**
 * `PT1H0M0S` is `PT1H`, `P1W` is `P7D`; a day isn't 24 hours (RFC 5545 section 3.3.6). What is no duration stays as it is.
 */
function canonicalDuration(value: string): string {
  const found = /^\s*([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\s*$/i.exec(value);
  if (found === null) return value.trim();
  const [weeks, days, hours, minutes, seconds] = found.slice(2).map((part) => Number(part ?? 0));
  const whole = 7 * (weeks ?? 0) + (days ?? 0);
  const rest = 3_600 * (hours ?? 0) + 60 * (minutes ?? 0) + (seconds ?? 0);
  return `${found[1] === '-' && whole + rest > 0 ? '-' : ''}P${whole}DT${rest}S`;
}

/** At commas that aren't escaped. */
export const splitList = (value: string): string[] => value.match(/(?:\\.|[^,\\])+/gs) ?? [];

/** Asking takes longer than all else that a digest does. */
const knownZones = new Set<string>();

/** A name of the IANA database, whose rules everybody knows. */
export function isKnownZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  if (!/^[A-Za-z]+(?:\/[A-Za-z0-9_+-]+){0,2}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    knownZones.add(name);
    return true;
  } catch {
    return false;
  }
}
