import type { ContentKind } from '@sterna/core';
import { sql } from 'kysely';
import { kindOf, type Reason, reasonOf } from '../codes.ts';
import { DRY_RUN_VERB, type DryRunVerb, WOULD_OVERWRITE } from '../ledger/dry-run.ts';
import type { DomainDb } from './domain-database.ts';

/** The entry (id) of the books that this dry run left; undefined where a later one took its place. */
export async function booksOfDryRun(db: DomainDb, entryId: number, pass: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('entry')
    .select('id')
    .where('replaces_entry_id', '=', entryId)
    .where('purpose', '=', 'dry-run')
    .where(sql<boolean>`settings->>'pass' = ${String(pass)}`)
    .executeTakeFirst();
  return row?.id;
}

export interface DryRunObject {
  /** Key of the page after it. */
  readonly src: Buffer;
  readonly verb: DryRunVerb;
  readonly kind: ContentKind;
  readonly id: string;
  readonly folder: readonly string[];
  readonly targetFolder: readonly string[] | undefined;
  /** In bytes. */
  readonly size: number | undefined;
  readonly reason: Reason;
  /** What the pass would tell of it. */
  readonly notes: readonly { readonly text: string; readonly fix: string | null; readonly subject: string | null }[];
}

/** What a dry run found would be done with each object, a page at a time. @param id of `booksOfDryRun` */
export async function dryRunObjects(
  db: DomainDb,
  id: number,
  pass: number,
  page: { readonly verbs: readonly DryRunVerb[]; readonly after: Buffer; readonly limit: number },
): Promise<DryRunObject[]> {
  const { rows } = await sql<{
    src: Buffer;
    verb: DryRunVerb;
    kind: number;
    src_id: string;
    size: number | null;
    reason: number;
    folder: string[];
    target_folder: string[] | null;
    notes: DryRunObject['notes'] | null;
  }>`
    select * from (
      select l.src, l.kind, l.src_id, l.size, l.reason, s.path as folder, t.path as target_folder,
             ${sql.raw(DRY_RUN_VERB)} as verb,
             (select jsonb_agg(jsonb_build_object('text', n.text, 'fix', n.fix, 'subject', n.subject) order by n.id)
                from object_note n
               where n.entry_id = l.entry_id and n.src = l.src and n.pass = l.pass
                 and n.code <> ${WOULD_OVERWRITE}) as notes
        from ledger l
        join container s on s.entry_id = l.entry_id and s.side = 0 and s.id = l.container
        left join container t on t.entry_id = l.entry_id and t.side = 1
             and t.id = coalesce(l.target_container, s.target_container)
       where l.entry_id = ${id} and l.pass = ${pass} and l.gone_pass is null and l.src > ${page.after}) as found
     where verb = any(${[...page.verbs]}::text[]) order by src limit ${page.limit}`.execute(db);
  return rows.map((row) => ({
    src: row.src,
    verb: row.verb,
    kind: kindOf(row.kind),
    id: row.src_id,
    folder: row.folder,
    targetFolder: row.target_folder ?? undefined,
    size: row.size === null ? undefined : Number(row.size),
    reason: reasonOf(row.reason),
    notes: row.notes ?? [],
  }));
}
