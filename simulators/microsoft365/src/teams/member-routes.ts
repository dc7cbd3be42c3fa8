import { notify } from '../groups/notices.ts';
import { groupsOf } from '../groups/store.ts';
import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { entityReply, jsonReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { listOf, object, orNull, type Reader, readOnly, text, unreadable } from '../outlook/input.ts';
import type { Channel } from './channel.ts';
import { limited } from './limits.ts';
import { isGuestId, MEMBER, memberJson, userOf, userOfMembership } from './people.ts';
import { channelOf, forbidden, notFound, READ_CHANNELS, READ_PEOPLE, READ_TEAM, teamOf, teams } from './place.ts';
import { teamMembers } from './store.ts';
import type { Team } from './team.ts';

const read = { permissions: [...READ_PEOPLE, ...READ_TEAM, ...READ_CHANNELS], ...limited } as const;
const write = {
  permissions: [
    'TeamMember.ReadWrite.All',
    'ChannelMember.ReadWrite.All',
    'Group.ReadWrite.All',
    'Directory.ReadWrite.All',
  ],
  ...limited,
} as const;

const CHANNEL = '/teams/{group}/channels/{channel}';

/** https://learn.microsoft.com/graph/api/team-post-members, …/channel-post-members */
export const memberRoutes: Route[] = [
  { ...read, method: 'GET', path: '/teams/{group}/members', handle: (call) => listMembers(call, teamPlace(call)) },
  { ...write, method: 'POST', path: '/teams/{group}/members', handle: (call) => addMember(call, teamPlace(call)) },
  { ...write, method: 'POST', path: '/teams/{group}/members/add', handle: addMembers },
  {
    ...read,
    method: 'GET',
    path: '/teams/{group}/members/{member}',
    handle: (call) => getMember(call, teamPlace(call)),
  },
  {
    ...write,
    method: 'PATCH',
    path: '/teams/{group}/members/{member}',
    handle: (call) => setRole(call, teamPlace(call)),
  },
  {
    ...write,
    method: 'DELETE',
    path: '/teams/{group}/members/{member}',
    handle: (call) => removeMember(call, teamPlace(call)),
  },
  { ...read, method: 'GET', path: `${CHANNEL}/members`, handle: (call) => listMembers(call, channelPlace(call)) },
  { ...read, method: 'GET', path: `${CHANNEL}/allMembers`, handle: (call) => listMembers(call, channelPlace(call)) },
  { ...write, method: 'POST', path: `${CHANNEL}/members`, handle: (call) => addMember(call, ownPlace(call)) },
  {
    ...read,
    method: 'GET',
    path: `${CHANNEL}/members/{member}`,
    handle: (call) => getMember(call, channelPlace(call)),
  },
  { ...write, method: 'PATCH', path: `${CHANNEL}/members/{member}`, handle: (call) => setRole(call, ownPlace(call)) },
  {
    ...write,
    method: 'DELETE',
    path: `${CHANNEL}/members/{member}`,
    handle: (call) => removeMember(call, ownPlace(call)),
  },
];

type Role = 'owner' | 'member';

/** Where people are members: a team, or a channel with people of its own. */
interface Place {
  readonly id: string;
  readonly people: ReadonlyMap<string, Role>;
  readonly set: (userId: string, role: Role) => void;
  readonly remove: (userId: string) => void;
}

function teamPlace(call: Call): Place {
  const team = teamOf(call);
  return {
    id: team.id,
    people: teamMembers(team),
    set: (userId, role) => {
      if (team.migration !== undefined) throw forbidden('Members can be added when the migration is complete.');
      addToTeam(call, team, userId, role);
    },
    remove: (userId) => {
      team.group.members.delete(userId);
      team.group.owners.delete(userId);
      for (const channel of team.channels.values()) {
        if (channel.membershipType === 'private') channel.members.delete(userId);
      }
      groupsOf(call.tenant).touch(team.group, call.now);
    },
  };
}

function addToTeam(call: Call, team: Team, userId: string, role: Role): void {
  const groups = groupsOf(call.tenant);
  if (groups.addMember(team.group, userId, call.now)) notify(call.tenant, call.now, 'team-added', team.id, [userId]);
  if (role === 'owner') groups.addOwner(team.group, userId, call.now);
  else team.group.owners.delete(userId);
}

function channelPlace(call: Call): Place {
  const { team, channel } = channelOf(call);
  return {
    id: channel.id,
    people: teams(call).membersOf(team, channel),
    set: (userId, role) => {
      checkMember(call, team, channel, userId);
      if (!channel.members.has(userId)) notify(call.tenant, call.now, 'channel-added', channel.id, [userId]);
      channel.members.set(userId, role);
    },
    remove: (userId) => void channel.members.delete(userId),
  };
}

/** A standard channel has the people of its team. */
function ownPlace(call: Call): Place {
  const { channel } = channelOf(call);
  if (channel.membershipType === 'standard') throw badRequest('A standard channel has the members of its team.');
  return channelPlace(call);
}

/** Who may be in a private channel is in the team; a guest is in no shared one. */
export function checkMember(call: Call, team: Team, channel: Pick<Channel, 'membershipType'>, userId: string): void {
  if (channel.membershipType === 'private' && !team.group.members.has(userId)) {
    throw badRequest('A member of a private channel has to be a member of the team.');
  }
  if (channel.membershipType === 'shared' && isGuestId(call.tenant, userId)) {
    throw badRequest('A guest cannot be a member of a shared channel.');
  }
}

function listMembers(call: Call, { id, people }: Place): Reply {
  return collectionReply(call, [...people], {
    shape: MEMBER,
    json: ([userId, role]) => memberJson(call.tenant, id, userId, role),
    view: ([userId, role]) => ({ ...memberJson(call.tenant, id, userId, role) }),
    pageSize: 100,
    maxPageSize: 999,
    paging: 'skiptoken',
  });
}

const memberFields = object('aadUserConversationMember', {
  id: readOnly,
  displayName: readOnly,
  email: readOnly,
  userId: readOnly,
  roles: orNull(listOf(text)),
  visibleHistoryStartDateTime: readOnly,
});

interface MemberInput {
  /** As it was bound: a URL. */
  readonly user: unknown;
  readonly userId: string;
  readonly role: Role;
}

/** A member as a create names it; `userId` is what stands in the reference. */
const readMember: Reader<MemberInput> = (value, path) => {
  const { roles } = memberFields(value, path);
  const user = (value as Record<string, unknown>)['user@odata.bind'];
  const [, userId] = /\/users(?:\/|\(')([^/')]+)(?:'\))?$/.exec(typeof user === 'string' ? user : '') ?? [];
  if (userId === undefined) throw unreadable(`${path}/user@odata.bind`, 'reference to a user');
  return { user, userId: decodeURIComponent(userId), role: roles?.includes('owner') === true ? 'owner' : 'member' };
};

export const readMembers: Reader<MemberInput[]> = listOf(readMember);

function knownUser(call: Call, { userId }: MemberInput): string {
  const user = userOf(call.tenant, userId);
  if (user === undefined) throw badRequest(`Failed to find the user '${userId}'.`);
  return user.id;
}

/** People of a new channel or team, by their ids. Throws 400 for one whom the tenant doesn't have. */
export function peopleOf(call: Call, members: readonly MemberInput[]): Map<string, Role> {
  return new Map(members.map((member) => [knownUser(call, member), member.role]));
}

function addMember(call: Call, place: Place): Reply {
  const given = readMember(call.json(), '');
  const userId = knownUser(call, given);
  place.set(userId, given.role);
  return entityReply(call, memberJson(call.tenant, place.id, userId, given.role), { status: 201 });
}

const bulkFields = object('add', { values: readMembers });

/** Up to 200 at once; one that fails doesn't stop the others: https://learn.microsoft.com/graph/api/conversationmembers-add */
function addMembers(call: Call): Reply {
  const place = teamPlace(call);
  const { values = [] } = bulkFields(call.json(), '');
  if (values.length === 0 || values.length > 200) throw badRequest('Between 1 and 200 members can be added at once.');
  const results = values.map((given) => {
    const user = userOf(call.tenant, given.userId);
    if (user !== undefined) place.set(user.id, given.role);
    const error = user === undefined ? { code: 'NotFound', message: 'The user was not found.' } : null;
    return { '@odata.type': 'microsoft.graph.aadUserConversationMemberResult', userId: given.userId, error };
  });
  return jsonReply(results.some(({ error }) => error !== null) ? 207 : 200, {
    '@odata.context': `${call.base}/$metadata#Collection(microsoft.graph.aadUserConversationMemberResult)`,
    value: results,
  });
}

function foundMember(call: Call, place: Place): { userId: string; role: Role } {
  const userId = userOfMembership(place.id, call.parameter('member'));
  const role = userId === undefined ? undefined : place.people.get(userId);
  if (userId === undefined || role === undefined) throw notFound('The member');
  return { userId, role };
}

function getMember(call: Call, place: Place): Reply {
  const { userId, role } = foundMember(call, place);
  return entityReply(call, memberJson(call.tenant, place.id, userId, role));
}

function setRole(call: Call, place: Place): Reply {
  const { userId } = foundMember(call, place);
  const { roles } = memberFields(call.json(), '');
  const role = roles?.includes('owner') === true ? 'owner' : 'member';
  if (role === 'member') checkLastOwner(place, userId);
  place.set(userId, role);
  return entityReply(call, memberJson(call.tenant, place.id, userId, role));
}

function removeMember(call: Call, place: Place): Reply {
  const { userId } = foundMember(call, place);
  checkLastOwner(place, userId);
  place.remove(userId);
  return noContent();
}

function checkLastOwner({ people }: Place, userId: string): void {
  const owners = [...people].filter(([, role]) => role === 'owner');
  if (owners.length === 1 && owners[0]?.[0] === userId) throw badRequest('The last owner cannot be removed.');
}
