import {
  type Component,
  escapeText,
  type Moment,
  momentProperty,
  type Parameter,
  type Property,
  textOfHtml,
} from '@sterna/content';
import { colorName } from './colors.ts';
import type { EventAttendee, EventFields, EventPerson, GoogleEvent } from './google-event.ts';
import { instantIn, momentIn } from './times.ts';

/** One VEVENT, and where the series had it. */
export interface ReadItem {
  /** Undefined: the master, or a single event. */
  readonly place: Moment | undefined;
  readonly component: Component;
}

export interface EventRead {
  readonly master: EventFields & Partial<GoogleEvent>;
  readonly exceptions: readonly (EventFields & Partial<GoogleEvent>)[];
  readonly uid: string;
}

/** Of an event as Google has it, its exceptions after it; cancelled ones are dates that the series leaves out. */
export function fromEvent({ master, exceptions, uid }: EventRead, calendarZone: string): readonly ReadItem[] {
  const original = (one: Partial<GoogleEvent>): Moment | undefined => placeIn(master, one, calendarZone);
  const left = exceptions.filter((one) => one.status === 'cancelled').flatMap((one) => original(one) ?? []);
  const repetition = [
    ...(master.recurrence ?? []).flatMap((text) => lineOf(text) ?? []),
    ...left.map((moment) => momentProperty('EXDATE', moment)),
  ];
  const items: ReadItem[] = [{ place: undefined, component: componentOf(master, uid, calendarZone, repetition) }];
  for (const exception of exceptions) {
    const place = original(exception);
    if (exception.status === 'cancelled' || place === undefined) continue;
    // Google can't undo an exception: what says the same as its series is none to anybody else.
    if (isAsInSeries(exception, master, calendarZone)) continue;
    const more = [momentProperty('RECURRENCE-ID', place)];
    items.push({ place, component: componentOf(exception, uid, calendarZone, more) });
  }
  return items;
}

/** Where its series has an exception, cancelled ones too. */
export function placeIn(master: EventFields, one: Partial<GoogleEvent>, calendarZone: string): Moment | undefined {
  const moment = momentIn(one.originalStartTime, calendarZone);
  const zone = momentIn(master.start, calendarZone)?.zone;
  return moment === undefined ? undefined : { ...moment, zone: zone === 'date' ? 'date' : moment.zone };
}

type Read = EventRead['master'];

function isAsInSeries(exception: Read, master: Read, calendarZone: string): boolean {
  const length = ({ start, end }: Read): number => instantIn(end) - instantIn(start);
  if (instantIn(exception.start) !== instantIn(exception.originalStartTime)) return false;
  if (length(exception) !== length(master)) return false;
  return said(exception, calendarZone) === said(master, calendarZone);
}

/** All that it says but for its time. */
function said(event: Read, calendarZone: string): string {
  const { properties, components } = componentOf(event, '', calendarZone, []);
  return JSON.stringify([properties.filter(({ name }) => !OWN.has(name)), components]);
}

const OWN: ReadonlySet<string> = new Set(['DTSTAMP', 'CREATED', 'LAST-MODIFIED', 'DTSTART', 'DTEND']);

/** `RRULE:FREQ=DAILY` */
function lineOf(text: string): Property | undefined {
  const found = /^([A-Za-z-]+)((?:;[A-Za-z-]+=[^;:]*)*):(.*)$/s.exec(text.trim());
  if (found === null) return undefined;
  const [, name, parameters, value] = found as unknown as [string, string, string, string];
  return {
    group: undefined,
    name: name.toUpperCase(),
    parameters: parameters
      .split(';')
      .filter(Boolean)
      .map((one) => ({ name: (one.split('=')[0] as string).toUpperCase(), values: [one.slice(one.indexOf('=') + 1)] })),
    value,
  };
}

function componentOf(
  event: EventFields & Partial<GoogleEvent>,
  uid: string,
  calendarZone: string,
  more: readonly Property[],
): Component {
  const moment = (name: string, time: EventFields['start']): Property[] => {
    const found = momentIn(time, calendarZone);
    return found === undefined ? [] : [momentProperty(name, found)];
  };
  const properties: Property[] = [
    line('UID', uid),
    ...stamp('DTSTAMP', event.updated),
    ...stamp('CREATED', event.created),
    ...stamp('LAST-MODIFIED', event.updated),
    ...moment('DTSTART', event.start),
    ...moment('DTEND', event.end),
    ...more,
    ...text('SUMMARY', event.summary),
    ...described(event.description),
    ...text('LOCATION', event.location),
    ...(event.status === 'tentative' ? [line('STATUS', 'TENTATIVE')] : []),
    ...(event.transparency === 'transparent' ? [line('TRANSP', 'TRANSPARENT')] : []),
    ...(CLASSES.has(event.visibility ?? '') ? [line('CLASS', (event.visibility as string).toUpperCase())] : []),
    ...named('COLOR', colorName(event.colorId)),
    ...named('X-MICROSOFT-CDO-BUSYSTATUS', BUSY[event.eventType ?? '']),
    ...meeting(event),
    ...(event.attachments ?? []).flatMap(attachment),
    ...(event.source?.url === undefined ? [] : [line('URL', event.source.url.replace(/[\r\n]/g, ''))]),
    ...(event.hangoutLink === undefined ? [] : [line('X-GOOGLE-CONFERENCE', event.hangoutLink)]),
    ...conference(event),
  ];
  return { name: 'VEVENT', properties, components: alarms(event) };
}

/** What Outlook has words for and iCalendar hasn't; only Google itself makes such events. */
const BUSY: Readonly<Record<string, string>> = { outOfOffice: 'OOF', workingLocation: 'WORKINGELSEWHERE' };

const CLASSES: ReadonlySet<string> = new Set(['public', 'private', 'confidential']);

/** Who is told as the organizer of an event without anybody else, is its owner. */
function meeting({ organizer, attendees = [] }: EventFields): Property[] {
  const own = organizer?.self === true && attendees.length === 0;
  return [
    ...(organizer?.email === undefined || own ? [] : [person('ORGANIZER', organizer, [])]),
    ...attendees.flatMap((one) => (one.email === undefined ? [] : [person('ATTENDEE', one, answers(one))])),
  ];
}

function person(name: string, { email, displayName }: EventPerson, more: readonly Parameter[]): Property {
  // A quote can't be in a parameter (RFC 5545 section 3.2).
  const called = displayName?.replaceAll('"', "'").replace(/[\r\n]+/g, ' ');
  return {
    group: undefined,
    name,
    parameters: [...(called === undefined || called === '' ? [] : [{ name: 'CN', values: [called] }]), ...more],
    value: `mailto:${email}`,
  };
}

const RESPONSES: Readonly<Record<string, string>> = {
  accepted: 'ACCEPTED',
  declined: 'DECLINED',
  tentative: 'TENTATIVE',
  needsAction: 'NEEDS-ACTION',
};

const answers = ({ responseStatus = 'needsAction', optional, resource }: EventAttendee): Parameter[] => [
  { name: 'PARTSTAT', values: [RESPONSES[responseStatus] ?? 'NEEDS-ACTION'] },
  ...(optional === true ? [{ name: 'ROLE', values: ['OPT-PARTICIPANT'] }] : []),
  ...(resource === true ? [{ name: 'CUTYPE', values: ['RESOURCE'] }] : []),
];

/**
 * Ways into a meeting that isn't Google's own (RFC 7986 section 5.11). Those of a Meet end with the account; its link alone
 * says what it was.
 */
function conference({ conferenceData }: Partial<GoogleEvent>): Property[] {
  if (conferenceData?.conferenceSolution?.key?.type === 'hangoutsMeet') return [];
  return (conferenceData?.entryPoints ?? []).flatMap((point): Property[] => {
    if (point.uri === undefined) return [];
    const feature = FEATURES[point.entryPointType ?? ''];
    const codes = [point.meetingCode, point.accessCode, point.passcode, point.password, point.pin];
    const said = [conferenceData?.conferenceSolution?.name, point.label, ...codes].filter(Boolean).join(', ');
    const parameters = [
      { name: 'VALUE', values: ['URI'] },
      ...(feature === undefined ? [] : [{ name: 'FEATURE', values: [feature] }]),
      ...(said === '' ? [] : [{ name: 'LABEL', values: [said.replaceAll('"', "'").replace(/[\r\n]+/g, ' ')] }]),
    ];
    return [{ group: undefined, name: 'CONFERENCE', parameters, value: point.uri.replace(/[\r\n]/g, '') }];
  });
}

const FEATURES: Readonly<Record<string, string>> = { video: 'VIDEO', phone: 'PHONE', sip: 'AUDIO' };

function attachment({ fileUrl, title, mimeType }: NonNullable<EventFields['attachments']>[number]): Property[] {
  if (fileUrl === undefined) return [];
  const parameters = [
    ...(mimeType === undefined ? [] : [{ name: 'FMTTYPE', values: [mimeType] }]),
    ...(title === undefined || title === fileUrl ? [] : [{ name: 'FILENAME', values: [title.replaceAll('"', "'")] }]),
  ];
  return [{ group: undefined, name: 'ATTACH', parameters, value: fileUrl }];
}

function alarms({ reminders, summary }: EventFields): Component[] {
  return (reminders?.overrides ?? []).map(({ method, minutes }) => ({
    name: 'VALARM',
    properties: [
      line('ACTION', method === 'email' ? 'EMAIL' : 'DISPLAY'),
      line('TRIGGER', minutes === 0 ? 'PT0S' : `-PT${minutes}M`),
      line('DESCRIPTION', escapeText(summary ?? '')),
    ],
    components: [],
  }));
}

function stamp(name: string, moment: string | undefined): Property[] {
  const at = Date.parse(moment ?? '');
  return Number.isNaN(at) ? [] : [line(name, new Date(at).toISOString().replace(/[-:]|\.\d+/g, ''))];
}

export const line = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value });
const named = (name: string, value: string | undefined): Property[] => (value === undefined ? [] : [line(name, value)]);
const text = (name: string, value: string | undefined): Property[] =>
  value === undefined || value === '' ? [] : [line(name, escapeText(value))];

/** Google's description is HTML where it has tags, which programs without it would show. */
function described(description: string | undefined): Property[] {
  if (description === undefined || !MARKUP.test(description)) return text('DESCRIPTION', description);
  const html = {
    ...line('X-ALT-DESC', escapeText(description)),
    parameters: [{ name: 'FMTTYPE', values: ['text/html'] }],
  };
  return [...text('DESCRIPTION', textOfHtml(description)), html];
}

const MARKUP = /<\/?(?:a|b|br|div|em|h[1-6]|i|li|ol|p|span|strong|u|ul|html-blob)\b[^>]*>/i;
