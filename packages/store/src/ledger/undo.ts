import type { Pool, PoolClient } from 'pg';
import { STATE_CODE, VERB_CODE } from '../codes.ts';

/** What these passes did to objects that have a copy, by target container (id). */
export async function workOfPasses(
  pool: Pool,
  entryId: number,
  passes: readonly number[],
): Promise<{ targetContainer: number; created: number; updated: number }[]> {
  const { rows } = await pool.query(
    `select target_container,
            (count(*) filter (where state = ${STATE_CODE.created}))::int as created,
            (count(*) filter (where state = ${STATE_CODE.updated}))::int as updated
       from ledger
      where entry_id = $1 and pass = any($2) and target_id is not null and target_container is not null
        and state in (${STATE_CODE.created}, ${STATE_CODE.updated})
      group by 1 order by 1`,
    [entryId, passes],
  );
  return rows.map((row) => ({
    targetContainer: row.target_container,
    created: row.created,
    updated: row.updated,
  }));
}

/** Passes that undo this one (all by number): what they settled of its open writes is its work. */
export async function undosOf(pool: Pool, entryId: number, number: number): Promise<number[]> {
  const { rows } = await pool.query(
    `select number from pass
      where entry_id = $1 and kind = 'undo' and (settings -> 'undo' ->> 'pass')::int = $2 order by number`,
    [entryId, number],
  );
  return rows.map((row) => row.number);
}

/** The books know these objects no more; those that the source still has are planned as new ones. */
export async function forgetObjects(client: PoolClient, entryId: number, srcs: readonly Buffer[]): Promise<void> {
  if (srcs.length === 0) return;
  await client.query('delete from todo where entry_id = $1 and src = any($2)', [entryId, srcs]);
  await client.query(
    `delete from inventory i using ledger l
      where l.entry_id = $1 and l.src = any($2) and i.entry_id = $1
        and i.target_container = l.target_container and i.target_id = l.target_id`,
    [entryId, srcs],
  );
  await client.query(
    `with forgotten as (
       delete from ledger where entry_id = $1 and src = any($2) returning container, src, src_id, gone_pass)
     insert into todo (entry_id, container, verb, src, src_id)
     select $1, container, ${VERB_CODE.create}, src, src_id from forgotten where gone_pass is null`,
    [entryId, srcs],
  );
}

/** How far a pass has come, in its `result`: with what it tells of, so that a crash loses nothing and counts nothing twice. */
export async function saveTally(client: PoolClient, passId: number, tally: object): Promise<void> {
  await client.query('update pass set result = $2 where id = $1', [passId, JSON.stringify(tally)]);
}

export async function readTally(pool: Pool, passId: number): Promise<unknown> {
  const { rows } = await pool.query('select result from pass where id = $1', [passId]);
  return rows[0]?.result ?? undefined;
}

/** @param by number of the pass that took it back */
export async function markUndone(client: PoolClient, entryId: number, number: number, by: number): Promise<void> {
  await client.query('update pass set undone_by = $3 where entry_id = $1 and number = $2', [entryId, number, by]);
  await client.query('update entry set status_detail = $2 where id = $1', [entryId, `Pass ${number} was undone.`]);
}
