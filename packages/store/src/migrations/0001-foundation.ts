/**
 * Numbered migrations are plain SQL, run once, each in one transaction. Never edit one that was released.
 *
 * Naming: bigint identities; `*_at` are timestamptz by the database's clock; enumerations are text with a check in
 * small tables and smallint in the three big ones (`ledger`, `todo`, `intent`), mapped in src/codes.ts.
 */
export const sql = /* sql */ `
create table organization (
  id bigint generated always as identity primary key,
  -- part of every hash of its ledgers, and what license packs are issued for
  public_id uuid not null unique default gen_random_uuid(),
  name text not null unique,
  created_at timestamptz not null default now()
);

create table account (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  email text not null,
  password_hash text not null,
  role text not null default 'owner' check (role in ('owner', 'operator', 'viewer', 'auditor')),
  created_at timestamptz not null default now()
);
create unique index account_email on account (lower(email));

create table session (
  token_hash bytea primary key,
  account_id bigint not null references account on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create table api_token (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  account_id bigint not null references account,
  name text not null,
  token_hash bytea not null unique,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table system (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  name text not null,
  connector text not null,
  settings jsonb not null,
  sealed_credentials bytea,
  -- internal systems (backup folders) are not listed
  internal boolean not null default false,
  created_at timestamptz not null default now(),
  unique (organization_id, name)
);

create table project (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  name text not null,
  source_system_id bigint not null references system,
  target_system_id bigint not null references system,
  settings jsonb not null,
  settings_version integer not null default 1,
  created_at timestamptz not null default now(),
  unique (organization_id, name)
);

create table mapping (
  project_id bigint not null references project,
  source text not null,
  target text not null,
  kind text not null default 'user' check (kind in ('user', 'group', 'domain')),
  primary key (project_id, source)
);

create table entry (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  project_id bigint references project,
  item_type text not null check (item_type in ('mailbox', 'drive', 'site', 'group', 'team')),
  purpose text not null default 'migration' check (purpose in ('migration', 'backup', 'restore', 'copy')),
  source_system_id bigint not null references system,
  target_system_id bigint not null references system,
  source_address text not null,
  target_address text not null,
  sealed_source_credentials bytea,
  sealed_target_credentials bytea,
  display_name text,
  batch text,
  -- overrides of the project's settings
  settings jsonb not null default '{}',
  settings_version integer not null default 1,
  merge boolean not null default false,
  status text not null default 'not started' check (status in ('not started', 'scheduled', 'running', 'pending',
    'completed', 'completed with failures', 'stopped', 'failed')),
  -- why it waits or failed, in words, and until when
  status_detail text,
  resume_at timestamptz,
  replaces_entry_id bigint references entry,
  created_at timestamptz not null default now(),
  archived_at timestamptz
);
-- Addresses compare as core addressKey does: without case, paths as they are.
create unique index entry_unique_live on entry (project_id, item_type,
    (case when strpos(source_address, '/') = 0 then lower(source_address) else source_address end),
    (case when strpos(target_address, '/') = 0 then lower(target_address) else target_address end))
  where archived_at is null and not merge and purpose = 'migration';
create index entry_of_project on entry (project_id, id);
create index entry_of_target on entry (target_system_id, target_address);

create table pass (
  id bigint generated always as identity primary key,
  entry_id bigint not null references entry,
  number integer not null,
  kind text not null check (kind in ('initial', 'delta', 'audit', 'verify', 'empty')),
  status text not null default 'queued' check (status in ('queued', 'running', 'pending', 'completed',
    'completed with failures', 'stopped', 'failed')),
  -- frozen when the pass starts
  settings jsonb not null,
  settings_version text not null,
  requested_by text not null,
  reason text,
  stop_requested boolean not null default false,
  attempts integer not null default 0,
  -- queue order: a pass that used up its time slice goes to the tail
  queued_at timestamptz not null default now(),
  resume_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  active_seconds double precision not null default 0,
  progress jsonb not null default '{}',
  books jsonb,
  result jsonb,
  error jsonb,
  unique (entry_id, number)
);
create unique index pass_one_live on pass (entry_id) where status in ('queued', 'running', 'pending');
create index pass_queue on pass (queued_at) where status in ('queued', 'running', 'pending');

-- Short leases, timed by the database's clock; the epoch is checked inside every committing transaction.
create table lease (
  resource text primary key,
  owner text not null,
  epoch bigint not null,
  expires_at timestamptz not null
);

create table container (
  entry_id bigint not null references entry,
  -- 0 source, 1 target
  side smallint not null,
  id integer not null,
  key text collate "C" not null,
  path text[] not null,
  role text,
  -- source: where its objects go; null while filtered
  target_container integer,
  -- source: listing goes on from here (mid-listing), or starts from here (next pass)
  cursor text,
  listing_pass integer,
  listing_mode text,
  -- all pages of this pass's listing are planned
  listed_pass integer,
  -- source: nothing changed while this is equal; target: nothing of ours is pending while this is equal
  glance text,
  -- the source's own count at the end of the last listing
  total bigint not null default 0,
  gone boolean not null default false,
  -- what decided over filtered objects at the last listing
  plan_version text,
  primary key (entry_id, side, id),
  unique (entry_id, side, key)
);

-- One slim row per object, written once, when it is settled.
create table ledger (
  entry_id bigint not null,
  size bigint,
  container integer not null,
  target_container integer,
  pass integer not null,
  -- the pass that found it gone from the source
  gone_pass integer,
  kind smallint not null,
  state smallint not null,
  reason smallint not null default 0,
  src bytea not null,
  src_id text collate "C" not null,
  -- canonical state (flags) of the source as migrated: the base of a three-way delta
  flags text,
  match_key bytea,
  digest bytea,
  target_id text collate "C",
  primary key (entry_id, src)
) partition by hash (entry_id);

-- Durable to-do: a page of changes commits together with the resume point of its listing.
create table todo (
  entry_id bigint not null,
  container integer not null,
  seq bigint generated always as identity,
  verb smallint not null,
  src bytea not null,
  src_id text collate "C" not null,
  flags text,
  primary key (entry_id, container, seq)
) with (autovacuum_vacuum_scale_factor = 0.05);

-- In-flight work only; commits before anything is sent.
create table intent (
  op bigint not null primary key,
  entry_id bigint not null,
  epoch bigint not null,
  pass integer not null,
  todo_seq bigint not null,
  container integer not null,
  target_container integer not null,
  verb smallint not null,
  src bytea not null,
  src_id text collate "C" not null,
  size bigint,
  flags text,
  match_key bytea,
  digest bytea,
  -- position in the target before the write (IMAP UIDVALIDITY.UIDNEXT)
  mark text,
  reserved_id text collate "C",
  target_id text collate "C",
  data jsonb
) with (autovacuum_vacuum_scale_factor = 0.05);
create index intent_entry on intent (entry_id);
create sequence intent_op cache 1000;

-- Ids named by a full listing, to find what is gone; emptied when the listing ends.
create unlogged table listing (
  entry_id bigint not null,
  container integer not null,
  src bytea not null,
  primary key (entry_id, container, src)
);

-- Failures, reasons, fidelity notes: only for objects that have any.
create table object_note (
  id bigint generated always as identity primary key,
  entry_id bigint not null references entry,
  pass integer not null,
  src bytea,
  container integer,
  src_id text,
  -- failure | uncertain | fidelity | skipped | suspect | filtered
  kind text not null,
  code text not null,
  text text not null,
  fix text,
  subject text,
  at timestamptz not null default now()
);
create index object_note_entry on object_note (entry_id, pass);

-- What was in the target before (duplicate prevention) or is to be removed (emptying): a frozen list.
create table inventory (
  entry_id bigint not null,
  target_container integer not null,
  target_id text collate "C" not null,
  match_key bytea,
  size bigint,
  flags text,
  -- src of the object that took it
  claimed_by bytea,
  -- emptying: removed
  done boolean not null default false,
  primary key (entry_id, target_container, target_id)
);
create index inventory_match on inventory (entry_id, target_container, match_key) where claimed_by is null;

create table license_event (
  organization_id bigint not null references organization,
  seq bigint not null,
  kind text not null check (kind in ('grant', 'assign', 'release', 'burn')),
  license text,
  entry_id bigint references entry,
  data jsonb not null,
  actor text not null,
  at timestamptz not null,
  prev_hash bytea not null,
  hash bytea not null,
  primary key (organization_id, seq)
);
-- A license burns once; an entry burns at most one license of a tier.
create unique index license_burns_once on license_event (organization_id, license) where kind = 'burn';
create unique index license_entry_burns_once on license_event (entry_id, (data->>'tier')) where kind = 'burn';

create table audit_event (
  organization_id bigint not null references organization,
  seq bigint not null,
  actor text not null,
  action text not null,
  subject text not null,
  data jsonb not null,
  at timestamptz not null,
  prev_hash bytea not null,
  hash bytea not null,
  primary key (organization_id, seq)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger license_event_append_only before update or delete or truncate on license_event
  for each statement execute function refuse_change();
create trigger audit_event_append_only before update or delete or truncate on audit_event
  for each statement execute function refuse_change();

-- The guided flow; every step recorded with who, when and why.
create table remigration (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  entry_id bigint not null references entry,
  new_entry_id bigint references entry,
  reason text not null check (reason in ('target content deleted', 'configuration changed', 'target changed', 'critical errors')),
  note text not null default '',
  step text not null,
  steps jsonb not null default '[]',
  data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create unique index remigration_one_open on remigration (entry_id) where ended_at is null;

-- Adaptive limits per system; workers lease slices for a few seconds.
create table budget (
  system_id bigint primary key references system,
  connections integer not null,
  ceiling integer not null,
  resume_at timestamptz,
  reason text
);
create table budget_slice (
  system_id bigint not null references system,
  owner text not null,
  connections integer not null,
  expires_at timestamptz not null,
  primary key (system_id, owner)
);
`;

/** Partitions of the ledger. Fixed at creation: a hash-partitioned table can't be re-split without a copy. */
export const LEDGER_PARTITIONS = 16;

export const statements: readonly string[] = [
  sql,
  ...Array.from(
    { length: LEDGER_PARTITIONS },
    (_, i) =>
      `create table ledger_${i} partition of ledger for values with (modulus ${LEDGER_PARTITIONS}, remainder ${i})`,
  ),
  'create index ledger_container on ledger (entry_id, container)',
  // Rare rows: what left the source. Moves are found by content.
  'create index ledger_gone on ledger (entry_id, digest) where gone_pass is not null',
];
