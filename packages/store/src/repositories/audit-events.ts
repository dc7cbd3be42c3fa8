import { AuditChain, type AuditEvent, type AuditVerdict, canonicalJson, chainHash, GENESIS } from '@sterna/core';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { type AuditEventRow, type DomainDb, inPages, sha256Text } from './domain-database.ts';

export interface AuditEntry {
  /** `entry.start`, `license.grant` … */
  readonly action: string;
  /** `entry/12`, `project/3` … */
  readonly subject: string;
  /** Never secrets. */
  readonly data: Readonly<Record<string, unknown>>;
}

interface Organization {
  readonly id: number;
  readonly publicId: string;
}

/** Appends to the chain; the transaction holds the organization's lock. */
export async function appendAudit(
  db: DomainDb,
  organization: Organization,
  entries: readonly AuditEntry[],
  signed: { readonly actor: string; readonly at: string },
): Promise<void> {
  if (entries.length === 0) return;
  const last = await db
    .selectFrom('audit_event')
    .select(['seq', 'hash'])
    .where('organization_id', '=', organization.id)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  let seq = last?.seq ?? 0;
  let prevHash = last?.hash.toString('hex') ?? GENESIS;
  const rows = [];
  for (const { action, subject, data } of entries) {
    seq += 1;
    // As jsonb gives it back.
    const stored = JSON.parse(canonicalJson(data)) as Record<string, unknown>;
    const hash = chainHash(sha256Text, organization.publicId, {
      action,
      subject,
      data: stored,
      seq,
      ...signed,
      prevHash,
    });
    rows.push({
      organization_id: organization.id,
      seq,
      actor: signed.actor,
      action,
      subject,
      data: JSON.stringify(stored),
      at: new Date(signed.at),
      prev_hash: Buffer.from(prevHash, 'hex'),
      hash: Buffer.from(hash, 'hex'),
    });
    prevHash = hash;
  }
  await db.insertInto('audit_event').values(rows).execute();
}

const asEvent = (row: AuditEventRow): AuditEvent => ({
  seq: row.seq,
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  data: row.data,
  at: row.at.toISOString(),
  prevHash: row.prev_hash.toString('hex'),
  hash: row.hash.toString('hex'),
});

/** The whole trail, oldest first, page by page. */
export async function* auditEvents(
  db: DomainDb,
  organizationId: number,
  page = 2_000,
): AsyncGenerator<readonly AuditEvent[]> {
  const load = (after: number): Promise<AuditEventRow[]> =>
    db
      .selectFrom('audit_event')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(page)
      .execute();
  for await (const rows of inPages(page, load)) yield rows.map(asEvent);
}

/** Reads the whole trail, page by page. */
export async function verifyAuditChain(db: DomainDb, organization: Organization, page?: number): Promise<AuditVerdict> {
  const chain = new AuditChain(sha256Text, organization.publicId);
  for await (const events of auditEvents(db, organization.id, page))
    if (!events.every((event) => chain.follow(event))) break;
  return chain.verdict();
}

/** Newest first. */
export async function latestAudit(
  db: DomainDb,
  organizationId: number,
  options: {
    subject?: string | undefined;
    action?: string | undefined;
    /** What was done to these, their entries and remigrations. */
    projects?: readonly number[] | undefined;
    before?: number | undefined;
    limit: number;
  },
): Promise<readonly AuditEventRow[]> {
  let query = db.selectFrom('audit_event').selectAll().where('organization_id', '=', organizationId);
  if (options.subject !== undefined) query = query.where('subject', '=', options.subject);
  if (options.action !== undefined) query = query.where('action', '=', options.action);
  if (options.projects !== undefined) query = query.where(isAbout(options.projects));
  if (options.before !== undefined) query = query.where('seq', '<', options.before);
  return query.orderBy('seq', 'desc').limit(options.limit).execute();
}

/** A backup is its entry's. */
const isAbout = (projects: readonly number[]): RawBuilder<SqlBool> => {
  const id = sql`substring(subject from '[0-9]+$')::bigint`;
  const ofEntry = sql`(select coalesce(e.project_id, o.project_id)
    from entry e left join entry o on o.id = e.replaces_entry_id where e.id = `;
  return sql<SqlBool>`case split_part(subject, '/', 1)
    when 'project' then ${id}
    when 'entry' then ${ofEntry} ${id})
    when 'remigration' then ${ofEntry} (select r.entry_id from remigration r where r.id = ${id}))
    end = any(${[...projects]}::bigint[])`;
};
