import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import type { Pool } from 'pg';
import type { Domain } from '../schema.ts';

/** The domain tables, by a pool of `openDatabase`; inside a transaction the same type. */
export type DomainDb = Kysely<Domain>;

export type OrganizationRow = Selectable<Domain['organization']>;
export type AccountRow = Selectable<Domain['account']>;
export type ApiTokenRow = Selectable<Domain['api_token']>;
export type SystemRow = Selectable<Domain['system']>;
export type ProjectRow = Selectable<Domain['project']>;
export type EntryRow = Selectable<Domain['entry']>;
export type PassRow = Selectable<Domain['pass']>;
export type LicenseEventRow = Selectable<Domain['license_event']>;
export type AuditEventRow = Selectable<Domain['audit_event']>;
export type RemigrationRow = Selectable<Domain['remigration']>;

/** Shares the pool's connections. Not to be destroyed: whoever opened the pool closes it. */
export const domainDatabase = (pool: Pool): DomainDb => new Kysely<Domain>({ dialect: new PostgresDialect({ pool }) });

/** The hash of the chained ledgers: SHA-256, hexadecimal. */
export const sha256Text = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** All events of a chain, oldest first, so many at a time. @param load those behind a number, `page` of them at most */
export async function* inPages<T extends { readonly seq: number }>(
  page: number,
  load: (after: number) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  for (let after = 0; ; ) {
    const rows = await load(after);
    if (rows.length > 0) yield rows;
    if (rows.length < page) return;
    after = rows.at(-1)?.seq ?? after;
  }
}

/** Fresh ids of a table, so that what is sealed for a row can name the row before it exists. */
export async function reserveIds(
  db: DomainDb,
  table: 'system' | 'entry' | 'project' | 'notification_channel',
  count: number,
): Promise<readonly number[]> {
  if (count === 0) return [];
  const result = await sql<{ id: number }>`
    select nextval(pg_get_serial_sequence(${table}, 'id')) as id from generate_series(1, ${count})`.execute(db);
  return result.rows.map((row) => row.id);
}

/** The column holds one of these; null is none of them. */
export const isOneOf = (column: string, ids: readonly number[]): RawBuilder<SqlBool> =>
  sql<SqlBool>`${sql.ref(column)} = any(${[...ids]}::bigint[])`;

/** Which unique index refused an insert or update, if one did. */
export function violatedIndex(error: unknown): string | undefined {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === '23505' ? (constraint ?? '') : undefined;
}
