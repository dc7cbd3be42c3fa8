import { type Context, driveRemigrations } from '@sterna/application';
import type { Logger } from 'pino';

/**
 * What may let a remigration go on: its pass has ended, a person took the step that had failed, licenses came. `lost`:
 * nobody knows.
 */
const WAKING: ReadonlySet<string> = new Set(['pass', 'remigration', 'license', 'lost']);

/**
 * Moves remigrations on. Asked once at the start (for what ended while nobody was here) and after every event that may
 * matter to one; one run at a time, and one more if something happened meanwhile.
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
    if (WAKING.has(event.type)) wake();
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
