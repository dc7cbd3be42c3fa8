import type { DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import type { ItemType } from '@sterna/core';
import { connect } from './connect.ts';
import { GROUP_RIGHTS, type GraphGroup, isTeam, SELECTED } from './groups/find-group.ts';

const NEVER = new AbortController().signal;

interface User {
  readonly id: string;
  readonly displayName?: string | null;
  readonly userPrincipalName: string;
  readonly mail?: string | null;
}

/**
 * All users of the tenant: one with an address has, or had, a mailbox. Which of them has none any more tells its opening,
 * for the directory doesn't say.
 *
 * @throws SternaError auth | config | transient | throttled
 */
export async function* discoverUsers(
  system: SystemConfig,
  itemType: ItemType,
  signal: AbortSignal = NEVER,
): AsyncGenerator<DiscoveredItem> {
  if (itemType !== 'mailbox' && itemType !== 'drive') return;
  const { client, directory } = connect({ system, address: undefined, signal });
  try {
    for await (const page of client.pages<User>({
      method: 'GET',
      path: '/users',
      query: { $select: 'id,displayName,userPrincipalName,mail', $top: 999 },
      doing: 'listing the users',
      right: 'User.Read.All',
      budget: directory,
    }))
      for (const user of page.value) {
        if (itemType === 'mailbox' && !user.mail) continue;
        yield {
          itemType,
          address: user.userPrincipalName,
          ...(user.displayName ? { displayName: user.displayName } : {}),
        };
      }
  } finally {
    client.destroy();
  }
}

/**
 * All Microsoft 365 groups of the tenant: as `team` those that are one, as `group` the others.
 *
 * @throws SternaError auth | config | transient | throttled
 */
export async function* discoverGroups(
  system: SystemConfig,
  itemType: 'group' | 'team',
  signal: AbortSignal = NEVER,
): AsyncGenerator<DiscoveredItem> {
  const { client, directory } = connect({ system, address: undefined, signal });
  try {
    for await (const page of client.pages<GraphGroup>({
      method: 'GET',
      path: '/groups',
      query: { ...SELECTED, $filter: "groupTypes/any(c:c eq 'Unified')", $top: 999 },
      doing: 'listing the groups',
      right: GROUP_RIGHTS.read,
      budget: directory,
    }))
      for (const group of page.value) {
        const { mail, displayName } = group;
        if (!mail || isTeam(group) !== (itemType === 'team')) continue;
        yield { itemType, address: mail, ...(displayName ? { displayName } : {}) };
      }
  } finally {
    client.destroy();
  }
}
