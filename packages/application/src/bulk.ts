import { asSternaError, type LicenseTier } from '@sterna/core';
import { requireScope } from './access.ts';
import type { Actor, Context } from './context.ts';
import { deleteEntry, type Selection, selectedIds, updateEntry } from './entries.ts';
import { assignLicense, releaseLicense } from './licenses.ts';
import { resumePass, retryPass, startAudit, startPass, startVerify, stopPass } from './passes.ts';

export type BulkAction =
  | { readonly action: 'start'; readonly tier?: LicenseTier | undefined }
  | { readonly action: 'audit' | 'verify' | 'stop' | 'resume' | 'retry' | 'delete' | 'release' }
  | { readonly action: 'assign'; readonly tier?: LicenseTier | undefined }
  | { readonly action: 'batch'; readonly batch: string | undefined };

export interface BulkResult {
  readonly done: readonly number[];
  readonly refused: readonly {
    readonly entryId: number;
    readonly code: string;
    readonly message: string;
    readonly fix: string | undefined;
  }[];
}

/** Each entry on its own: one that is refused doesn't keep the others from it. */
export async function bulk(
  context: Context,
  actor: Actor,
  input: Selection & { act: BulkAction },
): Promise<BulkResult> {
  requireScope(actor, 'operate');
  const done: number[] = [];
  const refused: BulkResult['refused'][number][] = [];
  for (const entryId of await selectedIds(context, actor, input)) {
    try {
      await actOn(context, actor, entryId, input.act);
      done.push(entryId);
    } catch (thrown) {
      const error = asSternaError(thrown);
      // Not the entry's fault, so it would be the same with every other one.
      if (error.class === 'bug') throw thrown;
      refused.push({ entryId, code: error.code, message: error.message, fix: error.fix });
    }
  }
  return { done, refused };
}

async function actOn(context: Context, actor: Actor, entryId: number, act: BulkAction): Promise<unknown> {
  switch (act.action) {
    case 'start':
      return startPass(context, actor, { entryId, tier: act.tier });
    case 'audit':
      return startAudit(context, actor, { entryId });
    case 'verify':
      return startVerify(context, actor, { entryId });
    case 'stop':
      return stopPass(context, actor, { entryId });
    case 'resume':
      return resumePass(context, actor, { entryId });
    case 'retry':
      return retryPass(context, actor, { entryId });
    case 'delete':
      return deleteEntry(context, actor, { entryId });
    case 'assign':
      return assignLicense(context, actor, { entryId, tier: act.tier });
    case 'release':
      return releaseLicense(context, actor, { entryId });
    case 'batch':
      return updateEntry(context, actor, { entryId, batch: act.batch ?? null });
  }
}
