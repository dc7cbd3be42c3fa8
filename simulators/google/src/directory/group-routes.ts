import { accessOf } from '../groups/access-settings.ts';
import type { Call } from '../http/call.ts';
import { GoogleError, notFound } from '../http/errors.ts';
import { page } from '../http/paging.ts';
import { empty, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import type { Domain, Group, GroupMember, GroupRole } from '../state/domain.ts';
import { domainAsked, freeAddress, groupFor, requireAdmin } from './access.ts';
import { aliasJson, etagOf } from './user-routes.ts';

const ROLES = ['OWNER', 'MANAGER', 'MEMBER'] as const;

function groupJson(group: Group): Record<string, unknown> {
  const body = {
    kind: 'admin#directory#group',
    id: group.id,
    email: group.email,
    name: group.name,
    description: group.description,
    directMembersCount: String(group.members.length),
    adminCreated: true,
    ...(group.aliases.length === 0 ? {} : { aliases: group.aliases }),
    nonEditableAliases: [`${group.email}.test-google-a.com`],
  };
  return { ...body, etag: etagOf(body) };
}

function memberJson(domain: Domain, member: GroupMember): Record<string, unknown> {
  const suspended = domain.user(member.id)?.suspended === true;
  const body = {
    kind: 'admin#directory#member',
    id: member.id,
    ...(member.type === 'CUSTOMER' ? {} : { email: member.email }),
    role: member.role,
    type: member.type,
    status: suspended ? 'SUSPENDED' : 'ACTIVE',
  };
  return { ...body, etag: etagOf(body) };
}

/** All groups, or with `userKey` those that somebody is a direct member of. */
function list(call: Call): Result {
  const userKey = call.query.text('userKey');
  const domain = userKey === undefined ? domainAsked(call) : requireAdmin(call);
  for (const name of ['customer', 'domain']) call.query.text(name);
  call.query.choice('orderBy', ['email'], 'email');
  const sign = call.query.choice('sortOrder', ['ASCENDING', 'DESCENDING'], 'ASCENDING') === 'ASCENDING' ? 1 : -1;
  const member = userKey === undefined ? undefined : (domain.user(userKey)?.id ?? domain.group(userKey)?.id ?? userKey);
  const groups = [...domain.groups.values()]
    .filter(({ members }) => member === undefined || members.some(({ id, email }) => id === member || email === member))
    .sort((a, b) => sign * (a.email < b.email ? -1 : 1));
  const { items, nextPageToken } = page(call, groups, { name: 'maxResults', otherwise: 200, max: 200 }, userKey);
  const body = items.map(groupJson);
  return json({
    kind: 'admin#directory#groups',
    etag: etagOf(body),
    ...(body.length === 0 ? {} : { groups: body }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  });
}

function insert(call: Call): Result {
  const domain = requireAdmin(call);
  const body = call.json();
  const email = freeAddress(domain, body.email, 'email');
  const group: Group = {
    id: `0${call.cloud.ids.base32hex(14)}`,
    email,
    name: typeof body.name === 'string' && body.name !== '' ? body.name : (email.split('@')[0] as string),
    description: typeof body.description === 'string' ? body.description : '',
    aliases: [],
    members: [],
  };
  domain.groups.set(group.id, group);
  return json(groupJson(group));
}

function change(call: Call): Result {
  const group = groupFor(call);
  const { name, description, email } = call.json();
  if (typeof email === 'string' && email.toLowerCase() !== group.email) {
    group.email = freeAddress(call.domain, email, 'email');
  }
  if (typeof name === 'string') group.name = name;
  if (typeof description === 'string') group.description = description;
  return json(groupJson(group));
}

function remove(call: Call): Result {
  call.domain.groups.delete(groupFor(call).id);
  return empty();
}

function aliases(call: Call): Result {
  const group = groupFor(call);
  const list = group.aliases.map((alias) => aliasJson('group', group.id, group.email, alias));
  return json({ kind: 'admin#directory#aliases', etag: etagOf(list), ...(list.length === 0 ? {} : { aliases: list }) });
}

function addAlias(call: Call): Result {
  const group = groupFor(call);
  const alias = freeAddress(call.domain, call.json().alias, 'alias');
  group.aliases.push(alias);
  return json(aliasJson('group', group.id, group.email, alias));
}

function removeAlias(call: Call): Result {
  const group = groupFor(call);
  const at = group.aliases.indexOf(call.parameter('alias').toLowerCase());
  if (at === -1) throw notFound('Resource Not Found: alias');
  group.aliases.splice(at, 1);
  return empty();
}

/** Direct members, or with `includeDerivedMembership` those of groups within too. */
function members(call: Call): Result {
  const group = groupFor(call);
  const roles = call.query.text('roles')?.split(',');
  const all = call.query.boolean('includeDerivedMembership') ? derived(call.domain, group, new Set()) : group.members;
  const found = all.filter(({ role }) => roles === undefined || roles.includes(role));
  const { items, nextPageToken } = page(call, found, { name: 'maxResults', otherwise: 200, max: 200 }, group.id);
  const body = items.map((member) => memberJson(call.domain, member));
  return json({
    kind: 'admin#directory#members',
    etag: etagOf(body),
    ...(body.length === 0 ? {} : { members: body }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  });
}

function derived(domain: Domain, group: Group, seen: Set<string>): GroupMember[] {
  return group.members.flatMap((member) => {
    if (seen.has(member.id)) return [];
    seen.add(member.id);
    const inner = domain.groups.get(member.id);
    return inner === undefined ? [member] : [member, ...derived(domain, inner, seen)];
  });
}

function memberFor(call: Call, group: Group): GroupMember {
  const key = call.parameter('memberKey').toLowerCase();
  const id = call.domain.user(key)?.id ?? call.domain.group(key)?.id;
  const member = group.members.find((one) => one.id === key || one.id === id || one.email.toLowerCase() === key);
  if (member === undefined) throw notFound('Resource Not Found: memberKey');
  return member;
}

function addMember(call: Call): Result {
  const group = groupFor(call);
  const body = call.json();
  const key = String(body.email ?? body.id ?? '');
  const user = call.domain.user(key);
  const inner = call.domain.group(key);
  if (user === undefined && inner === undefined && key !== call.domain.id && !/^[^\s@]+@[^\s@]+$/.test(key)) {
    throw notFound('Resource Not Found: memberKey');
  }
  const isEverybody = key === call.domain.id;
  const isStranger = user === undefined && inner === undefined && !isEverybody;
  if (isStranger && call.domain.has(key)) throw notFound('Resource Not Found: memberKey');
  if (isStranger && accessOf(group).allowExternalMembers !== 'true' && !call.cloud.assumptions.groupTakesStrangers)
    throw new GoogleError(412, 'conditionNotMet', 'External members are not allowed in this group.');
  const id = user?.id ?? inner?.id ?? (isEverybody ? key : call.cloud.ids.digits(21));
  const email = user?.primaryEmail ?? inner?.email ?? (isEverybody ? '' : key.toLowerCase());
  if (inner !== undefined && isWithin(call.domain, group, inner))
    throw new GoogleError(412, 'conditionNotMet', 'Cyclic memberships not allowed');
  if (group.members.some((member) => member.email === email)) {
    throw new GoogleError(409, 'duplicate', 'Member already exists.');
  }
  const type = inner !== undefined ? 'GROUP' : isEverybody ? 'CUSTOMER' : 'USER';
  const member: GroupMember = { id, email, role: roleOf(body) ?? 'MEMBER', type };
  group.members.push(member);
  return json(memberJson(call.domain, member));
}

/** Whether a group is another one, or in one that is in it. */
const isWithin = (domain: Domain, group: Group, inner: Group): boolean =>
  inner === group || derived(domain, inner, new Set()).some(({ id }) => id === group.id);

function changeMember(call: Call): Result {
  const member = memberFor(call, groupFor(call));
  member.role = roleOf(call.json()) ?? member.role;
  return json(memberJson(call.domain, member));
}

function removeMember(call: Call): Result {
  const group = groupFor(call);
  group.members.splice(group.members.indexOf(memberFor(call, group)), 1);
  return empty();
}

function roleOf({ role }: Record<string, unknown>): GroupRole | undefined {
  if (role === undefined) return undefined;
  const found = ROLES.find((known) => known === role);
  if (found === undefined) throw new GoogleError(400, 'invalid', 'Invalid Input: role');
  return found;
}

const PATH = '/admin/directory/v1/groups';
const ONE = `${PATH}/{groupKey}`;
const ONE_MEMBER = `${ONE}/members/{memberKey}`;
const READ = ['admin.directory.group', 'admin.directory.group.readonly'];
const WRITE = ['admin.directory.group'];
const READ_MEMBERS = [...READ, 'admin.directory.group.member', 'admin.directory.group.member.readonly'];
const WRITE_MEMBERS = [...WRITE, 'admin.directory.group.member'];

export const groupRoutes: readonly Route[] = [
  { id: 'directory.groups.list', method: 'GET', path: PATH, scopes: READ, handle: list },
  { id: 'directory.groups.insert', method: 'POST', path: PATH, scopes: WRITE, handle: insert },
  {
    id: 'directory.groups.get',
    method: 'GET',
    path: ONE,
    scopes: READ,
    handle: (call) => json(groupJson(groupFor(call))),
  },
  { id: 'directory.groups.update', method: 'PUT', path: ONE, scopes: WRITE, handle: change },
  { id: 'directory.groups.patch', method: 'PATCH', path: ONE, scopes: WRITE, handle: change },
  { id: 'directory.groups.delete', method: 'DELETE', path: ONE, scopes: WRITE, handle: remove },
  { id: 'directory.groups.aliases.list', method: 'GET', path: `${ONE}/aliases`, scopes: READ, handle: aliases },
  { id: 'directory.groups.aliases.insert', method: 'POST', path: `${ONE}/aliases`, scopes: WRITE, handle: addAlias },
  {
    id: 'directory.groups.aliases.delete',
    method: 'DELETE',
    path: `${ONE}/aliases/{alias}`,
    scopes: WRITE,
    handle: removeAlias,
  },
  { id: 'directory.members.list', method: 'GET', path: `${ONE}/members`, scopes: READ_MEMBERS, handle: members },
  { id: 'directory.members.insert', method: 'POST', path: `${ONE}/members`, scopes: WRITE_MEMBERS, handle: addMember },
  {
    id: 'directory.members.get',
    method: 'GET',
    path: ONE_MEMBER,
    scopes: READ_MEMBERS,
    handle: (call) => json(memberJson(call.domain, memberFor(call, groupFor(call)))),
  },
  { id: 'directory.members.update', method: 'PUT', path: ONE_MEMBER, scopes: WRITE_MEMBERS, handle: changeMember },
  { id: 'directory.members.patch', method: 'PATCH', path: ONE_MEMBER, scopes: WRITE_MEMBERS, handle: changeMember },
  { id: 'directory.members.delete', method: 'DELETE', path: ONE_MEMBER, scopes: WRITE_MEMBERS, handle: removeMember },
];
