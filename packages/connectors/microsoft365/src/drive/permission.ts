/** As Graph answers it, as far as it is needed: https://learn.microsoft.com/en-us/graph/api/resources/permission */
export interface Permission {
  readonly id: string;
  readonly roles?: readonly string[];
  readonly grantedToV2?: IdentitySet | null;
  readonly grantedToIdentitiesV2?: readonly IdentitySet[] | null;
  readonly invitation?: { readonly email?: string | null } | null;
  readonly inheritedFrom?: { readonly id?: string | null; readonly path?: string | null } | null;
  readonly link?: {
    readonly type?: string | null;
    readonly scope?: string | null;
  } | null;
  readonly hasPassword?: boolean | null;
  readonly expirationDateTime?: string | null;
}

export interface IdentitySet {
  readonly user?: Identity | null;
  readonly group?: Identity | null;
  readonly siteUser?: Identity | null;
  readonly siteGroup?: Identity | null;
}

export interface Identity {
  readonly id?: string | null;
  readonly displayName?: string | null;
  readonly email?: string | null;
  /** `i:0#.f|membership|user@domain` */
  readonly loginName?: string | null;
}
