import { assignedPlans } from '../directory/routes.ts';
import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { noSuchObject, refused } from './errors.ts';
import { type Group, isUnified } from './group.ts';
import { DIRECTORY_OBJECT, GROUP, GROUP_DEFAULTS, groupJson, objectJson } from './json.ts';
import { groupOf, groups, READ_MEMBERS, WRITE_MEMBERS } from './place.ts';
import type { DirectoryObject } from './store.ts';

const read = { permissions: READ_MEMBERS, service: 'directory' } as const;
const write = { permissions: WRITE_MEMBERS, service: 'directory' } as const;

/** Who is in a group and who owns it: https://learn.microsoft.com/graph/api/group-post-members */
export const memberRoutes: Route[] = [
  ...(['members', 'owners'] as const).flatMap((kind): Route[] => [
    {
      ...read,
      method: 'GET',
      path: `/groups/{group}/${kind}`,
      handle: (call) => listReply(call, objects(call, groups(call).shown(groupOf(call), kind))),
    },
    { ...write, method: 'POST', path: `/groups/{group}/${kind}/$ref`, handle: (call) => add(call, kind) },
    { ...write, method: 'DELETE', path: `/groups/{group}/${kind}/{member}/$ref`, handle: (call) => remove(call, kind) },
  ]),
  {
    ...read,
    method: 'GET',
    path: '/groups/{group}/transitiveMembers',
    handle: (call) => listReply(call, groups(call).transitiveMembers(groupOf(call))),
  },
  { ...read, method: 'GET', path: '/groups/{group}/memberOf', handle: (call) => memberOf(call, groupOf(call).id) },
  { ...read, method: 'GET', path: '/users/{user}/memberOf', handle: (call) => memberOf(call, call.user().id) },
  { ...read, method: 'GET', path: '/directoryObjects/{object}', handle: getObject },
];

function objects(call: Call, ids: ReadonlySet<string>): DirectoryObject[] {
  return [...ids].flatMap((id) => groups(call).object(id) ?? []);
}

function listReply(call: Call, list: readonly DirectoryObject[]): Reply {
  return collectionReply(call, list, {
    shape: DIRECTORY_OBJECT,
    json: (object) => ({ ...objectJson(object), ...selectedOnly(call, object) }),
    pageSize: 100,
    maxPageSize: 999,
    paging: 'skiptoken',
  });
}

/** What of a user is told only when it is selected. */
function selectedOnly(call: Call, object: DirectoryObject): Record<string, unknown> {
  const isAsked = call.query.select?.includes('assignedPlans') === true;
  return isAsked && object.kind === 'user' ? { assignedPlans: assignedPlans(object.user) } : {};
}

function memberOf(call: Call, id: string): Reply {
  return collectionReply(
    call,
    groups(call).all.filter(({ members }) => members.has(id)),
    {
      shape: GROUP,
      json: (group) => ({ '@odata.type': '#microsoft.graph.group', ...groupJson(group) }),
      defaults: ['@odata.type', ...GROUP_DEFAULTS],
      pageSize: 100,
      maxPageSize: 999,
      paging: 'skiptoken',
    },
  );
}

function getObject(call: Call): Reply {
  const found = groups(call).object(call.parameter('object'));
  if (found === undefined) throw noSuchObject(call.parameter('object'));
  return entityReply(call, objectJson(found));
}

/**
 * The id in `https://graph.microsoft.com/v1.0/directoryObjects/{id}`; `users/{id}` and `groups/{id}` do as well.
 * Throws 400 for anything else, and for an object that isn't there.
 */
export function readReference(call: Call, reference: unknown): string {
  const [, id] =
    /\/(?:directoryObjects|users|groups)(?:\/|\(')([^/')]+)(?:'\))?$/.exec(
      typeof reference === 'string' ? reference : '',
    ) ?? [];
  if (id === undefined) throw badRequest('A reference must be the URL of a directory object.', 'Request_BadRequest');
  const found = groups(call).object(decodeURIComponent(id));
  if (found === undefined) throw noSuchObject(id);
  return found.kind === 'user' ? found.user.id : found.group.id;
}

function add(call: Call, kind: 'members' | 'owners'): Reply {
  const group = groupOf(call);
  const id = readReference(call, call.json()['@odata.id']);
  checkKind(call, group, kind, id);
  const all = groups(call);
  const added = kind === 'members' ? all.addMember(group, id, call.now) : all.addOwner(group, id, call.now);
  if (!added) {
    throw refused(
      `One or more added object references already exist for the following modified properties: '${kind}'.`,
    );
  }
  all.fallBehind(group, kind, id);
  return noContent();
}

function checkKind(call: Call, group: Group, kind: 'members' | 'owners', id: string): void {
  const isGroup = groups(call).object(id)?.kind === 'group';
  if (isGroup && (kind === 'owners' || isUnified(group))) {
    throw refused(`A group cannot be one of the ${kind} of this group.`);
  }
  if (id === group.id) throw refused('A group cannot be a member of itself.');
}

function remove(call: Call, kind: 'members' | 'owners'): Reply {
  const group = groupOf(call);
  const id = call.parameter('member').toLowerCase();
  if (!group[kind].has(id)) throw noSuchObject(id);
  if (kind === 'owners' && isUnified(group) && group.owners.size === 1) {
    throw refused('The group must have at least one owner, hence this owner cannot be removed.');
  }
  group[kind].delete(id);
  groups(call).touch(group, call.now);
  return noContent();
}
