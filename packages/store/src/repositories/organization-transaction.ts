import { SternaError } from '@sterna/core';
import { sql } from 'kysely';
import { type AuditEntry, appendAudit } from './audit-events.ts';
import type { DomainDb } from './domain-database.ts';
import { foldLicenses, LicenseBook } from './license-events.ts';
import { openRestore } from './restores.ts';

export interface Organization {
  readonly id: number;
  readonly publicId: string;
  readonly name: string;
}

/** A change in one organization: its ledgers are locked from the first statement to the commit. */
export interface OrganizationTransaction {
  readonly db: DomainDb;
  readonly organization: Organization;
  /** The database's clock, to the millisecond. */
  readonly now: Date;
  licenses(): Promise<LicenseBook>;
  /** Written to the audit trail just before the commit. */
  audit(action: string, subject: string, data?: Readonly<Record<string, unknown>>): void;
  /** Sent to `sterna_event` listeners after the commit. */
  event(event: {
    type: string;
    projectId?: number;
    entryId?: number;
    passId?: number;
    data?: Readonly<Record<string, unknown>>;
  }): void;
}

/**
 * Runs `work` in a transaction that holds the organization's row, so that two processes never decide on the same
 * ledger at once. NO KEY UPDATE: rows that merely refer to the organization can be inserted meanwhile.
 */
export async function inOrganization<T>(
  db: DomainDb,
  organizationId: number,
  actor: string,
  work: (tx: OrganizationTransaction) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom('organization')
      .select(['id', 'public_id', 'name'])
      // clock_timestamp: the lock may have been waited for, and events in one chain don't go back in time.
      .where('id', '=', organizationId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (row === undefined)
      throw new SternaError('config', 'not-found', 'There is no such organization.', { fix: 'Sign in again.' });
    const clock = await sql<{ now: Date }>`select date_trunc('milliseconds', clock_timestamp()) as now`.execute(trx);
    const now = clock.rows[0]?.now ?? new Date();
    const organization = { id: row.id, publicId: row.public_id, name: row.name };
    const signed = { actor, at: now.toISOString() };
    const audited: AuditEntry[] = [];
    const events: object[] = [];
    let book: LicenseBook | undefined;
    const result = await work({
      db: trx,
      organization,
      now,
      licenses: async () => {
        book ??= new LicenseBook(
          trx,
          organization,
          await foldLicenses(trx, organization),
          signed,
          (await openRestore(trx)) !== undefined,
        );
        return book;
      },
      audit: (action, subject, data = {}) => audited.push({ action, subject, data }),
      event: (event) => events.push({ ...event, organizationId }),
    });
    await book?.flush();
    await appendAudit(trx, organization, audited, signed);
    if (events.length > 0)
      await sql`select pg_notify('sterna_event', e) from unnest(${events.map((e) => JSON.stringify(e))}::text[]) e`.execute(
        trx,
      );
    return result;
  });
}

/** Outside of any change. */
export async function organizationById(db: DomainDb, organizationId: number): Promise<Organization> {
  const row = await db
    .selectFrom('organization')
    .select(['id', 'public_id', 'name'])
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow();
  return { id: row.id, publicId: row.public_id, name: row.name };
}

export async function organizationByPublicId(db: DomainDb, publicId: string): Promise<Organization | undefined> {
  const row = await db
    .selectFrom('organization')
    .select(['id', 'public_id', 'name'])
    // As text: whatever an export has there is no reason for an error of the database.
    .where(sql<boolean>`public_id::text = ${publicId}`)
    .executeTakeFirst();
  return row === undefined ? undefined : { id: row.id, publicId: row.public_id, name: row.name };
}
