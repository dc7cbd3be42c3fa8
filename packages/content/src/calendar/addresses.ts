import { addressesIn, withAddresses } from '../addresses.ts';
import { type Component, escapeText, type Property, parameterOf, unescapeText } from '../lines/content-line.ts';

/** What people write, as text or HTML (RFC 5545 section 3.8.1, RFC 9073 section 6.5, and what programs have for HTML). */
const TEXTS: ReadonlySet<string> = new Set([
  'SUMMARY',
  'DESCRIPTION',
  'LOCATION',
  'COMMENT',
  'X-ALT-DESC',
  'STYLED-DESCRIPTION',
]);
/** Addresses as such; an `ATTACH` may hold bytes instead. */
const URIS: ReadonlySet<string> = new Set(['URL', 'ATTACH', 'CONFERENCE']);

/** As `Pivot.addresses`; those of alarms, which repeat what the object says, included. */
export const calendarAddresses = (items: readonly Component[]): readonly (readonly string[])[] =>
  items.flatMap(({ properties, components }) => [
    ...properties.flatMap((one) => addressesIn(textOf(one) ?? '')),
    ...calendarAddresses(components),
  ]);

/** @returns the same object where no address has another one */
export function withCalendarAddresses(
  property: Property,
  addressOf: (address: string) => string | undefined,
): Property {
  const text = textOf(property);
  if (text === undefined) return property;
  const next = withAddresses(text, addressOf);
  if (next === text) return property;
  return { ...property, value: isUri(property) ? next : escapeText(next) };
}

function textOf(property: Property): string | undefined {
  if (isUri(property)) return parameterOf(property, 'ENCODING') === undefined ? property.value.trim() : undefined;
  return TEXTS.has(property.name) ? unescapeText(property.value) : undefined;
}

const isUri = ({ name, parameters }: Property): boolean =>
  URIS.has(name) ||
  (TEXTS.has(name) && parameters.some((one) => one.name === 'VALUE' && one.values[0]?.toUpperCase() === 'URI'));
