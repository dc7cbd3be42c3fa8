import { type Component, type Property, parameterOf, propertiesOf } from '../lines/content-line.ts';
import { readCalendar } from './calendar-object.ts';

const ITEMS: ReadonlySet<string> = new Set(['VEVENT', 'VTODO', 'VJOURNAL']);

export interface Meeting {
  /** Of whoever invites: `mailto:…`, lower case. */
  readonly organizers: readonly string[];
}

/**
 * A stored object that its server mails people about (RFC 6638 section 3.1): it has an organizer and attendees, and
 * somebody in it has not been left to the calendar program (SCHEDULE-AGENT, section 7.1). Undefined for all others.
 * What can't be parsed counts as a meeting of everybody: nothing is known of it.
 */
export function serverMeeting(body: Buffer): Meeting | undefined {
  let items: readonly Component[];
  try {
    items = readCalendar(body).components.filter((one) => ITEMS.has(one.name));
  } catch {
    return { organizers: [] };
  }
  const organizers = items.flatMap((one) => propertiesOf(one, 'ORGANIZER'));
  const attendees = items.flatMap((one) => propertiesOf(one, 'ATTENDEE'));
  if (organizers.length === 0 || attendees.length === 0) return undefined;
  if (![...organizers, ...attendees].some(isServers)) return undefined;
  return { organizers: [...new Set(organizers.map((one) => one.value.trim().toLowerCase()))] };
}

const isServers = (person: Property): boolean =>
  !/^(CLIENT|NONE)$/i.test(parameterOf(person, 'SCHEDULE-AGENT')?.trim() ?? 'SERVER');
