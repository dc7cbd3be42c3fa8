/** Lines on stderr, each with the time since the start, so that whoever waits sees that it lives. */
export class Progress {
  readonly #start = Date.now();
  readonly #everyMs: number;
  #last = 0;

  /** @param everyMs at most one line of a kind that comes often in this time */
  constructor(everyMs = 15_000) {
    this.#everyMs = everyMs;
  }

  say(text: string): void {
    this.#last = Date.now();
    const seconds = Math.round((this.#last - this.#start) / 1_000);
    process.stderr.write(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} ${text}\n`);
  }

  /** Nothing has been said for a while. */
  get isDue(): boolean {
    return Date.now() - this.#last >= this.#everyMs;
  }

  /** Says it if nothing has been said for a while. */
  sometimes(text: () => string): void {
    if (this.isDue) this.say(text());
  }
}
