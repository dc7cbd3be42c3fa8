import { latestAudit, organizationById, verifyAuditChain } from '@sterna/store';
import { readCursor, readLimit, requireScope } from './access.ts';
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

/** Newest first. */
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
  requireScope(actor, 'read');
  const limit = readLimit(input.limit);
  const rows = await latestAudit(context.db, actor.organizationId, {
    subject: input.subject,
    action: input.action,
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
export async function verifyAudit(
  context: Context,
  actor: Actor,
): Promise<{ ok: true; events: number } | { ok: false; seq: number; words: string }> {
  requireScope(actor, 'read');
  return verifyAuditChain(context.db, await organizationById(context.db, actor.organizationId));
}
