import { shape } from '../odata/shape.ts';
import { instantText } from '../outlook/input.ts';
import type { Tenant } from '../state/tenant.ts';
import { isGuestId } from './people.ts';
import { teamMembers } from './store.ts';
import type { Operation, Team } from './team.ts';

export const TEAM = shape(
  'team',
  [
    'id',
    'createdDateTime',
    'displayName',
    'description',
    'internalId',
    'classification',
    'specialization',
    'visibility',
    'webUrl',
    'isArchived',
    'tenantId',
    'memberSettings',
    'guestSettings',
    'messagingSettings',
    'funSettings',
    'summary',
  ],
  ['channels', 'members', 'group', 'primaryChannel'],
);

/** What a listing of teams tells; the rest is null there. */
export const LISTED = ['id', 'displayName', 'description', 'visibility'];

export function teamJson(tenant: Tenant, team: Team, general: string): Record<string, unknown> {
  const { group } = team;
  const members = teamMembers(team);
  const guests = [...members.keys()].filter((id) => isGuestId(tenant, id)).length;
  const owners = [...members.values()].filter((role) => role === 'owner').length;
  return {
    id: team.id,
    createdDateTime: instantText(team.createdAt),
    displayName: group.displayName,
    description: group.description,
    internalId: general,
    classification: group.classification,
    specialization: 'none',
    visibility:
      group.visibility === 'Public' ? 'public' : group.visibility === 'Private' ? 'private' : 'hiddenMembership',
    webUrl: `https://teams.microsoft.com/l/team/${encodeURIComponent(general)}/conversations?groupId=${team.id}&tenantId=${tenant.id}`,
    isArchived: team.isArchived,
    tenantId: tenant.id,
    memberSettings: { ...team.memberSettings },
    guestSettings: { ...team.guestSettings },
    messagingSettings: { ...team.messagingSettings },
    funSettings: { ...team.funSettings },
    summary: { ownersCount: owners, membersCount: members.size - owners - guests, guestsCount: guests },
  };
}

export function operationJson(operation: Operation): Record<string, unknown> {
  const succeeded = operation.pollsLeft <= 0;
  return {
    id: operation.id,
    operationType: operation.type,
    createdDateTime: instantText(operation.createdAt),
    status: succeeded ? 'succeeded' : 'inProgress',
    lastActionDateTime: instantText(operation.createdAt),
    attemptsCount: 1,
    targetResourceId: operation.targetId,
    targetResourceLocation: operation.targetPath,
    error: null,
  };
}
