import { pruneDeliveries, pruneEvents } from '@sterna/store';
import type { Context } from './context.ts';

const BATCH = 500;

/** Forgets notifications that were sent or given up long ago, some at a time. For the driver; needs no actor. */
export async function forgetOldNotifications(context: Context): Promise<{ deliveries: number; events: number }> {
  return {
    deliveries: await all(() => pruneDeliveries(context.db, BATCH)),
    events: await all(() => pruneEvents(context.db, BATCH)),
  };
}

async function all(some: () => Promise<number>): Promise<number> {
  let sum = 0;
  for (;;) {
    const gone = await some();
    sum += gone;
    if (gone < BATCH) return sum;
  }
}
