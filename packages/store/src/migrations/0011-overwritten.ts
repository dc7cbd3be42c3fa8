/** What passes overwrote in targets is kept aside, in files of the worker's data folder, so that a pass can be undone. */
export const sql = /* sql */ `
create table overwritten (
  entry_id bigint not null references entry,
  -- the pass that overwrote it
  pass integer not null,
  src bytea not null,
  target_container integer not null,
  target_id text collate "C" not null,
  -- of the copy as it was
  version text,
  digest bytea not null,
  size bigint not null,
  modified timestamptz,
  -- below the folder of what was overwritten
  file text not null,
  -- format of a second file beside it, which has the object whole
  native text,
  -- its row in the books before; null where the target's own object was overwritten
  before jsonb,
  keep_until timestamptz not null,
  primary key (entry_id, pass, src)
);
create index overwritten_expiry on overwritten (keep_until);
`;

export const statements: readonly string[] = [sql];
