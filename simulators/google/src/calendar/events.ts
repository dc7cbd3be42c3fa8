import { GoogleError } from '../http/errors.ts';
import type { Calendar } from './calendar.ts';
import type { Attendee, CalendarEvent, EventContent, Party, Response } from './event.ts';
import { findInstance, type Instance, instancesOf } from './instances.ts';
import type { SendUpdates } from './mail.ts';
import { deleted, duplicate, invalid, notFound } from './problems.ts';
import { parseRecurrence } from './recurrence.ts';
import { type EventTime, instanceStamp } from './times.ts';
import type { CalendarWorld } from './world.ts';

/** What is found by an id: an event or series, or one instance of a series that may have no record of its own yet. */
export type Found =
  | { readonly event: CalendarEvent; readonly instance: undefined }
  | { readonly event: CalendarEvent | undefined; readonly instance: Instance };

const ID = /^[a-v0-9]{5,1024}$/;

/** Throws 404. */
export function find(calendar: Calendar, id: string): Found {
  const event = calendar.events.get(id);
  if (event !== undefined && event.recurringEventId === undefined) return { event, instance: undefined };
  const instance = findInstance(calendar, id);
  if (instance === undefined) {
    if (event !== undefined) return { event, instance: undefined };
    throw notFound();
  }
  return { event, instance };
}

/** Only the organizer's calendar passes changes on, and never those of private copies. */
const isOrganizers = (calendar: Calendar, event: CalendarEvent) =>
  !event.privateCopy && event.organizer.email === calendar.id;

export interface NewEvent {
  readonly id?: string;
  readonly iCalUID?: string;
  readonly privateCopy: boolean;
  readonly organizer: Party;
  readonly creator: Party;
  readonly sequence: number;
  readonly content: EventContent;
}

/** Adds an event or a series. Throws 400 for a bad id, 409 for one (or an iCalUID) that is or was there. */
export function addEvent(world: CalendarWorld, calendar: Calendar, fresh: NewEvent, send: SendUpdates): CalendarEvent {
  if (fresh.id !== undefined && !ID.test(fresh.id)) throw invalid('Invalid resource id value.');
  const id = fresh.id ?? world.around.newId(26);
  const iCalUID = fresh.iCalUID ?? `${id}@google.com`;
  if (calendar.events.has(id) || calendar.byUid.has(iCalUID)) throw duplicate();
  const now = world.around.now();
  const event: CalendarEvent = {
    id,
    iCalUID,
    created: now,
    creator: fresh.creator,
    organizer: fresh.organizer,
    updated: now,
    sequence: fresh.sequence,
    changed: calendar.next(),
    content: fresh.content,
    recurringEventId: undefined,
    originalStart: undefined,
    privateCopy: fresh.privateCopy,
  };
  calendar.put(event);
  if (isOrganizers(calendar, event)) {
    passOn(world, calendar, event);
    tell(world, calendar, event, 'invitation', addresses(event.content), send);
  }
  return event;
}

/** A series' exception, made or changed: instances get their record when they first differ. */
function putException(
  world: CalendarWorld,
  calendar: Calendar,
  instance: Pick<Instance, 'id' | 'series' | 'original' | 'exception'>,
  content: EventContent,
  more: { sequence?: number } = {},
): CalendarEvent {
  const now = world.around.now();
  const before = instance.exception;
  if (before !== undefined) {
    before.content = content;
    before.updated = now;
    before.sequence = more.sequence ?? before.sequence;
    before.changed = calendar.next();
    return before;
  }
  const { series } = instance;
  const exception: CalendarEvent = {
    id: instance.id,
    iCalUID: series.iCalUID,
    created: series.created,
    creator: series.creator,
    organizer: series.organizer,
    updated: now,
    sequence: more.sequence ?? series.sequence,
    changed: calendar.next(),
    content,
    recurringEventId: series.id,
    originalStart: instance.original,
    privateCopy: series.privateCopy,
  };
  calendar.put(exception);
  return exception;
}

/** What an event's times are, compared: what raises its sequence number. */
const whenOf = ({ start, end, recurrence }: EventContent) => JSON.stringify([start, end, recurrence]);

/** Changes to reminders alone don't count as a change of the main data. */
const mainOf = ({ reminders: _, ...content }: EventContent) => JSON.stringify(content);

/** Replaces what an event, a series or an instance says. */
export function changeEvent(
  world: CalendarWorld,
  calendar: Calendar,
  found: Found,
  content: EventContent,
  more: { sequence: number | undefined; send: SendUpdates },
): CalendarEvent {
  const known = found.event ?? found.instance?.series;
  if (known === undefined) throw notFound();
  if (more.sequence !== undefined && more.sequence < known.sequence) {
    throw invalid(
      'Invalid sequence value. The specified sequence number is below the current sequence number of the resource. ' +
        'Re-fetch the resource and use its sequence number on the following request.',
    );
  }
  const before = found.instance?.content ?? (found.event as CalendarEvent).content;
  checkShared(calendar, known, before, content);
  const moved = whenOf(before) !== whenOf(content);
  const sequence = Math.max(more.sequence ?? 0, known.sequence + (moved ? 1 : 0));
  let event: CalendarEvent;
  if (found.instance !== undefined) {
    event = putException(world, calendar, found.instance, content, { sequence });
  } else {
    event = found.event as CalendarEvent;
    const untouched = mainOf(before) === mainOf(content);
    event.content = content;
    event.sequence = sequence;
    if (!untouched) event.updated = world.around.now();
    event.changed = calendar.next();
    if (moved) dropStrayExceptions(calendar, event);
  }
  if (isOrganizers(calendar, event)) {
    passOn(world, calendar, event, before);
    tellOfChange(world, calendar, event, before, more.send);
  } else {
    passBackResponse(world, calendar, event, before, more.send);
  }
  return event;
}

/** https://developers.google.com/workspace/calendar/api/guides/errors, forbiddenForNonOrganizer */
function checkShared(calendar: Calendar, event: CalendarEvent, before: EventContent, after: EventContent): void {
  if (event.organizer.email === calendar.id) return;
  for (const name of ['guestsCanInviteOthers', 'guestsCanModify', 'guestsCanSeeOtherGuests']) {
    if (before.plain[name] !== after.plain[name]) {
      throw new GoogleError(
        403,
        'forbiddenForNonOrganizer',
        'Shared properties can only be changed by the organizer of the event.',
      );
    }
  }
}

function dropStrayExceptions(calendar: Calendar, series: CalendarEvent): void {
  const exceptions = calendar.exceptionsOf(series);
  if (exceptions.length === 0) return;
  const wanted = new Set(exceptions.map(({ id }) => id));
  const kept = new Set<string>();
  if (series.content.recurrence.length > 0) {
    const last = exceptions
      .map(({ id }) => id.slice(id.lastIndexOf('_') + 1))
      .sort()
      .at(-1) as string;
    for (const { id, original } of instancesOf(calendar, series)) {
      if (wanted.has(id)) kept.add(id);
      if (kept.size === wanted.size || instanceStamp(original) > last) break;
    }
  }
  for (const exception of exceptions) if (!kept.has(exception.id)) calendar.dropException(exception);
}

/** Deletes an event, a series, or takes one instance out of its series. Throws 410 if that was done before. */
export function removeEvent(world: CalendarWorld, calendar: Calendar, found: Found, send: SendUpdates): void {
  if (found.instance !== undefined) {
    const { content, series } = found.instance;
    if (content.status === 'cancelled' || series.content.status === 'cancelled') throw deleted();
    const exception = putException(world, calendar, found.instance, { ...content, status: 'cancelled' });
    if (isOrganizers(calendar, exception)) {
      passOn(world, calendar, exception);
      tell(world, calendar, exception, 'cancellation', addresses(content), send);
    }
    return;
  }
  const event = found.event as CalendarEvent;
  if (event.content.status === 'cancelled') throw deleted();
  cancel(world, calendar, event);
  if (isOrganizers(calendar, event)) {
    passOn(world, calendar, event);
    tell(world, calendar, event, 'cancellation', addresses(event.content), send);
  } else if (!event.privateCopy) {
    decline(world, calendar, event, send);
  }
}

function cancel(world: CalendarWorld, calendar: Calendar, event: CalendarEvent): void {
  for (const each of [event, ...calendar.exceptionsOf(event)]) {
    each.content = { ...each.content, status: 'cancelled' };
    each.updated = world.around.now();
    each.changed = calendar.next();
  }
}

/** Moves an event or series to another calendar, which becomes its organizer; what is left behind is cancelled. */
export function moveEvent(
  world: CalendarWorld,
  from: Calendar,
  to: Calendar,
  event: CalendarEvent,
  send: SendUpdates,
): CalendarEvent {
  if (event.content.status === 'cancelled') throw deleted();
  if (event.content.eventType !== 'default') {
    throw new GoogleError(400, 'eventTypeRestriction', 'Events of this type cannot be moved.');
  }
  if (event.organizer.email !== from.id) {
    throw new GoogleError(403, 'cannotChangeOrganizer', 'The organizer of this event cannot be changed.');
  }
  if (to.events.has(event.id) || to.byUid.has(event.iCalUID)) throw duplicate();
  const organizer: Party = { email: to.id, displayName: to.summary };
  const moved: CalendarEvent[] = [event, ...from.exceptionsOf(event)].map((each) => ({
    ...each,
    organizer,
    updated: world.around.now(),
    changed: to.next(),
  }));
  cancel(world, from, event);
  for (const each of moved) to.put(each);
  const [head] = moved as [CalendarEvent];
  tell(world, to, head, 'update', addresses(head.content), send);
  return head;
}

const addresses = ({ attendees }: EventContent): string[] => attendees.map(({ email }) => email);

function tell(
  world: CalendarWorld,
  calendar: Calendar,
  event: CalendarEvent,
  kind: 'invitation' | 'update' | 'cancellation',
  guests: readonly string[],
  send: SendUpdates,
): void {
  if (send === 'none') return;
  const told = send === 'all' ? guests : guests.filter((email) => world.around.person(email) === undefined);
  world.mail(calendar, kind, { iCalUID: event.iCalUID, subject: String(event.content.plain.summary ?? '') }, told);
}

function tellOfChange(
  world: CalendarWorld,
  calendar: Calendar,
  event: CalendarEvent,
  before: EventContent,
  send: SendUpdates,
): void {
  const was = new Set(addresses(before));
  const is = new Set(addresses(event.content));
  tell(
    world,
    calendar,
    event,
    'invitation',
    [...is].filter((email) => !was.has(email)),
    send,
  );
  tell(
    world,
    calendar,
    event,
    'update',
    [...is].filter((email) => was.has(email)),
    send,
  );
  tell(
    world,
    calendar,
    event,
    'cancellation',
    [...was].filter((email) => !is.has(email)),
    send,
  );
}

/**
 * Guests with an account here have the event in their calendar at once, mailed about or not: the same ids, their own
 * reminders, color and private properties.
 */
function passOn(world: CalendarWorld, calendar: Calendar, event: CalendarEvent, before?: EventContent): void {
  const guests = new Set(addresses(event.content));
  for (const email of new Set([...guests, ...(before === undefined ? [] : addresses(before))])) {
    const own = email === calendar.id ? undefined : world.primary(email);
    if (own === undefined) continue;
    const copy = own.events.get(event.id);
    // A private copy that was imported before keeps the guest's calendar to itself.
    if (copy === undefined && own.byUid.has(event.iCalUID) && event.recurringEventId === undefined) {
      continue;
    }
    const invited = guests.has(email);
    if (copy === undefined) {
      if (!invited || event.content.status === 'cancelled') {
        if (event.recurringEventId === undefined || own.events.get(event.recurringEventId) === undefined) continue;
      }
      own.put({ ...event, content: forGuest(event.content, undefined, invited), changed: own.next() });
      continue;
    }
    if (copy.privateCopy) continue;
    copy.content = forGuest(event.content, copy.content, invited);
    copy.sequence = event.sequence;
    copy.updated = event.updated;
    copy.changed = own.next();
    for (const exception of own.exceptionsOf(copy)) {
      if (!invited || event.content.status === 'cancelled') {
        exception.content = { ...exception.content, status: 'cancelled' };
        exception.changed = own.next();
      }
    }
  }
}

const PERSONAL = ['colorId', 'transparency', 'visibility'];

function forGuest(content: EventContent, copy: EventContent | undefined, invited: boolean): EventContent {
  const shared = Object.entries(content.plain).filter(([name]) => !PERSONAL.includes(name));
  const own = Object.entries(copy?.plain ?? {}).filter(([name]) => PERSONAL.includes(name));
  const mine = copy?.extendedProperties.private;
  return {
    ...content,
    status: invited ? content.status : 'cancelled',
    reminders: copy?.reminders ?? { useDefault: true },
    extendedProperties: {
      ...(mine !== undefined && { private: mine }),
      ...(content.extendedProperties.shared !== undefined && { shared: content.extendedProperties.shared }),
    },
    plain: Object.fromEntries([...shared, ...own]),
  };
}

const responseOf = ({ attendees }: EventContent, email: string): Attendee | undefined =>
  attendees.find((attendee) => attendee.email === email);

/** A guest's answer goes to the organizer's calendar; the organizer is told by mail if asked for. */
function passBackResponse(
  world: CalendarWorld,
  calendar: Calendar,
  event: CalendarEvent,
  before: EventContent,
  send: SendUpdates,
): void {
  const now = responseOf(event.content, calendar.id)?.responseStatus;
  if (now === undefined || now === responseOf(before, calendar.id)?.responseStatus || event.privateCopy) return;
  answer(world, calendar, event, now, send);
}

function decline(world: CalendarWorld, calendar: Calendar, event: CalendarEvent, send: SendUpdates): void {
  if (responseOf(event.content, calendar.id) !== undefined) answer(world, calendar, event, 'declined', send);
}

function answer(
  world: CalendarWorld,
  calendar: Calendar,
  event: CalendarEvent,
  responseStatus: Response,
  send: SendUpdates,
): void {
  const organizers = world.primary(event.organizer.email);
  const original = organizers?.events.get(event.id);
  if (organizers !== undefined && original !== undefined) {
    original.content = {
      ...original.content,
      attendees: original.content.attendees.map((attendee) =>
        attendee.email === calendar.id ? { ...attendee, responseStatus } : attendee,
      ),
    };
    original.updated = world.around.now();
    original.changed = organizers.next();
  }
  const outside = world.around.person(event.organizer.email) === undefined;
  if (send === 'all' || (send === 'externalOnly' && outside)) {
    const subject = String(event.content.plain.summary ?? '');
    world.mail(calendar, 'response', { iCalUID: event.iCalUID, subject }, [event.organizer.email]);
  }
}

/**
 * Imports an event as a private copy. One that has a series here with the same iCalUID and says which of its
 * instances it is becomes that series' exception.
 */
export function importEvent(
  world: CalendarWorld,
  calendar: Calendar,
  fresh: Omit<NewEvent, 'privateCopy'> & { iCalUID: string },
  original: EventTime | undefined,
): CalendarEvent {
  const known = calendar.byUid.get(fresh.iCalUID);
  if (original === undefined || known === undefined) {
    return addEvent(world, calendar, { ...fresh, privateCopy: true }, 'none');
  }
  if (known.content.status === 'cancelled') throw duplicate();
  parseRecurrence(known.content.recurrence, known.content.start, calendar.timeZone);
  const id = `${known.id}_${instanceStamp(original)}`;
  const instance = findInstance(calendar, id);
  if (instance === undefined) throw invalid('Invalid original start time.');
  if (instance.exception !== undefined) throw duplicate();
  return putException(world, calendar, instance, fresh.content, { sequence: fresh.sequence });
}
