import ICAL from 'ical.js';
import { type Component, type Property, parameterOf, propertiesOf } from '../lines/content-line.ts';
import type { Span } from '../pivot.ts';
import type { CalendarObject } from './calendar-object.ts';
import { splitList } from './canonical.ts';
import { zonedInstant } from './zones.ts';

/** A rule with more occurrences than this counts as one that never ends. */
const MAX_OCCURRENCES = 10_000;
const DAY = 86_400_000;

/**
 * From the first occurrence to the end of the last one, exceptions and additional dates included; without an end where
 * it repeats for ever. Undefined for what has no dates at all. What can't be read has no part in it.
 */
export function spanOf(object: CalendarObject): Span | undefined {
  const { calendar, items } = object;
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const start = instantOf(calendar, item, 'DTSTART') ?? instantOf(calendar, item, 'DUE');
    const length = lengthOf(calendar, item, start);
    const moments = [start, instantOf(calendar, item, 'RECURRENCE-ID'), instantOf(calendar, item, 'COMPLETED')];
    for (const property of propertiesOf(item, 'RDATE'))
      for (const value of splitList(property.value)) moments.push(instant(calendar, { ...property, value }));
    for (const moment of moments) {
      if (moment === undefined) continue;
      from = Math.min(from, moment);
      until = Math.max(until, moment + length);
    }
    for (const rule of propertiesOf(item, 'RRULE')) {
      const last = start === undefined ? undefined : lastOf(item, rule, start);
      until = Math.max(until, (last ?? Number.POSITIVE_INFINITY) + length);
    }
  }
  if (from === Number.POSITIVE_INFINITY) return undefined;
  return { from: new Date(from), until: Number.isFinite(until) ? new Date(Math.max(until, from + 1)) : undefined };
}

function lengthOf(calendar: Component, item: Component, start: number | undefined): number {
  const end = instantOf(calendar, item, 'DTEND') ?? instantOf(calendar, item, 'DUE');
  if (start !== undefined && end !== undefined && end > start) return end - start;
  const duration = propertiesOf(item, 'DURATION')[0]?.value;
  if (duration !== undefined)
    try {
      return Math.max(1, ICAL.Duration.fromString(duration.trim()).toSeconds() * 1_000);
    } catch {
      return 1;
    }
  const first = propertiesOf(item, 'DTSTART')[0];
  return first !== undefined && /^\d{8}$/.test(first.value.trim()) ? DAY : 1;
}

/** Start of the last occurrence; undefined: there is none. */
function lastOf(item: Component, rule: Property, start: number): number | undefined {
  const parts = new Map(
    rule.value
      .toUpperCase()
      .split(';')
      .map((part) => part.split('=', 2) as [string, string]),
  );
  const until = parts.get('UNTIL');
  if (until !== undefined) return compact(until) ?? start;
  const count = Number(parts.get('COUNT'));
  if (!Number.isInteger(count)) return undefined;
  if (count > MAX_OCCURRENCES) return undefined;
  try {
    const first = compact(propertiesOf(item, 'DTSTART')[0]?.value ?? '') ?? start;
    const iterator = ICAL.Recur.fromString(rule.value).iterator(ICAL.Time.fromJSDate(new Date(first), true));
    let last: ICAL.Time | null = null;
    for (let n = 0; n < count; n += 1) {
      const next = iterator.next();
      if (!next) break;
      last = next.clone();
    }
    // Counted on the clock of the event, so the distance to the first one is what it is in any zone (but for DST).
    return last === null ? start : start + (last.toJSDate().getTime() - first);
  } catch {
    return start;
  }
}

function instantOf(calendar: Component, item: Component, name: string): number | undefined {
  const property = propertiesOf(item, name)[0];
  return property === undefined ? undefined : instant(calendar, property);
}

function instant(calendar: Component, property: Property): number | undefined {
  const value = property.value.split('/')[0] ?? '';
  const wall = compact(value);
  const zone = parameterOf(property, 'TZID');
  if (wall === undefined || zone === undefined || /Z\s*$/i.test(value)) return wall;
  return zonedInstant(calendar, zone, wall) ?? wall;
}

/** `20240131`, `20240131T120000`, `…Z` as if it were UTC; undefined for what is no date. */
function compact(text: string): number | undefined {
  const found = /^\s*(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?Z?)?\s*$/i.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = found;
  const moment = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return new Date(moment).getUTCDate() === Number(day) ? moment : undefined;
}
