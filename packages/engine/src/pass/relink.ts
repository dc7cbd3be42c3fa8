import { pivotOf } from '@sterna/content';
import {
  inFencedTransaction,
  type LinkBooks,
  linkBooks,
  planLinkScan,
  planRelinking,
  saveContainers,
  writtenLinks,
} from '@sterna/store';
import { capabilitiesFor, type PassContext } from './context.ts';
import { type NewHome, newHomes } from './links.ts';
import { replaceChanged } from './replace.ts';

/**
 * Once all else is written: writes copies again whose links lead elsewhere than they now should, because what they lead to
 * came after them, or by another entry, or because the setting changed. It is a replacement like all others: under an intent,
 * and only while the copy is as we wrote it, or as the conflict option says. What can't be written again keeps what it has.
 */
export async function relink(context: PassContext): Promise<void> {
  const { pool, claim, settings } = context;
  const isOn = settings.settings.links === 'rewrite';
  const rows = [...context.sourceContainers.values()].filter(
    ({ kind, targetContainer }) =>
      targetContainer !== undefined &&
      settings.settings.kinds[kind] &&
      pivotOf(kind).addresses !== undefined &&
      capabilitiesFor(context.target, kind).isFinal !== true,
  );
  const stale = await staleCopies(
    context,
    rows.map(({ id }) => id),
  );
  const turned = rows.filter(({ linksFrom }) => (linksFrom !== undefined) !== isOn);
  const unread = isOn ? turned.map(({ id }) => id) : [];
  if (stale.length > 0 || unread.length > 0) {
    const planned = await inFencedTransaction(
      pool,
      claim.lease,
      async (client) =>
        (await planRelinking(client, claim.entryId, stale)) +
        (await planLinkScan(client, claim.entryId, claim.number, unread)),
    );
    if (planned > 0) await replaceChanged(context);
  }
  if (turned.length === 0) return;
  // Only now: a pass that dies before looks at all of them again.
  for (const row of turned) row.linksFrom = isOn ? claim.number : undefined;
  await inFencedTransaction(pool, claim.lease, (client) => saveContainers(client, claim.entryId, turned));
}

/** Of the entry, as its copies are now; undefined: links are kept. */
export async function linkBooksOf({ pool, claim, settings }: PassContext): Promise<LinkBooks | undefined> {
  if (settings.settings.links === 'keep') return undefined;
  return (await linkBooks(pool, [claim.entryId])).get(claim.entryId) ?? { found: 0, rewritten: 0, left: 0 };
}

/** Source keys. */
async function staleCopies(context: PassContext, containers: readonly number[]): Promise<readonly Buffer[]> {
  const stale: Buffer[] = [];
  if (containers.length === 0) return stale;
  for await (const page of writtenLinks(context.pool, context.claim.entryId, containers)) {
    context.control.checkpoint();
    const addresses = page.map(({ address }) => address);
    const homes =
      context.settings.settings.links === 'rewrite' ? await newHomes(context, addresses) : new Map<string, NewHome>();
    for (const { src, address, targetAddress } of page) {
      const home = homes.get(address);
      if ((typeof home === 'object' ? home.address : undefined) !== targetAddress) stale.push(src);
    }
  }
  return stale;
}
