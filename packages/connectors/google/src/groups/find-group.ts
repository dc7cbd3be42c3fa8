import { SternaError } from '@sterna/core';
import { type GoogleClient, segment } from '../api/client.ts';

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/groups */
export interface GoogleGroup {
  readonly id: string;
  readonly email: string;
  readonly name?: string;
  readonly description?: string;
  readonly aliases?: readonly string[];
}

const AUTH = 'https://www.googleapis.com/auth/';
export const GROUP_SCOPES = {
  read: [`${AUTH}admin.directory.group.readonly`],
  write: [`${AUTH}admin.directory.group`],
} as const;

const GROUPS = '/admin/directory/v1/groups';
/** Encoded. @param key Its id or address */
export const groupPath = (key: string): string => `${GROUPS}/${segment(key)}`;

/** By its address, an alias or its id; undefined where there is none. */
export async function groupAt(directory: GoogleClient, key: string): Promise<GoogleGroup | undefined> {
  const { status, body } = await directory.send<GoogleGroup>({
    method: 'GET',
    path: groupPath(key),
    doing: 'looking the group up',
    right: GROUP_SCOPES.read[0],
    expected: [404],
  });
  return status === 404 ? undefined : body;
}

/** @throws SternaError config `group-not-found` */
export async function theGroupAt(directory: GoogleClient, address: string): Promise<GoogleGroup> {
  const found = await groupAt(directory, address);
  if (found !== undefined) return found;
  throw new SternaError('config', 'group-not-found', `The domain has no group ${address}.`, {
    field: 'address',
    fix: 'Check the address, and that the administrator in the system’s settings is of its domain; a target’s group has to be there: preprocess makes it.',
  });
}
