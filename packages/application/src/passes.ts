import type { Books, LicenseTier, PassKind, PassStatus, Settings } from '@sterna/core';
import type { Actor, Context, Page } from './context.ts';
import type { EntryLicense } from './entries.ts';
import { notImplemented } from './not-implemented.ts';
import type { StartPlan } from './plan.ts';

export interface PassView {
  readonly id: number;
  readonly entryId: number;
  readonly number: number;
  readonly kind: PassKind;
  readonly status: PassStatus;
  /** Only for kind `empty`: `freeze` lists, `remove` removes what was listed. */
  readonly empty: 'freeze' | 'remove' | undefined;
  readonly settings: Settings;
  readonly settingsVersion: string;
  readonly requestedBy: string;
  readonly reason: string | undefined;
  readonly stopRequested: boolean;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  readonly resumeAt: Date | undefined;
  readonly activeSeconds: number;
  /** As the engine reports it: objects, bytes, rate, ETA, current container … */
  readonly progress: unknown;
  readonly books: Books | undefined;
  readonly result: unknown;
  readonly error: unknown;
}

export interface StartResult {
  readonly pass: PassView;
  /** The license this start burned; absent for a delta pass. */
  readonly burned: EntryLicense | undefined;
}

/**
 * Starts a writing pass: `initial` the first time, `delta` afterwards. The first start burns the entry's license
 * (assigning one from the balance where none is), in the same transaction as the pass is queued: two that start the
 * same entry at the same instant burn one license, and one of them gets `entry-running`.
 *
 * @param input.tier burns a license of this tier: `standard` upgrades a trial in place
 * @throws SternaError config `entry-running` (conflict) | `entry-archived` | `license-none-left` | `target-is-source`
 *   | `kinds-all-off`
 */
export async function startPass(
  _context: Context,
  _actor: Actor,
  _input: { entryId: number; tier?: LicenseTier | undefined; reason?: string | undefined },
): Promise<StartResult> {
  return notImplemented('startPass');
}

/** Reads the source and counts; writes nothing, costs nothing. */
export async function startAudit(_context: Context, _actor: Actor, _input: { entryId: number }): Promise<PassView> {
  return notImplemented('startAudit');
}

/** Holds source, books and target against each other; writes nothing, costs nothing. */
export async function startVerify(
  _context: Context,
  _actor: Actor,
  _input: { entryId: number; depth?: Settings['verifyDepth'] | undefined },
): Promise<PassView> {
  return notImplemented('startVerify');
}

/** The live pass ends `stopped` after what is in flight. @throws SternaError config `nothing-running` */
export async function stopPass(_context: Context, _actor: Actor, _input: { entryId: number }): Promise<PassView> {
  return notImplemented('stopPass');
}

/** Goes on after a stop or failure with a delta pass; a pending pass is woken now. Never burns. */
export async function resumePass(_context: Context, _actor: Actor, _input: { entryId: number }): Promise<PassView> {
  return notImplemented('resumePass');
}

/** A delta pass, which plans again what failed. @throws SternaError config `nothing-to-retry` */
export async function retryPass(_context: Context, _actor: Actor, _input: { entryId: number }): Promise<PassView> {
  return notImplemented('retryPass');
}

export async function getPass(_context: Context, _actor: Actor, _input: { passId: number }): Promise<PassView> {
  return notImplemented('getPass');
}

/** Newest first. */
export async function listPasses(
  _context: Context,
  _actor: Actor,
  _input: {
    entryId?: number | undefined;
    projectId?: number | undefined;
    live?: boolean | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<Page<PassView>> {
  return notImplemented('listPasses');
}

/** What a start would do, and cost, before anything is spent. */
export async function planStart(
  _context: Context,
  _actor: Actor,
  _input: { entryId: number; tier?: LicenseTier | undefined; live?: boolean | undefined },
): Promise<StartPlan> {
  return notImplemented('planStart');
}
