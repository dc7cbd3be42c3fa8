import type { ContentKind } from '@sterna/core';
import { sql } from 'kysely';
import { KIND_CODE, kindOf, STATE_CODE } from '../codes.ts';
import type { DomainDb, EntryRow } from './domain-database.ts';

export interface FailureGroupRow {
  readonly code: string;
  readonly state: number;
  readonly objects: number;
  readonly text: string | null;
  readonly fix: string | null;
  readonly first_at: Date | null;
  readonly last_at: Date | null;
  readonly sample: readonly {
    readonly note: number | null;
    readonly folder: string[] | null;
    readonly subject: string | null;
    readonly text: string | null;
    readonly pass: number;
  }[];
}

/**
 * What is failed or uncertain as the books stand. The ledger decides which objects; their newest note says why. A note
 * alone doesn't count: a later pass may have settled its object. A folder that the target refused in the last pass that
 * writes, and that held nothing which could fail with it, is told in its own right, as an object without a key.
 */
const unsettled = (entryId: number) => sql`
  select l.state, l.container, l.src, l.size, n.id as note, c.path as folder, n.subject, n.text, n.fix, l.pass, n.at,
         coalesce(n.code, case l.state when ${STATE_CODE.uncertain} then 'uncertain' else 'failed' end) as code
    from ledger l
    left join container c on c.entry_id = l.entry_id and c.side = 0 and c.id = l.container
    left join lateral (
      select n.id, n.code, n.text, n.fix, n.subject, n.at from object_note n
       where n.entry_id = l.entry_id and n.src = l.src and n.pass = l.pass and n.kind in ('failure', 'uncertain')
       order by n.id desc limit 1) n on true
   where l.entry_id = ${entryId} and l.gone_pass is null
     and l.state in (${STATE_CODE.uncertain}, ${STATE_CODE.failed})
  union all
  select ${STATE_CODE.failed}::smallint, n.container, '\\x'::bytea, null, n.id, c.path, n.subject, n.text, n.fix, n.pass, n.at, n.code
    from object_note n
    join container c on c.entry_id = n.entry_id and c.side = 0 and c.id = n.container
   where n.entry_id = ${entryId} and n.kind = 'failure' and n.src is null
     and n.pass = (select max(p.number) from pass p where p.entry_id = ${entryId} and p.kind in ('initial', 'delta')
         and p.status <> 'queued')
     and not exists (select from ledger l where l.entry_id = n.entry_id and l.container = n.container
       and l.gone_pass is null and l.state = ${STATE_CODE.failed})`;

/** By cause, the most frequent first. */
export async function failureGroups(
  db: DomainDb,
  entryId: number,
  sample: number,
): Promise<readonly FailureGroupRow[]> {
  const result = await sql<FailureGroupRow>`
    with told as (${unsettled(entryId)}), ranked as (
      select told.*, row_number() over (partition by code, state order by note desc nulls last) as place from told
    )
    select code, state, count(*) as objects, min(at) as first_at, max(at) as last_at,
           (array_agg(text order by place))[1] as text, (array_agg(fix order by place))[1] as fix,
           coalesce(jsonb_agg(jsonb_build_object('note', note, 'folder', to_jsonb(folder), 'subject', subject,
             'text', text, 'pass', pass) order by place) filter (where place <= ${sample}), '[]') as sample
      from ranked group by code, state order by count(*) desc, code`.execute(db);
  return result.rows;
}

export interface FailedObjectRow {
  readonly container: number;
  readonly src: Buffer;
  readonly note: number | null;
  readonly folder: string[] | null;
  readonly subject: string | null;
  readonly text: string | null;
  readonly size: number | null;
  readonly pass: number;
  readonly at: Date | null;
}

/** The objects of one group, folder by folder. */
export async function failedObjects(
  db: DomainDb,
  entryId: number,
  options: {
    code: string;
    state: number;
    after?: { container: number; src: Buffer } | undefined;
    limit: number;
  },
): Promise<readonly FailedObjectRow[]> {
  const { code, state, limit } = options;
  const after = options.after ?? { container: -1, src: Buffer.alloc(0) };
  const result = await sql<FailedObjectRow>`
    with told as (${unsettled(entryId)})
    select container, src, note, folder, subject, text, size, pass, at from told
     where code = ${code} and state = ${state} and (container, src) > (${after.container}, ${after.src})
     order by container, src limit ${limit}`.execute(db);
  return result.rows;
}

/** An entry, those that it replaces one after the other, and those that replaced it; oldest first. */
export async function lineageOf(
  db: DomainDb,
  entryId: number,
): Promise<
  readonly Pick<EntryRow, 'id' | 'source_address' | 'target_address' | 'status' | 'created_at' | 'archived_at'>[]
> {
  const result = await sql<EntryRow>`
    with recursive before as (
      select id, replaces_entry_id from entry where id = ${entryId}
      union select e.id, e.replaces_entry_id from entry e join before b on e.id = b.replaces_entry_id
    ), after as (
      select id from entry where id = ${entryId}
      union select e.id from entry e join after a on e.replaces_entry_id = a.id and e.purpose = 'migration'
    )
    select id, source_address, target_address, status, created_at, archived_at from entry
     where id in (select id from before union select id from after) order by id`.execute(db);
  return result.rows;
}

export interface NotedObject {
  readonly kind: string;
  readonly code: string;
  readonly subject: string | null;
  readonly content_kind: ContentKind;
  readonly src_id: string | null;
  /** Of the content as it was migrated. */
  readonly digest: Buffer | null;
  readonly target_id: string | null;
  readonly source_key: string | null;
  readonly source_path: string[] | null;
  readonly target_key: string | null;
  readonly target_path: string[] | null;
}

/** Where the object of a note lies on both sides, by the books; undefined where the entry has no such note. */
export async function objectOfNote(db: DomainDb, entryId: number, noteId: number): Promise<NotedObject | undefined> {
  const result = await sql<Omit<NotedObject, 'content_kind'> & { content_kind: number | null }>`
    select n.kind, n.code, n.subject, coalesce(l.src_id, n.src_id) as src_id, l.digest, l.target_id,
           s.key as source_key, s.path as source_path, s.kind as content_kind, t.key as target_key, t.path as target_path
      from object_note n
      left join ledger l on l.entry_id = n.entry_id and l.src = n.src
      left join container s on s.entry_id = n.entry_id and s.side = 0 and s.id = coalesce(l.container, n.container)
      left join container t on t.entry_id = n.entry_id and t.side = 1 and t.id = l.target_container
     where n.entry_id = ${entryId} and n.id = ${noteId}`.execute(db);
  const row = result.rows[0];
  return row === undefined ? undefined : { ...row, content_kind: kindOf(row.content_kind ?? KIND_CODE.message) };
}

/** How many notes of each kind and code a pass (or all of them) left. */
export async function noteCounts(
  db: DomainDb,
  entryIds: readonly number[],
  options: { pass?: number | undefined; kinds?: readonly string[] | undefined },
): Promise<readonly { kind: string; code: string; text: string; objects: number }[]> {
  const kinds = options.kinds === undefined ? null : [...options.kinds];
  const result = await sql<{ kind: string; code: string; text: string; objects: number }>`
    select kind, code, max(text) as text, count(*) as objects from object_note
     where entry_id = any(${[...entryIds]}::bigint[])
       and (${options.pass ?? null}::integer is null or pass = ${options.pass ?? null})
       and (${kinds}::text[] is null or kind = any(${kinds}::text[]))
     group by kind, code order by count(*) desc, code`.execute(db);
  return result.rows;
}
