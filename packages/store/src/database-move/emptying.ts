import type { PoolClient } from 'pg';

/** Removes what is in the schema, within the caller's transaction: tables, what belongs to them, functions. */
export async function emptyDatabase(client: PoolClient): Promise<void> {
  const { rows: relations } = await client.query<{ drop: string }>(
    `select 'drop ' || case relkind when 'S' then 'sequence' else 'table' end || ' if exists ' || oid::regclass || ' cascade'
              as drop
       from pg_class
      where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'S') and not relispartition
      order by relkind <> 'S' desc`,
  );
  const { rows: functions } = await client.query<{ drop: string }>(
    `select 'drop function if exists ' || p.oid::regprocedure || ' cascade' as drop
       from pg_proc p
      where p.pronamespace = current_schema()::regnamespace
        and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`,
  );
  for (const { drop } of [...relations, ...functions]) await client.query(drop);
}
