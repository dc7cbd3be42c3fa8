import { randomUUID } from 'node:crypto';
import type { ContentKind, PassKind } from '@sterna/core';
import type { Pool } from 'pg';
import { giveSlotsBack, takeSlots } from './budget.ts';
import { KIND_CODE, kindOf } from './codes.ts';
import type { TodoRange } from './ledger/todo.ts';
import {
  type Claim,
  IS_READY,
  inFencedTransaction,
  inTransaction,
  type Lease,
  LeaseLost,
  passLeases,
  TakenMeanwhile,
} from './pass-queue.ts';

/**
 * Shares of one huge pass. Its own worker, which has the pass's leases, cuts planned to-do into shares; other workers
 * that have nothing else to do join it, each under a lease of its own *within* the pass's, and take one share after the
 * other. A share is only ever worked on under a lease that is held; what somebody leaves with writes of unknown outcome
 * nobody takes again before the pass's own worker, then alone, has settled it.
 */
export interface NewShare {
  readonly kind: ContentKind;
  /** Of source containers of that kind. */
  readonly ranges: readonly TodoRange[];
}

export interface PassShare extends NewShare {
  readonly number: number;
}

/** A worker that takes part in a pass that is another's. */
export interface Joined {
  /** As the pass's own, but for the lease: whatever is committed under it is fenced by the one that was taken here. */
  readonly claim: Claim;
  /** Owner of the pass's own leases. */
  readonly within: string;
  readonly kind: ContentKind;
}

export interface ShareCounts {
  readonly objects: number;
  readonly bytes: number;
  readonly failed: number;
}

/** Cuts a pass into shares and wakes workers that have nothing to do. Nobody has any of it at that time. */
export async function openShares(pool: Pool, claim: Claim, shares: readonly NewShare[]): Promise<void> {
  await inFencedTransaction(pool, claim.lease, async (client) => {
    await client.query('delete from pass_share where pass_id = $1', [claim.passId]);
    await client.query(
      `insert into pass_share (pass_id, number, kind, ranges)
       select $1, row_number() over (), * from unnest($2::smallint[], $3::jsonb[])`,
      [claim.passId, shares.map(({ kind }) => KIND_CODE[kind]), shares.map(({ ranges }) => JSON.stringify(ranges))],
    );
    await client.query('update pass set shares_open = true where id = $1', [claim.passId]);
    await client.query(`select pg_notify('sterna_pass', '')`);
  });
}

/** The next share that nobody has. Also for the pass's own worker. */
export function takeShare(pool: Pool, claim: Claim): Promise<PassShare | undefined> {
  return inFencedTransaction(pool, claim.lease, async (client) => {
    const { rows } = await client.query(
      `update pass_share set state = 'taken', owner = $2
        where pass_id = $1 and number = (
          select s.number from pass_share s join pass p on p.id = s.pass_id
           where s.pass_id = $1 and s.state = 'free' and p.shares_open order by s.number limit 1 for update of s skip locked)
       returning number, kind, ranges`,
      [claim.passId, claim.lease.owner],
    );
    const row = rows[0];
    return row === undefined ? undefined : { number: row.number, kind: kindOf(row.kind), ranges: row.ranges };
  });
}

/**
 * @param state `free`: given back with nothing of it under way; `left`: given up
 * @param counts What was done of it, beside what the pass's own worker counts by itself
 * @param error Why the whole pass has to end
 */
export async function putShare(
  pool: Pool,
  claim: Claim,
  number: number,
  state: 'free' | 'done' | 'left',
  counts: ShareCounts,
  error?: unknown,
): Promise<void> {
  await inFencedTransaction(pool, claim.lease, async (client) => {
    const { rowCount } = await client.query(
      `update pass_share set state = $4, owner = null, objects = $5, bytes = $6, failed = $7, error = $8
        where pass_id = $1 and number = $2 and owner = $3`,
      [
        claim.passId,
        number,
        claim.lease.owner,
        state === 'free' ? 'done' : state,
        counts.objects,
        counts.bytes,
        counts.failed,
        error === undefined ? null : JSON.stringify(error),
      ],
    );
    if (state !== 'free' || rowCount === 0) return;
    // What is left of its to-do is a new one, so that nobody's counts are written over; one number at a time.
    await client.query('select 1 from pass where id = $1 for no key update', [claim.passId]);
    await client.query(
      `insert into pass_share (pass_id, number, kind, ranges)
         select pass_id, (select max(number) + 1 from pass_share where pass_id = $1), kind, ranges
           from pass_share where pass_id = $1 and number = $2`,
      [claim.passId, number],
    );
  });
}

export interface SharesState extends ShareCounts {
  /** Workers beside the pass's own that are on it now. */
  readonly helpers: number;
  /** Shares that some of those are working on. */
  readonly underWay: number;
  readonly error: {
    readonly class: string;
    readonly code: string;
    readonly message: string;
    readonly fix?: string;
  } | null;
}

/** How the shares of a pass stand, for its own worker. */
export async function sharesState(pool: Pool, claim: Claim): Promise<SharesState> {
  const { rows } = await pool.query({
    name: 'shares-state',
    text: `with helper as (select owner from lease where within = $2 and expires_at > clock_timestamp())
           select (select count(*)::int from helper) as helpers,
                  count(*) filter (where state = 'taken' and owner in (select owner from helper))::int as under_way,
                  coalesce(sum(objects), 0)::int as objects, coalesce(sum(bytes), 0)::float8 as bytes,
                  coalesce(sum(failed), 0)::int as failed,
                  (array_agg(error) filter (where error is not null))[1] as error
             from pass_share where pass_id = $1`,
    values: [claim.passId, claim.lease.owner],
  });
  const { under_way: underWay, ...state } = rows[0];
  return { ...state, underWay };
}

/** From here on nobody joins and nobody takes a share; who is there lets go as soon as what is under way is settled. */
export async function closeShares(pool: Pool, claim: Claim): Promise<void> {
  await inFencedTransaction(pool, claim.lease, (client) =>
    client.query('update pass set shares_open = false where id = $1', [claim.passId]),
  );
}

/** Workers on a pass whose time is over, since they died: nothing of theirs commits any more. */
export async function dismissDead(pool: Pool, claim: Claim): Promise<void> {
  await pool.query('delete from lease where within = $1 and expires_at <= clock_timestamp()', [claim.lease.owner]);
}

/** SQL: some pass could start if there were a worker for it, in systems that aren't paused. */
const SOMEBODY_WAITS = `exists (
           select 1 from pass p join entry e on e.id = p.entry_id
            where ${IS_READY}
              and not exists (select 1 from budget b
                               where b.system_id in (e.source_system_id, e.target_system_id) and b.resume_at > now()))`;

/**
 * Joins the pass with shares to take that has the fewest workers, unless another pass waits for one: small entries come
 * first. Takes a slot of both systems, as a claim does.
 *
 * @param options.except Passes that are not to be joined
 */
export async function joinPass(
  pool: Pool,
  options: { readonly leaseSeconds: number; readonly except: readonly number[] },
): Promise<Joined | undefined> {
  const owner = randomUUID();
  return inTransaction(pool, async (client) => {
    const found = await client.query(
      `select q.id, q.entry_id, q.number, q.kind, q.most_workers, o.source_system_id, o.target_system_id,
              o.target_address, h.owner,
              (select s.kind from pass_share s where s.pass_id = q.id and s.state = 'free' order by s.number limit 1) as of_kind
         from pass q join entry o on o.id = q.entry_id join lease h on h.resource = 'entry/' || q.entry_id
        where q.status = 'running' and q.shares_open and not q.stop_requested and q.id <> all($1)
          and h.expires_at > clock_timestamp()
          and exists (select 1 from pass_share s where s.pass_id = q.id and s.state = 'free')
          and q.most_workers > 1 + (select count(*) from lease w where w.within = h.owner)
          and not ${SOMEBODY_WAITS}
        order by (select count(*) from lease w where w.within = h.owner), q.queued_at, q.id
        limit 1 for no key update of q skip locked`,
      [options.except],
    );
    const row = found.rows[0];
    if (row === undefined) return undefined;
    // As it is now that the pass is locked: who joined a moment ago counts, and whose leases ended is no longer joined.
    const pass = passLeases(row.kind, row);
    const held = await client.query(
      `select 1 from lease l where resource = any($1) and owner = $2 and expires_at > clock_timestamp()
          and (select count(*) from lease w where w.within = $2) + 1 < $3 for share`,
      [pass, row.owner, row.most_workers],
    );
    if (held.rowCount !== pass.length) return undefined;
    const resource = `share/${row.id}/${owner}`;
    await client.query(
      `insert into lease (resource, owner, epoch, expires_at, within)
       values ($1, $2, 1, clock_timestamp() + make_interval(secs => $3), $4)`,
      [resource, owner, options.leaseSeconds, row.owner],
    );
    const systems = [Number(row.source_system_id), Number(row.target_system_id)];
    if (!(await takeSlots(client, owner, systems, options.leaseSeconds))) throw new TakenMeanwhile();
    const lease: Lease = { owner, resources: [resource], epoch: 1 };
    return {
      claim: {
        passId: Number(row.id),
        entryId: Number(row.entry_id),
        number: Number(row.number),
        kind: row.kind as PassKind,
        sourceSystemId: Number(row.source_system_id),
        targetSystemId: Number(row.target_system_id),
        lease,
      },
      within: row.owner as string,
      kind: kindOf(row.of_kind),
    };
  }).catch((error) => {
    if (error instanceof TakenMeanwhile) return undefined;
    throw error;
  });
}

/**
 * Prolongs the lease of a worker that joined, and tells what was done of its share so far.
 *
 * @returns `leave`: it is to let go as soon as nothing of it is under way, since the shares are closed, the pass's own
 *   worker is gone, or another pass waits for a worker
 */
export async function renewJoined(
  pool: Pool,
  { claim, within }: Joined,
  leaseSeconds: number,
  share: { readonly number: number; readonly counts: ShareCounts } | undefined,
): Promise<{ held: boolean; leave: boolean }> {
  const { rows } = await pool.query({
    name: 'renew-joined',
    text: `with renewed as (
             update lease set expires_at = clock_timestamp() + make_interval(secs => $3)
              where resource = $1 and owner = $2 and expires_at > clock_timestamp() returning 1),
           slots as (
             update budget_slice set expires_at = clock_timestamp() + make_interval(secs => $3) where owner = $2),
           told as (
             update pass_share set objects = $7, bytes = $8, failed = $9
              where pass_id = $4 and number = $6 and owner = $2)
           select exists (select 1 from renewed) as held,
                  not (exists (select 1 from lease where resource = $10 and owner = $5
                                  and expires_at > clock_timestamp())
                       and (select q.shares_open from pass q where q.id = $4))
                    or ${SOMEBODY_WAITS} as leave`,
    values: [
      claim.lease.resources[0],
      claim.lease.owner,
      leaseSeconds,
      claim.passId,
      within,
      share?.number ?? null,
      share?.counts.objects ?? 0,
      share?.counts.bytes ?? 0,
      share?.counts.failed ?? 0,
      `entry/${claim.entryId}`,
    ],
  });
  return rows[0];
}

/**
 * Gives back what joining took.
 *
 * @param isTooMuch A system wouldn't have so many workers on this endpoint: the pass gets no more than are left
 */
export async function leavePass(pool: Pool, { claim, within }: Joined, isTooMuch: boolean): Promise<void> {
  await inTransaction(pool, async (client) => {
    if (isTooMuch)
      await client.query(
        `update pass set most_workers = least(most_workers, greatest(1,
                (select count(*) from lease where within = $2 and expires_at > clock_timestamp())))
          where id = $1 and exists (select 1 from lease where within = $2 and owner = $3)`,
        [claim.passId, within, claim.lease.owner],
      );
    const { rowCount } = await client.query('delete from lease where resource = any($1) and owner = $2', [
      claim.lease.resources,
      claim.lease.owner,
    ]);
    await giveSlotsBack(client, claim.lease.owner);
    if (rowCount === 0) throw new LeaseLost();
  });
}
