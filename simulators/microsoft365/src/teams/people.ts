import { isGuest } from '../directory/routes.ts';
import { groupsOf } from '../groups/store.ts';
import { shape } from '../odata/shape.ts';
import { instantText } from '../outlook/input.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';

export const MEMBER = shape(
  'aadUserConversationMember',
  ['id', 'roles', 'displayName', 'visibleHistoryStartDateTime', 'userId', 'email', 'tenantId'],
  ['user'],
);

export function userOf(tenant: Tenant, id: string): DirectoryUser | undefined {
  const found = groupsOf(tenant).object(id);
  return found?.kind === 'user' ? found.user : undefined;
}

export function isGuestId(tenant: Tenant, id: string): boolean {
  const user = userOf(tenant, id);
  return user !== undefined && isGuest(user);
}

/** A membership's id holds the place and the user: opaque, and another in each place. */
function membershipId(place: string, userId: string): string {
  return Buffer.from(`MCMjMSMj${place}##${userId}`).toString('base64url');
}

/** The user of a membership of this place; undefined for another's. */
export function userOfMembership(place: string, membership: string): string | undefined {
  const [of, userId] = Buffer.from(membership, 'base64url').toString().replace('MCMjMSMj', '').split('##');
  return of === place ? userId : undefined;
}

export function memberJson(
  tenant: Tenant,
  place: string,
  userId: string,
  role: 'owner' | 'member',
): Record<string, unknown> {
  const user = userOf(tenant, userId);
  const guest = user !== undefined && isGuest(user);
  return {
    '@odata.type': '#microsoft.graph.aadUserConversationMember',
    id: membershipId(place, userId),
    roles: guest ? ['guest'] : role === 'owner' ? ['owner'] : [],
    displayName: user?.displayName ?? null,
    visibleHistoryStartDateTime: instantText(-62_135_596_800_000),
    userId,
    email: user?.mail ?? null,
    tenantId: tenant.id,
  };
}
