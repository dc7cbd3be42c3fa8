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
  inOrganization,
  insertRemigration,
  inventorySummary,
  type OrganizationTransaction,
  openRemigrationOf,
  type PassRow,
  passById,
  type RemigrationRow,
  remigrationsOf,
  updateRemigration,
} from '@sterna/store';
import { projectsToRead, requireSomewhere } from './access.ts';
import { queueBackup } from './backups.ts';
import type { Actor, Context } from './context.ts';
import { archiveEntry, recreateFrom, refuseArchived, refuseRunning, restingStatus } from './entries.ts';
import { queueBeside, startLocked, stopLive } from './passes.ts';
import { listedEntry, lockListedEntry, reachEntry, reachProject, reachRemigration } from './reach.ts';
import {
  dataOf,
  NEXT_WORDS,
  type RemigrationData,
  type RemigrationReason,
  type RemigrationStep,
  type RemigrationView,
  remigrationView,
  remigrationViews,
  standing,
} from './remigration-view.ts';

async function awaitedPass(db: Context['db'], actor: Actor, data: RemigrationData): Promise<PassRow | undefined> {
  return data.passId === undefined ? undefined : passById(db, actor.organizationId, data.passId);
}

/**
 * A step of the flow, under the lock of the organization: only where it is the flow's turn for it, or where it may
 * still be chosen otherwise.
 */
async function atStep(
  tx: OrganizationTransaction,
  actor: Actor,
  remigrationId: number,
  ...steps: readonly [RemigrationStep, ...RemigrationStep[]]
): Promise<{ row: RemigrationRow; data: RemigrationData }> {
  const row = await openRow(tx, actor, remigrationId);
  const data = dataOf(row);
  const now = standing(row, await awaitedPass(tx.db, actor, data));
  if (now.waiting !== undefined)
    throw new SternaError('config', 'remigration-waiting', `The ${now.step} pass is ${now.waiting.status}.`, {
      fix: 'Wait until it ends, or stop it.',
      details: { conflict: true, passId: now.waiting.id },
    });
  if (!steps.includes(now.step))
    throw new SternaError(
      'config',
      'remigration-step',
      `It is not the turn of "${steps[0]}": ${NEXT_WORDS[now.step]}`,
      {
        fix: `Do the step "${now.step}".`,
        details: { step: now.step },
      },
    );
  return { row, data };
}

/** Writes the step down with who, when and why, and moves on. */
export async function recordStep(
  tx: OrganizationTransaction,
  actor: Actor,
  row: RemigrationRow,
  change: {
    did: string;
    of: RemigrationStep;
    why: string;
    fix?: string | undefined;
    step: RemigrationStep;
    data: RemigrationData;
    newEntryId?: number;
    ends?: boolean;
  },
): Promise<RemigrationRow> {
  const { passId } = change.data;
  const steps = [
    ...row.steps,
    {
      step: change.did,
      of: change.of,
      who: actor.name,
      when: tx.now.toISOString(),
      why: change.why,
      ...(change.fix === undefined ? {} : { fix: change.fix }),
      ...(passId === dataOf(row).passId ? {} : { passId }),
    },
  ];
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
 * @param input.targetAddress where the new entry is to write; the recreation may still say otherwise
 *
 * @throws SternaError config `entry-running` | `entry-not-started` | `remigration-open` | `entry-archived`
 */
export async function beginRemigration(
  context: Context,
  actor: Actor,
  input: {
    entryId: number;
    reason: RemigrationReason;
    note?: string | undefined;
    targetAddress?: string | undefined;
  },
): Promise<RemigrationView> {
  requireSomewhere(actor, 'operate');
  const { targetAddress } = input;
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) =>
    remigrationView(tx.db, actor, await begin(tx, actor, input, targetAddress === undefined ? {} : { targetAddress })),
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
    steps: [{ step: 'reason', of: 'reason', who: actor.name, when: tx.now.toISOString(), why }],
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

/** Step 2, and again until something is removed. `refuse` needs `why`. */
export async function chooseBackup(
  context: Context,
  actor: Actor,
  input: { remigrationId: number; choice: 'backup' | 'refuse'; why?: string | undefined },
): Promise<RemigrationView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const { row, data } = await atStep(tx, actor, input.remigrationId, 'backup', 'target', 'confirm');
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
      of: 'backup',
      why,
      step: 'target',
      data: { ...fresh, backupRefused: why },
    });
  }
  const entry = await lockListedEntry(tx, actor, row.entry_id);
  const { backup, pass } = await queueBackup(context, tx, actor, entry);
  return recordStep(tx, actor, row, {
    did: 'backup',
    of: 'backup',
    why: input.why ?? '',
    step: 'backup',
    data: { ...fresh, backupEntryId: backup.id, passId: pass.id },
  });
}

/** Step 3, and again until the entry is recreated. `empty` freezes a list of what would be removed; `keep` relies on duplicate prevention and `conflict`. */
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
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const { row, data } = await atStep(tx, actor, input.remigrationId, 'target', 'confirm', 'recreate');
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
      of: 'target',
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
    of: 'target',
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
  requireSomewhere(actor, 'operate');
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
      of: 'confirm',
      why: '',
      step: 'recreate',
      data: { ...without(data, 'passId'), frozen },
    });
  const pass = await queueBeside(tx, actor, entry, { kind: 'empty', empty: 'remove', reason: `remigration ${row.id}` });
  return recordStep(tx, actor, row, {
    did: 'empty',
    of: 'confirm',
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
  requireSomewhere(actor, 'operate');
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
    targetAddress: input.targetAddress ?? data.targetAddress,
    settings: { ...data.settings, ...input.settings },
  });
  const book = await tx.licenses();
  book.record(decideAssign(book.state, { entry: newEntryId, type: licenseTypeOf(old.item_type), tier: input.tier }));
  return recordStep(tx, actor, row, {
    did: 'recreate',
    of: 'recreate',
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
  requireSomewhere(actor, 'operate');
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
  return recordStep(tx, actor, row, {
    did: 'start',
    of: 'start',
    why: '',
    step: 'start',
    data: { ...data, passId: pass.id },
  });
}

/** Step 6; `skip` ends the flow without it. */
export async function verifyRemigration(
  context: Context,
  actor: Actor,
  input: { remigrationId: number; skip?: boolean | undefined },
): Promise<RemigrationView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const { row, data } = await atStep(tx, actor, input.remigrationId, 'verify');
    const changed =
      input.skip === true
        ? await recordStep(tx, actor, row, {
            did: 'verify skipped',
            of: 'verify',
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
  return recordStep(tx, actor, row, {
    did: 'verify',
    of: 'verify',
    why: '',
    step: 'verify',
    data: { ...data, passId: pass.id },
  });
}

/** What a step left under way is no longer wanted once the flow has ended; what migrates or verifies goes on. */
const STOPPED_BY_CANCEL: ReadonlySet<RemigrationStep> = new Set(['backup', 'target', 'confirm']);

/** What was done stays done and recorded; no further step follows. A backup or an emptying under way is stopped. */
export async function cancelRemigration(
  context: Context,
  actor: Actor,
  input: { remigrationId: number; why: string },
): Promise<RemigrationView> {
  requireSomewhere(actor, 'operate');
  const why = needWhy(input.why, 'Cancelling');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const row = await openRow(tx, actor, input.remigrationId);
    const now = standing(row, await awaitedPass(tx.db, actor, dataOf(row)));
    if (now.waiting !== undefined && STOPPED_BY_CANCEL.has(now.step)) await stopAwaited(tx, actor, now.waiting);
    const changed = await recordStep(tx, actor, row, {
      did: 'cancel',
      of: 'cancelled',
      why,
      step: 'cancelled',
      data: dataOf(row),
      ends: true,
    });
    return remigrationView(tx.db, actor, changed);
  });
}

/**
 * Stops the pass that the current step waits for; the step can then be done again, or otherwise.
 *
 * @throws SternaError config `remigration-ended` | `nothing-running`
 */
export async function stopRemigrationPass(
  context: Context,
  actor: Actor,
  input: { remigrationId: number },
): Promise<RemigrationView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const row = await openRow(tx, actor, input.remigrationId);
    const now = standing(row, await awaitedPass(tx.db, actor, dataOf(row)));
    if (now.waiting === undefined)
      throw new SternaError('config', 'nothing-running', 'This remigration waits for no pass.', {
        fix: 'There is nothing to stop.',
      });
    await stopAwaited(tx, actor, now.waiting);
    return remigrationView(tx.db, actor, row);
  });
}

async function openRow(tx: OrganizationTransaction, actor: Actor, remigrationId: number): Promise<RemigrationRow> {
  const row = await reachRemigration(tx.db, actor, 'operate', remigrationId);
  if (row.ended_at !== null)
    throw new SternaError('config', 'remigration-ended', `This remigration is ${row.step}.`, {
      fix: 'Begin another one.',
    });
  return row;
}

async function stopAwaited(tx: OrganizationTransaction, actor: Actor, pass: PassRow): Promise<void> {
  // A backup's pass is of an entry of its own, which the user list doesn't show.
  const entry = await reachEntry(tx.db, actor, 'operate', pass.entry_id);
  await stopLive(tx, entry);
}

export async function getRemigration(
  context: Context,
  actor: Actor,
  input: { remigrationId: number },
): Promise<RemigrationView> {
  requireSomewhere(actor, 'read');
  const row = await reachRemigration(context.db, actor, 'read', input.remigrationId);
  return remigrationView(context.db, actor, row);
}

export async function listRemigrations(
  context: Context,
  actor: Actor,
  input: { projectId?: number | undefined; entryId?: number | undefined; open?: boolean | undefined } = {},
): Promise<readonly RemigrationView[]> {
  requireSomewhere(actor, 'read');
  if (input.entryId !== undefined) await listedEntry(context.db, actor, 'read', input.entryId);
  if (input.projectId !== undefined) await reachProject(context.db, actor, 'read', input.projectId);
  const { entryId, open } = input;
  const projects = projectsToRead(actor, input.projectId);
  const rows = await remigrationsOf(context.db, actor.organizationId, { entryId, open, projects });
  return remigrationViews(context.db, actor, rows);
}
