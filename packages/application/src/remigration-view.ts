import { type LicenseTier, type SettingsPatch, SternaError } from '@sterna/core';
import {
  type EntryRow,
  inventorySummary,
  listedEntries,
  type PassRow,
  passesById,
  type RemigrationRow,
  type SystemRow,
  targetSystemsOf,
} from '@sterna/store';
import { found } from './access.ts';
import { pathOf } from './backups.ts';
import type { Actor, Context } from './context.ts';

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

/** What was done, by whom and when. */
export interface RecordedStep {
  readonly step: string;
  /** The step of the flow that it belongs to. */
  readonly of: RemigrationStep | 'reason';
  readonly who: string;
  readonly when: string;
  readonly why: string;
  /** The pass that it queued. */
  readonly passId?: number | undefined;
}

export interface RemigrationView {
  readonly id: number;
  readonly entryId: number;
  readonly newEntryId: number | undefined;
  /** Of the old entry. */
  readonly projectId: number | undefined;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  /** Where the new entry is to write, if that was said at the beginning. */
  readonly newTargetAddress: string | undefined;
  readonly reason: RemigrationReason;
  readonly note: string;
  readonly step: RemigrationStep;
  /** What to do next, in words. */
  readonly next: string;
  readonly waitingFor: { readonly passId: number; readonly kind: string; readonly status: string } | undefined;
  /** The pass of the current step failed or was stopped, or a bulk's step was refused; do it again or choose otherwise. */
  readonly problem: string | undefined;
  /** What to do about the problem, where that is known. */
  readonly fix: string | undefined;
  readonly backup: { readonly entryId: number; readonly path: string } | { readonly refused: string } | undefined;
  /** What the frozen plan lists for removal. */
  readonly frozen: { readonly objects: number; readonly bytes: number } | undefined;
  readonly steps: readonly RecordedStep[];
  /** What the verify of the flow found, once it has ended. */
  readonly verified: 'ok' | 'differs' | undefined;
  readonly bulkId: string | undefined;
  readonly pilot: boolean;
  readonly createdAt: Date;
  readonly endedAt: Date | undefined;
}

/** Recorded where a step of a bulk was refused. */
export const REFUSED = 'refused';

/** Members of the row's `data`. */
export interface RemigrationData {
  /** The pass that the current step waits for, or that ended it with a problem. */
  readonly passId?: number;
  readonly backupEntryId?: number;
  readonly backupRefused?: string;
  readonly frozen?: { readonly objects: number; readonly bytes: number };
  /** Of the new entry. */
  readonly targetAddress?: string;
  /** Overrides of the new entry, chosen on the way. */
  readonly settings?: SettingsPatch;
  readonly bulkId?: string;
  readonly pilot?: boolean;
  /** Choices made beforehand, for bulk: the driver walks the steps with them. */
  readonly auto?: AutoChoices;
  /** On the pilot's row alone. */
  readonly bulk?: { readonly waiting: readonly number[]; readonly go?: boolean; readonly refused?: readonly string[] };
}

export interface AutoChoices {
  readonly by: string;
  readonly backup: 'backup' | 'refuse';
  readonly target: 'empty' | 'keep';
  readonly conflict?: 'skip' | 'overwrite' | 'rename';
  readonly tier?: LicenseTier;
}

export const dataOf = (row: RemigrationRow): RemigrationData => row.data as RemigrationData;

interface Standing {
  readonly step: RemigrationStep;
  readonly waiting: PassRow | undefined;
  readonly problem: { readonly words: string; readonly fix: string | undefined } | undefined;
}

const AFTER: Readonly<Partial<Record<RemigrationStep, RemigrationStep>>> = {
  backup: 'target',
  target: 'confirm',
  confirm: 'recreate',
  start: 'verify',
  verify: 'done',
};

/** Where a remigration stands, given the pass it waits for. Pure: looking at one changes nothing. */
export function standing(row: RemigrationRow, pass: PassRow | undefined): Standing {
  const step = row.step as RemigrationStep;
  if (row.ended_at !== null || pass === undefined) return { step, waiting: undefined, problem: undefined };
  const next = AFTER[step];
  switch (pass.status) {
    case 'queued':
    case 'running':
    case 'pending':
      return { step, waiting: pass, problem: undefined };
    case 'completed':
      return { step: next ?? step, waiting: undefined, problem: undefined };
    case 'completed with failures':
      // Verifying and migrating have their own reports; a backup or an emptying with holes is not what was asked for.
      if (step === 'start' || step === 'verify') return { step: next ?? step, waiting: undefined, problem: undefined };
      return {
        step,
        waiting: undefined,
        problem: { words: `The ${step} pass completed with failures.`, fix: undefined },
      };
    default:
      return { step, waiting: undefined, problem: problemOf(step, pass) };
  }
}

function problemOf(step: RemigrationStep, pass: PassRow): Standing['problem'] {
  const error = (pass.error ?? {}) as { message?: unknown; fix?: unknown };
  const why = typeof error.message === 'string' ? `: ${error.message.replace(/\.$/, '')}` : '';
  return {
    words: `The ${step} pass is ${pass.status}${why}.`,
    fix: typeof error.fix === 'string' ? error.fix : undefined,
  };
}

export const NEXT_WORDS: Readonly<Record<RemigrationStep, string>> = {
  backup: 'Choose whether the target is backed up first.',
  target: 'Choose whether the target is emptied, or kept with duplicate prevention.',
  confirm: 'Type the target address to remove what was listed.',
  recreate: 'Recreate the entry: that assigns a new license.',
  start: 'Start the new entry: that burns its license.',
  verify: 'Verify the new entry, or end here.',
  done: 'Done.',
  cancelled: 'Cancelled.',
};

export async function remigrationView(db: Context['db'], actor: Actor, row: RemigrationRow): Promise<RemigrationView> {
  const [view] = await remigrationViews(db, actor, [row]);
  if (view === undefined) throw new SternaError('bug', 'internal', 'A remigration has no view.');
  return view;
}

/** Many at once: a bulk has up to as many as its project has entries. */
export async function remigrationViews(
  db: Context['db'],
  actor: Actor,
  rows: readonly RemigrationRow[],
): Promise<readonly RemigrationView[]> {
  const { organizationId } = actor;
  const data = rows.map(dataOf);
  const passes = await passesById(
    db,
    organizationId,
    given(rows.flatMap((row, i) => [data[i]?.passId, verifyOf(row)])),
  );
  const backups = await targetSystemsOf(db, organizationId, given(data.map(({ backupEntryId }) => backupEntryId)));
  const entries = new Map(
    (
      await listedEntries(
        db,
        organizationId,
        rows.map((row) => row.entry_id),
        { lock: false },
      )
    ).map((entry) => [entry.id, entry]),
  );
  const views: RemigrationView[] = [];
  for (const [i, row] of rows.entries()) {
    const entry = found(entries.get(row.entry_id), 'entry', row.entry_id);
    const { passId, backupEntryId, frozen } = data[i] as RemigrationData;
    const now = standing(row, passId === undefined ? undefined : passes.get(passId));
    const archive = backupEntryId === undefined ? undefined : backups.get(backupEntryId);
    views.push({
      ...viewOf(row, data[i] as RemigrationData, entry, now),
      backup: backupOf(data[i] as RemigrationData, archive),
      verified: verdictOf(passes.get(verifyOf(row) ?? 0)),
      // The freeze writes the list; from then on it doesn't change.
      frozen:
        now.step === 'confirm' && frozen === undefined
          ? await inventorySummary(db, row.entry_id).then(({ objects, bytes }) => ({ objects, bytes }))
          : frozen,
    });
  }
  return views;
}

const given = (ids: readonly (number | undefined)[]): number[] => ids.filter((id) => id !== undefined);

/** The pass of the last verify in the flow. */
const verifyOf = (row: RemigrationRow): number | undefined =>
  (row.steps as readonly RecordedStep[]).findLast((one) => one.of === 'verify' && one.passId !== undefined)?.passId;

function verdictOf(pass: PassRow | undefined): RemigrationView['verified'] {
  if (pass?.status === 'completed') return 'ok';
  return pass?.status === 'completed with failures' ? 'differs' : undefined;
}

function backupOf(data: RemigrationData, archive: SystemRow | undefined): RemigrationView['backup'] {
  if (data.backupRefused !== undefined) return { refused: data.backupRefused };
  if (data.backupEntryId === undefined || archive === undefined) return undefined;
  return { entryId: data.backupEntryId, path: pathOf(archive) };
}

function viewOf(
  row: RemigrationRow,
  data: RemigrationData,
  entry: EntryRow,
  now: Standing,
): Omit<RemigrationView, 'backup' | 'frozen' | 'verified'> {
  const steps = row.steps as readonly RecordedStep[];
  const problem = now.problem ?? (now.waiting === undefined ? refusedLast(row, now) : undefined);
  return {
    id: row.id,
    entryId: row.entry_id,
    newEntryId: row.new_entry_id ?? undefined,
    projectId: entry.project_id ?? undefined,
    sourceAddress: entry.source_address,
    targetAddress: entry.target_address,
    newTargetAddress: data.targetAddress,
    reason: row.reason as RemigrationReason,
    note: row.note,
    step: now.step,
    next:
      now.waiting === undefined
        ? `${problem === undefined ? '' : `${problem.words} Do this step again, or choose otherwise. `}${NEXT_WORDS[now.step]}`
        : `Waiting for the ${now.step} pass, which is ${now.waiting.status}.`,
    waitingFor:
      now.waiting === undefined
        ? undefined
        : { passId: now.waiting.id, kind: now.waiting.kind, status: now.waiting.status },
    problem: problem?.words,
    fix: problem?.fix,
    steps,
    bulkId: data.bulkId,
    pilot: data.pilot === true,
    createdAt: row.created_at,
    endedAt: row.ended_at ?? undefined,
  };
}

/** A bulk's step that was refused and not taken since. */
function refusedLast(row: RemigrationRow, now: Standing): Standing['problem'] {
  const last = row.steps.at(-1) as (RecordedStep & { fix?: string }) | undefined;
  if (row.ended_at !== null || last?.step !== REFUSED || last.of !== now.step) return undefined;
  return { words: last.why, fix: last.fix };
}
