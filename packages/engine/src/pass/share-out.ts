import { setTimeout as pause } from 'node:timers/promises';
import { CONTENT_KINDS, type ContentKind, type ErrorClass, type Settings, SternaError } from '@sterna/core';
import {
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
  todoCounts,
  todoRanges,
} from '@sterna/store';
import { capabilitiesFor, nativeFormat, type PassContext, sourceById } from './context.ts';

/** How often the pass's own worker looks at what others do. */
const LOOK_MS = 500;
const NOTHING: ShareCounts = { objects: 0, bytes: 0, failed: 0 };

/**
 * Cuts what a huge pass has to create into shares and works on them together with whoever joins. Afterwards this worker
 * is alone again: only so may it settle what is of unknown outcome, since what others have under way looks just like that.
 *
 * @param work Carries out a share; false where something of it is of unknown outcome
 * @returns false where something is to be settled before anything else is written. What is left otherwise is for this
 *   worker, in the usual way
 */
export async function shareOut(context: PassContext, work: (share: PassShare) => Promise<boolean>): Promise<boolean> {
  const { pool, claim, control } = context;
  const shares = await planShares(context);
  if (shares.length < 2) return true;
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
  return !(await hasOpenIntents(pool, claim.entryId));
}

async function planShares(context: PassContext): Promise<readonly NewShare[]> {
  const { pool, claim, split, trial } = context;
  // What limits a pass as a whole is counted by one.
  if (split === undefined || trial !== undefined || isCapped(context.settings.settings)) return [];
  const kinds = CONTENT_KINDS.filter((kind) => isShared(context, kind));
  if (kinds.length === 0) return [];
  const work = (await todoCounts(pool, claim.entryId))
    .filter(({ verb }) => verb === 'create')
    .map(({ container, count }) => ({ row: sourceById(context, container), count }))
    .filter(({ row }) => row.targetContainer !== undefined && kinds.includes(row.kind));
  const planned = work.reduce((sum, { count }) => sum + count, 0);
  // Who finds out what moved must see all that was found there, and what others took of it.
  if (planned < split.from || (await hasGoneRows(pool, claim.entryId))) return [];
  context.progress.planned = planned;
  const shares: NewShare[] = [];
  for (const kind of kinds) {
    const containers = work.filter(({ row }) => row.kind === kind).map(({ row }) => row.id);
    const ranges = await todoRanges(pool, claim.entryId, containers, 'create', split.size);
    shares.push(...packed(ranges, split.size).map((some) => ({ kind, ranges: some })));
  }
  return shares;
}

const isCapped = ({ bandwidth }: Settings): boolean =>
  [bandwidth, ...bandwidth.windows].some(({ bytesPerSecond }) => bytesPerSecond !== undefined);

/**
 * Objects without a key of their own, in containers that take several sessions. What would be answered with another's id,
 * or goes by a folder for imports that is a session's own, stays with one worker.
 */
const isShared = (context: PassContext, kind: ContentKind): boolean =>
  kind === 'message' &&
  [context.source, context.target].every((side) => capabilitiesFor(side, kind).manySessions === true) &&
  capabilitiesFor(context.target, kind).collapsesTwins === false &&
  nativeFormat(context, kind) === undefined;

/** Small containers together. */
function packed(ranges: readonly (TodoRange & { readonly count: number })[], size: number): TodoRange[][] {
  const packs: TodoRange[][] = [];
  let room = 0;
  for (const { count, ...range } of ranges) {
    if (count > room) {
      packs.push([]);
      room = size;
    }
    packs.at(-1)?.push(range);
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
