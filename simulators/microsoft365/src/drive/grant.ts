export type Role = 'read' | 'write' | 'owner';
export type LinkScope = 'anonymous' | 'organization' | 'users';

/**
 * Somebody whom an item is shared with; `id` only when the tenant's directory knows them. A site's own group (its owners,
 * members, visitors) has a number in the site and no address.
 */
export interface Grantee {
  readonly kind: 'user' | 'group' | 'siteGroup';
  readonly id: string | undefined;
  readonly email: string;
  readonly displayName: string;
}

/** A right given on one item: to one person or group, or to whoever holds a link. */
export type Grant = DirectGrant | LinkGrant;

export interface DirectGrant {
  readonly id: string;
  readonly kind: 'direct';
  roles: Role[];
  readonly grantee: Grantee;
  readonly expires: string | undefined;
}

export interface LinkGrant {
  readonly id: string;
  readonly kind: 'link';
  roles: Role[];
  readonly type: 'view' | 'edit';
  readonly scope: LinkScope;
  readonly webUrl: string;
  /** The app that made it: another app's request makes a link of its own. */
  readonly applicationId: string | undefined;
  readonly applicationName: string | undefined;
  /** Whom a link of scope `users` works for. */
  readonly people: Grantee[];
  expires: string | undefined;
  readonly hasPassword: boolean;
}
