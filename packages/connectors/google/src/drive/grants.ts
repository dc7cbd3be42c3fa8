import { type FidelityNote, rightWithEnd } from '@sterna/connector-kit';
import { type AccessRole, endsAlike, type Grant } from '@sterna/core';
import { ownPermissions } from './drive-file.ts';
import type { DrivePermission } from './permission.ts';

/**
 * Who may do what with an item by its own permissions; those of folders above it are theirs.
 *
 * @param ownedByMe false where somebody else's owning is a right, too
 */
export function grantsOf(permissions: readonly DrivePermission[], ownedByMe = true): readonly Grant[] {
  const found = ownPermissions(permissions, ownedByMe).flatMap(grantOf);
  return [...found].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function grantOf({ type, role, emailAddress, domain, expirationTime }: DrivePermission): readonly Grant[] {
  // Between two shared drives a content manager stays one: no other system has that role.
  const common = { role: roleOf(role), ...(role === 'fileOrganizer' ? { rights: FILE_ORGANIZER } : {}) };
  const terms = expirationTime === undefined ? {} : { expires: expirationTime };
  switch (type) {
    case 'user':
    case 'group':
      return emailAddress === undefined ? [] : [{ type, principal: emailAddress, ...common, ...terms }];
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

const FILE_ORGANIZER = 'fileOrganizer';

export type DriveRole = 'organizer' | 'fileOrganizer' | 'writer' | 'commenter' | 'reader';

/** What is to be done so that an item has these rights of its own and no others. */
export interface GrantChanges {
  readonly add: readonly {
    readonly type: Grant['type'];
    readonly principal: string;
    readonly role: DriveRole;
    readonly expires?: string;
  }[];
  /** A right that has an end now and shall have none is told so: `expires: null`. */
  readonly change: readonly { readonly id: string; readonly role: DriveRole; readonly expires?: string | null }[];
  readonly remove: readonly string[];
  readonly notes: readonly FidelityNote[];
}

/** What the rights are given on: not every kind of item takes every role and every end. */
export type RightsPlace = 'shared-drive' | 'shared-folder' | 'shared-file' | 'folder' | 'file';

/**
 * @param now The item's permissions as they are
 * @param domain Of the target's user: what was for everybody of an organization is for this one
 * @param moment Now (ms since 1970): a right can end in a year at the latest
 */
export function changesTo(
  wanted: readonly Grant[],
  now: readonly DrivePermission[],
  domain: string,
  place: RightsPlace = 'file',
  moment = Date.now(),
): GrantChanges {
  const notes: FidelityNote[] = [];
  const add: { type: Grant['type']; principal: string; role: DriveRole; expires?: string }[] = [];
  const change: { id: string; role: DriveRole; expires?: string | null }[] = [];
  const ownersAre = place === 'shared-drive' ? 'organizer' : 'writer';
  const kept = new Set<string>();
  const own = ownPermissions(now);
  for (const grant of wanted) {
    // They have every right already, and keep it.
    if (now.some((one) => one.role === 'owner' && isFor(one, grant))) continue;
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
    const role = roleFor(grant, place, ownersAre);
    if (grant.rights === FILE_ORGANIZER && role !== FILE_ORGANIZER)
      notes.push({
        code: 'file-organizer-as-writer',
        text: `${grant.principal} was a content manager of it, which there is in shared drives alone; here they may write.`,
      });
    const reason = grant.expires === undefined ? undefined : whyNotUntil(grant.expires, role, place, moment);
    if (reason !== undefined) {
      notes.push(rightWithEnd(grant, reason));
      continue;
    }
    const there = own.find((one) => isFor(one, grant));
    if (there === undefined) {
      const { expires } = grant.link ?? {};
      // Only people and groups can have a right for a time.
      if (expires !== undefined)
        notes.push({ code: 'link-without-end', text: `The link ended at ${expires}; in Google Drive it doesn’t end.` });
      add.push({
        type: grant.type,
        principal: grant.principal,
        role,
        ...(grant.expires === undefined ? {} : { expires: grant.expires }),
      });
      continue;
    }
    kept.add(there.id);
    const isSameEnd = endsAlike(there.expirationTime, grant.expires);
    if (there.role !== role || !isSameEnd)
      change.push({ id: there.id, role, ...(isSameEnd ? {} : { expires: grant.expires ?? null }) });
  }
  return { add, change, remove: own.filter(({ id }) => !kept.has(id)).map(({ id }) => id), notes };
}

function roleFor(grant: Grant, place: RightsPlace, ownersAre: 'organizer' | 'writer'): DriveRole {
  if (grant.role === 'owner') return ownersAre;
  const organizes = place === 'shared-drive' || place === 'shared-folder';
  return grant.role === 'writer' && grant.rights === FILE_ORGANIZER && organizes ? FILE_ORGANIZER : grant.role;
}

const YEAR = 365 * 24 * 3600 * 1000;

/** https://developers.google.com/workspace/drive/api/guides/manage-sharing */
function whyNotUntil(expires: string, role: DriveRole, place: RightsPlace, moment: number): string | undefined {
  const end = Date.parse(expires);
  if (end <= moment) return 'that has passed';
  if (place === 'shared-drive') return 'members of a shared drive are so without an end';
  if (place === 'folder' && role === 'writer') return 'who may write in a folder may do so without an end';
  return end > moment + YEAR ? 'in Google Drive a right ends within a year' : undefined;
}

function isFor({ type, emailAddress, domain }: DrivePermission, grant: Grant): boolean {
  if (type !== grant.type) return false;
  if (type === 'anyone') return true;
  return (type === 'domain' ? domain : emailAddress)?.toLowerCase() === grant.principal.toLowerCase();
}
