/**
 * Runs up to `width` batches at once, and makes the producer wait for a free lane: while one batch is being
 * acknowledged, the next is being committed and a third is being read.
 *
 * The first failure stops new work; `drain` waits until nothing is in flight and then throws it.
 */
export class BatchLanes {
  readonly #width: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;

  constructor(width: number) {
    this.#width = Math.max(1, width);
  }

  async run(work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#width) await Promise.race(this.#running);
    if (this.#failure !== undefined) return;
    const task: Promise<void> = work()
      .catch((error) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  async drain(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
