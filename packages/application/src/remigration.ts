import {
  addressKey,
  decideAssign,
  type LicenseTier,
  licenseTypeOf,
  type SettingsPatch,
  SternaError,
} from '@sterna/core';
import {
  type EntryRow,
  entryById,
  inOrganization,
  insertRemigration,
  inventorySummary,
  type OrganizationTransaction,
  openRemigrationOf,
  type PassRow,
  passById,
  projectById,
  type RemigrationRow,
  remigrationById,
  remigrationsOf,
  updateRemigration,
} from '@sterna/store';
import { found, requireScope } from './access.ts';
import { backupView, queueBackup } from './backups.ts';
import type { Actor, Context } from './context.ts';
import {
  archiveEntry,
  listedEntry,
  lockListedEntry,
  recreateFrom,
  refuseArchived,
  refuseRunning,
  restingStatus,
} from './entries.ts';
import { queueBeside, startLocked } from './passes.ts';

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

/** Members of the row's `data`. */
export interface RemigrationData {
  /** The pass that the current step waits for, or that ended it with a problem. */
  readonly passId?: number;
  readonly backupEntryId?: number;
  readonly backupRefused?: string;
  readonly frozen?: { readonly objects: number; readonly bytes: number };
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
  readonly problem: string | undefined;
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
      return { step, waiting: undefined, problem: `The ${step} pass completed with failures.` };
    default:
      return { step, waiting: undefined, problem: `The ${step} pass is ${pass.status}${errorWords(pass)}.` };
  }
}

function errorWords(pass: PassRow): string {
  const message = (pass.error as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? `: ${message.replace(/\.$/, '')}` : '';
}

const NEXT_WORDS: Readonly<Record<RemigrationStep, string>> = {
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
  const data = dataOf(row);
  const now = standing(row, await awaitedPass(db, actor, data));
  const backup =
    data.backupEntryId === undefined ? undefined : await entryById(db, actor.organizationId, data.backupEntryId);
  const backedUp = backup === undefined ? undefined : await backupView(db, actor, backup);
  return {
    id: row.id,
    entryId: row.entry_id,
    newEntryId: row.new_entry_id ?? undefined,
    reason: row.reason as RemigrationReason,
    note: row.note,
    step: now.step,
    next:
      now.waiting === undefined
        ? `${now.problem === undefined ? '' : `${now.problem} Do this step again, or choose otherwise. `}${NEXT_WORDS[now.step]}`
        : `Waiting for the ${now.step} pass, which is ${now.waiting.status}.`,
    waitingFor:
      now.waiting === undefined
        ? undefined
        : { passId: now.waiting.id, kind: now.waiting.kind, status: now.waiting.status },
    problem: now.problem,
    backup:
      data.backupRefused !== undefined
        ? { refused: data.backupRefused }
        : backedUp === undefined
          ? undefined
          : { entryId: backedUp.entryId, path: backedUp.path },
    // The freeze writes the list; from then on it doesn't change.
    frozen:
      now.step === 'confirm' && data.frozen === undefined
        ? await inventorySummary(db, row.entry_id).then(({ objects, bytes }) => ({ objects, bytes }))
        : data.frozen,
    steps: row.steps as RemigrationView['steps'],
    bulkId: data.bulkId,
    pilot: data.pilot === true,
    createdAt: row.created_at,
    endedAt: row.ended_at ?? undefined,
  };
}

async function awaitedPass(db: Context['db'], actor: Actor, data: RemigrationData): Promise<PassRow | undefined> {
  return data.passId === undefined ? undefined : passById(db, actor.organizationId, data.passId);
}

/** A step of the flow, under the lock of the organization: only where it is the flow's turn for it. */
async function atStep(
  tx: OrganizationTransaction,
  actor: Actor,
  remigrationId: number,
  step: RemigrationStep,
): Promise<{ row: RemigrationRow; data: RemigrationData }> {
  const row = found(await remigrationById(tx.db, actor.organizationId, remigrationId), 'remigration', remigrationId);
  const data = dataOf(row);
  const now = standing(row, await awaitedPass(tx.db, actor, data));
  if (row.ended_at !== null)
    throw new SternaError('config', 'remigration-ended', `This remigration is ${row.step}.`, {
      fix: 'Begin another one.',
    });
  if (now.waiting !== undefined)
    throw new SternaError('config', 'remigration-waiting', `The ${now.step} pass is ${now.waiting.status}.`, {
      fix: 'Wait until it ends, or stop it.',
      details: { conflict: true, passId: now.waiting.id },
    });
  if (now.step !== step)
    throw new SternaError('config', 'remigration-step', `It is not the turn of "${step}": ${NEXT_WORDS[now.step]}`, {
      fix: `Do the step "${now.step}".`,
      details: { step: now.step },
    });
  return { row, data };
}

/** Writes the step down with who, when and why, and moves on. */
export async function recordStep(
  tx: OrganizationTransaction,
  actor: Actor,
  row: RemigrationRow,
  change: {
    did: string;
    why: string;
    step: RemigrationStep;
    data: RemigrationData;
    newEntryId?: number;
    ends?: boolean;
  },
): Promise<RemigrationRow> {
  const steps = [...row.steps, { step: change.did, who: actor.name, when: tx.now.toISOString(), why: change.why }];
  tx.audit('remigration.step', `remigration/${row.id}`, { step: change.did, why: change.why, entry: row.entry_id });
  tx.event({ type: 'remigration', entryId: row.entry_id });
  return updateRemigration(tx.db, row.id, {
    step: change.step,
    steps: JSON.stringify(steps),
    data: JSON.stringify(change.data),
    ...(change.newEntryId === undefined ? {} : { new_entry_id: change.newEntryId }),
    ...(change.ends === true ? { ended_at: tx.now } : {}),
  });
}

const without = (data: RemigrationData, ...keys: readonly (keyof RemigrationData)[]): RemigrationData =>
  Object.fromEntries(Object.entries(data).filter(([key]) => !keys.some((one) => one === key)));

/**
 * Step 1: the reason.
 *
 * @throws SternaError config `entry-running` | `entry-not-started` | `remigration-open` | `entry-archived`
 */
export async function beginRemigration(
  context: Context,
  actor: Actor,
  input: { entryId: number; reason: RemigrationReason; note?: string | undefined },
): Promise<RemigrationView> {
  requireScope(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) =>
    remigrationView(tx.db, actor, await begin(tx, actor, input, {})),
  );
}

export async function begin(
  tx: OrganizationTransaction,
  actor: Actor,
  input: { entryId: number; reason: RemigrationReason; note?: string | undefined },
  data: RemigrationData,
): Promise<RemigrationRow> {
  const entry = await lockListedEntry(tx, actor, input.entryId);
  refuseArchived(entry, 'recreate it instead');
  await refuseRunning(tx.db, entry, 'This entry can’t be remigrated now');
  if (restingStatus(entry) === 'not started')
    throw new SternaError('config', 'entry-not-started', 'This entry has never started: there is nothing to repeat.', {
      fix: 'Start it.',
    });
  const open = await openRemigrationOf(tx.db, entry.id);
  if (open !== undefined)
    throw new SternaError('config', 'remigration-open', 'A remigration of this entry is under way.', {
      fix: 'Go on with it, or cancel it first.',
      details: { conflict: true, remigrationId: open.id },
    });
  const note = (input.note ?? '').trim().slice(0, 2_000);
  const why = note === '' ? input.reason : `${input.reason}: ${note}`;
  const row = await insertRemigration(tx.db, {
    organizationId: actor.organizationId,
    entryId: entry.id,
    reason: input.reason,
    note,
    step: 'backup',
    steps: [{ step: 'reason', who: actor.name, when: tx.now.toISOString(), why }],
    data: { ...data },
  });
  tx.audit('remigration.begin', `remigration/${row.id}`, { entry: entry.id, reason: input.reason, note });
  tx.event({ type: 'remigration', entryId: entry.id });
  return row;
}

const needWhy = (why: string | undefined, what: string): string => {
  const given = why?.trim().slice(0, 2_000) ?? '';
  if (given === '')
    throw new SternaError('config', 'why-missing', `${what} is recorded with its reason, and none was given.`, {
      field: 'why',
      fix: 'Say why in a few words.',
    });
  return given;
};

/** Step 2. `refuse` needs `why`. */
export async function chooseBackup(
  context: Context,
  actor: Actor,
  input: { remigrationId: number; choice: 'backup' | 'refuse'; why?: string | undefined },
): Promise<RemigrationView> {
  requireScope(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const { row, data } = await atStep(tx, actor, input.remigrationId, 'backup');
    return remigrationView(tx.db, actor, await backUp(context, tx, actor, row, data, input));
  });
}

export async function backUp(
  context: Context,
  tx: OrganizationTransaction,
  actor: Actor,
  row: RemigrationRow,
  data: RemigrationData,
  input: { choice: 'backup' | 'refuse'; why?: string | undefined },
): Promise<RemigrationRow> {
  const fresh = without(data, 'passId', 'backupEntryId', 'backupRefused');
  if (input.choice === 'refuse') {
    const why = needWhy(input.why, 'Going on without a backup');
    return recordStep(tx, actor, row, {
      did: 'backup refused',
      why,
      step: 'target',
      data: { ...fresh, backupRefused: why },
    });
  }
  const entry = await lockListedEntry(tx, actor, row.entry_id);
  const { backup, pass } = await queueBackup(context, tx, actor, entry);
  return recordStep(tx, actor, row, {
    did: 'backup',
    why: input.why ?? '',
    step: 'backup',
    data: { ...fresh, backupEntryId: backup.id, passId: pass.id },
  });
}

/** Step 3. `empty` freezes a list of what would be removed; `keep` relies on duplicate prevention and `conflict`. */
export async function chooseTarget(
  context: Context,
  actor: Actor,
  input: {
    remigrationId: number;
    choice: 'empty' | 'keep';
    conflict?: 'skip' | 'overwrite' | 'rename' | undefined;
    duplicatePrevention?: boolean | undefined;
    why?: string | undefined;
  },
): Promise<RemigrationView> {
  requireScope(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const { row, data } = await atStep(tx, actor, input.remigrationId, 'target');
    return remigrationView(tx.db, actor, await treatTarget(tx, actor, row, data, input));
  });
}

export async function treatTarget(
  tx: OrganizationTransaction,
  actor: Actor,
  row: RemigrationRow,
  data: RemigrationData,
  input: {
    choice: 'empty' | 'keep';
    conflict?: 'skip' | 'overwrite' | 'rename' | undefined;
    duplicatePrevention?: boolean | undefined;
    why?: string | undefined;
  },
): Promise<RemigrationRow> {
  const fresh = without(data, 'passId', 'frozen', 'settings');
  if (input.choice === 'keep') {
    const duplicatePrevention = input.duplicatePrevention ?? true;
    const why = duplicatePrevention
      ? (input.why ?? '')
      : needWhy(input.why, 'Keeping the target without duplicate prevention');
    return recordStep(tx, actor, row, {
      did: `target kept, duplicate prevention ${duplicatePrevention ? 'on' : 'off'}`,
      why,
      step: 'recreate',
      data: {
        ...fresh,
        settings: { duplicatePrevention, ...(input.conflict === undefined ? {} : { conflict: input.conflict }) },
      },
    });
  }
  const entry = await lockListedEntry(tx, actor, row.entry_id);
  const pass = await queueBeside(tx, actor, entry, { kind: 'empty', empty: 'freeze', reason: `remigration ${row.id}` });
  return recordStep(tx, actor, row, {
    did: 'list what would be removed',
    why: input.why ?? '',
    step: 'target',
    data: { ...fresh, passId: pass.id },
  });
}

/** Step 3b: removes what was frozen, nothing else. @throws SternaError config `confirmation-differs` */
export async function confirmEmptying(
  context: Context,
  actor: Actor,
  input: { remigrationId: number; targetAddress: string },
): Promise<RemigrationView> {
  requireScope(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const { row, data } = await atStep(tx, actor, input.remigrationId, 'confirm');
    return remigrationView(tx.db, actor, await emptyTarget(tx, actor, row, data, input.targetAddress));
  });
}

export async function emptyTarget(
  tx: OrganizationTransaction,
  actor: Actor,
  row: RemigrationRow,
  data: RemigrationData,
  typed: string,
): Promise<RemigrationRow> {
  const entry = await lockListedEntry(tx, actor, row.entry_id);
  if (addressKey(typed.trim()) !== addressKey(entry.target_address))
    throw new SternaError('config', 'confirmation-differs', 'What was typed is not the target address of this entry.', {
      field: 'targetAddress',
      fix: 'Type the address whose contents are to be removed, in full.',
    });
  const { objects, bytes } = await inventorySummary(tx.db, entry.id);
  const frozen = { objects, bytes };
  if (objects === 0)
    return recordStep(tx, actor, row, {
      did: 'target was empty',
      why: '',
      step: 'recreate',
      data: { ...without(data, 'passId'), frozen },
    });
  const pass = await queueBeside(tx, actor, entry, { kind: 'empty', empty: 'remove', reason: `remigration ${row.id}` });
  return recordStep(tx, actor, row, {
    did: 'empty',
    why: `confirmed by typing ${entry.target_address}`,
    step: 'confirm',
    data: { ...data, frozen, passId: pass.id },
  });
}

/** Step 4: archives the old entry, makes the new one and assigns its license, in one transaction. */
export async function recreateForRemigration(
  context: Context,
  actor: Actor,
  input: {
    remigrationId: number;
    tier?: LicenseTier | undefined;
    targetAddress?: string | undefined;
    settings?: SettingsPatch | undefined;
  },
): Promise<RemigrationView> {
  requireScope(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const { row, data } = await atStep(tx, actor, input.remigrationId, 'recreate');
    return remigrationView(tx.db, actor, await recreate(context, tx, actor, row, data, input));
  });
}

export async function recreate(
  context: Context,
  tx: OrganizationTransaction,
  actor: Actor,
  row: RemigrationRow,
  data: RemigrationData,
  input: {
    tier?: LicenseTier | undefined;
    targetAddress?: string | undefined;
    settings?: SettingsPatch | undefined;
  },
): Promise<RemigrationRow> {
  const old = await lockListedEntry(tx, actor, row.entry_id);
  await refuseRunning(tx.db, old, 'This entry can’t be replaced');
  await archiveEntry(tx, old, `replaced by remigration ${row.id}`);
  const newEntryId = await recreateFrom(context, tx, actor, old, {
    targetAddress: input.targetAddress,
    settings: { ...data.settings, ...input.settings },
  });
  const book = await tx.licenses();
  book.record(decideAssign(book.state, { entry: newEntryId, type: licenseTypeOf(old.item_type), tier: input.tier }));
  return recordStep(tx, actor, row, {
    did: 'recreate',
    why: `entry ${old.id} is archived, entry ${newEntryId} takes its place`,
    step: 'start',
    data: without(data, 'passId'),
    newEntryId,
  });
}

/** Step 5: starts the new entry, which burns its license. */
export async function startRemigration(
  context: Context,
  actor: Actor,
  input: { remigrationId: number },
): Promise<RemigrationView> {
  requireScope(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const { row, data } = await atStep(tx, actor, input.remigrationId, 'start');
    return remigrationView(tx.db, actor, await startNew(context, tx, actor, row, data));
  });
}

async function newEntryOf(tx: OrganizationTransaction, actor: Actor, row: RemigrationRow): Promise<EntryRow> {
  if (row.new_entry_id === null) throw new SternaError('bug', 'internal', 'The remigration has no new entry.');
  return lockListedEntry(tx, actor, row.new_entry_id);
}

export async function startNew(
  context: Context,
  tx: OrganizationTransaction,
  actor: Actor,
  row: RemigrationRow,
  data: RemigrationData,
): Promise<RemigrationRow> {
  const entry = await newEntryOf(tx, actor, row);
  const { pass } = await startLocked(context, tx, actor, entry, { reason: `remigration ${row.id}: ${row.reason}` });
  return recordStep(tx, actor, row, { did: 'start', why: '', step: 'start', data: { ...data, passId: pass.id } });
}

/** Step 6; `skip` ends the flow without it. */
export async function verifyRemigration(
  context: Context,
  actor: Actor,
  input: { remigrationId: number; skip?: boolean | undefined },
): Promise<RemigrationView> {
  requireScope(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const { row, data } = await atStep(tx, actor, input.remigrationId, 'verify');
    const changed =
      input.skip === true
        ? await recordStep(tx, actor, row, {
            did: 'verify skipped',
            why: '',
            step: 'done',
            data: without(data, 'passId'),
            ends: true,
          })
        : await verifyNew(tx, actor, row, data);
    return remigrationView(tx.db, actor, changed);
  });
}

export async function verifyNew(
  tx: OrganizationTransaction,
  actor: Actor,
  row: RemigrationRow,
  data: RemigrationData,
): Promise<RemigrationRow> {
  const entry = await newEntryOf(tx, actor, row);
  const pass = await queueBeside(tx, actor, entry, { kind: 'verify', reason: `remigration ${row.id}` });
  return recordStep(tx, actor, row, { did: 'verify', why: '', step: 'verify', data: { ...data, passId: pass.id } });
}

/** What was done stays done and recorded; no further step follows. */
export async function cancelRemigration(
  context: Context,
  actor: Actor,
  input: { remigrationId: number; why: string },
): Promise<RemigrationView> {
  requireScope(actor, 'operate');
  const why = needWhy(input.why, 'Cancelling');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const row = found(
      await remigrationById(tx.db, actor.organizationId, input.remigrationId),
      'remigration',
      input.remigrationId,
    );
    if (row.ended_at !== null)
      throw new SternaError('config', 'remigration-ended', `This remigration is ${row.step}.`, { fix: 'It is over.' });
    const changed = await recordStep(tx, actor, row, {
      did: 'cancel',
      why,
      step: 'cancelled',
      data: dataOf(row),
      ends: true,
    });
    return remigrationView(tx.db, actor, changed);
  });
}

export async function getRemigration(
  context: Context,
  actor: Actor,
  input: { remigrationId: number },
): Promise<RemigrationView> {
  requireScope(actor, 'read');
  const row = await remigrationById(context.db, actor.organizationId, input.remigrationId);
  return remigrationView(context.db, actor, found(row, 'remigration', input.remigrationId));
}

export async function listRemigrations(
  context: Context,
  actor: Actor,
  input: { projectId?: number | undefined; entryId?: number | undefined; open?: boolean | undefined } = {},
): Promise<readonly RemigrationView[]> {
  requireScope(actor, 'read');
  if (input.entryId !== undefined) await listedEntry(context.db, actor, input.entryId);
  if (input.projectId !== undefined)
    found(await projectById(context.db, actor.organizationId, input.projectId), 'project', input.projectId);
  const views: RemigrationView[] = [];
  for (const row of await remigrationsOf(context.db, actor.organizationId, input))
    views.push(await remigrationView(context.db, actor, row));
  return views;
}
