import type { GoogleClient, Paged } from '../api/client.ts';
import { segment } from '../api/client.ts';
import { GROUP_SCOPES, groupPath } from './find-group.ts';

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/members */
export interface DirectoryMember {
  readonly id: string;
  /** Everybody of the organization has none. */
  readonly email?: string;
  readonly role?: string;
  /** `GROUP`; `CUSTOMER`: everybody of the organization; else a person. */
  readonly type?: string;
  readonly status?: string;
}

interface Members extends Paged {
  readonly members?: readonly DirectoryMember[];
}

const PAGE = 200;

/** Direct members alone. */
export async function directMembers(
  directory: GoogleClient,
  groupId: string,
  roles?: 'OWNER',
): Promise<DirectoryMember[]> {
  const all: DirectoryMember[] = [];
  for await (const { members = [] } of directory.pages<Members>({
    method: 'GET',
    path: `${groupPath(groupId)}/members`,
    query: { maxResults: PAGE, roles },
    doing: 'listing the members of the group',
    right: GROUP_SCOPES.read[0],
  }))
    all.push(...members);
  return all;
}

/** @param key Id or address */
export async function memberAt(
  directory: GoogleClient,
  groupId: string,
  key: string,
): Promise<DirectoryMember | undefined> {
  const { status, body } = await directory.send<DirectoryMember>({
    method: 'GET',
    path: `${groupPath(groupId)}/members/${segment(key)}`,
    doing: 'looking a member up',
    right: GROUP_SCOPES.read[0],
    expected: [404],
  });
  return status === 404 ? undefined : body;
}

export type GoogleRole = 'OWNER' | 'MANAGER' | 'MEMBER';

const ROLES = { owner: 'OWNER', manager: 'MANAGER', member: 'MEMBER' } as const;
export type Role = keyof typeof ROLES;
export const googleRole = (role: Role): GoogleRole => ROLES[role];
export const roleOf = ({ role }: DirectoryMember): Role =>
  role === 'OWNER' ? 'owner' : role === 'MANAGER' ? 'manager' : 'member';

/** `refused`: the group doesn't take them as they are; `nobody`: the directory has no such person or group. */
export type Added =
  | { readonly outcome: 'added' | 'there'; readonly member: DirectoryMember }
  | { readonly outcome: 'nobody' }
  | { readonly outcome: 'refused' };

/** Nobody is mailed: the API adds, and doesn't invite. */
export async function addMember(
  directory: GoogleClient,
  groupId: string,
  email: string,
  role: GoogleRole,
): Promise<Added> {
  const { status, body } = await directory.send<DirectoryMember>({
    method: 'POST',
    path: `${groupPath(groupId)}/members`,
    body: { email, role },
    doing: 'adding a member to the group',
    right: GROUP_SCOPES.write[0],
    // Who is there already is answered with 409, so this can be sent again.
    repeatable: true,
    expected: [404, 409, 412],
  });
  if (status === 404) return { outcome: 'nobody' };
  if (status === 412) return { outcome: 'refused' };
  if (status !== 409) return { outcome: 'added', member: body };
  const member = await memberAt(directory, groupId, email);
  return member === undefined ? { outcome: 'refused' } : { outcome: 'there', member };
}

export async function changeRole(
  directory: GoogleClient,
  groupId: string,
  memberId: string,
  role: GoogleRole,
): Promise<void> {
  await directory.send({
    method: 'PATCH',
    path: `${groupPath(groupId)}/members/${segment(memberId)}`,
    body: { role },
    doing: 'changing the role of a member',
    right: GROUP_SCOPES.write[0],
    repeatable: true,
  });
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();
