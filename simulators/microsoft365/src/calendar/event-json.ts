import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import type { ExtendedProperties } from '../mail/extended-property.ts';
import { changeKey } from '../odata/etag.ts';
import type { Expand } from '../odata/expand.ts';
import { project, shape } from '../odata/shape.ts';
import { attachmentJson } from '../outlook/attachments.ts';
import { expandedProperties, filterableProperties } from '../outlook/extended-properties.ts';
import { instantText } from '../outlook/input.ts';
import { bodyJson, bodyPreview, emptyBody, prefersText } from '../outlook/item-body.ts';
import type { CalendarEvent, EventFields } from './event.ts';
import { cleanGlobalObjectId, globalObjectId, globalObjectIdOf, instanceUid } from './global-object-id.ts';
import { recurrenceJson } from './recurrence-input.ts';
import { eventInstant, exceptionsOf, type Instance } from './series.ts';
import { instanceId } from './store.ts';
import { preferredZone, timeJson, type ZonedTime } from './zoned-time.ts';
import { wallText } from './zones.ts';

export const eventShape = shape(
  'event',
  [
    'id',
    'createdDateTime',
    'lastModifiedDateTime',
    'changeKey',
    'categories',
    'transactionId',
    'originalStartTimeZone',
    'originalEndTimeZone',
    'originalStart',
    'iCalUId',
    'reminderMinutesBeforeStart',
    'isReminderOn',
    'hasAttachments',
    'subject',
    'bodyPreview',
    'importance',
    'sensitivity',
    'isAllDay',
    'isCancelled',
    'isOrganizer',
    'responseRequested',
    'seriesMasterId',
    'showAs',
    'type',
    'webLink',
    'onlineMeetingUrl',
    'isOnlineMeeting',
    'onlineMeetingProvider',
    'allowNewTimeProposals',
    'occurrenceId',
    'isDraft',
    'hideAttendees',
    'responseStatus',
    'body',
    'start',
    'end',
    'location',
    'locations',
    'recurrence',
    'attendees',
    'organizer',
    'onlineMeeting',
    'cancelledOccurrences',
  ],
  [
    'attachments',
    'calendar',
    'exceptionOccurrences',
    'extensions',
    'instances',
    'singleValueExtendedProperties',
    'multiValueExtendedProperties',
  ],
);

/** How one request wants events to look. */
export interface EventView {
  readonly zone: string;
  readonly text: boolean;
  readonly immutableIds: boolean;
}

export function eventView(call: Call): EventView {
  return { zone: preferredZone(call), text: prefersText(call), immutableIds: call.immutableIds };
}

/** What of the request's Prefer header was obeyed. */
export function preferenceApplied(call: Call): Record<string, string> {
  const applied: string[] = [];
  if (call.preferences.has('outlook.timezone')) applied.push(`outlook.timezone="${preferredZone(call)}"`);
  if (call.preferences.has('outlook.body-content-type')) {
    applied.push(`outlook.body-content-type="${prefersText(call) ? 'text' : 'html'}"`);
  }
  return applied.length === 0 ? {} : { 'preference-applied': applied.join(', ') };
}

/** The id of a single event or master, as the request wants ids. */
export function shownId(event: CalendarEvent, immutableIds: boolean): string {
  return immutableIds ? event.immutableId : event.id;
}

/** The version of an event, or of an instance: one that was never changed on its own has its master's. */
export function changeKeyOf(event: CalendarEvent, instance: Instance | undefined): string {
  const exception = instance?.exception;
  return exception === undefined
    ? changeKey(event.immutableId, event.version)
    : changeKey(`${event.immutableId}/${instance?.date}`, exception.version);
}

export function etagOf(event: CalendarEvent, instance: Instance | undefined): string {
  return `W/"${changeKeyOf(event, instance)}"`;
}

function shownTime(time: ZonedTime, isAllDay: boolean, zone: string): Record<string, unknown> {
  // Midnight is midnight for an all-day event, whatever zone is asked for.
  if (isAllDay) return { dateTime: wallText(time.wall), timeZone: zone };
  return timeJson(eventInstant(time, false), zone);
}

/** A single event or master (no instance), or one instance of a series, whole. */
export function eventJson(
  event: CalendarEvent,
  instance: Instance | undefined,
  view: EventView,
): Record<string, unknown> {
  const ofSeries = instance !== undefined && instance.date !== undefined;
  const fields: EventFields = instance?.fields ?? event.fields;
  const masterId = shownId(event, view.immutableIds);
  const id = ofSeries ? instanceId(masterId, instance.date as string) : masterId;
  const location = fields.locations[0];
  return {
    '@odata.etag': etagOf(event, instance),
    id,
    createdDateTime: instantText(event.createdAt),
    lastModifiedDateTime: instantText(instance?.exception?.modifiedAt ?? event.modifiedAt),
    changeKey: changeKeyOf(event, instance),
    categories: fields.categories,
    transactionId: event.transactionId,
    originalStartTimeZone: event.originalStartTimeZone,
    originalEndTimeZone: event.originalEndTimeZone,
    iCalUId: ofSeries ? instanceUid(event.iCalUId, instance.date as string) : event.iCalUId,
    reminderMinutesBeforeStart: fields.reminderMinutesBeforeStart,
    isReminderOn: fields.isReminderOn,
    hasAttachments: fields.attachments.some(({ isInline }) => !isInline),
    subject: fields.subject,
    bodyPreview: bodyPreview(fields.body),
    importance: fields.importance,
    sensitivity: fields.sensitivity,
    ...(ofSeries ? { originalStart: instantText(instance.originalStart as number) } : {}),
    isAllDay: fields.isAllDay,
    isCancelled: event.isCancelled,
    isOrganizer: event.isOrganizer,
    responseRequested: fields.responseRequested,
    seriesMasterId: ofSeries ? masterId : null,
    showAs: fields.showAs,
    type: instance?.type ?? (event.recurrence === null ? 'singleInstance' : 'seriesMaster'),
    webLink: `https://outlook.office365.com/owa/?itemid=${encodeURIComponent(id)}&exvsurl=1&path=/calendar/item`,
    onlineMeetingUrl: null,
    isOnlineMeeting: fields.isOnlineMeeting,
    onlineMeetingProvider: fields.onlineMeetingProvider,
    allowNewTimeProposals: fields.allowNewTimeProposals,
    ...(ofSeries ? { occurrenceId: occurrenceId(masterId, instance.date as string) } : {}),
    isDraft: false,
    hideAttendees: fields.hideAttendees,
    responseStatus: fields.responseStatus,
    body: bodyJson(fields.body, view.text),
    start: shownTime(fields.start, fields.isAllDay, view.zone),
    end: shownTime(fields.end, fields.isAllDay, view.zone),
    location:
      location === undefined
        ? { displayName: '', locationType: 'default', uniqueIdType: 'unknown', address: {}, coordinates: {} }
        : fields.locations.length === 1
          ? location
          : {
              displayName: fields.locations.map(({ displayName }) => displayName).join('; '),
              locationType: 'default',
              uniqueIdType: 'unknown',
            },
    locations: fields.locations,
    recurrence: ofSeries || event.recurrence === null ? null : recurrenceJson(event.recurrence),
    attendees: fields.attendees,
    organizer: { emailAddress: event.organizer },
    onlineMeeting: fields.joinUrl === null ? null : { joinUrl: fields.joinUrl },
  };
}

/** How a cancelled instance is named, since it has no id any more. */
export function occurrenceId(masterId: string, date: string): string {
  return `OID.${masterId}.${date}`;
}

/** With those that Exchange itself gives every event. */
function propertiesOf(event: CalendarEvent, instance: Instance | undefined): ExtendedProperties {
  const own = instance?.fields ?? event.fields;
  const id = (date: string | undefined) => globalObjectIdOf(event.iCalUId, date).toString('base64');
  return new Map([...own.properties, [globalObjectId, id(instance?.date)], [cleanGlobalObjectId, id(undefined)]]);
}

/** What `$filter` and `$orderby` see of an event. Bodies are looked at only if asked for: there may be thousands. */
export function eventFilterView(event: CalendarEvent, instance: Instance | undefined): Record<string, unknown> {
  const { body, ...rest } = instance?.fields ?? event.fields;
  const fields = { ...rest, body: emptyBody };
  const [bare, bareInstance] = [{ ...event, fields }, instance && { ...instance, fields }];
  const json = eventJson(bare, bareInstance, { zone: 'UTC', text: true, immutableIds: false });
  return Object.defineProperties(
    { ...json, ...filterableProperties(propertiesOf(event, instance)) },
    { body: { get: () => bodyJson(body, true) }, bodyPreview: { get: () => bodyPreview(body) } },
  );
}

/**
 * What `$expand` adds to one event. Exceptions and cancelled instances are shown only where one master is asked for by
 * its id: https://learn.microsoft.com/graph/api/event-get
 */
export function expandedEvent(
  event: CalendarEvent,
  instance: Instance | undefined,
  expand: readonly Expand[],
  view: EventView,
  alone: boolean,
): Record<string, unknown> {
  const fields = instance?.fields ?? event.fields;
  const shown = expandedProperties(propertiesOf(event, instance), expand);
  for (const { property, select, expand: inner } of expand) {
    if (property === 'attachments')
      shown.attachments = fields.attachments.map((one) => project(attachmentJson(one), select));
    else if (property === 'extensions') shown.extensions = [];
    else if (property === 'exceptionOccurrences' && alone) {
      if (event.recurrence !== null && instance === undefined) {
        shown.exceptionOccurrences = exceptionsOf(event).map((exception) =>
          project(
            { ...eventJson(event, exception, view), ...expandedEvent(event, exception, inner, view, false) },
            select,
          ),
        );
      }
    } else if (!property.endsWith('ExtendedProperties')) {
      throw badRequest(`The navigation property '${property}' can't be expanded here.`, 'ErrorInvalidUrlQuery');
    }
  }
  return shown;
}

/** The dates that were taken out of a series, as `$select=cancelledOccurrences` shows them. */
export function cancelledOccurrences(event: CalendarEvent, view: EventView): string[] {
  return [...event.cancelled].sort().map((date) => occurrenceId(shownId(event, view.immutableIds), date));
}
