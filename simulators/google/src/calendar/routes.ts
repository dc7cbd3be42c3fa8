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

const ALL = 'calendar';
const READ_ALL = 'calendar.readonly';
const EVENTS_READ = [ALL, READ_ALL, 'calendar.events', 'calendar.events.readonly', 'calendar.events.owned'];
const EVENTS = [ALL, 'calendar.events', 'calendar.events.owned'];
const LIST_READ = [ALL, READ_ALL, 'calendar.calendarlist', 'calendar.calendarlist.readonly'];
const LIST = [ALL, 'calendar.calendarlist'];
const CALENDARS_READ = [ALL, READ_ALL, 'calendar.calendars', 'calendar.calendars.readonly'];
const CALENDARS = [ALL, 'calendar.calendars'];
const ACLS_READ = [ALL, READ_ALL, 'calendar.acls', 'calendar.acls.readonly'];
const ACLS = [ALL, 'calendar.acls'];
const SETTINGS = [ALL, READ_ALL, 'calendar.settings.readonly'];

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
  route('calendarList.list', 'GET', `${V3}/users/me/calendarList`, LIST_READ, listCalendars),
  route('calendarList.insert', 'POST', `${V3}/users/me/calendarList`, LIST, insertListEntry),
  route('calendarList.get', 'GET', ENTRY, LIST_READ, getListEntry),
  route('calendarList.patch', 'PATCH', ENTRY, LIST, (request) => changeListEntry(request, false)),
  route('calendarList.update', 'PUT', ENTRY, LIST, (request) => changeListEntry(request, true)),
  route('calendarList.delete', 'DELETE', ENTRY, LIST, deleteListEntry),
  route('settings.list', 'GET', `${V3}/users/me/settings`, SETTINGS, listSettings),
  route('settings.get', 'GET', `${V3}/users/me/settings/{setting}`, SETTINGS, getSetting),
  route('colors.get', 'GET', `${V3}/colors`, [ALL, READ_ALL, ...EVENTS_READ], getColors),
  route('calendars.insert', 'POST', `${V3}/calendars`, [...CALENDARS, 'calendar.app.created'], insertCalendar),
  route('calendars.get', 'GET', CALENDAR, CALENDARS_READ, getCalendar),
  route('calendars.patch', 'PATCH', CALENDAR, CALENDARS, (request) => changeCalendar(request, false)),
  route('calendars.update', 'PUT', CALENDAR, CALENDARS, (request) => changeCalendar(request, true)),
  route('calendars.delete', 'DELETE', CALENDAR, CALENDARS, deleteCalendar),
  route('calendars.clear', 'POST', `${CALENDAR}/clear`, CALENDARS, clearRequest),
  route('acl.list', 'GET', `${CALENDAR}/acl`, ACLS_READ, listAcl),
  route('acl.insert', 'POST', `${CALENDAR}/acl`, ACLS, insertAclRule),
  route('acl.get', 'GET', RULE, ACLS_READ, getAclRule),
  route('acl.patch', 'PATCH', RULE, ACLS, changeAclRule),
  route('acl.update', 'PUT', RULE, ACLS, changeAclRule),
  route('acl.delete', 'DELETE', RULE, ACLS, deleteAclRule),
  route('events.list', 'GET', `${CALENDAR}/events`, EVENTS_READ, listEvents),
  route('events.insert', 'POST', `${CALENDAR}/events`, EVENTS, insertEvent),
  route('events.import', 'POST', `${CALENDAR}/events/import`, EVENTS, importRequest),
  route('events.get', 'GET', EVENT, EVENTS_READ, getEvent),
  route('events.patch', 'PATCH', EVENT, EVENTS, (request) => changeRequest(request, 'patch')),
  route('events.update', 'PUT', EVENT, EVENTS, (request) => changeRequest(request, 'update')),
  route('events.delete', 'DELETE', EVENT, EVENTS, deleteRequest),
  route('events.move', 'POST', `${EVENT}/move`, EVENTS, moveRequest),
  route('events.instances', 'GET', `${EVENT}/instances`, EVENTS_READ, listInstances),
];
