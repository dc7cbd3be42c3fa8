import type { PoolClient } from 'pg';
import { STATE_CODE, VERB_CODE } from '../codes.ts';

/** The error of an object that names another one which isn't in the target. */
export const WAITS_FOR_OBJECT = 'waits-for-object';

/** Source keys of what failed in this pass because it waits for others. */
export async function waitingObjects(client: PoolClient, entryId: number, pass: number): Promise<Buffer[]> {
  const { rows } = await client.query(
    `select l.src from ledger l
      where l.entry_id = $1 and l.state = ${STATE_CODE.failed} and l.gone_pass is null and l.pass = $2
        and (select n.code from object_note n
              where n.entry_id = $1 and n.src = l.src and n.pass = $2 and n.kind = 'failure'
              order by n.id desc limit 1) = $3`,
    [entryId, pass, WAITS_FOR_OBJECT],
  );
  return rows.map((row) => row.src);
}

/** Plans them again; what was told of them in this pass no longer holds. */
export async function planWaitingObjects(
  client: PoolClient,
  entryId: number,
  pass: number,
  srcs: readonly Buffer[],
): Promise<void> {
  await client.query(
    `delete from object_note where entry_id = $1 and pass = $2 and kind = 'failure' and src = any($3)`,
    [entryId, pass, srcs],
  );
  await client.query(
    `insert into todo (entry_id, container, verb, src, src_id)
     select l.entry_id, l.container, case when l.target_id is null then ${VERB_CODE.create} else ${VERB_CODE.replace} end,
            l.src, l.src_id from ledger l
      where l.entry_id = $1 and l.src = any($2)
        and not exists (select 1 from todo t where t.entry_id = $1 and t.container = l.container and t.src = l.src)`,
    [entryId, srcs],
  );
}
