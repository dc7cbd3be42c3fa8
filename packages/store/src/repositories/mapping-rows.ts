import type { MappingKind, MappingRow } from '@sterna/core';
import { sql } from 'kysely';
import type { DomainDb } from './domain-database.ts';

/** The whole table; sources are lower case (see `putMapping`). */
export const mappingOf = (db: DomainDb, projectId: number): Promise<readonly MappingRow[]> =>
  db
    .selectFrom('mapping')
    .select(['kind', 'source', 'target'])
    .where('project_id', '=', projectId)
    .orderBy('kind')
    .orderBy('source')
    .execute();

export interface MappingQuery {
  readonly projectId: number;
  /** Anywhere in source or target. */
  readonly search?: string | undefined;
  readonly kind?: MappingKind | undefined;
}

function matching({ projectId, search, kind }: MappingQuery) {
  const pattern = search === undefined || search === '' ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  return sql`project_id = ${projectId} and (${kind ?? null}::text is null or kind = ${kind ?? null})
    and (${pattern}::text is null or source ilike ${pattern} or target ilike ${pattern})`;
}

/** By source, from after the one given. */
export async function pageOfMapping(
  db: DomainDb,
  query: MappingQuery,
  page: { after: string | undefined; limit: number },
): Promise<readonly MappingRow[]> {
  const result = await sql<MappingRow>`
    select kind, source, target from mapping
     where ${matching(query)} and (${page.after ?? null}::text is null or source > ${page.after ?? null})
     order by source limit ${page.limit}`.execute(db);
  return result.rows;
}

export async function countMapping(db: DomainDb, query: MappingQuery): Promise<number> {
  const result = await sql<{ rows: number }>`select count(*) as rows from mapping where ${matching(query)}`.execute(db);
  return result.rows[0]?.rows ?? 0;
}

/** What these sources are mapped to now. */
export async function mappedAmong(
  db: DomainDb,
  projectId: number,
  sources: readonly string[],
): Promise<ReadonlyMap<string, MappingRow>> {
  const result = await sql<MappingRow>`
    select kind, source, target from mapping
     where project_id = ${projectId} and source = any(${[...sources]}::text[])`.execute(db);
  return new Map(result.rows.map((row) => [row.source, row]));
}

export async function writeMapping(
  db: DomainDb,
  projectId: number,
  rows: readonly MappingRow[],
  options: { append: boolean },
): Promise<void> {
  if (!options.append) await db.deleteFrom('mapping').where('project_id', '=', projectId).execute();
  if (rows.length === 0) return;
  await sql`
    insert into mapping (project_id, source, target, kind)
    select ${projectId}, * from unnest(${rows.map((r) => r.source)}::text[], ${rows.map((r) => r.target)}::text[],
           ${rows.map((r) => r.kind)}::text[])
    on conflict (project_id, source) do update set target = excluded.target, kind = excluded.kind`.execute(db);
}

/** @returns the sources that were there */
export async function removeMapping(
  db: DomainDb,
  projectId: number,
  sources: readonly string[],
): Promise<readonly string[]> {
  const result = await sql<{ source: string }>`
    delete from mapping where project_id = ${projectId} and source = any(${[...sources]}::text[])
    returning source`.execute(db);
  return result.rows.map((row) => row.source);
}
