/**
 * Links between migrated objects: where containers are on the web, and what became of the addresses in what people wrote.
 * Only objects that hold such addresses have rows; the ledger stays as slim as it was.
 */
export const sql = /* sql */ `
-- address: Container.address; links_from: the pass since which the links of all its objects are in the table link
alter table container add column address text collate "C", add column links_from integer;
create index container_address on container using hash (address) where side = 0;

create table link (
  entry_id bigint not null references entry,
  src bytea not null,
  -- its place among the addresses of the object, from 0
  place integer not null,
  -- as the source has it
  address text not null,
  -- as the copy has it; null: as the source
  target_address text,
  pass integer not null,
  primary key (entry_id, src, place)
);
`;

export const statements: readonly string[] = [sql];
