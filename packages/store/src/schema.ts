import type { EntryStatus, ItemType, MappingKind, PassKind, PassStatus } from '@sterna/core';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

/**
 * Domain tables as Kysely sees them (migrations/ is the truth). The engine's big tables are absent on purpose: they
 * have hand-written SQL in ledger/. Ids are bigint identities and come as numbers (see `openDatabase`).
 */
/** Given by the database, or taken from its sequence beforehand (`reserveIds`). */
type Key = Generated<number>;
type Ref = number;
type OptionalRef = number | null;
type Created = Generated<Date>;
type Json = JSONColumnType<Record<string, unknown>, string, string>;
type DefaultedJson = ColumnType<Record<string, unknown>, string | undefined, string>;
type OptionalJson = ColumnType<unknown, string | null | undefined, string | null>;

export interface Domain {
  organization: {
    id: Key;
    public_id: Generated<string>;
    name: string;
    created_at: Created;
  };
  account: {
    id: Key;
    organization_id: Ref;
    email: string;
    password_hash: string;
    role: 'owner' | 'operator' | 'viewer' | 'auditor';
    created_at: Created;
  };
  session: { token_hash: Buffer; account_id: Ref; created_at: Created; expires_at: Date };
  api_token: {
    id: Key;
    organization_id: Ref;
    account_id: Ref;
    name: string;
    token_hash: Buffer;
    scopes: string[];
    created_at: Created;
    expires_at: Date | null;
    last_used_at: Date | null;
    revoked_at: Date | null;
  };
  system: {
    id: Key;
    organization_id: Ref;
    name: string;
    connector: string;
    settings: Json;
    sealed_credentials: Buffer | null;
    internal: Generated<boolean>;
    created_at: Created;
  };
  project: {
    id: Key;
    organization_id: Ref;
    name: string;
    source_system_id: Ref;
    target_system_id: Ref;
    settings: Json;
    settings_version: Generated<number>;
    created_at: Created;
  };
  mapping: { project_id: Ref; source: string; target: string; kind: MappingKind };
  entry: {
    id: Key;
    organization_id: Ref;
    project_id: OptionalRef;
    item_type: ItemType;
    purpose: Generated<'migration' | 'backup' | 'restore' | 'copy'>;
    source_system_id: Ref;
    target_system_id: Ref;
    source_address: string;
    target_address: string;
    sealed_source_credentials: Buffer | null;
    sealed_target_credentials: Buffer | null;
    display_name: string | null;
    batch: string | null;
    settings: DefaultedJson;
    settings_version: Generated<number>;
    merge: Generated<boolean>;
    status: Generated<EntryStatus>;
    status_detail: string | null;
    resume_at: Date | null;
    replaces_entry_id: OptionalRef;
    created_at: Created;
    archived_at: Date | null;
  };
  pass: {
    id: Key;
    entry_id: Ref;
    number: number;
    kind: PassKind;
    status: Generated<PassStatus>;
    settings: Json;
    settings_version: string;
    requested_by: string;
    reason: string | null;
    stop_requested: Generated<boolean>;
    attempts: Generated<number>;
    queued_at: Created;
    resume_at: Date | null;
    created_at: Created;
    started_at: Date | null;
    ended_at: Date | null;
    active_seconds: Generated<number>;
    progress: DefaultedJson;
    books: OptionalJson;
    result: OptionalJson;
    error: OptionalJson;
  };
  license_event: {
    organization_id: Ref;
    seq: Ref;
    kind: 'grant' | 'assign' | 'release' | 'burn';
    license: string | null;
    entry_id: OptionalRef;
    data: Json;
    actor: string;
    at: Date;
    prev_hash: Buffer;
    hash: Buffer;
  };
  audit_event: {
    organization_id: Ref;
    seq: Ref;
    actor: string;
    action: string;
    subject: string;
    data: Json;
    at: Date;
    prev_hash: Buffer;
    hash: Buffer;
  };
  remigration: {
    id: Key;
    organization_id: Ref;
    entry_id: Ref;
    new_entry_id: OptionalRef;
    reason: string;
    note: Generated<string>;
    step: string;
    steps: ColumnType<unknown[], string | undefined, string>;
    data: DefaultedJson;
    created_at: Created;
    ended_at: Date | null;
  };
}
