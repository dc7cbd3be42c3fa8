import type { AclRule, Calendar, ListEntry, Role } from './calendar.ts';
import { ROLES } from './calendar.ts';
import { aclJson, calendarJson, listEntryJson } from './calendar-json.ts';
import { calendarColors, eventColors, nearestCalendarColor } from './colors.ts';
import { isAddress, type Json } from './event-input.ts';
import { calendarOf } from './event-requests.ts';
import { conditionNotMet, forbidden, invalid, notFound, required } from './problems.ts';
import type { Answer, CalendarRequest } from './request.ts';
import { pageOf } from './small-lists.ts';
import { isZone } from './zones.ts';

export function getCalendar(request: CalendarRequest): Answer {
  return answer(calendarJson(calendarOf(request, 'reader')));
}

function answer(json: Json): Answer {
  return typeof json.etag === 'string' ? { json, etag: json.etag } : { json };
}

export function insertCalendar(request: CalendarRequest): Answer {
  const body = request.body();
  const { summary } = body;
  if (typeof summary !== 'string' || summary === '') throw required('Missing title.');
  const calendar = request.world.addCalendar(request.person.email, {
    summary,
    timeZone: zoneOf(body) ?? 'UTC',
    ...(typeof body.description === 'string' && { description: body.description }),
    ...(typeof body.location === 'string' && { location: body.location }),
  });
  return answer(calendarJson(calendar));
}

function zoneOf({ timeZone }: Json): string | undefined {
  if (timeZone === undefined || timeZone === null) return undefined;
  if (typeof timeZone !== 'string' || !isZone(timeZone)) throw invalid('Invalid time zone.');
  return timeZone;
}

/** @param whole update: what the body doesn't say is taken away */
export function changeCalendar(request: CalendarRequest, whole: boolean): Answer {
  const calendar = calendarOf(request, 'owner');
  const body = request.body();
  if (request.ifMatch !== undefined && request.ifMatch !== calendarJson(calendar).etag) throw conditionNotMet();
  const text = (name: string, before: string | undefined) => {
    const value = body[name];
    if (value === undefined) return whole ? undefined : before;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const summary = text('summary', calendar.summary);
  if (summary === undefined) throw required('Missing title.');
  const zone = zoneOf(body);
  calendar.summary = summary;
  calendar.description = text('description', calendar.description);
  calendar.location = text('location', calendar.location);
  calendar.timeZone = zone ?? calendar.timeZone;
  calendar.version++;
  return answer(calendarJson(calendar));
}

export function deleteCalendar(request: CalendarRequest): Answer {
  const calendar = calendarOf(request, 'owner');
  if (calendar.primary) throw forbidden('Primary calendars cannot be deleted.');
  request.world.removeCalendar(calendar);
  return {};
}

const entryJson = ({ world, person }: CalendarRequest, entry: ListEntry): Json =>
  listEntryJson(entry, world.roleOf(entry.calendar, person.email), entry.calendar.id === person.email);

export function listCalendars(request: CalendarRequest): Answer {
  const { parameters, world, person } = request;
  const list = world.list(person.email);
  const least = parameters.text('minAccessRole');
  if (least !== undefined && !ROLES.includes(least as Role)) throw invalid('Invalid value for: minAccessRole');
  const hidden = parameters.flag('showHidden');
  const own = parameters.flag('showOwnOrganizationOnly');
  const domain = person.email.slice(person.email.indexOf('@'));
  const page = pageOf(request, 'calendar-list', [...list.entries.values()], list.sequence, {
    isGone: ({ deleted }) => deleted,
    incompatible: ['minAccessRole'],
  });
  const items = page.items.filter((entry) => {
    if (!page.isSync && entry.hidden && !hidden) return false;
    if (own && !entry.calendar.owner.endsWith(domain)) return false;
    return (
      least === undefined || ROLES.indexOf(world.roleOf(entry.calendar, person.email)) >= ROLES.indexOf(least as Role)
    );
  });
  return answer({
    kind: 'calendar#calendarList',
    etag: `"p${list.sequence}"`,
    ...page.tokens,
    items: items.map((entry) => entryJson(request, entry)),
  });
}

/** The user's entry of the calendar in the path. */
function entryOf(request: CalendarRequest): ListEntry {
  const { world, person } = request;
  const id = request.path('calendarId');
  const entry = world.list(person.email).entries.get(id === 'primary' ? person.email : id.toLowerCase());
  if (entry === undefined || entry.deleted) throw notFound();
  return entry;
}

export function getListEntry(request: CalendarRequest): Answer {
  return answer(entryJson(request, entryOf(request)));
}

export function insertListEntry(request: CalendarRequest): Answer {
  const { world, person } = request;
  const body = request.body();
  if (typeof body.id !== 'string') throw required('Missing calendar id.');
  const calendar = world.calendar(body.id, person.email, 'freeBusyReader');
  const list = world.list(person.email);
  const known = list.entries.get(calendar.id);
  const entry = known === undefined || known.deleted ? list.add(calendar) : known;
  changeEntry(request, entry, body, false);
  return answer(entryJson(request, entry));
}

export function changeListEntry(request: CalendarRequest, whole: boolean): Answer {
  const entry = entryOf(request);
  changeEntry(request, entry, request.body(), whole);
  return answer(entryJson(request, entry));
}

function changeEntry(request: CalendarRequest, entry: ListEntry, body: Json, whole: boolean): void {
  const given = <T>(name: string, before: T, otherwise: T): T =>
    name in body ? ((body[name] ?? otherwise) as T) : whole ? otherwise : before;
  const isRgb = request.parameters.flag('colorRgbFormat');
  if (isRgb && typeof body.backgroundColor === 'string') {
    const colors = {
      backgroundColor: body.backgroundColor,
      foregroundColor: String(body.foregroundColor ?? '#000000'),
    };
    for (const color of Object.values(colors)) {
      if (!/^#[0-9a-f]{6}$/i.test(color)) throw invalid('Invalid color.');
    }
    entry.rgb = colors;
    entry.colorId = nearestCalendarColor(colors.backgroundColor.toLowerCase());
  } else if (body.colorId !== undefined) {
    if (calendarColors[String(body.colorId)] === undefined) throw invalid('Invalid calendar color id.');
    entry.colorId = String(body.colorId);
    entry.rgb = undefined;
  }
  entry.summaryOverride = given<string | undefined>('summaryOverride', entry.summaryOverride, undefined);
  entry.hidden = given('hidden', entry.hidden, false);
  entry.selected = given('selected', entry.selected, false);
  entry.defaultReminders = given('defaultReminders', entry.defaultReminders, []);
  const settings = given<Json | undefined>('notificationSettings', { notifications: entry.notifications }, undefined);
  entry.notifications = (settings?.notifications ?? []) as ListEntry['notifications'];
  entry.changed = request.world.list(request.person.email).next();
}

export function deleteListEntry(request: CalendarRequest): Answer {
  const entry = entryOf(request);
  const { world, person } = request;
  if (entry.calendar.id === person.email) throw forbidden('The primary calendar cannot be removed.');
  world.list(person.email).remove(entry.calendar);
  return {};
}

export function listAcl(request: CalendarRequest): Answer {
  const calendar = calendarOf(request, 'owner');
  const page = pageOf(request, `calendar-acl ${calendar.id}`, [...calendar.acl.values()], calendar.sequence, {
    isGone: ({ role }) => role === 'none',
    incompatible: [],
  });
  return answer({
    kind: 'calendar#acl',
    etag: `"p${calendar.sequence}"`,
    ...page.tokens,
    items: page.items.map(aclJson),
  });
}

function ruleOf(request: CalendarRequest, calendar: Calendar): AclRule {
  const rule = calendar.acl.get(request.path('ruleId'));
  if (rule === undefined || rule.role === 'none') throw notFound();
  return rule;
}

export function getAclRule(request: CalendarRequest): Answer {
  const calendar = calendarOf(request, 'owner');
  return answer(aclJson(ruleOf(request, calendar)));
}

export function insertAclRule(request: CalendarRequest): Answer {
  const calendar = calendarOf(request, 'owner');
  const body = request.body();
  const scope = scopeOf(body);
  const id = scope.value === undefined ? scope.type : `${scope.type}:${scope.value}`;
  const rule: AclRule = { id, scope, role: roleOf(body), changed: calendar.next() };
  calendar.acl.set(id, rule);
  shared(request, calendar, rule);
  return answer(aclJson(rule));
}

export function changeAclRule(request: CalendarRequest): Answer {
  const calendar = calendarOf(request, 'owner');
  const rule = ruleOf(request, calendar);
  const body = request.body();
  const role = body.role === undefined ? rule.role : roleOf(body);
  if (rule.scope.value === calendar.owner && role !== 'owner') throw forbidden('Cannot change your own access level.');
  rule.role = role;
  rule.changed = calendar.next();
  shared(request, calendar, rule);
  return answer(aclJson(rule));
}

export function deleteAclRule(request: CalendarRequest): Answer {
  const calendar = calendarOf(request, 'owner');
  const rule = ruleOf(request, calendar);
  if (rule.scope.value === calendar.owner) throw forbidden('Cannot remove your own access.');
  rule.role = 'none';
  rule.changed = calendar.next();
  return {};
}

/** People and groups are told by mail, unless sendNotifications is false: unlike events', it is true unless said. */
function shared(request: CalendarRequest, calendar: Calendar, { scope, role }: AclRule): void {
  if (request.parameters.optionalFlag('sendNotifications') === false || role === 'none') return;
  if (scope.value === undefined || scope.type === 'domain') return;
  request.world.mail(calendar, 'sharing', { iCalUID: undefined, subject: calendar.summary }, [scope.value]);
}

function roleOf({ role }: Json): Role {
  if (typeof role !== 'string') throw required('Missing role.');
  if (!ROLES.includes(role as Role)) throw invalid('Invalid role.');
  return role as Role;
}

function scopeOf(body: Json): AclRule['scope'] {
  const { type, value } = (body.scope ?? {}) as Json;
  if (type === 'default') return { type };
  if (type !== 'user' && type !== 'group' && type !== 'domain') throw invalid('Invalid scope type.');
  if (typeof value !== 'string' || (type === 'domain' ? !/^[\w.-]+\.\w+$/.test(value) : !isAddress(value))) {
    throw invalid('Invalid scope value.');
  }
  return { type, value: value.toLowerCase() };
}

export function getColors(): Answer {
  return {
    json: {
      kind: 'calendar#colors',
      updated: '2012-02-14T00:00:00.000Z',
      calendar: calendarColors,
      event: eventColors,
    },
  };
}

const SETTINGS: Readonly<Record<string, string>> = {
  autoAddHangouts: 'true',
  dateFieldOrder: 'DMY',
  defaultEventLength: '60',
  format24HourTime: 'true',
  hideInvitations: 'false',
  hideWeekends: 'false',
  locale: 'en',
  remindOnRespondedEventsOnly: 'false',
  showDeclinedEvents: 'true',
  timezone: 'Europe/Berlin',
  useKeyboardShortcuts: 'true',
  weekStart: '1',
};

const settingJson = (id: string): Json => ({
  kind: 'calendar#setting',
  etag: `"s-${id}"`,
  id,
  value: SETTINGS[id] as string,
});

export function listSettings(request: CalendarRequest): Answer {
  const all = Object.keys(SETTINGS).map((id, at) => ({ id, changed: at + 1 }));
  const page = pageOf(request, 'calendar-settings', all, all.length, { isGone: () => false, incompatible: [] });
  return {
    json: {
      kind: 'calendar#settings',
      etag: '"s"',
      ...page.tokens,
      items: page.items.map(({ id }) => settingJson(id)),
    },
  };
}

export function getSetting(request: CalendarRequest): Answer {
  const id = request.path('setting');
  if (SETTINGS[id] === undefined) throw notFound();
  return answer(settingJson(id));
}
