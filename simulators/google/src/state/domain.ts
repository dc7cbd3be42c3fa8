import type { Amounts } from '@sterna/simulator-kit';

/** A user of a domain's directory. */
export interface User {
  /** 21 digits. */
  readonly id: string;
  primaryEmail: string;
  /** Other addresses of the same account, without the domain's own (non-editable) ones. */
  readonly aliases: string[];
  givenName: string;
  familyName: string;
  jobTitle: string | undefined;
  suspended: boolean;
  isAdmin: boolean;
  /** False: no Gmail license; Gmail answers 400 failedPrecondition. */
  hasMailbox: boolean;
  orgUnitPath: string;
  readonly createdAt: number;
  /** What the sample gives them. */
  readonly amounts?: Amounts;
}

export type GroupRole = 'OWNER' | 'MANAGER' | 'MEMBER';

export interface GroupMember {
  /** Id of the user or group; one of an address elsewhere is made up. */
  readonly id: string;
  email: string;
  role: GroupRole;
  readonly type: 'USER' | 'GROUP' | 'EXTERNAL' | 'CUSTOMER';
}

export interface Group {
  readonly id: string;
  email: string;
  name: string;
  description: string;
  readonly aliases: string[];
  readonly members: GroupMember[];
}

/** A user's consent that a client holds as a refresh token (what rclone and desktop programs sign in with). */
export interface RefreshGrant {
  readonly clientId: string;
  readonly userId: string;
  /** Whole scopes. */
  readonly scopes: readonly string[];
}

const domainOf = (address: string): string => address.toLowerCase().replace(/^.*@/, '');

/** One customer's Google Workspace. */
export class Domain {
  /** `C0…`, the customer's id. */
  readonly id: string;
  /** Primary domain, such as nordwind.example. */
  readonly name: string;
  readonly displayName: string;
  /** Its domains besides the primary one. */
  readonly otherDomains = new Set<string>();
  readonly users = new Map<string, User>();
  readonly groups = new Map<string, Group>();
  /** Domain-wide delegation: whole scopes by client id, as the administrator entered them. */
  readonly delegations = new Map<string, ReadonlySet<string>>();
  readonly refreshTokens = new Map<string, RefreshGrant>();

  constructor(id: string, name: string, displayName: string) {
    this.id = id;
    this.name = name;
    this.displayName = displayName;
  }

  /** By id, primary address or alias; addresses know no case. */
  user(key: string): User | undefined {
    const byId = this.users.get(key);
    if (byId !== undefined) return byId;
    const address = key.toLowerCase();
    for (const user of this.users.values()) {
      if (user.primaryEmail.toLowerCase() === address || user.aliases.includes(address)) return user;
    }
    return undefined;
  }

  group(key: string): Group | undefined {
    const byId = this.groups.get(key);
    if (byId !== undefined) return byId;
    const address = key.toLowerCase();
    for (const group of this.groups.values()) {
      if (group.email.toLowerCase() === address || group.aliases.includes(address)) return group;
    }
    return undefined;
  }

  /** Whether an address is in one of its domains. */
  has(address: string): boolean {
    const name = domainOf(address);
    return name === this.name || this.otherDomains.has(name);
  }

  /** Makes the domain of an address one of its. */
  take(address: string): void {
    if (!this.has(address)) this.otherDomains.add(domainOf(address));
  }

  /** The user that a test means: `domain.named('alice')`. Throws when there is none. */
  named(localPart: string): User {
    const user = this.user(`${localPart}@${this.name}`);
    if (user === undefined) throw new Error(`${this.name} has no user ${localPart}`);
    return user;
  }
}
