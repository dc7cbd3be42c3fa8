import { AuditChain, type AuditEvent, type AuditVerdict, SternaError } from '@sterna/core';
import { auditEvents, latestAudit, organizationById, sha256Text, verifyAuditChain } from '@sterna/store';
import { z } from 'zod';
import { projectsToRead, readCursor, readLimit, requireScope, requireSomewhere } from './access.ts';
import type { Actor, Context, Page } from './context.ts';

export interface AuditView {
  readonly seq: number;
  readonly actor: string;
  /** `entry.initial`, `license.grant` … */
  readonly action: string;
  /** `entry/12`, `project/3` … */
  readonly subject: string;
  readonly data: unknown;
  readonly at: Date;
}

/** Newest first; for somebody of single projects what was done in these. */
export async function listAudit(
  context: Context,
  actor: Actor,
  input: {
    subject?: string | undefined;
    action?: string | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<Page<AuditView>> {
  requireSomewhere(actor, 'read');
  const limit = readLimit(input.limit);
  const rows = await latestAudit(context.db, actor.organizationId, {
    subject: input.subject,
    action: input.action,
    projects: projectsToRead(actor),
    before: readCursor(input.after),
    limit: limit + 1,
  });
  const items = rows
    .slice(0, limit)
    .map(({ seq, actor: who, action, subject, data, at }) => ({ seq, actor: who, action, subject, data, at }));
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: String(last.seq) } : { items };
}

/** Order, links and hashes of the whole trail. */
export async function verifyAudit(context: Context, actor: Actor): Promise<AuditVerdict> {
  requireScope(actor, 'read');
  return verifyAuditChain(context.db, await organizationById(context.db, actor.organizationId));
}

const FORMAT = 'sterna-audit-trail/1';

export interface AuditExport {
  readonly format: typeof FORMAT;
  /** The organization's public id, which is part of every hash. */
  readonly organization: string;
  readonly exportedAt: string;
  readonly events: readonly AuditEvent[];
}

/** Everything needed to verify the trail without the server (`sterna ledger verify`). */
export async function exportAudit(context: Context, actor: Actor): Promise<AuditExport> {
  requireScope(actor, 'read');
  const organization = await organizationById(context.db, actor.organizationId);
  const events: AuditEvent[] = [];
  for await (const page of auditEvents(context.db, organization.id)) events.push(...page);
  return { format: FORMAT, organization: organization.publicId, exportedAt: new Date().toISOString(), events };
}

const exportShape = z.object({
  format: z.literal(FORMAT),
  organization: z.string(),
  events: z.array(
    z.strictObject({
      seq: z.number(),
      actor: z.string(),
      action: z.string(),
      subject: z.string(),
      data: z.unknown(),
      at: z.string(),
      prevHash: z.string(),
      hash: z.string(),
    }),
  ),
});

/** Whether a file's content says that it is an audit trail; then it is for `verifyAuditExport`. */
export const isAuditExport = (file: unknown): boolean =>
  typeof file === 'object' && file !== null && 'format' in file && file.format === FORMAT;

/** An export from a file; needs neither server nor database. @throws SternaError config `ledger-file-invalid` */
export function verifyAuditExport(file: unknown): AuditVerdict {
  const parsed = exportShape.safeParse(file);
  if (!parsed.success)
    throw new SternaError('config', 'ledger-file-invalid', 'This is no export of an audit trail.', {
      fix: 'Give the JSON file that `sterna audit --export FILE` wrote, as it was written.',
    });
  const chain = new AuditChain(sha256Text, parsed.data.organization);
  for (const event of parsed.data.events) if (!chain.follow(event)) break;
  return chain.verdict();
}
