import { describe, expect, test } from 'vitest';
import { Budget, type Cost, OUTLOOK_LIMITS } from '../../src/graph/budget.ts';
import { VirtualClock } from './virtual-clock.ts';

const NEVER = new AbortController().signal;

/** Requests of this latency, as many at once as it lets in, until the time is over. @returns when each went, ms from 0 */
async function run(
  budget: Budget,
  clock: VirtualClock,
  latencyMs: number,
  forMs: number,
  cost: Cost = {},
): Promise<number[]> {
  const start = clock.now();
  const went: number[] = [];
  const worker = async (): Promise<void> => {
    while (clock.now() - start < forMs) {
      const release = await budget.enter(cost, NEVER);
      went.push(clock.now() - start);
      await clock.sleep(latencyMs, NEVER);
      release();
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return went;
}

/** The most that any window of this length holds. */
function densest(went: readonly number[], ms: number): number {
  let most = 0;
  for (let from = 0, to = 0; to < went.length; to += 1) {
    while ((went[to] as number) - (went[from] as number) >= ms) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

describe('the budget of a mailbox', () => {
  test('never above 10,000 requests in 10 minutes, and at least 95 % of them', async () => {
    const clock = new VirtualClock();
    const went = await run(new Budget(OUTLOOK_LIMITS, clock), clock, 100, 1_800_000);
    expect(densest(went, 600_000)).toBeLessThanOrEqual(10_000);
    expect(went.length).toBeGreaterThanOrEqual(30_000 * 0.95);
    const waits = went.map((at, n) => at - (went[n - 1] ?? 0));
    expect(Math.max(...waits)).toBeLessThan(10_000);
  });

  test('where latency is what limits, it doesn’t', async () => {
    const clock = new VirtualClock();
    const went = await run(new Budget(OUTLOOK_LIMITS, clock), clock, 500, 300_000);
    expect(went.length).toBeGreaterThanOrEqual(4 * 2 * 300 * 0.99);
  });

  test('bytes count too, and what is larger than all of them still goes, alone', async () => {
    const clock = new VirtualClock();
    const budget = new Budget(OUTLOOK_LIMITS, clock);
    const went = await run(budget, clock, 10, 600_000, { bytes: 3_000_000 });
    expect(densest(went, 300_000)).toBeLessThanOrEqual(50);
    expect(went.length).toBeGreaterThanOrEqual(95);
    const release = await budget.enter({ bytes: 200_000_000 }, NEVER);
    release();
  });

  test('a refusal for too many at once lets fewer in, and time brings them back', async () => {
    const clock = new VirtualClock();
    const budget = new Budget(OUTLOOK_LIMITS, clock);
    for (let n = 0; n < 5; n += 1) budget.narrow();
    expect(budget.width).toBe(1);
    await run(budget, clock, 100, 400_000);
    expect(budget.width).toBe(4);
  });

  test('a pause holds everybody back, an abort lets them go to fail', async () => {
    const clock = new VirtualClock();
    const budget = new Budget(OUTLOOK_LIMITS, clock);
    budget.pause(clock.now() + 30_000);
    const went = await run(budget, clock, 10, 30_500);
    expect(Math.min(...went)).toBe(30_000);
    const full = await Promise.all(Array.from({ length: 4 }, () => budget.enter({}, NEVER)));
    const abort = new AbortController();
    const waiting = budget.enter({}, abort.signal);
    abort.abort();
    (await waiting)();
    for (const release of full) release();
  });
});
