import type { Pool, PoolClient } from 'pg';
import { STATE_CODE, VERB_CODE } from '../codes.ts';

/** What of the entry's failed objects is planned once more: those with a copy are replaced, the others made. */
const PLAN = `insert into todo (entry_id, container, verb, src, src_id)
     select l.entry_id, l.container, case when l.target_id is null then ${VERB_CODE.create} else ${VERB_CODE.replace} end,
            l.src, l.src_id from ledger l
      where l.entry_id = $1 and l.state = ${STATE_CODE.failed} and l.gone_pass is null
        and not exists (select 1 from todo t where t.entry_id = $1 and t.container = l.container and t.src = l.src)`;

/** What failed in an earlier pass. @param codes Of these errors alone; undefined: of all */
export async function planFailedObjects(
  client: PoolClient,
  entryId: number,
  pass: number,
  codes: readonly string[] | undefined,
): Promise<void> {
  await client.query(
    `${PLAN} and l.pass < $2
        and ($3::text[] is null or $3 @> array[
              coalesce((select n.code from object_note n
                where n.entry_id = $1 and n.src = l.src and n.pass = l.pass and n.kind = 'failure'
                order by n.id desc limit 1), 'failed')])`,
    [entryId, pass, codes ?? null],
  );
}

/** Source keys of what failed in this very pass with that error last. Looks at what was told in it, not at all objects. */
export async function failedWith(pool: Pool, entryId: number, pass: number, code: string): Promise<Buffer[]> {
  const { rows } = await pool.query(
    `select l.src from object_note w
       join ledger l on l.entry_id = w.entry_id and l.src = w.src
      where w.entry_id = $1 and w.pass = $2 and w.kind = 'failure' and w.code = $3
        and l.state = ${STATE_CODE.failed} and l.gone_pass is null and l.pass = $2
        and not exists (select 1 from object_note n
              where n.entry_id = $1 and n.pass = $2 and n.src = w.src and n.kind = 'failure' and n.id > w.id)`,
    [entryId, pass, code],
  );
  return rows.map((row) => row.src);
}

/** Plans these again; what was told of their failure in this pass no longer holds. */
export async function planObjectsAgain(
  client: PoolClient,
  entryId: number,
  pass: number,
  srcs: readonly Buffer[],
): Promise<void> {
  await client.query(
    `delete from object_note where entry_id = $1 and pass = $2 and kind = 'failure' and src = any($3)`,
    [entryId, pass, srcs],
  );
  await client.query(`${PLAN} and l.src = any($2)`, [entryId, srcs]);
}
