import type { EntryStatus } from '@sterna/core';
import { sql } from 'kysely';
import { type DomainDb, isOneOf, type ProjectRow } from './domain-database.ts';

export type ProjectWithSystems = ProjectRow & {
  readonly source_name: string;
  readonly source_connector: string;
  readonly target_name: string;
  readonly target_connector: string;
};

export async function insertProject(
  db: DomainDb,
  project: {
    organizationId: number;
    name: string;
    sourceSystemId: number;
    targetSystemId: number;
    settings: unknown;
  },
): Promise<number> {
  const row = await db
    .insertInto('project')
    .values({
      organization_id: project.organizationId,
      name: project.name,
      source_system_id: project.sourceSystemId,
      target_system_id: project.targetSystemId,
      settings: JSON.stringify(project.settings),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

const projects = (db: DomainDb, organizationId: number) =>
  db
    .selectFrom('project')
    .innerJoin('system as source', 'source.id', 'project.source_system_id')
    .innerJoin('system as target', 'target.id', 'project.target_system_id')
    .selectAll('project')
    .select([
      'source.name as source_name',
      'source.connector as source_connector',
      'target.name as target_name',
      'target.connector as target_connector',
    ])
    .where('project.organization_id', '=', organizationId);

export const projectById = (
  db: DomainDb,
  organizationId: number,
  id: number,
): Promise<ProjectWithSystems | undefined> =>
  projects(db, organizationId).where('project.id', '=', id).executeTakeFirst();

/** All of them, or those among `only`. */
export const projectsOf = (
  db: DomainDb,
  organizationId: number,
  only?: readonly number[],
): Promise<readonly ProjectWithSystems[]> => {
  const all = projects(db, organizationId).orderBy('project.name');
  return (only === undefined ? all : all.where(isOneOf('project.id', only))).execute();
};

/** Live migration entries by status. */
export async function statusCounts(
  db: DomainDb,
  projectIds: readonly number[],
): Promise<ReadonlyMap<number, Readonly<Partial<Record<EntryStatus, number>>>>> {
  const counts = new Map<number, Partial<Record<EntryStatus, number>>>(projectIds.map((id) => [id, {}]));
  if (projectIds.length === 0) return counts;
  const rows = await db
    .selectFrom('entry')
    .select(['project_id', 'status', (eb) => eb.fn.countAll<number>().as('n')])
    .where('project_id', 'in', [...projectIds])
    .where('archived_at', 'is', null)
    .where('purpose', '=', 'migration')
    .groupBy(['project_id', 'status'])
    .execute();
  for (const row of rows) {
    const counted = row.project_id === null ? undefined : counts.get(row.project_id);
    if (counted !== undefined) counted[row.status] = row.n;
  }
  return counts;
}

export async function renameProjectRow(db: DomainDb, id: number, name: string): Promise<void> {
  await db.updateTable('project').set({ name }).where('id', '=', id).execute();
}

export async function updateProjectSettings(db: DomainDb, id: number, settings: unknown): Promise<void> {
  await db
    .updateTable('project')
    .set({ settings: JSON.stringify(settings), settings_version: sql<number>`settings_version + 1` })
    .where('id', '=', id)
    .execute();
}
