import type { Pool, PoolClient } from 'pg';
import { MARK_TABLE } from '../moved-mark.ts';
import { inTransaction } from '../pass-queue.ts';
import { tablesOf } from './shape.ts';

const TRIGGER = 'database_moved';

/**
 * From its commit on nobody can write to this database, not even a worker that was cut off from it all the time and comes
 * back when the move is long over.
 */
export function closeDatabase(pool: Pool, mark: { readonly id: string; readonly place: string }): Promise<void> {
  return inTransaction(pool, async (client) => {
    await markAs(client, { ...mark, role: 'leaving' });
    await client.query(`create or replace function ${TRIGGER}() returns trigger language plpgsql as $$
      begin
        raise exception 'this database was moved elsewhere' using errcode = 'read_only_sql_transaction';
      end $$`);
    // Waits for transactions that are writing.
    for (const { name } of await tablesOf(client))
      await client.query(
        `create trigger ${TRIGGER} before insert or update or delete or truncate on ${name}
           for each statement execute function ${TRIGGER}()`,
      );
  });
}

/** As it was before. */
export function reopenDatabase(pool: Pool, id: string): Promise<void> {
  return inTransaction(pool, async (client) => {
    for (const { name } of await tablesOf(client)) await client.query(`drop trigger if exists ${TRIGGER} on ${name}`);
    await client.query(`drop function if exists ${TRIGGER}()`);
    await client.query(`delete from ${MARK_TABLE} where id = $1 and role = 'leaving'`, [id]);
  });
}

export async function markAs(
  client: PoolClient | Pool,
  mark: { readonly id: string; readonly role: string; readonly place: string },
): Promise<void> {
  await client.query(`create table if not exists ${MARK_TABLE} (
    id uuid not null,
    role text not null check (role in ('leaving', 'left', 'arrived')),
    place text not null,
    at timestamptz not null default now(),
    primary key (id)
  )`);
  await client.query(
    `insert into ${MARK_TABLE} (id, role, place) values ($1, $2, $3)
     on conflict (id) do update set role = excluded.role, at = now()`,
    [mark.id, mark.role, mark.place],
  );
}
