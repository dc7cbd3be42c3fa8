import type { OpenRequest } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import type { Connection } from '../connect.ts';
import type { DriveContext } from '../drive/part.ts';
import { quoted, segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { People } from './people.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/group */
export interface GraphGroup {
  readonly id: string;
  readonly displayName?: string | null;
  readonly description?: string | null;
  readonly mail?: string | null;
  readonly visibility?: string | null;
  /** `Unified`: a Microsoft 365 group. */
  readonly groupTypes?: readonly string[];
  /** `Team`: it has one. */
  readonly resourceProvisioningOptions?: readonly string[];
}

export const GROUP_PROPERTIES =
  'id,displayName,description,mail,visibility,groupTypes,resourceProvisioningOptions' as const;
export const GROUP_RIGHTS = { read: 'Group.Read.All', write: 'Group.ReadWrite.All' } as const;

/** What a part of a group's or team's session works with. */
export interface GroupContext extends DriveContext, Pick<Connection, 'client' | 'directory'> {
  readonly id: string;
  /** `/groups/{id}`, encoded. */
  readonly path: string;
  readonly people: People;
  readonly isTeam: boolean;
}

/**
 * The group of an entry, by its address or id.
 *
 * @throws SternaError config `group-not-found` | `no-team`; auth | transient | throttled
 */
export async function groupContextOf(connection: Connection, request: OpenRequest): Promise<GroupContext> {
  const { client, directory, drive, settings } = connection;
  const group = await groupOf(connection, request.address);
  const people = new People(client, directory);
  return {
    client,
    directory,
    drive,
    settings,
    address: request.address.toLowerCase(),
    role: request.role,
    id: group.id,
    path: `/groups/${segment(group.id)}`,
    people,
    isTeam: request.itemType === 'team',
  };
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function groupOf({ client, directory: budget }: Connection, address: string): Promise<GraphGroup> {
  const asked = { doing: 'looking the group up', right: GROUP_RIGHTS.read, budget } as const;
  let found: readonly GraphGroup[];
  if (GUID.test(address)) {
    try {
      const path = `/groups/${segment(address)}`;
      found = [(await client.send<GraphGroup>({ ...asked, method: 'GET', path, query: SELECTED })).body];
    } catch (thrown) {
      if (statusOf(thrown) !== 404) throw thrown;
      found = [];
    }
  } else {
    const query = { ...SELECTED, $filter: `mail eq ${quoted(address)}` };
    found = await client.all<GraphGroup>({ ...asked, method: 'GET', path: '/groups', query });
  }
  const [group] = found;
  if (group === undefined)
    throw new SternaError('config', 'group-not-found', `The tenant has no group ${address}.`, {
      field: 'address',
      fix: 'Check the address, and that the system’s tenant is the one of this group; a target’s group has to be there.',
    });
  return group;
}

const SELECTED = { $select: GROUP_PROPERTIES };
