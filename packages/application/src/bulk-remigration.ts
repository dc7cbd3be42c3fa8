import { randomUUID } from 'node:crypto';
import { asSternaError, type LicenseTier, SternaError } from '@sterna/core';
import {
  inOrganization,
  movableRemigrations,
  type OrganizationTransaction,
  passById,
  type RemigrationRow,
  remigrationById,
  remigrationsOf,
  updateRemigration,
} from '@sterna/store';
import { found, notFound, requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { type Selection, selectedIds } from './entries.ts';
import { listedEntry, reachRemigration, readableEntries, requireIn } from './reach.ts';
import { backUp, begin, emptyTarget, recordStep, recreate, startNew, treatTarget, verifyNew } from './remigration.ts';
import {
  type AutoChoices,
  dataOf,
  REFUSED,
  type RecordedStep,
  type RemigrationReason,
  type RemigrationView,
  remigrationViews,
  standing,
} from './remigration-view.ts';

export interface BulkRemigration {
  readonly id: string;
  /** `pilot`: one entry goes first; `asks`: the pilot is done, `continueBulk` decides; then `rest`, `done`. */
  readonly state: 'pilot' | 'asks' | 'rest' | 'done' | 'cancelled';
  readonly pilot: RemigrationView;
  /** Those that somebody must look at first, then those under way; at most as many as were asked for. */
  readonly rest: readonly RemigrationView[];
  /** Of the others, the pilot left out. */
  readonly counts: {
    readonly begun: number;
    /** Its step failed or was refused: somebody must look. */
    readonly needPerson: number;
    readonly underWay: number;
    readonly done: number;
    /** Of those done: their verify found differences. */
    readonly differ: number;
    readonly cancelled: number;
    readonly refused: number;
  };
  readonly waiting: readonly number[];
  /** Those that could not begin, and why. */
  readonly refused: readonly string[];
  readonly words: string;
}

/**
 * The same choices for many entries. One pilot runs the whole flow first; the rest waits for `continueBulk`.
 *
 * @param input.confirmation for `target: 'empty'`: the number of entries, typed
 * @throws SternaError config `selection-empty` | `confirmation-differs` | `why-missing`, and as `beginRemigration` for
 *   the pilot
 */
export async function beginBulkRemigration(
  context: Context,
  actor: Actor,
  input: Selection & {
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
  requireSomewhere(actor, 'operate');
  const ids = await selectedIds(context, actor, 'operate', input);
  const pilotId = input.pilotEntryId ?? ids[0];
  if (pilotId === undefined || !ids.includes(pilotId))
    throw new SternaError('config', 'selection-empty', 'The selection holds no entry to go first.', {
      field: 'pilotEntryId',
      fix: 'Select the entries, the pilot among them.',
    });
  const listed = new Map(
    (await readableEntries(context.db, actor, ids, { lock: false })).map((entry) => [entry.id, entry]),
  );
  for (const id of ids) {
    const entry = found(listed.get(id), 'entry', id);
    requireIn(actor, 'operate', entry.project_id, 'entry', id);
  }
  if (input.target === 'empty' && input.confirmation?.trim() !== String(ids.length))
    throw new SternaError('config', 'confirmation-differs', `This empties the targets of ${ids.length} entries.`, {
      field: 'confirmation',
      fix: `Type the number of entries to confirm: ${ids.length}.`,
    });
  if (input.backup === 'refuse' && (input.note ?? '').trim() === '')
    throw new SternaError('config', 'why-missing', 'Going on without backups is recorded with its reason.', {
      field: 'note',
      fix: 'Say why in the note.',
    });
  const bulkId = randomUUID();
  const auto: AutoChoices = {
    by: actor.name,
    backup: input.backup,
    target: input.target,
    ...(input.conflict === undefined ? {} : { conflict: input.conflict }),
    ...(input.tier === undefined ? {} : { tier: input.tier }),
  };
  const pilot = await inOrganization(context.db, actor.organizationId, actor.name, (tx) =>
    begin(
      tx,
      actor,
      { entryId: pilotId, reason: input.reason, note: input.note },
      { bulkId, pilot: true, auto, bulk: { waiting: ids.filter((id) => id !== pilotId) } },
    ),
  );
  await drive(context, pilot);
  return getBulkRemigration(context, actor, { bulkId });
}

/** How many of the others are shown where nobody says. */
const SHOWN = 200;

export async function getBulkRemigration(
  context: Context,
  actor: Actor,
  input: { bulkId: string; limit?: number | undefined },
): Promise<BulkRemigration> {
  requireSomewhere(actor, 'read');
  const rows = await remigrationsOf(context.db, actor.organizationId, { bulkId: input.bulkId });
  const pilotRow = rows.find((row) => dataOf(row).pilot === true);
  if (pilotRow === undefined || !(await mayReadAll(context.db, actor, rows, dataOf(pilotRow).bulk?.waiting ?? [])))
    throw notFound('bulk remigration', input.bulkId.slice(0, 50));
  const views = await remigrationViews(context.db, actor, [pilotRow, ...rows.filter((row) => row !== pilotRow)]);
  const [pilot, ...rest] = views as readonly [RemigrationView, ...RemigrationView[]];
  const bulk = dataOf(pilotRow).bulk ?? { waiting: [] };
  const state = stateOf(pilot, rest, bulk);
  const refused = bulk.refused ?? [];
  const ranked = rest.map((view) => ({ view, rank: RANKS.indexOf(rankOf(view)) })).sort((a, b) => a.rank - b.rank);
  const count = (rank: (typeof RANKS)[number]): number =>
    ranked.reduce((sum, one) => sum + (RANKS[one.rank] === rank ? 1 : 0), 0);
  return {
    id: input.bulkId,
    state,
    pilot,
    rest: ranked.slice(0, input.limit ?? SHOWN).map(({ view }) => view),
    counts: {
      begun: rest.length,
      needPerson: count('needPerson'),
      underWay: count('underWay'),
      done: count('differ') + count('done'),
      differ: count('differ'),
      cancelled: count('cancelled'),
      refused: refused.length,
    },
    waiting: bulk.go === undefined ? bulk.waiting : [],
    refused,
    words: `${WORDS[state]}${refused.length === 0 ? '' : ` Refused: ${refused.join('; ')}`}`,
  };
}

/** One that reaches into a project that the actor can't see isn't there for them. */
async function mayReadAll(
  db: Context['db'],
  actor: Actor,
  rows: readonly RemigrationRow[],
  waiting: readonly number[],
): Promise<boolean> {
  if (actor.scopes.includes('read')) return true;
  const ids = new Set([...rows.map((row) => row.entry_id), ...waiting]);
  return (await readableEntries(db, actor, [...ids], { lock: false })).length === ids.size;
}

const RANKS = ['needPerson', 'differ', 'underWay', 'done', 'cancelled'] as const;

function rankOf(view: RemigrationView): (typeof RANKS)[number] {
  if (view.step === 'cancelled') return 'cancelled';
  if (view.step === 'done') return view.verified === 'differs' ? 'differ' : 'done';
  return view.problem === undefined ? 'underWay' : 'needPerson';
}

function stateOf(
  pilot: RemigrationView,
  rest: readonly RemigrationView[],
  bulk: { waiting: readonly number[]; go?: boolean },
): BulkRemigration['state'] {
  if (pilot.step === 'cancelled' || bulk.go === false) return 'cancelled';
  if (pilot.step !== 'done') return 'pilot';
  if (bulk.waiting.length === 0) return 'done';
  if (bulk.go === undefined) return 'asks';
  return rest.every((one) => one.step === 'done' || one.step === 'cancelled') ? 'done' : 'rest';
}

const WORDS: Readonly<Record<BulkRemigration['state'], string>> = {
  pilot: 'One entry goes first.',
  asks: 'The pilot is through. Look at its report, then decide about the rest.',
  rest: 'The others are under way.',
  done: 'All are through.',
  cancelled: 'Cancelled: the others were left alone.',
};

const AT_ONCE = 10;

/** @throws SternaError config `bulk-not-asking` */
export async function continueBulkRemigration(
  context: Context,
  actor: Actor,
  input: { bulkId: string; go: boolean },
): Promise<BulkRemigration> {
  requireSomewhere(actor, 'operate');
  await driveOrganization(context, actor.organizationId);
  const before = await getBulkRemigration(context, actor, input);
  const rows = await inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const row = await reachRemigration(tx.db, actor, 'operate', before.pilot.id);
    const data = dataOf(row);
    const bulk = data.bulk ?? { waiting: [] };
    if (before.state !== 'asks' || bulk.go !== undefined)
      throw new SternaError('config', 'bulk-not-asking', `There is nothing to decide: ${before.words}`, {
        fix: 'Wait until the pilot is through.',
        details: { conflict: true, state: before.state },
      });
    const begun: RemigrationRow[] = [];
    const refused: string[] = [];
    const shared = {
      ...(data.bulkId === undefined ? {} : { bulkId: data.bulkId }),
      ...(data.auto === undefined ? {} : { auto: data.auto }),
    };
    if (input.go)
      for (const entryId of bulk.waiting) {
        try {
          begun.push(
            await begin(tx, actor, { entryId, reason: row.reason as RemigrationReason, note: row.note }, shared),
          );
        } catch (thrown) {
          const error = asSternaError(thrown);
          if (error.class === 'bug') throw thrown;
          refused.push(`entry ${entryId}: ${error.message}`);
        }
      }
    await updateRemigration(tx.db, row.id, {
      data: JSON.stringify({ ...data, bulk: { ...bulk, go: input.go, refused } }),
    });
    tx.audit('remigration.bulk', `remigration/${row.id}`, { go: input.go, entries: bulk.waiting.length });
    return begun;
  });
  // The passes of the first few wake the server's driver, which takes up the others: nobody waits here for thousands.
  for (const row of rows.slice(0, AT_ONCE)) await drive(context, row);
  return getBulkRemigration(context, actor, input);
}

/**
 * Moves every open remigration on whose pass has ended, and bulk ones through all their steps. Idempotent and safe in
 * any number of processes. The server calls it when it starts and on every event of type `pass`.
 */
export async function driveRemigrations(context: Context): Promise<void> {
  for (const row of await movableRemigrations(context.db)) await drive(context, row);
}

async function driveOrganization(context: Context, organizationId: number): Promise<void> {
  for (const row of await movableRemigrations(context.db, organizationId)) await drive(context, row);
}

/** Steps until it waits for a pass or a person. Each step is a transaction of its own: a crash resumes between them. */
async function drive(context: Context, remigration: { id: number; organization_id: number }): Promise<void> {
  let moved = true;
  while (moved) {
    moved = await driveOnce(context, remigration).catch(async (thrown: unknown) => {
      const error = asSternaError(thrown);
      if (error.class === 'bug') throw thrown;
      await noteTrouble(context, remigration, error);
      return false;
    });
  }
}

const driver = (organizationId: number, name: string): Actor => ({
  organizationId,
  accountId: 0,
  name,
  role: 'operator',
  scopes: ['read', 'operate'],
  projects: new Map(),
});

function driveOnce(context: Context, remigration: { id: number; organization_id: number }): Promise<boolean> {
  const { id, organization_id } = remigration;
  return inOrganization(context.db, organization_id, 'sterna', async (tx) => {
    const row = await remigrationById(tx.db, organization_id, id);
    if (row === undefined || row.ended_at !== null) return false;
    const data = dataOf(row);
    const pass = data.passId === undefined ? undefined : await passById(tx.db, organization_id, data.passId);
    const now = standing(row, pass);
    if (now.waiting !== undefined || now.problem !== undefined) return false;
    const actor = driver(organization_id, data.auto === undefined ? 'sterna' : `${data.auto.by} (bulk)`);
    if (now.step === 'done') {
      const { passId: _, ...rest } = data;
      await recordStep(tx, actor, row, { did: 'done', of: 'done', why: '', step: 'done', data: rest, ends: true });
      return false;
    }
    if (data.auto === undefined) return false;
    return autoStep(context, tx, actor, row, now.step, data.auto);
  });
}

async function autoStep(
  context: Context,
  tx: OrganizationTransaction,
  actor: Actor,
  row: RemigrationRow,
  step: RemigrationView['step'],
  auto: AutoChoices,
): Promise<boolean> {
  const data = dataOf(row);
  const why = row.note === '' ? row.reason : row.note;
  switch (step) {
    case 'backup':
      await backUp(context, tx, actor, row, data, { choice: auto.backup, why });
      return true;
    case 'target':
      await treatTarget(tx, actor, row, data, { choice: auto.target, conflict: auto.conflict, why });
      return true;
    case 'confirm': {
      // Confirmed for all of them by the typed number of entries.
      const entry = await listedEntry(tx.db, actor, 'operate', row.entry_id);
      await emptyTarget(tx, actor, row, data, entry.target_address);
      return true;
    }
    case 'recreate':
      await recreate(context, tx, actor, row, data, { tier: auto.tier });
      return true;
    case 'start':
      await startNew(context, tx, actor, row, data);
      return true;
    case 'verify':
      await verifyNew(tx, actor, row, data);
      return true;
    default:
      return false;
  }
}

/** A step of a bulk that was refused (no license left …) waits for a person, who sees why in the steps. */
async function noteTrouble(
  context: Context,
  remigration: { id: number; organization_id: number },
  error: SternaError,
): Promise<void> {
  await inOrganization(context.db, remigration.organization_id, 'sterna', async (tx) => {
    const row = await remigrationById(tx.db, remigration.organization_id, remigration.id);
    if (row === undefined || row.ended_at !== null) return;
    const data = dataOf(row);
    const pass = data.passId === undefined ? undefined : await passById(tx.db, row.organization_id, data.passId);
    const at = standing(row, pass).step;
    const last = row.steps.at(-1) as RecordedStep | undefined;
    if (last?.step === REFUSED && last.of === at && last.why === error.message) return;
    await recordStep(tx, driver(remigration.organization_id, 'sterna'), row, {
      did: REFUSED,
      of: at,
      why: error.message,
      fix: error.fix,
      step: row.step as RemigrationView['step'],
      data,
    });
  });
}
