import { randomUUID } from 'node:crypto';
import { type PassKind, SternaError } from '@sterna/core';
import type { Pool, PoolClient } from 'pg';
import { giveSlotsBack, lowerBudget, raiseBudget, takeSlots } from './budget.ts';
import { countThroughput } from './throughput.ts';

/** Kinds that write to the target, and so need its lease. */
const WRITING: readonly PassKind[] = ['initial', 'delta', 'empty', 'preprocess', 'undo', 'finish'];
export const writes = (kind: PassKind): boolean => WRITING.includes(kind);
/** SQL, over a pass `p`. */
const WRITES = `p.kind in (${WRITING.map((kind) => `'${kind}'`).join(', ')})`;

/**
 * SQL, over a pass `p` and its entry `e`: it could run now, were there a worker for it and room in the systems. What
 * other workers that take part in it still hold of a pass whose own worker died counts as held: they settle what they
 * have under way before anybody else looks at the target. Nothing writes on a restored database before that is confirmed.
 */
export const IS_READY = `(p.status in ('queued', 'running') or (p.status = 'pending' and p.resume_at <= now()))
          and not (${WRITES}
            and exists (select 1 from database_restore where confirmed_at is null))
          and not exists (
            select 1 from lease l
             where (l.resource = 'entry/' || p.entry_id
                 or (${WRITES}
                     and l.resource = 'target/' || e.target_system_id || '/' || e.target_address))
               and (l.expires_at > clock_timestamp()
                 or exists (select 1 from lease h where h.within = l.owner and h.expires_at > clock_timestamp())))`;

/** Kinds that move the entry's own status; the others leave it alone. */
export const movesEntry = (kind: PassKind): boolean => kind === 'initial' || kind === 'delta';

/**
 * The pass table is the job queue: one durable truth for what runs (docs/decisions). A claim takes the leases of the
 * entry and, for passes that write, of the target endpoint, so that two entries merged into one mailbox take turns.
 */
export interface Claim {
  readonly passId: number;
  readonly entryId: number;
  readonly number: number;
  readonly kind: PassKind;
  readonly sourceSystemId: number;
  readonly targetSystemId: number;
  readonly lease: Lease;
  /** Somebody asked for a stop, and the worker that was to hear of it is no more. */
  readonly stopRequested?: boolean;
}

export interface Lease {
  /** Random per claim: a process that lost its lease and took it again is another owner. */
  readonly owner: string;
  readonly resources: readonly string[];
  /** Of the entry's lease; recorded in intents. */
  readonly epoch: number;
}

export class LeaseLost extends SternaError {
  constructor() {
    super('transient', 'lease-lost', 'Another worker took over this pass.');
  }
}

export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    try {
      await client.query('rollback');
    } catch (rollbackError) {
      broken = rollbackError as Error;
    }
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * A transaction that commits only while the lease is held. FOR SHARE makes a takeover wait for our commit, so nobody
 * recovers from a state that we are about to change.
 */
export function inFencedTransaction<T>(pool: Pool, lease: Lease, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return inTransaction(pool, async (client) => {
    const held = await client.query({
      name: 'fence',
      text: 'select 1 from lease where resource = any($1) and owner = $2 and expires_at > clock_timestamp() for share',
      values: [lease.resources, lease.owner],
    });
    if (held.rowCount !== lease.resources.length) throw new LeaseLost();
    return work(client);
  });
}

/** Claims the oldest claimable pass (or just `passId`), or nothing. */
export async function claimPass(
  pool: Pool,
  options: { leaseSeconds: number; passId?: number },
): Promise<Claim | undefined> {
  const owner = randomUUID();
  return inTransaction(pool, async (client) => {
    const found = await client.query(
      `select p.id, p.entry_id, p.number, p.kind, p.status, p.stop_requested, e.source_system_id, e.target_system_id, e.target_address
         from pass p join entry e on e.id = p.entry_id
        where ($1::bigint is null or p.id = $1)
          and ${IS_READY}
          and not exists (
            select 1 from budget b
             where b.system_id in (e.source_system_id, e.target_system_id)
               and (b.resume_at > now()
                 or b.connections <= (select coalesce(sum(s.connections), 0) from budget_slice s
                                       where s.system_id = b.system_id and s.expires_at > clock_timestamp())))
        order by p.queued_at, p.id
        limit 1
          for update of p skip locked`,
      [options.passId ?? null],
    );
    const row = found.rows[0];
    if (row === undefined) return undefined;
    const kind = row.kind as PassKind;
    const resources = passLeases(kind, row);
    const before = await client.query('select owner from lease where resource = any($1)', [resources]);
    let epoch = 0;
    for (const resource of resources) {
      const taken = await client.query(
        `insert into lease (resource, owner, epoch, expires_at)
         values ($1, $2, 1, clock_timestamp() + make_interval(secs => $3))
         on conflict (resource) do update
            set owner = excluded.owner, epoch = lease.epoch + 1, expires_at = excluded.expires_at
          where lease.expires_at <= clock_timestamp()
         returning epoch`,
        [resource, owner, options.leaseSeconds],
      );
      if (taken.rowCount === 0) throw new TakenMeanwhile();
      if (resource.startsWith('entry/')) epoch = Number(taken.rows[0].epoch);
    }
    // Nobody joins any more: that takes a lock on the leases that were just taken. Who joined just before goes first.
    const owners = before.rows.map((one) => one.owner);
    await client.query('delete from lease where within = any($1) and expires_at <= clock_timestamp()', [owners]);
    const joined = await client.query('select 1 from lease where within = any($1) limit 1', [owners]);
    if (joined.rowCount !== 0) throw new TakenMeanwhile();
    const systemIds = [Number(row.source_system_id), Number(row.target_system_id)];
    if (!(await takeSlots(client, owner, systemIds, options.leaseSeconds))) throw new TakenMeanwhile();
    await client.query('delete from pass_share where pass_id = $1', [row.id]);
    await client.query(
      `update pass set status = 'running', started_at = coalesce(started_at, now()), attempts = attempts + 1,
              resume_at = null, shares_open = false, most_workers = default where id = $1`,
      [row.id],
    );
    if (movesEntry(kind)) {
      await client.query(`update entry set status = 'running', status_detail = null, resume_at = null where id = $1`, [
        row.entry_id,
      ]);
    }
    await notifyEvent(client, { type: 'pass', entryId: Number(row.entry_id), passId: Number(row.id) });
    return {
      passId: Number(row.id),
      entryId: Number(row.entry_id),
      number: Number(row.number),
      kind,
      sourceSystemId: Number(row.source_system_id),
      targetSystemId: Number(row.target_system_id),
      lease: { owner, resources, epoch },
      stopRequested: row.stop_requested,
    };
  }).catch((error) => {
    if (error instanceof TakenMeanwhile) return undefined;
    throw error;
  });
}

/** Names of the leases that a pass is run under. */
export function passLeases(
  kind: PassKind,
  entry: { readonly entry_id: string; readonly target_system_id: string; readonly target_address: string },
): readonly string[] {
  const names = [`entry/${entry.entry_id}`];
  if (writes(kind)) names.push(`target/${entry.target_system_id}/${entry.target_address}`);
  return names.sort();
}

/** Undoes what a claim has taken so far. */
export class TakenMeanwhile extends Error {}

/** Prolongs the lease and brings back what people asked of the pass meanwhile. */
export async function renewLease(
  pool: Pool,
  claim: Claim,
  leaseSeconds: number,
): Promise<{ held: boolean; stopRequested: boolean; othersWait: boolean }> {
  const result = await pool.query({
    name: 'renew-lease',
    text: `with renewed as (
             update lease set expires_at = clock_timestamp() + make_interval(secs => $3)
              where resource = any($1) and owner = $2 and expires_at > clock_timestamp()
             returning 1),
           slots as (
             update budget_slice set expires_at = clock_timestamp() + make_interval(secs => $3) where owner = $2)
           select (select count(*)::int from renewed) as held,
                  (select stop_requested from pass where id = $4) as stop_requested,
                  exists (select 1 from pass where status = 'queued') as others_wait`,
    values: [claim.lease.resources, claim.lease.owner, leaseSeconds, claim.passId],
  });
  const row = result.rows[0];
  return {
    held: row.held === claim.lease.resources.length,
    stopRequested: row.stop_requested === true,
    othersWait: row.others_wait === true,
  };
}

export interface PassEnd {
  readonly status: 'queued' | 'pending' | 'completed' | 'completed with failures' | 'stopped' | 'failed';
  /** Words for people: why it waits, why it failed. */
  readonly detail?: string;
  readonly resumeAt?: Date;
  readonly activeSeconds: number;
  readonly progress: unknown;
  readonly books?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
  /** This system asked for less: its budget is halved and nothing starts there until then. */
  readonly throttledSystem?: { readonly side: 'source' | 'target'; readonly until: Date };
}

/**
 * Writes the end (or the pause) of a pass, moves the entry's status and gives the leases back, in one transaction.
 *
 * @returns the status that was written: a pause becomes the end where a person asked for a stop meanwhile
 */
export async function endPass(pool: Pool, claim: Claim, outcome: PassEnd): Promise<PassEnd['status']> {
  return inFencedTransaction(pool, claim.lease, async (client) => {
    const end = await heedStop(client, claim, outcome);
    const over = end.status !== 'queued' && end.status !== 'pending';
    const resumeAt = end.resumeAt === undefined ? null : await byDatabaseClock(client, end.resumeAt);
    await client.query(
      `update pass set status = $2, resume_at = $3, active_seconds = active_seconds + $4, progress = $5,
              books = coalesce($6, books), result = coalesce($7, result), error = $8, shares_open = false,
              ended_at = case when $9 then now() end, queued_at = now(),
              attempts = case when $9 or $2 = 'queued' then 0 else attempts end
        where id = $1`,
      [
        claim.passId,
        end.status,
        resumeAt,
        end.activeSeconds,
        JSON.stringify(end.progress),
        end.books === undefined ? null : JSON.stringify(end.books),
        end.result === undefined ? null : JSON.stringify(end.result),
        end.error === undefined ? null : JSON.stringify(end.error),
        over,
      ],
    );
    await countThroughput(client, claim.passId);
    if (movesEntry(claim.kind)) {
      await client.query(
        `update entry set status = $2, status_detail = $3, resume_at = $4, inventory_due = inventory_due and not $5
          where id = $1`,
        [
          claim.entryId,
          end.status === 'queued' ? 'scheduled' : end.status,
          end.detail ?? null,
          resumeAt,
          end.status.startsWith('completed'),
        ],
      );
    }
    await client.query('delete from lease where (resource = any($1) and owner = $2) or within = $2', [
      claim.lease.resources,
      claim.lease.owner,
    ]);
    await client.query('delete from pass_share where pass_id = $1', [claim.passId]);
    await giveSlotsBack(client, claim.lease.owner);
    if (end.throttledSystem !== undefined) {
      const { side, until } = end.throttledSystem;
      const systemId = side === 'source' ? claim.sourceSystemId : claim.targetSystemId;
      await lowerBudget(client, systemId, await byDatabaseClock(client, until), end.detail ?? 'throttled');
    } else if (end.status.startsWith('completed')) {
      await raiseBudget(client, [claim.sourceSystemId, claim.targetSystemId]);
    }
    await notifyEvent(client, { type: 'pass', entryId: claim.entryId, passId: claim.passId });
    await client.query(`select pg_notify('sterna_pass', '')`);
    return end.status;
  });
}

/** A worker's clock may be wrong by hours: what counts is how far ahead of it a moment is. */
async function byDatabaseClock(client: PoolClient, at: Date): Promise<Date> {
  const { rows } = await client.query('select clock_timestamp() + make_interval(secs => $1) as at', [
    (at.getTime() - Date.now()) / 1_000,
  ]);
  return rows[0].at;
}

/** A pass that would wait or give way is at rest: who asked for a stop need not wait for it to go on first. */
async function heedStop(client: PoolClient, claim: Claim, end: PassEnd): Promise<PassEnd> {
  if (end.status !== 'pending' && end.status !== 'queued') return end;
  const { rows } = await client.query('select stop_requested from pass where id = $1 for update', [claim.passId]);
  if (rows[0]?.stop_requested !== true) return end;
  const { resumeAt: _, ...rest } = end;
  return { ...rest, status: 'stopped' };
}

/** Live progress: not fenced, since a late one is harmless. */
export async function reportProgress(pool: Pool, claim: Claim, progress: unknown): Promise<void> {
  await pool.query({
    name: 'report-progress',
    text: `update pass set progress = $2 where id = $1 and status = 'running'`,
    values: [claim.passId, JSON.stringify(progress)],
  });
  await notifyEvent(pool, { type: 'progress', entryId: claim.entryId, passId: claim.passId });
}

/** Live events for dashboards; payloads stay far under PostgreSQL's 8,000 bytes. */
export async function notifyEvent(
  db: Pick<PoolClient, 'query'> | Pool,
  event: { type: string; entryId: number; passId: number },
): Promise<void> {
  await db.query({
    name: 'notify-event',
    text: `select pg_notify('sterna_event', $1)`,
    values: [JSON.stringify(event)],
  });
}
