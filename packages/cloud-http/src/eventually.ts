import type { Clock } from './clock.ts';

/**
 * Asks again, after longer and longer waits, until there is an answer: not every part of a service knows what is new at
 * once.
 *
 * @param waits Seconds before each further try
 */
export async function eventually<T>(
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  waits: readonly number[],
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const seconds of [0, ...waits]) {
    if (seconds > 0) await clock.sleep(seconds * 1_000, signal);
    signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  return undefined;
}
