import type { Connector } from '@sterna/connector-kit';
import type { DomainDb, EventListener, Secrets, Signer } from '@sterna/store';

/** `openSecrets` of packages/store. `purpose` is bound to the sealed bytes: see `systemPurpose`, `entryPurpose`. */
export type SecretsPort = Pick<Secrets, 'sealJson' | 'unsealJson'>;

/** By name, as packages/connectors/all exports it. */
export type ConnectorRegistry = ReadonlyMap<string, Connector>;

export interface LicensingPolicy {
  /** True: licenses come from signed packs alone. */
  readonly packsOnly: boolean;
  /** Issuer name → Ed25519 public key (SPKI, PEM or base64 DER) that this installation trusts. */
  readonly issuers: Readonly<Record<string, string>>;
}

/** How people sign in. A property of the installation, like the licensing policy. */
export interface SignInPolicy {
  /** False: only at the provider, but for who was let back in on the server itself (`recoverAccount`). */
  readonly passwords: boolean;
  readonly identities?: IdentityPolicy | undefined;
}

/** Whom the provider of identities may bring in. */
export interface IdentityPolicy {
  /** Lower-case; it says nothing about addresses of others. */
  readonly domains: readonly string[];
  /** It gives its people their addresses itself, and so doesn't send `email_verified`. */
  readonly vouchesForAddresses: boolean;
  /** Somebody without an account gets one, in the organization of this name (undefined: the installation's own). */
  readonly creates: { readonly organization: string | undefined } | undefined;
  /** Group → role in the organization; where there are some, they decide at every sign-in. */
  readonly roles: Readonly<Record<string, Role>>;
}

/** Everything an application function needs besides who asks and for what. Built once by the composition root. */
export interface Context {
  /** `domainDatabase(pool)` of packages/store. */
  readonly db: DomainDb;
  readonly secrets: SecretsPort;
  /** Of the installation. */
  readonly signer: Signer;
  readonly connectors: ConnectorRegistry;
  /** `listenForEvents(pool)` of packages/store: one LISTEN connection per process. */
  readonly events: Pick<EventListener, 'subscribe'>;
  readonly licensing: LicensingPolicy;
  readonly signIn: SignInPolicy;
  /** Backups go to `<dataDir>/backups/<entry>/<timestamp>`. */
  readonly dataDir: string;
  /** 8 lower-case hex digits, see OpenRequest. */
  readonly installation: string;
}

/** What somebody is in one project. */
export type ProjectRole = 'owner' | 'operator' | 'viewer' | 'auditor';
/** What somebody is in the whole organization; `none`: only in projects, where they have a role there. */
export type Role = ProjectRole | 'none';
export type Scope = 'read' | 'operate' | 'admin';

/** Who asks. Made by `actorOfSession` or `actorOfToken`, never from what a request says about itself. */
export interface Actor {
  readonly organizationId: number;
  readonly accountId: number;
  /** Shown in the audit trail: the account's email, with the token's name where one was used. */
  readonly name: string;
  /** In the organization. */
  readonly role: Role;
  /** What role and token both allow everywhere in the organization. */
  readonly scopes: readonly Scope[];
  /** What they allow in single projects besides. */
  readonly projects: ReadonlyMap<number, readonly Scope[]>;
  /** The projects that the token is limited to; whatever it makes (another token) may not leave them. */
  readonly limitedTo?: readonly number[] | undefined;
}

/** Keyset page: `next` goes back as `after`; absent on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}
