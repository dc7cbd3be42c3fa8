import type { Cloud } from '../cloud.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import type { Attendee, CalendarEvent, EventFields } from './event.ts';

/** Mail that Exchange would have sent about a meeting, or about a calendar that is shared. Nothing is delivered: it is only written down. */
export interface Invitation {
  readonly at: number;
  /** The tenant's domain. */
  readonly tenant: string;
  /** Whose mailbox sends it, by user principal name. */
  readonly mailbox: string;
  readonly kind: 'request' | 'update' | 'cancellation' | 'response' | 'forward' | 'sharing';
  readonly iCalUId: string;
  readonly subject: string;
  readonly recipients: readonly string[];
}

const log = perTenant<Invitation[]>(() => []);

/** All mail about meetings that a tenant's mailboxes sent, oldest first. */
export function invitationsOf(tenant: Tenant): Invitation[] {
  return log(tenant);
}

/** Whose mailbox an action happens in. */
export interface Sender {
  readonly cloud: Cloud;
  readonly tenant: Tenant;
  readonly user: DirectoryUser;
}

/** Writes down one mail, unless nobody would get it. */
export function send(
  { cloud, tenant, user }: Sender,
  kind: Invitation['kind'],
  event: Pick<CalendarEvent, 'iCalUId'>,
  subject: string,
  recipients: readonly string[],
): void {
  const others = recipients.filter((address) => address.toLowerCase() !== user.mail.toLowerCase());
  if (others.length === 0) return;
  log(tenant).push({
    at: cloud.clock.now(),
    tenant: tenant.domain,
    mailbox: user.userPrincipalName,
    kind,
    iCalUId: event.iCalUId,
    subject,
    recipients: others,
  });
}

const addresses = (attendees: readonly Attendee[]) => attendees.map(({ emailAddress }) => emailAddress.address);

/** An organizer's new meeting. */
export function sendRequest(sender: Sender, event: CalendarEvent): void {
  if (event.isOrganizer) send(sender, 'request', event, event.fields.subject, addresses(event.fields.attendees));
}

/** What an update may change without a word to the attendees: the organizer's own view of the meeting. */
const personal = new Set([
  'categories',
  'isReminderOn',
  'reminderMinutesBeforeStart',
  'singleValueExtendedProperties',
  'multiValueExtendedProperties',
]);

/**
 * An organizer's change of a meeting. Attendees alone in it: only those who came or went are told; otherwise everyone.
 * https://learn.microsoft.com/graph/api/event-update
 *
 * @param given the properties in the request's body
 * @param always true: every update mails, even one of personal properties alone (how Exchange behaves there isn't
 *   documented)
 */
export function sendUpdate(
  sender: Sender,
  event: CalendarEvent,
  before: EventFields,
  after: EventFields,
  given: ReadonlySet<string>,
  always: boolean,
): void {
  if (!event.isOrganizer) return;
  const was = new Set(addresses(before.attendees).map((address) => address.toLowerCase()));
  const is = new Set(addresses(after.attendees).map((address) => address.toLowerCase()));
  const added = addresses(after.attendees).filter((address) => !was.has(address.toLowerCase()));
  const removed = addresses(before.attendees).filter((address) => !is.has(address.toLowerCase()));
  const kept = addresses(after.attendees).filter((address) => was.has(address.toLowerCase()));
  send(sender, 'cancellation', event, after.subject, removed);
  send(sender, 'request', event, after.subject, added);
  const concernsAll = [...given].some((name) => name !== 'attendees' && (always || !personal.has(name)));
  if (concernsAll) send(sender, 'update', event, after.subject, kept);
}

/** An organizer's meeting, or instance of one, that no longer takes place. */
export function sendCancellation(sender: Sender, event: CalendarEvent, fields: EventFields): void {
  if (event.isOrganizer && !event.isCancelled)
    send(sender, 'cancellation', event, fields.subject, addresses(fields.attendees));
}
