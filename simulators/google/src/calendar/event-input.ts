import { GoogleError } from '../http/errors.ts';
import type { Attendee, EventContent, ExtendedProperties, Plain, Reminders, Response } from './event.ts';
import { invalid, required } from './problems.ts';
import { parseRecurrence, RecurrenceError } from './recurrence.ts';
import { type EventTime, instantOfTime, isDate, parseDate, parseTime } from './times.ts';
import { instantOf, isZone } from './zones.ts';

export type Json = Record<string, unknown>;

/** Properties with rules of their own; the others that may be written are kept as they come. */
const PLAIN = new Set([
  'anyoneCanAddSelf',
  'birthdayProperties',
  'colorId',
  'description',
  'eventLabelId',
  'focusTimeProperties',
  'guestsCanInviteOthers',
  'guestsCanModify',
  'guestsCanSeeOtherGuests',
  'location',
  'outOfOfficeProperties',
  'source',
  'summary',
  'transparency',
  'visibility',
  'workingLocationProperties',
]);

const DEFAULTS: Readonly<Record<string, unknown>> = {
  anyoneCanAddSelf: false,
  guestsCanInviteOthers: true,
  guestsCanModify: false,
  guestsCanSeeOtherGuests: true,
  transparency: 'opaque',
  visibility: 'default',
};

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  transparency: ['opaque', 'transparent'],
  visibility: ['default', 'public', 'private', 'confidential'],
  status: ['confirmed', 'tentative', 'cancelled'],
  eventType: ['default', 'birthday', 'focusTime', 'fromGmail', 'outOfOffice', 'workingLocation'],
  responseStatus: ['needsAction', 'declined', 'tentative', 'accepted'],
};

const EVENT_TYPE_PROPERTIES: Readonly<Record<string, string>> = {
  birthday: 'birthdayProperties',
  focusTime: 'focusTimeProperties',
  outOfOffice: 'outOfOfficeProperties',
  workingLocation: 'workingLocationProperties',
};

export interface InputRules {
  readonly calendarZone: string;
  /** supportsAttachments=true; otherwise the ones that were there stay. */
  readonly attachments: boolean;
  /** conferenceDataVersion=1; otherwise what was there stays. */
  readonly conference: boolean;
  readonly importing: boolean;
  /** Only there are out of office, focus time, working location and birthdays allowed. */
  readonly primary: boolean;
  /** What an instance or an event had before. */
  readonly before: EventContent | undefined;
  readonly isException: boolean;
  /** Makes what a conference's createRequest asks for. */
  readonly createConference: (request: Plain) => Plain;
}

/** Reads a whole event. Read-only properties are ignored, as the API does. Throws GoogleError. */
export function readEvent(body: Json, rules: InputRules): EventContent {
  const { before } = rules;
  const status = choice(body, 'status', 'confirmed') as EventContent['status'];
  const given = choice(body, 'eventType', before?.eventType ?? 'default');
  const eventType = rules.importing ? 'default' : given;
  if (before !== undefined && eventType !== before.eventType) {
    throw new GoogleError(400, 'eventTypeRestriction', 'Event type cannot be changed.');
  }
  const recurrence = rules.isException ? [] : readLines(body.recurrence);
  const start = readTime(body.start, 'start', rules, recurrence.length > 0);
  const end = readTime(body.end, 'end', rules, recurrence.length > 0);
  if (isDate(start) !== isDate(end)) throw invalid('Invalid start and end time.');
  const length = instantOfTime(end, rules.calendarZone) - instantOfTime(start, rules.calendarZone);
  if (length < 0 || (length === 0 && isDate(start))) {
    throw new GoogleError(400, 'timeRangeEmpty', 'The specified time range is empty.');
  }
  if (recurrence.length > 0) {
    try {
      parseRecurrence(recurrence, start, rules.calendarZone);
    } catch (error) {
      throw error instanceof RecurrenceError ? invalid(error.message) : error;
    }
  }
  const plain = readPlain(body);
  const content: EventContent = {
    status,
    start,
    end,
    recurrence,
    attendees: readAttendees(body.attendees, before),
    reminders: readReminders(body.reminders),
    extendedProperties: readExtendedProperties(body.extendedProperties),
    attachments: rules.attachments ? readAttachments(body.attachments) : (before?.attachments ?? []),
    conferenceData: rules.conference ? readConference(body.conferenceData, rules) : before?.conferenceData,
    eventType,
    plain: rules.importing ? withoutTypeProperties(plain) : plain,
  };
  if (before === undefined) checkType(content, rules);
  return content;
}

function choice(from: Json, name: string, otherwise: string): string {
  const value = from[name];
  if (value === undefined || value === null) return otherwise;
  if (typeof value !== 'string' || CHOICES[name]?.includes(value) !== true) throw invalid(`Invalid value for: ${name}`);
  return value;
}

function readPlain(body: Json): Plain {
  const plain: Json = {};
  for (const [name, value] of Object.entries(body)) {
    if (!PLAIN.has(name) || value === undefined || value === null || value === '') continue;
    if (CHOICES[name] !== undefined) choice(body, name, '');
    // What is as preset isn't told in answers.
    if (DEFAULTS[name] !== value) plain[name] = value;
  }
  const { colorId } = plain;
  if (colorId !== undefined && !/^([1-9]|1[01])$/.test(String(colorId))) throw invalid('Invalid event color id.');
  const source = plain.source as Json | undefined;
  if (source !== undefined && !/^https?:\/\//i.test(String(source.url ?? ''))) throw invalid('Invalid source url.');
  return plain;
}

const withoutTypeProperties = (plain: Plain): Plain =>
  Object.fromEntries(Object.entries(plain).filter(([name]) => !Object.values(EVENT_TYPE_PROPERTIES).includes(name)));

function checkType({ eventType, plain, start, recurrence }: EventContent, { primary }: InputRules): void {
  if (eventType === 'default') return;
  const refuse = (message: string) => new GoogleError(400, 'eventTypeRestriction', message);
  if (eventType === 'fromGmail') throw refuse('Events of this type cannot be created.');
  if (!primary) throw refuse('This type of event is only possible on primary calendars.');
  if (eventType === 'birthday') {
    if (!isDate(start) || !recurrence.some((line) => /^RRULE:.*FREQ=YEARLY/i.test(line))) {
      throw new GoogleError(400, 'malformedBirthdayEvent', 'A birthday is an all-day event that recurs every year.');
    }
    return;
  }
  const name = EVENT_TYPE_PROPERTIES[eventType] as string;
  if (eventType === 'workingLocation') {
    if (plain[name] === undefined) throw new GoogleError(400, 'malformedWorkingLocationEvent', `Missing ${name}.`);
    return;
  }
  if (isDate(start)) throw refuse('An event of this type cannot be an all-day event.');
}

function readLines(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((line) => typeof line !== 'string'))
    throw invalid('Invalid recurrence rule.');
  return value as string[];
}

function readTime(value: unknown, which: 'start' | 'end', rules: InputRules, recurs: boolean): EventTime {
  if (value === undefined || value === null) throw required(`Missing ${which} time.`);
  const { date, dateTime, timeZone } = value as Json;
  if (timeZone !== undefined && timeZone !== null && (typeof timeZone !== 'string' || !isZone(timeZone))) {
    throw invalid(`Invalid time zone definition for ${which} time.`);
  }
  const zone = typeof timeZone === 'string' ? timeZone : undefined;
  const hasDate = date !== undefined && date !== null;
  const hasTime = dateTime !== undefined && dateTime !== null;
  if (hasDate === hasTime) {
    throw hasDate ? invalid(`Invalid ${which} time.`) : required(`Missing ${which} time.`);
  }
  if (hasDate) {
    if (typeof date !== 'string' || parseDate(date) === undefined) throw invalid(`Invalid ${which} date.`);
    return { date };
  }
  const time = typeof dateTime === 'string' ? parseTime(dateTime) : undefined;
  if (time === undefined) throw invalid(`Invalid ${which} time.`);
  if (zone === undefined && (recurs || time.instant === undefined)) {
    throw required(`Missing time zone definition for ${which} time.`);
  }
  return { instant: time.instant ?? instantOf(time.wall, zone ?? rules.calendarZone), zone };
}

const ADDRESS = /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+$/;

export function isAddress(text: unknown): text is string {
  return typeof text === 'string' && ADDRESS.test(text);
}

function readAttendees(value: unknown, before: EventContent | undefined): Attendee[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid('Invalid attendees.');
  const known = new Map((before?.attendees ?? []).map((attendee) => [attendee.email.toLowerCase(), attendee]));
  const seen = new Set<string>();
  const attendees: Attendee[] = [];
  for (const entry of value as Json[]) {
    if (entry.email === undefined || entry.email === null) throw required('Missing attendee email.');
    if (!isAddress(entry.email)) throw invalid('Invalid attendee email.');
    const email = entry.email.toLowerCase();
    if (seen.has(email)) continue;
    seen.add(email);
    const was = known.get(email);
    const resource = was === undefined ? entry.resource === true : was.resource === true;
    attendees.push({
      email,
      ...(typeof entry.displayName === 'string' && entry.displayName !== '' && { displayName: entry.displayName }),
      responseStatus: choice(entry, 'responseStatus', was?.responseStatus ?? 'needsAction') as Response,
      ...(entry.optional === true && { optional: true }),
      ...(resource && { resource: true }),
      ...(typeof entry.comment === 'string' && entry.comment !== '' && { comment: entry.comment }),
      ...(typeof entry.additionalGuests === 'number' &&
        entry.additionalGuests > 0 && { additionalGuests: entry.additionalGuests }),
    });
  }
  return attendees;
}

/** https://developers.google.com/workspace/calendar/api/concepts/reminders */
function readReminders(value: unknown): Reminders {
  if (value === undefined || value === null) return { useDefault: true };
  const { useDefault, overrides } = value as Json;
  if (!Array.isArray(overrides) || overrides.length === 0) return { useDefault: useDefault === true };
  if (useDefault === true) {
    throw new GoogleError(
      400,
      'cannotUseDefaultRemindersAndSpecifyOverride',
      'Cannot specify both default reminders and overrides at the same time.',
    );
  }
  if (overrides.length > 5) throw invalid('Too many override reminders.');
  return {
    useDefault: false,
    overrides: (overrides as Json[]).map(({ method, minutes }) => {
      if (method !== 'email' && method !== 'popup') throw invalid('Invalid reminder method.');
      if (typeof minutes !== 'number' || !Number.isInteger(minutes) || minutes < 0 || minutes > 40_320) {
        throw invalid('Invalid reminder minutes.');
      }
      return { method, minutes };
    }),
  };
}

const MAX_KEY = 44;
const MAX_VALUE = 1024;
const MAX_PROPERTIES = 300;
const MAX_SIZE = 32 * 1024;

/**
 * Keys that are too long are dropped and values cut, without a word.
 * https://developers.google.com/workspace/calendar/api/guides/extended-properties
 */
function readExtendedProperties(value: unknown): ExtendedProperties {
  if (value === undefined || value === null) return {};
  const read = (from: unknown): Record<string, string> | undefined => {
    if (from === undefined || from === null) return undefined;
    const entries = Object.entries(from as Json)
      .filter(([key, text]) => key.length <= MAX_KEY && text !== null)
      .map(([key, text]) => [key, String(text).slice(0, MAX_VALUE)] as const);
    const size = entries.reduce((sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text), 0);
    if (entries.length > MAX_PROPERTIES || size > MAX_SIZE) throw invalid('Too many extended properties.');
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  };
  const { private: own, shared } = value as Json;
  const mine = read(own);
  const all = read(shared);
  return { ...(mine !== undefined && { private: mine }), ...(all !== undefined && { shared: all }) };
}

const DRIVE_FILE = /^https:\/\/(?:drive|docs)\.google\.com\/.*?(?:\/d\/|[?&]id=)([\w-]+)/;

function readAttachments(value: unknown): Plain[] {
  if (value === undefined || value === null) return [];
  const list = value as Json[];
  if (list.length > 25) throw invalid('Too many attachments: an event can have at most 25.');
  return list.map(({ fileUrl, title, mimeType, iconLink }) => {
    if (typeof fileUrl !== 'string') throw required('Missing attachment fileUrl.');
    if (!/^https?:\/\//i.test(fileUrl)) throw invalid('Invalid attachment fileUrl.');
    const fileId = DRIVE_FILE.exec(fileUrl)?.[1];
    return {
      fileUrl,
      ...(title !== undefined && title !== null && { title }),
      ...(mimeType !== undefined && mimeType !== null && { mimeType }),
      ...(iconLink !== undefined && iconLink !== null && { iconLink }),
      ...(fileId !== undefined && { fileId }),
    };
  });
}

function readConference(value: unknown, { createConference }: InputRules): Plain | undefined {
  if (value === undefined || value === null) return undefined;
  const conference = value as Json;
  const request = conference.createRequest as Plain | undefined;
  if (request === undefined || conference.conferenceId !== undefined) return conference;
  if (typeof request.requestId !== 'string') throw invalid('Invalid conference type value.');
  return createConference(request);
}
