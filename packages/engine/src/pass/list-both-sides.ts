import type { Container } from '@sterna/connector-kit';
import { nothingIsOwed } from '@sterna/store';
import type { PassContext } from './context.ts';
import { knownContainers } from './positions.ts';

/**
 * Containers of both sides. A drive's tree costs a request for each folder, and its target has nothing to tell where the
 * source is just as a pass with these settings left it: then the target's tree is not listed, and is undefined.
 */
export async function listBothSides(
  context: PassContext,
): Promise<readonly [source: readonly Container[], target: readonly Container[] | undefined]> {
  const list = (side: 'source' | 'target'): Promise<readonly Container[]> =>
    context[side].reader.containers({
      known: knownContainers(context, side),
      // What the target holds already is looked at once more where its glance differs.
      ...(side === 'source' && context.sourceContainers.size === 0 ? { first: true } : {}),
    });
  if (!(await isDriveSettled(context))) return Promise.all([list('source'), list('target')]);
  const source = await list('source');
  return [source, isAsListed(context, source) ? undefined : await list('target')];
}

/** Mailboxes are left out: their targets may hold what landed late, and tell it in one round trip. */
async function isDriveSettled({ pool, claim, targetContainers, inventoryDue }: PassContext): Promise<boolean> {
  if (inventoryDue) return false;
  const rows = [...targetContainers.values()];
  const isKnown = rows.length > 0 && rows.every((row) => row.kind === 'file');
  return isKnown && (await nothingIsOwed(pool, claim.entryId, claim.passId));
}

/** No folder is new, none is gone, and each says that nothing in it has changed. */
function isAsListed({ sourceContainers, settings }: PassContext, now: readonly Container[]): boolean {
  const live = [...sourceContainers.values()].filter((row) => !row.gone);
  return (
    live.length === now.length &&
    now.every(({ id, glance }) => {
      const row = sourceContainers.get(id);
      // With the same settings, what they leave out stays left out.
      if (row !== undefined && !row.gone && row.targetContainer === undefined) return true;
      return (
        row?.glance !== undefined && !row.gone && row.glance === glance && row.planVersion === settings.planVersion
      );
    })
  );
}
