import type { Actor, Context, Page } from './context.ts';
import { notImplemented } from './not-implemented.ts';

export interface AuditView {
  readonly seq: number;
  readonly actor: string;
  /** `entry.start`, `license.grant` … */
  readonly action: string;
  /** `entry/12`, `project/3` … */
  readonly subject: string;
  readonly data: unknown;
  readonly at: Date;
}

/** Newest first. */
export async function listAudit(
  _context: Context,
  _actor: Actor,
  _input: {
    subject?: string | undefined;
    action?: string | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<Page<AuditView>> {
  return notImplemented('listAudit');
}

export async function verifyAudit(
  _context: Context,
  _actor: Actor,
): Promise<{ ok: true; events: number } | { ok: false; seq: number; words: string }> {
  return notImplemented('verifyAudit');
}
