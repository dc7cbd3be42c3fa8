import { type LedgerRow, rowsBySource, sourceKey } from '@sterna/store';
import { capabilitiesFor, type PassContext } from './context.ts';

/** Sources that are asked for at once. */
const PAGE = 500;

/** The source has ids that stay, of some kind at least. */
export const mayTellMoves = ({ source, sourceContainers }: PassContext): boolean =>
  [...sourceContainers.values()].some(({ kind }) => capabilitiesFor(source, kind).idsStayOnMove === true);

/**
 * Of what left its container: what a person moved while the earlier pass listed one folder after the other. It was seen in
 * both, and so there are two copies; the one where it is now stays. That it is one object, only ids that stay can tell:
 * equal contents may as well be two messages, of which one was deleted.
 */
export async function movedWhileListed(
  context: PassContext,
  gone: readonly LedgerRow[],
): Promise<ReadonlySet<LedgerRow>> {
  const moved = new Set<LedgerRow>();
  const candidates = gone.flatMap((row) => {
    if (row.digest === undefined || capabilitiesFor(context.source, row.kind).idsStayOnMove !== true) return [];
    return [...context.sourceContainers.values()]
      .filter(({ id, kind }) => kind === row.kind && id !== row.container)
      .map(({ key }) => ({ row, src: sourceKey(context.stampKey, row.kind, key, row.srcId) }));
  });
  for (let at = 0; at < candidates.length; at += PAGE) {
    const page = candidates.slice(at, at + PAGE);
    const found = await rowsBySource(
      context.pool,
      context.claim.entryId,
      page.map(({ src }) => src),
    );
    for (const { row, src } of page) {
      const now = found.get(src.toString('hex'));
      const isCopied = now?.gonePass === undefined && now?.targetId !== undefined && now.targetId !== row.targetId;
      if (isCopied && now.digest?.equals(row.digest as Buffer) === true) moved.add(row);
    }
  }
  return moved;
}
