import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Amounts } from '@sterna/simulator-kit';

/** A user, shared mailbox or room of a tenant's directory. */
export interface DirectoryUser {
  readonly id: string;
  userPrincipalName: string;
  mail: string;
  displayName: string;
  givenName: string | null;
  surname: string | null;
  jobTitle: string | null;
  officeLocation: string | null;
  preferredLanguage: string | null;
  /** What the mailbox is for; a shared mailbox or a room has an account that nobody signs in with. */
  readonly purpose: 'user' | 'shared' | 'room';
  accountEnabled: boolean;
  /** False: no Exchange license, so every mailbox path answers 404 MailboxNotEnabledForRESTAPI. */
  hasMailbox: boolean;
  /** Services whose license they don't have: `TeamspaceAPI`, `SharePoint`; absent: they have all. */
  unlicensed?: readonly string[];
  /** What the sample gives them. */
  readonly amounts?: Amounts;
  readonly createdAt: number;
}

/** An app registration; the same app can be known to several tenants. */
export interface App {
  readonly id: string;
  readonly displayName: string;
  /** Client secrets that are valid now. */
  readonly secrets: Set<string>;
  /** Client secrets that were valid once. */
  readonly expiredSecrets: Set<string>;
  /** Public keys by their certificates' SHA-256 and SHA-1 thumbprints, base64url. */
  readonly certificates: Map<string, KeyObject>;
  /** An administrator can switch it off. */
  disabled: boolean;
}

export function newApp(id: string, displayName: string, secret: string): App {
  return {
    id,
    displayName,
    secrets: new Set([secret]),
    expiredSecrets: new Set(),
    certificates: new Map(),
    disabled: false,
  };
}

/** Lets the app sign in with the certificate's key. @param pem the certificate */
export function registerCertificate(app: App, pem: string): void {
  const certificate = new X509Certificate(pem);
  for (const fingerprint of [certificate.fingerprint, certificate.fingerprint256]) {
    const thumbprint = Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
    app.certificates.set(thumbprint, certificate.publicKey);
  }
}

/** A user's consent that a client holds as a refresh token (what rclone signs in with). */
export interface RefreshGrant {
  readonly appId: string;
  readonly userId: string;
  readonly scopes: readonly string[];
}

export class Tenant {
  readonly id: string;
  /** Default domain, such as contoso.example. */
  readonly domain: string;
  readonly displayName: string;
  /** Verified domains besides the default one. */
  readonly otherDomains = new Set<string>();
  readonly users = new Map<string, DirectoryUser>();
  /** People of other organizations, by id; their mail is elsewhere. */
  readonly guests = new Map<string, DirectoryUser>();
  /** Application permissions that the tenant's administrator consented to, by app id. */
  readonly consents = new Map<string, Set<string>>();
  readonly refreshTokens = new Map<string, RefreshGrant>();

  constructor(id: string, domain: string, displayName: string) {
    this.id = id;
    this.domain = domain;
    this.displayName = displayName;
  }

  /** By id or user principal name; the latter knows no case. */
  user(key: string): DirectoryUser | undefined {
    const byId = this.users.get(key.toLowerCase());
    if (byId !== undefined) return byId;
    const name = key.toLowerCase();
    for (const user of this.users.values()) if (user.userPrincipalName.toLowerCase() === name) return user;
    return undefined;
  }

  /** The user that a test means: `tenant.named('alice')`. Throws when there is none. */
  named(localPart: string): DirectoryUser {
    const user = this.user(`${localPart}@${this.domain}`);
    if (user === undefined) throw new Error(`${this.domain} has no user ${localPart}`);
    return user;
  }
}
