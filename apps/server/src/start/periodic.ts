import type { Logger } from 'pino';

/**
 * Something that is done now and then and whenever there is reason to: one run at a time, and one more if it was woken
 * meanwhile. A run that fails is logged and tried again at its time.
 */
export function startPeriodic(options: {
  readonly everyMs: number;
  readonly run: () => Promise<void>;
  /** For the log: what was not done. */
  readonly failed: string;
  readonly log: Logger;
}): { wake(): void; stop(): Promise<void> } {
  let again = false;
  let running: Promise<void> | undefined;
  let stopped = false;

  const runAll = async (): Promise<void> => {
    do {
      again = false;
      await options.run().catch((err) => options.log.error({ err }, options.failed));
    } while (again && !stopped);
    running = undefined;
  };
  const wake = (): void => {
    if (stopped) return;
    again = true;
    running ??= runAll();
  };

  const timer = setInterval(wake, options.everyMs);
  wake();
  return {
    wake,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
