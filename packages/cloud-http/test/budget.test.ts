import { VirtualClock } from '@sterna/connector-suite';
import { describe, expect, test } from 'vitest';
import { Budget, type BudgetLimits, type Cost } from '../src/budget.ts';

const START = Date.UTC(2026, 0, 1);
const NEVER = new AbortController().signal;

/** Four at once, 10,000 requests in 10 minutes, 150 MB in 5. */
const OUTLOOK_LIMITS: BudgetLimits = {
  width: 4,
  windows: [
    { of: 'requests', limit: 10_000, ms: 600_000 },
    { of: 'bytes', limit: 150_000_000, ms: 300_000 },
  ],
};

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

  test('what an aborted session holds or waits for is free for the others that share the budget', async () => {
    const clock = new VirtualClock();
    const outer = new Budget({ width: Number.POSITIVE_INFINITY, windows: [] }, clock);
    const budget = new Budget(OUTLOOK_LIMITS, clock, outer);
    const dying = new AbortController();
    const held = await Promise.all(Array.from({ length: 4 }, () => budget.enter({}, dying.signal)));
    const order: string[] = [];
    const waiting = [
      budget.enter({}, dying.signal).then(() => order.push('its own')),
      ...Array.from({ length: 4 }, () => budget.enter({}, NEVER).then(() => order.push('another'))),
    ];
    expect(budget.isIdle).toBe(false);
    dying.abort();
    await Promise.all(waiting);
    expect(order.sort()).toEqual(['another', 'another', 'another', 'another', 'its own']);
    // Given back a second time, by the session itself: nobody gets in for it.
    for (const leave of held) leave();
    const fifth = budget.enter({}, NEVER);
    expect(await Promise.race([fifth.then(() => 'in'), clock.sleep(60_000, NEVER).then(() => 'out')])).toBe('out');
  });

  test('a pause of the larger budget holds all back that are part of it', async () => {
    const clock = new VirtualClock();
    const outer = new Budget({ width: Number.POSITIVE_INFINITY, windows: [] }, clock);
    const parts = [0, 1].map(() => new Budget(OUTLOOK_LIMITS, clock, outer));
    outer.pause(clock.now() + 30_000);
    for (const budget of parts) {
      const leave = await budget.enter({}, NEVER);
      expect(clock.now() - START).toBe(30_000);
      leave();
    }
  });

  /** The service takes so many units a minute and says so when it has had them. */
  async function sentTo(
    service: { limit: number; sent: { at: number; units: number }[] },
    budget: Budget,
    clock: VirtualClock,
    until: number,
  ) {
    let refusals = 0;
    let taken = 0;
    while (clock.now() < until) {
      const release = await budget.enter({ units: 20 }, NEVER);
      release();
      const now = clock.now();
      const lately = service.sent.filter(({ at }) => at > now - 60_000).reduce((sum, { units }) => sum + units, 0);
      if (lately + 20 > service.limit) {
        refusals += 1;
        budget.shrink();
        budget.pause(now + 1_000);
      } else {
        taken += 20;
        service.sent.push({ at: now, units: 20 });
      }
    }
    return { taken, refusals };
  }

  test('a window that a service finds too large is learned, and grows again while nothing is refused', async () => {
    const clock = new VirtualClock();
    const budget = new Budget({ width: 10, windows: [{ of: 'units', limit: 15_000, ms: 60_000 }] }, clock);
    const { taken, refusals } = await sentTo({ limit: 6_000, sent: [] }, budget, clock, START + 20 * 60_000);
    expect(taken / (20 * 6_000)).toBeGreaterThan(0.8);
    expect(refusals / (taken / 20)).toBeLessThan(0.05);
  });

  test.each([600, 15_000])(
    'who begins where another one left off waits for the rest of the window, and knows no less (of %d)',
    async (documented) => {
      const clock = new VirtualClock();
      const limit = Math.min(documented, 6_000);
      const budget = new Budget({ width: 10, windows: [{ of: 'units', limit: documented, ms: 60_000 }] }, clock);
      const service = { limit, sent: [{ at: START, units: limit - 40 }] };
      const { taken, refusals } = await sentTo(service, budget, clock, START + 6 * 60_000);
      expect(taken / (5 * limit)).toBeGreaterThan(0.85);
      expect(refusals).toBeLessThan(20);
    },
  );
});
