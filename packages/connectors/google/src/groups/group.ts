import type { OpenRequest } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import type { GoogleClient } from '../api/client.ts';
import type { Connection } from '../connect.ts';
import { isAddress } from '../settings.ts';
import { ARCHIVE_SCOPES } from './archive-scopes.ts';
import { type GoogleGroup, GROUP_SCOPES, theGroupAt } from './find-group.ts';

/** Of the Groups Settings API, for reading and writing. */
export const ACCESS_SCOPES = ['https://www.googleapis.com/auth/apps.groups.settings'] as const;

/** The APIs that a group takes, each as the administrator. */
export interface GroupApis {
  readonly directory: GoogleClient;
  readonly access: GoogleClient;
  readonly archive: GoogleClient;
}

/** What a part of a group's session works with. */
export interface GroupContext extends GroupApis {
  readonly id: string;
  /** Lower-case: the group's own, whatever alias it was asked for by. */
  readonly email: string;
  readonly role: OpenRequest['role'];
}

/**
 * Nothing is sent yet.
 *
 * @throws SternaError config `admin-missing`
 */
export function groupApis(connection: Connection, role: OpenRequest['role']): GroupApis {
  const { admin } = connection.settings;
  if (admin === undefined)
    throw new SternaError('config', 'admin-missing', 'Nobody is named who may work with the groups.', {
      field: 'admin',
      fix: 'Give an administrator’s address in the settings of the system: groups are the administrators’ alone.',
    });
  const as = admin.toLowerCase();
  const { read, write } = GROUP_SCOPES;
  return {
    directory: connection.client('directory', as, role === 'write' ? [write] : [read, write]),
    access: connection.client('groupsSettings', as, [ACCESS_SCOPES]),
    archive: connection.client('groupsMigration', as, [ARCHIVE_SCOPES]),
  };
}

/** @throws SternaError config `admin-missing` | `bad-address` | `group-not-found`; auth | transient | throttled */
export async function groupContextOf(
  connection: Connection,
  { address, role }: Pick<OpenRequest, 'address' | 'role'>,
): Promise<GroupContext> {
  const apis = groupApis(connection, role);
  return { ...apis, ...identityOf(await theGroupAt(apis.directory, groupAddress(address))), role };
}

export const identityOf = ({ id, email }: GoogleGroup): Pick<GroupContext, 'id' | 'email'> => ({
  id,
  email: email.toLowerCase(),
});

/** @throws SternaError config `bad-address` */
export function groupAddress(address: string): string {
  if (isAddress(address)) return address.toLowerCase();
  throw new SternaError('config', 'bad-address', `“${address}” is no group’s address.`, {
    field: 'address',
    fix: 'Write the group’s address, as in group@domain.',
  });
}
