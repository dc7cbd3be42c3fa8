import { formatFlags, SternaError } from '@sterna/core';
import {
  type ContainerRow,
  changeCopyIds,
  claimedTargetIds,
  digestsUnderWay,
  entriesOfTarget,
  inFencedTransaction,
  insertNotes,
  type LedgerRow,
} from '@sterna/store';
import type { PassContext } from './context.ts';
import { digestsOf } from './digests.ts';

export const TARGET_LOOKS_EMPTY = 'target-looks-empty';

/**
 * Looks for copies that aren't there under the ids that the books have. A server that counts its own ids and can't keep
 * the list of them (a full disk) counts anew, and doesn't say so with another UIDVALIDITY, as RFC 9051, 2.3.1.1 wants it.
 * Such a copy must not be taken for deleted, or another one is made beside it. The books learn the new ids.
 *
 * @param container where they should be
 * @returns the ids that they have now, by source key in hex; not those which are nowhere, or still there as they were
 * @throws SternaError object `target-looks-empty`: the folder is said to hold nothing at all, and nobody asked to retry
 *   this very failure
 */
export async function findAgain(
  context: PassContext,
  container: ContainerRow,
  rows: readonly LedgerRow[],
): Promise<Map<string, string>> {
  const { pool, claim, target } = context;
  const found = new Map<string, string>();
  // Elsewhere an id stays with its object for as long as that exists.
  if (container.generation === undefined) return found;
  const keys = new Set(rows.flatMap(({ matchKey }) => (matchKey === undefined ? [] : [matchKey.toString('hex')])));
  const gone = new Set(rows.map(({ targetId }) => targetId));
  const alike: string[] = [];
  let isEmpty = true;
  try {
    for await (const { targetId, matchKey } of target.writer?.inventory(container.key, { matchKey: true }) ?? []) {
      context.control.checkpoint();
      isEmpty = false;
      gone.delete(targetId);
      if (matchKey !== undefined && keys.has(matchKey.toString('hex'))) alike.push(targetId);
    }
  } catch (error) {
    if (error instanceof SternaError && error.code === 'container-gone') return found;
    throw error;
  }
  const missing = rows.filter(({ targetId }) => targetId !== undefined && gone.has(targetId));
  if (missing.length > 0 && isEmpty && !context.settings.retryOnly?.includes(TARGET_LOOKS_EMPTY))
    throw looksEmpty(container);
  if (missing.length === 0 || alike.length === 0) return found;
  // In this order: what is being written is settled, and so claimed, before its intent is gone.
  const sharers = await entriesOfTarget(pool, claim.entryId);
  const underWay = await digestsUnderWay(pool, sharers, container.key);
  const claimed = await claimedTargetIds(pool, sharers, container.key, alike);
  const free = alike.filter((id) => !claimed.has(id));
  for await (const { id, digest } of digestsOf(context, container, free)) {
    if (underWay.some((other) => other === undefined || other.toString('hex') === digest)) continue;
    const at = missing.findIndex((row) => row.digest?.toString('hex') === digest);
    const [row] = at < 0 ? [] : missing.splice(at, 1);
    if (row !== undefined) found.set(row.src.toString('hex'), id);
  }
  if (found.size === 0) return found;
  await inFencedTransaction(pool, claim.lease, async (client) => {
    const renamed = rows.flatMap(({ src, srcId, container: from }) => {
      const targetId = found.get(src.toString('hex'));
      return targetId === undefined ? [] : [{ src, srcId, container: from, targetId }];
    });
    await changeCopyIds(client, claim.entryId, renamed);
    await insertNotes(
      client,
      claim.entryId,
      claim.number,
      renamed.map(({ targetId, ...whose }) => ({ ...underAnotherId(container, targetId), ...whose })),
    );
  });
  return found;
}

/**
 * A server whose disk was full may say for good that a folder holds nothing, until its index is repaired; a copy that is
 * made anew meanwhile is a second one. People empty folders, too, but only they know.
 */
const looksEmpty = (container: ContainerRow): SternaError =>
  new SternaError(
    'object',
    TARGET_LOOKS_EMPTY,
    `${container.path.join('/')} of the target shows nothing at all, and by the books a copy of this message is in it.`,
    {
      fix: 'If the server lost sight of the folder, repair its index (Dovecot: doveadm force-resync), and start a delta pass. If people emptied it, retry this very failure (in the dashboard, or `sterna entry retry --code target-looks-empty`): what was moved is copied anew then.',
    },
  );

export const underAnotherId = (container: ContainerRow, targetId: string) => ({
  kind: 'suspect' as const,
  code: 'copy-under-another-id',
  text: `The server of ${container.path.join('/')} has our copy under another id (${targetId}) than it told when it took it. It was known again by its content.`,
});

/** Flags of copies, without our mark. */
export async function flagsOf(
  context: PassContext,
  container: Pick<ContainerRow, 'key'>,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const flags = new Map<string, string>();
  if (ids.length === 0) return flags;
  for await (const content of context.target.reader.read(container.key, ids))
    if ('body' in content)
      flags.set(content.id, formatFlags(content.flags.filter((flag) => !flag.startsWith('$SternaPending'))));
  return flags;
}
