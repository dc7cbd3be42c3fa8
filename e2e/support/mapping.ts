import type { Bench } from './direct-pass.ts';

/** A line of the mapping table of the entry's project, which it gets with the first one. */
export async function mapping(bench: Bench, entry: number, source: string, target: string): Promise<void> {
  const { pool } = bench.database;
  await pool.query(
    `with made as (insert into project (organization_id, name, source_system_id, target_system_id, settings)
       select organization_id, 'p' || id, source_system_id, target_system_id, '{}' from entry
        where id = $1 and project_id is null returning id)
     update entry set project_id = made.id from made where entry.id = $1`,
    [entry],
  );
  await pool.query(
    `insert into mapping (project_id, source, target) select project_id, $2, $3 from entry where id = $1
     on conflict (project_id, source) do update set target = excluded.target`,
    [entry, source, target],
  );
}
