import type { Call } from '../http/call.ts';
import { empty, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import {
  changeAclRule,
  changeCalendar,
  changeListEntry,
  deleteAclRule,
  deleteCalendar,
  deleteListEntry,
  getAclRule,
  getCalendar,
  getColors,
  getListEntry,
  getSetting,
  insertAclRule,
  insertCalendar,
  insertListEntry,
  listAcl,
  listCalendars,
  listSettings,
} from './calendar-requests.ts';
import {
  changeRequest,
  clearRequest,
  deleteRequest,
  getEvent,
  importRequest,
  insertEvent,
  moveRequest,
} from './event-requests.ts';
import { listEvents, listInstances } from './list-requests.ts';
import { calendarsOf } from './place.ts';
import { type Answer, type CalendarRequest, Parameters } from './request.ts';

/** Parameters that are taken, and change nothing here. */
const WITHOUT_EFFECT = [
  'alwaysIncludeEmail',
  'colorRgbFormat',
  'conferenceDataVersion',
  'eventLabelVersion',
  'maxAttendees',
  'sendNotifications',
  'sendUpdates',
  'showHiddenInvitations',
  'supportsAttachments',
];

function requestOf(call: Call): CalendarRequest {
  const { cloud, user } = call;
  const world = calendarsOf(cloud);
  const person = world.around.person(user.primaryEmail);
  if (person === undefined) throw new Error(`${user.primaryEmail} is nobody`);
  return {
    world,
    person,
    parameters: new Parameters(call.query),
    ifMatch: call.header('if-match'),
    ifNoneMatch: call.header('if-none-match'),
    assumptions: cloud.assumptions,
    syncTokensInvalidBefore: cloud.faults.syncTokensInvalidBefore,
    path: (name) => call.parameter(name),
    body: () => call.json(),
    seal: (kind, content) => cloud.sealToken(`${kind} ${person.email}`, content),
    unseal: (kind, token, parameter) => cloud.openToken(`${kind} ${person.email}`, token, parameter),
  };
}

const handler =
  (handle: (request: CalendarRequest) => Answer) =>
  (call: Call): Result => {
    const answer = handle(requestOf(call));
    // Known everywhere, of use in some places only.
    for (const name of WITHOUT_EFFECT) call.query.text(name);
    if (answer.json === undefined) return empty();
    const headers: Record<string, string> = answer.etag === undefined ? {} : { etag: answer.etag };
    if (answer.notModified === true) return empty(304, headers);
    return json(answer.json, { headers });
  };

/** Of each method, the scopes of which one suffices, as the discovery document has them. */
const ALL = 'calendar';
const READ = 'calendar.readonly';
const APP = 'calendar.app.created';
const EVENTS_CHANGED = [ALL, 'calendar.events', 'calendar.events.owned'];
const SCOPES = {
  acl: [ALL, 'calendar.acls'],
  aclListed: [ALL, 'calendar.acls', 'calendar.acls.readonly'],
  aclRead: [ALL, READ, 'calendar.acls', 'calendar.acls.readonly'],
  list: [ALL, APP, 'calendar.calendarlist'],
  listAdded: [ALL, 'calendar.calendarlist'],
  listRead: [ALL, READ, 'calendar.calendarlist', 'calendar.calendarlist.readonly'],
  entryRead: [ALL, READ, APP, 'calendar.calendarlist', 'calendar.calendarlist.readonly'],
  calendars: [ALL, APP, 'calendar.calendars'],
  calendarsCleared: [ALL, 'calendar.calendars'],
  calendarsRead: [ALL, READ, APP, 'calendar.calendars', 'calendar.calendars.readonly'],
  settings: [ALL, READ, 'calendar.settings.readonly'],
  colors: [
    ALL,
    READ,
    APP,
    'calendar.calendarlist',
    'calendar.calendarlist.readonly',
    'calendar.events.freebusy',
    'calendar.events.owned',
    'calendar.events.owned.readonly',
    'calendar.events.public.readonly',
  ],
  events: [...EVENTS_CHANGED, APP],
  eventsMoved: EVENTS_CHANGED,
  eventsRead: [
    ...EVENTS_CHANGED,
    APP,
    READ,
    'calendar.events.freebusy',
    'calendar.events.owned.readonly',
    'calendar.events.public.readonly',
    'calendar.events.readonly',
  ],
} as const;

const V3 = '/calendar/v3';
const CALENDAR = `${V3}/calendars/{calendarId}`;
const EVENT = `${CALENDAR}/events/{eventId}`;
const ENTRY = `${V3}/users/me/calendarList/{calendarId}`;
const RULE = `${CALENDAR}/acl/{ruleId}`;

function route(
  id: string,
  method: Route['method'],
  path: string,
  scopes: readonly string[],
  handle: (request: CalendarRequest) => Answer,
): Route {
  return { id: `calendar.${id}`, method, path, scopes, handle: handler(handle) };
}

/** https://developers.google.com/workspace/calendar/api/v3/reference */
export const routes: readonly Route[] = [
  route('calendarList.list', 'GET', `${V3}/users/me/calendarList`, SCOPES.listRead, listCalendars),
  route('calendarList.insert', 'POST', `${V3}/users/me/calendarList`, SCOPES.listAdded, insertListEntry),
  route('calendarList.get', 'GET', ENTRY, SCOPES.entryRead, getListEntry),
  route('calendarList.patch', 'PATCH', ENTRY, SCOPES.list, (request) => changeListEntry(request, false)),
  route('calendarList.update', 'PUT', ENTRY, SCOPES.list, (request) => changeListEntry(request, true)),
  route('calendarList.delete', 'DELETE', ENTRY, SCOPES.list, deleteListEntry),
  route('settings.list', 'GET', `${V3}/users/me/settings`, SCOPES.settings, listSettings),
  route('settings.get', 'GET', `${V3}/users/me/settings/{setting}`, SCOPES.settings, getSetting),
  route('colors.get', 'GET', `${V3}/colors`, SCOPES.colors, getColors),
  route('calendars.insert', 'POST', `${V3}/calendars`, SCOPES.calendars, insertCalendar),
  route('calendars.get', 'GET', CALENDAR, SCOPES.calendarsRead, getCalendar),
  route('calendars.patch', 'PATCH', CALENDAR, SCOPES.calendars, (request) => changeCalendar(request, false)),
  route('calendars.update', 'PUT', CALENDAR, SCOPES.calendars, (request) => changeCalendar(request, true)),
  route('calendars.delete', 'DELETE', CALENDAR, SCOPES.calendars, deleteCalendar),
  route('calendars.clear', 'POST', `${CALENDAR}/clear`, SCOPES.calendarsCleared, clearRequest),
  route('acl.list', 'GET', `${CALENDAR}/acl`, SCOPES.aclListed, listAcl),
  route('acl.insert', 'POST', `${CALENDAR}/acl`, SCOPES.acl, insertAclRule),
  route('acl.get', 'GET', RULE, SCOPES.aclRead, getAclRule),
  route('acl.patch', 'PATCH', RULE, SCOPES.acl, changeAclRule),
  route('acl.update', 'PUT', RULE, SCOPES.acl, changeAclRule),
  route('acl.delete', 'DELETE', RULE, SCOPES.acl, deleteAclRule),
  route('events.list', 'GET', `${CALENDAR}/events`, SCOPES.eventsRead, listEvents),
  route('events.insert', 'POST', `${CALENDAR}/events`, SCOPES.events, insertEvent),
  route('events.import', 'POST', `${CALENDAR}/events/import`, SCOPES.events, importRequest),
  route('events.get', 'GET', EVENT, SCOPES.eventsRead, getEvent),
  route('events.patch', 'PATCH', EVENT, SCOPES.events, (request) => changeRequest(request, 'patch')),
  route('events.update', 'PUT', EVENT, SCOPES.events, (request) => changeRequest(request, 'update')),
  route('events.delete', 'DELETE', EVENT, SCOPES.events, deleteRequest),
  route('events.move', 'POST', `${EVENT}/move`, SCOPES.eventsMoved, moveRequest),
  route('events.instances', 'GET', `${EVENT}/instances`, SCOPES.eventsRead, listInstances),
];
