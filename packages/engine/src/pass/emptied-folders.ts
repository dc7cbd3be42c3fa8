import type { Container } from '@sterna/connector-kit';
import type { ContainerRow } from '@sterna/store';
import type { PassContext } from './context.ts';

/**
 * Folders of a drive that are no more at the source: their counterparts in the target go too, as far as they hold nothing
 * and the settings propagate deletions, or all that was in them has moved elsewhere. A folder that holds anything stays.
 */
export async function removeEmptiedFolders(context: PassContext, atStart: readonly Container[]): Promise<void> {
  const { writer } = context.target;
  if (writer?.removeContainer === undefined) return;
  const isPropagated = context.settings.settings.deletions === 'propagate';
  const present = new Set(atStart.map((container) => container.id));
  const used = new Set<number>();
  const left = new Set<ContainerRow>();
  for (const row of context.sourceContainers.values()) {
    if (row.kind !== 'file' || row.targetContainer === undefined) continue;
    const target = context.targetContainers.byId(row.targetContainer);
    if (!row.gone) used.add(row.targetContainer);
    else if (target !== undefined && target.path.length > 0 && present.has(target.key))
      if (isPropagated || context.movedFrom.has(target.id)) left.add(target);
  }
  const deepestFirst = [...left].filter((row) => !used.has(row.id)).sort((a, b) => b.path.length - a.path.length);
  for (const row of deepestFirst) {
    context.control.checkpoint();
    await writer.removeContainer(row.key);
  }
}
