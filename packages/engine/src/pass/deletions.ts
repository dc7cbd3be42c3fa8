import type { InventoryItem } from '@sterna/connector-kit';
import { type ContentKind, formatFlags } from '@sterna/core';
import {
  type ContainerRow,
  dropTargets,
  heldCopies,
  inFencedTransaction,
  inheritCopies,
  insertNotes,
  type LedgerRow,
  leaveGone,
  mergedByDigest,
  type ObjectNote,
  rowsGone,
} from '@sterna/store';
import { capabilitiesFor, irremovableKind, type PassContext, sourceById, targetById } from './context.ts';
import { mayTellMoves, movedWhileListed } from './moved-while-listed.ts';
import { applyRemovals, whose } from './removals.ts';
import { sharersOf } from './twins.ts';

/**
 * What left the source and was not found again elsewhere (after the transfer, so that moves have taken theirs):
 * `keep` leaves the copy, `report` says so, `propagate` moves to the target's trash what Sterna put there and nobody
 * touched since. Removing by id is idempotent, so a crash needs no intent. The second copy of what was moved while an
 * earlier pass listed it goes in any case.
 */
export async function handleDeletions(context: PassContext): Promise<void> {
  const policy = context.settings.settings.deletions;
  if (policy === 'keep' && !mayTellMoves(context)) return;
  const gone = await rowsGone(context.pool, context.claim.entryId);
  const moved = await movedWhileListed(context, gone);
  await carryOut(context, [...moved], 'propagate', 'It was moved in the source');
  if (policy === 'keep') return;
  const deleted = gone.filter((row) => !moved.has(row));
  const mayBeElsewhere = policy === 'propagate' ? kindsOfRefused(context) : new Set();
  const isHeld = ({ kind }: LedgerRow): boolean => mayBeElsewhere.has(kind);
  await holdBack(context, deleted.filter(isHeld));
  await carryOut(
    context,
    deleted.filter((row) => !isHeld(row)),
    policy,
    'It was deleted at the source',
  );
}

/** Of what the target refuses nothing was read: any of it may be what seems to be gone. */
const kindsOfRefused = (context: PassContext): ReadonlySet<ContentKind> =>
  new Set([...context.refused.keys()].map((id) => sourceById(context, id).kind));

/** Copies stay until a pass can tell whether they have moved: the next one looks at them again. */
async function holdBack({ pool, claim }: PassContext, rows: readonly LedgerRow[]): Promise<void> {
  if (rows.length === 0) return;
  await inFencedTransaction(pool, claim.lease, async (client) => {
    await leaveGone(
      client,
      claim.entryId,
      claim.number,
      rows.map(({ src }) => src),
    );
    const why =
      'It isn’t where it was at the source; its copy stays, since it may be in a folder that the target refuses.';
    await insertNotes(
      client,
      claim.entryId,
      claim.number,
      rows.map((row) => notPropagated(row, why)),
    );
  });
}

const notPropagated = (row: LedgerRow, text: string): ObjectNote => ({
  kind: 'gone',
  code: 'deletion-not-propagated',
  text,
  ...whose(row),
});

/** @param what happened to them, in words */
async function carryOut(
  context: PassContext,
  gone: readonly LedgerRow[],
  policy: 'report' | 'propagate',
  what: string,
): Promise<void> {
  const { pool, claim } = context;
  if (gone.length === 0) return;
  context.progress.phase = 'deletions';
  const sharers = policy === 'propagate' ? await sharersOf(context) : [];
  const byTarget = new Map<number, LedgerRow[]>();
  for (const row of gone)
    if (row.targetContainer !== undefined)
      byTarget.set(row.targetContainer, [...(byTarget.get(row.targetContainer) ?? []), row]);
  for (const [id, rows] of byTarget) {
    const notes: ObjectNote[] = [];
    context.control.checkpoint();
    const target = targetById(context, id);
    const here = new Map<string, InventoryItem>();
    const wanted = new Set(rows.map((row) => row.targetId));
    const sealed = irremovableKind(context.target, target.kind);
    if (sealed !== undefined) {
      await inFencedTransaction(pool, claim.lease, (client) =>
        insertNotes(
          client,
          claim.entryId,
          claim.number,
          rows.map((row) => notPropagated(row, `${wordsOf(what, target.path.join('/'))} and stays: ${sealed.text}`)),
        ),
      );
      continue;
    }
    for await (const item of context.target.writer?.inventory(target.key, {}) ?? [])
      if (wanted.has(item.targetId)) here.set(item.targetId, item);
    const remove: LedgerRow[] = [];
    /** Their copies are no more: people removed them, or an earlier run of ours that died before it could say so. */
    const absent: LedgerRow[] = [];
    for (const row of rows) {
      const copy = row.targetId === undefined ? undefined : here.get(row.targetId);
      if (copy === undefined) {
        if (policy === 'propagate') absent.push(row);
        continue;
      }
      const words = wordsOf(what, target.path.join('/'));
      if (policy === 'report') {
        notes.push({ kind: 'gone', code: 'deleted-at-source', text: `${words}.`, ...whose(row) });
      } else if (copy.irremovable !== undefined || row.state === 'skipped' || isTouched(row, copy)) {
        const why = row.state === 'skipped' ? 'it was there before Sterna.' : 'somebody changed it since.';
        notes.push(notPropagated(row, `${words} and stays: ${copy.irremovable?.text ?? why}`));
      } else {
        remove.push(row);
      }
    }
    const { heirs, shared } = await twinsOf(context, sharers, target, remove);
    const kept = new Set([...heirs.map(({ gone }) => gone), ...shared]);
    const unshared = remove.filter((row) => !kept.has(row));
    const removed = unshared.length === 0 ? [] : await removeCopies(context, target, unshared);
    const told = (row: LedgerRow, text: string): ObjectNote => ({
      kind: 'gone',
      code: 'deletion-propagated',
      text: `${what}; ${text}`,
      ...whose(row),
    });
    const where = target.path.join('/');
    // With what they tell, so that a crash leaves no removal untold.
    await inFencedTransaction(pool, claim.lease, async (client) => {
      await inheritCopies(
        client,
        claim.entryId,
        heirs.map(({ gone, heir }) => ({ gone: gone.src, heir })),
      );
      await dropTargets(
        client,
        claim.entryId,
        [...removed, ...absent, ...kept].map((row) => row.src),
      );
      await insertNotes(client, claim.entryId, claim.number, [
        ...notes,
        ...removed.map((row) =>
          told(
            row,
            row.kind === 'file'
              ? `its copy in ${where} was removed (to the target's trash, where it has one).`
              : `its copy in ${where} was moved to the target's trash.`,
          ),
        ),
        ...absent.map((row) => told(row, `${where} has no copy of it any more.`)),
        ...[...kept].map((row) =>
          notPropagated(
            row,
            `${wordsOf(what, where)} and stays: the target keeps it for an equal one that the source still has.`,
          ),
        ),
      ]);
    });
  }
}

const wordsOf = (what: string, where: string): string => `${what}; its copy is in ${where}`;

/**
 * A copy is removed only when the last object that it is the copy of is gone from its source: where the target keeps equal
 * objects once, and where another entry took it over, because it had the same.
 */
async function twinsOf(
  context: PassContext,
  sharers: readonly number[],
  target: ContainerRow,
  rows: readonly LedgerRow[],
): Promise<{
  /** Of this entry: who gets the copy. */
  readonly heirs: readonly { readonly gone: LedgerRow; readonly heir: Buffer }[];
  /** Kept for another entry that migrates into the same target. */
  readonly shared: readonly LedgerRow[];
}> {
  const heirs: { gone: LedgerRow; heir: Buffer }[] = [];
  const shared: LedgerRow[] = [];
  if (rows.length === 0) return { heirs, shared };
  const held = await heldByOthers(context, target, sharers, rows);
  shared.push(...rows.filter(({ targetId }) => targetId !== undefined && held.has(targetId)));
  if (capabilitiesFor(context.target, target.kind).collapsesTwins === false) return { heirs, shared };
  const digests = rows.flatMap(({ digest }) => digest ?? []);
  const twins = [...(await mergedByDigest(context.pool, sharers, digests))];
  for (const gone of rows) {
    if (shared.includes(gone)) continue;
    const equal = twins.filter(({ digest }) => gone.digest?.equals(digest) === true);
    const own = equal.find(({ entryId }) => entryId === context.claim.entryId);
    if (own !== undefined) {
      twins.splice(twins.indexOf(own), 1);
      heirs.push({ gone, heir: own.src });
    } else if (equal.length > 0) shared.push(gone);
  }
  return { heirs, shared };
}

/** Ids of copies that other entries name as theirs. */
export async function heldByOthers(
  { pool, claim }: PassContext,
  target: ContainerRow,
  sharers: readonly number[],
  rows: readonly LedgerRow[],
): Promise<ReadonlySet<string>> {
  const others = sharers.filter((id) => id !== claim.entryId);
  const ids = rows.flatMap(({ targetId }) => targetId ?? []);
  const held = await heldCopies(pool, others, target.kind, ids);
  return new Set(held.filter(({ containerKey }) => containerKey === target.key).map(({ targetId }) => targetId));
}

/** @returns those whose copies are gone now */
async function removeCopies(
  context: PassContext,
  target: ContainerRow,
  rows: readonly LedgerRow[],
): Promise<readonly LedgerRow[]> {
  const results = await applyRemovals(context, target, rows, 'trash');
  return results.flatMap(([row, result]) => (result?.outcome === 'done' || result?.outcome === 'missing' ? [row] : []));
}

/** Somebody worked on the copy since it was written: another version, or other flags. */
export const isTouched = (row: LedgerRow, copy: InventoryItem): boolean =>
  row.targetVersion !== undefined && copy.version !== undefined
    ? copy.version !== row.targetVersion
    : formatFlags(copy.flags ?? []) !== (row.flags ?? '');
