import {
  diffSettings,
  mergePatch,
  mergeSettings,
  parseSettings,
  type Settings,
  type SettingsDifference,
  type SettingsPatch,
  SternaError,
} from '@sterna/core';
import {
  inOrganization,
  insertProject,
  type ProjectWithSystems,
  projectsOf,
  renameProjectRow,
  statusCounts,
  systemById,
  updateProjectSettings,
  violatedIndex,
} from '@sterna/store';
import { found, nameTaken, projectsToRead, readName, requireScope, requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { reachProject } from './reach.ts';
import { connectorOf } from './systems.ts';

export interface ProjectView {
  readonly id: number;
  readonly name: string;
  readonly source: { readonly id: number; readonly name: string; readonly connector: string };
  readonly target: { readonly id: number; readonly name: string; readonly connector: string };
  readonly settings: Settings;
  readonly settingsVersion: number;
  /** Live migration entries by status. */
  readonly entries: Readonly<Record<string, number>>;
  readonly createdAt: Date;
}

const projectView = (row: ProjectWithSystems, entries: Readonly<Record<string, number>>): ProjectView => ({
  id: row.id,
  name: row.name,
  source: { id: row.source_system_id, name: row.source_name, connector: row.source_connector },
  target: { id: row.target_system_id, name: row.target_name, connector: row.target_connector },
  settings: parseSettings(row.settings),
  settingsVersion: row.settings_version,
  entries,
  createdAt: row.created_at,
});

async function viewOf(db: Context['db'], actor: Actor, projectId: number): Promise<ProjectView> {
  const row = await reachProject(db, actor, 'read', projectId);
  const counts = await statusCounts(db, [row.id]);
  return projectView(row, counts.get(row.id) ?? {});
}

/** @throws SternaError config `name-taken` | `settings-invalid` …; `not-found` for a system of nobody or of others */
export async function createProject(
  context: Context,
  actor: Actor,
  input: { name: string; sourceSystemId: number; targetSystemId: number; settings?: SettingsPatch | undefined },
): Promise<ProjectView> {
  requireScope(actor, 'admin');
  const name = readName(input.name);
  const settings = mergeSettings({}, input.settings ?? {});
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const visible = async (id: number) => {
      const row = await systemById(tx.db, actor.organizationId, id);
      return found(row?.internal === true ? undefined : row, 'system', id);
    };
    const source = await visible(input.sourceSystemId);
    const target = await visible(input.targetSystemId);
    if (!connectorOf(context, source.connector).canRead)
      throw new SternaError('config', 'system-write-only', `The system ${source.name} can't be read.`, {
        field: 'sourceSystemId',
        fix: 'Choose another source.',
      });
    if (!connectorOf(context, target.connector).canWrite)
      throw new SternaError('config', 'system-read-only', `The system ${target.name} can't be written to.`, {
        field: 'targetSystemId',
        fix: 'Choose another target.',
      });
    const id = await insertProject(tx.db, {
      organizationId: actor.organizationId,
      name,
      sourceSystemId: source.id,
      targetSystemId: target.id,
      settings,
    }).catch((error: unknown) => {
      if (violatedIndex(error) !== undefined) throw nameTaken('a project', name);
      throw error;
    });
    tx.audit('project.create', `project/${id}`, { name, source: source.name, target: target.name });
    return viewOf(tx.db, actor, id);
  });
}

export async function getProject(context: Context, actor: Actor, input: { projectId: number }): Promise<ProjectView> {
  requireSomewhere(actor, 'read');
  return viewOf(context.db, actor, input.projectId);
}

export async function listProjects(context: Context, actor: Actor): Promise<readonly ProjectView[]> {
  requireSomewhere(actor, 'read');
  const rows = await projectsOf(context.db, actor.organizationId, projectsToRead(actor));
  const counts = await statusCounts(
    context.db,
    rows.map((row) => row.id),
  );
  return rows.map((row) => projectView(row, counts.get(row.id) ?? {}));
}

export async function renameProject(
  context: Context,
  actor: Actor,
  input: { projectId: number; name: string },
): Promise<ProjectView> {
  requireSomewhere(actor, 'admin');
  const name = readName(input.name);
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const before = await reachProject(tx.db, actor, 'admin', input.projectId);
    await renameProjectRow(tx.db, before.id, name).catch((error: unknown) => {
      if (violatedIndex(error) !== undefined) throw nameTaken('a project', name);
      throw error;
    });
    tx.audit('project.rename', `project/${before.id}`, { from: before.name, to: name });
    return viewOf(tx.db, actor, before.id);
  });
}

/**
 * Merges `patch` (see SettingsPatch: `null` goes back to the default) over the project's settings. Passes that run
 * keep the settings they started with.
 *
 * @param input.ifVersion refuses with `settings-changed` where somebody else was faster
 */
export async function updateSettings(
  context: Context,
  actor: Actor,
  input: { projectId: number; patch: SettingsPatch; ifVersion?: number | undefined },
): Promise<{ project: ProjectView; changes: readonly SettingsDifference[] }> {
  requireSomewhere(actor, 'admin');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const row = await reachProject(tx.db, actor, 'admin', input.projectId);
    if (input.ifVersion !== undefined && input.ifVersion !== row.settings_version)
      throw new SternaError('config', 'settings-changed', 'Somebody else has changed the settings meanwhile.', {
        fix: 'Read them again and repeat the change.',
      });
    const before = parseSettings(row.settings);
    const after = parseSettings(mergePatch(before, input.patch));
    const changes = diffSettings(before, after);
    if (changes.length > 0) {
      await updateProjectSettings(tx.db, row.id, after);
      tx.audit('project.settings', `project/${row.id}`, { changes: changes.map((change) => change.words) });
      tx.event({ type: 'project', projectId: row.id });
    }
    return { project: await viewOf(tx.db, actor, row.id), changes };
  });
}
