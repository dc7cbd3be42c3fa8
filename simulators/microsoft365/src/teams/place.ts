import { groupsOf } from '../groups/store.ts';
import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import type { Reply } from '../http/reply.ts';
import type { Channel } from './channel.ts';
import type { ChannelMessage } from './message.ts';
import { type Teams, teamsOf } from './store.ts';
import type { Team } from './team.ts';

/** Group.ReadWrite.All does for nearly all of Teams, for backward compatibility. */
const OLD_READ = ['Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];
const OLD_WRITE = ['Group.ReadWrite.All', 'Directory.ReadWrite.All'];

export const READ_TEAM = ['Team.ReadBasic.All', 'TeamSettings.Read.All', 'TeamSettings.ReadWrite.All', ...OLD_READ];
export const WRITE_TEAM = ['TeamSettings.ReadWrite.All', ...OLD_WRITE];
export const READ_CHANNELS = [
  'Channel.ReadBasic.All',
  'ChannelSettings.Read.All',
  'ChannelSettings.ReadWrite.All',
  ...OLD_READ,
];
export const WRITE_CHANNELS = ['ChannelSettings.ReadWrite.All', ...OLD_WRITE];
export const READ_PEOPLE = [
  'TeamMember.Read.All',
  'TeamMember.ReadWrite.All',
  'ChannelMember.Read.All',
  'ChannelMember.ReadWrite.All',
];
export const MIGRATE = 'Teamwork.Migrate.All';

export function teams(call: Call): Teams {
  return teamsOf(call.tenant);
}

export function notFound(what: string): GraphError {
  return new GraphError(404, 'NotFound', `${what} was not found.`);
}

export function forbidden(message: string): GraphError {
  return new GraphError(403, 'Forbidden', message);
}

/** Teams' answer to an app on its own, where only people may ask. */
export function onlyForPeople(call: Call): void {
  if (call.identity.user === undefined) {
    throw new GraphError(412, 'PreconditionFailed', 'Requested API is not supported in application-only context');
  }
}

/** The team that the path names. Throws 404; 403 for a signed-in user who isn't in it. */
export function teamOf(call: Call): Team {
  const id = call.parameter('group');
  const team = teams(call).byId(id);
  if (team === undefined) {
    const group = groupsOf(call.tenant).byId(id);
    throw notFound(group === undefined ? `No group with id '${id}'` : `No team for the group '${id}'`);
  }
  const { user } = call.identity;
  if (user !== undefined && !team.group.members.has(user.id)) throw forbidden('The user is not a member of the team.');
  return team;
}

/** The same, to be changed. Throws 403 while it is archived. */
export function openTeamOf(call: Call): Team {
  const team = teamOf(call);
  if (team.isArchived) throw forbidden('The team is archived.');
  return team;
}

/** The channel that the path names. Throws 404; 403 for a user who isn't in it. */
export function channelOf(call: Call): { team: Team; channel: Channel } {
  const team = teamOf(call);
  const channel = team.channels.get(call.parameter('channel'));
  if (channel === undefined) throw notFound('The channel');
  const { user } = call.identity;
  if (user !== undefined && !teams(call).membersOf(team, channel).has(user.id)) {
    throw forbidden('The user is not a member of the channel.');
  }
  return { team, channel };
}

export function openChannelOf(call: Call): { team: Team; channel: Channel } {
  const found = channelOf(call);
  if (found.team.isArchived || found.channel.isArchived) throw forbidden('The team or channel is archived.');
  return found;
}

/**
 * The message or reply that the path names. Throws 404.
 *
 * @param toAnswer answers are imported before their message can be seen
 */
export function messageOf(call: Call, toAnswer = false): { team: Team; channel: Channel; message: ChannelMessage } {
  const { team, channel } = channelOf(call);
  const root = channel.messages.get(call.parameter('message'));
  const isReply = call.route.path.includes('{reply}');
  const message = isReply ? channel.messages.get(call.parameter('reply')) : root;
  const fits = message?.replyToId === (isReply ? root?.id : null);
  if (root === undefined || message === undefined || (message.hidden && !toAnswer) || !fits)
    throw notFound('The message');
  return { team, channel, message };
}

/** 202 with the place where the operation is told. */
export function acceptedReply(team: Team, operationId: string, contentLocation: string): Reply {
  return {
    status: 202,
    headers: {
      location: `/teams('${team.id}')/operations('${operationId}')`,
      'content-location': contentLocation,
      'content-length': '0',
    },
    body: [],
  };
}

/** The id at the end of `…/users('id')` or `…/users/id`. Throws 400 for one whom the tenant doesn't have. */
export function boundUser(call: Call, reference: unknown): string {
  const [, id] = /\/users(?:\/|\(')([^/')]+)(?:'\))?$/.exec(typeof reference === 'string' ? reference : '') ?? [];
  const found = id === undefined ? undefined : groupsOf(call.tenant).object(decodeURIComponent(id));
  if (found?.kind !== 'user') throw badRequest(`Failed to find the user of 'user@odata.bind'.`);
  return found.user.id;
}

/** The other way round. */
export function onlyForApps(call: Call): void {
  if (call.identity.user !== undefined) throw forbidden('Only an app on its own may migrate.');
}
