import type { Candidate, FidelityNote, SettleCapability, Writer } from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { formatFlags, SternaError } from '@sterna/core';
import {
  type ContainerRow,
  carryNotes,
  claimedTargetIds,
  deleteIntents,
  deleteRows,
  deleteTodos,
  entriesOfTarget,
  type Intent,
  inFencedTransaction,
  insertNotes,
  insertTodos,
  type ObjectNote,
  openIntents,
  overwrittenIsOfPass,
  passStartBefore,
  planReplacement,
  rowsBySource,
  type Settled,
  settleRows,
} from '@sterna/store';
import { capabilitiesFor, type PassContext, sourceById, targetById } from './context.ts';
import { digestAtSource, digestOf, digestsOf } from './digests.ts';
import { isTwin, type Known, settleExtraCopies } from './extra-copies.ts';
import { movedFile, writtenFile } from './recover-files.ts';
import { stampFor } from './transfer-item.ts';

/**
 * Settles every open intent by what the target can prove, and deals with what landed late. Idempotent: it may crash
 * anywhere and be run again.
 *
 * @param dirty Target containers that may hold something of ours besides open intents: they changed since they were
 *   last known to be clean.
 * @returns whether a copy was found that counted as deleted from the target: its object is in another state now, and its
 *   flags may be waiting
 */
export async function recover(context: PassContext, dirty: readonly ContainerRow[] = []): Promise<boolean> {
  const { pool, claim, target } = context;
  const intents = await openIntents(pool, claim.entryId);
  const settleOf = (row: ContainerRow) => capabilitiesFor(target, row.kind).settle;
  const marked = dirty.filter((row) => tellsLateLandings(settleOf(row)));
  if (intents.length === 0 && marked.length === 0) return false;
  context.progress.phase = 'settling';
  const writer = target.writer;
  if (writer === undefined) throw new SternaError('config', 'target-read-only', 'The target can only be read.');

  const touched = new Map<number, ContainerRow>();
  for (const row of marked) touched.set(row.id, row);
  for (const intent of intents) {
    touched.set(intent.targetContainer, targetById(context, intent.targetContainer));
    // A move marks our copy before it moves it: where it never left, the mark is cleared there.
    const { move } = intent.data ?? {};
    if (move !== undefined) touched.set(move.fromContainer, targetById(context, move.fromContainer));
  }
  const surroundings: Surroundings = {
    sharers: await entriesOfTarget(pool, claim.entryId),
    started: await passStartBefore(pool, claim.entryId, claim.number),
  };
  let isFoundAgain = false;
  for (const row of touched.values()) {
    context.control.signal.throwIfAborted();
    await context.reached('during-recovery');
    const here = intents.filter((intent) => intent.targetContainer === row.id);
    if (row.kind === 'file') {
      await settleFiles(context, writer, row, here);
      continue;
    }
    await settleReplaces(
      context,
      row,
      here.filter((intent) => intent.verb === 'replace'),
    );
    const own = here.filter((intent) => intent.verb !== 'replace');
    const settle = settleOf(row);
    if (settle === 'none') await giveUp(context, own);
    else if (settle === 'reserved-id') await settleReserved(context, writer, row, own);
    else if (await settleByCandidates(context, surroundings, writer, row, own)) isFoundAgain = true;
  }
  return isFoundAgain;
}

/** What we wrote carries something by which it is known when it turns up after all. */
export const tellsLateLandings = (settle: SettleCapability): boolean => settle === 'pending-mark' || settle === 'stamp';

/** The same for all containers. */
interface Surroundings {
  /** Entries that write or wrote to this target. */
  readonly sharers: readonly number[];
  /** When the pass before this one began. */
  readonly started: Date | undefined;
}

async function settleByCandidates(
  context: PassContext,
  { sharers, started }: Surroundings,
  writer: Writer,
  row: ContainerRow,
  intents: readonly Intent[],
): Promise<boolean> {
  const { pool, target } = context;
  const { settle } = capabilitiesFor(target, row.kind);
  const marked = settle === 'pending-mark';
  const candidates = await allCandidates(writer, row.key, positions(started, settle, intents));
  const claimed = await claimedTargetIds(
    pool,
    sharers,
    row.key,
    candidates.map((one) => one.targetId),
  );
  // A stamp stays, so people's copies of what is settled carry it too, that of the same send.
  const sends = new Set(candidates.flatMap((one) => (claimed.has(one.targetId) && one.send ? [one.send] : [])));
  const unclaimed = candidates.filter((one) => !claimed.has(one.targetId) && !sends.has(one.send ?? ''));
  const free = await withDigests(context, row, unclaimed, intents.length > 0);
  const confirm = marked ? candidates.filter((one) => claimed.has(one.targetId)).map((one) => one.targetId) : [];

  const found: Found[] = [];
  const absent: Intent[] = [];
  for (const intent of intents) {
    // A streamed object is hashed in flight, so its intent knows no digest: the source tells it again.
    const digest = intent.digest ?? (free.length > 0 ? await digestAtSource(context, intent) : undefined);
    const at = digest === undefined ? -1 : free.findIndex((one) => one.digest.equals(digest));
    const candidate = free[at];
    if (digest === undefined || candidate === undefined) absent.push(intent);
    else {
      free.splice(at, 1);
      const flags = candidate.flags === undefined ? {} : { flags: formatFlags(candidate.flags) };
      found.push({ intent, targetId: candidate.targetId, digest, ...flags });
    }
  }
  if (settle === 'stamp') await foundRevived(context, row, candidates, claimed, absent, found);
  await foundByContent(context, row, free, absent, found);
  if (marked) await foundUnmarked(context, writer, row, sharers, absent, found);
  await foundBegun(writer, row, free, absent, found);
  for (const { intent, targetId } of found) {
    if (intent.data?.move !== undefined && intent.targetId !== undefined && intent.targetId !== targetId)
      await removeOriginal(context, writer, intent);
    confirm.push(targetId);
  }
  await settleFound(context, found);
  // Where the target rewrites what it is given, a digest that isn't found proves nothing; but of what has a natural key
  // there is never a second one, and it can be sent again.
  const isBlind = settle === 'read-back' && capabilitiesFor(target, row.kind).bytes === 'rewritten';
  if (isBlind && !pivotOf(row.kind).hasNaturalKey) await giveUp(context, absent);
  else await forget(context, absent);
  if (confirm.length > 0) await writer.confirm(row.key, confirm);
  // What carries no mark may be people's own: it is looked at for the open intents alone.
  const late =
    settle === 'stamp'
      ? [...sentTwice(free, candidates, claimed), ...free.filter(isTwin)]
      : marked
        ? free.filter((one) => one.marked)
        : [];
  return late.length > 0 && (await settleExtraCopies(context, writer, row, late, sharers));
}

/** With the digests of what is unstamped; where nothing is open, only what may be one too many is read for that. */
async function withDigests(
  context: PassContext,
  row: ContainerRow,
  candidates: readonly Candidate[],
  isOpen: boolean,
): Promise<Known[]> {
  const unread = candidates.filter((one) => one.digest === undefined && (isOpen || isTwin(one)));
  const digests = new Map<string, Buffer>();
  const ids = unread.map((one) => one.targetId);
  for await (const { id, digest } of digestsOf(context, row, ids)) digests.set(id, Buffer.from(digest, 'hex'));
  return candidates.flatMap((one) => {
    const digest = one.digest ?? digests.get(one.targetId);
    return digest === undefined ? [] : [{ ...one, digest }];
  });
}

/**
 * What went whole brings the stamp along that it had at its source, which says what was sent there: so what is left is
 * read, before an intent counts as absent.
 */
async function foundByContent(
  context: PassContext,
  row: ContainerRow,
  free: Known[],
  absent: Intent[],
  found: Found[],
): Promise<void> {
  const stamped = new Map(free.flatMap((one) => (one.send === undefined ? [] : [[one.targetId, one]])));
  if (absent.length === 0 || stamped.size === 0) return;
  for await (const { id, digest } of digestsOf(context, row, [...stamped.keys()])) {
    const at = absent.findIndex((intent) => intent.digest?.toString('hex') === digest);
    const intent = absent[at];
    if (intent === undefined) continue;
    absent.splice(at, 1);
    free.splice(free.indexOf(stamped.get(id) as Known), 1);
    found.push({ intent, targetId: id, digest: Buffer.from(digest, 'hex') });
  }
}

/**
 * A server that is killed may have what it was given, and not our mark on it: Dovecot moves messages into place before it
 * writes down what the letters for their keywords stand for. So what came since they were to be sent, and nobody claims,
 * is read, before an intent counts as absent.
 */
async function foundUnmarked(
  context: PassContext,
  writer: Writer,
  row: ContainerRow,
  sharers: readonly number[],
  absent: Intent[],
  found: Found[],
): Promise<void> {
  const marks = [...new Set(absent.flatMap(({ mark }) => (mark ? [mark] : [])))];
  if (marks.length === 0) return;
  const since = (await allCandidates(writer, row.key, marks)).filter((one) => !one.marked);
  const ids = since.map((one) => one.targetId);
  const claimed = await claimedTargetIds(context.pool, sharers, row.key, ids);
  const free = new Map(since.flatMap((one) => (claimed.has(one.targetId) ? [] : [[one.targetId, one]])));
  if (free.size === 0) return;
  const sent = new Map<Intent, string | undefined>();
  for (const intent of absent)
    sent.set(intent, (intent.digest ?? (await digestAtSource(context, intent)))?.toString('hex'));
  for await (const { id, digest } of digestsOf(context, row, [...free.keys()])) {
    const at = absent.findIndex((intent) => sent.get(intent) === digest);
    const [intent] = at < 0 ? [] : absent.splice(at, 1);
    if (intent === undefined) continue;
    const flags = formatFlags(free.get(id)?.flags ?? []);
    found.push({ intent, targetId: id, digest: Buffer.from(digest, 'hex'), flags });
  }
}

/**
 * A calendar that keeps deleted events makes one that comes again of the old one, under the id that it had: what archived
 * entries alone claim is what was being written, where it says so.
 */
async function foundRevived(
  { pool, claim }: PassContext,
  row: ContainerRow,
  candidates: readonly Candidate[],
  claimed: ReadonlySet<string>,
  absent: Intent[],
  found: Found[],
): Promise<void> {
  const theirs = candidates.filter((one) => one.marked && claimed.has(one.targetId));
  if (absent.length === 0 || theirs.length === 0 || !pivotOf(row.kind).hasNaturalKey) return;
  const live = await claimedTargetIds(
    pool,
    await entriesOfTarget(pool, claim.entryId, 'live'),
    row.key,
    theirs.map((one) => one.targetId),
  );
  for (const { targetId, digest } of theirs) {
    const at = absent.findIndex((intent) => digest !== undefined && intent.digest?.equals(digest) === true);
    const intent = absent[at];
    if (live.has(targetId) || intent === undefined || digest === undefined) continue;
    absent.splice(at, 1);
    found.push({ intent, targetId, digest });
  }
}

/** Creates of several requests that broke off: what has the key of one that was free before. A replacement does the rest. */
async function foundBegun(
  writer: Writer,
  row: ContainerRow,
  free: Known[],
  absent: Intent[],
  found: Found[],
): Promise<void> {
  if (!absent.some(({ data }) => data?.isFree === true) || free.length === 0) return;
  for await (const { targetId, matchKey, version } of writer.inventory(row.key, { matchKey: true })) {
    const at = absent.findIndex((intent) => intent.data?.isFree === true && isKey(intent, matchKey));
    const held = free.findIndex((one) => one.targetId === targetId);
    const [intent, copy] = [absent[at], free[held]];
    if (intent === undefined || copy === undefined) continue;
    absent.splice(at, 1);
    free.splice(held, 1);
    found.push({ intent, targetId, digest: copy.digest, version, isBegun: true });
  }
}

const isKey = (intent: Intent, key: Buffer | undefined): boolean =>
  key !== undefined && intent.matchKey?.equals(key) === true;

/** What is sure to be ours, and one too many: another send of what the books have from this very listing. */
function sentTwice(
  free: readonly Known[],
  candidates: readonly Candidate[],
  claimed: ReadonlySet<string>,
): readonly Known[] {
  const known = candidates.filter((one) => one.marked && claimed.has(one.targetId));
  return free.filter((one) => one.marked && known.some((other) => other.digest?.equals(one.digest)));
}

/** Clocks differ. */
const EARLIER_MS = 60 * 60_000;

/** From where candidates are looked for; undefined: everywhere. */
function positions(
  started: Date | undefined,
  settle: SettleCapability,
  intents: readonly Intent[],
): readonly (string | undefined)[] {
  if (settle === 'pending-mark') return [undefined];
  const marks = [...new Set(intents.map((intent) => intent.mark))];
  if (settle === 'read-back') return marks.length === 0 ? [undefined] : marks;
  // Times: the earliest one holds all others. What landed late was sent by this pass or the one before.
  const since = started === undefined ? undefined : new Date(started.getTime() - EARLIER_MS).toISOString();
  return marks.includes(undefined) || since === undefined ? [undefined] : [[since, ...marks].sort()[0]];
}

/**
 * What may be ours. Where the target is read back, every batch has its own position: batches overtake each other, so
 * the first intent's need not be the lowest.
 */
async function allCandidates(
  writer: Writer,
  key: string,
  positions: readonly (string | undefined)[],
): Promise<Candidate[]> {
  const found = new Map<string, Candidate>();
  try {
    for (const since of positions)
      for await (const candidate of writer.candidates(key, since)) found.set(candidate.targetId, candidate);
  } catch (error) {
    // People removed the folder, and with it whatever we had written there.
    if (!(error instanceof SternaError) || error.code !== 'container-gone') throw error;
  }
  return [...found.values()];
}

async function removeOriginal(context: PassContext, writer: Writer, intent: Intent): Promise<void> {
  const { move } = intent.data ?? {};
  if (move === undefined || intent.targetId === undefined) return;
  await writer.apply([
    {
      verb: 'remove',
      op: String(intent.op),
      container: targetById(context, move.fromContainer).key,
      targetId: intent.targetId,
      how: 'expunge',
    },
  ]);
}

/**
 * A replacement is settled by what the copy holds now: what we were writing, or not yet. Then it is written again, and
 * its precondition tells whether somebody else came in between.
 */
async function settleReplaces(context: PassContext, row: ContainerRow, intents: readonly Intent[]): Promise<void> {
  if (intents.length === 0) return;
  const byId = new Map(intents.map((intent) => [intent.targetId, intent]));
  const found: Found[] = [];
  for await (const copy of context.target.reader.read(
    row.key,
    intents.map((intent) => intent.targetId ?? ''),
  )) {
    if (!('body' in copy)) continue;
    const intent = byId.get(copy.id);
    const digest = await digestOf(row.kind, copy.body);
    if (intent?.digest?.equals(digest) === true)
      found.push({ intent, targetId: copy.id, digest, version: copy.version });
  }
  await settleFoundAndForget(context, intents, found);
}

/**
 * The id was ours to choose: a create that is sent again answers with the same object, so mail, which never changes,
 * needs not be found; nor what is written in several requests, of which some may be missing, as long as its source is
 * as it was. Other objects are looked at: what landed may have been changed by people since, and its source may be
 * another or none by now.
 */
async function settleReserved(
  context: PassContext,
  writer: Writer,
  row: ContainerRow,
  intents: readonly Intent[],
): Promise<void> {
  const inSteps = capabilitiesFor(context.target, row.kind).inSteps === true;
  const landed =
    row.kind === 'message'
      ? []
      : inSteps
        ? await landedSteps(context, row, intents)
        : await landedCreates(context, row, intents);
  await settleFound(context, landed);
  const moves = intents.filter((intent) => intent.verb === 'place');
  const moved: { intent: Intent; targetId: string; digest: Buffer }[] = [];
  if (moves.length > 0) {
    const byId = new Map(moves.map((intent) => [intent.targetId, intent]));
    for await (const item of writer.inventory(row.key, {})) {
      const intent = byId.get(item.targetId);
      if (intent?.digest !== undefined) moved.push({ intent, targetId: item.targetId, digest: intent.digest });
    }
  }
  const others = new Set(landed.map(({ intent }) => intent));
  await settleFoundAndForget(
    context,
    intents.filter((intent) => !others.has(intent)),
    moved,
  );
}

/**
 * A file's id is its name, which anybody may have given to another one: what is there counts as ours only where it is
 * what was being written. Otherwise it is written again, and what is there meets the conflict option.
 */
async function settleFiles(
  context: PassContext,
  writer: Writer,
  row: ContainerRow,
  intents: readonly Intent[],
): Promise<void> {
  const found: Found[] = [];
  for (const intent of intents) {
    context.control.signal.throwIfAborted();
    const copy =
      intent.verb === 'place' ? await movedFile(context, writer, row, intent) : await writtenFile(context, row, intent);
    if (copy === undefined) continue;
    found.push({ intent, ...copy });
    // Nobody will ask for what is under its temporary name any more.
    await writer.discard?.(row.key, stampFor(context.claim.entryId, intent.src, intent.data?.srcVersion, intent.size));
  }
  await settleFoundAndForget(context, intents, found);
}

/** No copy is ever of this version, so it counts as changed by people: the conflict option decides. */
const VERSION_OF_PEOPLE = '"not-as-written"';

/** The answer that would have told them is lost: what the copy itself says is left. */
const toldByCopy = (intent: Intent, notes: readonly FidelityNote[] = []): readonly ObjectNote[] =>
  notes.map(({ code, text }) => ({
    kind: 'fidelity',
    code,
    text,
    src: intent.src,
    srcId: intent.srcId,
    container: intent.container,
  }));

const heldOtherwise = (intent: Intent): ObjectNote => ({
  kind: 'fidelity',
  code: 'changed-by-target',
  text: 'The target took it, the connection was lost, and now it holds something else: its server or a person changed it.',
  src: intent.src,
  srcId: intent.srcId,
  container: intent.container,
});

async function landedCreates(
  context: PassContext,
  row: ContainerRow,
  intents: readonly Intent[],
): Promise<readonly Found[]> {
  const byId = new Map(
    intents.flatMap((intent) =>
      intent.verb === 'create' && intent.reservedId !== undefined && intent.digest !== undefined
        ? [[intent.reservedId, { intent, digest: intent.digest }] as const]
        : [],
    ),
  );
  const found: Found[] = [];
  if (byId.size === 0) return found;
  for await (const copy of context.target.reader.read(row.key, [...byId.keys()])) {
    const ours = byId.get(copy.id);
    if (ours === undefined || !('body' in copy)) continue;
    const asWritten = ours.digest.equals(await digestOf(row.kind, copy.body));
    found.push(
      asWritten
        ? { ...ours, targetId: copy.id, version: copy.version, notes: toldByCopy(ours.intent, copy.notes) }
        : { ...ours, targetId: copy.id, version: VERSION_OF_PEOPLE, notes: [heldOtherwise(ours.intent)] },
    );
  }
  return found;
}

/**
 * Of what is written in several requests: what its source says otherwise by now, or no more. Sent again, the target would
 * answer with what it has under that id, and the books would call that the new version; not sent again, they would have
 * nothing of it.
 */
async function landedSteps(
  context: PassContext,
  row: ContainerRow,
  intents: readonly Intent[],
): Promise<readonly Found[]> {
  const outdated: Intent[] = [];
  for (const intent of intents)
    if (intent.verb === 'create' && !(await isAsSent(context, intent))) outdated.push(intent);
  try {
    return (await landedCreates(context, row, outdated)).map((one) => ({ ...one, notes: [landedBefore(one.intent)] }));
  } catch (error) {
    // Nobody is there yet who may look: a later phase of this pass may change that.
    if (error instanceof SternaError && error.class === 'config') return [];
    throw error;
  }
}

/** A source without versions can't tell that it isn't. */
async function isAsSent(context: PassContext, intent: Intent): Promise<boolean> {
  const { key } = sourceById(context, intent.container);
  const sent = intent.data?.srcVersion;
  try {
    for await (const content of context.source.reader.read(key, [intent.srcId])) {
      if ('vanished' in content) return false;
      return !('body' in content) || sent === undefined || content.version === undefined || content.version === sent;
    }
  } catch (error) {
    if (!(error instanceof SternaError) || error.code !== 'container-gone') throw error;
  }
  return false;
}

const landedBefore = (intent: Intent): ObjectNote => ({
  kind: 'fidelity',
  code: 'landed-before-change',
  text: 'The target took it, the connection was lost, and its source was changed or removed before the rest was sent: the copy is what came first, and may lack some of what belongs to it.',
  src: intent.src,
  srcId: intent.srcId,
  container: intent.container,
});

async function settleFoundAndForget(
  context: PassContext,
  intents: readonly Intent[],
  found: readonly Found[],
): Promise<void> {
  await settleFound(context, found);
  const done = new Set(found.map(({ intent }) => intent));
  await forget(
    context,
    intents.filter((intent) => !done.has(intent)),
  );
}

async function settleFound(context: PassContext, found: readonly Found[]): Promise<void> {
  if (found.length === 0) return;
  const { pool, claim, progress } = context;
  const replaced = found.flatMap(({ intent }) => (intent.verb === 'replace' ? [intent.src] : []));
  const rows = replaced.length === 0 ? undefined : await rowsBySource(pool, claim.entryId, replaced);
  // A later version on top of a copy that this very pass created: it counts as created, once.
  const isNew = ({ intent }: Found): boolean => {
    const row = intent.verb === 'replace' ? rows?.get(intent.src.toString('hex')) : undefined;
    return row?.pass === claim.number && row.state === 'created';
  };
  await inFencedTransaction(pool, claim.lease, async (client) => {
    const moves = found.flatMap(({ intent }) =>
      intent.data?.move === undefined ? [] : [{ from: Buffer.from(intent.data.move.goneSrc, 'hex'), to: intent.src }],
    );
    await deleteRows(
      client,
      claim.entryId,
      moves.map(({ from }) => from),
    );
    await carryNotes(client, claim.entryId, moves);
    await settleRows(
      client,
      claim.entryId,
      claim.number,
      found.map((one) => {
        const settled = settledBy(context, one.intent, one.targetId, one.digest, one.version, one.flags);
        if (isNew(one)) return { ...settled, state: 'created' };
        // So that a listing plans the rest again, should this pass not come to it.
        return one.isBegun === true ? { ...settled, srcVersion: undefined } : settled;
      }),
    );
    for (const { intent, flags, isBegun } of found) {
      if (intent.data?.older === true || isBegun === true)
        await planReplacement(client, claim.entryId, intent.container, [intent.todoSeq]);
      else await deleteTodos(client, claim.entryId, intent.container, [intent.todoSeq]);
      // A moved copy has the flags it had, one whose writer died may have none; the state phase brings what differs.
      const base = flags ?? intent.data?.move?.baseFlags;
      if (base !== undefined && base !== intent.flags)
        await insertTodos(client, claim.entryId, intent.container, [
          { verb: 'state', src: intent.src, srcId: intent.srcId, flags: intent.flags ?? '' },
        ]);
    }
    const ops = found.map(({ intent }) => intent.op);
    if (replaced.length > 0) await overwrittenIsOfPass(client, claim.entryId, claim.number, ops);
    await deleteIntents(client, claim.entryId, ops);
    await insertNotes(
      client,
      claim.entryId,
      claim.number,
      found.flatMap(({ notes = [] }) => notes),
    );
  });
  // What isn't whole counts when it is.
  for (const { intent, isBegun } of found) {
    if (isBegun === true) continue;
    progress.objects += 1;
    progress.bytes += intent.size ?? 0;
  }
}

interface Found {
  readonly intent: Intent;
  readonly targetId: string;
  readonly digest: Buffer;
  /** Of the copy, where the target has versions. */
  readonly version?: string | undefined;
  /** Those that the copy has, where they may be other ones than were sent. */
  readonly flags?: string;
  readonly notes?: readonly ObjectNote[];
  /** It isn't whole. */
  readonly isBegun?: true;
}

const settledBy = (
  context: PassContext,
  intent: Intent,
  targetId: string,
  digest: Buffer,
  version?: string,
  flags?: string,
): Settled => ({
  kind: sourceById(context, intent.container).kind,
  src: intent.src,
  srcId: intent.srcId,
  container: intent.container,
  targetContainer: intent.targetContainer,
  state: intent.verb === 'create' ? 'created' : 'updated',
  reason: 'none',
  size: intent.size,
  flags: flags ?? intent.data?.move?.baseFlags ?? intent.flags,
  matchKey: intent.matchKey,
  digest,
  targetId,
  srcVersion: intent.data?.srcVersion,
  targetVersion: version,
});

/** Not in the target: its to-do stays and it is sent again, with a fresh intent. */
async function forget(context: PassContext, intents: readonly Intent[]): Promise<void> {
  if (intents.length === 0) return;
  await inFencedTransaction(context.pool, context.claim.lease, (client) =>
    deleteIntents(
      client,
      context.claim.entryId,
      intents.map((intent) => intent.op),
    ),
  );
}

/** Nobody can tell whether it is there: left to a person, never sent again. */
async function giveUp(context: PassContext, intents: readonly Intent[]): Promise<void> {
  if (intents.length === 0) return;
  const { pool, claim } = context;
  await inFencedTransaction(pool, claim.lease, async (client) => {
    await settleRows(
      client,
      claim.entryId,
      claim.number,
      intents.map((intent) => ({
        ...settledBy(context, intent, '', Buffer.alloc(0)),
        state: 'uncertain' as const,
        digest: intent.digest,
        targetId: undefined,
      })),
    );
    for (const intent of intents) await deleteTodos(client, claim.entryId, intent.container, [intent.todoSeq]);
    await deleteIntents(
      client,
      claim.entryId,
      intents.map((intent) => intent.op),
    );
    await insertNotes(
      client,
      claim.entryId,
      claim.number,
      intents.map((intent) => ({
        kind: 'uncertain' as const,
        code: 'outcome-unknown',
        text: 'The connection was lost while this object was being written, and the target can’t tell whether it is there.',
        fix: 'Look for it in the target. If it is missing, copy it by hand or start a remigration.',
        src: intent.src,
        srcId: intent.srcId,
        container: intent.container,
      })),
    );
  });
}
