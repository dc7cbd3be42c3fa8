import { type Context, driveRemigrations } from '@sterna/application';
import type { Logger } from 'pino';

/**
 * Moves remigrations on when a pass of theirs ends. Asked once at the start (for what ended while nobody was here)
 * and after every event about a pass; one run at a time, and one more if something happened meanwhile.
 */
export function startRemigrationDriver(context: Context, log: Logger): { stop(): Promise<void> } {
  let again = false;
  let running: Promise<void> | undefined;
  let stopped = false;

  const drive = async (): Promise<void> => {
    do {
      again = false;
      await driveRemigrations(context).catch((err) => log.error({ err }, 'remigrations were not moved on'));
    } while (again && !stopped);
    running = undefined;
  };
  const wake = (): void => {
    if (stopped) return;
    again = true;
    running ??= drive();
  };

  const unsubscribe = context.events.subscribe((event) => {
    if (event.type === 'pass' || event.type === 'lost') wake();
  });
  wake();
  return {
    async stop() {
      stopped = true;
      unsubscribe();
      await running;
    },
  };
}
