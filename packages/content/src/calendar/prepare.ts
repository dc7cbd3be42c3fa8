import { createHash } from 'node:crypto';
import type { MappingLookup } from '@sterna/core';
import {
  type Component,
  type Property,
  parameterOf,
  propertiesOf,
  unescapeText,
  withParameter,
} from '../lines/content-line.ts';
import { writeComponents } from '../lines/write-lines.ts';
import type { ContentNote, PrepareOptions } from '../pivot.ts';
import { withCalendarAddresses } from './addresses.ts';
import { BARE, type CalendarName, invalid, readCalendarObject } from './calendar-object.ts';
import { canonicalCalendar, isDates } from './canonical.ts';
import { ianaOf } from './iana-zones.ts';

/** Properties and parameters that hold the address of a person (RFC 5545 sections 3.2 and 3.8.4, RFC 7986). */
const PERSON_PROPERTIES: ReadonlySet<string> = new Set(['ATTENDEE', 'ORGANIZER']);
const PERSON_PARAMETERS: ReadonlySet<string> = new Set(['SENT-BY', 'DELEGATED-TO', 'DELEGATED-FROM', 'MEMBER']);

/**
 * The object as a CalDAV server may hold it (RFC 4791 section 4.1): no METHOD, a UID. People are who they are at the
 * target, links lead to copies, and where the server would mail people about it, it is told not to (SCHEDULE-AGENT, RFC 6638
 * section 7.1).
 * Untouched, byte by byte, where there is nothing to be done.
 */
export function prepareCalendar(
  body: Buffer,
  name: CalendarName,
  options: PrepareOptions,
): { readonly body: Buffer; readonly notes: readonly ContentNote[] } {
  const object = readCalendarObject(body, name);
  const notes: ContentNote[] = [];
  let isChanged = object.calendar.properties === BARE;

  const properties = object.calendar.properties.filter((one) => one.name !== 'METHOD');
  if (properties.length < object.calendar.properties.length) isChanged = true;
  let uid: Property | undefined;
  if (object.uid === undefined) {
    uid = { group: undefined, name: 'UID', parameters: [], value: madeUid(object) };
    notes.push({ code: 'uid-added', text: 'It had no UID, which every server demands; it was given one.' });
    isChanged = true;
  }
  const isScheduling = options.scheduling === 'server' && object.items.some(hasPeople);
  if (isScheduling) {
    notes.push({
      code: 'scheduling-off',
      text: 'The target would have mailed the people of this event; it was told to leave that to the calendar program.',
    });
    isChanged = true;
  }
  const [unknown] = undefinedZones(object.calendar, object.items);
  if (unknown !== undefined)
    notes.push({
      code: 'zone-unknown',
      text: `Nothing says what its time zone “${unknown.slice(0, MOST_OF_NAME)}” is. It was kept as it is; programs may show other times.`,
    });
  const change = (property: Property): Property => {
    let next = mappedPerson(tidied(property), options.mapping);
    if (options.addressOf !== undefined) next = withCalendarAddresses(next, options.addressOf);
    if (isScheduling && PERSON_PROPERTIES.has(property.name)) next = withParameter(next, 'SCHEDULE-AGENT', 'CLIENT');
    if (next !== property) isChanged = true;
    return next;
  };
  const components = object.calendar.components
    .filter((one) => one.name === 'VTIMEZONE' || one.name === name)
    .map((component): Component => {
      if (component.name === 'VTIMEZONE') return component;
      const own = component.properties.filter((one) => uid === undefined || one.name !== 'UID').map(change);
      return {
        ...component,
        properties: uid === undefined ? own : [uid, ...own],
        // Alarms that mail people name them as well.
        components: component.components.map((inner) => ({ ...inner, properties: inner.properties.map(change) })),
      };
    });
  if (components.length < object.calendar.components.length) isChanged = true;
  if (!isChanged) return { body, notes };
  return { body: writeComponents([{ ...object.calendar, properties, components }]), notes };
}

const MOST_OF_NAME = 60;

/** Zones that neither the object nor anybody else defines; Windows' names are known. */
function undefinedZones({ components }: Component, items: readonly Component[]): readonly string[] {
  const defined = new Set(
    components
      .filter((one) => one.name === 'VTIMEZONE')
      .map((zone) => unescapeText(propertiesOf(zone, 'TZID')[0]?.value ?? '')),
  );
  return items
    .flatMap(({ properties }) => properties.flatMap((one) => parameterOf(one, 'TZID') ?? []))
    .filter((zone) => !defined.has(zone) && ianaOf(zone) === undefined);
}

/** One text each: a comma or semicolon in them is part of it. */
const TEXTS: ReadonlySet<string> = new Set(['SUMMARY', 'DESCRIPTION', 'LOCATION', 'COMMENT', 'CONTACT']);
const MOMENTS: ReadonlySet<string> = new Set(['DTSTART', 'DTEND', 'DUE', 'RECURRENCE-ID', 'EXDATE', 'RDATE']);

/**
 * What programs leave out and strict servers miss: Radicale cuts a text at a comma that isn't escaped. Says the same.
 *
 * @returns the same object where nothing is missing
 */
function tidied(property: Property): Property {
  if (TEXTS.has(property.name)) {
    const value = property.value.replace(/\\[\s\S]|[,;]/g, (sign) => (sign.length === 2 ? sign : `\\${sign}`));
    return value === property.value ? property : { ...property, value };
  }
  if (MOMENTS.has(property.name) && parameterOf(property, 'VALUE') === undefined && isDates(property.value))
    return withParameter(property, 'VALUE', 'DATE');
  return property;
}

const hasPeople = (item: Component): boolean =>
  propertiesOf(item, 'ATTENDEE').length > 0 || propertiesOf(item, 'ORGANIZER').length > 0;

/** The same one for the same object, so that it isn't added again by a later pass. */
const madeUid = (object: Parameters<typeof canonicalCalendar>[0]): string =>
  `${createHash('sha256').update(canonicalCalendar(object)).digest('hex').slice(0, 32)}@sterna`;

/** @returns the same object where nothing is mapped */
export function mappedPerson(property: Property, mapping: MappingLookup): Property {
  if (!PERSON_PROPERTIES.has(property.name)) return property;
  const map = (uri: string): string => {
    const address = /^\s*mailto:(.+?)\s*$/i.exec(uri)?.[1];
    const target = address === undefined ? undefined : mapping(decodeURIComponentSafe(address));
    return target === undefined ? uri : `mailto:${target}`;
  };
  const value = map(property.value);
  const parameters = property.parameters.map((one) => {
    if (one.name === 'EMAIL') {
      const values = one.values.map((email) => mapping(email) ?? email);
      return values.some((email, i) => email !== one.values[i]) ? { ...one, values } : one;
    }
    if (!PERSON_PARAMETERS.has(one.name)) return one;
    const values = one.values.map(map);
    return values.some((uri, i) => uri !== one.values[i]) ? { ...one, values } : one;
  });
  const isSame = value === property.value && parameters.every((one, i) => one === property.parameters[i]);
  return isSame ? property : { ...property, value, parameters };
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Under another UID; references from tasks (RELATED-TO) to the old one stay with the old one. */
export function renamedCalendar(body: Buffer, name: CalendarName, number: number): Buffer {
  const object = readCalendarObject(body, name);
  if (object.uid === undefined) throw invalid('it has no UID');
  const uid = `${object.uid}-sterna-${number}`;
  return writeComponents([
    {
      ...object.calendar,
      components: object.calendar.components.map((component) =>
        component.name === name
          ? {
              ...component,
              properties: component.properties.map((one) => (one.name === 'UID' ? { ...one, value: uid } : one)),
            }
          : component,
      ),
    },
  ]);
}
