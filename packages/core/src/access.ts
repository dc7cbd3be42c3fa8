import type { MappingLookup } from './mapping.ts';

/** What a grant allows, the least first; systems that have no commenters read them as readers. */
export const ACCESS_ROLES = ['reader', 'commenter', 'writer', 'owner'] as const;
export type AccessRole = (typeof ACCESS_ROLES)[number];

/** Who may do what with a file or folder. */
export interface Grant {
  readonly type: 'user' | 'group' | 'domain' | 'anyone';
  /** An address, or a name, as the system calls it; '' for anyone. */
  readonly principal: string;
  readonly role: AccessRole;
  /** The rights in the source's own notation (`rwx`), exact where the target speaks it, too. */
  readonly rights?: string;
  /** Until when a person or group has it (ISO 8601); a target that can't end it doesn't give it, and says so. */
  readonly expires?: string;
  /** By a link that is passed on: until when (ISO 8601), and whether it asks for a password, which nobody can read. */
  readonly link?: { readonly expires?: string; readonly hasPassword?: boolean };
}

/** Two ends of a right (ISO 8601, undefined: none) are the same, to the second: systems keep no more. */
export const endsAlike = (one: string | undefined, other: string | undefined): boolean =>
  secondOf(one) === secondOf(other);

const secondOf = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Math.floor(Date.parse(time) / 1_000);

/**
 * The grants as the target is to have them. Who is mapped nowhere keeps the name: a target that knows it has the same
 * person, one that doesn't lets the grant wait.
 */
export const mapGrants = (grants: readonly Grant[], mapping: MappingLookup): readonly Grant[] =>
  grants.map((grant) =>
    grant.type === 'anyone' ? grant : { ...grant, principal: mapping(grant.principal) ?? grant.principal },
  );

/** The books of access: each file and folder with rights of its own is in one of these. */
export interface AccessBooks {
  readonly applied: number;
  readonly unchanged: number;
  /** Somebody is unknown to the target; a delta pass tries again, without sending content. */
  readonly waiting: number;
  readonly failed: number;
  /** The source has rights and the target keeps none: nothing is applied. */
  readonly notKept?: true;
}
