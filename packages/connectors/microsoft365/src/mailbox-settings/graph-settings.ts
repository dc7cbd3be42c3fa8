/** https://learn.microsoft.com/en-us/graph/api/resources/messagerulepredicates */
export type Predicates = Readonly<Record<string, unknown>>;
/** https://learn.microsoft.com/en-us/graph/api/resources/messageruleactions */
export type Actions = Readonly<Record<string, unknown>>;

/** https://learn.microsoft.com/en-us/graph/api/resources/messagerule */
export interface GraphRule {
  readonly id: string;
  readonly displayName?: string | null;
  readonly sequence?: number | null;
  readonly isEnabled?: boolean | null;
  readonly hasError?: boolean | null;
  /** Made by a program of Microsoft's, and perhaps with parts that Graph doesn't show. */
  readonly isReadOnly?: boolean | null;
  readonly conditions?: Predicates | null;
  readonly exceptions?: Predicates | null;
  readonly actions?: Actions | null;
}

/** https://learn.microsoft.com/en-us/graph/api/resources/outlookcategory */
export interface GraphCategory {
  readonly id: string;
  readonly displayName?: string | null;
  /** `preset0` to `preset24`, or `none`. */
  readonly color?: string | null;
}

export interface GraphMoment {
  readonly dateTime?: string | null;
  readonly timeZone?: string | null;
}

/** https://learn.microsoft.com/en-us/graph/api/resources/mailboxsettings */
export interface GraphMailboxSettings {
  readonly timeZone?: string | null;
  readonly dateFormat?: string | null;
  readonly timeFormat?: string | null;
  readonly delegateMeetingMessageDeliveryOptions?: string | null;
  readonly language?: { readonly locale?: string | null } | null;
  readonly workingHours?: {
    readonly daysOfWeek?: readonly string[] | null;
    readonly startTime?: string | null;
    readonly endTime?: string | null;
    readonly timeZone?: { readonly name?: string | null } | null;
  } | null;
  readonly automaticRepliesSetting?: {
    readonly status?: string | null;
    readonly externalAudience?: string | null;
    readonly internalReplyMessage?: string | null;
    readonly externalReplyMessage?: string | null;
    readonly scheduledStartDateTime?: GraphMoment | null;
    readonly scheduledEndDateTime?: GraphMoment | null;
  } | null;
}

/** https://learn.microsoft.com/en-us/graph/api/resources/calendarpermission */
export interface GraphPermission {
  readonly id: string;
  readonly role?: string | null;
  readonly emailAddress?: { readonly name?: string | null; readonly address?: string | null } | null;
}
