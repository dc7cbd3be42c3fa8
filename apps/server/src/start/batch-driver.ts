import { type Context, runSchedules } from '@sterna/application';
import type { Logger } from 'pino';
import { startPeriodic } from './periodic.ts';

/** A schedule starts at most this late. */
const EVERY_MS = 5_000;
/** What makes entries show another schedule than before, or none. Passes end often: for them a look now and then will do. */
const REASONS = new Set(['batch', 'lost']);
const SHOW_EVERY = 6;

/** Starts batches when their time has come, and goes on with what a process that died had begun. */
export function startBatchDriver(context: Context, log: Logger): { stop(): Promise<void> } {
  let rounds = 0;
  const periodic = startPeriodic({
    everyMs: EVERY_MS,
    run: async () => {
      const show = rounds % SHOW_EVERY === 0;
      rounds += 1;
      await runSchedules(context, { show });
    },
    failed: 'schedules were not run',
    log,
  });
  const unsubscribe = context.events.subscribe((event) => {
    if (!REASONS.has(event.type)) return;
    rounds = 0;
    periodic.wake();
  });
  return {
    async stop() {
      unsubscribe();
      await periodic.stop();
    },
  };
}
