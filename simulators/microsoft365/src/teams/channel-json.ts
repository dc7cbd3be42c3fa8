import { shape } from '../odata/shape.ts';
import { instantText } from '../outlook/input.ts';
import type { Tenant } from '../state/tenant.ts';
import { type Channel, migrationOf } from './channel.ts';
import { isGuestId } from './people.ts';
import type { Team } from './team.ts';

export const CHANNEL = shape(
  'channel',
  [
    'id',
    'createdDateTime',
    'originalCreatedDateTime',
    'displayName',
    'description',
    'isFavoriteByDefault',
    'email',
    'tenantId',
    'webUrl',
    'membershipType',
    'isArchived',
    'migrationMode',
    'layoutType',
    'summary',
  ],
  ['members', 'messages', 'tabs', 'filesFolder'],
);

export function channelJson(
  tenant: Tenant,
  team: Team,
  channel: Channel,
  members: ReadonlyMap<string, 'owner' | 'member'>,
): Record<string, unknown> {
  const guests = [...members.keys()].filter((id) => isGuestId(tenant, id)).length;
  const owners = [...members.values()].filter((role) => role === 'owner').length;
  return {
    id: channel.id,
    createdDateTime: instantText(channel.createdAt),
    originalCreatedDateTime: channel.originalCreatedAt === null ? null : instantText(channel.originalCreatedAt),
    displayName: channel.displayName,
    description: channel.description,
    isFavoriteByDefault: channel.isFavoriteByDefault,
    email: '',
    tenantId: tenant.id,
    webUrl: `https://teams.microsoft.com/l/channel/${encodeURIComponent(channel.id)}/${encodeURIComponent(channel.displayName)}?groupId=${team.id}&tenantId=${tenant.id}`,
    membershipType: channel.membershipType,
    isArchived: team.isArchived || channel.isArchived,
    migrationMode: migrationOf(channel) !== undefined ? 'inProgress' : (channel.migration ?? null),
    layoutType: 'post',
    summary: {
      ownersCount: owners,
      membersCount: members.size - owners - guests,
      guestsCount: guests,
      hasMembersFromOtherTenants: false,
    },
  };
}
