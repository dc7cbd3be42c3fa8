import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { checkSelect, project } from '../odata/shape.ts';
import { boolean, instant, object, oneOf, orNull, readOnly, text } from '../outlook/input.ts';
import { type Channel, MEMBERSHIP_TYPES } from './channel.ts';
import { CHANNEL, channelJson } from './channel-json.ts';
import { createdInMigration } from './creation.ts';
import { filesFolderReply } from './files-folder.ts';
import { limited } from './limits.ts';
import { checkMember, peopleOf, readMembers } from './member-routes.ts';
import {
  acceptedReply,
  channelOf,
  forbidden,
  MIGRATE,
  openTeamOf,
  READ_CHANNELS,
  teamOf,
  teams,
  WRITE_CHANNELS,
} from './place.ts';
import { generalOf, type Team } from './team.ts';

const read = { permissions: READ_CHANNELS, ...limited } as const;
const write = { permissions: WRITE_CHANNELS, ...limited } as const;
const PATH = '/teams/{group}/channels/{channel}';

/** The longest name: https://learn.microsoft.com/graph/api/channel-post */
const LONGEST_NAME = 50;

/** https://learn.microsoft.com/graph/api/resources/channel */
export const channelRoutes: Route[] = [
  ...['channels', 'allChannels'].map(
    (name): Route => ({ ...read, method: 'GET', path: `/teams/{group}/${name}`, handle: listChannels }),
  ),
  {
    ...read,
    method: 'GET',
    path: '/teams/{group}/incomingChannels',
    handle: (call) =>
      collectionReply<Channel>(call, [], { shape: CHANNEL, json: (one) => jsonOf(call, teamOf(call), one) }),
  },
  {
    ...write,
    permissions: ['Channel.Create', MIGRATE, ...WRITE_CHANNELS],
    method: 'POST',
    path: '/teams/{group}/channels',
    handle: createChannel,
  },
  {
    ...read,
    method: 'GET',
    path: '/teams/{group}/primaryChannel',
    handle: (call) => channelReply(call, teamOf(call), generalOf(teamOf(call))),
  },
  {
    ...read,
    method: 'GET',
    path: PATH,
    handle: (call) => {
      const { team, channel } = channelOf(call);
      return channelReply(call, team, channel);
    },
  },
  { ...write, method: 'PATCH', path: PATH, handle: updateChannel },
  {
    ...write,
    permissions: ['Channel.Delete.All', ...WRITE_CHANNELS],
    method: 'DELETE',
    path: PATH,
    handle: deleteChannel,
  },
  { ...write, method: 'POST', path: `${PATH}/archive`, handle: (call) => setArchived(call, true) },
  { ...write, method: 'POST', path: `${PATH}/unarchive`, handle: (call) => setArchived(call, false) },
  {
    ...read,
    permissions: ['Files.Read.All', 'Files.ReadWrite.All', 'Sites.Read.All', 'Sites.ReadWrite.All', ...READ_CHANNELS],
    method: 'GET',
    path: `${PATH}/filesFolder`,
    handle: (call) => filesFolderReply(call, channelOf(call).channel),
  },
];

function jsonOf(call: Call, team: Team, channel: Channel): Record<string, unknown> {
  return channelJson(call.tenant, team, channel, teams(call).membersOf(team, channel));
}

function listChannels(call: Call): Reply {
  const team = teamOf(call);
  const { user } = call.identity;
  // A signed-in user sees private and shared channels that they are in.
  const seen = [...team.channels.values()].filter(
    (channel) => user === undefined || teams(call).membersOf(team, channel).has(user.id),
  );
  return collectionReply(call, seen, {
    shape: CHANNEL,
    json: (channel) => withoutSummary(jsonOf(call, team, channel), call),
    pageSize: 100,
    maxPageSize: 999,
    paging: 'skiptoken',
  });
}

/** Counted only for a client that asks for it. */
function withoutSummary(json: Record<string, unknown>, call: Call): Record<string, unknown> {
  if (call.query.select?.includes('summary') === true) return json;
  const { summary: _, ...rest } = json;
  return rest;
}

function channelReply(call: Call, team: Team, channel: Channel, status = 200): Reply {
  const { select } = call.query;
  checkSelect(CHANNEL, select);
  return entityReply(call, project(withoutSummary(jsonOf(call, team, channel), call), select), { status });
}

const channelFields = object('channel', {
  id: readOnly,
  email: readOnly,
  webUrl: readOnly,
  tenantId: readOnly,
  isFavoriteByDefault: orNull(boolean),
  displayName: text,
  description: orNull(text),
  membershipType: oneOf(MEMBERSHIP_TYPES),
  createdDateTime: instant,
  members: readMembers,
});

function checkName(call: Call, team: Team, name: string, except?: Channel): void {
  if (name.trim() === '' || name.length > LONGEST_NAME) {
    throw badRequest(`The name of a channel has between 1 and ${LONGEST_NAME} characters.`);
  }
  if (teams(call).nameTaken(team, name, call.now, except)) {
    throw badRequest('Channel name already existed, please use other name', 'NameAlreadyExists');
  }
}

function createChannel(call: Call): Reply {
  const team = openTeamOf(call);
  const json = call.json();
  const given = channelFields(json, '');
  const { displayName = '', membershipType = 'standard' } = given;
  const migrates = json['@microsoft.graph.channelCreationMode'] === 'migration';
  const createdAt = createdInMigration(call, given.createdDateTime, migrates);
  if (migrates && membershipType !== 'standard') {
    throw badRequest('Only a standard channel can be made in migration mode.');
  }
  checkName(call, team, displayName);
  const { app, user } = call.identity;
  const members = peopleOf(call, given.members ?? []);
  if (membershipType !== 'standard') {
    if (user !== undefined && !members.has(user.id)) members.set(user.id, 'owner');
    const owners = [...members.values()].filter((role) => role === 'owner').length;
    if (owners === 0) throw badRequest('An app on its own has to name an owner of the channel.');
    if (membershipType === 'shared' && owners > 1) throw badRequest('A shared channel is made with one owner.');
    for (const id of members.keys()) checkMember(call, team, { membershipType }, id);
  } else if (members.size > 0) throw badRequest('A standard channel has the members of its team.');
  const channel = teams(call).addChannel(team, {
    displayName,
    description: given.description ?? null,
    membershipType,
    isFavoriteByDefault: given.isFavoriteByDefault ?? null,
    members,
    createdAt,
    ...(migrates ? { migration: { app: app.id, after: createdAt } } : {}),
  });
  const isLater = membershipType === 'shared' || (migrates && teams(call).behaviour.migrationChannelStatus === 202);
  if (!isLater) return channelReply(call, team, channel, 201);
  const path = `/teams('${team.id}')/channels('${channel.id}')`;
  const { id } = teams(call).begin(team, 'createChannel', { id: channel.id, path }, call.now);
  return acceptedReply(team, id, path);
}

function updateChannel(call: Call): Reply {
  const { team, channel } = channelOf(call);
  if (team.isArchived || channel.isArchived) throw forbidden('The team or channel is archived.');
  const given = channelFields(call.json(), '');
  if (given.membershipType !== undefined && given.membershipType !== channel.membershipType) {
    throw badRequest('The membershipType of a channel cannot be changed.');
  }
  if (given.displayName !== undefined && given.displayName !== channel.displayName) {
    if (channel.isGeneral) throw badRequest('The channel General keeps its name.');
    checkName(call, team, given.displayName, channel);
    channel.displayName = given.displayName;
  }
  if (given.description !== undefined) channel.description = given.description;
  if (given.isFavoriteByDefault !== undefined) channel.isFavoriteByDefault = given.isFavoriteByDefault;
  return noContent();
}

function deleteChannel(call: Call): Reply {
  const { team, channel } = channelOf(call);
  if (team.isArchived) throw forbidden('The team is archived.');
  if (channel.isGeneral) throw badRequest('The channel General cannot be deleted.');
  teams(call).removeChannel(team, channel, call.now);
  return noContent();
}

function setArchived(call: Call, archived: boolean): Reply {
  const { team, channel } = channelOf(call);
  if (channel.isGeneral) throw new GraphError(400, 'BadRequest', 'The channel General is archived with its team.');
  if (channel.isArchived === archived) throw badRequest(`The channel is ${archived ? 'already' : 'not'} archived.`);
  channel.isArchived = archived;
  const path = `/teams('${team.id}')/channels('${channel.id}')`;
  const type = archived ? 'archiveChannel' : 'unarchiveChannel';
  const { id } = teams(call).begin(team, type, { id: channel.id, path }, call.now);
  return acceptedReply(team, id, path);
}
