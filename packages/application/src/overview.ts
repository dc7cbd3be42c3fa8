import { type LicenseBalance, licenseTypeOf, type PassKind } from '@sterna/core';
import {
  databaseNow,
  inSnapshot,
  livePasses,
  mailboxWaits,
  type OverviewScope,
  pendingWaits,
  projectsOf,
  type RunningPassRow,
  recentPace,
  runningPasses,
  systemNames,
  type TallyRow,
  type ThroughputMinute,
  type TroubledEntry,
  type TroubleRow,
  tallyEntries,
  throttledSystems,
  throughputSince,
  troubles,
  waitingRemigrations,
} from '@sterna/store';
import { projectsToRead, requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { licenseState } from './entry-view.ts';
import { type Forecast, forecastOf } from './overview-forecast.ts';
import { type Throttled, waitsOf } from './overview-waits.ts';
import { reachProject } from './reach.ts';
import { remigrationViews } from './remigration-view.ts';

export interface RunningPass {
  readonly id: number;
  readonly entryId: number;
  readonly projectId: number | undefined;
  readonly projectName: string | undefined;
  readonly purpose: RunningPassRow['purpose'];
  readonly sourceAddress: string;
  readonly targetAddress: string;
  readonly batch: string | undefined;
  readonly number: number;
  readonly kind: PassKind;
  readonly startedAt: Date | undefined;
  readonly phase: string | undefined;
  readonly folder: string | undefined;
  readonly objects: number;
  /** Undefined until the source is listed. */
  readonly planned: number | undefined;
  readonly failed: number;
  readonly bytes: number;
  readonly objectsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly etaSeconds: number | undefined;
  readonly throttledUntil: string | undefined;
  /** Whose limit that is. */
  readonly throttledBy: { readonly side: 'source' | 'target'; readonly reason: string } | undefined;
}

export interface OverviewProject {
  readonly id: number;
  readonly name: string;
  readonly entries: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly uncertainEntries: number;
  readonly uncertainObjects: number;
  readonly unbalanced: number;
  /** Entries that need a person. */
  readonly attention: number;
  /** Of the user list: shows just those. */
  readonly filter: { readonly status: string } | undefined;
}

export interface WaitingRemigration {
  readonly id: number;
  readonly entryId: number;
  readonly projectId: number | undefined;
  readonly sourceAddress: string;
  readonly step: string;
  readonly words: string;
  readonly isProblem: boolean;
  readonly bulkId: string | undefined;
  readonly pilot: boolean;
  readonly since: Date;
}

interface Troubled {
  readonly total: number;
  readonly items: readonly (Omit<TroubledEntry, 'endedAt'> & { readonly endedAt: Date | undefined })[];
}

export interface Overview {
  readonly at: Date;
  readonly projects: readonly OverviewProject[];
  readonly passes: {
    readonly running: number;
    readonly queued: number;
    readonly pending: number;
    readonly items: readonly RunningPass[];
  };
  readonly attention: {
    readonly entries: number;
    readonly uncertain: Troubled;
    readonly unbalanced: Troubled;
    readonly remigrations: { readonly total: number; readonly items: readonly WaitingRemigration[] };
  };
  readonly throttled: readonly Throttled[];
  readonly licenses: readonly LicenseBalance[];
  readonly throughput: {
    readonly from: Date;
    readonly objects: readonly number[];
    readonly bytes: readonly number[];
  };
  readonly forecast: Forecast;
}

/** Passes shown one by one; the counts are of all. */
const MOST_RUNNING = 50;
const MOST_REMIGRATIONS = 20;
const MOST_MAILBOXES = 20;
/** Entries named beside a count. */
const SAMPLE = 5;
const MINUTE = 60_000;

/** What needs a person to look at it. */
const NEEDS_A_PERSON = ['failed', 'completed with failures'] as const;

/**
 * What runs, what needs a person, what waits and for how long, licenses, throughput and forecast: of the organization,
 * or of one project (licenses and systems are the organization's in any case). All numbers are of one instant.
 */
export async function getOverview(
  context: Context,
  actor: Actor,
  input: { projectId?: number | undefined; hours?: number | undefined } = {},
): Promise<Overview> {
  requireSomewhere(actor, 'read');
  if (input.projectId !== undefined) await reachProject(context.db, actor, 'read', input.projectId);
  const only = projectsToRead(actor, input.projectId);
  const scope: OverviewScope = { organizationId: actor.organizationId, projects: only };
  const licenses = await licenseState(context.db, actor.organizationId);
  return inSnapshot(context.db, async (db) => {
    const at = await databaseNow(db);
    const projects = await projectsOf(db, actor.organizationId, only);
    const tally = await tallyEntries(db, scope);
    const live = await livePasses(db, scope);
    const trouble = await troubles(db, scope, SAMPLE);
    const perProject = projects.map((project) => projectView(project, tally, trouble));
    const from = new Date(Math.floor(at.getTime() / MINUTE) * MINUTE - ((input.hours ?? 3) * 60 - 1) * MINUTE);
    return {
      at,
      projects: perProject,
      passes: {
        running: passesOf(live, 'running'),
        queued: passesOf(live, 'queued'),
        pending: passesOf(live, 'pending'),
        items: (await runningPasses(db, scope, MOST_RUNNING)).map(runningView),
      },
      attention: {
        entries: perProject.reduce((sum, project) => sum + project.attention, 0),
        uncertain: troubled(trouble, 'uncertain_entries', 'uncertain_sample'),
        unbalanced: troubled(trouble, 'unbalanced', 'unbalanced_sample'),
        remigrations: await remigrationsOf(db, actor, scope),
      },
      throttled: waitsOf({
        throttled: await throttledSystems(db, scope),
        pending: passesOf(live, 'pending') === 0 ? [] : await pendingWaits(db, scope),
        mailboxes:
          passesOf(live, 'pending') === 0 ? { total: 0, rows: [] } : await mailboxWaits(db, scope, MOST_MAILBOXES),
        live,
        names: await systemNames(db, actor.organizationId),
      }),
      licenses: licenses.balances().filter((balance) => balance.granted > 0 || isNeeded(balance, tally)),
      throughput: minutesOf(await throughputSince(db, scope, from), from, at),
      forecast: await forecastOf(live, () => recentPace(db, scope), at),
    };
  });
}

const passesOf = (live: Awaited<ReturnType<typeof livePasses>>, status: string): number =>
  live.reduce((sum, row) => sum + (row.status === status ? row.passes : 0), 0);

function projectView(
  project: { readonly id: number; readonly name: string },
  tally: readonly TallyRow[],
  trouble: readonly TroubleRow[],
): OverviewProject {
  const byStatus: Record<string, number> = {};
  for (const row of tally)
    if (row.project_id === project.id) byStatus[row.status] = (byStatus[row.status] ?? 0) + row.entries;
  const mine = trouble.find((row) => row.project_id === project.id);
  const attention = NEEDS_A_PERSON.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
  return {
    id: project.id,
    name: project.name,
    entries: Object.values(byStatus).reduce((sum, entries) => sum + entries, 0),
    byStatus,
    uncertainEntries: mine?.uncertain_entries ?? 0,
    uncertainObjects: mine?.uncertain_objects ?? 0,
    unbalanced: mine?.unbalanced ?? 0,
    attention,
    filter: attention === 0 ? undefined : { status: NEEDS_A_PERSON.join(',') },
  };
}

function runningView(row: RunningPassRow): RunningPass {
  const progress = row.progress as Readonly<Record<string, string | number | null | undefined>>;
  const number = (key: string): number => Number(progress[key] ?? 0);
  const text = (key: string): string | undefined => (typeof progress[key] === 'string' ? progress[key] : undefined);
  const eta = progress.etaSeconds;
  const throttledUntil = text('throttledUntil');
  const isThrottled = throttledUntil !== undefined && Date.parse(throttledUntil) > Date.now();
  return {
    id: row.id,
    entryId: row.entry_id,
    projectId: row.project_id ?? undefined,
    projectName: row.project_name ?? undefined,
    purpose: row.purpose,
    sourceAddress: row.source_address,
    targetAddress: row.target_address,
    batch: row.batch ?? undefined,
    number: row.number,
    kind: row.kind,
    startedAt: row.started_at ?? undefined,
    phase: text('phase'),
    folder: text('container'),
    objects: number('objects'),
    planned: row.is_listed ? number('planned') : undefined,
    failed: number('failed'),
    bytes: number('bytes'),
    objectsPerSecond: number('objectsPerSecond'),
    bytesPerSecond: number('bytesPerSecond'),
    etaSeconds: typeof eta === 'number' ? eta : undefined,
    throttledUntil: isThrottled ? throttledUntil : undefined,
    throttledBy: isThrottled
      ? ((row.progress as Pick<RunningPass, 'throttledBy'>).throttledBy ?? undefined)
      : undefined,
  };
}

function troubled(
  trouble: readonly TroubleRow[],
  count: 'uncertain_entries' | 'unbalanced',
  sample: 'uncertain_sample' | 'unbalanced_sample',
): Troubled {
  return {
    total: trouble.reduce((sum, row) => sum + row[count], 0),
    items: trouble
      .flatMap((row) => row[sample])
      .slice(0, SAMPLE)
      .map((entry) => ({ ...entry, endedAt: entry.endedAt === null ? undefined : new Date(entry.endedAt) })),
  };
}

async function remigrationsOf(
  db: Context['db'],
  actor: Actor,
  scope: OverviewScope,
): Promise<{ total: number; items: readonly WaitingRemigration[] }> {
  const { total, rows } = await waitingRemigrations(db, scope, MOST_REMIGRATIONS);
  const views = await remigrationViews(db, actor, rows);
  return {
    total,
    items: views.map((view) => {
      const lastStep = view.steps.at(-1)?.when;
      return {
        id: view.id,
        entryId: view.entryId,
        projectId: view.projectId,
        sourceAddress: view.sourceAddress,
        step: view.endedAt === undefined ? view.step : 'continue',
        words: view.endedAt === undefined ? view.next : 'The pilot is through: decide about the rest.',
        isProblem: view.problem !== undefined,
        bulkId: view.bulkId,
        pilot: view.pilot,
        since: view.endedAt ?? (lastStep === undefined ? view.createdAt : new Date(lastStep)),
      };
    }),
  };
}

const isNeeded = ({ type, tier }: LicenseBalance, tally: readonly TallyRow[]): boolean =>
  tier === 'standard' && tally.some((row) => licenseTypeOf(row.item_type) === type);

/** Every minute has a number: in most nothing was migrated. */
function minutesOf(rows: readonly ThroughputMinute[], from: Date, until: Date): Overview['throughput'] {
  const length = Math.floor((until.getTime() - from.getTime()) / MINUTE) + 1;
  const objects = new Array<number>(length).fill(0);
  const bytes = new Array<number>(length).fill(0);
  for (const row of rows) {
    const index = Math.floor((row.minute.getTime() - from.getTime()) / MINUTE);
    if (index < 0 || index >= length) continue;
    objects[index] = row.objects;
    bytes[index] = row.bytes;
  }
  return { from, objects, bytes };
}
