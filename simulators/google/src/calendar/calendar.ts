import type { CalendarEvent } from './event.ts';

/** From nothing to everything; each includes what stands before it. */
export const ROLES = ['none', 'freeBusyReader', 'reader', 'writerWithoutPrivateAccess', 'writer', 'owner'] as const;
export type Role = (typeof ROLES)[number];

export const atLeast = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);

export interface AclRule {
  readonly id: string;
  readonly scope: { readonly type: 'default' | 'user' | 'group' | 'domain'; readonly value?: string };
  /** `none`: taken back; the rule stays for those who ask what changed. */
  role: Role;
  changed: number;
}

/** A calendar, whoever sees it. */
export class Calendar {
  readonly id: string;
  /** Address of the user whose it is. */
  readonly owner: string;
  readonly primary: boolean;
  summary: string;
  description: string | undefined;
  location: string | undefined;
  timeZone: string;
  deleted = false;
  version = 1;
  readonly events = new Map<string, CalendarEvent>();
  /** By iCalUID: the event or series (not its exceptions), deleted ones too. */
  readonly byUid = new Map<string, CalendarEvent>();
  /** By the series' id. */
  readonly exceptions = new Map<string, Map<string, CalendarEvent>>();
  readonly acl = new Map<string, AclRule>();
  #sequence = 0;

  constructor(
    id: string,
    more: {
      owner: string;
      primary: boolean;
      summary: string;
      timeZone: string;
      description?: string;
      location?: string;
    },
  ) {
    this.id = id;
    this.owner = more.owner;
    this.primary = more.primary;
    this.summary = more.summary;
    this.timeZone = more.timeZone;
    this.description = more.description;
    this.location = more.location;
    const rule = `user:${more.owner}`;
    this.acl.set(rule, { id: rule, scope: { type: 'user', value: more.owner }, role: 'owner', changed: this.next() });
  }

  /** How many changes there were: each has its number. */
  get sequence(): number {
    return this.#sequence;
  }

  next(): number {
    return ++this.#sequence;
  }

  put(event: CalendarEvent): void {
    this.events.set(event.id, event);
    if (event.recurringEventId === undefined) {
      this.byUid.set(event.iCalUID, event);
      return;
    }
    const others = this.exceptions.get(event.recurringEventId) ?? new Map<string, CalendarEvent>();
    others.set(event.id, event);
    this.exceptions.set(event.recurringEventId, others);
  }

  /** An exception that is none any more, as if it had never been. */
  dropException(event: CalendarEvent): void {
    this.events.delete(event.id);
    this.exceptions.get(event.recurringEventId ?? '')?.delete(event.id);
  }

  exceptionsOf(series: CalendarEvent): CalendarEvent[] {
    return [...(this.exceptions.get(series.id)?.values() ?? [])];
  }
}

/** How a calendar looks in one user's list. */
export interface ListEntry {
  readonly calendar: Calendar;
  summaryOverride: string | undefined;
  colorId: string;
  /** Colors that were given as RGB. */
  rgb: { readonly backgroundColor: string; readonly foregroundColor: string } | undefined;
  hidden: boolean;
  selected: boolean;
  defaultReminders: readonly { readonly method: string; readonly minutes: number }[];
  notifications: readonly { readonly type: string; readonly method: string }[];
  deleted: boolean;
  changed: number;
}
