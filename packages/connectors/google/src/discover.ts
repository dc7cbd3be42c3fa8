import type { DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import { type ItemType, SternaError } from '@sterna/core';
import type { Paged } from './api/client.ts';
import { type Connection, connect } from './connect.ts';
import { DIRECTORY_SCOPES } from './directory-scopes.ts';
import { SCOPES as DRIVE_SCOPES } from './drive/drive-api.ts';
import { GROUP_SCOPES } from './groups/find-group.ts';
import { groupApis } from './groups/group.ts';
import { PARTS } from './parts.ts';

const NEVER = new AbortController().signal;

interface Users extends Paged {
  readonly users?: readonly {
    readonly primaryEmail: string;
    readonly name?: { readonly fullName?: string };
    readonly suspended?: boolean;
    readonly archived?: boolean;
    readonly isMailboxSetup?: boolean;
  }[];
}

/**
 * The users of the whole customer account, all of its domains: those who can sign in, for nobody acts for a suspended one.
 * https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/list
 *
 * @throws SternaError auth | config | transient | throttled; config `admin-missing` where nobody is named to look
 */
export async function* discoverUsers(
  system: SystemConfig,
  itemType: ItemType,
  signal: AbortSignal = NEVER,
): AsyncGenerator<DiscoveredItem> {
  if (!PARTS.some((part) => part.itemType === itemType)) return;
  const connection = connect({ system, signal });
  try {
    const { admin } = connection.settings;
    if (admin === undefined)
      throw new SternaError('config', 'admin-missing', 'Nobody is named who may list the users.', {
        field: 'admin',
        fix: 'Give an administrator’s address in the settings of the system, or import the users as CSV.',
      });
    const client = connection.client('directory', admin.toLowerCase(), [DIRECTORY_SCOPES]);
    for await (const { users = [] } of client.pages<Users>({
      method: 'GET',
      path: '/admin/directory/v1/users',
      query: { customer: 'my_customer', maxResults: 500, orderBy: 'email' },
      doing: 'listing the users',
      right: DIRECTORY_SCOPES[0],
    }))
      for (const { primaryEmail, name, suspended, archived, isMailboxSetup } of users) {
        if (suspended === true || archived === true) continue;
        if (itemType === 'mailbox' && isMailboxSetup === false) continue;
        yield { itemType, address: primaryEmail, ...(name?.fullName ? { displayName: name.fullName } : {}) };
      }
    if (itemType === 'drive') yield* sharedDrives(connection, admin.toLowerCase());
  } finally {
    connection.destroy();
  }
}

interface Groups extends Paged {
  readonly groups?: readonly { readonly email: string; readonly name?: string }[];
}

/**
 * The groups of the whole customer account.
 * https://developers.google.com/workspace/admin/directory/reference/rest/v1/groups/list
 *
 * @throws SternaError auth | config | transient | throttled; config `admin-missing`
 */
export async function* discoverGroups(
  system: SystemConfig,
  signal: AbortSignal = NEVER,
): AsyncGenerator<DiscoveredItem> {
  const connection = connect({ system, signal });
  try {
    const { directory } = groupApis(connection, 'read');
    for await (const { groups = [] } of directory.pages<Groups>({
      method: 'GET',
      path: '/admin/directory/v1/groups',
      query: { customer: 'my_customer', maxResults: 200, orderBy: 'email' },
      doing: 'listing the groups',
      right: GROUP_SCOPES.read[0],
    }))
      for (const { email, name } of groups)
        yield { itemType: 'group', address: email, ...(name ? { displayName: name } : {}) };
  } finally {
    connection.destroy();
  }
}

interface SharedDrives extends Paged {
  readonly drives?: readonly { readonly id: string; readonly name?: string }[];
}

/** All of the domain, whoever is in them: https://developers.google.com/workspace/drive/api/reference/rest/v3/drives/list */
async function* sharedDrives(connection: Connection, admin: string): AsyncGenerator<DiscoveredItem> {
  const scopes = [DRIVE_SCOPES.read, DRIVE_SCOPES.write];
  const client = connection.client('drive', admin, scopes);
  for await (const { drives = [] } of client.pages<SharedDrives>({
    method: 'GET',
    path: '/drive/v3/drives',
    query: { pageSize: 100, useDomainAdminAccess: true, fields: 'nextPageToken,drives(id,name)' },
    doing: 'listing the shared drives',
    right: DRIVE_SCOPES.read[0],
    units: 100,
  }))
    for (const { id, name } of drives) yield { itemType: 'drive', address: id, ...(name ? { displayName: name } : {}) };
}
