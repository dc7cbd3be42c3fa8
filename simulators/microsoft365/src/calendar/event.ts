import type { ExtendedProperties } from '../mail/extended-property.ts';
import type { Attachment } from '../outlook/attachments.ts';
import type { ItemBody } from '../outlook/item-body.ts';
import type { PatternedRecurrence } from './recurrence.ts';
import type { ZonedTime } from './zoned-time.ts';

export interface EmailAddress {
  readonly name: string;
  readonly address: string;
}

export const responses = ['none', 'organizer', 'tentativelyAccepted', 'accepted', 'declined', 'notResponded'] as const;
export type Response = (typeof responses)[number];

export interface ResponseStatus {
  readonly response: Response;
  /** DateTimeOffset; the year 1 when nobody answered. */
  readonly time: string;
}

export const noResponse: ResponseStatus = { response: 'none', time: '0001-01-01T00:00:00Z' };

export interface Attendee {
  readonly type: 'required' | 'optional' | 'resource';
  readonly emailAddress: EmailAddress;
  readonly status: ResponseStatus;
}

/** As Graph answers it. */
export type Location = Readonly<Record<string, unknown>> & { readonly displayName: string };

/** What one instance of a series can have of its own. */
export interface EventFields {
  readonly subject: string;
  readonly body: ItemBody;
  /** All-day events float: their zone says nothing about when they are. */
  readonly start: ZonedTime;
  readonly end: ZonedTime;
  readonly isAllDay: boolean;
  readonly locations: readonly Location[];
  readonly attendees: readonly Attendee[];
  readonly isReminderOn: boolean;
  readonly reminderMinutesBeforeStart: number;
  readonly showAs: 'free' | 'tentative' | 'busy' | 'oof' | 'workingElsewhere' | 'unknown';
  readonly sensitivity: 'normal' | 'personal' | 'private' | 'confidential';
  readonly importance: 'low' | 'normal' | 'high';
  readonly categories: readonly string[];
  readonly responseRequested: boolean;
  readonly allowNewTimeProposals: boolean;
  readonly hideAttendees: boolean;
  readonly isOnlineMeeting: boolean;
  readonly onlineMeetingProvider: 'unknown' | 'teamsForBusiness' | 'skypeForBusiness' | 'skypeForConsumer';
  /** Where the provider lets people in; made with the meeting. */
  readonly joinUrl: string | null;
  readonly responseStatus: ResponseStatus;
  readonly attachments: readonly Attachment[];
  readonly properties: ExtendedProperties;
}

/** An instance that was changed on its own: what differs from the series. */
export interface EventException {
  fields: Partial<EventFields>;
  version: number;
  modifiedAt: number;
}

/** A single event or the master of a series, as its mailbox keeps it. */
export interface CalendarEvent {
  /** Constant, and shown when immutable ids are preferred. */
  readonly immutableId: string;
  /** Changes when the event moves to another calendar. */
  id: string;
  calendarId: string;
  readonly iCalUId: string;
  readonly createdAt: number;
  modifiedAt: number;
  version: number;
  fields: EventFields;
  recurrence: PatternedRecurrence | null;
  /** By the date on which the series has the instance, `YYYY-MM-DD` in the series' zone. */
  readonly exceptions: Map<string, EventException>;
  readonly cancelled: Set<string>;
  readonly organizer: EmailAddress;
  /** True when the mailbox's owner organizes it. */
  readonly isOrganizer: boolean;
  isCancelled: boolean;
  readonly transactionId: string | null;
  /** Time zones at creation, as they were given. */
  readonly originalStartTimeZone: string;
  readonly originalEndTimeZone: string;
  /** When it took place before its latest changes, for deltas of a window that it has left: [from, to) instants. */
  readonly formerSpans: (readonly [number, number])[];
}
