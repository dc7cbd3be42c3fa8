import { type AttachmentInput, attachmentInput } from '../outlook/attachments.ts';
import { extendedPropertyFields, withExtendedProperties } from '../outlook/extended-properties.ts';
import {
  boolean,
  double,
  emailAddress,
  importance,
  integer,
  invalid,
  listOf,
  object,
  oneOf,
  orNull,
  physicalAddress,
  readOnly,
  recipient,
  text,
} from '../outlook/input.ts';
import { readItemBody } from '../outlook/item-body.ts';
import type { Attendee, EventFields, Location } from './event.ts';
import { noResponse } from './event.ts';
import { cleanGlobalObjectId, globalObjectId, uidOf } from './global-object-id.ts';
import type { PatternedRecurrence } from './recurrence.ts';
import { readRecurrence } from './recurrence-input.ts';
import { readZonedTime, type ZonedTime } from './zoned-time.ts';

/** Attendees that one event can have. */
const mostAttendees = 500;

const readLocation = object('location', {
  displayName: orNull(text),
  locationEmailAddress: orNull(text),
  address: orNull(physicalAddress),
  coordinates: orNull(
    object('outlookGeoCoordinates', {
      altitude: orNull(double),
      latitude: orNull(double),
      longitude: orNull(double),
      accuracy: orNull(double),
      altitudeAccuracy: orNull(double),
    }),
  ),
  locationUri: orNull(text),
  locationType: orNull(
    oneOf([
      'default',
      'conferenceRoom',
      'homeAddress',
      'businessAddress',
      'geoCoordinates',
      'streetAddress',
      'hotel',
      'restaurant',
      'localBusiness',
      'postalAddress',
    ]),
  ),
  uniqueId: orNull(text),
  uniqueIdType: orNull(oneOf(['unknown', 'locationStore', 'directory', 'private', 'bing'])),
});

/** `status` and `proposedNewTime` are what attendees answer: an organizer can't set them. */
const readAttendee = object('attendee', {
  type: orNull(oneOf(['required', 'optional', 'resource'])),
  status: readOnly,
  proposedNewTime: readOnly,
  emailAddress,
});

const eventFields = object('event', {
  id: readOnly,
  allowNewTimeProposals: orNull(boolean),
  attendees: orNull(listOf(readAttendee)),
  body: orNull(readItemBody),
  bodyPreview: readOnly,
  categories: orNull(listOf(text)),
  cancelledOccurrences: readOnly,
  changeKey: readOnly,
  createdDateTime: readOnly,
  end: orNull(readZonedTime),
  hasAttachments: readOnly,
  hideAttendees: orNull(boolean),
  iCalUId: readOnly,
  importance: orNull(importance),
  isAllDay: orNull(boolean),
  isCancelled: readOnly,
  isDraft: readOnly,
  isOnlineMeeting: orNull(boolean),
  isOrganizer: readOnly,
  isReminderOn: orNull(boolean),
  lastModifiedDateTime: readOnly,
  location: orNull(readLocation),
  locations: orNull(listOf(readLocation)),
  onlineMeeting: readOnly,
  onlineMeetingProvider: orNull(oneOf(['unknown', 'teamsForBusiness', 'skypeForBusiness', 'skypeForConsumer'])),
  onlineMeetingUrl: readOnly,
  organizer: orNull(recipient),
  originalEndTimeZone: readOnly,
  originalStart: readOnly,
  originalStartTimeZone: readOnly,
  recurrence: (value: unknown) => ({ given: value }),
  reminderMinutesBeforeStart: orNull(integer),
  responseRequested: orNull(boolean),
  responseStatus: readOnly,
  sensitivity: orNull(oneOf(['normal', 'personal', 'private', 'confidential'])),
  seriesMasterId: readOnly,
  showAs: orNull(oneOf(['free', 'tentative', 'busy', 'oof', 'workingElsewhere', 'unknown'])),
  start: orNull(readZonedTime),
  subject: orNull(text),
  transactionId: orNull(text),
  type: readOnly,
  webLink: readOnly,
  attachments: listOf(attachmentInput),
  ...extendedPropertyFields,
});

/** What a create or update says, with the names of all properties that it gave. */
export interface EventInput {
  /** Only what was given; null has become what the property is without a value. */
  readonly fields: Partial<Omit<EventFields, 'attachments' | 'joinUrl' | 'responseStatus'>>;
  readonly attachments: readonly AttachmentInput[];
  readonly transactionId: string | null;
  /** Of the GlobalObjectId among the extended properties, which only a create can have. */
  readonly iCalUId: string | undefined;
  /** Undefined: not given; null: none (any more). */
  readonly recurrence: ((zone: string) => PatternedRecurrence) | null | undefined;
  readonly given: ReadonlySet<string>;
}

/** Reads an event's body. Throws 400 for names and values that the type doesn't have. */
export function readEvent(json: Record<string, unknown>, before: EventFields): EventInput {
  const read = eventFields(json, '');
  const fields: Partial<{ -readonly [K in keyof EventFields]: EventFields[K] }> = {};
  const keep = <K extends keyof EventFields>(
    name: K,
    value: EventFields[K] | null | undefined,
    none: EventFields[K],
  ) => {
    if (value !== undefined) fields[name] = value ?? none;
  };
  let iCalUId: string | undefined;
  keep('subject', read.subject, '');
  keep('body', read.body, { contentType: 'html', content: '' });
  if (read.start === null || read.end === null) throw invalid('start and end must not be null.');
  if (read.start !== undefined) fields.start = read.start;
  if (read.end !== undefined) fields.end = read.end;
  keep('isAllDay', read.isAllDay, false);
  keep('isReminderOn', read.isReminderOn, false);
  keep('reminderMinutesBeforeStart', read.reminderMinutesBeforeStart, 0);
  keep('showAs', read.showAs, 'busy');
  keep('sensitivity', read.sensitivity, 'normal');
  keep('importance', read.importance, 'normal');
  keep('categories', read.categories, []);
  keep('responseRequested', read.responseRequested, true);
  keep('allowNewTimeProposals', read.allowNewTimeProposals, true);
  keep('hideAttendees', read.hideAttendees, false);
  keep('isOnlineMeeting', read.isOnlineMeeting, false);
  keep('onlineMeetingProvider', read.onlineMeetingProvider, 'unknown');
  if ((read.reminderMinutesBeforeStart ?? 0) < 0) throw invalid('reminderMinutesBeforeStart must not be negative.');
  if (read.attendees !== undefined) fields.attendees = attendeesOf(read.attendees ?? [], before.attendees);
  // location stands for the only place of several; the list wins when both are given.
  if (read.locations !== undefined) fields.locations = (read.locations ?? []).map(locationOf).filter(hasPlace);
  else if (read.location !== undefined) fields.locations = [locationOf(read.location ?? {})].filter(hasPlace);
  if (read.singleValueExtendedProperties !== undefined || read.multiValueExtendedProperties !== undefined) {
    fields.properties = withExtendedProperties(before.properties, read);
    iCalUId = takeUid(fields.properties);
  }
  const recurrence = read.recurrence?.given;
  return {
    iCalUId,
    fields,
    attachments: read.attachments ?? [],
    transactionId: read.transactionId ?? null,
    recurrence:
      recurrence === undefined || recurrence === null
        ? recurrence
        : (zone) => readRecurrence(recurrence, 'recurrence', zone),
    given: new Set(Object.keys(json).filter((name) => !name.includes('@'))),
  };
}

/** Takes the GlobalObjectId out of the properties: Exchange keeps it with the event itself. */
function takeUid(properties: Map<string, string | string[]>): string | undefined {
  const given = properties.get(globalObjectId);
  properties.delete(globalObjectId);
  properties.delete(cleanGlobalObjectId);
  return typeof given === 'string' ? uidOf(Buffer.from(given, 'base64')) : undefined;
}

type GivenAttendee = ReturnType<typeof readAttendee>;

function attendeesOf(given: readonly GivenAttendee[], before: readonly Attendee[]): Attendee[] {
  if (given.length > mostAttendees)
    throw invalid(`An event has at most ${mostAttendees} attendees.`, 'ErrorTooManyRecipients');
  return given.map(({ type, emailAddress: mail }) => {
    const address = mail?.address;
    if (typeof address !== 'string' || address === '')
      throw invalid('An attendee needs an address.', 'ErrorInvalidRecipients');
    const known = before.find((attendee) => attendee.emailAddress.address.toLowerCase() === address.toLowerCase());
    return {
      type: type ?? 'required',
      emailAddress: { name: mail?.name ?? address, address },
      status: known?.status ?? noResponse,
    };
  });
}

const hasPlace = (location: Location) => location.displayName !== '' || Object.keys(location).length > 3;

/** A location as Graph answers it: private unless a directory or store knows it. */
function locationOf(given: ReturnType<typeof readLocation>): Location {
  const { displayName, locationType, uniqueId, uniqueIdType, ...rest } = given;
  const name = typeof displayName === 'string' ? displayName : '';
  const more = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null && value !== undefined));
  return {
    displayName: name,
    locationType: locationType ?? 'default',
    ...more,
    ...((uniqueId ?? name) === '' ? {} : { uniqueId: uniqueId ?? name }),
    uniqueIdType: uniqueIdType ?? 'private',
  };
}

/**
 * The rules between an event's fields.
 *
 * @throws GraphError 400 when it ends before it starts, or is all day without beginning and ending at midnight
 */
export function checkTimes(
  start: ZonedTime,
  end: ZonedTime,
  isAllDay: boolean,
  instant: (time: ZonedTime) => number,
): void {
  if (isAllDay) {
    const midnight = ({ wall }: ZonedTime) => wall % 86_400_000 === 0;
    if (!midnight(start))
      throw invalid(
        'The Event.Start property for an all-day event needs to be set to midnight.',
        'ErrorInvalidRequest',
      );
    if (!midnight(end))
      throw invalid('The Event.End property for an all-day event needs to be set to midnight.', 'ErrorInvalidRequest');
    if (start.zone !== end.zone)
      throw invalid('Start and end of an all-day event need the same time zone.', 'ErrorInvalidRequest');
    if (end.wall - start.wall < 86_400_000) {
      throw invalid('The duration of an event marked as All day must be at least 24 hours.', 'ErrorInvalidRequest');
    }
  } else if (instant(end) < instant(start)) {
    throw invalid('The end of an event must not be before its start.', 'ErrorCalendarEndDateIsEarlierThanStartDate');
  }
}
