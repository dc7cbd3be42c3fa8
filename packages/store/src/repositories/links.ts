import type { ContentKind, LinkReason } from '@sterna/core';
import { sql } from 'kysely';
import { KIND_CODE, LINK_REASON } from '../codes.ts';
import { WRITTEN } from '../ledger/links.ts';
import type { DomainDb } from './domain-database.ts';

/** Links of copies that are in the target, of the live entries of a project. */
const linksIn = (projectId: number) => sql`
  link k
    join ledger l on l.entry_id = k.entry_id and l.src = k.src and ${sql.raw(WRITTEN)}
    join entry e on e.id = k.entry_id
   where e.project_id = ${projectId} and e.purpose = 'migration' and e.archived_at is null`;

export interface LinkCountRow {
  readonly entry_id: number;
  readonly source_address: string;
  readonly target_address: string;
  readonly kind: number;
  /** Null: rewritten, or why it stays was never noted. */
  readonly reason: number | null;
  readonly rewritten: boolean;
  readonly links: number;
}

/** By entry, kind and what became of them; entries without links aren't there. */
export async function linkCounts(
  db: DomainDb,
  projectId: number,
  page: { readonly entryId?: number | undefined; readonly after: number; readonly entries: number },
): Promise<readonly LinkCountRow[]> {
  const result = await sql<LinkCountRow>`
    with counted as (
      select k.entry_id, e.source_address, e.target_address, l.kind, k.reason, k.target_address is not null as rewritten,
             count(*) as links
        from ${linksIn(projectId)} and k.entry_id > ${page.after}
         and (${page.entryId ?? null}::bigint is null or k.entry_id = ${page.entryId ?? null})
       group by 1, 2, 3, 4, 5, 6), placed as (select counted.*, dense_rank() over (order by entry_id) as place from counted)
    select * from placed where place <= ${page.entries} order by entry_id, kind, rewritten desc, reason`.execute(db);
  return result.rows;
}

/** All links of a project: how many, and how many lead to a copy. */
export async function linkTotals(
  db: DomainDb,
  projectId: number,
): Promise<{ readonly found: number; readonly rewritten: number }> {
  const result = await sql<{ found: number; rewritten: number }>`
    select count(*) as found, count(k.target_address) as rewritten from ${linksIn(projectId)}`.execute(db);
  return result.rows[0] ?? { found: 0, rewritten: 0 };
}

export interface LinkListRow {
  readonly entry_id: number;
  readonly src: Buffer;
  readonly place: number;
  readonly source_address: string;
  readonly kind: number;
  readonly folder: string[] | null;
  readonly src_id: string;
  readonly subject: string | null;
  readonly address: string;
  readonly target: string | null;
  readonly reason: number | null;
}

export interface LinkFilter {
  readonly entryId?: number | undefined;
  readonly kind?: ContentKind | undefined;
  readonly state?: 'rewritten' | 'kept' | undefined;
  readonly reason?: LinkReason | undefined;
}

/** One by one, entry by entry, object by object, in their order within it. */
export async function linkList(
  db: DomainDb,
  projectId: number,
  { entryId, kind, state, reason }: LinkFilter,
  page: {
    readonly after: { readonly entryId: number; readonly src: Buffer; readonly place: number } | undefined;
    readonly limit: number;
  },
): Promise<readonly LinkListRow[]> {
  const { after } = page;
  const result = await sql<LinkListRow>`
    select t.*, c.path as folder from (
      select k.entry_id, k.src, k.place, e.source_address, l.kind, l.container, l.src_id, k.subject, k.address,
             k.target_address as target, k.reason
        from ${linksIn(projectId)}
         ${after === undefined ? sql`` : sql`and (k.entry_id, k.src, k.place) > (${after.entryId}, ${after.src}, ${after.place})`}
         ${entryId === undefined ? sql`` : sql`and k.entry_id = ${entryId}`}
         ${kind === undefined ? sql`` : sql`and l.kind = ${KIND_CODE[kind]}`}
         ${state === undefined ? sql`` : state === 'kept' ? sql`and k.target_address is null` : sql`and k.target_address is not null`}
         ${reason === undefined ? sql`` : sql`and k.target_address is null and k.reason = ${LINK_REASON[reason]}`}
       order by k.entry_id, k.src, k.place limit ${page.limit}) t
      left join container c on c.entry_id = t.entry_id and c.side = 0 and c.id = t.container
     order by t.entry_id, t.src, t.place`.execute(db);
  return result.rows;
}
