import { LICENSE_TYPES, type NotificationTopic } from '@sterna/core';
import {
  announce,
  type DomainDb,
  databaseTime,
  type FailingPassRow,
  failingPasses,
  type HeldUpRow,
  heldUpProjects,
  lockScan,
  type NewEvent,
  organizationIds,
  type QuietBatchRow,
  quietBatches,
  recordEvents,
  rulesOf,
  waitingRemigrations,
  watchHeldUp,
} from '@sterna/store';
import type { Actor, Context } from './context.ts';
import { licenseState } from './entry-view.ts';
import { timeInWords } from './notifications-words.ts';
import { dataOf, remigrationViews } from './remigration-view.ts';

/** How far back the first look goes: what ended while nobody was there is told late rather than never. */
const FIRST_LOOK_MS = 3 * 86_400_000;
/** Transactions that began before the last look may have committed after it. */
const OVERLAP_MS = 300_000;
const MOST_REMIGRATIONS = 500;
/** A person who walks through the steps needs no mail about each. */
const LEFT_ALONE_MS = 3_600_000;

type Event = NewEvent & { readonly topic: NotificationTopic };

/**
 * Looks for what happened and writes down what nobody was told of yet, with a delivery for each channel that wants to
 * know. Each happening has a key, so it is told once, however often and by however many processes it is found. For the
 * driver; needs no actor.
 *
 * @param last what the look before returned; undefined for the first one of a process
 * @returns when this look was, by the database's clock; undefined: another process was just looking
 */
export async function scanNotifications(context: Context, last: Date | undefined): Promise<Date | undefined> {
  const { at, events } = await context.db.transaction().execute(async (trx) => {
    if (!(await lockScan(trx))) return { at: undefined, events: [] };
    const now = await databaseTime(trx);
    const since = new Date(last === undefined ? now.getTime() - FIRST_LOOK_MS : last.getTime() - OVERLAP_MS);
    await watchHeldUp(trx);
    const found: Event[] = [
      ...(await failingPasses(trx, since)).map(failures),
      ...(await quietBatches(trx, since)).map(batchDone),
      ...(await heldUpProjects(trx)).map(throttled),
    ];
    for (const organizationId of await organizationIds(trx))
      found.push(...(await licensesLow(trx, organizationId)), ...(await waiting(trx, organizationId, now)));
    const made = await recordEvents(trx, found);
    return { at: now, events: made > 0 ? found : [] };
  });
  const organizations = new Set(events.map((event) => event.organizationId));
  await announce(
    context.db,
    [...organizations].map((organizationId) => ({ type: 'notification', organizationId })),
  );
  return at;
}

const number = (value: number): string => value.toLocaleString('en');
const few = (value: number, one: string, many: string): string => `${number(value)} ${value === 1 ? one : many}`;
const batchName = (batch: string): string => (batch === '' ? 'The entries without a batch' : `Batch ${batch}`);
const sentence = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' ');

function failures(row: FailingPassRow): Event {
  const failed = (row.books?.failed ?? 0) + (row.books?.uncertain ?? 0);
  const seen = row.books?.seen ?? 0;
  const pass = `${row.kind === 'initial' ? 'Initial' : 'Delta'} pass of ${row.source_address} → ${row.target_address}`;
  return {
    organizationId: row.organization_id,
    topic: 'failures',
    key: `failures:${row.pass_id}`,
    projectId: row.project_id ?? undefined,
    title:
      row.status === 'failed'
        ? `${pass} failed`
        : `${pass}: ${number(failed)} of ${few(seen, 'object', 'objects')} failed or are uncertain`,
    text: sentence(
      row.error?.message,
      row.error?.fix,
      row.project_name === null ? undefined : `Project ${row.project_name}, ${batchName(row.batch).toLowerCase()}.`,
    ),
    data: {
      projectId: row.project_id,
      project: row.project_name,
      batch: row.batch,
      entryId: row.entry_id,
      source: row.source_address,
      target: row.target_address,
      passId: row.pass_id,
      pass: row.number,
      kind: row.kind,
      status: row.status,
      seen,
      failed: row.books?.failed ?? 0,
      uncertain: row.books?.uncertain ?? 0,
      ...(row.error?.code === undefined ? {} : { code: row.error.code }),
      endedAt: row.ended_at.toISOString(),
    },
  };
}

function batchDone(row: QuietBatchRow): Event {
  const others = [
    row.with_failures > 0
      ? `${number(row.with_failures)} with failures (${few(row.failed_objects, 'object', 'objects')})`
      : '',
    row.failed > 0 ? `${number(row.failed)} failed or stopped` : '',
    row.not_started > 0 ? `${number(row.not_started)} never started` : '',
  ].filter((part) => part !== '');
  return {
    organizationId: row.organization_id,
    topic: 'batch-done',
    key: `batch-done:${row.project_id}:${row.batch}:${row.newest}`,
    projectId: row.project_id,
    title: `${batchName(row.batch)} of ${row.project_name}: ${number(row.completed)} of ${number(row.entries)} completed`,
    text:
      others.length === 0
        ? 'Nothing failed, and nothing of it runs any more.'
        : `Nothing of it runs any more. The others: ${others.join(', ')}.`,
    data: {
      projectId: row.project_id,
      project: row.project_name,
      batch: row.batch,
      entries: row.entries,
      completed: row.completed,
      withFailures: row.with_failures,
      failed: row.failed,
      notStarted: row.not_started,
      failedObjects: row.failed_objects,
      newest: row.newest,
    },
  };
}

function throttled(row: HeldUpRow): Event {
  return {
    organizationId: row.organization_id,
    topic: 'throttled',
    key: `throttled:${row.project_id}:${row.longest_pass}:${row.since.toISOString()}`,
    projectId: row.project_id,
    title: `${few(row.passes, 'pass', 'passes')} of ${row.project_name} held up since ${timeInWords(row.since)}`,
    text: sentence(
      row.reason ?? undefined,
      row.resume_at === null
        ? undefined
        : `The next attempt is at ${timeInWords(row.resume_at)}; nothing has to be done for that.`,
    ),
    data: {
      projectId: row.project_id,
      project: row.project_name,
      passes: row.passes,
      since: row.since.toISOString(),
      ...(row.resume_at === null ? {} : { resumeAt: row.resume_at.toISOString() }),
    },
  };
}

/** Told when the balance gets there, and when nothing is left; anew after the next grant. */
async function licensesLow(db: DomainDb, organizationId: number): Promise<readonly Event[]> {
  const { licenseLow } = await rulesOf(db, organizationId);
  const state = await licenseState(db, organizationId);
  return LICENSE_TYPES.map((type) => state.balance(type, 'standard'))
    .filter(({ granted, available }) => granted > available && available <= licenseLow)
    .map(({ type, tier, granted, available }) => ({
      organizationId,
      topic: 'license-low',
      key: `license-low:${type}:${tier}:${granted}:${available === 0 ? 'none' : licenseLow}`,
      projectId: undefined,
      title:
        available === 0
          ? `No ${type} license is left`
          : `${few(available, `${type} license`, `${type} licenses`)} left`,
      text: sentence(
        `Of ${number(granted)} granted ones.`,
        available === 0 ? 'Entries that have never started can’t start until more are granted.' : undefined,
      ),
      data: { type, tier, granted, available },
    }));
}

/** Where a pass has brought the flow to a person's turn, or the person has left it alone for an hour. */
async function waiting(db: DomainDb, organizationId: number, now: Date): Promise<readonly Event[]> {
  const { rows } = await waitingRemigrations(db, { organizationId }, MOST_REMIGRATIONS);
  const rights = { role: 'viewer', scopes: ['read'], projects: new Map() } as const;
  const reader: Actor = { organizationId, accountId: 0, name: 'sterna', ...rights };
  const views = await remigrationViews(db, reader, rows);
  return views.flatMap((view, index): Event[] => {
    const row = rows[index];
    const since = view.endedAt ?? new Date(view.steps.at(-1)?.when ?? view.createdAt);
    const isPilot = view.endedAt !== undefined;
    const passEnded = row !== undefined && dataOf(row).passId !== undefined;
    if (!isPilot && !passEnded && now.getTime() - since.getTime() < LEFT_ALONE_MS) return [];
    const step = isPilot ? 'continue' : view.step;
    return [
      {
        organizationId,
        topic: 'remigration-waiting',
        key: `remigration-waiting:${view.id}:${view.steps.length}:${step}`,
        projectId: view.projectId,
        title: isPilot
          ? `The pilot of a bulk remigration is through: ${view.sourceAddress}`
          : `The remigration of ${view.sourceAddress} waits for you`,
        text: isPilot ? 'Look at its report, then decide about the rest.' : view.next,
        data: {
          remigrationId: view.id,
          ...(view.projectId === undefined ? {} : { projectId: view.projectId }),
          entryId: view.entryId,
          source: view.sourceAddress,
          target: view.targetAddress,
          step,
          ...(view.bulkId === undefined ? {} : { bulkId: view.bulkId }),
        },
      },
    ];
  });
}
