import { type Books, EMPTY_BOOKS } from '@sterna/core';
import { sql } from 'kysely';
import { STATE_CODE, stateOf } from '../codes.ts';
import type { DomainDb, EntryRow } from './domain-database.ts';
import type { EntryTotals, NoteRow } from './reports.ts';

/** Live entries of a project by id, from after the one given. */
export const reportPage = (
  db: DomainDb,
  projectId: number,
  page: { after: number; limit: number },
): Promise<readonly EntryRow[]> =>
  db
    .selectFrom('entry')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('purpose', '=', 'migration')
    .where('archived_at', 'is', null)
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute();

/** All objects of all live entries, each once, as `totalsOf` counts them for one entry. */
export async function projectTotals(db: DomainDb, projectId: number): Promise<EntryTotals> {
  const result = await sql<{ state: number; objects: number; bytes: number }>`
    select l.state, count(*) as objects, coalesce(sum(l.size), 0)::bigint as bytes
      from entry e join ledger l on l.entry_id = e.id and l.gone_pass is null
     where e.project_id = ${projectId} and e.purpose = 'migration' and e.archived_at is null
     group by l.state`.execute(db);
  const books: Record<string, number> = { ...EMPTY_BOOKS };
  let bytes = 0;
  for (const row of result.rows) {
    const state = stateOf(row.state);
    books[state] = (books[state] ?? 0) + row.objects;
    books.seen = (books.seen ?? 0) + row.objects;
    if (state === 'created' || state === 'updated' || state === 'unchanged') bytes += row.bytes;
  }
  return { books: books as unknown as Books, bytes };
}

export interface ProjectEffort {
  readonly passes: number;
  /** All passes together; several may have run at the same time. */
  readonly seconds: number;
  readonly first_at: Date | null;
  readonly last_at: Date | null;
  /** Passes that ended with books in which the states don't add up to what was seen. */
  readonly unbalanced: number;
}

/** Writing passes of all live entries. */
export async function projectEffort(db: DomainDb, projectId: number): Promise<ProjectEffort> {
  const states = sql.join(
    Object.keys(STATE_CODE).map((state) => sql`(p.books->>${sql.lit(state)})::bigint`),
    sql` + `,
  );
  const result = await sql<ProjectEffort>`
    select count(*) as passes, coalesce(sum(p.active_seconds), 0) as seconds, min(p.started_at) as first_at,
           max(p.ended_at) as last_at,
           count(*) filter (where p.books is not null and (p.books->>'seen')::bigint <> ${states}) as unbalanced
      from entry e join pass p on p.entry_id = e.id and p.kind in ('initial', 'delta')
     where e.project_id = ${projectId} and e.purpose = 'migration' and e.archived_at is null`.execute(db);
  return result.rows[0] as ProjectEffort;
}

/** What the last verify of each live entry found. */
export async function verifyCounts(
  db: DomainDb,
  projectId: number,
): Promise<{ readonly verified: number; readonly clean: number }> {
  const result = await sql<{ verified: number; clean: number }>`
    select count(*) as verified, count(*) filter (where v.ok) as clean
      from entry e
      join lateral (
        select (result->>'ok')::boolean as ok from pass
         where entry_id = e.id and kind = 'verify' and status in ('completed', 'completed with failures')
         order by number desc limit 1) v on true
     where e.project_id = ${projectId} and e.purpose = 'migration' and e.archived_at is null`.execute(db);
  return result.rows[0] ?? { verified: 0, clean: 0 };
}

/** Every entry that was ever in the project: licenses that deleted ones burned were used for it, too. */
export async function everEntriesOf(
  db: DomainDb,
  projectId: number,
): Promise<readonly { readonly id: number; readonly archived: boolean }[]> {
  const result = await sql<{ id: number; archived: boolean }>`
    select id, archived_at is not null as archived from entry
     where project_id = ${projectId} and purpose = 'migration'`.execute(db);
  return result.rows;
}

export interface StandingFailureRow extends NoteRow {
  readonly source_address: string;
  readonly target_address: string;
}

/**
 * Notes on what is failed or uncertain as the books stand; what a later pass has settled is left out. From the notes to
 * the ledger by its key, so it costs what failed and not what was migrated.
 */
const standing = (projectId: number) => sql`
    entry e
      join object_note n on n.entry_id = e.id and n.kind in ('failure', 'uncertain')
      join ledger l on l.entry_id = n.entry_id and l.src = n.src and l.pass = n.pass and l.gone_pass is null
       and l.state in (${sql.lit(STATE_CODE.uncertain)}, ${sql.lit(STATE_CODE.failed)})
     where e.project_id = ${projectId} and e.purpose = 'migration' and e.archived_at is null
       and not exists (select from object_note later where later.entry_id = n.entry_id and later.src = n.src
         and later.id > n.id and later.kind in ('failure', 'uncertain'))`;

/** By id of the note, which is the order in which they were written. */
export async function standingFailures(
  db: DomainDb,
  projectId: number,
  page: { code?: string | undefined; after: number; limit: number },
): Promise<readonly StandingFailureRow[]> {
  const result = await sql<StandingFailureRow>`
    select t.*, c.path as folder from (
      select e.source_address, e.target_address, n.entry_id, n.id, n.kind, n.pass, n.container, n.src, n.src_id, n.subject,
             n.code, n.text, n.fix, n.at
        from ${standing(projectId)} and n.id > ${page.after}
         and (${page.code ?? null}::text is null or n.code = ${page.code ?? null})
       order by n.id limit ${page.limit}) t
      left join container c on c.entry_id = t.entry_id and c.side = 0 and c.id = t.container
     order by t.id`.execute(db);
  return result.rows;
}

export interface FailureCauseRow {
  readonly code: string;
  readonly kind: string;
  readonly objects: number;
  readonly entries: number;
  /** Of the newest. */
  readonly text: string;
  readonly fix: string | null;
}

export async function failureCauses(db: DomainDb, projectId: number): Promise<readonly FailureCauseRow[]> {
  const result = await sql<FailureCauseRow>`
    select n.code, n.kind, count(*) as objects, count(distinct n.entry_id) as entries,
           (array_agg(n.text order by n.id desc))[1] as text, (array_agg(n.fix order by n.id desc))[1] as fix
      from ${standing(projectId)}
     group by n.code, n.kind order by count(*) desc, n.code`.execute(db);
  return result.rows;
}
