import { type Clock, systemClock } from '@sterna/cloud-http';
import type { Blueprint, BlueprintMember, PlaceRequest } from '@sterna/connector-kit';
import { connect } from '../connect.ts';
import { accessSetting, inWords, readAccess, visibilityOf } from './access.ts';
import { type DirectoryMember, directMembers, domainOf, roleOf } from './directory-members.ts';
import { theGroupAt } from './find-group.ts';
import { groupAddress, groupApis } from './group.ts';

/**
 * What a group is, without what was said in it.
 *
 * @throws SternaError config `admin-missing` | `bad-address` | `group-not-found` | `api-off`; auth | transient | throttled
 */
export async function groupBlueprint(request: PlaceRequest, clock: Clock = systemClock): Promise<Blueprint> {
  const connection = connect(request, clock);
  try {
    const { directory, access } = groupApis(connection, 'read');
    const { id, email, name, description } = await theGroupAt(directory, groupAddress(request.address));
    const [fields, members] = await Promise.all([readAccess(access, email), directMembers(directory, id)]);
    return {
      itemType: 'group',
      name: name ?? '',
      ...(description ? { description } : {}),
      visibility: visibilityOf(fields),
      access: inWords(accessSetting(fields)),
      members: members.flatMap((one) => memberOf(one, domainOf(email))),
      channels: [],
    };
  } finally {
    connection.destroy();
  }
}

/** Everybody of the organization is nobody who could be found elsewhere. */
function memberOf(one: DirectoryMember, domain: string): readonly BlueprintMember[] {
  const { email, type } = one;
  if (email === undefined || type === 'CUSTOMER') return [];
  return [
    {
      address: email.toLowerCase(),
      role: roleOf(one),
      ...(type === 'GROUP' ? { isGroup: true as const } : {}),
      ...(type !== 'GROUP' && domainOf(email) !== domain ? { isGuest: true as const } : {}),
    },
  ];
}
