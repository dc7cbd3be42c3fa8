import type { OpenRequest } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import type { Connection } from '../connect.ts';
import type { DriveContext } from '../drive/part.ts';
import { segment } from '../graph/client.ts';
import { type GraphGroup, groupAt } from './find-group.ts';
import { People } from './people.ts';

/** What a part of a group's or team's session works with. */
export interface GroupContext extends DriveContext, Pick<Connection, 'client' | 'directory' | 'outlook' | 'tokens'> {
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
export async function groupContextOf(
  connection: Connection,
  request: Pick<OpenRequest, 'address' | 'itemType' | 'role'>,
): Promise<GroupContext> {
  const { client, directory, drive, outlook, settings, tokens } = connection;
  const group = await groupOf(connection, request.address);
  const people = new People(client, directory);
  return {
    client,
    directory,
    drive,
    outlook,
    settings,
    tokens,
    address: request.address.toLowerCase(),
    role: request.role,
    id: group.id,
    path: `/groups/${segment(group.id)}`,
    people,
    isTeam: request.itemType === 'team',
  };
}

async function groupOf(connection: Connection, address: string): Promise<GraphGroup> {
  const group = await groupAt(connection, address);
  if (group === undefined)
    throw new SternaError('config', 'group-not-found', `The tenant has no group ${address}.`, {
      field: 'address',
      fix: 'Check the address, and that the system’s tenant is the one of this group; a target’s group has to be there.',
    });
  return group;
}
