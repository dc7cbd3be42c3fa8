import {
  type Books,
  decideBurn,
  freezeSettings,
  type LicenseTier,
  licenseTypeOf,
  mergeSettings,
  nextEntryStatus,
  type PassKind,
  type PassStatus,
  type Settings,
  SternaError,
  settingsFingerprint,
  thawSettings,
  type UndoOrder,
} from '@sterna/core';
import {
  type EntryRow,
  failureGroups,
  firstWritingPass,
  inOrganization,
  insertPass,
  lastPass,
  livePassOf,
  lockEntry,
  type OrganizationTransaction,
  type PassRow,
  pageOfPasses,
  projectById,
  requestStop,
  STATE_CODE,
  stopUnclaimed,
  updateEntryRow,
  violatedIndex,
  wakePending,
  wakeWorkers,
} from '@sterna/store';
import { projectsToRead, readCursor, readLimit, requireSomewhere } from './access.ts';
import type { Actor, Context, Page } from './context.ts';
import { refuseSameEndpoint, systemsOfEntry } from './endpoints.ts';
import { refuseArchived, refuseRunning, restingStatus } from './entries.ts';
import type { EntryLicense } from './entry-view.ts';
import { licenseOf } from './licenses.ts';
import { listedEntry, lockListedEntry, reachEntry, reachPass, reachProject } from './reach.ts';

export interface PassView {
  readonly id: number;
  readonly entryId: number;
  readonly number: number;
  readonly kind: PassKind;
  readonly status: PassStatus;
  /** Only for kind `empty`: `freeze` lists, `remove` removes what was listed. */
  readonly empty: 'freeze' | 'remove' | undefined;
  /** Only for kind `undo`: number of the pass that it takes back, and whether it just plans that. */
  readonly undo: UndoOrder | undefined;
  /** Number of the pass that undid this one. */
  readonly undoneBy: number | undefined;
  /** License that a writing pass runs on. */
  readonly tier: LicenseTier | undefined;
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

export function passView(row: PassRow): PassView {
  const frozen = thawSettings(row.settings);
  return {
    id: row.id,
    entryId: row.entry_id,
    number: row.number,
    kind: row.kind,
    status: row.status,
    empty: frozen.empty,
    undo: frozen.undo,
    undoneBy: row.undone_by ?? undefined,
    tier: frozen.tier,
    settings: frozen.settings,
    settingsVersion: row.settings_version,
    requestedBy: row.requested_by,
    reason: row.reason ?? undefined,
    stopRequested: row.stop_requested,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    resumeAt: row.resume_at ?? undefined,
    activeSeconds: row.active_seconds,
    progress: row.progress,
    books: (row.books as Books | null) ?? undefined,
    result: row.result ?? undefined,
    error: row.error ?? undefined,
  };
}

/** What counts for an entry now: its overrides over its project's settings. Internal entries have no project. */
export async function settingsOf(db: Context['db'], actor: Actor, entry: EntryRow): Promise<Settings> {
  const project = entry.project_id === null ? undefined : await projectById(db, actor.organizationId, entry.project_id);
  return mergeSettings(project?.settings ?? {}, entry.settings);
}

/** @throws SternaError config `entry-running`, where another process was faster */
async function queuePass(
  tx: OrganizationTransaction,
  actor: Actor,
  entry: EntryRow,
  pass: {
    kind: PassKind;
    settings: Settings;
    tier?: LicenseTier | undefined;
    empty?: 'freeze' | 'remove' | undefined;
    undo?: UndoOrder | undefined;
    reason?: string | undefined;
    retryOnly?: readonly string[] | undefined;
  },
): Promise<PassRow> {
  const row = await insertPass(tx.db, {
    entryId: entry.id,
    kind: pass.kind,
    settings: freezeSettings({
      settings: pass.settings,
      tier: pass.tier,
      empty: pass.empty,
      undo: pass.undo,
      retryOnly: pass.retryOnly,
    }),
    settingsVersion: settingsFingerprint(pass.settings),
    requestedBy: actor.name,
    reason: pass.reason,
  }).catch((error: unknown) => {
    if (violatedIndex(error) === undefined) throw error;
    throw new SternaError('config', 'entry-running', 'Another pass of this entry was started at the same moment.', {
      fix: 'Wait until it ends, or stop it.',
      details: { conflict: true },
    });
  });
  const step = pass.empty ?? (pass.undo?.mode === 'plan' ? 'plan' : undefined);
  tx.audit(`entry.${pass.kind}${step === undefined ? '' : `-${step}`}`, `entry/${entry.id}`, {
    pass: row.number,
    ...(pass.reason === undefined ? {} : { reason: pass.reason }),
  });
  tx.event({
    type: 'pass',
    entryId: entry.id,
    passId: row.id,
    ...(entry.project_id === null ? {} : { projectId: entry.project_id }),
  });
  return row;
}

export interface Started {
  readonly pass: PassRow;
  readonly burned: EntryLicense | undefined;
}

/**
 * The start itself, inside a transaction that holds the organization's ledger and the entry's lock: burn and pass
 * commit together or not at all. Entries that aren't migrations (backups, restores) need no license.
 */
export async function startLocked(
  context: Context,
  tx: OrganizationTransaction,
  actor: Actor,
  entry: EntryRow,
  options: {
    tier?: LicenseTier | undefined;
    reason?: string | undefined;
    license?: 'held-only';
    retryOnly?: readonly string[] | undefined;
  } = {},
): Promise<Started> {
  refuseArchived(entry, 'it can’t start again');
  await refuseRunning(tx.db, entry, 'This entry can’t start');
  const settings = await settingsOf(tx.db, actor, entry);
  const systems = await systemsOfEntry(tx.db, actor, entry);
  refuseSameEndpoint(systems.source, systems.target, { source: entry.source_address, target: entry.target_address });
  refuseNothingToDo(context, settings, systems.source.connector, systems.target.connector);

  let burned: EntryLicense | undefined;
  let tier: LicenseTier | undefined;
  if (entry.purpose === 'migration') {
    const book = await tx.licenses();
    if (options.license === 'held-only' && book.state.burnedOf(entry.id) === undefined) throw notStarted();
    const facts = book.record(
      decideBurn(book.state, { entry: entry.id, type: licenseTypeOf(entry.item_type), tier: options.tier }),
    );
    if (facts.length > 0) {
      burned = licenseOf(facts, 'burn');
      tx.audit('license.burn', `entry/${entry.id}`, { license: burned.id, type: burned.type, tier: burned.tier });
      tx.event({ type: 'license', entryId: entry.id });
    }
    tier = book.state.burnedOf(entry.id)?.tier;
    if (tier === undefined) throw new SternaError('bug', 'entry-unburned', 'A migration would run without a license.');
  }
  const wrote = await firstWritingPass(tx.db, entry.id);
  await updateEntryRow(tx.db, entry.id, {
    status: nextEntryStatus(restingStatus(entry) as 'not started', 'scheduled'),
    status_detail: null,
    resume_at: null,
    schedule_id: null,
    status_before: null,
    detail_before: null,
  });
  const pass = await queuePass(tx, actor, entry, {
    kind: wrote === undefined ? 'initial' : 'delta',
    settings,
    tier,
    reason: options.reason,
    retryOnly: options.retryOnly,
  });
  return { pass, burned };
}

export const notStarted = (): SternaError =>
  new SternaError('config', 'entry-not-started', 'This entry has never started.', {
    fix: 'Start it: that burns its license.',
  });

/** @throws SternaError config `nothing-to-retry` */
export function refuseNothingToRetry(entry: EntryRow, lastStatus: string | undefined): void {
  const status = restingStatus(entry);
  if (status === 'not started' || (lastStatus === 'completed' && status === 'completed'))
    throw new SternaError('config', 'nothing-to-retry', 'Nothing of this entry has failed.', {
      fix: 'Start it: that migrates, or looks for what is new.',
    });
}

/** @throws SternaError config `kinds-all-off` */
export function refuseNothingToDo(context: Context, settings: Settings, source: string, target: string): void {
  const kinds = context.connectors.get(source)?.kinds ?? [];
  const common = kinds.filter((kind) => context.connectors.get(target)?.kinds.includes(kind));
  if (common.some((kind) => settings.kinds[kind])) return;
  throw new SternaError(
    'config',
    'kinds-all-off',
    common.length === 0
      ? 'The two systems have no kind of content in common.'
      : `The settings switch off all that there is to migrate (${common.join(', ')}).`,
    { field: 'kinds', fix: 'Switch on at least one kind in the settings.' },
  );
}

/**
 * Starts a writing pass: `initial` the first time, `delta` afterwards. The first start burns the entry's license
 * (assigning one from the balance where none is), in the same transaction as the pass is queued: two that start the
 * same entry at the same instant burn one license, and one of them gets `entry-running`.
 *
 * @param input.tier burns a license of this tier: `standard` upgrades a trial in place
 * @throws SternaError config `entry-running` (details.conflict) | `entry-archived` | `license-none-left` |
 *   `target-is-source` | `kinds-all-off`
 */
export async function startPass(
  context: Context,
  actor: Actor,
  input: { entryId: number; tier?: LicenseTier | undefined; reason?: string | undefined },
): Promise<StartResult> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const entry = await lockListedEntry(tx, actor, input.entryId);
    const { pass, burned } = await startLocked(context, tx, actor, entry, input);
    return { pass: passView(pass), burned };
  });
}

/** A pass that leaves the entry's own status alone. */
export async function startBeside(
  context: Context,
  actor: Actor,
  entryId: number,
  kind: 'audit' | 'verify' | 'dry-run',
  change: (settings: Settings) => Settings,
): Promise<PassView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const entry = await lockListedEntry(tx, actor, entryId);
    // An archived entry's target can still be verified: its books are kept for that.
    if (kind === 'audit') refuseArchived(entry, 'there is nothing to audit');
    if (kind === 'dry-run') refuseArchived(entry, 'it can’t start again');
    return passView(await queueBeside(tx, actor, entry, { kind, change }));
  });
}

/** For refusals: “This entry can’t be audited”. */
export const DONE_TO_IT = {
  audit: 'audited',
  verify: 'verified',
  empty: 'emptied',
  preprocess: 'preprocessed',
  undo: 'undone',
  'dry-run': 'run dry',
  finish: 'finished',
} as const;

/** @throws SternaError config `entry-running` */
export async function queueBeside(
  tx: OrganizationTransaction,
  actor: Actor,
  entry: EntryRow,
  pass: {
    kind: Exclude<PassKind, 'initial' | 'delta'>;
    empty?: 'freeze' | 'remove';
    undo?: UndoOrder;
    reason?: string;
    change?: (settings: Settings) => Settings;
  },
): Promise<PassRow> {
  await refuseRunning(tx.db, entry, `This entry can’t be ${DONE_TO_IT[pass.kind]}`);
  const settings = await settingsOf(tx.db, actor, entry);
  return queuePass(tx, actor, entry, { ...pass, settings: pass.change?.(settings) ?? settings });
}

/** Reads the source and counts; writes nothing, costs nothing. */
export async function startAudit(context: Context, actor: Actor, input: { entryId: number }): Promise<PassView> {
  return startBeside(context, actor, input.entryId, 'audit', (settings) => settings);
}

/** Holds source, books and target against each other; writes nothing, costs nothing. */
export async function startVerify(
  context: Context,
  actor: Actor,
  input: { entryId: number; depth?: Settings['verifyDepth'] | undefined },
): Promise<PassView> {
  return startBeside(context, actor, input.entryId, 'verify', (settings) => ({
    ...settings,
    verifyDepth: input.depth ?? settings.verifyDepth,
  }));
}

/**
 * The live pass ends `stopped` after what is in flight; one that no worker has ends at once.
 *
 * @throws SternaError config `nothing-running`
 */
export async function stopPass(context: Context, actor: Actor, input: { entryId: number }): Promise<PassView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const entry = await listedEntry(tx.db, actor, 'operate', input.entryId);
    return passView(await stopLive(tx, entry));
  });
}

/** Locks the pass before the entry, as the engine does, so that the two never wait for each other. */
export async function stopLive(tx: OrganizationTransaction, entry: EntryRow): Promise<PassRow> {
  const live = await livePassOf(tx.db, entry.id);
  if (live === undefined)
    throw new SternaError('config', 'nothing-running', 'No pass of this entry is under way.', {
      fix: 'There is nothing to stop.',
    });
  const unclaimed = await stopUnclaimed(tx.db, live.id);
  const stopped = unclaimed ?? (await requestStop(tx.db, live.id));
  if (unclaimed !== undefined && (live.kind === 'initial' || live.kind === 'delta')) {
    const now = await lockEntry(tx.db, entry.organization_id, entry.id);
    if (now !== undefined)
      await updateEntryRow(tx.db, entry.id, {
        status: nextEntryStatus(now.status as 'scheduled', 'stopped'),
        status_detail: null,
        resume_at: null,
      });
  }
  await wakeWorkers(tx.db, entry.id);
  tx.audit('entry.stop', `entry/${entry.id}`, { pass: live.number });
  tx.event({
    type: 'pass',
    entryId: entry.id,
    passId: live.id,
    ...(entry.project_id === null ? {} : { projectId: entry.project_id }),
  });
  return stopped;
}

/**
 * Goes on after a stop or failure with a delta pass; a pending pass is woken now. Takes no license from the balance.
 *
 * @throws SternaError config `entry-running` | `entry-not-started` | `entry-archived`
 */
export async function resumePass(context: Context, actor: Actor, input: { entryId: number }): Promise<PassView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const seen = await listedEntry(tx.db, actor, 'operate', input.entryId);
    const live = await livePassOf(tx.db, seen.id);
    if (live?.status === 'pending') {
      const woken = await wakePending(tx.db, live.id);
      if (woken !== undefined) {
        await wakeWorkers(tx.db, seen.id);
        tx.audit('entry.resume', `entry/${seen.id}`, { pass: live.number });
        return passView(woken);
      }
    }
    const entry = await lockListedEntry(tx, actor, input.entryId);
    const { pass } = await startLocked(context, tx, actor, entry, { license: 'held-only' });
    return passView(pass);
  });
}

/**
 * A delta pass, which plans again what failed.
 *
 * @param input.codes only what failed with one of these, as `entryFailures` groups them; the others stay failed
 * @throws SternaError config `nothing-to-retry` and as `resumePass`
 */
export async function retryPass(
  context: Context,
  actor: Actor,
  input: { entryId: number; codes?: readonly string[] | undefined },
): Promise<PassView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const entry = await lockListedEntry(tx, actor, input.entryId);
    refuseArchived(entry, 'it can’t start again');
    await refuseRunning(tx.db, entry, 'This entry can’t be retried');
    const last = await lastPass(tx.db, entry.id);
    refuseNothingToRetry(entry, last?.status);
    const retryOnly = input.codes;
    if (retryOnly !== undefined) {
      const groups = await failureGroups(tx.db, entry.id, 0);
      if (!groups.some((group) => group.state === STATE_CODE.failed && retryOnly.includes(group.code)))
        throw new SternaError(
          'config',
          'nothing-to-retry',
          `Nothing of this entry has failed for that cause: ${retryOnly.join(', ')}.`,
          {
            field: 'codes',
            fix: 'Read the failures again; a pass may have settled them.',
          },
        );
    }
    const { pass } = await startLocked(context, tx, actor, entry, {
      license: 'held-only',
      reason: retryOnly === undefined ? 'retry' : `retry: ${retryOnly.join(', ')}`,
      retryOnly,
    });
    return passView(pass);
  });
}

export async function getPass(context: Context, actor: Actor, input: { passId: number }): Promise<PassView> {
  requireSomewhere(actor, 'read');
  return passView(await reachPass(context.db, actor, 'read', input.passId));
}

/** Newest first. */
export async function listPasses(
  context: Context,
  actor: Actor,
  input: {
    entryId?: number | undefined;
    projectId?: number | undefined;
    live?: boolean | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<Page<PassView>> {
  requireSomewhere(actor, 'read');
  if (input.entryId !== undefined) await reachEntry(context.db, actor, 'read', input.entryId);
  if (input.projectId !== undefined) await reachProject(context.db, actor, 'read', input.projectId);
  const limit = readLimit(input.limit);
  const rows = await pageOfPasses(context.db, actor.organizationId, {
    entryId: input.entryId,
    projects: projectsToRead(actor, input.projectId),
    live: input.live,
    before: readCursor(input.after),
    limit: limit + 1,
  });
  const items = rows.slice(0, limit).map(passView);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: String(last.id) } : { items };
}
