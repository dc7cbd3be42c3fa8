import { type Books, EMPTY_BOOKS } from '@sterna/core';
import { sql } from 'kysely';
import { stateOf } from '../codes.ts';
import type { DomainDb } from './domain-database.ts';

export interface EntryTotals {
  /** Each object once, as the ledger stands: what left the source meanwhile is not in it. */
  readonly books: Books;
  readonly bytes: number;
}

const NOTHING: EntryTotals = { books: EMPTY_BOOKS, bytes: 0 };

export async function totalsOf(db: DomainDb, entryIds: readonly number[]): Promise<ReadonlyMap<number, EntryTotals>> {
  const totals = new Map<number, { books: Record<string, number>; bytes: number }>();
  if (entryIds.length > 0) {
    const result = await sql<{ entry_id: number; state: number; objects: number; bytes: number }>`
      select entry_id, state, count(*) as objects, coalesce(sum(size), 0)::bigint as bytes
        from ledger where entry_id = any(${[...entryIds]}::bigint[]) and gone_pass is null
       group by entry_id, state`.execute(db);
    for (const row of result.rows) {
      const total = totals.get(row.entry_id) ?? { books: { ...EMPTY_BOOKS }, bytes: 0 };
      const state = stateOf(row.state);
      total.books[state] = (total.books[state] ?? 0) + row.objects;
      total.books.seen = (total.books.seen ?? 0) + row.objects;
      if (state === 'created' || state === 'updated' || state === 'unchanged') total.bytes += row.bytes;
      totals.set(row.entry_id, total);
    }
  }
  return new Map(
    entryIds.map((id) => {
      const total = totals.get(id);
      return [id, total === undefined ? NOTHING : { books: total.books as unknown as Books, bytes: total.bytes }];
    }),
  );
}

export interface NoteRow {
  readonly entry_id: number;
  readonly id: number;
  readonly kind: string;
  readonly pass: number;
  readonly folder: string[] | null;
  readonly src: Buffer | null;
  readonly src_id: string | null;
  readonly subject: string | null;
  readonly code: string;
  readonly text: string;
  readonly fix: string | null;
  readonly at: Date;
}

/** What needs words, oldest first. */
export async function notesOf(
  db: DomainDb,
  entryIds: readonly number[],
  options: {
    kinds?: readonly string[] | undefined;
    code?: string | undefined;
    pass?: number | undefined;
    after?: number | undefined;
    limit: number;
  },
): Promise<readonly NoteRow[]> {
  const kinds = options.kinds === undefined ? null : [...options.kinds];
  const result = await sql<NoteRow>`
    select n.entry_id, n.id, n.kind, n.pass, c.path as folder, n.src, n.src_id, n.subject, n.code, n.text, n.fix, n.at
      from object_note n
      left join container c on c.entry_id = n.entry_id and c.side = 0 and c.id = n.container
     where n.entry_id = any(${[...entryIds]}::bigint[]) and n.id > ${options.after ?? 0}
       and (${kinds}::text[] is null or n.kind = any(${kinds}::text[]))
       and (${options.code ?? null}::text is null or n.code = ${options.code ?? null})
       and (${options.pass ?? null}::integer is null or n.pass = ${options.pass ?? null})
     order by n.id limit ${options.limit}`.execute(db);
  return result.rows;
}

/** Emptying: what the frozen list holds and how much of it is still to be removed. */
export async function inventorySummary(
  db: DomainDb,
  entryId: number,
): Promise<{ objects: number; bytes: number; removed: number; folders: number }> {
  const result = await sql<{ objects: number; bytes: number; removed: number; folders: number }>`
    select count(*) as objects, coalesce(sum(size), 0)::bigint as bytes, count(*) filter (where done) as removed,
           count(distinct target_container) as folders
      from inventory where entry_id = ${entryId}`.execute(db);
  return result.rows[0] ?? { objects: 0, bytes: 0, removed: 0, folders: 0 };
}

/** What the entry's source held when it was last listed, folder by folder. */
export async function sourceTotals(
  db: DomainDb,
  entryId: number,
): Promise<readonly { key: string; total: number; glance: string | null }[]> {
  const result = await sql<{ key: string; total: number; glance: string | null }>`
    select key, total, glance from container where entry_id = ${entryId} and side = 0 and not gone`.execute(db);
  return result.rows;
}

/** Writing passes of each entry: how many, how long, and their books. */
export async function effortOf(
  db: DomainDb,
  entryIds: readonly number[],
): Promise<ReadonlyMap<number, { passes: number; seconds: number; books: readonly Books[] }>> {
  const result = await sql<{ entry_id: number; passes: number; seconds: number; books: Books[] | null }>`
    select entry_id, count(*) as passes, sum(active_seconds) as seconds,
           jsonb_agg(books) filter (where books is not null) as books
      from pass where entry_id = any(${[...entryIds]}::bigint[]) and kind in ('initial', 'delta')
     group by entry_id`.execute(db);
  return new Map(
    result.rows.map((row) => [row.entry_id, { passes: row.passes, seconds: row.seconds, books: row.books ?? [] }]),
  );
}
