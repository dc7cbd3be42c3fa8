import { SternaError } from '@sterna/core';
import { type Component, firstValue, type Property, propertiesOf } from '../lines/content-line.ts';
import { ContentLineError, readComponents } from '../lines/read-lines.ts';

/** What a calendar object is about. Its master and its exceptions are several components of one UID. */
export type CalendarName = 'VEVENT' | 'VTODO';

/** One calendar object resource (RFC 4791 section 4.1): one UID, its exceptions, and the time zones that they name. */
export interface CalendarObject {
  readonly calendar: Component;
  readonly name: CalendarName;
  /** Masters and exceptions, in the order of the text. */
  readonly items: readonly Component[];
  readonly uid: string | undefined;
}

/** Of an event that stands in its file without a calendar around it. */
export const BARE: readonly Property[] = [
  { group: undefined, name: 'VERSION', parameters: [], value: '2.0' },
  { group: undefined, name: 'PRODID', parameters: [], value: '-//Sterna//EN' },
];

const NAMES: ReadonlySet<string> = new Set(['VEVENT', 'VTODO']);

/** @throws SternaError object `invalid-event` with what is wrong and where */
export function readCalendar(body: Buffer): Component {
  try {
    const components = readComponents(body);
    const calendar = components.find((one) => one.name === 'VCALENDAR');
    if (calendar !== undefined) return calendar;
    if (components.some((one) => NAMES.has(one.name))) return { name: 'VCALENDAR', properties: BARE, components };
  } catch (thrown) {
    if (!(thrown instanceof ContentLineError)) throw thrown;
    throw invalid(`line ${thrown.line}: ${thrown.message}`);
  }
  throw invalid('it holds no VCALENDAR');
}

/**
 * @param name undefined: whichever it holds
 * @throws SternaError object `invalid-event`: no calendar, nothing in it, or more than one object
 */
export function readCalendarObject(body: Buffer, name?: CalendarName): CalendarObject {
  const calendar = readCalendar(body);
  const items = calendar.components.filter((one) => (name === undefined ? NAMES.has(one.name) : one.name === name));
  const [first] = items;
  if (first === undefined) throw invalid(`it holds no ${name ?? 'VEVENT or VTODO'}`);
  const uids = new Set(items.map((one) => uidOf(one) ?? ''));
  if (uids.size > 1) throw invalid(`it holds ${uids.size} objects instead of one`);
  if (items.length > 1 && items.filter((one) => propertiesOf(one, 'RECURRENCE-ID').length === 0).length > 1)
    throw invalid('two objects have the same UID');
  return { calendar, name: first.name as CalendarName, items, uid: uidOf(first) };
}

/** Undefined where it is missing or empty. */
export const uidOf = (item: Component): string | undefined => firstValue(item, 'UID')?.trim() || undefined;

export const invalid = (what: string): SternaError =>
  new SternaError('object', 'invalid-event', `This calendar object is invalid: ${what}.`, {
    fix: 'Open it in the source’s calendar and save it again, or leave it out; then start a delta pass.',
  });
