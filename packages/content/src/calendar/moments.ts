import ICAL from 'ical.js';
import {
  type Component,
  firstValue,
  type Property,
  parameterOf,
  propertiesOf,
  unescapeText,
} from '../lines/content-line.ts';
import { writeComponents } from '../lines/write-lines.ts';
import { ianaOf, instantAt, UTC, zoneLike } from './iana-zones.ts';

/** A DATE or DATE-TIME of iCalendar (RFC 5545 sections 3.3.4 and 3.3.5). */
export interface Moment {
  /** What the clock shows, as `Date.UTC` would give it. */
  readonly wall: number;
  /** IANA zone; `date`: a whole day; `floating`: whatever zone the reader is in. */
  readonly zone: string | 'date' | 'floating';
  /** The zone has no name that anybody knows: it was replaced by one, or, without `wall` being its clock any more, by UTC. */
  readonly replaced?: 'alike' | 'utc' | 'unknown';
}

export const isDay = (moment: Moment): boolean => moment.zone === 'date';

/** Of a day and of a floating time as if they were in `floating`. */
export const instantOf = ({ wall, zone }: Moment, floating: string): number =>
  zone === 'date' ? wall : instantAt(wall, zone === 'floating' ? floating : zone);

/** Of the first value of a property; undefined where it holds no moment. */
export function momentOf(
  calendar: Component,
  property: Property | undefined,
  value = property?.value,
): Moment | undefined {
  if (property === undefined || value === undefined) return undefined;
  const text = value.split('/')[0] ?? '';
  const wall = compact(text);
  if (wall === undefined) return undefined;
  if (/^\s*\d{8}\s*$/.test(text)) return { wall, zone: 'date' };
  if (/Z\s*$/i.test(text)) return { wall, zone: UTC };
  const name = parameterOf(property, 'TZID')?.trim();
  return name === undefined || name === '' ? { wall, zone: 'floating' } : zoned(calendar, name, wall);
}

/** `20240131`, `20240131T120000`, `…Z`, as if it were UTC; undefined for what is no date. */
export function compact(text: string): number | undefined {
  const found = /^\s*(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?Z?)?\s*$/i.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = found;
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return new Date(wall).getUTCDate() === Number(day) || Number(hour) === 24 ? wall : undefined;
}

function zoned(calendar: Component, name: string, wall: number): Moment {
  const known = ianaOf(name);
  if (known !== undefined) return { wall, zone: known };
  const own = calendar.components.find(
    (one) => one.name === 'VTIMEZONE' && unescapeText(firstValue(one, 'TZID') ?? '').trim() === name,
  );
  // `/freeassociation.sourceforge.net/Europe/Berlin`, and what Lightning and libical call the place.
  for (const place of [
    own && firstValue(own, 'X-LIC-LOCATION'),
    /[A-Za-z_]+\/[A-Za-z_]+(?:\/[A-Za-z_]+)?$/.exec(name)?.[0],
  ]) {
    const iana = place === undefined ? undefined : ianaOf(place);
    if (iana !== undefined) return { wall, zone: iana };
  }
  const offset = own === undefined ? undefined : offsetsOf(own);
  if (offset === undefined) return { wall, zone: 'floating', replaced: 'unknown' };
  const like = zoneLike((instant) => offset(instant, true), new Date(wall).getUTCFullYear());
  if (like !== undefined) return { wall, zone: like, replaced: 'alike' };
  const here = offset(wall, false);
  return here === undefined
    ? { wall, zone: 'floating', replaced: 'unknown' }
    : { wall: wall - here, zone: UTC, replaced: 'utc' };
}

/** Of a VTIMEZONE: what its clock is ahead of UTC, at an instant or at what the clock itself shows. */
function offsetsOf(zone: Component): ((at: number, isInstant: boolean) => number | undefined) | undefined {
  try {
    const parsed = ICAL.parse(
      writeComponents([{ name: 'VCALENDAR', properties: [], components: [zone] }]).toString('utf8'),
    );
    const component = new ICAL.Component(parsed as never).getFirstSubcomponent('vtimezone');
    if (component === null || propertiesOf(zone, 'TZID').length === 0 || zone.components.length === 0) return undefined;
    const timezone = new ICAL.Timezone(component);
    const at = (wall: number): number => timezone.utcOffset(ICAL.Time.fromJSDate(new Date(wall), true)) * 1_000;
    return (moment, isInstant) => {
      try {
        // The offset at the instant taken for a clock is right but for the hours around a change; once more with it.
        return isInstant ? at(moment + at(moment)) : at(moment);
      } catch {
        return undefined;
      }
    };
  } catch {
    return undefined;
  }
}

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');

/** `20240131` */
export function dayText(wall: number): string {
  const date = new Date(wall);
  return `${pad(date.getUTCFullYear(), 4)}${pad(date.getUTCMonth() + 1)}${pad(date.getUTCDate())}`;
}

/** `20240131T120000` */
export function wallText(wall: number): string {
  const date = new Date(wall);
  return `${dayText(wall)}T${pad(date.getUTCHours())}${pad(date.getUTCMinutes())}${pad(date.getUTCSeconds())}`;
}

/** A property that holds this moment. */
export function momentProperty(name: string, { wall, zone }: Moment): Property {
  if (zone === 'date')
    return { group: undefined, name, parameters: [{ name: 'VALUE', values: ['DATE'] }], value: dayText(wall) };
  if (zone === UTC) return { group: undefined, name, parameters: [], value: `${wallText(wall)}Z` };
  const parameters = zone === 'floating' ? [] : [{ name: 'TZID', values: [zone] }];
  return { group: undefined, name, parameters, value: wallText(wall) };
}

/** Milliseconds of `-P1DT2H`; undefined for what is no duration. */
export function durationOf(text: string): number | undefined {
  const found = /^\s*([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\s*$/i.exec(text);
  if (found === null || /[PT]\s*$/i.test(text)) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(2).map((part) => Number(part ?? 0));
  const size = ((weeks * 7 + days) * 86_400 + hours * 3_600 + minutes * 60 + seconds) * 1_000;
  return found[1] === '-' ? -size : size;
}
