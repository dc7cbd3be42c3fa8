import type { Calendar } from './calendar.ts';
import type { Attendee, CalendarEvent, EventContent, Party } from './event.ts';
import type { Json } from './event-input.ts';
import type { Found } from './events.ts';
import { type EventTime, eventDateTime } from './times.ts';

export interface Looks {
  /** The zone that times are told in. */
  readonly zone: string;
  /** More attendees than this: only the calendar's own is told. */
  readonly maxAttendees: number | undefined;
  /** Readers don't see what a private event is about. */
  readonly seesPrivate: boolean;
}

export const etagOf = (event: CalendarEvent) => `"${event.created}${String(event.changed).padStart(6, '0')}"`;

const iso = (at: number) => new Date(at).toISOString();

const party = ({ email, displayName }: Party, calendar: Calendar) => ({
  email,
  ...(displayName !== undefined && { displayName }),
  ...(email === calendar.id && { self: true }),
});

/** An event, a series, or an instance of one, as the API tells it. */
export function eventJson(calendar: Calendar, found: Found, looks: Looks): Json {
  const { instance } = found;
  const known = found.event ?? (instance?.series as CalendarEvent);
  const content = instance?.content ?? known.content;
  const original = instance?.original ?? known.originalStart;
  const id = instance?.id ?? known.id;
  const json: Json = {
    kind: 'calendar#event',
    etag: etagOf(known),
    id,
    status: content.status,
    ...(content.status !== 'cancelled' && { htmlLink: linkOf(calendar, id) }),
    created: iso(known.created),
    updated: iso(known.updated),
  };
  const recurringEventId = instance?.series.id ?? known.recurringEventId;
  const series: Json =
    recurringEventId === undefined
      ? {}
      : { recurringEventId, originalStartTime: eventDateTime(original as EventTime, looks.zone) };
  const secret = ['private', 'confidential'].includes(String(content.plain.visibility));
  if (secret && !looks.seesPrivate) {
    return {
      ...json,
      visibility: content.plain.visibility,
      start: eventDateTime(content.start, looks.zone),
      end: eventDateTime(content.end, looks.zone),
      ...(content.recurrence.length > 0 && { recurrence: content.recurrence }),
      ...series,
      iCalUID: known.iCalUID,
      sequence: known.sequence,
      eventType: content.eventType,
    };
  }
  return {
    ...json,
    ...bodyJson(content, looks.zone),
    creator: party(known.creator, calendar),
    organizer: party(known.organizer, calendar),
    ...series,
    iCalUID: known.iCalUID,
    sequence: known.sequence,
    ...attendeesJson(calendar, known, content, looks),
    ...(known.privateCopy && { privateCopy: true }),
    ...hangoutLink(content),
    eventType: content.eventType,
  };
}

/** The part that a body can say: what patch is laid over. */
export function bodyJson(content: EventContent, zone: string): Json {
  return {
    status: content.status,
    ...content.plain,
    start: eventDateTime(content.start, zone),
    end: eventDateTime(content.end, zone),
    ...(content.recurrence.length > 0 && { recurrence: content.recurrence }),
    ...(content.attendees.length > 0 && { attendees: content.attendees }),
    ...(Object.keys(content.extendedProperties).length > 0 && { extendedProperties: content.extendedProperties }),
    reminders: content.reminders,
    ...(content.attachments.length > 0 && { attachments: content.attachments }),
    ...(content.conferenceData !== undefined && { conferenceData: content.conferenceData }),
    eventType: content.eventType,
  };
}

function attendeesJson(calendar: Calendar, event: CalendarEvent, content: EventContent, { maxAttendees }: Looks): Json {
  const { attendees } = content;
  if (attendees.length === 0) return {};
  const all = attendees.map((attendee: Attendee) => ({
    ...attendee,
    ...(attendee.email === event.organizer.email && { organizer: true }),
    ...(attendee.email === calendar.id && { self: true }),
  }));
  if (maxAttendees === undefined || all.length <= maxAttendees) return { attendees: all };
  return { attendees: all.filter(({ email }) => email === calendar.id), attendeesOmitted: true };
}

function hangoutLink({ conferenceData }: EventContent): Json {
  const points = (conferenceData?.entryPoints ?? []) as readonly Json[];
  const uri = points.find(({ entryPointType }) => entryPointType === 'video')?.uri;
  return typeof uri === 'string' && uri.startsWith('https://meet.google.com/') ? { hangoutLink: uri } : {};
}

function linkOf(calendar: Calendar, id: string): string {
  const key = Buffer.from(`${id} ${calendar.id}`).toString('base64').replace(/=+$/, '');
  return `https://www.google.com/calendar/event?eid=${key}`;
}
