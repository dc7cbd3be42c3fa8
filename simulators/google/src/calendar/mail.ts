/** Mail that Calendar would have sent. Nothing is delivered: it is only written down. */
export interface CalendarMail {
  readonly at: number;
  /** Whose calendar it comes from: the calendar's id. */
  readonly calendar: string;
  readonly kind: 'invitation' | 'update' | 'cancellation' | 'response' | 'sharing';
  /** Of the event; undefined for sharing. */
  readonly iCalUID: string | undefined;
  readonly subject: string;
  readonly recipients: readonly string[];
}

/** Who is told of a change to an event. */
export type SendUpdates = 'all' | 'externalOnly' | 'none';

/**
 * `sendUpdates`, or the old `sendNotifications`; nobody unless said.
 * https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
 */
export function sendUpdatesOf(sendUpdates: string | undefined, sendNotifications: boolean | undefined): SendUpdates {
  if (sendUpdates === 'all' || sendUpdates === 'externalOnly' || sendUpdates === 'none') return sendUpdates;
  return sendNotifications === true ? 'all' : 'none';
}
