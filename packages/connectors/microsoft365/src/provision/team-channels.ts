import type { BlueprintChannel } from '@sterna/connector-kit';
import { segment } from '../graph/client.ts';
import { teamPath } from '../groups/team.ts';
import { CHANNEL_MEMBER_RIGHTS, CHANNEL_RIGHTS, type GraphChannel } from '../teams/graph-teams.ts';
import type { Place } from './place.ts';

export const channelPath = (teamId: string, channelId: string): string =>
  `${teamPath(teamId)}/channels/${segment(channelId)}`;

export interface FoundChannel extends Pick<GraphChannel, 'id' | 'displayName' | 'description'> {
  readonly kind: BlueprintChannel['kind'];
  /** The one that every team has, whatever it is called. */
  readonly isPrimary: boolean;
}

/** https://learn.microsoft.com/en-us/graph/api/resources/aaduserconversationmember */
export interface ChannelMember {
  /** Of the membership. */
  readonly id: string;
  readonly userId?: string | null;
  readonly email?: string | null;
  /** `owner`, `guest`. */
  readonly roles?: readonly string[] | null;
}

/** Those that the team has itself, not those that others share with it. */
export async function channelsOf(place: Place, teamId: string): Promise<FoundChannel[]> {
  const { client, teams: budget } = place;
  const asked = { right: CHANNEL_RIGHTS.read, budget } as const;
  const channels = await client.all<GraphChannel>({
    ...asked,
    method: 'GET',
    path: `${teamPath(teamId)}/channels`,
    query: { $select: 'id,displayName,description,membershipType' },
    doing: 'listing the channels',
  });
  const { body: primary } = await client.send<GraphChannel>({
    ...asked,
    method: 'GET',
    path: `${teamPath(teamId)}/primaryChannel`,
    query: { $select: 'id' },
    doing: 'looking for the team’s first channel',
  });
  return channels.map(({ id, displayName, description, membershipType }) => ({
    id,
    displayName,
    ...(description ? { description } : {}),
    kind: membershipType === 'private' || membershipType === 'shared' ? membershipType : 'standard',
    isPrimary: id === primary.id,
  }));
}

export async function membersOfChannel(place: Place, teamId: string, channelId: string): Promise<ChannelMember[]> {
  return place.client.all<ChannelMember>({
    method: 'GET',
    path: `${channelPath(teamId, channelId)}/members`,
    doing: 'listing the members of a channel',
    right: CHANNEL_MEMBER_RIGHTS.read,
    budget: place.teams,
  });
}
