import { sql } from 'kysely';
import type { DomainDb } from './domain-database.ts';

/** Live entries whose last writing pass froze the same settings, with the same overrides of their own now. */
export interface FrozenGroup {
  /** `settingsFingerprint` of what the pass ran with. */
  readonly settings_version: string;
  /** What one of those passes froze: equal to the others in all that decides over objects. */
  readonly settings: Record<string, unknown>;
  readonly overrides: Record<string, unknown>;
  readonly entries: number;
  /** The first few, by id. */
  readonly sample: readonly { readonly id: number; readonly source: string }[];
}

const SAMPLE = 5;

/** What the last writing passes of a project ran with. Entries that never ran are in no group. */
export async function frozenGroups(db: DomainDb, projectId: number): Promise<readonly FrozenGroup[]> {
  const result = await sql<FrozenGroup>`
    with ran as (
      select e.id, e.source_address, e.settings as overrides, p.settings, p.settings_version
        from entry e
        join lateral (
          select settings, settings_version from pass
           where entry_id = e.id and kind in ('initial', 'delta') order by number desc limit 1) p on true
       where e.project_id = ${projectId} and e.purpose = 'migration' and e.archived_at is null
    )
    select settings_version, (array_agg(settings order by id))[1] as settings, overrides, count(*) as entries,
           (array_agg(jsonb_build_object('id', id, 'source', source_address) order by id))[1:${sql.lit(SAMPLE)}] as sample
      from ran group by settings_version, overrides order by count(*) desc, settings_version`.execute(db);
  return result.rows;
}
