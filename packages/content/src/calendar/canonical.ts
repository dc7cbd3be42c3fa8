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
  const zones = calendar.components
    .filter((one) => one.name === 'VTIMEZONE')
    .filter((zone) => !isKnownZone(unescapeText(zone.properties.find((one) => one.name === 'TZID')?.value ?? '')))
    .map((zone) => canonicalComponent(zone))
    .sort();
  return JSON.stringify([parts, zones]);
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
        !PARAMETERS_WITHOUT_MEANING.has(name) && DEFAULTS[name] !== values[0]?.toUpperCase() && values.length > 0,
    )
    .map(({ name, values }) => `${name}=${values.map((value) => canonicalParameter(name, value)).join(',')}`)
    .sort();
  const values = LISTS.has(property.name) ? splitList(property.value) : [property.value];
  return values.map((value) => JSON.stringify([property.name, parameters, canonicalValue(property, value)]));
}

const canonicalParameter = (name: string, value: string): string =>
  name === 'TZID' || name === 'CN' || name === 'X-FILENAME' || name === 'FILENAME' ? value : value.toUpperCase();

function canonicalValue(property: Property, value: string): string {
  if (property.name === 'RRULE' || property.name === 'EXRULE')
    return value
      .toUpperCase()
      .split(';')
      .filter((part) => part !== '' && part !== 'INTERVAL=1')
      .sort()
      .join(';');
  if (parameterOf(property, 'ENCODING')?.toUpperCase() === 'BASE64') return value.replace(/\s+/g, '');
  if (/^mailto:/i.test(value)) return value.toLowerCase();
  return unescapeText(value).replace(/\r\n|\r/g, '\n');
}

/** At commas that aren't escaped. */
export const splitList = (value: string): string[] => value.match(/(?:\\.|[^,\\])+/gs) ?? [];

/** A name of the IANA database, whose rules everybody knows. */
export function isKnownZone(name: string): boolean {
  if (!/^[A-Za-z]+(?:\/[A-Za-z0-9_+-]+){0,2}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
