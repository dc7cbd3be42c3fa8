import { type Clock, systemClock } from '@sterna/cloud-http';
import type { Blueprint, BlueprintChannel, BlueprintMember, PlaceRequest } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { connect } from '../connect.ts';
import { type GraphGroup, groupAt, isTeam, visibilityOf } from '../groups/find-group.ts';
import { findSite, ownerOfSite } from './find-site.ts';
import { membersOf } from './members-of-group.ts';
import { type Place, placeOf } from './place.ts';
import { type ChannelMember, channelsOf, membersOfChannel } from './team-channels.ts';

/**
 * What a group, team or site is, without its contents.
 *
 * @throws SternaError config `group-not-found` | `no-team` | `site-not-found` | `bad-address`; auth | transient | throttled
 */
export async function blueprintOf(request: PlaceRequest, clock: Clock = systemClock): Promise<Blueprint> {
  const connection = connect(request, clock);
  try {
    const place = placeOf(connection, request);
    return request.itemType === 'site' ? await siteBlueprint(place) : await groupBlueprint(place);
  } finally {
    connection.client.destroy();
  }
}

async function groupBlueprint(place: Place): Promise<Blueprint> {
  const { address, itemType } = place.request;
  const group = await groupAt(place, address);
  if (group === undefined)
    throw new SternaError('config', 'group-not-found', `The tenant has no group ${address}.`, {
      field: 'address',
      fix: 'Check the address, and that the system’s tenant is the one of this group.',
    });
  const ofGroup = await describe(place, group);
  if (itemType !== 'team') return { itemType, ...ofGroup, channels: [] };
  if (!isTeam(group))
    throw new SternaError('config', 'no-team', `The group ${address} has no team.`, {
      field: 'address',
      fix: 'Make the entry a group.',
    });
  return { itemType, ...ofGroup, channels: await channels(place, group.id) };
}

async function describe(
  place: Place,
  group: GraphGroup,
): Promise<Pick<Blueprint, 'name' | 'description' | 'visibility' | 'members'>> {
  const visibility = visibilityOf(group);
  return {
    name: group.displayName ?? '',
    ...(group.description ? { description: group.description } : {}),
    ...(visibility === undefined ? {} : { visibility }),
    members: await membersOf(place, group.id),
  };
}

async function channels(place: Place, teamId: string): Promise<BlueprintChannel[]> {
  const all: BlueprintChannel[] = [];
  for (const { id, displayName, description, kind, isPrimary } of await channelsOf(place, teamId)) {
    const members = kind === 'standard' ? [] : await membersOfChannel(place, teamId, id);
    all.push({
      name: displayName,
      kind,
      ...(isPrimary ? { isDefault: true as const } : {}),
      ...(description ? { description } : {}),
      members: (await Promise.all(members.map((one) => memberOf(place, one)))).flatMap((one) => one ?? []),
    });
  }
  return all;
}

/** By the directory's name of them: channels tell an address of mail, which may be another. */
async function memberOf(place: Place, { userId, email, roles }: ChannelMember): Promise<BlueprintMember | undefined> {
  const known = userId ? await place.people.withId(userId) : undefined;
  const address = known?.address ?? email?.toLowerCase();
  if (address === undefined) return undefined;
  return {
    ...known,
    address,
    role: roles?.includes('owner') ? 'owner' : 'member',
    ...(roles?.includes('guest') ? { isGuest: true as const } : {}),
  };
}

async function siteBlueprint(place: Place): Promise<Blueprint> {
  const { address, itemType } = place.request;
  const site = await findSite(place, address);
  if (site === undefined)
    throw new SternaError('config', 'site-not-found', `There is no site ${address}.`, {
      field: 'address',
      fix: 'Check the address: write it as in the browser, contoso.sharepoint.com/sites/sales.',
    });
  const itself = {
    itemType,
    name: site.displayName || site.name || address,
    ...(site.description ? { description: site.description } : {}),
    channels: [],
  };
  const { comesWith, group } = await ownerOfSite(place, site);
  if (group === undefined) return { ...itself, members: [], site: { comesWith } };
  const { visibility, members } = await describe(place, group);
  return { ...itself, ...(visibility && { visibility }), members, site: { comesWith } };
}
