import type { Call } from '../http/call.ts';
import { badRequest, itemNotFound } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { normalizeFilterIds } from '../mail/extended-property.ts';
import { collectionReply } from '../odata/collection.ts';
import { checkIfMatch } from '../odata/etag.ts';
import { checkExpand, checkSelect, project } from '../odata/shape.ts';
import { type Attachment, type AttachmentHolder, attachmentRoutes, makeAttachment } from '../outlook/attachments.ts';
import { boolean, invalid, listOf, object, orNull, recipient, text } from '../outlook/input.ts';
import { calendarReply } from './calendar-routes.ts';
import type { CalendarEvent, EventFields, Response } from './event.ts';
import { checkTimes, type EventInput, readEvent } from './event-input.ts';
import {
  cancelledOccurrences,
  etagOf,
  eventFilterView,
  eventJson,
  eventShape,
  eventView,
  expandedEvent,
  preferenceApplied,
} from './event-json.ts';
import { send, sendCancellation, sendRequest, sendUpdate } from './invitations.ts';
import {
  accessDenied,
  calendarPaths,
  eventPaths,
  foundEvent,
  placeOf,
  readCalendars,
  writeCalendars,
} from './place.ts';
import { dateOf, dateText, occurrenceDates, type PatternedRecurrence } from './recurrence.ts';
import { eventInstant, type Instance, instanceOn, instancesBetween, neighbours } from './series.ts';
import { blankFields, type CalendarMailbox } from './store.ts';
import { viewDeltaReply } from './view-delta.ts';
import { instantOfTime, known, readZonedTime } from './zoned-time.ts';
import { parseWall, wallAt } from './zones.ts';

/** A view spans at most five years. */
const longestView = 1825 * 86_400_000;
const read = { permissions: readCalendars, service: 'outlook' } as const;
const write = { permissions: writeCalendars, service: 'outlook' } as const;

/** A listed row: an event, or one instance of a series. */
interface Row {
  readonly event: CalendarEvent;
  readonly instance: Instance | undefined;
}

export const eventRoutes: Route[] = [
  ...['/users/{user}', ...calendarPaths].flatMap((path): Route[] => [
    { ...read, method: 'GET', path: `${path}/events`, handle: listEvents },
    { ...write, method: 'POST', path: `${path}/events`, handle: createEvent },
    { ...read, method: 'GET', path: `${path}/calendarView`, handle: calendarView },
    { ...read, method: 'GET', path: `${path}/calendarView/delta`, handle: calendarViewDelta },
  ]),
  ...eventPaths.flatMap((path): Route[] => [
    { ...read, method: 'GET', path, handle: getEvent },
    { ...write, method: 'PATCH', path, handle: updateEvent },
    { ...write, method: 'DELETE', path, handle: deleteEvent },
    { ...write, method: 'POST', path: `${path}/permanentDelete`, handle: deleteEvent },
    { ...read, method: 'GET', path: `${path}/instances`, handle: listInstances },
    { ...read, method: 'GET', path: `${path}/calendar`, handle: calendarOfEvent },
    { ...write, method: 'POST', path: `${path}/cancel`, handle: cancelEvent },
    { ...write, method: 'POST', path: `${path}/forward`, handle: forwardEvent },
    { ...write, method: 'POST', path: `${path}/accept`, handle: (call) => respond(call, 'accepted') },
    {
      ...write,
      method: 'POST',
      path: `${path}/tentativelyAccept`,
      handle: (call) => respond(call, 'tentativelyAccepted'),
    },
    { ...write, method: 'POST', path: `${path}/decline`, handle: (call) => respond(call, 'declined') },
    { ...write, method: 'POST', path: `${path}/dismissReminder`, handle: dismissReminder },
    { ...write, method: 'POST', path: `${path}/snoozeReminder`, handle: snoozeReminder },
  ]),
  ...attachmentRoutes(eventPaths, { read: readCalendars, write: writeCalendars }, attachmentsOf),
];

function rowsReply(call: Call, rows: readonly Row[]): Reply {
  const view = eventView(call);
  const { expand } = call.query;
  const reply = collectionReply(call, rows, {
    shape: eventShape,
    json: ({ event, instance }) => ({
      ...eventJson(event, instance, view),
      ...expandedEvent(event, instance, expand, view, false),
    }),
    view: ({ event, instance }) => eventFilterView(event, instance),
    filterText: normalizeFilterIds,
    maxPageSize: 1000,
  });
  return { ...reply, headers: { ...reply.headers, ...preferenceApplied(call) } };
}

function listEvents(call: Call): Reply {
  const { mailbox, calendar } = placeOf(call);
  return rowsReply(
    call,
    visible(call, mailbox.eventsIn(calendar)).map((event) => ({ event, instance: undefined })),
  );
}

/** Without what is too new to be seen yet, when a test asked for that. */
function visible(call: Call, events: CalendarEvent[]): CalendarEvent[] {
  const until = call.now - call.cloud.faults.listDelayMs;
  return events.filter(({ createdAt }) => createdAt <= until || call.cloud.faults.listDelayMs === 0);
}

function windowOf(call: Call): { from: number; to: number } {
  const [from, to] = ['startdatetime', 'enddatetime'].map((name) => {
    const given = call.query.other.get(name);
    if (given === undefined) {
      throw badRequest(
        'This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.',
        'ErrorInvalidParameter',
      );
    }
    // A plus sign that wasn't escaped has become a space.
    const parsed = parseWall(given.replace(' ', '+'));
    if (parsed === undefined)
      throw badRequest(`The value '${given}' of parameter '${name}' is invalid.`, 'ErrorInvalidParameter');
    return parsed.wall - (parsed.offset ?? 0);
  }) as [number, number];
  if (to < from) throw badRequest('The end of the time window is before its start.', 'ErrorInvalidParameter');
  if (to - from > longestView) {
    throw badRequest(
      "Your request can't be completed. The range between the start and end dates is greater than the allowed range. Maximum number of days: 1825",
      'ErrorInvalidRequest',
    );
  }
  return { from, to };
}

function calendarView(call: Call): Reply {
  const { from, to } = windowOf(call);
  const { mailbox, calendar } = placeOf(call);
  const instances = visible(call, mailbox.eventsIn(calendar)).flatMap((event) => instancesBetween(event, from, to));
  instances.sort((left, right) => left.from - right.from);
  return rowsReply(
    call,
    instances.map((instance) => ({ event: instance.event, instance })),
  );
}

function calendarViewDelta(call: Call): Reply {
  const { mailbox, calendar } = placeOf(call);
  return viewDeltaReply(call, mailbox, calendar, () => windowOf(call));
}

function listInstances(call: Call): Reply {
  const { from, to } = windowOf(call);
  const { event } = foundEvent(call);
  if (event.recurrence === null) throw badRequest('The event is not a series master.', 'ErrorInvalidRequest');
  return rowsReply(
    call,
    instancesBetween(event, from, to).map((instance) => ({ event, instance })),
  );
}

/** The calendar that an event lies in. */
function calendarOfEvent(call: Call): Reply {
  const { mailbox, calendar } = foundEvent(call);
  return calendarReply(call, mailbox, calendar);
}

function eventReply(call: Call, event: CalendarEvent, instance: Instance | undefined, status = 200): Reply {
  const view = eventView(call);
  const { select, expand } = call.query;
  checkSelect(eventShape, select);
  checkExpand(eventShape, expand);
  const isMaster = event.recurrence !== null && instance === undefined;
  const shown = expandedEvent(event, instance, expand, view, true);
  const cancelled =
    isMaster && select?.includes('cancelledOccurrences')
      ? { cancelledOccurrences: cancelledOccurrences(event, view) }
      : {};
  const json = { ...project({ ...eventJson(event, instance, view), ...cancelled }, select), ...shown };
  return entityReply(call, json, { status, headers: preferenceApplied(call) });
}

function getEvent(call: Call): Reply {
  const { event, instance } = foundEvent(call);
  return eventReply(call, event, instance);
}

function createEvent(call: Call): Reply {
  const { mailbox, calendar, canEdit } = placeOf(call);
  if (!canEdit) throw accessDenied();
  const input = readEvent(call.json(), blankFields);
  const again = input.transactionId === null ? undefined : mailbox.byTransaction.get(input.transactionId);
  if (again !== undefined) return eventReply(call, again, undefined, 201);
  const { start, end } = input.fields;
  if (start === undefined || end === undefined)
    throw invalid('At least one property failed validation: start and end are required.');
  const isAllDay = input.fields.isAllDay ?? false;
  checkTimes(start, end, isAllDay, instantOfTime);
  const timed = withSeries(
    { ...blankFields, ...input.fields, start, end, isAllDay },
    input.recurrence?.(start.zone) ?? null,
  );
  const attachments = input.attachments.map((attachment) => makeAttachment(call.cloud, attachment));
  const fields = { ...input.fields, ...timed.fields, attachments, ...onlineMeeting(call, input.fields) };
  const event = mailbox.addEvent(calendar, fields, {
    ...(call.cloud.assumptions.globalObjectIdKept && input.iCalUId !== undefined ? { iCalUId: input.iCalUId } : {}),
    recurrence: timed.recurrence,
    transactionId: input.transactionId,
    originalStartTimeZone: start.zone,
    originalEndTimeZone: end.zone,
  });
  sendRequest(mailbox, event);
  const reply = eventReply(call, event, undefined, 201);
  const location = `${call.base}/users/${mailbox.user.id}/events/${encodeURIComponent(event.id)}`;
  return { ...reply, headers: { ...reply.headers, location } };
}

/** Teams makes a place for the meeting as soon as it is to be online. */
function onlineMeeting(call: Call, fields: EventInput['fields']): Partial<EventFields> {
  if (fields.isOnlineMeeting !== true) return {};
  return {
    onlineMeetingProvider: 'teamsForBusiness',
    joinUrl: `https://teams.microsoft.com/l/meetup-join/19%3ameeting_${call.cloud.ids.token(40)}%40thread.v2/0`,
  };
}

/**
 * A series begins on the first day of its pattern: start and end are moved there.
 *
 * @throws GraphError 400 when the range doesn't start on the event's day
 */
function withSeries(
  fields: EventFields,
  recurrence: PatternedRecurrence | null,
): { fields: Pick<EventFields, 'start' | 'end'>; recurrence: PatternedRecurrence | null } {
  const { start, end, isAllDay } = fields;
  if (recurrence === null) return { fields: { start, end }, recurrence };
  const wall = isAllDay ? start.wall : wallAt(instantOfTime(start), known(recurrence.range.recurrenceTimeZone));
  const { startDate } = recurrence.range;
  if (dateText(wall) !== startDate) {
    throw invalid(
      "The startDate of the recurrence range must be the date of the event's start.",
      'ErrorInvalidRecurrence',
    );
  }
  const first = occurrenceDates(recurrence).next().value as number;
  const shift = first - dateOf(startDate);
  return {
    fields: { start: { ...start, wall: start.wall + shift }, end: { ...end, wall: end.wall + shift } },
    recurrence: { ...recurrence, range: { ...recurrence.range, startDate: dateText(first) } },
  };
}

function updateEvent(call: Call): Reply {
  const { mailbox, event, instance } = foundEvent(call, true);
  checkIfMatch(call, etagOf(event, instance));
  const before = instance?.fields ?? event.fields;
  const input = readEvent(call.json(), before);
  const merged = { ...before, ...input.fields };
  checkTimes(merged.start, merged.end, merged.isAllDay, instantOfTime);
  const online = merged.isOnlineMeeting && !before.isOnlineMeeting ? onlineMeeting(call, input.fields) : {};
  const after: EventFields = { ...merged, ...online };
  const date = instance?.date;
  if (date !== undefined) updateInstance(mailbox, event, date, input, { ...input.fields, ...online }, after);
  else updateWhole(mailbox, event, input, after);
  const always = call.cloud.assumptions.everyUpdateMails;
  sendUpdate(mailbox, event, before, after, input.given, always);
  if (date === undefined) {
    // One mail more for each instance that has attendees of its own.
    for (const [, exception] of event.exceptions) {
      if (exception.fields.attendees === undefined) continue;
      const fields = { ...after, ...exception.fields };
      sendUpdate(mailbox, event, fields, fields, input.given, always);
    }
  }
  const changed = date === undefined ? singleOrMaster(mailbox, event) : instanceOn(event, date);
  return eventReply(call, event, changed);
}

const singleOrMaster = (mailbox: CalendarMailbox, event: CalendarEvent) => mailbox.find(event.immutableId)?.instance;

function updateInstance(
  mailbox: CalendarMailbox,
  event: CalendarEvent,
  date: string,
  input: EventInput,
  fields: Partial<EventFields>,
  after: EventFields,
): void {
  if (input.recurrence !== undefined && input.recurrence !== null) {
    throw invalid('The recurrence of one occurrence of a series cannot be changed.', 'ErrorInvalidRequest');
  }
  const { before, after: next } = neighbours(event, date);
  const dayOf = (time: EventFields) =>
    dateText(wallAt(eventInstant(time.start, time.isAllDay), known(time.isAllDay ? 'UTC' : event.fields.start.zone)));
  const day = dayOf(after);
  const moved = input.fields.start !== undefined || input.fields.end !== undefined;
  if (moved && ((before && day <= dayOf(before.fields)) || (next && day >= dayOf(next.fields)))) {
    throw badRequest(
      'Modified occurrence is crossing or overlapping adjacent occurrence.',
      'ErrorOccurrenceCrossingBoundary',
    );
  }
  mailbox.changeInstance(event, date, fields);
}

function updateWhole(mailbox: CalendarMailbox, event: CalendarEvent, input: EventInput, after: EventFields): void {
  const recurrence = input.recurrence === undefined ? event.recurrence : (input.recurrence?.(after.start.zone) ?? null);
  const timed = withSeries(after, movedRange(event, after, recurrence, input.recurrence !== undefined));
  const sameTime =
    eventInstant(event.fields.start, event.fields.isAllDay) === eventInstant(timed.fields.start, after.isAllDay) &&
    eventInstant(event.fields.end, event.fields.isAllDay) === eventInstant(timed.fields.end, after.isAllDay);
  const samePattern = JSON.stringify(recurrence) === JSON.stringify(event.recurrence);
  mailbox.changeEvent(event, () => {
    event.fields = { ...after, ...timed.fields };
    event.recurrence = timed.recurrence;
    // Another pattern or time makes a new series of it: what was changed or taken out before is forgotten.
    if (!sameTime || !samePattern) {
      event.exceptions.clear();
      event.cancelled.clear();
    }
  });
}

/** A series that is moved to another day without a new pattern takes its range along. */
function movedRange(
  event: CalendarEvent,
  after: EventFields,
  recurrence: PatternedRecurrence | null,
  given: boolean,
): PatternedRecurrence | null {
  if (recurrence === null || given || after.start === event.fields.start) return recurrence;
  const wall = after.isAllDay
    ? after.start.wall
    : wallAt(instantOfTime(after.start), known(recurrence.range.recurrenceTimeZone));
  return { ...recurrence, range: { ...recurrence.range, startDate: dateText(wall) } };
}

function removeFound(mailbox: CalendarMailbox, event: CalendarEvent, instance: Instance | undefined): void {
  sendCancellation(mailbox, event, instance?.fields ?? event.fields);
  if (instance?.date !== undefined) mailbox.cancelInstance(event, instance.date);
  else mailbox.removeEvent(event);
}

function deleteEvent(call: Call): Reply {
  const { mailbox, event, instance } = foundEvent(call, true);
  checkIfMatch(call, etagOf(event, instance));
  removeFound(mailbox, event, instance);
  return noContent();
}

/** Action parameters come in any case. */
function parameters(call: Call): Record<string, unknown> {
  if (call.incoming.body.length === 0) return {};
  return Object.fromEntries(Object.entries(call.json()).map(([name, value]) => [name.toLowerCase(), value]));
}

function cancelEvent(call: Call): Reply {
  const { mailbox, event, instance } = foundEvent(call, true);
  object('cancel', { comment: orNull(text) })(parameters(call), '');
  if (!event.isOrganizer) {
    throw badRequest(
      "Your request can't be completed. You need to be an organizer to cancel a meeting.",
      'ErrorInvalidRequest',
    );
  }
  removeFound(mailbox, event, instance);
  return noContent(202);
}

function forwardEvent(call: Call): Reply {
  const { mailbox, event, instance } = foundEvent(call);
  const { torecipients = [] } = object('forward', { torecipients: listOf(recipient), comment: orNull(text) })(
    parameters(call),
    '',
  );
  const to = torecipients.map(({ emailAddress }) => emailAddress?.address ?? '').filter((address) => address !== '');
  if (to.length === 0) throw badRequest('At least one recipient is required.', 'ErrorInvalidRecipients');
  send(mailbox, 'forward', event, (instance?.fields ?? event.fields).subject, to);
  return noContent(202);
}

function respond(call: Call, response: Response): Reply {
  const { mailbox, event, instance } = foundEvent(call, true);
  const { sendresponse = true } = object('respond', {
    sendresponse: orNull(boolean),
    comment: orNull(text),
    proposednewtime: orNull((value: unknown) => value),
  })(parameters(call), '');
  if (event.isOrganizer) {
    throw badRequest(
      "Your request can't be completed. You can't respond to this meeting because you're the organizer.",
      'ErrorInvalidRequest',
    );
  }
  const fields = instance?.fields ?? event.fields;
  if (sendresponse !== false) send(mailbox, 'response', event, fields.subject, [event.organizer.address]);
  if (response === 'declined') {
    if (instance?.date !== undefined) mailbox.cancelInstance(event, instance.date);
    else mailbox.removeEvent(event);
    return noContent(202);
  }
  const changed = {
    responseStatus: { response, time: new Date(call.now).toISOString() },
    showAs: response === 'accepted' ? 'busy' : 'tentative',
  } as const;
  if (instance?.date !== undefined) mailbox.changeInstance(event, instance.date, changed);
  else
    mailbox.changeEvent(event, () => {
      event.fields = { ...event.fields, ...changed };
    });
  return noContent(202);
}

function dismissReminder(call: Call): Reply {
  foundEvent(call, true);
  return noContent(202);
}

function snoozeReminder(call: Call): Reply {
  foundEvent(call, true);
  const { newremindertime } = object('snoozeReminder', { newremindertime: readZonedTime })(parameters(call), '');
  if (newremindertime === undefined) throw badRequest('NewReminderTime is required.', 'ErrorInvalidRequest');
  return noContent(202);
}

function attachmentsOf(call: Call): AttachmentHolder {
  const { mailbox, event, instance } = foundEvent(call, call.incoming.method !== 'GET');
  const current = () => {
    const found = mailbox.find(event.immutableId)?.event;
    if (found === undefined) throw itemNotFound();
    const date = instance?.date;
    return date === undefined ? found.fields : (instanceOn(found, date)?.fields ?? found.fields);
  };
  return {
    list: () => current().attachments,
    replace(attachments: readonly Attachment[]) {
      current();
      if (instance?.date !== undefined) mailbox.changeInstance(event, instance.date, { attachments });
      else
        mailbox.changeEvent(event, () => {
          event.fields = { ...event.fields, attachments };
        });
    },
  };
}
