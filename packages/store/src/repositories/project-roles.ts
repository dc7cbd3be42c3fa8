import { sql } from 'kysely';
import type { Domain } from '../schema.ts';
import type { DomainDb } from './domain-database.ts';

export type ProjectRole = Domain['project_role']['role'];

export interface ProjectMemberRow {
  readonly account_id: number;
  readonly email: string;
  readonly organization_role: Domain['account']['role'];
  readonly role: ProjectRole;
  readonly created_at: Date;
}

/** Who has a role in the project; people who were removed don't exist. */
export const projectMembers = (db: DomainDb, projectId: number): Promise<readonly ProjectMemberRow[]> =>
  db
    .selectFrom('project_role')
    .innerJoin('account', 'account.id', 'project_role.account_id')
    .select(['project_role.account_id', 'project_role.role', 'project_role.created_at', 'account.email'])
    .select('account.role as organization_role')
    .where('project_role.project_id', '=', projectId)
    .where('account.removed_at', 'is', null)
    .orderBy('account.email')
    .execute();

export async function putProjectRole(
  db: DomainDb,
  accountId: number,
  projectId: number,
  role: ProjectRole,
): Promise<void> {
  await db
    .insertInto('project_role')
    .values({ account_id: accountId, project_id: projectId, role })
    .onConflict((conflict) => conflict.columns(['account_id', 'project_id']).doUpdateSet({ role }))
    .execute();
}

/** In one project, or in all. */
export async function deleteProjectRoles(db: DomainDb, accountId: number, projectId?: number): Promise<void> {
  let query = db.deleteFrom('project_role').where('account_id', '=', accountId);
  if (projectId !== undefined) query = query.where('project_id', '=', projectId);
  await query.execute();
}

/** Where an entry belongs, for good. */
export interface EntryHome {
  readonly organizationId: number;
  /** Backups, restores and dry runs belong to the project of the entry that they were made for. Null: to none. */
  readonly projectId: number | null;
}

/** @returns undefined where there is no such entry */
export async function homeOfEntry(db: DomainDb, entryId: number): Promise<EntryHome | undefined> {
  const result = await sql<{ organization_id: number; project_id: number | null }>`
    with recursive origin as (
      select organization_id, project_id, replaces_entry_id from entry where id = ${entryId}
      union all
      select e.organization_id, e.project_id, e.replaces_entry_id
        from origin join entry e on e.id = origin.replaces_entry_id
       where origin.project_id is null)
    select organization_id, max(project_id) as project_id from origin group by 1`.execute(db);
  const [row] = result.rows;
  return row === undefined ? undefined : { organizationId: row.organization_id, projectId: row.project_id };
}

/** Of an entry; a backup's, a restore's and a dry run's is that of the entry they were made for. Null: none has it. */
export async function projectOfEntry(db: DomainDb, organizationId: number, entryId: number): Promise<number | null> {
  const home = await homeOfEntry(db, entryId);
  return home?.organizationId === organizationId ? home.projectId : null;
}
