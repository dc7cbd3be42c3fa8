/** Time that passes only while somebody waits for it, at once. */
export class VirtualClock {
  #now: number;
  readonly #sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  #isScheduled = false;

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** Lets time pass, without waking anybody early. */
  advance(ms: number): void {
    this.#now += ms;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      this.#sleepers.push({ at: this.#now + Math.max(0, ms), wake });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#sleepers.sort((a, b) => a.at - b.at);
      const first = this.#sleepers.shift();
      if (first === undefined) return;
      this.#now = Math.max(this.#now, first.at);
      first.wake();
      if (this.#sleepers.length > 0) this.#schedule();
    });
  }
}
