import type { Session } from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import {
  type Joined,
  LeaseLost,
  leavePass,
  type PassShare,
  putShare,
  type ShareCounts,
  takeShare,
} from '@sterna/store';
import type { PassContext } from './context.ts';
import { type PassControl, PassInterrupted } from './interruption.ts';
import { contextOf, type EngineDependencies, loadRoute, openBoth } from './open-entry.ts';
import { Pace } from './pace.ts';
import { Progress } from './progress.ts';
import { errorJson, isDatabaseError } from './run-pass.ts';
import { loadStructure } from './structure.ts';
import { Transfer } from './transfer.ts';

/** The share that a helper is working on, with what it has done of it so far. */
export interface ShareUnderWay {
  readonly number: number;
  readonly counts: ShareCounts;
}

/**
 * Takes share after share of another worker's pass, until there are none or it is to leave. It reads, intends, writes and
 * settles as that one does. What it doesn't bring to an end it leaves for that one: nothing here ever looks for writes of
 * unknown outcome, since those of other helpers look the same.
 *
 * @param onShare Told of each share, and of undefined where there is none
 * @returns `refused` where this process had better not try again soon. Throws only LeaseLost and database errors
 */
export async function helpPass(
  deps: EngineDependencies,
  joined: Joined,
  control: PassControl,
  onShare: (current: () => ShareUnderWay | undefined) => void,
): Promise<'done' | 'refused'> {
  const { claim, kind } = joined;
  const { pool } = deps;
  const sessions: Session[] = [];
  let share: PassShare | undefined;
  let transfer: Transfer | undefined;
  const progress = new Progress();
  let before: ShareCounts = { objects: 0, bytes: 0, failed: 0 };
  const counts = (): ShareCounts => ({
    objects: progress.objects - before.objects,
    bytes: progress.bytes - before.bytes,
    failed: progress.failed - before.failed,
  });
  onShare(() => (share === undefined ? undefined : { number: share.number, counts: counts() }));
  let outcome: 'done' | 'refused' = 'done';
  let isTooMuch = false;
  try {
    share = await takeShare(pool, claim);
    if (share !== undefined) {
      const route = await loadRoute(deps, claim);
      const opening = { control, progress, kinds: [kind], isBeside: true } as const;
      const [source, target] = await openBoth(deps, claim, route, opening, sessions);
      const run = { source, target, control, progress, trial: undefined, split: undefined };
      const context = notJudging(await contextOf(deps, claim, route, run));
      await loadStructure(context);
      transfer = new Transfer(context, new Pace(context.settings.settings));
      while (share !== undefined) {
        const isSettled = await transfer.share(share);
        await putShare(pool, claim, share.number, isSettled ? 'done' : 'left', counts());
        share = undefined;
        before = { objects: progress.objects, bytes: progress.bytes, failed: progress.failed };
        if (!isSettled) {
          outcome = 'refused';
          break;
        }
        control.checkpoint();
        share = await takeShare(pool, claim);
      }
    }
    await Promise.all(sessions.map((session) => session.close().catch(() => session.destroy())));
  } catch (thrown) {
    for (const session of sessions) session.destroy();
    if (thrown instanceof LeaseLost || control.signal.aborted || isDatabaseError(thrown)) throw thrown;
    const isInterrupted = thrown instanceof PassInterrupted;
    const error = asSternaError(thrown);
    // One helper's way to a system may be blocked, or this be one session too many: the others go on.
    const isTheirs = !isInterrupted && error.class === 'bug';
    if (share !== undefined)
      await putShare(
        pool,
        claim,
        share.number,
        isInterrupted && transfer?.mustSettle !== true ? 'free' : 'left',
        counts(),
        isTheirs ? errorJson(error) : undefined,
      );
    if (!isInterrupted) {
      outcome = 'refused';
      isTooMuch = error.class === 'throttled' || error.class === 'transient';
      deps.log({ level: 'warn', message: 'share given up', pass: claim.passId, error: String(thrown) });
    }
  }
  await leavePass(pool, joined, isTooMuch);
  return outcome;
}

/** Whether too many of a pass's first objects fail is for its own worker to say: these aren't its first. */
function notJudging(context: PassContext): PassContext {
  const { settings } = context.settings;
  const failureShare = { ...settings.failureShare, objects: 0 };
  return { ...context, settings: { ...context.settings, settings: { ...settings, failureShare } } };
}
