import type { Container } from '@sterna/connector-kit';
import { type ContainerRow, inFencedTransaction, saveContainers } from '@sterna/store';
import type { PassContext } from './context.ts';
import { recover } from './recover.ts';

/** Target containers that changed since they were last known to hold nothing unsettled of ours. */
export function dirtyTargets(context: PassContext, target: readonly Container[]): ContainerRow[] {
  const now = new Map(target.map((container) => [container.id, container]));
  return [...context.targetContainers.values()].filter((row) => {
    const container = now.get(row.key);
    return container !== undefined && (row.glance === undefined || row.glance !== container.glance);
  });
}

/**
 * At the close: the glance is taken first, then the check; what lands in between changes the glance and is seen by the
 * next pass. So a clean glance means that nothing of ours is pending in the container, for as long as it stays equal.
 */
export async function closeTargets(context: PassContext, atStart: readonly Container[]): Promise<void> {
  if (context.target.capabilities.settle !== 'pending-mark') return;
  const listed = context.writtenTargets.size > 0 ? await context.target.reader.containers() : atStart;
  const written = dirtyTargets(context, listed).filter((row) => context.writtenTargets.has(row.id));
  await recover(context, written);
  const glances = new Map(listed.map((container) => [container.id, container.glance]));
  const changed: ContainerRow[] = [];
  for (const row of context.targetContainers.values()) {
    const glance = glances.get(row.key);
    if (glance === undefined || glance === row.glance) continue;
    row.glance = glance;
    changed.push(row);
  }
  if (changed.length > 0)
    await inFencedTransaction(context.pool, context.claim.lease, (client) =>
      saveContainers(client, context.claim.entryId, changed),
    );
}
