import {
  type Component,
  escapeText,
  ianaOf,
  instantAt,
  type Moment,
  momentProperty,
  type Parameter,
  type Property,
  textOfHtml,
  UTC,
  wallAt,
} from '@sterna/content';
import { isPlain } from '../outlook/html.ts';
import { withoutDetails } from './details.ts';
import type { Attendee, DateTimeTimeZone, EventFields, GraphEvent, GraphLocation } from './graph-event.ts';
import { dayOf } from './occurrences.ts';
import { ruleText } from './recurrence-rule.ts';
import { NAMELESS, UNTYPED } from './to-event.ts';

/** An attachment as it is read. */
export interface ReadAttachment {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly hash: string;
}

/** One VEVENT, and where the series had it: an instant, or a day. */
export interface ReadItem {
  /** Undefined: the master, or a single event. */
  readonly place: Moment | undefined;
  readonly component: Component;
}

export interface EventRead {
  readonly master: EventFields & Partial<GraphEvent>;
  readonly exceptions: readonly (EventFields & Partial<GraphEvent>)[];
  /** `YYYY-MM-DD` */
  readonly cancelled: readonly string[];
  readonly uid: string;
}

/** Of an event as Outlook has it, its exceptions after it. Attachments are not among its lines. */
export function fromEvent({ master, exceptions, cancelled, uid }: EventRead): readonly ReadItem[] {
  const start = startOf(master);
  const items: ReadItem[] = [
    { place: undefined, component: componentOf(master, uid, start, [...repetition(master, start, cancelled)]) },
  ];
  for (const exception of exceptions) {
    const at = originalOf(exception, master, start);
    if (at === undefined) continue;
    items.push({
      place: at,
      component: componentOf(exception, uid, startOf(exception), [momentProperty('RECURRENCE-ID', at)]),
    });
  }
  return items;
}

function* repetition(master: EventFields, start: Moment, cancelled: readonly string[]): Generator<Property> {
  if (master.recurrence === undefined || master.recurrence === null) return;
  yield line('RRULE', ruleText(master.recurrence, onClock(master, start)));
  const clock = onClock(master, start);
  for (const date of cancelled) {
    const wall = dayOf(date) + (clock.zone === 'date' ? 0 : clockTime(clock.wall));
    yield momentProperty('EXDATE', inZone({ wall, zone: clock.zone }, start));
  }
}

const clockTime = (wall: number): number => ((wall % 86_400_000) + 86_400_000) % 86_400_000;

/** The start on the clock that the series counts its days by. */
function onClock(master: EventFields, start: Moment): Moment {
  const zone = ianaOf(master.recurrence?.range.recurrenceTimeZone ?? '');
  return zone === undefined ? start : inZone(start, { zone });
}

function inZone(moment: Moment, { zone }: Pick<Moment, 'zone'>): Moment {
  if (moment.zone === zone || moment.zone === 'date' || zone === 'date') return moment;
  return { wall: wallAt(instantAt(moment.wall, moment.zone), zone), zone };
}

/** Where the series had an exception; undefined where that isn't said. */
function originalOf(exception: Partial<GraphEvent>, master: EventFields, start: Moment): Moment | undefined {
  const at = Date.parse(exception.originalStart ?? '');
  if (Number.isNaN(at)) return undefined;
  if (start.zone === 'date') return { wall: Math.floor(at / 86_400_000) * 86_400_000, zone: 'date' };
  const zone = onClock(master, start).zone;
  return inZone({ wall: wallAt(at, zone), zone }, start);
}

/** In the zone that it was made in, where the name of that means anything. */
function startOf(event: EventFields & Partial<GraphEvent>): Moment {
  return momentIn(event.start, event.isAllDay === true, event.originalStartTimeZone);
}

function momentIn(time: DateTimeTimeZone, isAllDay: boolean, original: string | null | undefined): Moment {
  const wall = wallOf(time.dateTime);
  if (isAllDay) return { wall: Math.floor(wall / 86_400_000) * 86_400_000, zone: 'date' };
  const zone = ianaOf(time.timeZone) ?? UTC;
  return inZone({ wall, zone }, { zone: ianaOf(original ?? '') ?? zone });
}

/** `2026-03-01T10:00:00.0000000` */
const wallOf = (text: string): number => Date.parse(`${text.replace(/(?:\.\d+)?Z?$/, '')}Z`);

function componentOf(
  event: EventFields & Partial<GraphEvent>,
  uid: string,
  start: Moment,
  more: readonly Property[],
): Component {
  const end = momentIn(event.end, event.isAllDay === true, event.originalEndTimeZone ?? event.originalStartTimeZone);
  const properties: Property[] = [
    line('UID', uid),
    ...stamps(event),
    momentProperty('DTSTART', start),
    momentProperty('DTEND', end),
    ...more,
    ...text('SUMMARY', event.subject),
    ...body(event),
    ...text('LOCATION', locationOf(event)),
    ...geo(event),
    ...categories(event.categories),
    ...listed('CLASS', CLASSES[event.sensitivity ?? '']),
    ...listed('PRIORITY', PRIORITIES[event.importance ?? '']),
    ...busy(event),
    ...(event.isCancelled === true ? [line('STATUS', 'CANCELLED')] : []),
    ...meeting(event),
    ...people(event),
  ];
  return { name: 'VEVENT', properties, components: alarm(event) };
}

function* stamps({ createdDateTime, lastModifiedDateTime }: Partial<GraphEvent>): Generator<Property> {
  const of = (given: string | null | undefined): string | undefined => {
    const at = Date.parse(given ?? '');
    return Number.isNaN(at) ? undefined : new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  };
  const modified = of(lastModifiedDateTime);
  yield line('DTSTAMP', modified ?? '19700101T000000Z');
  yield* listed('CREATED', of(createdDateTime));
  yield* listed('LAST-MODIFIED', modified);
}

function* body({ body: given }: EventFields): Generator<Property> {
  const { text: said, html } = saidIn(given);
  yield* text('DESCRIPTION', said);
  if (html !== undefined)
    yield { ...line('X-ALT-DESC', escapeText(html)), parameters: [{ name: 'FMTTYPE', values: ['text/html'] }] };
}

/** What a body says, without what a migration has added to it; `html` where that says more. */
export function saidIn(body: EventFields['body']): { readonly text: string; readonly html: string | undefined } {
  const content = body?.content ?? '';
  if (body?.contentType !== 'html') return { text: withoutDetails(content.replace(/\r\n?/g, '\n')), html: undefined };
  const read = textOfHtml(content);
  const said = withoutDetails(read);
  return { text: said, html: said !== read || isPlain(content) ? undefined : content };
}

function locationOf({ location, locations }: EventFields & Partial<GraphEvent>): string {
  const all = (locations ?? []).map(placeText).filter(Boolean);
  return all.length > 1 ? all.join('; ') : (all[0] ?? placeText(location ?? {}));
}

function placeText({ displayName, address }: GraphLocation): string {
  if (displayName !== undefined && displayName !== null && displayName.trim() !== '') return displayName;
  return [address?.street, address?.postalCode, address?.city, address?.state, address?.countryOrRegion]
    .filter(Boolean)
    .join(', ');
}

function* geo({ location }: EventFields): Generator<Property> {
  const { latitude, longitude } = location?.coordinates ?? {};
  if (typeof latitude === 'number' && typeof longitude === 'number') yield line('GEO', `${latitude};${longitude}`);
}

export function categories(given: readonly string[] | null | undefined): Property[] {
  return given === undefined || given === null || given.length === 0
    ? []
    : [line('CATEGORIES', given.map(escapeText).join(','))];
}

const CLASSES: Readonly<Record<string, string>> = {
  personal: 'X-PERSONAL',
  private: 'PRIVATE',
  confidential: 'CONFIDENTIAL',
};
const PRIORITIES: Readonly<Record<string, string>> = { high: '1', low: '9' };
const BUSY: Readonly<Record<string, string>> = {
  free: 'FREE',
  tentative: 'TENTATIVE',
  oof: 'OOF',
  workingElsewhere: 'WORKINGELSEWHERE',
};

function* busy({ showAs }: EventFields): Generator<Property> {
  const status = BUSY[showAs ?? ''];
  if (status === undefined) return;
  if (status === 'FREE') yield line('TRANSP', 'TRANSPARENT');
  else yield line('X-MICROSOFT-CDO-BUSYSTATUS', status);
}

function* meeting({ onlineMeeting, onlineMeetingUrl }: Partial<GraphEvent>): Generator<Property> {
  const url = onlineMeeting?.joinUrl ?? onlineMeetingUrl;
  if (url === undefined || url === null || url === '') return;
  const parameters: Parameter[] = [
    { name: 'VALUE', values: ['URI'] },
    { name: 'FEATURE', values: ['VIDEO'] },
  ];
  yield { ...line('CONFERENCE', url.replace(/[\r\n]/g, '')), parameters };
}

const ANSWERS: Readonly<Record<string, string>> = {
  accepted: 'ACCEPTED',
  organizer: 'ACCEPTED',
  tentativelyAccepted: 'TENTATIVE',
  declined: 'DECLINED',
};

function* people(event: Partial<GraphEvent>): Generator<Property> {
  const attendees = event.attendees ?? [];
  const organizer = event.organizer?.emailAddress;
  // Exchange names the owner as organizer of what is no meeting as well.
  if (attendees.length === 0 && event.isOrganizer !== false) return;
  if (isAddress(organizer?.address))
    yield {
      ...line('ORGANIZER', `mailto:${organizer?.address}`),
      parameters: nameOf(organizer?.name, organizer?.address),
    };
  for (const attendee of attendees) {
    if (!isAddress(attendee.emailAddress?.address)) continue;
    yield {
      ...line('ATTENDEE', `mailto:${attendee.emailAddress?.address}`),
      parameters: [
        ...nameOf(attendee.emailAddress?.name, attendee.emailAddress?.address),
        ...roleOf(attendee),
        { name: 'PARTSTAT', values: [ANSWERS[attendee.status?.response ?? ''] ?? 'NEEDS-ACTION'] },
        ...(event.responseRequested === true ? [{ name: 'RSVP', values: ['TRUE'] }] : []),
      ],
    };
  }
}

const isAddress = (address: string | null | undefined): boolean =>
  typeof address === 'string' && /^[^\s@]+@[^\s@]+$/.test(address);

const nameOf = (name: string | null | undefined, address: string | null | undefined): Parameter[] =>
  name === undefined || name === null || name === '' || name === address
    ? []
    : [{ name: 'CN', values: [name.replace(/[\r\n]/g, ' ')] }];

function roleOf({ type }: Attendee): Parameter[] {
  if (type === 'optional') return [{ name: 'ROLE', values: ['OPT-PARTICIPANT'] }];
  if (type === 'resource')
    return [
      { name: 'CUTYPE', values: ['RESOURCE'] },
      { name: 'ROLE', values: ['NON-PARTICIPANT'] },
    ];
  return [];
}

function alarm({ isReminderOn, reminderMinutesBeforeStart, subject }: EventFields): Component[] {
  if (isReminderOn !== true) return [];
  return [
    {
      name: 'VALARM',
      properties: [
        line('ACTION', 'DISPLAY'),
        line('DESCRIPTION', escapeText(subject || 'Reminder')),
        line('TRIGGER', `-PT${Math.max(0, reminderMinutesBeforeStart ?? 0)}M`),
      ],
      components: [],
    },
  ];
}

/** RFC 5545 section 3.8.1.1, with the name as RFC 8607 has it. */
export function attachmentLine({ name, contentType, bytes }: ReadAttachment): Property {
  const parameters: Parameter[] = [
    { name: 'ENCODING', values: ['BASE64'] },
    { name: 'VALUE', values: ['BINARY'] },
    ...(contentType === UNTYPED || contentType === '' ? [] : [{ name: 'FMTTYPE', values: [contentType] }]),
    ...(name === NAMELESS || name === '' ? [] : [{ name: 'FILENAME', values: [name] }]),
  ];
  return { group: undefined, name: 'ATTACH', parameters, value: bytes.toString('base64') };
}

export const line = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value });
export const text = (name: string, value: string | null | undefined): Property[] =>
  value === undefined || value === null || value === '' ? [] : [line(name, escapeText(value))];
const listed = (name: string, value: string | undefined): Property[] =>
  value === undefined ? [] : [line(name, value)];
