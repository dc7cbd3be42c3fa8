import {
  type DomainDb,
  type EntryRow,
  entryById,
  listedEntries,
  lockEntry,
  type OrganizationTransaction,
  type PassRow,
  type ProjectWithSystems,
  passById,
  projectById,
  projectOfEntry,
  projectsOf,
  type RemigrationRow,
  remigrationById,
  type ScheduleRow,
  type SystemRow,
  scheduleById,
  systemById,
} from '@sterna/store';
import { found, mayIn, notAllowed, notFound, projectsToRead } from './access.ts';
import type { Actor, Scope } from './context.ts';

/*
 * The ways from an id in a request to what it names. Each finds nothing (`not-found`) where the actor may not even read
 * the project that it belongs to, and refuses (`not-allowed`) what needs more than they may do there.
 */

/** @throws SternaError config `not-found`; auth `not-allowed` */
export function requireIn(
  actor: Actor,
  scope: Scope,
  projectId: number | null,
  what: string,
  id: number | string,
): void {
  if (!mayIn(actor, 'read', projectId)) throw notFound(what, id);
  if (!mayIn(actor, scope, projectId)) throw notAllowed(actor, scope);
}

export async function reachProject(db: DomainDb, actor: Actor, scope: Scope, id: number): Promise<ProjectWithSystems> {
  const row = found(await projectById(db, actor.organizationId, id), 'project', id);
  requireIn(actor, scope, row.id, 'project', id);
  return row;
}

/** Backups, restores and dry runs count to the project of the entry that they were made for. */
export async function homeOf(db: DomainDb, entry: EntryRow): Promise<number | null> {
  return entry.project_id ?? projectOfEntry(db, entry.organization_id, entry.id);
}

/** Of any purpose. */
export async function reachEntry(
  db: DomainDb,
  actor: Actor,
  scope: Scope,
  id: number,
  what: 'entry' | 'backup' = 'entry',
): Promise<EntryRow> {
  const row = await entryById(db, actor.organizationId, id);
  const entry = found(what === 'backup' && row?.purpose !== 'backup' ? undefined : row, what, id);
  requireIn(actor, scope, await homeOf(db, entry), what, id);
  return entry;
}

/** An entry of the user list: internal ones (backups) don't exist for these functions. */
export async function listedEntry(db: DomainDb, actor: Actor, scope: Scope, id: number): Promise<EntryRow> {
  const row = await entryById(db, actor.organizationId, id);
  return ofTheList(row, actor, scope, id);
}

/** The same, locked for the rest of the transaction: it is about to change. */
export async function lockListedEntry(tx: OrganizationTransaction, actor: Actor, id: number): Promise<EntryRow> {
  return ofTheList(await lockEntry(tx.db, actor.organizationId, id), actor, 'operate', id);
}

function ofTheList(row: EntryRow | undefined, actor: Actor, scope: Scope, id: number): EntryRow {
  const entry = found(row?.purpose === 'migration' ? row : undefined, 'entry', id);
  requireIn(actor, scope, entry.project_id, 'entry', id);
  return entry;
}

/** Those of the user list that the actor may see, by id. */
export async function readableEntries(
  db: DomainDb,
  actor: Actor,
  ids: readonly number[],
  options: { lock: boolean },
): Promise<readonly EntryRow[]> {
  const rows = await listedEntries(db, actor.organizationId, ids, options);
  return rows.filter((row) => mayIn(actor, 'read', row.project_id));
}

export async function reachPass(db: DomainDb, actor: Actor, scope: Scope, id: number): Promise<PassRow> {
  const row = found(await passById(db, actor.organizationId, id), 'pass', id);
  requireIn(actor, scope, await projectOfEntry(db, actor.organizationId, row.entry_id), 'pass', id);
  return row;
}

export async function reachRemigration(db: DomainDb, actor: Actor, scope: Scope, id: number): Promise<RemigrationRow> {
  const row = found(await remigrationById(db, actor.organizationId, id), 'remigration', id);
  requireIn(actor, scope, await projectOfEntry(db, actor.organizationId, row.entry_id), 'remigration', id);
  return row;
}

export async function reachSchedule(db: DomainDb, actor: Actor, scope: Scope, id: number): Promise<ScheduleRow> {
  const row = found(await scheduleById(db, actor.organizationId, id), 'schedule', id);
  requireIn(actor, scope, row.project_id, 'schedule', id);
  return row;
}

/** A system counts to every project that it is the source or target of. Internal ones don't exist for people. */
export async function reachSystem(db: DomainDb, actor: Actor, scope: Scope, id: number): Promise<SystemRow> {
  const row = await systemById(db, actor.organizationId, id);
  const system = found(row?.internal === true ? undefined : row, 'system', id);
  if (actor.scopes.includes(scope)) return system;
  const projects = (await projectsOf(db, actor.organizationId, projectsToRead(actor))).filter((project) =>
    [project.source_system_id, project.target_system_id].includes(id),
  );
  if (!actor.scopes.includes('read') && projects.length === 0) throw notFound('system', id);
  if (!projects.some((project) => mayIn(actor, scope, project.id))) throw notAllowed(actor, scope);
  return system;
}

/** Of the projects that the actor may read; undefined: whichever there are. */
export async function readableSystemIds(db: DomainDb, actor: Actor): Promise<ReadonlySet<number> | undefined> {
  const only = projectsToRead(actor);
  if (only === undefined) return undefined;
  const projects = await projectsOf(db, actor.organizationId, only);
  return new Set(projects.flatMap((project) => [project.source_system_id, project.target_system_id]));
}
