import { type FidelityNote, rightWithEnd } from '@sterna/connector-kit';
import { type AccessRole, endsAlike, type Grant } from '@sterna/core';
import type { Identity, IdentitySet, Permission } from './permission.ts';

/** Who may do what with an item by its own permissions; those of folders above it are theirs. */
export function grantsOf(permissions: readonly Permission[], domain: string): readonly Grant[] {
  const found = permissions.filter(isOwn).flatMap((permission) => grantsIn(permission, domain));
  const byKey = new Map<string, Grant>();
  for (const grant of found) {
    const key = keyOf(grant);
    const other = byKey.get(key);
    // A person and a link that they were given: what allows more is what they have.
    if (other === undefined || allowsMore(grant, other)) byKey.set(key, grant);
  }
  return [...byKey.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The higher role first, of equal ones the one that lasts longer. */
const allowsMore = (one: Grant, other: Grant): boolean =>
  rank(one.role) === rank(other.role) ? endOf(one) > endOf(other) : rank(one.role) > rank(other.role);

const endOf = ({ expires }: Grant): number => (expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires));

/** Given on the item itself, and not what its owner has by being that. */
export const isOwn = ({ inheritedFrom, roles }: Permission): boolean => {
  const isInherited = inheritedFrom !== undefined && inheritedFrom !== null && Object.keys(inheritedFrom).length > 0;
  return !isInherited && !(roles ?? []).includes('owner');
};

function grantsIn(permission: Permission, domain: string): readonly Grant[] {
  const role = roleOf(permission.roles ?? []);
  const { link } = permission;
  const end = expiryOf(permission);
  const until = end === undefined ? {} : { expires: end };
  if (link === undefined || link === null) {
    const principal = principalOf(permission.grantedToV2 ?? undefined);
    const invited = permission.invitation?.email;
    if (principal !== undefined) return [{ ...principal, role, ...until }];
    return invited ? [{ type: 'user', principal: invited, role, ...until }] : [];
  }
  // For chosen people a link is nothing but their right.
  if (link.scope === 'users' || link.scope === 'existingAccess')
    return (permission.grantedToIdentitiesV2 ?? []).flatMap((one) => {
      const principal = principalOf(one);
      return principal === undefined ? [] : [{ ...principal, role: linkRole(permission), ...until }];
    });
  const terms = {
    ...until,
    ...(permission.hasPassword === true ? { hasPassword: true } : {}),
  };
  if (link.scope === 'organization')
    return [{ type: 'domain', principal: domain, role: linkRole(permission), link: terms }];
  return [{ type: 'anyone', principal: '', role: linkRole(permission), link: terms }];
}

/** Graph may tell the first moment of its calendar where there is no end. */
function expiryOf({ expirationDateTime }: Permission): string | undefined {
  return expirationDateTime && !expirationDateTime.startsWith('0001-') ? expirationDateTime : undefined;
}

function principalOf(set: IdentitySet | undefined): Pick<Grant, 'type' | 'principal'> | undefined {
  const user = nameOf(set?.user) ?? nameOf(set?.siteUser);
  const group = nameOf(set?.group) ?? set?.group?.displayName ?? nameOf(set?.siteGroup) ?? set?.siteGroup?.displayName;
  if (user !== undefined && !set?.group) return { type: 'user', principal: user };
  return group ? { type: 'group', principal: group } : undefined;
}

function nameOf(identity: Identity | null | undefined): string | undefined {
  if (identity?.email) return identity.email;
  const [, login] = /\|([^|\s]+@[^|\s]+)$/.exec(identity?.loginName ?? '') ?? [];
  return login;
}

const roleOf = (roles: readonly string[]): AccessRole => {
  if (roles.some((role) => role === 'owner' || role === 'sp.full control')) return 'owner';
  return roles.some((role) => role === 'write' || role === 'sp.owner') ? 'writer' : 'reader';
};

const linkRole = ({ link, roles = [] }: Permission): AccessRole =>
  link?.type === 'edit' || roles.includes('write') ? 'writer' : 'reader';

const rank = (role: AccessRole): number => ['reader', 'commenter', 'writer', 'owner'].indexOf(role);

const keyOf = ({ type, principal, link }: Grant): string =>
  `${type} ${principal.toLowerCase()} ${link === undefined ? '' : 'link'}`;

/** What is to be done so that an item has these rights of its own and no others. */
export interface GrantChanges {
  readonly invite: readonly { readonly email: string; readonly role: GraphRole; readonly expires?: string }[];
  readonly link: readonly { readonly type: 'view' | 'edit'; readonly scope: LinkScope; readonly expires?: string }[];
  /** Permissions whose role becomes another one. */
  readonly change: readonly { readonly id: string; readonly role: GraphRole }[];
  readonly remove: readonly string[];
  readonly notes: readonly FidelityNote[];
}
export type GraphRole = 'read' | 'write';
export type LinkScope = 'anonymous' | 'organization';

/**
 * @param now The item's permissions as they are
 * @param domain Of the target's user: links for an organization are for this one
 * @param moment Now (ms since 1970)
 */
export function changesTo(
  wanted: readonly Grant[],
  now: readonly Permission[],
  domain: string,
  moment = Date.now(),
): GrantChanges {
  const notes: FidelityNote[] = [];
  const invite: { email: string; role: GraphRole; expires?: string }[] = [];
  const link: { type: 'view' | 'edit'; scope: LinkScope; expires?: string }[] = [];
  const change: { id: string; role: GraphRole }[] = [];
  const kept = new Set<string>();
  const own = now.filter(isOwn);

  for (const grant of wanted) {
    if (grant.type === 'user' || grant.type === 'group') {
      const { expires } = grant;
      if (expires !== undefined && Date.parse(expires) <= moment) {
        notes.push(rightWithEnd(grant, 'that has passed'));
        continue;
      }
      if (grant.role === 'owner')
        notes.push({
          code: 'owner-as-writer',
          text: `${grant.principal} could do everything with it; here they may write.`,
        });
      if (grant.role === 'commenter')
        notes.push({
          code: 'commenter-as-reader',
          text: `${grant.principal} could comment on it; here they may read.`,
        });
      const role = graphRole(grant.role);
      const there = own.find((one) => !one.link && isFor(one, grant.principal));
      // The end of a right can't be changed: it is taken away and given anew.
      if (there === undefined || !endsAlike(expiryOf(there), expires))
        invite.push({ email: grant.principal, role, ...(expires === undefined ? {} : { expires }) });
      else {
        kept.add(there.id);
        if (graphRole(roleOf(there.roles ?? [])) !== role) change.push({ id: there.id, role });
      }
      continue;
    }
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
    const scope = grant.type === 'domain' ? 'organization' : 'anonymous';
    const type = graphRole(grant.role) === 'write' ? 'edit' : 'view';
    const there = own.find((one) => one.link?.scope === scope && one.link.type === type);
    if (there !== undefined) kept.add(there.id);
    else link.push({ type, scope, ...(grant.link?.expires === undefined ? {} : { expires: grant.link.expires }) });
  }
  return { invite, link, change, remove: own.filter(({ id }) => !kept.has(id)).map(({ id }) => id), notes };
}

const graphRole = (role: AccessRole): GraphRole => (role === 'writer' || role === 'owner' ? 'write' : 'read');

function isFor(permission: Permission, principal: string): boolean {
  const known =
    principalOf(permission.grantedToV2 ?? undefined)?.principal ?? permission.invitation?.email ?? undefined;
  return known?.toLowerCase() === principal.toLowerCase();
}
