import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import type { Drive } from './drive.ts';
import { driveError, invalidRequest, noSuchItem } from './errors.ts';
import type { DirectGrant, Grant, Grantee, LinkGrant, LinkScope, Role } from './grant.ts';
import type { DriveItem } from './item.ts';

/** A right that reaches an item, and the item above that it comes from; undefined: its own. */
export interface Reaching {
  readonly grant: Grant;
  readonly from: DriveItem | undefined;
}

export function reachingGrants(item: DriveItem): Reaching[] {
  const reaching: Reaching[] = item.grants.map((grant) => ({ grant, from: undefined }));
  for (let at = item; at.inheritsSharing && at.parent !== undefined; at = at.parent) {
    const { parent } = at;
    reaching.push(...parent.grants.map((grant) => ({ grant, from: parent })));
  }
  return reaching;
}

/** The widest circle that the item is shared with, or undefined when only its owner has it. */
export function sharingScope(item: DriveItem): LinkScope | undefined {
  const scopes = new Set<LinkScope>();
  for (const { grant } of reachingGrants(item)) {
    if (grant.kind === 'link') scopes.add(grant.scope);
    else if (!grant.roles.includes('owner')) scopes.add('users');
  }
  for (const scope of ['anonymous', 'organization', 'users'] as const) if (scopes.has(scope)) return scope;
  return undefined;
}

/** Whether somebody of the directory may read, or write, the item. */
export function mayUse(item: DriveItem, user: DirectoryUser, writing: boolean): boolean {
  return reachingGrants(item).some(({ grant }) => {
    if (writing && !grant.roles.some((role) => role !== 'read')) return false;
    if (grant.kind === 'direct') return grant.grantee.id === user.id;
    return grant.scope === 'organization' || grant.people.some(({ id }) => id === user.id);
  });
}

export interface Recipient {
  readonly email?: string | undefined;
  readonly objectId?: string | undefined;
  readonly alias?: string | undefined;
}

/** Whom a drive's tenant shares with beside its own people. */
export interface Outsiders {
  /** False: nobody. */
  readonly allowed: boolean;
  /** Addresses of those that are guests already, in lower case. */
  readonly guests: ReadonlySet<string>;
  /** An app on its own can't make somebody a guest. */
  readonly newOnes: boolean;
}

/** Throws 400 for whom the tenant doesn't know and can't invite. */
export function resolveRecipient(tenant: Tenant, recipient: Recipient, outsiders: Outsiders): Grantee {
  const { email, objectId, alias } = recipient;
  const key = objectId ?? email ?? (alias === undefined ? undefined : `${alias}@${tenant.domain}`);
  if (key === undefined) throw invalidRequest('A recipient needs an email, an objectId or an alias.');
  const address = key.toLowerCase();
  const user = tenant.user(key) ?? [...tenant.users.values()].find(({ mail }) => mail.toLowerCase() === address);
  if (user !== undefined) return { kind: 'user', id: user.id, email: user.mail, displayName: user.displayName };
  const outside = objectId === undefined && /^[^@\s]+@[^@\s]+$/.test(key) && !address.endsWith(`@${tenant.domain}`);
  if (outside && !outsiders.allowed) {
    throw driveError(400, 'sharingFailed', 'Sharing outside of the organization is disabled.');
  }
  if (!outside || !(outsiders.newOnes || outsiders.guests.has(address))) {
    throw invalidRequest('One or more users could not be resolved.', 'noResolvedUsers');
  }
  return { kind: 'user', id: undefined, email: key, displayName: key.split('@')[0] as string };
}

/** `read` and `write` alone can be given away. */
export function parseRoles(value: unknown): Role[] {
  if (!Array.isArray(value) || value.length === 0) throw invalidRequest('Roles are missing.');
  const roles = value.map((role: unknown) => {
    if (role !== 'read' && role !== 'write') throw invalidRequest(`The role '${String(role)}' cannot be granted.`);
    return role;
  });
  return roles.includes('write') ? ['write'] : ['read'];
}

/** Gives a person a right on the item, or changes the one they have there. */
export function grantTo(
  drive: Drive,
  item: DriveItem,
  grantee: Grantee,
  roles: Role[],
  expires: string | undefined,
  at: number,
): DirectGrant {
  const same = item.grants.find(
    (grant): grant is DirectGrant =>
      grant.kind === 'direct' && !grant.roles.includes('owner') && sameGrantee(grant.grantee, grantee),
  );
  if (same !== undefined) {
    same.roles = roles;
    drive.touch(item, at);
    return same;
  }
  const grant: DirectGrant = { id: drive.newGrantId(), kind: 'direct', roles, grantee, expires };
  item.grants.push(grant);
  drive.touch(item, at);
  return grant;
}

/** A link of that kind, which the app may have made before. */
export function linkOf(
  drive: Drive,
  item: DriveItem,
  wanted: Pick<
    LinkGrant,
    'type' | 'scope' | 'applicationId' | 'applicationName' | 'people' | 'expires' | 'hasPassword'
  >,
  at: number,
): { grant: LinkGrant; created: boolean } {
  const same = item.grants.find(
    (grant): grant is LinkGrant =>
      grant.kind === 'link' &&
      grant.type === wanted.type &&
      grant.scope === wanted.scope &&
      grant.applicationId === wanted.applicationId,
  );
  if (same !== undefined) {
    addPeople(same, wanted.people);
    return { grant: same, created: false };
  }
  const letter = item.children === undefined ? 'b' : 'f';
  const host = new URL(drive.site.url);
  const grant: LinkGrant = {
    ...wanted,
    people: [...wanted.people],
    id: drive.newGrantId(),
    kind: 'link',
    roles: [wanted.type === 'edit' ? 'write' : 'read'],
    webUrl: `${host.origin}/:${letter}:/g${host.pathname}/${drive.newGrantId()}`,
  };
  item.grants.push(grant);
  drive.touch(item, at);
  return { grant, created: true };
}

export function addPeople(grant: LinkGrant, people: readonly Grantee[]): void {
  for (const person of people) {
    if (!grant.people.some((known) => sameGrantee(known, person))) grant.people.push(person);
  }
}

/** From now on the rights of the folders above don't reach the item; those of its owner do. */
export function stopInheriting(drive: Drive, item: DriveItem, at: number): void {
  if (!item.inheritsSharing) return;
  item.inheritsSharing = false;
  const owner = drive.root.grants.find(({ roles }) => roles.includes('owner'));
  if (owner !== undefined) item.grants.push({ ...owner, id: drive.newGrantId() } as Grant);
  drive.touch(item, at);
}

/** Throws 404 for a right that doesn't reach the item. */
export function findGrant(item: DriveItem, id: string): Reaching {
  const found = reachingGrants(item).find(({ grant }) => grant.id === id);
  if (found === undefined) throw noSuchItem();
  return found;
}

/** Throws 400 for what another item gives, and for its owner's right. */
export function ownGrant(item: DriveItem, id: string): Grant {
  const { grant, from } = findGrant(item, id);
  if (from !== undefined) throw invalidRequest('A permission that is inherited cannot be changed here.');
  if (grant.roles.includes('owner')) throw invalidRequest("The owner's permission cannot be changed.");
  return grant;
}

export function removeGrant(drive: Drive, item: DriveItem, id: string, at: number): void {
  const grant = ownGrant(item, id);
  item.grants.splice(item.grants.indexOf(grant), 1);
  drive.touch(item, at);
}

function sameGrantee(a: Grantee, b: Grantee): boolean {
  return a.email.toLowerCase() === b.email.toLowerCase();
}
