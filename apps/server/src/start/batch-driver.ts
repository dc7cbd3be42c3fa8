import { type Context, runSchedules } from '@sterna/application';
import type { Logger } from 'pino';
import { startPeriodic } from './periodic.ts';

/** A schedule starts at most this late. */
const EVERY_MS = 5_000;
/** What makes entries show another schedule than before, or none. Passes end often: the timer sees them. */
const REASONS = new Set(['batch', 'lost']);

/** Starts batches when their time has come, and goes on with what a process that died had begun. */
export function startBatchDriver(context: Context, log: Logger): { stop(): Promise<void> } {
  const periodic = startPeriodic({
    everyMs: EVERY_MS,
    run: () => runSchedules(context),
    failed: 'schedules were not run',
    log,
  });
  const unsubscribe = context.events.subscribe((event) => {
    if (REASONS.has(event.type)) periodic.wake();
  });
  return {
    async stop() {
      unsubscribe();
      await periodic.stop();
    },
  };
}
