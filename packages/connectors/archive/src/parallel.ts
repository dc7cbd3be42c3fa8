import { inParallel } from '@sterna/connector-kit';

/** How many files are written or renamed at once: libuv has four threads for them. */
const PARALLEL = 4;

/** Returns only when nothing runs any more, so that a caller can clean up after a failure. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  await inParallel(items, PARALLEL, work);
}
