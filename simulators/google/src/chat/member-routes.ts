import type { Call } from '../http/call.ts';
import { badRequest, GoogleError, invalidParameter, notFound } from '../http/errors.ts';
import { page } from '../http/paging.ts';
import { json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { asAdmin, failedPrecondition, has, isImporter, pastTime, readable, spaceOf } from './access.ts';
import { memberJson } from './json.ts';
import { isMember, type Membership, type Person, personId, type Role, type Space } from './space.ts';
import { spacesOf } from './store.ts';

const ROLES: readonly Role[] = ['ROLE_MEMBER', 'ROLE_MANAGER', 'ROLE_ASSISTANT_MANAGER'];
const ADMIN = ['chat.admin.memberships', 'chat.admin.memberships.readonly'] as const;

function list(call: Call): Result {
  const space = readable(call, { admin: ADMIN, imports: true });
  call.query.boolean('showGroups');
  call.query.boolean('showInvited');
  const filter = call.query.text('filter') ?? '';
  const isAdmin = call.query.boolean('useAdminAccess');
  if (isAdmin && !/member\.type\s*=\s*"HUMAN"/.test(filter)) throw invalidParameter('filter');
  const found = [...space.members.values()].filter(
    ({ person, deletedAt }) => deletedAt === undefined && !(/"HUMAN"/.test(filter) && 'app' in person),
  );
  const { items, nextPageToken } = page(
    call,
    found,
    { name: 'pageSize', otherwise: 100, max: 1000, cut: true },
    space.id,
  );
  return json({
    ...(items.length === 0 ? {} : { memberships: items.map((one) => memberJson(space, one)) }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  });
}

/** Somebody with the id or address of `users/…`. */
function personOf(call: Call, value: unknown): Person {
  const { name, type } = (value ?? {}) as { name?: unknown; type?: unknown };
  const key = /^users\/(.+)$/.exec(String(name ?? ''))?.[1];
  const found = key === undefined ? undefined : call.cloud.findUser(key);
  if (found === undefined || type !== 'HUMAN') throw notFound('The user was not found.');
  return found;
}

/** The space whose memberships the caller may change. */
function manageable(call: Call): Space {
  const space = spaceOf(call);
  if (asAdmin(call, 'chat.admin.memberships') && space.domain === call.domain && space.importUntil === undefined)
    return space;
  const isOwn = space.importUntil === undefined && has(call, 'chat.memberships') && isMember(space, call.user.id);
  if (isOwn || isImporter(call, space)) return space;
  throw new GoogleError(403, 'forbidden', 'Permission denied to manage the members of this space.');
}

function create(call: Call): Result {
  const space = manageable(call);
  const { member, createTime, deleteTime } = call.json();
  const person = personOf(call, member);
  const isImport = space.importUntil !== undefined;
  if (!isImport && (createTime !== undefined || deleteTime !== undefined))
    throw badRequest('createTime and deleteTime can only be set in import mode.');
  if (isImport && deleteTime === undefined && !call.cloud.assumptions.chatImportTakesMembers)
    throw failedPrecondition('Only historical memberships can be created while a space is in import mode.');
  if (deleteTime === undefined && isMember(space, personId(person)))
    throw new GoogleError(409, 'alreadyExists', 'The membership already exists.');
  const membership = spacesOf(call.cloud).join(space, person, {
    createdAt: createTime === undefined ? call.now : pastTime(call, 'membership.createTime', createTime),
    ...(deleteTime === undefined ? {} : { deletedAt: pastTime(call, 'membership.deleteTime', deleteTime) }),
  });
  return json(memberJson(space, membership));
}

function membershipOf(call: Call, space: Space): Membership {
  const key = call.parameter('membersId');
  const found = [...space.members.values()].find(
    ({ id, person }) => id === key || (!('app' in person) && person.user.primaryEmail === key),
  );
  if (found === undefined) throw notFound('The membership was not found.');
  return found;
}

function patch(call: Call): Result {
  const space = manageable(call);
  const membership = membershipOf(call, space);
  if (call.query.required('updateMask') !== 'role') throw invalidParameter('updateMask');
  const role = ROLES.find((one) => one === call.json().role);
  if (role === undefined) throw badRequest("Invalid value at 'membership.role'");
  membership.role = role;
  return json(memberJson(space, membership));
}

function remove(call: Call): Result {
  const space = manageable(call);
  const membership = membershipOf(call, space);
  space.members.delete(membership.id);
  return json(memberJson(space, membership));
}

const PATH = '/v1/spaces/{spacesId}/members';
const WRITE = ['chat.admin.memberships', 'chat.app.memberships', 'chat.import', 'chat.memberships'];

export const memberRoutes: readonly Route[] = [
  {
    id: 'chat.spaces.members.list',
    method: 'GET',
    path: PATH,
    scopes: [
      ...ADMIN,
      'chat.app.memberships',
      'chat.bot',
      'chat.import',
      'chat.memberships',
      'chat.memberships.readonly',
    ],
    handle: list,
  },
  {
    id: 'chat.spaces.members.create',
    method: 'POST',
    path: PATH,
    scopes: [...WRITE, 'chat.memberships.app'],
    handle: create,
  },
  { id: 'chat.spaces.members.patch', method: 'PATCH', path: `${PATH}/{membersId}`, scopes: WRITE, handle: patch },
  {
    id: 'chat.spaces.members.delete',
    method: 'DELETE',
    path: `${PATH}/{membersId}`,
    scopes: [...WRITE, 'chat.memberships.app'],
    handle: remove,
  },
];
