import type { Call } from '../http/call.ts';
import { badRequest, GraphError, itemNotFound } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { normalizeFilterIds } from '../mail/extended-property.ts';
import { collectionReply } from '../odata/collection.ts';
import { changeKey } from '../odata/etag.ts';
import type { Expand } from '../odata/expand.ts';
import { checkExpand, checkSelect, project, shape } from '../odata/shape.ts';
import {
  expandedProperties,
  extendedPropertyFields,
  filterableProperties,
  withExtendedProperties,
} from '../outlook/extended-properties.ts';
import { boolean, emailAddress, invalid, object, oneOf, orNull, readOnly, text } from '../outlook/input.ts';
import { send, sendCancellation } from './invitations.ts';
import { accessDenied, calendarPaths, listedCalendar, mailboxOf, readCalendars, writeCalendars } from './place.ts';
import {
  type Calendar,
  type CalendarGroup,
  type CalendarMailbox,
  type CalendarPermission,
  colors,
  roles,
} from './store.ts';

const read = { permissions: readCalendars, service: 'outlook' } as const;
const write = { permissions: writeCalendars, service: 'outlook' } as const;

const calendarShape = shape(
  'calendar',
  [
    'id',
    'name',
    'color',
    'hexColor',
    'isDefaultCalendar',
    'changeKey',
    'canShare',
    'canViewPrivateItems',
    'canEdit',
    'allowedOnlineMeetingProviders',
    'defaultOnlineMeetingProvider',
    'isTallyingResponses',
    'isRemovable',
    'owner',
  ],
  ['events', 'calendarView', 'calendarPermissions', 'singleValueExtendedProperties', 'multiValueExtendedProperties'],
);
const groupShape = shape('calendarGroup', ['id', 'name', 'classId', 'changeKey'], ['calendars']);
const permissionShape = shape('calendarPermission', [
  'id',
  'isRemovable',
  'isInsideOrganization',
  'role',
  'allowedRoles',
  'emailAddress',
]);

const groups = '/users/{user}/calendarGroups';

export const calendarRoutes: Route[] = [
  { ...read, method: 'GET', path: '/users/{user}/calendars', handle: listCalendars },
  { ...write, method: 'POST', path: '/users/{user}/calendars', handle: (call) => createCalendar(call, undefined) },
  { ...read, method: 'GET', path: groups, handle: listGroups },
  { ...write, method: 'POST', path: groups, handle: createGroup },
  { ...read, method: 'GET', path: `${groups}/{group}`, handle: (call) => groupReply(call, groupOf(call)) },
  { ...write, method: 'PATCH', path: `${groups}/{group}`, handle: updateGroup },
  { ...write, method: 'DELETE', path: `${groups}/{group}`, handle: deleteGroup },
  { ...read, method: 'GET', path: `${groups}/{group}/calendars`, handle: listCalendars },
  {
    ...write,
    method: 'POST',
    path: `${groups}/{group}/calendars`,
    handle: (call) => createCalendar(call, groupOf(call)),
  },
  ...calendarPaths.flatMap((path): Route[] => [
    { ...read, method: 'GET', path, handle: (call) => calendarReply(call, mailboxOf(call), listedCalendar(call)) },
    { ...write, method: 'PATCH', path, handle: updateCalendar },
    { ...write, method: 'DELETE', path, handle: deleteCalendar },
    { ...write, method: 'POST', path: `${path}/permanentDelete`, handle: deleteCalendar },
    { ...read, method: 'GET', path: `${path}/calendarPermissions`, handle: listPermissions },
    { ...write, method: 'POST', path: `${path}/calendarPermissions`, handle: createPermission },
    { ...read, method: 'GET', path: `${path}/calendarPermissions/{permission}`, handle: getPermission },
    { ...write, method: 'PATCH', path: `${path}/calendarPermissions/{permission}`, handle: updatePermission },
    { ...write, method: 'DELETE', path: `${path}/calendarPermissions/{permission}`, handle: deletePermission },
  ]),
];

function calendarJson(mailbox: CalendarMailbox, calendar: Calendar): Record<string, unknown> {
  const { shared } = calendar;
  return {
    id: calendar.id,
    name: calendar.name,
    color: calendar.color,
    hexColor: calendar.hexColor,
    isDefaultCalendar: calendar.isDefault,
    changeKey: changeKey(calendar.id, calendar.version),
    canShare: shared === undefined && calendar.canEdit,
    canViewPrivateItems: shared === undefined,
    canEdit: calendar.canEdit,
    allowedOnlineMeetingProviders: ['teamsForBusiness'],
    defaultOnlineMeetingProvider: 'teamsForBusiness',
    isTallyingResponses: calendar.isDefault,
    isRemovable: calendar.isRemovable,
    owner: (shared?.mailbox ?? mailbox).owner,
  };
}

/** One calendar, as its mailbox lists it. */
export function calendarReply(call: Call, mailbox: CalendarMailbox, calendar: Calendar, status = 200): Reply {
  const { select, expand } = call.query;
  checkSelect(calendarShape, select);
  checkExpand(calendarShape, expand);
  const shown = expanded(calendar, expand);
  return entityReply(call, { ...project(calendarJson(mailbox, calendar), select), ...shown }, { status });
}

/** Only extended properties are shown along; events have their own requests. */
function expanded(calendar: Calendar, expand: readonly Expand[]): Record<string, unknown> {
  const other = expand.find(({ property }) => !property.endsWith('ExtendedProperties'));
  if (other !== undefined) throw badRequest(`'${other.property}' can't be expanded here.`, 'ErrorInvalidUrlQuery');
  return expandedProperties(calendar.properties, expand);
}

function listCalendars(call: Call): Reply {
  const mailbox = mailboxOf(call);
  const group = call.route.path.includes('{group}') ? groupOf(call).id : undefined;
  const calendars = [...mailbox.calendars.values()].filter(
    (calendar) => group === undefined || calendar.groupId === group,
  );
  const { expand } = call.query;
  return collectionReply(call, calendars, {
    shape: calendarShape,
    filterText: normalizeFilterIds,
    json: (calendar) => ({ ...calendarJson(mailbox, calendar), ...expanded(calendar, expand) }),
    view: (calendar) => ({ ...calendarJson(mailbox, calendar), ...filterableProperties(calendar.properties) }),
  });
}

const calendarFields = object('calendar', {
  id: readOnly,
  name: text,
  color: oneOf(colors),
  hexColor: readOnly,
  isDefaultCalendar: orNull(boolean),
  changeKey: readOnly,
  canShare: readOnly,
  canViewPrivateItems: readOnly,
  canEdit: readOnly,
  allowedOnlineMeetingProviders: readOnly,
  defaultOnlineMeetingProvider: readOnly,
  isTallyingResponses: readOnly,
  isRemovable: readOnly,
  owner: readOnly,
  ...extendedPropertyFields,
});

function freeName(mailbox: CalendarMailbox, name: string, except?: Calendar): void {
  const taken = [...mailbox.calendars.values()].some(
    (calendar) => calendar !== except && calendar.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken) throw new GraphError(409, 'ErrorFolderExists', 'A folder with the specified name already exists.');
}

function createCalendar(call: Call, group: CalendarGroup | undefined): Reply {
  const mailbox = mailboxOf(call);
  const given = calendarFields(call.json(), '');
  const { name, color = 'auto' } = given;
  if (name === undefined || name.trim() === '') throw invalid('A calendar needs a name.');
  freeName(mailbox, name);
  const calendar = mailbox.addCalendar(name, {
    color,
    properties: withExtendedProperties(new Map(), given),
    ...(group === undefined ? {} : { groupId: group.id }),
  });
  return calendarReply(call, mailbox, calendar, 201);
}

function updateCalendar(call: Call): Reply {
  const calendar = listedCalendar(call);
  const given = calendarFields(call.json(), '');
  const { name, color } = given;
  if (name !== undefined && name !== calendar.name) {
    if (calendar.isDefault) throw badRequest('The default calendar cannot be renamed.', 'ErrorInvalidRequest');
    freeName(mailboxOf(call), name, calendar);
    calendar.name = name;
  }
  if (color !== undefined) calendar.color = color;
  calendar.properties = withExtendedProperties(calendar.properties, given);
  calendar.version++;
  return calendarReply(call, mailboxOf(call), calendar);
}

function deleteCalendar(call: Call): Reply {
  const mailbox = mailboxOf(call);
  const calendar = listedCalendar(call);
  if (!calendar.isRemovable)
    throw badRequest('Distinguished folders cannot be deleted.', 'ErrorDeleteDistinguishedFolder');
  for (const event of mailbox.eventsIn(calendar)) sendCancellation(mailbox, event, event.fields);
  mailbox.removeCalendar(calendar);
  return noContent();
}

function groupJson(group: CalendarGroup): Record<string, unknown> {
  return { id: group.id, name: group.name, classId: group.classId, changeKey: changeKey(group.id, group.version) };
}

function groupReply(call: Call, group: CalendarGroup, status = 200): Reply {
  const { select } = call.query;
  checkSelect(groupShape, select);
  return entityReply(call, project(groupJson(group), select), { status });
}

function groupOf(call: Call): CalendarGroup {
  const group = mailboxOf(call).groups.get(call.parameter('group'));
  if (group === undefined) throw itemNotFound();
  return group;
}

function listGroups(call: Call): Reply {
  return collectionReply(call, [...mailboxOf(call).groups.values()], { shape: groupShape, json: groupJson });
}

const groupFields = object('calendarGroup', { id: readOnly, name: text, classId: readOnly, changeKey: readOnly });

function createGroup(call: Call): Reply {
  const mailbox = mailboxOf(call);
  const { name } = groupFields(call.json(), '');
  if (name === undefined || name.trim() === '') throw invalid('A calendar group needs a name.');
  return groupReply(call, mailbox.addGroup(name), 201);
}

function updateGroup(call: Call): Reply {
  const group = groupOf(call);
  const { name } = groupFields(call.json(), '');
  if (name !== undefined) group.name = name;
  group.version++;
  return groupReply(call, group);
}

function deleteGroup(call: Call): Reply {
  const mailbox = mailboxOf(call);
  const group = groupOf(call);
  if ([...mailbox.calendars.values()].some(({ groupId }) => groupId === group.id)) {
    throw badRequest('The calendar group is not empty.', 'ErrorCannotDeleteObject');
  }
  mailbox.groups.delete(group.id);
  return noContent();
}

function permissionJson(permission: CalendarPermission): Record<string, unknown> {
  const { id, name, address, isInsideOrganization, isRemovable, role } = permission;
  const allowed = isInsideOrganization
    ? ['none', 'freeBusyRead', 'limitedRead', 'read', 'write', ...(address === undefined ? [] : roles.slice(5, 7))]
    : ['none', 'freeBusyRead', 'limitedRead', 'read'];
  return {
    id,
    isRemovable,
    isInsideOrganization,
    role,
    allowedRoles: allowed,
    emailAddress: address === undefined ? { name } : { name, address },
  };
}

/** Permissions are the owner's matter: on a calendar that is shared with the mailbox they aren't seen. */
function ownCalendar(call: Call): Calendar {
  const calendar = listedCalendar(call);
  if (calendar.shared !== undefined) throw accessDenied();
  return calendar;
}

function listPermissions(call: Call): Reply {
  return collectionReply(call, ownCalendar(call).permissions, { shape: permissionShape, json: permissionJson });
}

const permissionFields = object('calendarPermission', {
  id: readOnly,
  isRemovable: orNull(boolean),
  isInsideOrganization: orNull(boolean),
  role: oneOf(roles),
  allowedRoles: readOnly,
  emailAddress,
});

function createPermission(call: Call): Reply {
  const calendar = ownCalendar(call);
  const { role, emailAddress: grantee } = permissionFields(call.json(), '');
  const address = grantee?.address;
  if (role === undefined || typeof address !== 'string' || address === '') {
    throw invalid('A calendar permission needs a role and an emailAddress.');
  }
  const taken = calendar.permissions.some((one) => one.address?.toLowerCase() === address.toLowerCase());
  if (taken)
    throw new GraphError(409, 'ErrorCalendarPermissionExists', 'The calendar is already shared with this address.');
  const permission: CalendarPermission = {
    id: call.cloud.ids.token(24),
    name: grantee?.name ?? address,
    address,
    isInsideOrganization: call.tenant.user(address) !== undefined,
    isRemovable: true,
    role,
  };
  checkRole(permission, role);
  calendar.permissions.push(permission);
  // https://github.com/microsoftgraph/microsoft-graph-docs/issues/19483
  send(mailboxOf(call), 'sharing', { iCalUId: '' }, 'You’re invited to share this calendar', [address]);
  return entityReply(call, permissionJson(permission), { status: 201 });
}

function checkRole(permission: CalendarPermission, role: (typeof roles)[number]): void {
  const { allowedRoles } = permissionJson(permission) as { allowedRoles: readonly string[] };
  if (!allowedRoles.includes(role)) throw badRequest(`The role '${role}' is not allowed here.`, 'ErrorInvalidRequest');
}

function permissionOf(call: Call): CalendarPermission {
  const permission = ownCalendar(call).permissions.find(({ id }) => id === call.parameter('permission'));
  if (permission === undefined) throw itemNotFound();
  return permission;
}

function getPermission(call: Call): Reply {
  const { select } = call.query;
  checkSelect(permissionShape, select);
  return entityReply(call, project(permissionJson(permissionOf(call)), select));
}

function updatePermission(call: Call): Reply {
  const permission = permissionOf(call);
  const { role } = permissionFields(call.json(), '');
  if (role === undefined) throw invalid('Only the role of a calendar permission can be changed.');
  checkRole(permission, role);
  permission.role = role;
  return entityReply(call, permissionJson(permission));
}

function deletePermission(call: Call): Reply {
  const permission = permissionOf(call);
  if (!permission.isRemovable) throw badRequest('The permission cannot be removed.', 'ErrorInvalidRequest');
  const { permissions } = ownCalendar(call);
  permissions.splice(permissions.indexOf(permission), 1);
  return noContent();
}
