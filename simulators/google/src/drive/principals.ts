import type { Cloud } from '../cloud.ts';
import type { Group, User } from '../state/domain.ts';
import type { Principals } from './access.ts';
import type { Person } from './file.ts';

/** The user as Drive tells of them. */
export function personOf(user: User): Person {
  return {
    // Another number than the account's, and the same on every file.
    permissionId: user.id.slice(1),
    emailAddress: user.primaryEmail,
    displayName: `${user.givenName} ${user.familyName}`,
  };
}

/** What the domains' directories say of people and groups. */
export class DirectoryPrincipals implements Principals {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  person(emailAddress: string): Person | undefined {
    const found = this.#cloud.findUser(emailAddress);
    return found === undefined ? undefined : personOf(found.user);
  }

  group(emailAddress: string): { emailAddress: string; displayName: string } | undefined {
    const group = this.#group(emailAddress);
    return group === undefined ? undefined : { emailAddress: group.email, displayName: group.name };
  }

  groupsOf(person: Person): ReadonlySet<string> {
    const found = new Set<string>();
    const add = (address: string): void => {
      for (const { groups } of this.#cloud.domains) {
        for (const group of groups.values()) {
          const key = group.email.toLowerCase();
          if (found.has(key) || !group.members.some(({ email }) => email.toLowerCase() === address)) continue;
          found.add(key);
          add(key);
        }
      }
    };
    add(person.emailAddress.toLowerCase());
    return found;
  }

  membersOf(group: string): Person[] {
    const members = new Map<string, Person>();
    const seen = new Set<Group>();
    const add = (address: string): void => {
      const found = this.#group(address);
      if (found === undefined || seen.has(found)) return;
      seen.add(found);
      for (const { email, type } of found.members) {
        if (type === 'GROUP') add(email);
        else {
          const person = this.person(email);
          if (person !== undefined) members.set(person.permissionId, person);
        }
      }
    };
    add(group);
    return [...members.values()];
  }

  #group(address: string): Group | undefined {
    for (const domain of this.#cloud.domains) {
      const group = domain.group(address);
      if (group !== undefined) return group;
    }
    return undefined;
  }
}
