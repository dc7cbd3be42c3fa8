import type { Container, InventoryItem } from '@sterna/connector-kit';
import { formatFlags } from '@sterna/core';
import {
  type ContainerRow,
  claimOwnCopies,
  clearInventory,
  type InventoryRow,
  inFencedTransaction,
  insertInventory,
  saveContainers,
} from '@sterna/store';
import type { PassContext } from './context.ts';

const PAGE = 1_000;

/**
 * Duplicate prevention: before the first write to a target container, what it holds is listed with match keys. Taken
 * once per container: later, what is there is ours or in the books. After a restore the books may be behind, and all of it
 * is taken once more (store `markRestored`), whatever the settings say.
 */
export async function takeInventories(context: PassContext, target: readonly Container[]): Promise<void> {
  if (!context.settings.settings.duplicatePrevention && !context.inventoryDue) return;
  const now = new Map(target.map((container) => [container.id, container]));
  const taken: ContainerRow[] = [];
  for (const row of context.targetContainers.values()) {
    // What is switched off may be out of reach; it is listed once it is wanted.
    if (row.listedPass !== undefined || !context.settings.settings.kinds[row.kind]) continue;
    const held = now.get(row.key);
    // Made by this pass, or empty by the target's own count: nothing to be found.
    if (held !== undefined && held.total !== 0) {
      context.progress.phase = 'inventory';
      context.progress.container = row.path.join('/');
      await freezeInventory(context, row, { matchKey: true });
      await remember(context, [row]);
    } else taken.push(row);
  }
  // Nothing was listed of these, so that nothing is lost where they are remembered together.
  if (taken.length > 0) await remember(context, taken);
}

async function remember(context: PassContext, rows: readonly ContainerRow[]): Promise<void> {
  for (const row of rows) row.listedPass = context.claim.number;
  await inFencedTransaction(context.pool, context.claim.lease, (client) =>
    saveContainers(client, context.claim.entryId, rows),
  );
}

/**
 * Lists a target container anew into the `inventory` table.
 *
 * @param isWanted what is to be in it; all of it unless told
 * @returns objects and bytes that are in it
 */
export async function freezeInventory(
  context: PassContext,
  row: ContainerRow,
  facets: { readonly matchKey?: boolean; readonly size?: boolean },
  isWanted: (item: InventoryItem) => boolean = () => true,
): Promise<{ objects: number; bytes: number }> {
  const { pool, claim, target } = context;
  let page: InventoryRow[] = [];
  let objects = 0;
  let bytes = 0;
  const flush = async (clear = false): Promise<void> => {
    const rows = page;
    page = [];
    await inFencedTransaction(pool, claim.lease, async (client) => {
      if (clear) await clearInventory(client, claim.entryId, row.id);
      await insertInventory(client, claim.entryId, row.id, rows);
    });
  };
  await flush(true);
  for await (const item of target.writer?.inventory(row.key, facets) ?? []) {
    context.control.checkpoint();
    if (!isWanted(item)) continue;
    objects += 1;
    bytes += item.size ?? 0;
    page.push({
      targetId: item.targetId,
      matchKey: item.matchKey,
      size: item.size,
      flags: item.flags === undefined ? undefined : formatFlags(item.flags),
      version: item.version,
    });
    if (page.length >= PAGE) await flush();
  }
  await flush();
  await inFencedTransaction(pool, claim.lease, (client) => claimOwnCopies(client, claim.entryId, row.id));
  return { objects, bytes };
}
