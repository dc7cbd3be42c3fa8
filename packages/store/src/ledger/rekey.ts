import type { Pool, PoolClient } from 'pg';

/** Rows and objects of a target container that share a match key and can't be told apart by it. */
export interface RekeyTies {
  readonly rows: readonly { readonly src: Buffer; readonly digest: Buffer }[];
  /** Without our mark first: what carries it may be an unsettled write, which its intent must find. */
  readonly objects: readonly string[];
}

const PAIRS = `
  mine as (select src, digest, match_key, count(*) over (partition by match_key) as n from ledger
            where entry_id = $1 and target_container = $2 and target_id is not null and match_key is not null),
  theirs as (select target_id, flags, match_key, count(*) over (partition by match_key) as n from inventory
              where entry_id = $1 and target_container = $2 and match_key is not null)`;

/** After a fresh inventory of a container whose ids changed: what only bodies can tell apart. */
export async function rekeyTies(pool: Pool, entryId: number, targetContainer: number): Promise<RekeyTies> {
  const rows = await pool.query(
    `with ${PAIRS}
     select m.src, m.digest from mine m
      where m.digest is not null and exists (select 1 from theirs t where t.match_key = m.match_key and (t.n > 1 or m.n > 1))
      order by m.src`,
    [entryId, targetContainer],
  );
  const objects = await pool.query(
    `with ${PAIRS}
     select t.target_id from theirs t
      where exists (select 1 from mine m where t.match_key = m.match_key and (t.n > 1 or m.n > 1))
      order by coalesce(t.flags, '') like '%$SternaPending%', t.target_id`,
    [entryId, targetContainer],
  );
  return { rows: rows.rows, objects: objects.rows.map((row) => row.target_id) };
}

/** Gives the rows of a container their new target ids: those that match one to one, and the ties as found out. */
export async function rekeyTargetIds(
  client: PoolClient,
  entryId: number,
  targetContainer: number,
  ties: readonly { readonly src: Buffer; readonly targetId: string }[],
): Promise<void> {
  await client.query(
    `with ${PAIRS},
     pairs as (select m.src, t.target_id from mine m join theirs t on t.match_key = m.match_key and m.n = 1 and t.n = 1
               union all select * from unnest($3::bytea[], $4::text[])),
     claimed as (update inventory i set claimed_by = p.src from pairs p
                  where i.entry_id = $1 and i.target_container = $2 and i.target_id = p.target_id)
     update ledger l set target_id = p.target_id from pairs p where l.entry_id = $1 and l.src = p.src`,
    [entryId, targetContainer, ties.map((tie) => tie.src), ties.map((tie) => tie.targetId)],
  );
}
