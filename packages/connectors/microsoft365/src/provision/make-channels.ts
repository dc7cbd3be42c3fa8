import { eventually, failed, found, made, missing, refusedLine } from '@sterna/cloud-http';
import type { BlueprintChannel, ProvisionLine } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { segment } from '../graph/client.ts';
import { codeOf, statusOf } from '../graph/errors.ts';
import { peopleOf } from '../groups/people-of-group.ts';
import { teamPath } from '../groups/team.ts';
import { CHANNEL_MEMBER_RIGHTS, CHANNEL_RIGHTS } from '../teams/graph-teams.ts';
import { counted } from './make-members.ts';
import { findPeople, type KnownMember } from './people-of-target.ts';
import type { Place } from './place.ts';
import { type ChannelMember, channelPath, channelsOf, type FoundChannel, membersOfChannel } from './team-channels.ts';

/** How many members a create may name: https://learn.microsoft.com/en-us/graph/api/channel-post */
const MOST_AT_CREATION = 200;
/** Seconds before further looks at whether a shared channel, which is made in the background, is there. */
const WAITS = [1, 2, 4, 8, 15];

const nameOf = ({ kind, name }: Pick<BlueprintChannel, 'kind' | 'name'>): string =>
  kind === 'standard' ? `channel ${name}` : `${kind} channel ${name}`;

const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/**
 * Makes the channels that the team lacks, each with its members, plainly: messages of the past go into existing ones too
 * (startMigration). Who is a member from the beginning isn't told so.
 */
export async function* ensureChannels(
  place: Place,
  teamId: string,
  channels: readonly BlueprintChannel[],
): AsyncGenerator<ProvisionLine> {
  // Teams may not know a team yet that it has just made.
  const there = await eventually(place.client, WAITS, async () => {
    try {
      return await channelsOf(place, teamId);
    } catch (thrown) {
      if (statusOf(thrown) !== 404) throw thrown;
      return undefined;
    }
  });
  if (there === undefined)
    throw new SternaError('transient', 'team-not-ready', 'Teams doesn’t know the new team yet.', {
      fix: 'Nothing to do: Sterna tries again by itself.',
    });
  for (const channel of channels) yield* ensureChannel(place, teamId, channel, there);
}

async function* ensureChannel(
  place: Place,
  teamId: string,
  channel: BlueprintChannel,
  there: readonly FoundChannel[],
): AsyncGenerator<ProvisionLine> {
  const what = nameOf(channel);
  const same = there.find(({ isPrimary, displayName }) =>
    channel.isDefault === true ? isPrimary : isSameName(displayName, channel.name),
  );
  try {
    if (same === undefined) {
      yield* makeChannel(place, teamId, channel);
      return;
    }
    if (same.kind !== channel.kind) {
      yield failed(what, {
        reason: `The team has a ${same.kind} channel of this name, and a channel can’t become another kind.`,
        fix: 'Rename that one in the target; then preprocess again.',
      });
      return;
    }
    yield found(
      what,
      channel.isDefault === true && !isSameName(same.displayName, channel.name)
        ? `It is called ${same.displayName}.`
        : undefined,
    );
    if (channel.kind !== 'standard') yield* ensureChannelMembers(place, teamId, same.id, channel);
  } catch (thrown) {
    yield refusedLine(what, thrown);
  }
}

/** Of those whom the target has: who may be in this channel. What the others lack was told with the team. */
async function allowedIn(
  place: Place,
  teamId: string,
  channel: BlueprintChannel,
): Promise<{
  readonly people: readonly KnownMember[];
  readonly lines: readonly ProvisionLine[];
  readonly owner?: string;
}> {
  const team = await peopleOf(place, teamId);
  const inTeam = new Set([...team.members, ...team.owners].map(({ id }) => id));
  const { known } = await findPeople(place, channel.members);
  const lines: ProvisionLine[] = [];
  const people = known.filter(({ id, address, isGuest }) => {
    const what = `${address} in the ${nameOf(channel)}`;
    if (channel.kind === 'private' && !inTeam.has(id)) {
      lines.push(
        missing(what, {
          reason: 'Members of a private channel have to be members of its team, and they aren’t.',
          fix: 'Add them to the team; then preprocess again.',
        }),
      );
      return false;
    }
    if (channel.kind === 'shared' && isGuest === true) {
      lines.push(
        missing(what, {
          reason: 'A guest can’t be a member of a shared channel.',
          fix: 'Share the channel with their organization, in Teams.',
        }),
      );
      return false;
    }
    return true;
  });
  const [first] = team.owners;
  return { people, lines, ...(first === undefined ? {} : { owner: first.id }) };
}

async function* makeChannel(place: Place, teamId: string, channel: BlueprintChannel): AsyncGenerator<ProvisionLine> {
  const what = nameOf(channel);
  if (channel.kind === 'standard') {
    await post(place, teamId, channel, []);
    yield made(what);
    return;
  }
  const { people, lines, owner } = await allowedIn(place, teamId, channel);
  const owners = people.filter(({ role, isGuest }) => role === 'owner' && isGuest !== true);
  const first = owners[0]?.id ?? owner;
  if (first === undefined) {
    yield failed(what, {
      reason: 'None of its owners is in the target, and the team has no owner either.',
      fix: 'Map one of its owners; then preprocess again.',
    });
    return;
  }
  // A shared one takes one owner at first; who is a member already becomes an owner unnoticed.
  const isOwner = (id: string): boolean =>
    id === first || (channel.kind === 'private' && owners.some((one) => one.id === id));
  const ids = [...new Set([first, ...people.map(({ id }) => id)])].slice(0, MOST_AT_CREATION);
  await post(
    place,
    teamId,
    channel,
    ids.map((id) => memberBody(place, id, isOwner(id))),
  );
  const now = await eventually(place.client, WAITS, async () =>
    (await channelsOf(place, teamId)).find(({ displayName }) => isSameName(displayName, channel.name)),
  );
  if (now === undefined) {
    yield failed(what, {
      reason: 'Teams took the request and hasn’t made the channel yet.',
      fix: 'Preprocess again in some minutes.',
    });
    return;
  }
  yield made(what, people.length === 0 ? undefined : `With ${counted(people.length)}.`);
  yield* lines;
  yield* settleMembers(place, teamId, now.id, channel, people);
}

/** Members of a channel that was there before. */
async function* ensureChannelMembers(
  place: Place,
  teamId: string,
  channelId: string,
  channel: BlueprintChannel,
): AsyncGenerator<ProvisionLine> {
  const { people, lines } = await allowedIn(place, teamId, channel);
  yield* lines;
  yield* settleMembers(place, teamId, channelId, channel, people);
}

async function* settleMembers(
  place: Place,
  teamId: string,
  channelId: string,
  channel: BlueprintChannel,
  wanted: readonly KnownMember[],
): AsyncGenerator<ProvisionLine> {
  const there = new Map((await membersOfChannel(place, teamId, channelId)).map((one) => [one.userId, one]));
  const path = `${channelPath(teamId, channelId)}/members`;
  for (const { id, address, role, isGuest } of wanted) {
    const now = there.get(id);
    const isOwner = role === 'owner' && isGuest !== true;
    if (now !== undefined && (!isOwner || isOwnerOf(now))) continue;
    const what = `${role} ${address} of the ${nameOf(channel)}`;
    const asked = { doing: 'adding a member to a channel', right: CHANNEL_MEMBER_RIGHTS.write, budget: place.teams };
    try {
      const body = memberBody(place, id, isOwner);
      if (now === undefined) await place.client.send({ ...asked, method: 'POST', path, body, repeatable: true });
      else
        await place.client.send({
          ...asked,
          method: 'PATCH',
          path: `${path}/${segment(now.id)}`,
          body: { '@odata.type': body['@odata.type'], roles: body.roles },
        });
      yield made(what, now === undefined ? 'Teams tells them in their activity.' : undefined);
    } catch (thrown) {
      yield refusedLine(what, thrown);
    }
  }
}

const isOwnerOf = ({ roles }: ChannelMember): boolean => roles?.includes('owner') === true;

const memberBody = ({ client }: Place, id: string, isOwner: boolean) => ({
  '@odata.type': '#microsoft.graph.aadUserConversationMember',
  roles: isOwner ? ['owner'] : [],
  'user@odata.bind': `${client.graph}/v1.0/users('${id}')`,
});

/** @throws SternaError config `channel-name-reserved` for the name of a deleted channel, which no list shows */
async function post(
  { client, teams }: Place,
  teamId: string,
  { name, kind, description }: BlueprintChannel,
  members: readonly object[],
): Promise<void> {
  try {
    await client.send({
      method: 'POST',
      path: `${teamPath(teamId)}/channels`,
      body: {
        displayName: name,
        membershipType: kind,
        ...(description === undefined ? {} : { description }),
        ...(members.length === 0 ? {} : { members }),
      },
      doing: 'making a channel',
      right: CHANNEL_RIGHTS.write,
      budget: teams,
    });
  } catch (thrown) {
    if (codeOf(thrown) !== 'NameAlreadyExists') throw thrown;
    throw new SternaError(
      'config',
      'channel-name-reserved',
      'A channel that was deleted had this name, and keeps it.',
      {
        fix: 'Restore the deleted channel in Teams (Manage team, Channels, Deleted), or wait until it is gone for good; then preprocess again.',
        cause: thrown,
      },
    );
  }
}
