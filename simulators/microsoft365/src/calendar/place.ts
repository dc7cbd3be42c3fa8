import type { Call } from '../http/call.ts';
import { GraphError, itemNotFound } from '../http/errors.ts';
import { type Calendar, type CalendarMailbox, calendarMailbox, type Found } from './store.ts';

/** The calendars' permissions, application and delegated. */
export const readCalendars = ['Calendars.Read', 'Calendars.ReadWrite'];
export const writeCalendars = ['Calendars.ReadWrite'];

/** The ways to a calendar; under each lie its events and views. */
export const calendarPaths = [
  '/users/{user}/calendar',
  '/users/{user}/calendars/{calendar}',
  '/users/{user}/calendarGroups/{group}/calendars/{calendar}',
];

/** The ways to one event. */
export const eventPaths = ['/users/{user}', ...calendarPaths].map((path) => `${path}/events/{event}`);

/** Where a request works: the mailbox that has the events, and the calendar there. */
export interface Place {
  readonly mailbox: CalendarMailbox;
  readonly calendar: Calendar;
  readonly canEdit: boolean;
}

export function mailboxOf(call: Call): CalendarMailbox {
  return calendarMailbox(call.cloud, call.tenant, call.mailboxUser());
}

/** The calendar that the path names as it is listed: a shared one stays a link. Throws 404. */
export function listedCalendar(call: Call): Calendar {
  const mailbox = mailboxOf(call);
  if (!call.route.path.includes('{calendar}')) return mailbox.defaultCalendar;
  const calendar = mailbox.calendars.get(call.parameter('calendar'));
  if (calendar === undefined) throw itemNotFound();
  if (call.route.path.includes('{group}') && calendar.groupId !== call.parameter('group')) throw itemNotFound();
  return calendar;
}

/** The calendar that the path names, or the default one; a shared one leads to its owner's mailbox. */
export function placeOf(call: Call): Place {
  const calendar = listedCalendar(call);
  return calendar.shared ?? { mailbox: mailboxOf(call), calendar, canEdit: calendar.canEdit };
}

/** The event or instance that the path names. Throws 404; 403 to write what is only shared for reading. */
export function foundEvent(call: Call, write = false): Place & Found {
  const inCalendar = call.route.path.split('/events/')[0]?.includes('/calendar') === true;
  const place = placeOf(call);
  const found = place.mailbox.find(call.parameter('event'));
  if (found === undefined || (inCalendar && found.event.calendarId !== place.calendar.id)) throw itemNotFound();
  const calendar = place.mailbox.calendars.get(found.event.calendarId) ?? place.calendar;
  const canEdit = inCalendar ? place.canEdit : calendar.canEdit;
  if (write && !canEdit) throw accessDenied();
  return { ...place, calendar, ...found };
}

export function accessDenied(): GraphError {
  return new GraphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
}
