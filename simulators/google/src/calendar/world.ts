import { atLeast, Calendar, type ListEntry, type Role } from './calendar.ts';
import type { CalendarMail } from './mail.ts';
import { accessDenied, notFound } from './problems.ts';

/** Somebody who has an account here. */
export interface Person {
  readonly email: string;
  readonly displayName: string;
  /** Groups that the person is in, by address. */
  readonly groups: readonly string[];
}

/** What the calendars need to know of everything else. */
export interface Surroundings {
  now(): number;
  /** A new identifier: lower-case letters a to v and digits. */
  newId(length: number): string;
  /** Undefined for somebody who has no account here. */
  person(email: string): Person | undefined;
}

/** All calendars of the simulator: they are shared across domains. */
export class CalendarWorld {
  readonly around: Surroundings;
  readonly mails: CalendarMail[] = [];
  readonly #calendars = new Map<string, Calendar>();
  readonly #lists = new Map<string, CalendarList>();

  constructor(around: Surroundings) {
    this.around = around;
  }

  /** A user's primary calendar; it is made when first asked for. Undefined for strangers. */
  primary(email: string): Calendar | undefined {
    const known = this.#calendars.get(email);
    if (known !== undefined) return known;
    const person = this.around.person(email);
    if (person === undefined) return undefined;
    const calendar = new Calendar(person.email, {
      owner: person.email,
      primary: true,
      summary: person.email,
      timeZone: 'Europe/Berlin',
    });
    this.#calendars.set(calendar.id, calendar);
    return calendar;
  }

  addCalendar(
    owner: string,
    more: { summary: string; timeZone: string; description?: string; location?: string },
  ): Calendar {
    const calendar = new Calendar(`c_${this.around.newId(26)}@group.calendar.google.com`, {
      owner,
      primary: false,
      ...more,
    });
    this.#calendars.set(calendar.id, calendar);
    this.list(owner).add(calendar);
    return calendar;
  }

  /** Takes a calendar away from everybody. */
  removeCalendar(calendar: Calendar): void {
    calendar.deleted = true;
    this.#calendars.delete(calendar.id);
    for (const list of this.#lists.values()) list.remove(calendar);
  }

  list(email: string): CalendarList {
    const known = this.#lists.get(email);
    if (known !== undefined) return known;
    const list = new CalendarList();
    const primary = this.primary(email);
    if (primary !== undefined) list.add(primary);
    this.#lists.set(email, list);
    return list;
  }

  /** What a user may do with a calendar. */
  roleOf(calendar: Calendar, email: string): Role {
    const domain = email.slice(email.indexOf('@') + 1);
    let best: Role = 'none';
    for (const { scope, role } of calendar.acl.values()) {
      const applies =
        scope.type === 'default' ||
        (scope.type === 'user' && scope.value === email) ||
        (scope.type === 'domain' && scope.value === domain) ||
        (scope.type === 'group' && this.around.person(email)?.groups.includes(scope.value ?? '') === true);
      if (applies && atLeast(role, best)) best = role;
    }
    return best;
  }

  /** The calendar by id or `primary`. Throws 404 for one that the user can't see, 403 if the role isn't enough. */
  calendar(id: string, email: string, needed: Role): Calendar {
    const key = id === 'primary' ? email : id.toLowerCase();
    const calendar = this.#calendars.get(key) ?? this.primary(key);
    if (calendar === undefined) throw notFound();
    const role = this.roleOf(calendar, email);
    if (role === 'none') throw notFound();
    if (!atLeast(role, needed)) throw accessDenied();
    return calendar;
  }

  /** Writes down one mail, unless nobody would get it. */
  mail(
    calendar: Calendar,
    kind: CalendarMail['kind'],
    about: Pick<CalendarMail, 'iCalUID' | 'subject'>,
    to: readonly string[],
  ): void {
    const recipients = to.filter((address) => address !== calendar.id);
    if (recipients.length === 0) return;
    this.mails.push({ at: this.around.now(), calendar: calendar.id, kind, ...about, recipients });
  }
}

/** One user's list of calendars. */
export class CalendarList {
  readonly entries = new Map<string, ListEntry>();
  #sequence = 0;

  get sequence(): number {
    return this.#sequence;
  }

  next(): number {
    return ++this.#sequence;
  }

  add(calendar: Calendar): ListEntry {
    const entry: ListEntry = {
      calendar,
      summaryOverride: undefined,
      colorId: calendar.primary ? '14' : String(1 + (this.entries.size % 24)),
      rgb: undefined,
      hidden: false,
      selected: true,
      defaultReminders: calendar.primary ? [{ method: 'popup', minutes: 10 }] : [],
      notifications: calendar.primary
        ? ['eventCreation', 'eventChange', 'eventCancellation', 'eventResponse'].map((type) => ({
            type,
            method: 'email',
          }))
        : [],
      deleted: false,
      changed: this.next(),
    };
    this.entries.set(calendar.id, entry);
    return entry;
  }

  remove(calendar: Calendar): void {
    const entry = this.entries.get(calendar.id);
    if (entry === undefined || entry.deleted) return;
    entry.deleted = true;
    entry.changed = this.next();
  }
}
