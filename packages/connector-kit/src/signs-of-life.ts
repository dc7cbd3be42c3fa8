/** So many bytes within the time of patience are life, however long all of it takes. */
export const TRICKLE = 64 * 1024;

/** Tells who sends slowly from who keeps us waiting for ever: a byte now and then is no life. */
export class SignsOfLife {
  readonly #patienceMs: number;
  #waitedMs = 0;
  #bytes = 0;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /**
   * @param afterMs how long they were waited for; the time that we took ourselves doesn't count
   * @returns false: too little came in all the time of patience
   */
  came(bytes: number, afterMs: number): boolean {
    this.#bytes += bytes;
    this.#waitedMs += afterMs;
    if (this.#bytes >= TRICKLE) {
      this.#bytes = 0;
      this.#waitedMs = 0;
    }
    return this.#waitedMs < this.#patienceMs;
  }
}
