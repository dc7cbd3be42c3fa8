import type { Container } from '@sterna/connector-kit';
import {
  type ContainerRow,
  inFencedTransaction,
  type RekeyTies,
  rekeyTargetIds,
  rekeyTies,
  saveContainers,
} from '@sterna/store';
import type { PassContext } from './context.ts';
import { digestsOf } from './digests.ts';
import { freezeInventory } from './take-inventory.ts';

/**
 * Where a target container's ids changed their meaning (IMAP: UIDVALIDITY), the books get the new ones: by match key
 * from one listing, by bodies only where that is not unique. Before anything else of a pass: with the old ids our
 * settled copies would look like nobody's.
 */
export async function rekeyTargets(context: PassContext, target: readonly Container[]): Promise<void> {
  const { pool, claim } = context;
  const learned: ContainerRow[] = [];
  for (const container of target) {
    const row = context.targetContainers.get(container.id);
    if (row === undefined || container.generation === undefined || container.generation === row.generation) continue;
    if (row.generation === undefined) {
      row.generation = container.generation;
      learned.push(row);
      continue;
    }
    context.progress.phase = 'matching ids';
    context.progress.container = row.path.join('/');
    await freezeInventory(context, row, { matchKey: true });
    const pairs = await pairTies(context, row, await rekeyTies(pool, claim.entryId, row.id));
    row.generation = container.generation;
    row.glance = undefined;
    await inFencedTransaction(pool, claim.lease, async (client) => {
      await rekeyTargetIds(client, claim.entryId, row.id, pairs);
      await saveContainers(client, claim.entryId, [row]);
    });
  }
  if (learned.length > 0)
    await inFencedTransaction(pool, claim.lease, (client) => saveContainers(client, claim.entryId, learned));
}

async function pairTies(
  context: PassContext,
  row: ContainerRow,
  ties: RekeyTies,
): Promise<{ src: Buffer; targetId: string }[]> {
  if (ties.rows.length === 0) return [];
  const digests = new Map<string, string>();
  for await (const { id, digest } of digestsOf(context, row, ties.objects)) digests.set(id, digest);
  const byDigest = new Map<string, string[]>();
  for (const id of ties.objects) {
    const digest = digests.get(id);
    if (digest !== undefined) byDigest.set(digest, [...(byDigest.get(digest) ?? []), id]);
  }
  return ties.rows.flatMap(({ src, digest }) => {
    const targetId = byDigest.get(digest.toString('hex'))?.shift();
    return targetId === undefined ? [] : [{ src, targetId }];
  });
}
