/** Results in the order of their inputs, so many of them under way at once. What is under way is waited for when left. */
export async function* windowed<T, R>(
  items: readonly T[],
  inFlight: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<{ readonly value: R } | { readonly thrown: unknown }>[] = [];
  const begin = (item: T): void => {
    running.push(
      work(item).then(
        (value) => ({ value }),
        (thrown: unknown) => ({ thrown }),
      ),
    );
  };
  let next = 0;
  try {
    while (next < items.length || running.length > 0) {
      while (next < items.length && running.length < inFlight) begin(items[next++] as T);
      const result = await running.shift();
      if (result === undefined) return;
      if ('thrown' in result) throw result.thrown;
      yield result.value;
    }
  } finally {
    await Promise.all(running);
  }
}
