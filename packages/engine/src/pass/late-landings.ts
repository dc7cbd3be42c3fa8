import type { Container } from '@sterna/connector-kit';
import { type ContainerRow, inFencedTransaction, saveContainers } from '@sterna/store';
import { capabilitiesFor, type PassContext } from './context.ts';
import { recover, tellsLateLandings } from './recover.ts';

/** Target containers that changed since they were last known to hold nothing unsettled of ours; empty ones hold nothing. */
export function dirtyTargets(context: PassContext, target: readonly Container[]): ContainerRow[] {
  const now = new Map(target.map((container) => [container.id, container]));
  return [...context.targetContainers.values()].filter((row) => {
    const container = now.get(row.key);
    if (container === undefined || container.total === 0) return false;
    return row.glance === undefined || row.glance !== container.glance;
  });
}

/**
 * At the close: the glance is taken first, then the check; what lands in between changes the glance and is seen by the
 * next pass. So a clean glance means that nothing of ours is pending in the container, for as long as it stays equal.
 * Containers that this process didn't write to were checked at its start, against the glance of then: a write of an
 * earlier process may have landed in them since.
 *
 * @returns as `recover`
 */
export async function closeTargets(context: PassContext, atStart: readonly Container[]): Promise<boolean> {
  const isMarked = (row: ContainerRow): boolean => tellsLateLandings(capabilitiesFor(context.target, row.kind).settle);
  const marks = [...context.targetContainers.values()].some(isMarked);
  const wrote = context.writtenTargets.size > 0;
  if (!marks && !wrote) return false;
  // With a log of changes, what this pass wrote to is listed, and not the whole tree.
  const listed = wrote ? await context.target.reader.containers({ known: atStart }) : atStart;
  const isWritten = (row: ContainerRow): boolean => context.writtenTargets.has(row.id);
  const dirty = marks ? dirtyTargets(context, listed).filter((row) => isWritten(row) && isMarked(row)) : [];
  const isFoundAgain = marks && (await recover(context, dirty));
  const now = new Map(listed.map((container) => [container.id, container]));
  const before = new Map(atStart.map((container) => [container.id, container]));
  const changed: ContainerRow[] = [];
  for (const row of context.targetContainers.values()) {
    const glance = (isWritten(row) ? now : before).get(row.key)?.glance ?? row.glance;
    const generation = row.generation ?? now.get(row.key)?.generation;
    if (glance === row.glance && generation === row.generation) continue;
    row.glance = glance;
    row.generation = generation;
    changed.push(row);
  }
  if (changed.length > 0)
    await inFencedTransaction(context.pool, context.claim.lease, (client) =>
      saveContainers(client, context.claim.entryId, changed),
    );
  return isFoundAgain;
}
