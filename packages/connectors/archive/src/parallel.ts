/** How many files are written or renamed at once: libuv has four threads for them. */
const PARALLEL = 4;

/** Returns only when nothing runs any more, so that a caller can clean up after a failure. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  let failure: { readonly thrown: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length && failure === undefined; at = next++)
      await work(items[at] as T).catch((thrown: unknown) => {
        failure ??= { thrown };
      });
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, worker));
  if (failure !== undefined) throw failure.thrown;
}
