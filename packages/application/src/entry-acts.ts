import {
  decideAssign,
  decideBurn,
  decideRelease,
  decideUnused,
  freezeSettings,
  type LicenseFact,
  type LicenseState,
  type LicenseTier,
  type LicenseType,
  licenseTypeOf,
  mergeSettings,
  type Settings,
  SternaError,
  settingsFingerprint,
} from '@sterna/core';
import {
  archiveEntries,
  type EntryFactsRow,
  type EntryRow,
  factsOfEntries,
  insertPasses,
  markQueued,
  type OrganizationTransaction,
  type PassToQueue,
  type ProjectRow,
  projectById,
  putIntoBatch,
  type SystemRow,
  stopPasses,
  systemById,
  wakePasses,
} from '@sterna/store';
import { notFound } from './access.ts';
import type { Actor, Context } from './context.ts';
import { refuseSameEndpoint } from './endpoints.ts';
import { refuseArchived, runningRefusal } from './entries.ts';
import { DONE_TO_IT, notStarted, refuseNothingToDo, refuseNothingToRetry } from './passes.ts';
import { refuseNothingToPreprocess } from './preprocess.ts';
import { readableEntries, requireIn } from './reach.ts';

/**
 * One action on many entries, in two steps: `judge` decides for one entry without asking anything, `carryOut` writes
 * what was decided for a page of them with a handful of statements. A preview judges and writes nothing; a bulk action
 * and the schedule of a batch do both. The single functions (`startPass` …) follow the same rules.
 */
export type BulkAction =
  | { readonly action: 'start'; readonly tier?: LicenseTier | undefined }
  | {
      readonly action: 'delta' | 'audit' | 'verify' | 'preprocess' | 'stop' | 'resume' | 'retry' | 'delete' | 'release';
    }
  | { readonly action: 'assign'; readonly tier?: LicenseTier | undefined }
  | { readonly action: 'batch'; readonly batch?: string | undefined };

/** Everything that a page's verdicts depend on but the licenses. */
export interface PageFacts {
  /** For whom they were looked up. */
  readonly actor: Actor;
  readonly entries: ReadonlyMap<number, EntryRow>;
  readonly facts: ReadonlyMap<number, EntryFactsRow>;
  readonly projects: ReadonlyMap<number, ProjectRow>;
  readonly systems: ReadonlyMap<number, SystemRow>;
}

/** Projects and systems of one action: they are the same for nearly all of its entries. */
export class Surroundings {
  readonly projects = new Map<number, ProjectRow>();
  readonly systems = new Map<number, SystemRow>();
  /** Merged settings by project version and overrides. */
  readonly settings = new Map<string, { settings: Settings; version: string }>();
}

export async function pageFacts(
  db: Context['db'],
  actor: Actor,
  ids: readonly number[],
  around: Surroundings,
  options: { lock: boolean },
): Promise<PageFacts> {
  const rows = await readableEntries(db, actor, ids, options);
  for (const row of rows) {
    const { project_id: projectId } = row;
    if (projectId !== null && !around.projects.has(projectId)) {
      const project = await projectById(db, actor.organizationId, projectId);
      if (project !== undefined) around.projects.set(projectId, project);
    }
    for (const id of [row.source_system_id, row.target_system_id])
      if (!around.systems.has(id)) {
        const system = await systemById(db, actor.organizationId, id);
        if (system !== undefined) around.systems.set(id, system);
      }
  }
  return {
    actor,
    entries: new Map(rows.map((row) => [row.id, row])),
    facts: await factsOfEntries(
      db,
      rows.map((row) => row.id),
    ),
    projects: around.projects,
    systems: around.systems,
  };
}

export interface Verdict {
  readonly entry: EntryRow;
  /** Taken from or given to the balance; applied to the state that the next verdict sees. */
  readonly licenses: readonly LicenseFact[];
  readonly pass?: PassToQueue;
  /** The pass moves the entry's own status. */
  readonly queues?: boolean;
  /** The pass. */
  readonly wakes?: number;
  readonly stops?: number;
  readonly archives?: boolean;
}

/** What the action does to this entry. @throws SternaError why it is refused */
export function judge(
  context: Context,
  act: BulkAction,
  entryId: number,
  page: PageFacts,
  licenses: LicenseState,
  around: Surroundings,
  reason?: string | undefined,
): Verdict {
  const entry = page.entries.get(entryId);
  const facts = page.facts.get(entryId);
  if (entry === undefined || facts === undefined) throw notFound('entry', entryId);
  requireIn(page.actor, 'operate', entry.project_id, 'entry', entryId);
  const type = licenseTypeOf(entry.item_type);
  const refuseLive = (what: string): void => {
    const refusal = runningRefusal(entry, liveOf(facts), what);
    if (refusal !== undefined) throw refusal;
  };
  const decided = (decision: readonly LicenseFact[] | SternaError): readonly LicenseFact[] => {
    if (decision instanceof SternaError) throw decision;
    return decision;
  };
  switch (act.action) {
    case 'start':
    case 'delta':
    case 'retry':
    case 'resume': {
      if (act.action === 'resume' && facts.live_status === 'pending' && facts.live_id !== null)
        return { entry, licenses: [], wakes: facts.live_id };
      refuseArchived(entry, 'it can’t start again');
      refuseLive('This entry can’t start');
      if (act.action === 'retry') refuseNothingToRetry(entry, facts.last_status ?? undefined);
      const { settings, version } = settingsFor(entry, page, around);
      const source = systemOf(page, entry.source_system_id);
      const target = systemOf(page, entry.target_system_id);
      refuseSameEndpoint(source, target, { source: entry.source_address, target: entry.target_address });
      refuseNothingToDo(context, settings, source.connector, target.connector);
      if (act.action !== 'start' && licenses.burnedOf(entry.id) === undefined) throw notStarted();
      const tier = act.action === 'start' ? act.tier : undefined;
      const burnt = decided(decideBurn(licenses, { entry: entry.id, type, tier }));
      return {
        entry,
        licenses: burnt,
        queues: true,
        pass: {
          entryId: entry.id,
          kind: facts.wrote ? 'delta' : 'initial',
          settings: freezeSettings({ settings, tier: tierAfter(licenses, entry.id, burnt), empty: undefined }),
          settingsVersion: version,
          reason: reason ?? (act.action === 'retry' ? 'retry' : undefined),
        },
      };
    }
    case 'audit':
    case 'verify':
    case 'preprocess': {
      if (act.action === 'audit') refuseArchived(entry, 'there is nothing to audit');
      if (act.action === 'preprocess') {
        refuseArchived(entry, 'there is nothing to make for it');
        const source = systemOf(page, entry.source_system_id);
        const target = systemOf(page, entry.target_system_id);
        refuseSameEndpoint(source, target, { source: entry.source_address, target: entry.target_address });
        refuseNothingToPreprocess(context, entry, source.connector, target.connector);
      }
      refuseLive(`This entry can’t be ${DONE_TO_IT[act.action]}`);
      const { settings, version } = settingsFor(entry, page, around);
      return {
        entry,
        licenses: [],
        pass: {
          entryId: entry.id,
          kind: act.action,
          settings: freezeSettings({ settings, tier: undefined, empty: undefined }),
          settingsVersion: version,
          reason,
        },
      };
    }
    case 'stop':
      if (facts.live_id === null)
        throw new SternaError('config', 'nothing-running', 'No pass of this entry is under way.', {
          fix: 'There is nothing to stop.',
        });
      return { entry, licenses: [], stops: facts.live_id };
    case 'delete':
      refuseArchived(entry, 'it can’t be deleted again');
      refuseLive('This entry can’t be deleted');
      if (facts.remigration_id !== null)
        throw new SternaError('config', 'remigration-open', 'A remigration of this entry is under way.', {
          fix: 'Finish it or cancel it first.',
          details: { remigrationId: facts.remigration_id },
        });
      return {
        entry,
        licenses: decided(decideUnused(licenses, { entry: entry.id, reason: 'deleted by hand' })),
        archives: true,
      };
    case 'assign':
      refuseArchived(entry, 'it takes no license');
      return { entry, licenses: decided(decideAssign(licenses, { entry: entry.id, type, tier: act.tier })) };
    case 'release':
      return { entry, licenses: decided(decideRelease(licenses, { entry: entry.id, reason: 'released by hand' })) };
    case 'batch':
      refuseArchived(entry, 'it can’t change any more');
      return { entry, licenses: [] };
  }
}

const liveOf = (facts: EntryFactsRow) =>
  facts.live_id === null
    ? undefined
    : {
        id: facts.live_id,
        number: facts.live_number ?? 0,
        kind: facts.live_kind ?? '',
        status: facts.live_status ?? '',
      };

function systemOf(page: PageFacts, id: number): SystemRow {
  const system = page.systems.get(id);
  if (system === undefined) throw notFound('system', id);
  return system;
}

function settingsFor(entry: EntryRow, page: PageFacts, around: Surroundings): { settings: Settings; version: string } {
  const project = entry.project_id === null ? undefined : page.projects.get(entry.project_id);
  const key = `${project?.id ?? 0} ${JSON.stringify(entry.settings)}`;
  let known = around.settings.get(key);
  if (known === undefined) {
    const settings = mergeSettings(project?.settings ?? {}, entry.settings);
    known = { settings, version: settingsFingerprint(settings) };
    around.settings.set(key, known);
  }
  return known;
}

/** The license that the entry runs on once these facts are in the ledger. */
function tierAfter(licenses: LicenseState, entryId: number, burnt: readonly LicenseFact[]): LicenseTier | undefined {
  const fact = burnt.find((one) => one.kind === 'burn');
  const before = licenses.burnedOf(entryId)?.tier;
  return before === 'standard' ? before : fact?.kind === 'burn' ? fact.data.tier : before;
}

/** What a verdict takes from the balance. */
export function takenBy(verdict: Verdict): { type: LicenseType; tier: LicenseTier } | undefined {
  const fact = verdict.licenses.find((one) => one.kind === 'assign');
  return fact?.kind === 'assign' ? fact.data : undefined;
}

/** Writes a page of verdicts. @returns the pass that each entry got */
export async function carryOut(
  tx: OrganizationTransaction,
  actor: Actor,
  act: BulkAction,
  verdicts: readonly Verdict[],
): Promise<ReadonlyMap<number, number>> {
  const passes = await insertPasses(
    tx.db,
    verdicts.flatMap((verdict) => (verdict.pass === undefined ? [] : [verdict.pass])),
    actor.name,
  );
  const ids = (chosen: (verdict: Verdict) => boolean | undefined): number[] =>
    verdicts.filter((verdict) => chosen(verdict) === true).map((verdict) => verdict.entry.id);
  await markQueued(
    tx.db,
    ids((verdict) => verdict.queues),
  );
  await archiveEntries(
    tx.db,
    ids((verdict) => verdict.archives),
    tx.now,
  );
  if (act.action === 'batch')
    await putIntoBatch(
      tx.db,
      ids(() => true),
      act.batch?.trim() || null,
    );
  await wakePasses(
    tx.db,
    verdicts.flatMap((verdict) => verdict.wakes ?? []),
  );
  // One that ended since it was judged is where it was to be; it isn't among these.
  const stopped = await stopPasses(
    tx.db,
    verdicts.flatMap((verdict) => verdict.stops ?? []),
  );
  const queued = new Map<number, number>();
  for (const verdict of verdicts) {
    const { entry } = verdict;
    const stop = stopped.get(entry.id);
    if (stop !== undefined) tx.audit('entry.stop', `entry/${entry.id}`, { pass: stop });
    auditVerdict(tx, act, verdict, passes.get(entry.id));
    const pass = passes.get(entry.id);
    if (pass !== undefined) queued.set(entry.id, pass.id);
  }
  return queued;
}

/** As the single functions do. */
function auditVerdict(
  tx: OrganizationTransaction,
  act: BulkAction,
  verdict: Verdict,
  pass: { kind: string; number: number } | undefined,
): void {
  const subject = `entry/${verdict.entry.id}`;
  for (const fact of verdict.licenses) {
    if (fact.kind === 'burn')
      tx.audit('license.burn', subject, { license: fact.license, type: fact.data.type, tier: fact.data.tier });
    if (fact.kind === 'assign' && act.action === 'assign')
      tx.audit('license.assign', subject, { license: fact.license });
    if (fact.kind === 'release' && act.action === 'release')
      tx.audit('license.release', subject, { license: fact.license });
  }
  if (pass !== undefined) {
    const reason = verdict.pass?.reason;
    tx.audit(`entry.${pass.kind}`, subject, { pass: pass.number, ...(reason === undefined ? {} : { reason }) });
  }
  if (verdict.wakes !== undefined) tx.audit('entry.resume', subject);
  if (verdict.archives === true)
    tx.audit('entry.delete', subject, {
      source: verdict.entry.source_address,
      target: verdict.entry.target_address,
      why: 'deleted by hand',
      released: verdict.licenses.map((fact) => (fact.kind === 'release' ? fact.license : '')),
    });
  if (act.action === 'batch') tx.audit('entry.update', subject, { batch: act.batch ?? null });
}
