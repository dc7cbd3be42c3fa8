import type { Candidate, Writer } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import {
  type ContainerRow,
  changeCopyIds,
  copiesOfDigests,
  digestsUnderWay,
  inFencedTransaction,
  insertNotes,
  insertTodos,
  type ObjectNote,
  type SettledCopy,
  settleReturned,
} from '@sterna/store';
import { capabilitiesFor, type PassContext } from './context.ts';
import { digestsOf } from './digests.ts';
import { flagsOf, underAnotherId } from './found-again.ts';

export interface Known extends Candidate {
  readonly digest: Buffer;
}

/** Unstamped, and yet told as ours: of a natural key that the container has twice. */
export const isTwin = (one: Candidate): boolean => one.marked && one.send === undefined;

/**
 * Marked as ours, claimed by nobody, and no open intent fits: an earlier send took effect after its sender died. It is one
 * too many where what the books have is there too; where that is not, it is the one that they mean.
 *
 * @returns whether one was given back to an object that counted as deleted from the target
 */
export async function settleExtraCopies(
  context: PassContext,
  writer: Writer,
  row: ContainerRow,
  found: readonly Known[],
  sharers: readonly number[],
): Promise<boolean> {
  const { pool, claim } = context;
  // Another entry that merges into this mailbox died in the middle of a write: its own pass settles that.
  const others = await digestsUnderWay(
    pool,
    sharers.filter((id) => id !== claim.entryId),
    row.key,
  );
  const late = found.filter((one) => !others.some((digest) => digest === undefined || digest.equals(one.digest)));
  if (late.length === 0) return false;
  const copies = await copiesOfDigests(
    pool,
    claim.entryId,
    sharers,
    late.map((one) => one.digest),
  );
  const { extra, returned, alone, strange } = await sorted(context, row, late, copies);
  const isFoundAgain = await giveBack(context, writer, row, returned);
  const left = await remove(writer, row, extra);
  const where = row.path.join('/');
  await inFencedTransaction(pool, claim.lease, (client) =>
    insertNotes(client, claim.entryId, claim.number, [
      ...extra.map((one) => (left.has(one.targetId) ? copyLeft(where, one) : copyRemoved(where, one))),
      ...alone.map((one) => copyAlone(where, one)),
      ...strange.map((one) => unknownCopy(where, one)),
    ]),
  );
  return isFoundAgain;
}

interface Sorted {
  /** The books' copy is there too. */
  readonly extra: readonly Known[];
  /** Of an object of this entry whose copy is not where the books have it. */
  readonly returned: readonly { readonly one: Known; readonly copy: SettledCopy }[];
  /** The books have a copy somewhere else, and it isn't there. */
  readonly alone: readonly Known[];
  /** The books know no such content. */
  readonly strange: readonly Known[];
}

async function sorted(
  context: PassContext,
  row: ContainerRow,
  late: readonly Known[],
  copies: readonly SettledCopy[],
): Promise<Sorted> {
  const { claim, target } = context;
  // With a stamp, what the books have is in the listing that showed the other one.
  const isStamp = capabilitiesFor(target, row.kind).settle === 'stamp';
  const there = isStamp ? new Set(copies) : await thoseThere(context, row, copies);
  const missingHere = copies.filter(
    (copy) => !there.has(copy) && copy.entryId === claim.entryId && copy.targetContainer === row.id,
  );
  const sorted = { extra: [] as Known[], returned: [] as Sorted['returned'][number][], alone: [] as Known[] };
  const strange: Known[] = [];
  for (const one of late) {
    const same = copies.filter((copy) => copy.digest.equals(one.digest));
    const at = missingHere.findIndex((copy) => copy.digest.equals(one.digest));
    const [copy] = at < 0 ? [] : missingHere.splice(at, 1);
    if (copy !== undefined) sorted.returned.push({ one, copy });
    else if (same.some((other) => there.has(other))) sorted.extra.push(one);
    else if (same.length > 0) sorted.alone.push(one);
    // A twin that says something else is nobody's late landing.
    else if (!(isStamp && isTwin(one))) strange.push(one);
  }
  return { ...sorted, strange };
}

/** Whose content is where the books have it. */
async function thoseThere(
  context: PassContext,
  row: ContainerRow,
  copies: readonly SettledCopy[],
): Promise<Set<SettledCopy>> {
  const there = new Set<SettledCopy>();
  for (const [key, group] of Map.groupBy(copies, (copy) => copy.targetKey)) {
    const digests = new Map<string, string>();
    try {
      const ids = group.map((copy) => copy.targetId);
      for await (const { id, digest } of digestsOf(context, { key, kind: row.kind }, ids)) digests.set(id, digest);
    } catch (error) {
      if (!(error instanceof SternaError) || error.code !== 'container-gone') throw error;
    }
    for (const copy of group) if (digests.get(copy.targetId) === copy.digest.toString('hex')) there.add(copy);
  }
  return there;
}

/** The books get the id; the flags of what counted as deleted from the target are planned. */
async function giveBack(
  context: PassContext,
  writer: Writer,
  row: ContainerRow,
  returned: Sorted['returned'],
): Promise<boolean> {
  if (returned.length === 0) return false;
  const { pool, claim } = context;
  const ids = returned.map(({ one }) => one.targetId);
  const flags = await flagsOf(context, row, ids);
  const lost = returned.filter(({ copy }) => copy.reason === 'deleted-at-target' && !copy.isGone);
  await inFencedTransaction(pool, claim.lease, async (client) => {
    await changeCopyIds(
      client,
      claim.entryId,
      returned.map(({ one, copy }) => ({ src: copy.src, targetId: one.targetId })),
    );
    await settleReturned(
      client,
      claim.entryId,
      claim.number,
      lost.map(({ one, copy }) => ({ src: copy.src, flags: flags.get(one.targetId) ?? copy.flags })),
    );
    for (const { copy } of lost)
      await insertTodos(client, claim.entryId, copy.container, [
        { verb: 'state', src: copy.src, srcId: copy.srcId, flags: copy.flags },
      ]);
    await insertNotes(
      client,
      claim.entryId,
      claim.number,
      returned.map(({ one, copy: { src, srcId, container } }) => ({
        ...underAnotherId(row, one.targetId),
        src,
        srcId,
        container,
      })),
    );
  });
  await writer.confirm(row.key, ids);
  return lost.length > 0;
}

/** @returns those that the server wouldn't remove */
async function remove(writer: Writer, row: ContainerRow, extra: readonly Known[]): Promise<Set<string>> {
  const left = new Set<string>();
  if (extra.length === 0) return left;
  const results = await writer.apply(
    extra.map((one, i) => ({
      verb: 'remove',
      op: `late-${i}`,
      container: row.key,
      targetId: one.targetId,
      how: 'expunge',
    })),
  );
  for (const result of results) {
    if (result.outcome === 'unknown') throw result.error;
    if (result.outcome === 'refused') left.add(extra[Number(result.op.slice('late-'.length))]?.targetId ?? '');
  }
  return left;
}

const copyLeft = (where: string, { targetId }: Known): ObjectNote => ({
  kind: 'suspect',
  code: 'late-copy-left',
  text: `An earlier write to ${where} took effect after it had been sent again. The extra copy (${targetId}), still marked as ours, can’t be removed from this server by itself, so it was left.`,
  fix: 'Remove one of the two by hand.',
});

const copyRemoved = (where: string, { targetId }: Known): ObjectNote => ({
  kind: 'suspect',
  code: 'late-copy-removed',
  text: `An earlier write to ${where} took effect after it had been sent again; the extra copy (${targetId}), still marked as ours, was removed.`,
});

const copyAlone = (where: string, { targetId }: Known): ObjectNote => ({
  kind: 'suspect',
  code: 'late-copy-kept',
  text: `${where} holds a message (${targetId}) with our mark, and the copy of it that the books have is not where it was put. It may be the only one, so it was left alone.`,
  fix: 'Look for the other one; if the message is there twice, remove this one by hand.',
});

const unknownCopy = (where: string, { targetId }: Known): ObjectNote => ({
  kind: 'suspect',
  code: 'unknown-marked-copy',
  text: `${where} holds a message (${targetId}) with our mark that the books don't know. It was left alone.`,
  fix: 'Compare it with the source; if it is a duplicate, remove it by hand.',
});
