/** How Sterna notices that its database was put back from a backup, and what is to be done before it writes again. */
export const sql = /* sql */ `
-- What only this very database has, as it was when Sterna last opened it (src/database-birth.ts).
create table database_birth (
  one boolean primary key default true check (one),
  mark jsonb not null
);

-- Until a restore is confirmed, nothing is written to any target and no license changes hands.
create table database_restore (
  id bigint generated always as identity primary key,
  how text not null,
  noticed_at timestamptz not null default now(),
  confirmed_at timestamptz
);
create unique index database_restore_open on database_restore ((true)) where confirmed_at is null;

-- Its next migrating pass looks at all that the target holds, since the ledger may be behind.
alter table entry add column inventory_due boolean not null default false;
`;

export const statements: readonly string[] = [sql];
