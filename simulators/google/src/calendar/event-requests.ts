import { GoogleError } from '../http/errors.ts';
import { atLeast, type Calendar, type Role } from './calendar.ts';
import type { CalendarEvent, EventContent, Party, Plain } from './event.ts';
import { type InputRules, isAddress, type Json, readEvent } from './event-input.ts';
import { bodyJson, etagOf, eventJson, type Looks } from './event-json.ts';
import { addEvent, changeEvent, type Found, find, importEvent, moveEvent, removeEvent } from './events.ts';
import { sendUpdatesOf } from './mail.ts';
import { merge } from './patch.ts';
import { conditionNotMet, forbidden, invalid, required } from './problems.ts';
import type { Answer, CalendarRequest } from './request.ts';
import { type EventDateTime, type EventTime, parseDate, parseInstant, parseTime } from './times.ts';
import { instantOf, isZone } from './zones.ts';

export function looksOf(request: CalendarRequest, calendar: Calendar): Looks {
  const zone = request.parameters.text('timeZone');
  if (zone !== undefined && !isZone(zone)) throw invalid('Invalid time zone definition.');
  const role = request.world.roleOf(calendar, request.person.email);
  return {
    zone: zone ?? calendar.timeZone,
    maxAttendees: request.parameters.number('maxAttendees'),
    seesPrivate: atLeast(role, 'writer'),
  };
}

export function calendarOf(request: CalendarRequest, role: Role): Calendar {
  return request.world.calendar(request.path('calendarId'), request.person.email, role);
}

const sendOf = ({ parameters }: CalendarRequest) =>
  sendUpdatesOf(parameters.text('sendUpdates'), parameters.optionalFlag('sendNotifications'));

function rulesOf(
  request: CalendarRequest,
  calendar: Calendar,
  more: Pick<InputRules, 'importing' | 'before' | 'isException'>,
): InputRules {
  return {
    calendarZone: calendar.timeZone,
    attachments: request.parameters.flag('supportsAttachments'),
    conference: request.parameters.number('conferenceDataVersion') === 1,
    primary: calendar.primary,
    createConference: (asked) => meet(request, asked),
    ...more,
  };
}

/** A new Meet room. */
function meet({ world }: CalendarRequest, createRequest: Plain): Plain {
  const id = world.around.newId(10).replace(/\d/g, 'x');
  const code = `${id.slice(0, 3)}-${id.slice(3, 7)}-${id.slice(7)}`;
  return {
    createRequest: { ...createRequest, status: { statusCode: 'success' } },
    entryPoints: [
      { entryPointType: 'video', uri: `https://meet.google.com/${code}`, label: `meet.google.com/${code}` },
    ],
    conferenceSolution: { key: { type: 'hangoutsMeet' }, name: 'Google Meet' },
    conferenceId: code,
  };
}

function answerWith(request: CalendarRequest, calendar: Calendar, found: Found): Answer {
  const json = eventJson(calendar, found, looksOf(request, calendar));
  return { json, etag: String(json.etag) };
}

const foundEvent = (calendar: Calendar, event: CalendarEvent): Found => find(calendar, event.id);

export function getEvent(request: CalendarRequest): Answer {
  const calendar = calendarOf(request, 'reader');
  const answer = answerWith(request, calendar, find(calendar, request.path('eventId')));
  return request.ifNoneMatch === answer.etag && answer.etag !== undefined ? { ...answer, notModified: true } : answer;
}

export function insertEvent(request: CalendarRequest): Answer {
  const calendar = calendarOf(request, 'writer');
  const body = request.body();
  const content = readEvent(
    body,
    rulesOf(request, calendar, { importing: false, before: undefined, isException: false }),
  );
  const event = addEvent(
    request.world,
    calendar,
    {
      ...(typeof body.id === 'string' && { id: body.id }),
      ...(typeof body.iCalUID === 'string' && { iCalUID: body.iCalUID }),
      privateCopy: body.privateCopy === true,
      organizer: ownParty(request, calendar),
      creator: { email: request.person.email },
      sequence: sequenceOf(body) ?? 0,
      content: withOrganizer(content, calendar),
    },
    sendOf(request),
  );
  return answerWith(request, calendar, foundEvent(calendar, event));
}

const ownParty = ({ person }: CalendarRequest, calendar: Calendar): Party =>
  calendar.primary
    ? { email: calendar.id, ...(calendar.id === person.email && { displayName: person.displayName }) }
    : { email: calendar.id, displayName: calendar.summary };

/** Who invites others to an event of the own comes too. */
function withOrganizer(content: EventContent, calendar: Calendar): EventContent {
  return {
    ...content,
    attendees: content.attendees.map((attendee) =>
      attendee.email === calendar.id && attendee.responseStatus === 'needsAction'
        ? { ...attendee, responseStatus: 'accepted' }
        : attendee,
    ),
  };
}

function sequenceOf({ sequence }: Json): number | undefined {
  if (sequence === undefined || sequence === null) return undefined;
  if (!Number.isInteger(sequence) || Number(sequence) < 0) throw invalid('Invalid sequence value.');
  return Number(sequence);
}

/** https://developers.google.com/workspace/calendar/api/v3/reference/events/import: nobody is mailed. */
export function importRequest(request: CalendarRequest): Answer {
  const { assumptions, world } = request;
  const calendar = calendarOf(request, 'writer');
  const body = request.body();
  const { iCalUID } = body;
  if (typeof iCalUID !== 'string' || iCalUID === '') throw required('Missing iCalUID.');
  const original = assumptions.calendarImportsExceptions ? originalOf(body, calendar) : undefined;
  const known = calendar.byUid.get(iCalUID);
  const isException = original !== undefined && known !== undefined;
  const content = readEvent(body, rulesOf(request, calendar, { importing: true, before: undefined, isException }));
  const organizer = organizerOf(body, request, calendar);
  const sequence = sequenceOf(body) ?? 0;
  if (known !== undefined && !isException && assumptions.calendarImportExisting === 'update') {
    const event = changeEvent(world, calendar, { event: known, instance: undefined }, content, {
      sequence,
      send: 'none',
    });
    return answerWith(request, calendar, foundEvent(calendar, event));
  }
  const event = importEvent(
    world,
    calendar,
    {
      ...(assumptions.calendarImportTakesId && typeof body.id === 'string' && { id: body.id }),
      iCalUID,
      organizer,
      creator: { email: request.person.email },
      sequence,
      content,
    },
    original,
  );
  return answerWith(request, calendar, foundEvent(calendar, event));
}

function organizerOf({ organizer }: Json, request: CalendarRequest, calendar: Calendar): Party {
  const { email, displayName } = (organizer ?? {}) as Json;
  if (email === undefined || email === null) return ownParty(request, calendar);
  if (!isAddress(email)) throw invalid('Invalid organizer email.');
  return { email: email.toLowerCase(), ...(typeof displayName === 'string' && displayName !== '' && { displayName }) };
}

function originalOf({ originalStartTime }: Json, calendar: Calendar): EventTime | undefined {
  if (originalStartTime === undefined || originalStartTime === null) return undefined;
  const { date, dateTime, timeZone } = originalStartTime as EventDateTime;
  if (date !== undefined && parseDate(date) !== undefined) return { date };
  const time = dateTime === undefined ? undefined : parseTime(dateTime);
  if (time === undefined) throw invalid('Invalid original start time.');
  return { instant: time.instant ?? instantOf(time.wall, timeZone ?? calendar.timeZone), zone: timeZone };
}

/** Throws 412 when the event isn't the one that the client knows. */
function checkMatch(request: CalendarRequest, { event, instance }: Found): void {
  const known = event ?? instance?.series;
  if (request.ifMatch === undefined || request.ifMatch === '*' || known === undefined) return;
  if (request.ifMatch !== etagOf(known)) throw conditionNotMet();
}

/** PUT and PATCH. */
export function changeRequest(request: CalendarRequest, how: 'update' | 'patch'): Answer {
  const calendar = calendarOf(request, 'writer');
  const found = find(calendar, request.path('eventId'));
  checkMatch(request, found);
  const before = found.instance?.content ?? (found.event as CalendarEvent).content;
  const given = request.body();
  const body = how === 'patch' ? merge(bodyJson(before, calendar.timeZone), given) : given;
  const isException = found.instance !== undefined || found.event?.recurringEventId !== undefined;
  const content = readEvent(body, rulesOf(request, calendar, { importing: false, before, isException }));
  const event = changeEvent(request.world, calendar, found, content, {
    sequence: sequenceOf(given),
    send: sendOf(request),
  });
  return answerWith(request, calendar, foundEvent(calendar, event));
}

export function deleteRequest(request: CalendarRequest): Answer {
  const calendar = calendarOf(request, 'writer');
  const found = find(calendar, request.path('eventId'));
  checkMatch(request, found);
  removeEvent(request.world, calendar, found, sendOf(request));
  return {};
}

export function moveRequest(request: CalendarRequest): Answer {
  const calendar = calendarOf(request, 'writer');
  const { event, instance } = find(calendar, request.path('eventId'));
  if (event === undefined || instance !== undefined) {
    throw new GoogleError(400, 'cannotMoveInstance', 'Instances of recurring events cannot be moved.');
  }
  const to = request.world.calendar(request.parameters.needed('destination'), request.person.email, 'writer');
  if (to === calendar) throw invalid('The destination is the calendar itself.');
  const moved = moveEvent(request.world, calendar, to, event, sendOf(request));
  return answerWith(request, to, foundEvent(to, moved));
}

export function clearRequest(request: CalendarRequest): Answer {
  const calendar = calendarOf(request, 'owner');
  if (!calendar.primary) throw forbidden('Only primary calendars can be cleared.');
  for (const event of calendar.events.values()) {
    if (event.recurringEventId !== undefined || event.content.status === 'cancelled') continue;
    removeEvent(request.world, calendar, { event, instance: undefined }, 'none');
  }
  return {};
}

/** `originalStart` of events.instances: a date, or a time with its offset. */
export function originalStartOf(request: CalendarRequest): string | undefined {
  const text = request.parameters.text('originalStart');
  if (text === undefined) return undefined;
  if (parseDate(text) !== undefined) return text.replaceAll('-', '');
  const instant = parseInstant(text);
  if (instant === undefined) throw invalid('Invalid value for: originalStart');
  return new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');
}
