import type { LicenseTier, SettingsPatch } from '@sterna/core';
import type { Actor, Context } from './context.ts';
import type { Selection } from './entries.ts';
import { notImplemented } from './not-implemented.ts';
import type { RemigrationPlan } from './plan.ts';

export const REMIGRATION_REASONS = [
  'target content deleted',
  'configuration changed',
  'target changed',
  'critical errors',
] as const;
export type RemigrationReason = (typeof REMIGRATION_REASONS)[number];

/**
 * Steps in order. A step named here waits for a person; one whose `waitingFor` is set waits for a pass.
 * `backup` → `target` (empty or keep) → `confirm` (only for emptying: the typed address) → `recreate` → `start` →
 * `verify` → `done`.
 */
export const REMIGRATION_STEPS = ['backup', 'target', 'confirm', 'recreate', 'start', 'verify', 'done'] as const;
export type RemigrationStep = (typeof REMIGRATION_STEPS)[number] | 'cancelled';

export interface RemigrationView {
  readonly id: number;
  readonly entryId: number;
  readonly newEntryId: number | undefined;
  readonly reason: RemigrationReason;
  readonly note: string;
  readonly step: RemigrationStep;
  /** What to do next, in words. */
  readonly next: string;
  readonly waitingFor: { readonly passId: number; readonly kind: string; readonly status: string } | undefined;
  /** The pass of the current step failed or was stopped; do the step again or choose otherwise. */
  readonly problem: string | undefined;
  readonly backup: { readonly entryId: number; readonly path: string } | { readonly refused: string } | undefined;
  /** What the frozen plan lists for removal. */
  readonly frozen: { readonly objects: number; readonly bytes: number } | undefined;
  readonly steps: readonly {
    readonly step: string;
    readonly who: string;
    readonly when: string;
    readonly why: string;
  }[];
  readonly bulkId: string | undefined;
  readonly pilot: boolean;
  readonly createdAt: Date;
  readonly endedAt: Date | undefined;
}

/** Everything an administrator should know before a remigration; spends nothing. */
export async function planRemigration(
  _context: Context,
  _actor: Actor,
  _input: { entryId: number; targetAddress?: string | undefined; live?: boolean | undefined },
): Promise<RemigrationPlan> {
  return notImplemented('planRemigration');
}

/** Step 1. @throws SternaError config `entry-running` | `entry-not-started` | `remigration-open` | `entry-archived` */
export async function beginRemigration(
  _context: Context,
  _actor: Actor,
  _input: { entryId: number; reason: RemigrationReason; note?: string | undefined },
): Promise<RemigrationView> {
  return notImplemented('beginRemigration');
}

/** Step 2. `refuse` needs `why`. */
export async function chooseBackup(
  _context: Context,
  _actor: Actor,
  _input: { remigrationId: number; choice: 'backup' | 'refuse'; why?: string | undefined },
): Promise<RemigrationView> {
  return notImplemented('chooseBackup');
}

/** Step 3. `empty` freezes a list of what would be removed; `keep` relies on duplicate prevention and `conflict`. */
export async function chooseTarget(
  _context: Context,
  _actor: Actor,
  _input: {
    remigrationId: number;
    choice: 'empty' | 'keep';
    conflict?: 'skip' | 'overwrite' | 'rename' | undefined;
    duplicatePrevention?: boolean | undefined;
    why?: string | undefined;
  },
): Promise<RemigrationView> {
  return notImplemented('chooseTarget');
}

/** Step 3b: removes what was frozen. @throws SternaError config `confirmation-differs` */
export async function confirmEmptying(
  _context: Context,
  _actor: Actor,
  _input: { remigrationId: number; targetAddress: string },
): Promise<RemigrationView> {
  return notImplemented('confirmEmptying');
}

/** Step 4: archives the old entry, makes the new one and assigns its license, in one transaction. */
export async function recreateForRemigration(
  _context: Context,
  _actor: Actor,
  _input: {
    remigrationId: number;
    tier?: LicenseTier | undefined;
    targetAddress?: string | undefined;
    settings?: SettingsPatch | undefined;
  },
): Promise<RemigrationView> {
  return notImplemented('recreateForRemigration');
}

/** Step 5. */
export async function startRemigration(
  _context: Context,
  _actor: Actor,
  _input: { remigrationId: number },
): Promise<RemigrationView> {
  return notImplemented('startRemigration');
}

/** Step 6; `skip` ends the flow without it. */
export async function verifyRemigration(
  _context: Context,
  _actor: Actor,
  _input: { remigrationId: number; skip?: boolean | undefined },
): Promise<RemigrationView> {
  return notImplemented('verifyRemigration');
}

/** What was done stays done and recorded; no further step follows. */
export async function cancelRemigration(
  _context: Context,
  _actor: Actor,
  _input: { remigrationId: number; why: string },
): Promise<RemigrationView> {
  return notImplemented('cancelRemigration');
}

export async function getRemigration(
  _context: Context,
  _actor: Actor,
  _input: { remigrationId: number },
): Promise<RemigrationView> {
  return notImplemented('getRemigration');
}

export async function listRemigrations(
  _context: Context,
  _actor: Actor,
  _input: { projectId?: number | undefined; entryId?: number | undefined; open?: boolean | undefined },
): Promise<readonly RemigrationView[]> {
  return notImplemented('listRemigrations');
}

export interface BulkRemigration {
  readonly id: string;
  /** `pilot`: one entry goes first; `asks`: the pilot is done, `continueBulk` decides; then `rest`, `done`. */
  readonly state: 'pilot' | 'asks' | 'rest' | 'done' | 'cancelled';
  readonly pilot: RemigrationView;
  readonly rest: readonly RemigrationView[];
  readonly waiting: readonly number[];
  readonly words: string;
}

/**
 * The same choices for many entries. One pilot runs the whole flow first; the rest waits for `continueBulk`.
 *
 * @param input.confirmation for `target: 'empty'`: the number of entries, typed
 */
export async function beginBulkRemigration(
  _context: Context,
  _actor: Actor,
  _input: Selection & {
    reason: RemigrationReason;
    note?: string | undefined;
    backup: 'backup' | 'refuse';
    target: 'empty' | 'keep';
    confirmation?: string | undefined;
    conflict?: 'skip' | 'overwrite' | 'rename' | undefined;
    pilotEntryId?: number | undefined;
    tier?: LicenseTier | undefined;
  },
): Promise<BulkRemigration> {
  return notImplemented('beginBulkRemigration');
}

export async function getBulkRemigration(
  _context: Context,
  _actor: Actor,
  _input: { bulkId: string },
): Promise<BulkRemigration> {
  return notImplemented('getBulkRemigration');
}

export async function continueBulkRemigration(
  _context: Context,
  _actor: Actor,
  _input: { bulkId: string; go: boolean },
): Promise<BulkRemigration> {
  return notImplemented('continueBulkRemigration');
}

/**
 * Moves every open remigration on whose pass has ended, and bulk ones through all their steps. Idempotent and safe in
 * any number of processes. The server calls it when it starts and on every event of type `pass`.
 */
export async function driveRemigrations(_context: Context): Promise<void> {
  return notImplemented('driveRemigrations');
}
