import type { Connector } from '@sterna/connector-kit';
import type { Domain } from '@sterna/store';
import type { Kysely } from 'kysely';
import type { Pool } from 'pg';

/** AES-GCM in production (packages/store). `purpose` is bound to the sealed bytes: a swapped column doesn't open. */
export interface SecretsPort {
  seal(plain: string, purpose: string): Buffer;
  /** @throws where the key is another one or the bytes were changed */
  unseal(sealed: Buffer, purpose: string): string;
}

export interface ConnectorRegistry {
  get(name: string): Connector | undefined;
  list(): readonly Connector[];
}

/** One LISTEN connection per process, shared by all subscribers. */
export interface EventSource {
  subscribe(listener: (event: RawEvent) => void): () => void;
}

/** As sent on channel `sterna_event`. */
export interface RawEvent {
  readonly type: string;
  readonly entryId?: number;
  readonly passId?: number;
  readonly projectId?: number;
}

export interface LicensingPolicy {
  /** True: licenses come from signed packs alone. */
  readonly packsOnly: boolean;
  /** Issuer name → Ed25519 public key (SPKI, PEM or base64 DER) that this installation trusts. */
  readonly issuers: Readonly<Record<string, string>>;
}

/** Everything an application function needs besides who asks and for what. Built once by the composition root. */
export interface Context {
  readonly pool: Pool;
  /** `domainDatabase(pool)` of packages/store. */
  readonly db: Kysely<Domain>;
  readonly secrets: SecretsPort;
  readonly connectors: ConnectorRegistry;
  readonly events: EventSource;
  readonly clock: { now(): Date };
  readonly licensing: LicensingPolicy;
  /** Backups go to `<dataDir>/backups/<entry>/<timestamp>`. */
  readonly dataDir: string;
  /** 8 lower-case hex digits, see OpenRequest. */
  readonly installation: string;
}

export type Role = 'owner' | 'operator' | 'viewer' | 'auditor';
export type Scope = 'read' | 'operate' | 'admin';

/** Who asks. Made by `actorOfSession` or `actorOfToken`, never from what a request says about itself. */
export interface Actor {
  readonly organizationId: number;
  readonly accountId: number;
  /** Shown in the audit trail: the account's email, with the token's name where one was used. */
  readonly name: string;
  readonly role: Role;
  /** What role and token both allow. */
  readonly scopes: readonly Scope[];
}

/** Keyset page: `next` goes back as `after`; absent on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}
