/**
 * `work` over `items`, `width` at once, results in order. Returns only when nothing runs any more, so that a caller can
 * close what was worked on.
 *
 * @throws what the first of them that failed did
 */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  let failure: { readonly thrown: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length && failure === undefined; at = next++)
      try {
        results[at] = await work(items[at] as T);
      } catch (thrown) {
        failure ??= { thrown };
      }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (failure !== undefined) throw failure.thrown;
  return results;
}

/**
 * `work` over `items` in order, a few at once. What was made ahead and isn't wanted any more, because the consumer
 * left or an earlier one failed, is handed to `discard`.
 */
export async function* ahead<T, R>(
  items: readonly T[],
  window: number,
  work: (item: T) => Promise<R>,
  discard?: (result: R) => void,
): AsyncGenerator<[T, R]> {
  const flying: [T, Promise<R>][] = [];
  let at = 0;
  try {
    while (at < items.length || flying.length > 0) {
      while (flying.length < window && at < items.length) {
        const item = items[at++] as T;
        const result = work(item);
        // Looked at when its turn comes; until then it isn't an unhandled rejection.
        result.catch(() => undefined);
        flying.push([item, result]);
      }
      const [item, result] = flying.shift() as [T, Promise<R>];
      yield [item, await result];
    }
  } finally {
    for (const [, result] of flying) {
      const made = await result.catch(() => undefined);
      if (made !== undefined) discard?.(made);
    }
  }
}
