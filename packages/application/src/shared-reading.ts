/**
 * Something that many want to know at the same moment, read once for all of them. At most one reading is under way; who
 * asks meanwhile shares the next one, which is begun after they asked: nobody is told what was true before.
 */
export class SharedReading<T> {
  /** Ends when its reading does, however that ends. */
  #running: Promise<void> | undefined;
  #next: Promise<T> | undefined;
  #begunAt = Number.NEGATIVE_INFINITY;

  /** Somebody asked for the next one, and whoever asks now gets it as well. */
  get isAwaited(): boolean {
    return this.#next !== undefined;
  }

  get isIdle(): boolean {
    return this.#running === undefined && this.#next === undefined;
  }

  /**
   * @param read by which it is read, if it is not awaited yet
   * @param distanceMs at least so long after the beginning of the one before
   * @throws what the reading throws, to all who share it
   */
  ask(read: () => Promise<T>, distanceMs = 0): Promise<T> {
    if (this.#next !== undefined) return this.#next;
    const pause = this.#begunAt + distanceMs - performance.now();
    if (this.#running === undefined && pause <= 0) return this.#begin(read);
    this.#next = Promise.all([this.#running, pause > 0 ? ended(pause) : undefined]).then(() => {
      this.#next = undefined;
      return this.#begin(read);
    });
    return this.#next;
  }

  #begin(read: () => Promise<T>): Promise<T> {
    const answer = read();
    this.#begunAt = performance.now();
    const end = (): void => {
      this.#running = undefined;
    };
    this.#running = answer.then(end, end);
    return answer;
  }
}

const ended = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
