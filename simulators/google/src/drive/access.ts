import { type DriveFile, type Grant, lineage, type Person, type Role, strength } from './file.ts';

/** What the directories know of people, as far as sharing needs it. Addresses in any case. */
export interface Principals {
  /** The account, an alias of which may be given; undefined when Google knows nobody of that address. */
  person(emailAddress: string): Person | undefined;
  /** The group of that address. */
  group(emailAddress: string): { readonly emailAddress: string; readonly displayName: string } | undefined;
  /** Addresses, in lower case, of the groups that somebody belongs to, groups within groups too. */
  groupsOf(person: Person): ReadonlySet<string>;
  /** Everybody in the group of that address, through groups within it too. */
  membersOf(group: string): readonly Person[];
}

/** A permission that reaches an item, and the folder that it comes from; undefined: it lies on the item itself. */
export interface Reaching {
  readonly grant: Grant;
  readonly from: DriveFile | undefined;
}

/** All permissions that reach the item, its own first. */
export function reachingGrants(file: DriveFile, now: number): Reaching[] {
  const reaching: Reaching[] = [];
  for (const each of lineage(file)) {
    for (const grant of each.grants.values()) {
      if (grant.expires !== undefined && grant.expires <= now) continue;
      // The owner of a folder above isn't the owner of what others put there, but may edit it.
      reaching.push({ grant, from: each === file ? undefined : each });
    }
    if (each.inheritedPermissionsDisabled) {
      const root = [...lineage(each)].at(-1) as DriveFile;
      // Organizers of a shared drive, and the owner, always get in.
      if (each !== root) {
        for (const grant of root.grants.values()) {
          if (grant.role === 'organizer' || grant.role === 'owner') reaching.push({ grant, from: root });
        }
      }
      break;
    }
  }
  return reaching;
}

/** The role by which an inherited owner acts: Drive calls them a writer of what isn't theirs. */
export function roleOf({ grant, from }: Reaching): Role {
  return grant.role === 'owner' && from !== undefined ? 'writer' : grant.role;
}

export class Access {
  readonly #principals: Principals;

  constructor(principals: Principals) {
    this.#principals = principals;
  }

  /** The strongest role that somebody has on the item; undefined when they can't even see it. */
  role(file: DriveFile, person: Person, now: number): Role | undefined {
    let best: Role | undefined;
    for (const reaching of reachingGrants(file, now)) {
      if (!this.#reaches(reaching.grant, person)) continue;
      const role = roleOf(reaching);
      if (best === undefined || strength(role) > strength(best)) best = role;
    }
    return best;
  }

  atLeast(file: DriveFile, person: Person, role: Role, now: number): boolean {
    const has = this.role(file, person, now);
    return has !== undefined && strength(has) >= strength(role);
  }

  /** Whether the item is among what somebody's lists and changes show: a link alone doesn't bring it there. */
  listed(file: DriveFile, person: Person, now: number): boolean {
    return reachingGrants(file, now).some(({ grant }) => {
      if (grant.type === 'anyone' || grant.type === 'domain')
        return grant.allowFileDiscovery && this.#reaches(grant, person);
      return this.#reaches(grant, person);
    });
  }

  /** The grant on the item itself that makes it "shared with me", the oldest if several do. */
  sharedWith(file: DriveFile, person: Person, now: number): Grant | undefined {
    if (file.drive !== undefined || file.owner?.permissionId === person.permissionId) return undefined;
    const own = [...file.grants.values()].filter(
      (grant) =>
        (grant.type === 'user' || grant.type === 'group') &&
        !(grant.expires !== undefined && grant.expires <= now) &&
        this.#reaches(grant, person),
    );
    return own.sort((a, b) => a.at - b.at)[0];
  }

  #reaches(grant: Grant, person: Person): boolean {
    switch (grant.type) {
      case 'user':
        return grant.id === person.permissionId;
      case 'group':
        return this.#principals.groupsOf(person).has((grant.emailAddress as string).toLowerCase());
      case 'domain':
        return person.emailAddress.toLowerCase().endsWith(`@${(grant.domain as string).toLowerCase()}`);
      case 'anyone':
        return true;
    }
  }
}
