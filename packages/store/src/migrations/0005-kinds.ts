/**
 * Calendars, contacts and tasks beside mail: containers say what they hold, and objects whose content can change have
 * versions. Null for mail, so its rows stay as slim as they were.
 */
export const sql = /* sql */ `
alter table container add column kind smallint not null default 1;
alter table container drop constraint container_entry_id_side_key_key;
create unique index container_by_key on container (entry_id, side, kind, key);

-- src_version: the source's version as migrated; target_version: the copy's as written. ETags, mostly.
alter table ledger add column src_version text collate "C", add column target_version text collate "C";
alter table inventory add column version text collate "C";
`;

export const statements: readonly string[] = [sql];
