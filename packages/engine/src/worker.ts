import type { Claim, Joined, PassEnd } from '@sterna/store';
import {
  claimPass,
  countThroughput,
  joinPass,
  LeaseLost,
  pruneThroughput,
  renewJoined,
  renewLease,
  reportProgress,
} from '@sterna/store';
import { forgetOverwritten } from './forget-overwritten.ts';
import type { SplitOptions } from './pass/context.ts';
import { helpPass, type ShareUnderWay } from './pass/help-pass.ts';
import { PassControl } from './pass/interruption.ts';
import type { EngineDependencies } from './pass/open-entry.ts';
import type { Progress } from './pass/progress.ts';
import { isDatabaseError, runPass } from './pass/run-pass.ts';

export interface WorkerOptions {
  /** Passes at a time in this process. */
  readonly concurrency: number;
  /** A dead worker's passes are taken over after this long. 15 unless told; the kill harness uses 0.5. */
  readonly leaseSeconds?: number;
  /** A pass gives way to waiting ones after this long, so that one huge mailbox never starves small ones. */
  readonly sliceSeconds?: number;
  /** When a huge pass is cut into shares for workers that have nothing else to do. */
  readonly split?: SplitOptions;
}

export interface Worker {
  /** Lets go of all passes at their next safe point and waits for that. A second call destroys their sockets. */
  stop(): Promise<void>;
}

const DEFAULT_LEASE = 15;
/** One pass in its own process: who kills it and starts it again doesn't want to wait long. */
const DEFAULT_LEASE_HERE = 5;
const DEFAULT_SLICE = 60;
/** Shares are long enough that taking one costs nothing beside it, and short enough that all end at about the same time. */
const DEFAULT_SPLIT: SplitOptions = { from: 5_000, size: 2_000 };
/** A pass whose systems wouldn't have this process as well isn't joined again before this time is over. */
const STAY_AWAY_SECONDS = 60;
/** How often an idle worker looks for passes whose time has come or whose worker died. Notifications wake it sooner. */
const IDLE_POLL_SECONDS = 2;
/** How often what a running pass has done is added to the throughput; its end adds the rest. */
const COUNT_SECONDS = 10;
const PRUNE_HOURS = 1;

/** Runs a claim while renewing its lease. @returns undefined if the lease was lost: somebody else goes on */
async function runClaim(
  deps: EngineDependencies,
  claim: Claim,
  control: PassControl,
  options: {
    leaseSeconds: number;
    sliceSeconds: number;
    split?: SplitOptions;
    onProgress?: ((progress: Progress) => void) | undefined;
  },
): Promise<PassEnd['status'] | undefined> {
  let progress: Progress | undefined;
  // Nothing more is written than settling takes.
  if (claim.stopRequested === true) control.interrupt('stop');
  const startedAt = performance.now();
  let countedAt = startedAt;
  const renew = async (): Promise<boolean> => {
    const state = await renewLease(deps.pool, claim, options.leaseSeconds);
    if (state.stopRequested) control.interrupt('stop');
    else if (state.othersWait && performance.now() - startedAt > options.sliceSeconds * 1_000)
      control.interrupt('yield');
    return state.held;
  };
  const tell = async (): Promise<void> => {
    if (progress === undefined) return;
    options.onProgress?.(progress);
    await reportProgress(deps.pool, claim, progress.snapshot());
    if (performance.now() - countedAt > COUNT_SECONDS * 1_000) {
      countedAt = performance.now();
      await countThroughput(deps.pool, claim.passId);
    }
  };
  return whileRenewed(deps, claim, control, { leaseSeconds: options.leaseSeconds, renew, tell }, () =>
    runPass(
      deps,
      claim,
      control,
      (p) => {
        progress = p;
      },
      options.split,
    ),
  );
}

/** Helps with another worker's pass while renewing the lease for that. @returns undefined if that was lost */
async function runJoined(
  deps: EngineDependencies,
  joined: Joined,
  control: PassControl,
  leaseSeconds: number,
): Promise<'done' | 'refused' | undefined> {
  let share: () => ShareUnderWay | undefined = () => undefined;
  const renew = async (): Promise<boolean> => {
    const { held, leave } = await renewJoined(deps.pool, joined, leaseSeconds, share());
    if (leave) control.interrupt('yield');
    return held;
  };
  return whileRenewed(deps, joined.claim, control, { leaseSeconds, renew }, () =>
    helpPass(deps, joined, control, (current) => {
      share = current;
    }),
  );
}

/**
 * Renews a lease again and again while some work is done under it.
 *
 * @param lease.renew Resolves to whether it is held
 * @param lease.tell Called after each renewal
 * @returns undefined where the work ended since the lease was lost or the database is away
 */
async function whileRenewed<T>(
  deps: EngineDependencies,
  claim: Claim,
  control: PassControl,
  lease: { leaseSeconds: number; renew: () => Promise<boolean>; tell?: () => Promise<void> },
  work: () => Promise<T>,
): Promise<T | undefined> {
  const { leaseSeconds } = lease;
  let renewedAt = performance.now();
  let busy = false;
  const tick = async (): Promise<void> => {
    // Whoever lets go at once doesn't keep others waiting.
    if (control.signal.aborted) return;
    // The renewal may hang with the database: then the lease runs out by our own clock, and the sockets go.
    if (performance.now() - renewedAt > leaseSeconds * 1_000) control.abort(new LeaseLost());
    if (busy) return;
    busy = true;
    const sentAt = performance.now();
    try {
      if (await lease.renew()) renewedAt = sentAt;
      else control.abort(new LeaseLost());
      await lease.tell?.();
    } catch (error) {
      deps.log({ level: 'warn', message: 'lease renewal failed', pass: claim.passId, error: String(error) });
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void tick(), Math.min(1_000, (leaseSeconds * 1_000) / 3));
  try {
    return await work();
  } catch (error) {
    if (error instanceof LeaseLost || control.signal.aborted || isDatabaseError(error)) {
      deps.log({ level: 'warn', message: 'pass let go', pass: claim.passId, error: String(error) });
      return undefined;
    }
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Claims passes and runs them, until stopped. */
export function startWorker(deps: EngineDependencies, options: WorkerOptions): Worker {
  const leaseSeconds = options.leaseSeconds ?? DEFAULT_LEASE;
  const sliceSeconds = options.sliceSeconds ?? DEFAULT_SLICE;
  const split = options.split ?? DEFAULT_SPLIT;
  const running = new Map<PassControl, Promise<void>>();
  let stopping = false;
  let wake: () => void = () => {};
  const listener = listen(deps, () => wake());
  const prune = (): void =>
    void Promise.all([pruneThroughput(deps.pool), forgetOverwritten(deps)]).catch((error) =>
      deps.log({ level: 'warn', message: 'what is old could not be pruned', error: String(error) }),
    );
  prune();
  const pruning = setInterval(prune, PRUNE_HOURS * 3_600_000);
  pruning.unref();

  /** Passes that this process isn't to join, and until when. */
  const stayAway = new Map<number, number>();
  const start = (passId: number, work: (control: PassControl) => Promise<void>): void => {
    const control = new PassControl();
    const task = work(control)
      .catch((error) =>
        deps.log({ level: 'error', message: 'pass crashed', pass: passId, error: String(error?.stack ?? error) }),
      )
      .finally(() => {
        running.delete(control);
        wake();
      });
    running.set(control, task);
  };
  /** What waits unstarted comes before a part of what is under way. @returns false where there is nothing to do */
  const startNext = async (): Promise<boolean> => {
    const claim = await claimPass(deps.pool, { leaseSeconds });
    if (claim !== undefined) {
      start(claim.passId, async (control) => {
        await runClaim(deps, claim, control, { leaseSeconds, sliceSeconds, split });
      });
      return true;
    }
    for (const [passId, until] of stayAway) if (until < performance.now()) stayAway.delete(passId);
    const joined = await joinPass(deps.pool, { leaseSeconds, except: [...stayAway.keys()] });
    if (joined === undefined) return false;
    const { passId } = joined.claim;
    start(passId, async (control) => {
      if ((await runJoined(deps, joined, control, leaseSeconds)) !== 'done')
        stayAway.set(passId, performance.now() + STAY_AWAY_SECONDS * 1_000);
    });
    return true;
  };

  const loop = (async () => {
    while (!stopping) {
      let claimed = false;
      if (running.size < options.concurrency) {
        try {
          claimed = await startNext();
        } catch (error) {
          deps.log({ level: 'warn', message: 'no pass could be claimed', error: String(error) });
        }
      }
      if (!claimed && !stopping) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(IDLE_POLL_SECONDS, leaseSeconds) * 1_000);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  })();

  let stopCalls = 0;
  return {
    async stop() {
      stopping = true;
      clearInterval(pruning);
      stopCalls += 1;
      for (const control of running.keys()) {
        if (stopCalls === 1) control.interrupt('shutdown');
        else control.abort(new LeaseLost());
      }
      wake();
      await loop;
      await Promise.all(running.values());
      await listener.stop();
    },
  };
}

/**
 * Runs one pass in this process until it is over or a person must act, waiting through its pauses: `sterna copy`.
 *
 * @param onPause called with the words and the time of each wait
 */
export async function runPassHere(
  deps: EngineDependencies,
  passId: number,
  options: {
    readonly leaseSeconds?: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: Progress) => void;
    readonly onPause?: (detail: string, resumeAt: Date) => void;
  } = {},
): Promise<PassEnd['status'] | 'interrupted'> {
  const leaseSeconds = options.leaseSeconds ?? DEFAULT_LEASE_HERE;
  let told: number | undefined;
  for (;;) {
    if (options.signal?.aborted === true) return 'interrupted';
    const state = await passState(deps, passId).catch((error) => {
      if (isDatabaseError(error)) return undefined;
      throw error;
    });
    if (state !== undefined && !['queued', 'running', 'pending'].includes(state.status))
      return state.status as PassEnd['status'];
    const until = state?.resumeAt ?? state?.heldUntil;
    if (until !== undefined && until > new Date() && (told === undefined || until.getTime() > told + 1_000)) {
      told = until.getTime();
      options.onPause?.(state?.resumeAt === undefined ? HELD : (state.detail ?? ''), until);
    }
    const claim = await claimPass(deps.pool, { leaseSeconds, passId }).catch((error) => {
      if (isDatabaseError(error)) return undefined;
      throw error;
    });
    if (claim === undefined) {
      // Another process holds it, or its time has not come: look again soon.
      await pause(Math.min(1, leaseSeconds) * 1_000, options.signal);
      continue;
    }
    const control = new PassControl();
    const stop = (): void => control.interrupt('shutdown');
    options.signal?.addEventListener('abort', stop, { once: true });
    try {
      await runClaim(deps, claim, control, {
        leaseSeconds,
        sliceSeconds: Number.POSITIVE_INFINITY,
        onProgress: options.onProgress,
      });
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
  }
}

const HELD = 'Another process works on it, or died a moment ago.';

async function passState(
  deps: EngineDependencies,
  passId: number,
): Promise<{ status: string; detail: string; resumeAt: Date | undefined; heldUntil: Date | undefined } | undefined> {
  const { rows } = await deps.pool.query(
    `select p.status, p.resume_at, coalesce(p.error->>'message', '') as detail, l.expires_at
       from pass p left join lease l on l.resource = 'entry/' || p.entry_id where p.id = $1`,
    [passId],
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        status: row.status,
        detail: row.detail,
        resumeAt: row.resume_at ?? undefined,
        heldUntil: row.expires_at ?? undefined,
      };
}

const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });

/** Wakes the worker when a pass is queued. Where the connection breaks, polling goes on and it listens again. */
function listen(deps: EngineDependencies, onPass: () => void): { stop(): Promise<void> } {
  let stopped = false;
  let end: (() => void) | undefined;
  const task = (async () => {
    while (!stopped) {
      const client = await deps.pool.connect().catch(() => undefined);
      if (client === undefined) {
        await pause(1_000, undefined);
        continue;
      }
      let broken: Error | undefined;
      try {
        client.on('notification', onPass);
        const over = new Promise<void>((resolve) => {
          end = resolve;
          client.once('error', (error) => {
            broken = error;
            resolve();
          });
          client.once('end', resolve);
        });
        await client.query('listen sterna_pass');
        if (!stopped) await over;
        client.removeListener('notification', onPass);
        if (broken === undefined) await client.query('unlisten sterna_pass');
      } catch (error) {
        broken = error as Error;
      } finally {
        client.release(broken);
      }
      if (!stopped) await pause(500, undefined);
    }
  })();
  return {
    async stop() {
      stopped = true;
      end?.();
      await task;
    },
  };
}
