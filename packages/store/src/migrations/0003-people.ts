/**
 * People who leave: their row stays, since schedules and the audit trail refer to it, and their address is free again.
 */
export const sql = /* sql */ `
alter table account add column removed_at timestamptz;
drop index account_email;
create unique index account_email on account (lower(email)) where removed_at is null;
`;

export const statements: readonly string[] = [sql];
