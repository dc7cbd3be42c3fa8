/**
 * Something that many want to know at the same moment, read once for all of them. At most one reading is under way; who
 * asks meanwhile shares the next one, which is begun after they asked: nobody is told what was true before.
 */
export class SharedReading<T> {
  readonly #read: () => Promise<T>;
  /** Ends when its reading does, however that ends. */
  #running: Promise<void> | undefined;
  #next: Promise<T> | undefined;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  /** @throws what the reading throws, to all who share it */
  ask(): Promise<T> {
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<T> {
    const answer = this.#read();
    const end = (): void => {
      this.#running = undefined;
    };
    this.#running = answer.then(end, end);
    return answer;
  }
}
