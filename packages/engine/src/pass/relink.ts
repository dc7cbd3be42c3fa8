import { addressesIn, pivotOf } from '@sterna/content';
import {
  inFencedTransaction,
  type LinkBooks,
  type LinkRow,
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
  // Nobody can say what links lead to.
  if (context.source.addresses === undefined) return;
  const isOn = settings.settings.links === 'rewrite';
  const rows = [...context.sourceContainers.values()].filter(
    ({ kind, targetContainer }) =>
      targetContainer !== undefined &&
      settings.settings.kinds[kind] &&
      pivotOf(kind).addresses !== undefined &&
      pivotOf(kind).isFinal !== true &&
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
  const { links, messageLinks } = settings.settings;
  if (links === 'keep' && messageLinks === 'keep') return undefined;
  return (await linkBooks(pool, [claim.entryId])).get(claim.entryId) ?? { found: 0, rewritten: 0, left: 0 };
}

/** Source keys. */
async function staleCopies(context: PassContext, containers: readonly number[]): Promise<readonly Buffer[]> {
  const stale: Buffer[] = [];
  if (containers.length === 0) return stale;
  for await (const page of writtenLinks(context.pool, context.claim.entryId, containers)) {
    context.control.checkpoint();
    const links = page.map((link) => ({ ...link, readings: readingsOf(link) }));
    const homes =
      context.settings.settings.links === 'rewrite'
        ? await newHomes(
            context,
            links.flatMap(({ readings }) => readings),
          )
        : new Map<string, NewHome>();
    for (const { src, readings, targetAddress } of links) {
      const home = readings.map((one) => homes.get(one)).find((one) => typeof one === 'object');
      if (home?.address !== targetAddress) stale.push(src);
    }
  }
  return stale;
}

/** Of those that lead nowhere yet nobody knows where they end: `https://…/map; second floor`. */
const readingsOf = ({ address, targetAddress }: LinkRow): readonly string[] =>
  targetAddress === undefined ? (addressesIn(address)[0] ?? [address]) : [address];
