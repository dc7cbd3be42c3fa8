import type { Container } from '@sterna/connector-kit';
import type { ContainerRow } from '@sterna/store';
import type { PassContext } from './context.ts';

/**
 * Folders of a drive that are no more at the source: their counterparts in the target go too, as far as they hold nothing
 * and the settings propagate deletions, or something moved elsewhere out of the tree of folders that is gone with them. A
 * folder that holds anything stays.
 */
export async function removeEmptiedFolders(context: PassContext, atStart: readonly Container[]): Promise<void> {
  const { writer } = context.target;
  if (writer?.removeContainer === undefined) return;
  const present = new Set(atStart.map((container) => container.id));
  const used = new Set<number>();
  const gone = new Map<string, ContainerRow>();
  for (const row of context.sourceContainers.values()) {
    if (row.kind !== 'file' || row.targetContainer === undefined) continue;
    const target = context.targetContainers.byId(row.targetContainer);
    if (!row.gone) used.add(row.targetContainer);
    else if (target !== undefined && target.path.length > 0 && present.has(target.key))
      gone.set(pathKey(target), target);
  }
  const left = [...gone.values()].filter((row) => !used.has(row.id));
  const isPropagated = context.settings.settings.deletions === 'propagate';
  const moved = new Set(left.filter((row) => context.movedFrom.has(row.id)).map((row) => topOf(row, gone)));
  const emptied = left.filter((row) => isPropagated || moved.has(topOf(row, gone)));
  const deepestFirst = emptied.sort((a, b) => b.path.length - a.path.length);
  for (const row of deepestFirst) {
    context.control.checkpoint();
    await writer.removeContainer(row.key);
  }
}

const pathKey = ({ path }: { readonly path: readonly string[] }): string => JSON.stringify(path);

/** The uppermost folder that is gone with this one. */
function topOf(row: ContainerRow, gone: ReadonlyMap<string, ContainerRow>): string {
  let { path } = row;
  while (path.length > 1 && gone.has(pathKey({ path: path.slice(0, -1) }))) path = path.slice(0, -1);
  return pathKey({ path });
}
