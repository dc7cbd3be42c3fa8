import type { ItemType } from '@sterna/core';
import { tallyEntries } from '@sterna/store';
import { requireSomewhere } from '../access.ts';
import type { Actor, Context } from '../context.ts';
import { getProject } from '../projects.ts';
import { type Averages, averagesOf, loadOf } from './load.ts';
import { type Capacity, type Means, reckon } from './reckon.ts';

export interface ProjectCapacity extends Capacity {
  readonly project: { readonly id: number; readonly name: string };
  readonly items: Readonly<Partial<Record<ItemType, number>>>;
  readonly means: Means;
  readonly averages: Averages;
}

/** How long the first passes of a whole user list take at least, as it stands; what an entry holds is an average. */
export async function projectCapacity(
  context: Context,
  actor: Actor,
  input: {
    readonly projectId: number;
    readonly means: Means;
    readonly averages?: Parameters<typeof averagesOf>[0];
  },
): Promise<ProjectCapacity> {
  requireSomewhere(actor, 'read');
  const project = await getProject(context, actor, { projectId: input.projectId });
  const rows = await tallyEntries(context.db, { organizationId: actor.organizationId, projects: [project.id] });
  const items: Partial<Record<ItemType, number>> = {};
  for (const { item_type, entries } of rows) items[item_type] = (items[item_type] ?? 0) + entries;
  const averages = averagesOf(input.averages ?? {});
  const end = (system: { readonly name: string; readonly connector: string }) => ({
    title: system.name,
    quotas: context.connectors.get(system.connector)?.quotas,
  });
  return {
    ...reckon(loadOf(items, averages), end(project.source), end(project.target), input.means),
    project: { id: project.id, name: project.name },
    items,
    means: input.means,
    averages,
  };
}
