import type { PassEvidence } from '@sterna/core';
import { type Selectable, sql } from 'kysely';
import type { Domain } from '../schema.ts';
import type { DomainDb } from './domain-database.ts';

export type CutoverItemRow = Selectable<Domain['cutover_item']>;

/** Lines that somebody touched or added, removed ones left out. */
export const cutoverItemsOf = (db: DomainDb, projectId: number, batch?: string): Promise<readonly CutoverItemRow[]> => {
  const query = db
    .selectFrom('cutover_item')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('removed_at', 'is', null)
    .orderBy('position')
    .orderBy('key');
  return (batch === undefined ? query : query.where('batch', '=', batch)).execute();
};

/** A number for the next line of a batch's own; those of removed ones are not given again. */
export async function nextOwnLine(db: DomainDb, projectId: number, batch: string): Promise<number> {
  const result = await sql<{ n: number }>`
    select coalesce(max(substr(key, 5)::integer), 0) + 1 as n from cutover_item
     where project_id = ${projectId} and batch = ${batch} and key like 'own-%'`.execute(db);
  return result.rows[0]?.n ?? 1;
}

export async function writeCutoverItem(db: DomainDb, item: CutoverItemRow): Promise<void> {
  await db
    .insertInto('cutover_item')
    .values(item)
    .onConflict((conflict) =>
      conflict.columns(['project_id', 'batch', 'key']).doUpdateSet({
        title: item.title,
        note: item.note,
        done_at: item.done_at,
        done_by: item.done_by,
        removed_at: item.removed_at,
      }),
    )
    .execute();
}

export interface BatchEvidence {
  readonly batch: string;
  readonly delta: PassEvidence;
  readonly verify: PassEvidence;
}

interface EvidenceRow {
  readonly batch: string;
  readonly entries: number;
  readonly [count: string]: unknown;
}

/** The last writing pass and the last verify of each live entry, counted by batch. */
export async function cutoverEvidence(
  db: DomainDb,
  projectId: number,
  batch?: string,
): Promise<readonly BatchEvidence[]> {
  const result = await sql<EvidenceRow>`
    select (coalesce(e.batch, '') collate "C") as batch, count(*) as entries,
           count(*) filter (where w.kind = 'delta' and w.status = 'completed') as d_done,
           count(*) filter (where w.kind = 'delta' and w.status = 'completed with failures') as d_failures,
           count(*) filter (where w.kind = 'delta' and w.status in ('failed', 'stopped')) as d_failed,
           count(*) filter (where w.kind = 'delta' and w.ended_at is null) as d_running,
           count(*) filter (where w.kind is distinct from 'delta') as d_none,
           min(w.ended_at) filter (where w.kind = 'delta') as d_first,
           max(w.ended_at) filter (where w.kind = 'delta') as d_last,
           count(*) filter (where v.status = 'completed') as v_done,
           count(*) filter (where v.status = 'completed with failures') as v_failures,
           count(*) filter (where v.status in ('failed', 'stopped')) as v_failed,
           count(*) filter (where v.status is not null and v.ended_at is null) as v_running,
           count(*) filter (where v.status is null) as v_none,
           count(*) filter (where v.ended_at is not null and v.number < w.number) as v_stale,
           min(v.ended_at) as v_first, max(v.ended_at) as v_last
      from entry e
      left join lateral (
        select p.number, p.kind, p.status, p.ended_at from pass p
         where p.entry_id = e.id and p.kind in ('initial', 'delta') order by p.number desc limit 1) w on true
      left join lateral (
        select p.number, p.status, p.ended_at from pass p
         where p.entry_id = e.id and p.kind = 'verify' order by p.number desc limit 1) v on true
     where e.project_id = ${projectId} and e.purpose = 'migration' and e.archived_at is null
       and (${batch ?? null}::text is null or (coalesce(e.batch, '') collate "C") = ${batch ?? null})
     group by 1 order by 1`.execute(db);
  return result.rows.map((row) => ({
    batch: row.batch,
    delta: evidenceOf(row, 'd', 0),
    verify: evidenceOf(row, 'v', row.v_stale as number),
  }));
}

const evidenceOf = (row: EvidenceRow, side: 'd' | 'v', stale: number): PassEvidence => ({
  entries: row.entries,
  done: row[`${side}_done`] as number,
  withFailures: row[`${side}_failures`] as number,
  failed: row[`${side}_failed`] as number,
  running: row[`${side}_running`] as number,
  none: row[`${side}_none`] as number,
  stale,
  firstEndedAt: (row[`${side}_first`] as Date | null) ?? undefined,
  lastEndedAt: (row[`${side}_last`] as Date | null) ?? undefined,
});
