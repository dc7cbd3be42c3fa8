/**
 * Rights of files and folders, apart from their content. Null: to be applied, or applied again, by the next pass that can;
 * so what waits for a mapping, and what was written anew, needs no list of its own.
 */
export const sql = /* sql */ `
alter table ledger add column access_version text collate "C";
alter table container add column access_version text collate "C";
`;

export const statements: readonly string[] = [
  sql,
  // Files alone: mail has no rights of its own.
  'create index ledger_access on ledger (entry_id, src) where kind = 5 and access_version is null',
];
