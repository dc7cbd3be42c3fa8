import type { Pool, PoolClient } from 'pg';

/**
 * How many endpoints of a system may be worked on at once, over all workers: additive increase while all goes well,
 * multiplicative decrease when the system says "too many". A slot is held as long as the lease of the pass that uses
 * it, so a dead worker's slots come back by themselves.
 */
export const DEFAULT_CEILING = 20;

/**
 * Takes one slot of each system for a claim, inside the claim's transaction.
 * @returns false where one of them is full or paused: nothing was taken
 */
export async function takeSlots(
  client: PoolClient,
  owner: string,
  systemIds: readonly number[],
  seconds: number,
): Promise<boolean> {
  const ids = [...new Set(systemIds)].sort((a, b) => a - b);
  await client.query(
    `insert into budget (system_id, connections, ceiling) select id, $2, $2 from unnest($1::bigint[]) as id
     on conflict do nothing`,
    [ids, DEFAULT_CEILING],
  );
  // Locked in the order of ids: two claims never wait for each other in a circle.
  const free = await client.query(
    `select b.system_id from budget b
      where b.system_id = any($1) and (b.resume_at is null or b.resume_at <= now())
        and b.connections > (select coalesce(sum(s.connections), 0) from budget_slice s
                              where s.system_id = b.system_id and s.expires_at > clock_timestamp())
      order by b.system_id for update`,
    [ids],
  );
  if (free.rowCount !== ids.length) return false;
  await client.query(
    `insert into budget_slice (system_id, owner, connections, expires_at)
     select id, $2, 1, clock_timestamp() + make_interval(secs => $3) from unnest($1::bigint[]) as id`,
    [ids, owner, seconds],
  );
  return true;
}

/** Gives a claim's slots back, and those that died with their workers. */
export async function giveSlotsBack(client: PoolClient, owner: string): Promise<void> {
  await client.query('delete from budget_slice where owner = $1 or expires_at < clock_timestamp()', [owner]);
}

/**
 * Everything went well: one more, up to the ceiling. A system that is paused stays so: a pass that was under way when it
 * said "too many" proves nothing.
 */
export async function raiseBudget(client: PoolClient | Pool, systemIds: readonly number[]): Promise<void> {
  await client.query(
    `update budget set connections = least(ceiling, connections + 1), resume_at = null, reason = null,
            throttled_since = null
      where system_id = any($1) and (resume_at is null or resume_at <= now())
        and (connections < ceiling or resume_at is not null)`,
    [systemIds],
  );
}

/**
 * The system said "too many" or went away: half as many, and nothing at all until `until`. It counts as throttled since
 * the first of the times that follow each other closely.
 */
export async function lowerBudget(
  client: PoolClient | Pool,
  systemId: number,
  until: Date,
  reason: string,
): Promise<void> {
  await client.query(
    `update budget set connections = greatest(1, connections / 2), resume_at = greatest(resume_at, $2), reason = $3,
            throttled_since = case when throttled_since is null or resume_at < now() - interval '10 minutes' then now()
                                   else throttled_since end
      where system_id = $1`,
    [systemId, until, reason],
  );
}
