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
    password_hash: string | null;
    password_until: Date | null;
    role: 'owner' | 'operator' | 'viewer' | 'auditor' | 'none';
    created_at: Created;
    removed_at: Date | null;
  };
  project_role: {
    account_id: Ref;
    project_id: Ref;
    role: 'owner' | 'operator' | 'viewer' | 'auditor';
    created_at: Created;
  };
  account_identity: { issuer: string; subject: string; account_id: Ref; created_at: Created };
  session: {
    token_hash: Buffer;
    account_id: Ref;
    created_at: Created;
    expires_at: Date;
    at_provider: Generated<boolean>;
  };
  api_token: {
    id: Key;
    organization_id: Ref;
    account_id: Ref;
    name: string;
    token_hash: Buffer;
    scopes: string[];
    /** Null: wherever its person may. */
    projects: number[] | null;
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
    purpose: Generated<'migration' | 'backup' | 'restore' | 'copy' | 'dry-run'>;
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
    schedule_id: OptionalRef;
    status_before: EntryStatus | null;
    detail_before: string | null;
    inventory_due: Generated<boolean>;
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
    counted_objects: Generated<number>;
    counted_bytes: Generated<number>;
    shares_open: Generated<boolean>;
    most_workers: Generated<number>;
    undone_by: number | null;
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
  batch_schedule: {
    id: Key;
    organization_id: Ref;
    project_id: Ref;
    batch: string;
    kind: 'initial' | 'delta';
    run_at: Date;
    zone: string;
    every_hours: number | null;
    until: Date | null;
    requested_by: string;
    account_id: Ref;
    created_at: Created;
    next_run_at: Date | null;
    cancelled_at: Date | null;
    cancelled_by: string | null;
  };
  batch_run: {
    id: Key;
    schedule_id: Ref;
    due_at: Date;
    missed: Generated<number>;
    began_at: Date;
    ended_at: Date | null;
    owner: string;
    lease_until: Date;
  };
  batch_run_entry: {
    run_id: Ref;
    entry_id: Ref;
    pass_id: OptionalRef;
    code: string | null;
    message: string | null;
    fix: string | null;
  };
  cutover_item: {
    project_id: Ref;
    batch: string;
    key: string;
    title: string;
    position: number;
    note: Generated<string>;
    done_at: Date | null;
    done_by: string | null;
    created_by: string;
    created_at: Created;
    removed_at: Date | null;
  };
  notification_rule: {
    organization_id: Ref;
    failure_share: Generated<number>;
    throttled_minutes: Generated<number>;
    license_low: Generated<number>;
  };
  notification_channel: {
    id: Key;
    organization_id: Ref;
    name: string;
    kind: 'webhook' | 'email';
    settings: Json;
    sealed_secret: Buffer | null;
    topics: string[];
    enabled: Generated<boolean>;
    created_by: string;
    created_at: Created;
    removed_at: Date | null;
  };
  notification_event: {
    id: Generated<string>;
    organization_id: Ref;
    topic: string;
    key: string;
    project_id: OptionalRef;
    title: string;
    text: string;
    data: Json;
    at: Created;
  };
  notification_delivery: {
    id: Key;
    event_id: string;
    channel_id: Ref;
    status: Generated<'waiting' | 'delivered' | 'failed'>;
    attempts: Generated<number>;
    next_attempt_at: Created;
    created_at: Created;
    delivered_at: Date | null;
  };
  database_restore: { id: Key; how: string; noticed_at: Created; confirmed_at: Date | null };
  notification_attempt: { delivery_id: Ref; number: number; at: Created; ok: boolean; words: string };
}
