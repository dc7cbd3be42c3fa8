import { noSuchObject } from '../groups/errors.ts';
import { isUnified } from '../groups/group.ts';
import { addSite } from '../groups/site.ts';
import { groupsOf } from '../groups/store.ts';
import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { checkExpand, checkSelect, project } from '../odata/shape.ts';
import { boolean, instant, object, oneOf, orNull, readOnly, text } from '../outlook/input.ts';
import { createdInMigration } from './creation.ts';
import { creating, limited } from './limits.ts';
import { peopleOf, readMembers } from './member-routes.ts';
import { acceptedReply, MIGRATE, notFound, READ_TEAM, teamOf, teams, WRITE_TEAM } from './place.ts';
import { generalOf, type Team } from './team.ts';
import { LISTED, operationJson, TEAM, teamJson } from './team-json.ts';

const create = { permissions: ['Team.Create', ...WRITE_TEAM], ...creating } as const;
const read = { permissions: READ_TEAM, ...limited } as const;
const write = { permissions: WRITE_TEAM, ...limited } as const;

/** https://learn.microsoft.com/graph/api/resources/team */
export const teamRoutes: Route[] = [
  { ...read, method: 'GET', path: '/teams', handle: (call) => listTeams(call, teams(call).all) },
  { ...create, permissions: [...create.permissions, MIGRATE], method: 'POST', path: '/teams', handle: createTeam },
  { ...create, method: 'PUT', path: '/groups/{group}/team', handle: putTeam },
  ...['/teams/{group}', '/groups/{group}/team'].flatMap((path): Route[] => [
    { ...read, method: 'GET', path, handle: (call) => teamReply(call, teamOf(call)) },
    { ...write, method: 'PATCH', path, handle: updateTeam },
  ]),
  { ...read, method: 'GET', path: '/teams/{group}/operations/{operation}', handle: getOperation },
  { ...write, method: 'POST', path: '/teams/{group}/archive', handle: (call) => setArchived(call, true) },
  { ...write, method: 'POST', path: '/teams/{group}/unarchive', handle: (call) => setArchived(call, false) },
  {
    ...read,
    method: 'GET',
    path: '/users/{user}/joinedTeams',
    handle: (call) => {
      const { id } = call.user();
      return listTeams(
        call,
        teams(call).all.filter(({ group }) => group.members.has(id)),
      );
    },
  },
];

function jsonOf(call: Call, team: Team): Record<string, unknown> {
  return teamJson(call.tenant, team, generalOf(team).id);
}

function listTeams(call: Call, list: readonly Team[]): Reply {
  return collectionReply(call, list, {
    shape: TEAM,
    json: (team) => jsonOf(call, team),
    defaults: LISTED,
    pageSize: 100,
    maxPageSize: 999,
    paging: 'skiptoken',
  });
}

function teamReply(call: Call, team: Team, status = 200): Reply {
  const { select, expand } = call.query;
  checkSelect(TEAM, select);
  checkExpand(TEAM, expand);
  if (expand.length > 0) throw badRequest('The query option $expand is not supported here.');
  const all = jsonOf(call, team);
  // Counted only for a client that asks for it.
  const { summary: _, ...rest } = all;
  return entityReply(call, select === undefined ? rest : project(all, select), { status });
}

const settings = {
  memberSettings: object('teamMemberSettings', {
    allowCreateUpdateChannels: boolean,
    allowCreatePrivateChannels: boolean,
    allowDeleteChannels: boolean,
    allowAddRemoveApps: boolean,
    allowCreateUpdateRemoveTabs: boolean,
    allowCreateUpdateRemoveConnectors: boolean,
  }),
  guestSettings: object('teamGuestSettings', { allowCreateUpdateChannels: boolean, allowDeleteChannels: boolean }),
  messagingSettings: object('teamMessagingSettings', {
    allowUserEditMessages: boolean,
    allowUserDeleteMessages: boolean,
    allowOwnerDeleteMessages: boolean,
    allowTeamMentions: boolean,
    allowChannelMentions: boolean,
  }),
  funSettings: object('teamFunSettings', {
    allowGiphy: boolean,
    giphyContentRating: oneOf(['strict', 'moderate']),
    allowStickersAndMemes: boolean,
    allowCustomMemes: boolean,
  }),
};

const teamFields = object('team', {
  ...settings,
  id: readOnly,
  displayName: text,
  description: orNull(text),
  visibility: oneOf(['private', 'public', 'hiddenMembership']),
  classification: orNull(text),
  createdDateTime: instant,
  // A property of the team that the old migration's own example sends along.
  isArchived: readOnly,
  specialization: readOnly,
  firstChannelName: orNull(text),
  members: readMembers,
});

type TeamInput = ReturnType<typeof teamFields>;

const VISIBILITY = { private: 'Private', public: 'Public', hiddenMembership: 'HiddenMembership' } as const;

function change(team: Team, given: TeamInput): void {
  Object.assign(team.memberSettings, given.memberSettings);
  Object.assign(team.guestSettings, given.guestSettings);
  Object.assign(team.messagingSettings, given.messagingSettings);
  Object.assign(team.funSettings, given.funSettings);
  const { group } = team;
  if (given.displayName !== undefined) group.displayName = given.displayName;
  if (given.description !== undefined) group.description = given.description;
  if (given.visibility !== undefined) group.visibility = VISIBILITY[given.visibility];
  if (given.classification !== undefined) group.classification = given.classification;
}

/** From a template (202, an operation), or in migration mode: https://learn.microsoft.com/graph/api/team-post */
function createTeam(call: Call): Reply {
  const json = call.json();
  const given = teamFields(json, '');
  const migrates = json['@microsoft.graph.teamCreationMode'] === 'migration';
  const group = json['group@odata.bind'];
  if (json['template@odata.bind'] === undefined && group === undefined) {
    throw badRequest('A team needs a template: template@odata.bind.');
  }
  if (group !== undefined) return teamify(call, String(group), given);
  if (!given.displayName) throw badRequest('A team needs a displayName.');
  const createdAt = createdInMigration(call, given.createdDateTime, migrates);
  const members = [...peopleOf(call, given.members ?? [])].map(([userId, role]) => ({ userId, role }));
  if (call.identity.user === undefined && !migrates && members.filter(({ role }) => role === 'owner').length !== 1) {
    throw badRequest('A team that an app makes on its own needs exactly one owner among its members.');
  }
  if (migrates && members.length > 0) throw badRequest('Members can be added when the migration is complete.');
  const owner = call.identity.user?.id ?? members.find(({ role }) => role === 'owner')?.userId;
  const made = groupsOf(call.tenant).create(
    {
      displayName: given.displayName,
      description: given.description ?? null,
      mailNickname: freeNickname(call, given.displayName),
      mailEnabled: true,
      securityEnabled: false,
      groupTypes: ['Unified'],
      visibility: VISIBILITY[given.visibility ?? 'public'],
      resourceBehaviorOptions: [
        'HideGroupInOutlook',
        'SubscribeMembersToCalendarEventsDisabled',
        'WelcomeEmailDisabled',
      ],
      owners: owner === undefined ? [] : [owner],
      members: members.map(({ userId }) => userId),
    },
    createdAt,
  );
  addSite(call.tenant, made, call.now);
  const team = teams(call).create(made, createdAt, migrates ? call.identity.app.id : undefined);
  change(team, given);
  return accepted(call, team);
}

function accepted(call: Call, team: Team): Reply {
  const path = `/teams('${team.id}')`;
  const { id } = teams(call).begin(team, 'createTeam', { id: team.id, path }, call.now);
  return acceptedReply(team, id, path);
}

function freeNickname(call: Call, name: string): string {
  const base =
    name
      .normalize('NFD')
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, 56) || 'team';
  let nickname = base;
  for (let n = 1; groupsOf(call.tenant).nicknameTaken(nickname); n++) nickname = `${base}${n}`;
  return nickname;
}

function teamify(call: Call, reference: string, given: TeamInput): Reply {
  const id = /\/groups(?:\/|\(')([^/')]+)(?:'\))?$/.exec(reference)?.[1] ?? '';
  return accepted(call, makeTeam(call, id, given));
}

/** 201 with the team: https://learn.microsoft.com/graph/api/team-put-teams */
function putTeam(call: Call): Reply {
  return teamReply(call, makeTeam(call, call.parameter('group'), teamFields(call.json(), '')), 201);
}

function makeTeam(call: Call, groupId: string, given: TeamInput): Team {
  const groups = groupsOf(call.tenant);
  const group = groups.byId(groupId);
  if (group === undefined) throw noSuchObject(groupId);
  // Teams hears of a group later than the directory.
  if (call.now - group.createdAt < groups.behaviour.teamsAfterMs) throw notFound(`No group with id '${groupId}'`);
  if (!isUnified(group)) throw badRequest('Only a Microsoft 365 group can have a team.');
  if (group.owners.size === 0) throw badRequest('The group needs an owner.');
  if (teams(call).byId(groupId) !== undefined) throw new GraphError(409, 'Conflict', 'The group has a team already.');
  const team = teams(call).create(group, call.now);
  change(team, given);
  return team;
}

function updateTeam(call: Call): Reply {
  change(teamOf(call), teamFields(call.json(), ''));
  return noContent();
}

function getOperation(call: Call): Reply {
  const team = teamOf(call);
  const operation = team.operations.get(call.parameter('operation'));
  if (operation === undefined) throw notFound('The operation');
  const json = operationJson(operation);
  operation.pollsLeft--;
  return entityReply(call, json);
}

function setArchived(call: Call, archived: boolean): Reply {
  const team = teamOf(call);
  if (team.isArchived === archived) throw badRequest(`The team is ${archived ? 'already' : 'not'} archived.`);
  team.isArchived = archived;
  const type = archived ? 'archiveTeam' : 'unarchiveTeam';
  const path = `/teams('${team.id}')`;
  const { id } = teams(call).begin(team, type, { id: team.id, path }, call.now);
  return acceptedReply(team, id, path);
}
