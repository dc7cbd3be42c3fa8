import { mergeSettings, type SettingsDifference, settingsDrift, settingsFingerprint, thawSettings } from '@sterna/core';
import { type FrozenGroup, frozenGroups } from '@sterna/store';
import { requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { reachProject } from './reach.ts';

/** Entries whose last pass ran with the same other settings than those that count now. */
export interface DriftGroup {
  readonly entries: number;
  /** The first few. */
  readonly sample: readonly { readonly entryId: number; readonly sourceAddress: string }[];
  /** `before` is what the pass ran with, `after` what counts now. */
  readonly settings: readonly SettingsDifference[];
}

export interface ProjectDrift {
  /** Live entries that have ever run. */
  readonly ran: number;
  /** Of those, whose last writing pass ran with other settings than now. */
  readonly drifted: number;
  /** The largest first. */
  readonly groups: readonly DriftGroup[];
}

/** Groups that are told one by one; entries with settings of their own could make one each. */
const MOST_GROUPS = 50;

/**
 * Which entries last ran with other settings than a pass would run with now, their own overrides included. Settings
 * that decide over no object (bandwidth, verify depth …) don't count.
 */
export async function projectDrift(
  context: Context,
  actor: Actor,
  input: { projectId: number },
): Promise<ProjectDrift> {
  requireSomewhere(actor, 'read');
  const project = await reachProject(context.db, actor, 'read', input.projectId);
  const frozen = await frozenGroups(context.db, project.id);
  const groups = frozen.flatMap((group) => driftOfGroup(group, project.settings) ?? []);
  return {
    ran: frozen.reduce((sum, group) => sum + group.entries, 0),
    drifted: groups.reduce((sum, group) => sum + group.entries, 0),
    groups: groups.slice(0, MOST_GROUPS),
  };
}

function driftOfGroup(group: FrozenGroup, projectSettings: unknown): DriftGroup | undefined {
  const now = mergeSettings(projectSettings, group.overrides);
  if (settingsFingerprint(now) === group.settings_version) return undefined;
  const settings = settingsDrift(thawSettings(group.settings).settings, now);
  if (settings.length === 0) return undefined;
  return {
    entries: group.entries,
    sample: group.sample.map(({ id, source }) => ({ entryId: id, sourceAddress: source })),
    settings,
  };
}
