import { type EntryStatus, entryKey, type ItemType } from '@sterna/core';
import { type ExpressionBuilder, type SqlBool, sql, type Updateable } from 'kysely';
import type { Domain } from '../schema.ts';
import { type DomainDb, type EntryRow, isOneOf } from './domain-database.ts';

export interface NewEntry {
  /** From `reserveIds`. */
  readonly id: number;
  readonly organizationId: number;
  readonly projectId: number | null;
  readonly itemType: ItemType;
  readonly purpose: EntryRow['purpose'];
  readonly sourceSystemId: number;
  readonly targetSystemId: number;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  readonly sealedSourceCredentials: Buffer | null;
  readonly sealedTargetCredentials: Buffer | null;
  readonly displayName: string | null;
  readonly batch: string | null;
  readonly settings: unknown;
  readonly merge: boolean;
  readonly replacesEntryId: number | null;
}

/** Rows of one statement stay under PostgreSQL's 65,535 parameters. */
const CHUNK = 2_000;

export async function insertEntries(db: DomainDb, entries: readonly NewEntry[]): Promise<void> {
  for (let at = 0; at < entries.length; at += CHUNK)
    await db
      .insertInto('entry')
      .values(
        entries.slice(at, at + CHUNK).map((entry) => ({
          id: entry.id,
          organization_id: entry.organizationId,
          project_id: entry.projectId,
          item_type: entry.itemType,
          purpose: entry.purpose,
          source_system_id: entry.sourceSystemId,
          target_system_id: entry.targetSystemId,
          source_address: entry.sourceAddress,
          target_address: entry.targetAddress,
          sealed_source_credentials: entry.sealedSourceCredentials,
          sealed_target_credentials: entry.sealedTargetCredentials,
          display_name: entry.displayName,
          batch: entry.batch,
          settings: JSON.stringify(entry.settings),
          merge: entry.merge,
          replaces_entry_id: entry.replacesEntryId,
        })),
      )
      .execute();
}

/** Of this organization, whatever its purpose. */
export const entryById = (db: DomainDb, organizationId: number, id: number): Promise<EntryRow | undefined> =>
  db
    .selectFrom('entry')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();

/** The same, locked until the transaction ends: the engine's status changes wait. */
export const lockEntry = (db: DomainDb, organizationId: number, id: number): Promise<EntryRow | undefined> =>
  db
    .selectFrom('entry')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();

export async function updateEntryRow(db: DomainDb, id: number, change: Updateable<Domain['entry']>): Promise<EntryRow> {
  return db.updateTable('entry').set(change).where('id', '=', id).returningAll().executeTakeFirstOrThrow();
}

/** `entryKey` of the project's live migration entries. */
export async function liveEntryKeys(db: DomainDb, projectId: number): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('entry')
    .select(['id', 'item_type', 'source_address', 'target_address'])
    .where('project_id', '=', projectId)
    .where('purpose', '=', 'migration')
    .where('archived_at', 'is', null)
    .execute();
  return new Map(
    rows.map((row) => [
      entryKey({ itemType: row.item_type, sourceAddress: row.source_address, targetAddress: row.target_address }),
      row.id,
    ]),
  );
}

/** Archived entries with the same source and target: their objects may still be in the target. */
export const archivedTwins = (db: DomainDb, entry: EntryRow): Promise<readonly EntryRow[]> =>
  db
    .selectFrom('entry')
    .selectAll()
    .where('organization_id', '=', entry.organization_id)
    .where('id', '!=', entry.id)
    .where('purpose', '=', 'migration')
    .where('archived_at', 'is not', null)
    .where('status', '!=', 'not started')
    .where('target_system_id', '=', entry.target_system_id)
    .where('source_system_id', '=', entry.source_system_id)
    .where(sql`lower(target_address)`, '=', entry.target_address.toLowerCase())
    .where(sql`lower(source_address)`, '=', entry.source_address.toLowerCase())
    .orderBy('id', 'desc')
    .execute();

/** Other live entries into the same target endpoint. */
export const targetNeighbours = (db: DomainDb, entry: EntryRow): Promise<readonly EntryRow[]> =>
  db
    .selectFrom('entry')
    .selectAll()
    .where('organization_id', '=', entry.organization_id)
    .where('id', '!=', entry.id)
    .where('purpose', '=', 'migration')
    .where('archived_at', 'is', null)
    .where('target_system_id', '=', entry.target_system_id)
    .where(sql`lower(target_address)`, '=', entry.target_address.toLowerCase())
    .orderBy('id')
    .execute();

export interface EntryQuery {
  readonly organizationId: number;
  readonly projectId: number;
  readonly status?: readonly EntryStatus[] | undefined;
  readonly batch?: string | undefined;
  readonly itemType?: ItemType | undefined;
  readonly search?: string | undefined;
  readonly archived: boolean;
  /** Only these, or all but these. */
  readonly among?: readonly number[] | undefined;
  readonly except?: readonly number[] | undefined;
}
export type EntryOrder = 'id' | 'source' | 'target' | 'status' | 'batch';

const ORDER = {
  id: sql<string>`entry.id`,
  source: sql<string>`lower(entry.source_address) collate "C"`,
  target: sql<string>`lower(entry.target_address) collate "C"`,
  status: sql<string>`entry.status collate "C"`,
  batch: sql<string>`coalesce(entry.batch, '') collate "C"`,
} as const;

function matching(query: EntryQuery) {
  return (eb: ExpressionBuilder<Domain, 'entry'>) => {
    const conditions = [
      eb('entry.organization_id', '=', query.organizationId),
      eb('entry.project_id', '=', query.projectId),
      eb('entry.purpose', '=', 'migration'),
      eb('entry.archived_at', query.archived ? 'is not' : 'is', null),
    ];
    if (query.status !== undefined && query.status.length > 0) conditions.push(eb('entry.status', 'in', query.status));
    if (query.batch !== undefined)
      conditions.push(query.batch === '' ? eb('entry.batch', 'is', null) : eb('entry.batch', '=', query.batch));
    if (query.itemType !== undefined) conditions.push(eb('entry.item_type', '=', query.itemType));
    if (query.search !== undefined && query.search !== '') {
      const pattern = `%${query.search.replace(/[\\%_]/g, '\\$&')}%`;
      conditions.push(
        eb.or([
          eb('entry.source_address', 'ilike', pattern),
          eb('entry.target_address', 'ilike', pattern),
          eb('entry.display_name', 'ilike', pattern),
        ]),
      );
    }
    const all: ReturnType<typeof eb.and>[] = conditions;
    if (query.among !== undefined) all.push(sql<SqlBool>`entry.id = any(${[...query.among]}::bigint[])` as never);
    if (query.except !== undefined) all.push(sql<SqlBool>`entry.id <> all(${[...query.except]}::bigint[])` as never);
    return eb.and(all);
  };
}

export interface EntryPage {
  readonly rows: readonly EntryRow[];
  /** Sort values of the last row, where more follow. */
  readonly next: readonly [string, number] | undefined;
}

/** Keyset paging: as fast on the last page as on the first, and stable while entries come and go. */
export async function pageOfEntries(
  db: DomainDb,
  query: EntryQuery,
  page: {
    order: EntryOrder;
    descending: boolean;
    after: readonly [string, number] | undefined;
    /** Rows to leave out first, for a jump into the middle of a list. */
    skip?: number | undefined;
    limit: number;
  },
): Promise<EntryPage> {
  const by = ORDER[page.order];
  const direction = page.descending ? 'desc' : 'asc';
  let select = db
    .selectFrom('entry')
    .selectAll('entry')
    .select(sql<string>`(${by})::text`.as('sort_value'))
    .where(matching(query));
  if (page.after !== undefined) {
    const [value, id] = page.after;
    const comparison = sql.raw(page.descending ? '<' : '>');
    select = select.where(
      page.order === 'id'
        ? sql<SqlBool>`entry.id ${comparison} ${id}`
        : sql<SqlBool>`(${by}, entry.id) ${comparison} (${value} collate "C", ${id}::bigint)`,
    );
  }
  const rows = await select
    .orderBy(by, direction)
    .orderBy('entry.id', direction)
    .limit(page.limit + 1)
    .offset(page.skip ?? 0)
    .execute();
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return { rows: items, next: rows.length > page.limit && last !== undefined ? [last.sort_value, last.id] : undefined };
}

export async function countEntries(db: DomainDb, query: EntryQuery): Promise<number> {
  const row = await db
    .selectFrom('entry')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where(matching(query))
    .executeTakeFirstOrThrow();
  return row.n;
}

export async function entryIdsOf(db: DomainDb, query: EntryQuery): Promise<readonly number[]> {
  const rows = await db.selectFrom('entry').select('entry.id').where(matching(query)).orderBy('entry.id').execute();
  return rows.map((row) => row.id);
}

/** All live migration entries of a project, for exports. */
export const entriesOfProject = (db: DomainDb, projectId: number): Promise<readonly EntryRow[]> =>
  db
    .selectFrom('entry')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('purpose', '=', 'migration')
    .where('archived_at', 'is', null)
    .orderBy('id')
    .execute();

/**
 * Backups and the like of this organization. `of`: those made of that entry's target; `projects`: of entries of these.
 */
export async function internalEntries(
  db: DomainDb,
  organizationId: number,
  purpose: 'backup' | 'restore',
  only: { of?: number | undefined; projects?: readonly number[] | undefined } = {},
): Promise<readonly EntryRow[]> {
  let query = db
    .selectFrom('entry')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('purpose', '=', purpose);
  const { of, projects } = only;
  if (of !== undefined) query = query.where('replaces_entry_id', '=', of);
  if (projects !== undefined)
    query = query.where('replaces_entry_id', 'in', (entries) =>
      entries.selectFrom('entry as made_for').select('made_for.id').where(isOneOf('made_for.project_id', projects)),
    );
  return query.orderBy('id', 'desc').execute();
}

export async function batchesOf(
  db: DomainDb,
  projectId: number,
): Promise<readonly { batch: string | null; entries: number }[]> {
  return db
    .selectFrom('entry')
    .select(['batch', (eb) => eb.fn.countAll<number>().as('entries')])
    .where('project_id', '=', projectId)
    .where('purpose', '=', 'migration')
    .where('archived_at', 'is', null)
    .groupBy('batch')
    .orderBy('batch')
    .execute();
}
