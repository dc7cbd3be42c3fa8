import {
  type Context,
  deliverNotifications,
  forgetOldNotifications,
  type NotificationTransport,
  scanNotifications,
} from '@sterna/application';
import type { Logger } from 'pino';
import { startPeriodic } from './periodic.ts';

/** A pass that is held up gets no event of its own, and a retry has its time. */
const SCAN_MS = 30_000;
const DELIVER_MS = 5_000;
const FORGET_MS = 3_600_000;
/** Passes end by the hundred: one look sees them all, and nobody waits for a mail by the second. */
const GATHER_MS = 3_000;
const REASONS = new Set(['pass', 'license', 'remigration', 'batch', 'lost']);

/** Looks for what is worth telling, tells it, and forgets what was told long ago. */
export function startNotificationDriver(
  context: Context,
  transport: NotificationTransport,
  log: Logger,
): { stop(): Promise<void> } {
  let last: Date | undefined;
  let gathering: NodeJS.Timeout | undefined;
  const scan = startPeriodic({
    everyMs: SCAN_MS,
    run: async () => {
      last = (await scanNotifications(context, last)) ?? last;
    },
    failed: 'nothing was looked for to notify of',
    log,
  });
  const deliver = startPeriodic({
    everyMs: DELIVER_MS,
    run: async () => {
      await deliverNotifications(context, transport);
    },
    failed: 'notifications were not sent',
    log,
  });
  const forget = startPeriodic({
    everyMs: FORGET_MS,
    run: async () => {
      await forgetOldNotifications(context);
    },
    failed: 'old notifications were not removed',
    log,
  });
  const unsubscribe = context.events.subscribe((event) => {
    if (event.type === 'notification' || event.type === 'lost') deliver.wake();
    if (REASONS.has(event.type))
      gathering ??= setTimeout(() => {
        gathering = undefined;
        scan.wake();
      }, GATHER_MS);
  });
  return {
    async stop() {
      unsubscribe();
      clearTimeout(gathering);
      await Promise.all([scan.stop(), deliver.stop(), forget.stop()]);
    },
  };
}
