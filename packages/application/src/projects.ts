import type { Settings, SettingsDifference, SettingsPatch } from '@sterna/core';
import type { Actor, Context } from './context.ts';
import { notImplemented } from './not-implemented.ts';

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

/** @throws SternaError config `name-taken` | `settings-invalid` …; `not-found` for a system of nobody or of others */
export async function createProject(
  _context: Context,
  _actor: Actor,
  _input: { name: string; sourceSystemId: number; targetSystemId: number; settings?: SettingsPatch | undefined },
): Promise<ProjectView> {
  return notImplemented('createProject');
}

export async function getProject(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number },
): Promise<ProjectView> {
  return notImplemented('getProject');
}

export async function listProjects(_context: Context, _actor: Actor): Promise<readonly ProjectView[]> {
  return notImplemented('listProjects');
}

export async function renameProject(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number; name: string },
): Promise<ProjectView> {
  return notImplemented('renameProject');
}

/**
 * Merges `patch` (see SettingsPatch: `null` goes back to the default) over the project's settings. Passes that run
 * keep the settings they started with.
 *
 * @param input.ifVersion refuses with `settings-changed` where somebody else was faster
 */
export async function updateSettings(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number; patch: SettingsPatch; ifVersion?: number | undefined },
): Promise<{ project: ProjectView; changes: readonly SettingsDifference[] }> {
  return notImplemented('updateSettings');
}
