import type { Pool, PoolClient } from 'pg';
import { STATE_CODE } from '../codes.ts';

/** Books that a pass works with, and that say nothing of what it found. */
const WORKING = ['todo', 'inventory', 'listing', 'link'] as const;
/** Books of an entry, apart from what is under way. */
const BOOKS = ['container', 'ledger', ...WORKING] as const;

/**
 * The entry (id) whose books a dry run keeps, so that those of its own entry stay as they are. It begins as their copy;
 * one that this very pass began before goes on.
 */
export async function dryRunBooks(client: PoolClient, entryId: number, pass: number): Promise<number> {
  const kept = await client.query(
    `select id, settings->>'pass' = $2::text as is_same from entry where replaces_entry_id = $1 and purpose = 'dry-run'`,
    [entryId, pass],
  );
  const [known] = kept.rows;
  if (known?.is_same === true) return Number(known.id);
  const id =
    known === undefined ? await insertBooks(client, entryId, pass) : await emptyBooks(client, Number(known.id), pass);
  for (const table of BOOKS) {
    const { rows } = await client.query(
      `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
        where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = '' and attname <> 'entry_id'`,
      [table],
    );
    const { columns } = rows[0];
    await client.query(
      `insert into ${table} (entry_id, ${columns}) select $2, ${columns} from ${table} where entry_id = $1`,
      [entryId, id],
    );
  }
  return id;
}

async function insertBooks(client: PoolClient, entryId: number, pass: number): Promise<number> {
  const { rows } = await client.query(
    // At no address: what these books say is in the target is not there.
    `insert into entry (organization_id, item_type, purpose, source_system_id, target_system_id, source_address,
            target_address, settings, replaces_entry_id)
     select organization_id, item_type, 'dry-run', source_system_id, target_system_id, source_address,
            'dry-run/' || id, jsonb_build_object('pass', $2::int), id
       from entry where id = $1 returning id`,
    [entryId, pass],
  );
  return Number(rows[0].id);
}

async function emptyBooks(client: PoolClient, id: number, pass: number): Promise<number> {
  for (const table of [...BOOKS, 'intent', 'object_note'])
    await client.query(`delete from ${table} where entry_id = $1`, [id]);
  await client.query(`update entry set settings = jsonb_build_object('pass', $2::int) where id = $1`, [id, pass]);
  return id;
}

/** What a dry run found out stays until the next one; what it copied from the entry's books does not. */
export async function keepFindings(client: PoolClient, id: number, pass: number): Promise<void> {
  await client.query('delete from ledger where entry_id = $1 and pass <> $2', [id, pass]);
  for (const table of [...WORKING, 'intent']) await client.query(`delete from ${table} where entry_id = $1`, [id]);
}

/** What a pass would do with an object. */
export const DRY_RUN_VERBS = ['create', 'overwrite', 'rename', 'update', 'skip', 'refuse'] as const;
export type DryRunVerb = (typeof DRY_RUN_VERBS)[number];

/** Code of the note by which an object is known that would be overwritten. */
export const WOULD_OVERWRITE = 'would-overwrite';

const TOLD = `array(select n.code from object_note n where n.entry_id = l.entry_id and n.src = l.src and n.pass = l.pass)`;

/** Of a row `l` of the ledger that a dry run settled. What would stay as it is has none. */
export const DRY_RUN_VERB = `case
  when l.state = ${STATE_CODE.created} then case when ${TOLD} && '{renamed,moved-in-time}' then 'rename' else 'create' end
  when l.state = ${STATE_CODE.updated} then case when '${WOULD_OVERWRITE}' = any(${TOLD}) then 'overwrite' else 'update' end
  when l.state in (${STATE_CODE.failed}, ${STATE_CODE.uncertain}) then 'refuse'
  when l.state <> ${STATE_CODE.unchanged} then 'skip' end`;

/** Objects by what would be done with them. */
export async function dryRunCounts(
  pool: Pool,
  id: number,
  pass: number,
): Promise<{ verb: DryRunVerb; objects: number; bytes: number }[]> {
  const { rows } = await pool.query(
    `select verb, count(*)::int as objects, coalesce(sum(size), 0)::float8 as bytes
       from (select ${DRY_RUN_VERB} as verb, l.size from ledger l
              where l.entry_id = $1 and l.pass = $2 and l.gone_pass is null) as found
      where verb is not null group by 1`,
    [id, pass],
  );
  return rows;
}
