/** https://developers.google.com/workspace/calendar/api/v3/reference/events */
export interface EventTime {
  /** `YYYY-MM-DD` of a whole day. */
  readonly date?: string;
  /** RFC 3339 with its offset. */
  readonly dateTime?: string;
  /** IANA */
  readonly timeZone?: string;
}

export interface EventPerson {
  readonly email?: string;
  readonly displayName?: string;
}

export interface EventAttendee extends EventPerson {
  readonly responseStatus?: string;
  readonly optional?: boolean;
  readonly resource?: boolean;
  readonly comment?: string;
}

/** What of an event is written, and read again. */
export interface EventFields {
  readonly status?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly location?: string;
  readonly start?: EventTime;
  readonly end?: EventTime;
  readonly recurrence?: readonly string[];
  readonly transparency?: string;
  readonly visibility?: string;
  readonly colorId?: string;
  readonly organizer?: EventPerson & { readonly self?: boolean };
  readonly attendees?: readonly EventAttendee[];
  readonly reminders?: {
    readonly useDefault?: boolean;
    readonly overrides?: readonly { readonly method: string; readonly minutes: number }[];
  };
  readonly attachments?: readonly {
    readonly fileUrl?: string;
    readonly title?: string;
    readonly mimeType?: string;
  }[];
  readonly source?: { readonly url?: string; readonly title?: string };
}

/** https://developers.google.com/workspace/calendar/api/v3/reference/events#conferenceData */
export interface Conference {
  readonly conferenceSolution?: { readonly name?: string; readonly key?: { readonly type?: string } };
  readonly entryPoints?: readonly {
    /** `video`, `phone`, `sip`, `more` */
    readonly entryPointType?: string;
    readonly uri?: string;
    readonly label?: string;
    readonly meetingCode?: string;
    readonly accessCode?: string;
    readonly passcode?: string;
    readonly password?: string;
    readonly pin?: string;
  }[];
}

export interface GoogleEvent extends EventFields {
  readonly id: string;
  readonly etag: string;
  readonly iCalUID?: string;
  readonly created?: string;
  readonly updated?: string;
  readonly recurringEventId?: string;
  readonly originalStartTime?: EventTime;
  readonly eventType?: string;
  readonly hangoutLink?: string;
  readonly conferenceData?: Conference;
  readonly extendedProperties?: { readonly private?: Readonly<Record<string, string>> };
}

/** A series with its exceptions, cancelled ones too; or a single event. */
export interface EventGroup {
  readonly master: GoogleEvent;
  readonly exceptions: readonly GoogleEvent[];
}
