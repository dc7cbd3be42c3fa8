import type { FidelityNote } from '@sterna/connector-kit';
import type { AccessRole, Grant } from '@sterna/core';
import { ownPermissions } from './drive-file.ts';
import type { DrivePermission } from './permission.ts';

/** Who may do what with an item by its own permissions; those of folders above it are theirs. */
export function grantsOf(permissions: readonly DrivePermission[]): readonly Grant[] {
  const found = ownPermissions(permissions).flatMap(grantOf);
  return [...found].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function grantOf({ type, role, emailAddress, domain, expirationTime }: DrivePermission): readonly Grant[] {
  const common = { role: roleOf(role) };
  const terms = expirationTime === undefined ? {} : { expires: expirationTime };
  switch (type) {
    case 'user':
    case 'group':
      return emailAddress === undefined ? [] : [{ type, principal: emailAddress, ...common }];
    case 'domain':
      return domain === undefined ? [] : [{ type, principal: domain, ...common, link: terms }];
    case 'anyone':
      return [{ type, principal: '', ...common, link: terms }];
    default:
      return [];
  }
}

/** Of a shared drive's roles, those that may delete and share are more than writing. */
function roleOf(role: DrivePermission['role']): AccessRole {
  if (role === 'owner' || role === 'organizer') return 'owner';
  if (role === 'writer' || role === 'fileOrganizer') return 'writer';
  return role === 'commenter' ? 'commenter' : 'reader';
}

const keyOf = ({ type, principal }: Grant): string => `${type} ${principal.toLowerCase()}`;

export type DriveRole = 'organizer' | 'writer' | 'commenter' | 'reader';

/** What is to be done so that an item has these rights of its own and no others. */
export interface GrantChanges {
  readonly add: readonly {
    readonly type: Grant['type'];
    readonly principal: string;
    readonly role: DriveRole;
    readonly expires?: string;
  }[];
  readonly change: readonly { readonly id: string; readonly role: DriveRole }[];
  readonly remove: readonly string[];
  readonly notes: readonly FidelityNote[];
}

/**
 * @param now The item's permissions as they are
 * @param domain Of the target's user: what was for everybody of an organization is for this one
 * @param ownersAre What an owner becomes: manager of a shared drive, a writer of anything else
 */
export function changesTo(
  wanted: readonly Grant[],
  now: readonly DrivePermission[],
  domain: string,
  ownersAre: 'organizer' | 'writer' = 'writer',
): GrantChanges {
  const notes: FidelityNote[] = [];
  const add: { type: Grant['type']; principal: string; role: DriveRole; expires?: string }[] = [];
  const change: { id: string; role: DriveRole }[] = [];
  const kept = new Set<string>();
  const own = ownPermissions(now);
  for (const grant of wanted) {
    if (grant.link?.hasPassword === true) {
      notes.push({
        code: 'link-with-password',
        text: 'It was shared by a link with a password, which nobody can read: without it, the link was not made.',
      });
      continue;
    }
    if (grant.type === 'domain' && grant.principal.toLowerCase() !== domain.toLowerCase()) {
      notes.push({
        code: 'domain-not-here',
        text: `It was shared with everybody of ${grant.principal}, which is not this organization.`,
      });
      continue;
    }
    if (grant.role === 'owner' && ownersAre === 'writer')
      notes.push({
        code: 'owner-as-writer',
        text: `${grant.principal} could do everything with it; here they may write.`,
      });
    const role: DriveRole = grant.role === 'owner' ? ownersAre : grant.role;
    const there = own.find((one) => isFor(one, grant));
    if (there === undefined) {
      const { expires } = grant.link ?? {};
      // Only people and groups can have a right for a time.
      if (expires !== undefined)
        notes.push({ code: 'link-without-end', text: `The link ended at ${expires}; in Google Drive it doesn’t end.` });
      add.push({ type: grant.type, principal: grant.principal, role });
      continue;
    }
    kept.add(there.id);
    if (there.role !== role) change.push({ id: there.id, role });
  }
  return { add, change, remove: own.filter(({ id }) => !kept.has(id)).map(({ id }) => id), notes };
}

function isFor({ type, emailAddress, domain }: DrivePermission, grant: Grant): boolean {
  if (type !== grant.type) return false;
  if (type === 'anyone') return true;
  return (type === 'domain' ? domain : emailAddress)?.toLowerCase() === grant.principal.toLowerCase();
}
