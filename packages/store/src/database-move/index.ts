import { randomUUID } from 'node:crypto';
import { SternaError, verifyChain } from '@sterna/core';
import type { PoolClient } from 'pg';
import type { Database } from '../database.ts';
import { MIGRATIONS, schemaOf } from '../migrate.ts';
import { type MoveMark, moveMarks, refuseMoved } from '../moved-mark.ts';
import { verifyAuditChain } from '../repositories/audit-events.ts';
import { domainDatabase, sha256Text } from '../repositories/domain-database.ts';
import { licenseEvents } from '../repositories/license-events.ts';
import { closeDatabase, markAs, reopenDatabase } from './closing.ts';
import { compareAll, copyAll, type MovedTable } from './copy.ts';
import { emptyDatabase } from './emptying.ts';
import { refuseInUse } from './in-use.ts';
import { tablesOf, useExactText } from './shape.ts';

export type { MovedTable } from './copy.ts';
export { MOVER } from './in-use.ts';

/** Held by the one process that moves a database, in both. */
const MOVE_LOCK = 0x57e2_4a03;

export interface MoveOptions {
  /** Both opened with `applicationName: MOVER` and `evenIfMoved`. */
  readonly from: Database;
  readonly to: Database;
  /** The target may be what an earlier move left behind: that is deleted. */
  readonly overwrite?: boolean | undefined;
  /** Called when something is done: `closed`, `copied NAME`, `committed`. */
  readonly onStep?: ((step: string) => void | Promise<void>) | undefined;
}

export interface MoveResult {
  readonly tables: readonly MovedTable[];
  /** Of all organizations; chains that hold in the target. */
  readonly licenseEvents: number;
  readonly auditEvents: number;
}

/**
 * Moves all that Sterna knows into an empty database. The source is closed first, and stays closed when it is over; the
 * target gets everything in one transaction, or nothing. Called again after a crash it goes on, whenever that was.
 *
 * @throws SternaError config `database-in-use`, `database-empty`, `database-newer`, `database-not-empty`, `database-moved`,
 *   `database-ledger-broken`; transient `database-move-runs`; bug `database-move-differs`
 */
export function moveDatabase(options: MoveOptions): Promise<MoveResult> {
  const { from, to } = options;
  return alone(from, () => alone(to, () => move(options)));
}

/** Of a move that was broken off: the source is used again. @throws SternaError config `database-move-arrived` */
export function cancelMove({ from, to }: Pick<MoveOptions, 'from' | 'to'>): Promise<void> {
  return alone(from, () =>
    alone(to, async () => {
      const leaving = (await moveMarks(from.pool)).find(({ role }) => role !== 'arrived');
      if (leaving?.role !== 'leaving')
        throw new SternaError(
          'config',
          'database-not-moving',
          `No move of the database at ${from.place} is under way.`,
          {
            fix: 'There is nothing to cancel.',
          },
        );
      if ((await moveMarks(to.pool)).some(({ id }) => id === leaving.id))
        throw new SternaError('config', 'database-move-arrived', `The copy at ${to.place} is complete.`, {
          fix: 'Run the command without --cancel: it only needs to finish. Then move it back.',
        });
      await reopenDatabase(from.pool, leaving.id);
    }),
  );
}

async function move({ from, to, overwrite = false, onStep = () => {} }: MoveOptions): Promise<MoveResult> {
  await refuseInUse(from);
  await refuseInUse(to);
  const marks = await moveMarks(from.pool);
  const leaving = marks.find(({ role }) => role === 'leaving');
  if (leaving === undefined) refuseMoved(from.place, marks);
  const steps = await migrationsOf(from);
  const arrived = await moveMarks(to.pool);
  const mark = leaving ?? { id: randomUUID(), role: 'leaving', place: to.place };
  const isThere = arrived.some(({ id, role }) => id === mark.id && role === 'arrived');
  if (!isThere) await refuseNotEmpty(to, arrived, overwrite);

  let mayReopen = !isThere;
  try {
    if (leaving === undefined) await closeDatabase(from.pool, mark);
    // Whoever came in between is seen now; whoever comes later finds it closed.
    await refuseInUse(from);
    await onStep('closed');
    await verifyChains(from);
    const tables = await inBoth(from, to, async (source, target) => {
      if (isThere) return compareAll(source, target);
      if (overwrite) await emptyDatabase(target);
      const copied = await copyAll(source, target, steps, ({ name }) => onStep(`copied ${name}`));
      await markAs(target, { id: mark.id, role: 'arrived', place: from.place });
      // Whether a commit that gets no answer has happened, only a look can tell.
      mayReopen = false;
      return copied;
    });
    await onStep('committed');
    await markAs(from.pool, { ...mark, role: 'left' });
    await to.pool.query('analyze');
    return { tables, ...(await verifyChains(to)) };
  } catch (error) {
    if (mayReopen) await reopenDatabase(from.pool, mark.id).catch(() => {});
    throw error;
  }
}

/** One transaction of each: the source's reads one moment, the target's is all or nothing. */
async function inBoth<T>(
  from: Database,
  to: Database,
  work: (source: PoolClient, target: PoolClient) => Promise<T>,
): Promise<T> {
  const [source, target] = [await from.pool.connect(), await to.pool.connect()];
  let broken: Error | undefined;
  try {
    await source.query('begin isolation level repeatable read read only');
    await target.query('begin');
    for (const client of [source, target]) await useExactText(client);
    const result = await work(source, target);
    await target.query('commit');
    return result;
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    // Connections that end take their transactions with them.
    source.release(true);
    target.release(broken ?? false);
  }
}

/** @throws SternaError transient `database-move-runs` */
async function alone<T>(database: Database, work: () => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as alone', [MOVE_LOCK]);
    if (rows[0]?.alone !== true)
      throw new SternaError('transient', 'database-move-runs', `Another move uses the database at ${database.place}.`, {
        fix: 'Wait until it is over. Source and target must be two databases.',
      });
    return await work();
  } finally {
    client.release(true);
  }
}

async function migrationsOf({ pool, place }: Database): Promise<number> {
  const version = await schemaOf(pool);
  if (version === undefined)
    throw new SternaError('config', 'database-empty', `There is nothing of Sterna's in the database at ${place}.`, {
      fix: 'Correct --from.',
      field: '--from',
    });
  if (version <= MIGRATIONS.length) return version;
  throw new SternaError('config', 'database-newer', `The database at ${place} was used by a newer Sterna.`, {
    fix: 'Move it with that version.',
    field: '--from',
  });
}

async function refuseNotEmpty(to: Database, marks: readonly MoveMark[], overwrite: boolean): Promise<void> {
  const client = await to.pool.connect();
  try {
    const tables = await tablesOf(client);
    if (tables.length === 0) return;
    const isLeftBehind = marks.some(({ role }) => role === 'left');
    if (isLeftBehind && overwrite) return;
    throw new SternaError('config', 'database-not-empty', `The database at ${to.place} isn't empty.`, {
      fix: isLeftBehind
        ? 'An earlier move left this copy behind. Add --overwrite to delete it.'
        : 'Name an empty database: create database sterna',
      field: '--to',
    });
  } finally {
    client.release();
  }
}

/** @throws SternaError config `database-ledger-broken` */
async function verifyChains({ pool, place }: Database): Promise<{ licenseEvents: number; auditEvents: number }> {
  const db = domainDatabase(pool);
  const { rows } = await pool.query<{ id: number; publicId: string }>(
    'select id, public_id as "publicId" from organization order by id',
  );
  let [licenses, audits] = [0, 0];
  for (const organization of rows) {
    const events = [];
    for await (const page of licenseEvents(db, organization.id)) events.push(...page);
    const chain = verifyChain(sha256Text, organization.publicId, events);
    const trail = await verifyAuditChain(db, organization);
    for (const verdict of [chain, trail])
      if (!verdict.ok)
        throw new SternaError(
          'config',
          'database-ledger-broken',
          `A ledger at ${place} doesn't hold: ${verdict.words}`,
          {
            fix: 'Restore the database from a backup made before it was changed.',
          },
        );
    licenses += events.length;
    audits += trail.ok ? trail.events : 0;
  }
  return { licenseEvents: licenses, auditEvents: audits };
}
