import { expandProperties, propertyOf, STAMP_PROPERTY } from '../graph/stamp.ts';
import { attachmentsAt } from '../outlook/attachments.ts';
import type { ItemReading } from '../outlook/item-reader.ts';
import { KEPT_PROPERTY, UID_PROPERTY } from '../outlook/kept.ts';
import { READ } from './calendars.ts';
import { eventObject } from './event-object.ts';
import type { GraphEvent } from './graph-event.ts';
import { eventKind } from './kind.ts';

const FIELDS = [
  'id',
  'changeKey',
  'createdDateTime',
  'lastModifiedDateTime',
  'type',
  'iCalUId',
  'subject',
  'body',
  'start',
  'end',
  'originalStartTimeZone',
  'originalEndTimeZone',
  'originalStart',
  'isAllDay',
  'showAs',
  'sensitivity',
  'importance',
  'categories',
  'location',
  'locations',
  'isReminderOn',
  'reminderMinutesBeforeStart',
  'attendees',
  'organizer',
  'isOrganizer',
  'isCancelled',
  'responseRequested',
  'hasAttachments',
  'onlineMeeting',
  'onlineMeetingUrl',
];
const QUERY = {
  $select: [...FIELDS, 'recurrence', 'cancelledOccurrences'].join(),
  $expand: `${expandProperties([KEPT_PROPERTY, UID_PROPERTY, STAMP_PROPERTY])},exceptionOccurrences`,
};

/** An event comes with its exceptions in one request; its files take more. */
export const eventReading: ItemReading<GraphEvent> = {
  kind: eventKind,
  atOnce: 20,
  requests: (path) => [{ method: 'GET', path, query: QUERY }],
  async object(context, event, path) {
    const needsFiles = event.hasAttachments === true || /\bcid:/i.test(event.body?.content ?? '');
    return eventObject(
      {
        master: event,
        exceptions: event.exceptionOccurrences ?? [],
        cancelled: (event.cancelledOccurrences ?? []).flatMap((one) => /(\d{4}-\d{2}-\d{2})$/.exec(one)?.[1] ?? []),
        uid: eventKind.uidOf(event),
      },
      needsFiles ? await attachmentsAt(context, path, READ) : [],
      propertyOf(event.singleValueExtendedProperties, KEPT_PROPERTY),
    );
  },
};
