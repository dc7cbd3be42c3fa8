import { canonicalJson, chainHash, GENESIS } from '@sterna/core';
import { type AuditEventRow, type DomainDb, sha256Text } from './domain-database.ts';

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

export type AuditVerdict =
  | { readonly ok: true; readonly events: number }
  | { readonly ok: false; readonly seq: number; readonly words: string };

/** Reads the whole trail, page by page. */
export async function verifyAuditChain(db: DomainDb, organization: Organization, page = 2_000): Promise<AuditVerdict> {
  let seq = 0;
  let prevHash = GENESIS;
  for (;;) {
    const rows = await db
      .selectFrom('audit_event')
      .selectAll()
      .where('organization_id', '=', organization.id)
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(page)
      .execute();
    for (const row of rows) {
      seq += 1;
      if (row.seq !== seq) return { ok: false, seq, words: `Event ${seq} of the audit trail is missing.` };
      if (row.prev_hash.toString('hex') !== prevHash)
        return { ok: false, seq, words: `Event ${seq} of the audit trail doesn't follow event ${seq - 1}.` };
      const { action, subject, data, actor, at } = row;
      const hash = row.hash.toString('hex');
      const content = { action, subject, data, seq, actor, at: at.toISOString(), prevHash };
      if (chainHash(sha256Text, organization.publicId, content) !== hash)
        return { ok: false, seq, words: `Event ${seq} of the audit trail was changed after it was written.` };
      prevHash = hash;
    }
    if (rows.length < page) return { ok: true, events: seq };
  }
}

/** Newest first. */
export async function latestAudit(
  db: DomainDb,
  organizationId: number,
  options: {
    subject?: string | undefined;
    action?: string | undefined;
    before?: number | undefined;
    limit: number;
  },
): Promise<readonly AuditEventRow[]> {
  let query = db.selectFrom('audit_event').selectAll().where('organization_id', '=', organizationId);
  if (options.subject !== undefined) query = query.where('subject', '=', options.subject);
  if (options.action !== undefined) query = query.where('action', '=', options.action);
  if (options.before !== undefined) query = query.where('seq', '<', options.before);
  return query.orderBy('seq', 'desc').limit(options.limit).execute();
}
