import type { ExtendedProperty } from '../graph/stamp.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/datetimetimezone */
export interface DateTimeTimeZone {
  /** `2026-03-01T10:00:00.0000000` */
  readonly dateTime: string;
  readonly timeZone: string;
}
export interface ItemBody {
  readonly contentType?: 'text' | 'html';
  readonly content?: string | null;
}
export interface EmailAddress {
  readonly name?: string | null;
  readonly address?: string | null;
}
export interface GraphLocation {
  readonly displayName?: string | null;
  readonly locationUri?: string | null;
  readonly address?: PhysicalAddress | null;
  readonly coordinates?: { readonly latitude?: number | null; readonly longitude?: number | null } | null;
}
export interface PhysicalAddress {
  readonly street?: string | null;
  readonly city?: string | null;
  readonly state?: string | null;
  readonly countryOrRegion?: string | null;
  readonly postalCode?: string | null;
}
export interface Attendee {
  readonly type?: 'required' | 'optional' | 'resource' | null;
  readonly status?: { readonly response?: string | null } | null;
  readonly emailAddress?: EmailAddress | null;
}

export const DAYS_OF_WEEK = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
export type DayOfWeek = (typeof DAYS_OF_WEEK)[number];
export const WEEK_INDEXES = ['first', 'second', 'third', 'fourth', 'last'] as const;
export type WeekIndex = (typeof WEEK_INDEXES)[number];

/** https://learn.microsoft.com/en-us/graph/api/resources/recurrencepattern */
export interface RecurrencePattern {
  readonly type: 'daily' | 'weekly' | 'absoluteMonthly' | 'relativeMonthly' | 'absoluteYearly' | 'relativeYearly';
  readonly interval: number;
  readonly month?: number;
  readonly dayOfMonth?: number;
  readonly daysOfWeek?: readonly DayOfWeek[];
  readonly firstDayOfWeek?: DayOfWeek;
  readonly index?: WeekIndex;
}
/** https://learn.microsoft.com/en-us/graph/api/resources/recurrencerange; dates are `YYYY-MM-DD`, the end counts. */
export interface RecurrenceRange {
  readonly type: 'noEnd' | 'endDate' | 'numbered';
  readonly startDate: string;
  readonly endDate?: string;
  readonly numberOfOccurrences?: number;
  readonly recurrenceTimeZone?: string | null;
}
export interface PatternedRecurrence {
  readonly pattern: RecurrencePattern;
  readonly range: RecurrenceRange;
}

/** What of an event is written: https://learn.microsoft.com/en-us/graph/api/resources/event */
export interface EventFields {
  readonly subject?: string | null;
  readonly body?: ItemBody | null;
  readonly start: DateTimeTimeZone;
  readonly end: DateTimeTimeZone;
  readonly isAllDay?: boolean | null;
  readonly showAs?: string | null;
  readonly sensitivity?: string | null;
  readonly importance?: string | null;
  readonly categories?: readonly string[] | null;
  readonly location?: GraphLocation | null;
  readonly isReminderOn?: boolean | null;
  readonly reminderMinutesBeforeStart?: number | null;
  readonly recurrence?: PatternedRecurrence | null;
}

/** What is read as well. */
export interface GraphEvent extends EventFields {
  readonly id: string;
  readonly changeKey?: string;
  readonly '@odata.etag'?: string;
  readonly type?: 'singleInstance' | 'occurrence' | 'exception' | 'seriesMaster';
  readonly iCalUId?: string | null;
  readonly createdDateTime?: string | null;
  readonly lastModifiedDateTime?: string | null;
  readonly originalStartTimeZone?: string | null;
  readonly originalEndTimeZone?: string | null;
  /** Of an occurrence or exception: where the series had it, an instant. */
  readonly originalStart?: string | null;
  readonly locations?: readonly GraphLocation[] | null;
  readonly attendees?: readonly Attendee[] | null;
  readonly organizer?: { readonly emailAddress?: EmailAddress | null } | null;
  readonly isOrganizer?: boolean | null;
  readonly isCancelled?: boolean | null;
  readonly responseRequested?: boolean | null;
  readonly hasAttachments?: boolean | null;
  readonly onlineMeeting?: { readonly joinUrl?: string | null } | null;
  readonly onlineMeetingUrl?: string | null;
  readonly cancelledOccurrences?: readonly string[];
  readonly exceptionOccurrences?: readonly GraphEvent[];
  readonly singleValueExtendedProperties?: readonly ExtendedProperty[];
}
