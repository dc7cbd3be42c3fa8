import type { EventTime } from './times.ts';

/** Somebody of an event. `id` (a profile's) isn't modelled. */
export interface Party {
  readonly email: string;
  readonly displayName?: string;
}

export type Response = 'needsAction' | 'declined' | 'tentative' | 'accepted';

export interface Attendee extends Party {
  readonly responseStatus: Response;
  readonly optional?: boolean;
  readonly resource?: boolean;
  readonly comment?: string;
  readonly additionalGuests?: number;
}

export interface Reminders {
  readonly useDefault: boolean;
  readonly overrides?: readonly { readonly method: string; readonly minutes: number }[];
}

export interface ExtendedProperties {
  readonly private?: Readonly<Record<string, string>>;
  readonly shared?: Readonly<Record<string, string>>;
}

/** Plain properties that the simulator keeps as they come: all of the API's that aren't fields of their own below. */
export type Plain = Readonly<Record<string, unknown>>;

/** What a body of insert, import, update or patch says, checked and completed. */
export interface EventContent {
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
  readonly start: EventTime;
  readonly end: EventTime;
  /** RRULE, EXRULE, RDATE and EXDATE lines; none for a single event. */
  readonly recurrence: readonly string[];
  readonly attendees: readonly Attendee[];
  readonly reminders: Reminders;
  readonly extendedProperties: ExtendedProperties;
  readonly attachments: readonly Plain[];
  readonly conferenceData: Plain | undefined;
  readonly eventType: string;
  readonly plain: Plain;
}

/** One event, series, or exception of a series in one calendar. Deleted ones stay, as `cancelled`: ids aren't reused. */
export interface CalendarEvent {
  readonly id: string;
  readonly iCalUID: string;
  readonly created: number;
  readonly creator: Party;
  organizer: Party;
  /** When its main data changed last. */
  updated: number;
  sequence: number;
  /** The calendar's sequence number of its last change: what sync tokens count by, and the etag. */
  changed: number;
  content: EventContent;
  /** Of an exception. */
  readonly recurringEventId: string | undefined;
  readonly originalStart: EventTime | undefined;
  /** Imported, or made with privateCopy: nothing is passed on to or from other calendars. */
  readonly privateCopy: boolean;
}
