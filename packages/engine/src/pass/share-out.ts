import { setTimeout as pause } from 'node:timers/promises';
import { type ContentKind, type ErrorClass, type Settings, SternaError } from '@sterna/core';
import {
  type ContainerRow,
  closeShares,
  dismissDead,
  hasGoneRows,
  hasOpenIntents,
  type NewShare,
  openShares,
  type PassShare,
  putShare,
  type ShareCounts,
  type SharesState,
  sharesState,
  type TodoRange,
  takeShare,
  todoRanges,
} from '@sterna/store';
import { capabilitiesFor, nativeFormat, type PassContext, sourceById } from './context.ts';

/** How often the pass's own worker looks at what others do. */
const LOOK_MS = 500;
const NOTHING: ShareCounts = { objects: 0, bytes: 0, failed: 0 };

/** What is to be created of one source container. */
export interface Planned {
  readonly row: ContainerRow;
  readonly count: number;
}

/**
 * Cuts what a huge pass has to create of a kind into shares and works on them together with whoever joins. Afterwards this
 * worker is alone again: only so may it settle what is of unknown outcome, since what others have under way looks just
 * like that.
 *
 * @param work Carries out a share; false where something of it is of unknown outcome
 * @returns `unsettled` where something is to be settled before anything else is written. What is left otherwise is for
 *   this worker, in the usual way: all of it where it is `alone`, or what nobody could do of what was `shared`
 */
export async function shareOut(
  context: PassContext,
  kind: ContentKind,
  planned: readonly Planned[],
  work: (share: PassShare) => Promise<boolean>,
): Promise<'alone' | 'shared' | 'unsettled'> {
  const { pool, claim, control } = context;
  const shares = await planShares(context, kind, planned);
  if (shares.length < 2) return 'alone';
  await openShares(pool, claim, shares);
  for (const { ranges } of shares)
    for (const { container } of ranges) {
      const { targetContainer } = sourceById(context, container);
      if (targetContainer !== undefined) context.writtenTargets.add(targetContainer);
    }
  const others = new Others(context);
  try {
    for (let isSettled = true; isSettled; ) {
      control.checkpoint();
      const share = await takeShare(pool, claim);
      if (share !== undefined) {
        isSettled = await work(share);
        await putShare(pool, claim, share.number, isSettled ? 'done' : 'left', NOTHING);
      } else if ((await others.look()) > 0) await pause(LOOK_MS);
      else break;
    }
  } catch (thrown) {
    // Where the lease is lost, who has it next waits for them.
    if (!control.signal.aborted) await others.untilGone().catch(() => undefined);
    throw thrown;
  } finally {
    others.stop();
  }
  await others.untilGone();
  return (await hasOpenIntents(pool, claim.entryId)) ? 'unsettled' : 'shared';
}

async function planShares(
  context: PassContext,
  kind: ContentKind,
  planned: readonly Planned[],
): Promise<readonly NewShare[]> {
  const { pool, claim, split, trial } = context;
  // What limits a pass as a whole is counted by one.
  if (split === undefined || trial !== undefined || isCapped(context.settings.settings)) return [];
  if (!isShared(context, kind)) return [];
  // What the target refuses to have only this worker knows.
  const work = planned.filter(({ row }) => row.targetContainer !== undefined && !context.refused.has(row.id));
  const count = work.reduce((sum, one) => sum + one.count, 0);
  // Who finds out what moved must see all that was found there, and what others took of it.
  if (count < split.from || (await hasGoneRows(pool, claim.entryId))) return [];
  const containers = work.map(({ row }) => row.id);
  const parts =
    kind === 'file'
      ? wholeFolders(context, await todoRanges(pool, claim.entryId, containers, 'create', Number.MAX_SAFE_INTEGER))
      : (await todoRanges(pool, claim.entryId, containers, 'create', split.size)).map(asPart);
  return packed(parts, split.size).map((ranges) => ({ kind, ranges }));
}

const isCapped = ({ bandwidth }: Settings): boolean =>
  [bandwidth, ...bandwidth.windows].some(({ bytesPerSecond }) => bytesPerSecond !== undefined);

/**
 * What several sessions may write at once on both sides. What would be answered with another's id, or goes by a folder for
 * imports that is a session's own, stays with one worker; so does all that has a key of its own, files apart.
 */
const isShared = (context: PassContext, kind: ContentKind): boolean =>
  (kind === 'message' || kind === 'file') &&
  [context.source, context.target].every((side) => capabilitiesFor(side, kind).manySessions === true) &&
  capabilitiesFor(context.target, kind).collapsesTwins === false &&
  nativeFormat(context, kind) === undefined;

/** What is never divided. */
interface Part {
  readonly ranges: readonly TodoRange[];
  readonly count: number;
}

const asPart = ({ count, ...range }: TodoRange & { readonly count: number }): Part => ({ ranges: [range], count });

/**
 * Names are given out by whoever writes into a folder of the target, out of its own memory: so all that goes into one stays
 * together, that of several folders of the source too, where they are merged. The largest come first, lest everybody waits
 * for one in the end.
 */
const wholeFolders = (
  context: PassContext,
  ranges: readonly (TodoRange & { readonly count: number })[],
): readonly Part[] =>
  [...Map.groupBy(ranges, ({ container }) => sourceById(context, container).targetContainer).values()]
    .map((group) => ({
      ranges: group.map(({ count, ...range }) => range),
      count: group.reduce((sum, { count }) => sum + count, 0),
    }))
    .sort((a, b) => b.count - a.count);

/** Small ones together. */
function packed(parts: readonly Part[], size: number): TodoRange[][] {
  const packs: TodoRange[][] = [];
  let room = 0;
  for (const { ranges, count } of parts) {
    if (count > room) {
      packs.push([]);
      room = size;
    }
    packs.at(-1)?.push(...ranges);
    room -= count;
  }
  return packs;
}

/** The other workers on a pass, as its own one sees them. */
class Others {
  readonly #context: PassContext;
  readonly #timer: NodeJS.Timeout;
  #counted = NOTHING;
  #counting: Promise<unknown> = Promise.resolve();

  constructor(context: PassContext) {
    this.#context = context;
    // While this worker has its hands full, what others do shows all the same.
    this.#timer = setInterval(() => void this.#count().catch(() => undefined), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @returns how many shares they are working on @throws SternaError why one of them found that the pass has to end */
  async look(): Promise<number> {
    const { error, underWay } = await this.#count();
    if (error !== null)
      throw new SternaError(error.class as ErrorClass, error.code, error.message, {
        ...(error.fix === undefined ? {} : { fix: error.fix }),
      });
    return underWay;
  }

  /** Closes the shares and waits until nobody is left, or until the leases of those that are have run out. */
  async untilGone(): Promise<void> {
    const { pool, claim, control, progress } = this.#context;
    await closeShares(pool, claim);
    while ((await this.#count()).helpers > 0) {
      control.signal.throwIfAborted();
      await pause(LOOK_MS / 5);
    }
    await dismissDead(pool, claim);
    progress.workers = 1;
    await this.look();
  }

  /** One after the other: an older count must not come last. */
  #count(): Promise<SharesState> {
    const count = this.#counting.then(() => this.#countNow());
    this.#counting = count.catch(() => undefined);
    return count;
  }

  async #countNow(): Promise<SharesState> {
    const { pool, claim, progress } = this.#context;
    const state = await sharesState(pool, claim);
    const { objects, bytes, failed, helpers } = state;
    progress.objects += objects - this.#counted.objects;
    progress.planned -= objects - this.#counted.objects;
    progress.bytes += bytes - this.#counted.bytes;
    progress.failed += failed - this.#counted.failed;
    this.#counted = { objects, bytes, failed };
    progress.workers = 1 + helpers;
    return state;
  }
}
