import { type CrashPoint, type EngineDependencies, startWorker, type Worker, type WorkerOptions } from '@sterna/engine';
import { expect, onTestFinished } from 'vitest';
import { type Bench, type PassOutcome, passOutcome } from './direct-pass.ts';

/** Several workers on one pass, each of its own as far as the database is concerned. */

/** A lease that a busy machine can keep: who loses one as a helper stays away for a minute. */
const OPTIONS: WorkerOptions = { concurrency: 1, leaseSeconds: 3, split: { from: 100, size: 20 } };

type Reached = NonNullable<EngineDependencies['reached']>;

/** Starts a worker, until the test is over. */
export function work(
  bench: Bench,
  reached: Reached,
  options: Partial<WorkerOptions> & Partial<Pick<EngineDependencies, 'log'>> = {},
): Worker {
  const { log = bench.deps.log, ...rest } = options;
  const over = latch();
  // Where a test fails, nobody waits any more for what doesn't come.
  const reachedOrOver: Reached = (at) => Promise.race([reached(at), over.isOpen]);
  const worker = startWorker({ ...bench.deps, log, reached: reachedOrOver }, { ...OPTIONS, ...rest });
  onTestFinished(() => {
    over.open();
    return worker.stop();
  });
  return worker;
}

/** Something that others wait for. */
export function latch(): { readonly isOpen: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { isOpen, open };
}

/** Resolves when `point` is reached for the first time by who is given `reached`. */
export function reaching(point: CrashPoint) {
  const { isOpen, open } = latch();
  return {
    isReached: isOpen,
    reached: (at: CrashPoint): void => {
      if (at === point) open();
    },
  };
}

export async function ended(bench: Bench, passId: number): Promise<PassOutcome> {
  await expect
    .poll(async () => (await passOutcome(bench, passId)).status, { timeout: 60_000 })
    .toMatch(/completed|stopped|failed/);
  return passOutcome(bench, passId);
}

export const running = (bench: Bench, id: number) =>
  expect.poll(async () => (await passOutcome(bench, id)).status, { interval: 10 }).toBe('running');

export const leftovers = async (bench: Bench, passId: number): Promise<unknown> =>
  (
    await bench.database.pool.query(
      `select (select count(*)::int from pass_share where pass_id = $1) as shares,
              (select count(*)::int from lease where within is not null) as helpers,
              (select count(*)::int from intent) as intents, (select count(*)::int from todo) as todos,
              (select count(*)::int from budget_slice) as slots`,
      [passId],
    )
  ).rows[0];

export const NOTHING = { shares: 0, helpers: 0, intents: 0, todos: 0, slots: 0 };

/** So many renewals from now of the leases of all who joined: whatever was asked of them was heard. */
export async function helpersRenewed(bench: Bench, times: number): Promise<void> {
  const expiry = async (): Promise<number> => {
    const { rows } = await bench.database.pool.query(
      'select coalesce(max(expires_at), now()) as at from lease where within is not null',
    );
    return rows[0].at.getTime();
  };
  for (let i = 0; i < times; i += 1) {
    const before = await expiry();
    await expect.poll(expiry, { timeout: 5_000 }).toBeGreaterThan(before);
  }
}
