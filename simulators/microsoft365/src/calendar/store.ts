import { ChangeLog } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { ExtendedProperties } from '../mail/extended-property.ts';
import { emptyBody } from '../outlook/item-body.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import { type CalendarEvent, type EmailAddress, type EventException, type EventFields, noResponse } from './event.ts';
import { type Instance, instanceOn, singleInstance, spanOf } from './series.ts';

export const colors = [
  'auto',
  'lightBlue',
  'lightGreen',
  'lightOrange',
  'lightGray',
  'lightYellow',
  'lightTeal',
  'lightPink',
  'lightBrown',
  'lightRed',
  'maxColor',
] as const;

export const roles = [
  'none',
  'freeBusyRead',
  'limitedRead',
  'read',
  'write',
  'delegateWithoutPrivateEventAccess',
  'delegateWithPrivateEventAccess',
  'custom',
] as const;
export type Role = (typeof roles)[number];

export interface CalendarPermission {
  readonly id: string;
  readonly name: string;
  /** Undefined for "My Organization". */
  readonly address: string | undefined;
  readonly isInsideOrganization: boolean;
  readonly isRemovable: boolean;
  role: Role;
}

export interface Calendar {
  readonly id: string;
  name: string;
  color: (typeof colors)[number];
  hexColor: string;
  groupId: string;
  readonly isDefault: boolean;
  /** False for the likes of Birthdays, which Outlook fills itself. */
  readonly canEdit: boolean;
  readonly isRemovable: boolean;
  version: number;
  readonly permissions: CalendarPermission[];
  properties: ExtendedProperties;
  /** Set for a calendar that somebody else shares: its events are theirs. */
  readonly shared:
    | { readonly mailbox: CalendarMailbox; readonly calendar: Calendar; readonly canEdit: boolean }
    | undefined;
  readonly log: ChangeLog;
  /** Ids that events had when they left, by their constant ids. */
  readonly gone: Map<string, string>;
}

export interface CalendarGroup {
  readonly id: string;
  name: string;
  readonly classId: string;
  version: number;
}

/** The group that Outlook calls My Calendars, by the class id that it has everywhere. */
const myCalendars = '0006f0b7-0000-0000-c000-000000000046';

/** What finding an event by an id gives: the event, or one instance of a series. */
export type Found = { readonly event: CalendarEvent; readonly instance: Instance | undefined };

/** The calendars of one mailbox. */
export class CalendarMailbox {
  readonly cloud: Cloud;
  readonly tenant: Tenant;
  readonly user: DirectoryUser;
  readonly calendars = new Map<string, Calendar>();
  readonly groups = new Map<string, CalendarGroup>();
  /** By constant id. */
  readonly events = new Map<string, CalendarEvent>();
  readonly byTransaction = new Map<string, CalendarEvent>();
  readonly #byId = new Map<string, CalendarEvent>();
  readonly defaultCalendar: Calendar;

  constructor(cloud: Cloud, tenant: Tenant, user: DirectoryUser) {
    this.cloud = cloud;
    this.tenant = tenant;
    this.user = user;
    const group = this.addGroup('My Calendars', myCalendars);
    this.defaultCalendar = this.addCalendar('Calendar', { groupId: group.id, isDefault: true, isRemovable: false });
  }

  addGroup(name: string, classId = this.cloud.ids.guid()): CalendarGroup {
    const group = { id: this.cloud.ids.mutable(), name, classId, version: 1 };
    this.groups.set(group.id, group);
    return group;
  }

  addCalendar(name: string, more: Partial<Omit<Calendar, 'id' | 'name' | 'log' | 'gone'>> = {}): Calendar {
    const calendar: Calendar = {
      id: this.cloud.ids.mutable(),
      name,
      color: 'auto',
      hexColor: '',
      groupId: [...this.groups.keys()][0] as string,
      isDefault: false,
      canEdit: true,
      isRemovable: true,
      version: 1,
      permissions: [
        {
          id: this.cloud.ids.token(24),
          name: 'My Organization',
          address: undefined,
          isInsideOrganization: true,
          isRemovable: false,
          role: 'freeBusyRead',
        },
      ],
      properties: new Map(),
      shared: undefined,
      log: new ChangeLog(),
      gone: new Map(),
      ...more,
    };
    this.calendars.set(calendar.id, calendar);
    return calendar;
  }

  /** With all its events; nobody is told. */
  removeCalendar(calendar: Calendar): void {
    for (const event of this.eventsIn(calendar)) this.removeEvent(event);
    this.calendars.delete(calendar.id);
  }

  eventsIn(calendar: Calendar): CalendarEvent[] {
    return [...this.events.values()].filter((event) => event.calendarId === calendar.id);
  }

  get owner(): EmailAddress {
    return { name: this.user.displayName, address: this.user.mail };
  }

  /** A new event; what isn't given is as Exchange presets it. Nobody is told. */
  addEvent(
    calendar: Calendar,
    fields: Pick<EventFields, 'start' | 'end'> & Partial<EventFields>,
    more: Partial<Omit<CalendarEvent, 'id' | 'calendarId' | 'immutableId' | 'fields' | 'version'>> = {},
  ): CalendarEvent {
    const now = more.createdAt ?? this.cloud.clock.now();
    const isOrganizer = more.isOrganizer ?? true;
    const event: CalendarEvent = {
      immutableId: this.cloud.ids.immutable(),
      id: this.cloud.ids.mutable(),
      calendarId: calendar.id,
      iCalUId: newCalendarUid(this.cloud, now),
      createdAt: now,
      modifiedAt: now,
      version: 1,
      fields: {
        ...presets,
        responseStatus: { ...noResponse, response: isOrganizer ? 'organizer' : 'notResponded' },
        ...fields,
      },
      recurrence: null,
      exceptions: new Map(),
      cancelled: new Set(),
      organizer: this.owner,
      isOrganizer,
      isCancelled: false,
      transactionId: null,
      originalStartTimeZone: fields.start.zone,
      originalEndTimeZone: fields.end.zone,
      formerSpans: [],
      ...more,
    };
    this.events.set(event.immutableId, event);
    this.#byId.set(event.id, event);
    if (event.transactionId !== null) this.byTransaction.set(event.transactionId, event);
    calendar.log.touch(event.immutableId, now);
    return event;
  }

  /** Changes an event: `change` sets what is new; version, time and log follow. */
  changeEvent(event: CalendarEvent, change: () => void): void {
    const span = spanOf(event);
    change();
    const now = this.cloud.clock.now();
    if (spanOf(event).some((end, at) => end !== span[at])) event.formerSpans.push(span);
    event.version++;
    event.modifiedAt = now;
    this.#calendarOf(event).log.touch(event.immutableId, now);
  }

  /** Changes one instance of a series, which becomes an exception. */
  changeInstance(event: CalendarEvent, date: string, fields: Partial<EventFields>): void {
    this.changeEvent(event, () => {
      const before: EventException = event.exceptions.get(date) ?? {
        fields: {},
        version: event.version,
        modifiedAt: 0,
      };
      event.exceptions.set(date, {
        fields: { ...before.fields, ...fields },
        version: before.version + 1,
        modifiedAt: this.cloud.clock.now(),
      });
    });
  }

  /** Takes one instance out of a series. */
  cancelInstance(event: CalendarEvent, date: string): void {
    this.changeEvent(event, () => {
      event.exceptions.delete(date);
      event.cancelled.add(date);
    });
  }

  removeEvent(event: CalendarEvent): void {
    const calendar = this.#calendarOf(event);
    this.events.delete(event.immutableId);
    this.#byId.delete(event.id);
    if (event.transactionId !== null) this.byTransaction.delete(event.transactionId);
    calendar.gone.set(event.immutableId, event.id);
    calendar.log.remove(event.immutableId, this.cloud.clock.now());
  }

  /** What Outlook does when somebody drags an event into another calendar: its changing id changes. */
  moveEvent(event: CalendarEvent, to: Calendar): void {
    const from = this.#calendarOf(event);
    const now = this.cloud.clock.now();
    from.gone.set(event.immutableId, event.id);
    from.log.remove(event.immutableId, now);
    this.#byId.delete(event.id);
    event.id = this.cloud.ids.mutable();
    event.calendarId = to.id;
    event.version++;
    event.modifiedAt = now;
    this.#byId.set(event.id, event);
    to.log.touch(event.immutableId, now);
  }

  /** By either id of an event, or of an instance of a series. Ids are case-sensitive. */
  find(id: string): Found | undefined {
    const event = this.#byId.get(id) ?? this.events.get(id);
    if (event !== undefined) return { event, instance: event.recurrence === null ? singleInstance(event) : undefined };
    const parsed = parseInstanceId(id);
    if (parsed === undefined) return undefined;
    const master = this.#byId.get(parsed.masterId) ?? this.events.get(parsed.masterId);
    const instance = master && instanceOn(master, parsed.date);
    return master === undefined || instance === undefined ? undefined : { event: master, instance };
  }

  #calendarOf(event: CalendarEvent): Calendar {
    const calendar = this.calendars.get(event.calendarId);
    if (calendar === undefined) throw new Error(`event ${event.immutableId} is in no calendar`);
    return calendar;
  }
}

const presets: Omit<EventFields, 'start' | 'end' | 'responseStatus'> = {
  subject: '',
  body: emptyBody,
  isAllDay: false,
  locations: [],
  attendees: [],
  isReminderOn: true,
  reminderMinutesBeforeStart: 15,
  showAs: 'busy',
  sensitivity: 'normal',
  importance: 'normal',
  categories: [],
  responseRequested: true,
  allowNewTimeProposals: true,
  hideAttendees: false,
  isOnlineMeeting: false,
  onlineMeetingProvider: 'unknown',
  joinUrl: null,
  attachments: [],
  properties: new Map(),
};

/** Fields of an event that has none yet, to read a new one's body against. */
export const blankFields: EventFields = {
  ...presets,
  responseStatus: noResponse,
  start: { wall: 0, zone: 'UTC' },
  end: { wall: 0, zone: 'UTC' },
};

/** A GlobalObjectId in hexadecimal, as Exchange makes them: [MS-OXOCAL] PidLidGlobalObjectId. */
function newCalendarUid(cloud: Cloud, now: number): string {
  const fileTime = Buffer.alloc(8);
  fileTime.writeBigUInt64LE(BigInt(now + 11_644_473_600_000) * 10_000n);
  const random = Buffer.from(cloud.ids.token(22), 'base64url');
  const parts = [fileTime, Buffer.alloc(8), Buffer.from([16, 0, 0, 0]), random];
  return `040000008200E00074C5B7101A82E00800000000${Buffer.concat(parts).toString('hex').toUpperCase()}`;
}

/** An instance's id has its master's in it, which no client may rely on. */
export function instanceId(masterId: string, date: string): string {
  return `${masterId.replace(/=+$/, '')}FRAA${Buffer.from(date.replaceAll('-', '')).toString('base64url')}EA==`;
}

function parseInstanceId(id: string): { masterId: string; date: string } | undefined {
  const match = /^(.+)FRAA([\w-]{11})EA==$/.exec(id);
  const digits = match === null ? '' : Buffer.from(match[2] as string, 'base64url').toString();
  if (match === null || !/^\d{8}$/.test(digits)) return undefined;
  return { masterId: `${match[1]}=`, date: `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}` };
}

const mailboxes = perTenant(() => new Map<string, CalendarMailbox>());

/** A user's calendars, made with the default one when first asked for. */
export function calendarMailbox(cloud: Cloud, tenant: Tenant, user: DirectoryUser): CalendarMailbox {
  const known = mailboxes(tenant).get(user.id);
  if (known !== undefined) return known;
  const mailbox = new CalendarMailbox(cloud, tenant, user);
  mailboxes(tenant).set(user.id, mailbox);
  return mailbox;
}

/** A link in one mailbox to a calendar of another. */
export function shareCalendar(from: CalendarMailbox, calendar: Calendar, to: CalendarMailbox, role: Role): Calendar {
  const { owner } = to;
  calendar.permissions.push({
    id: from.cloud.ids.token(24),
    name: owner.name,
    address: owner.address,
    isInsideOrganization: from.tenant === to.tenant,
    isRemovable: true,
    role,
  });
  const group =
    [...to.groups.values()].find(({ name }) => name === 'Other Calendars') ?? to.addGroup('Other Calendars');
  const canEdit = role === 'write' || role.startsWith('delegate');
  return to.addCalendar(from.user.displayName, {
    groupId: group.id,
    canEdit,
    shared: { mailbox: from, calendar, canEdit },
  });
}
