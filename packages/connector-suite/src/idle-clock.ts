/** Turns of the event loop, each with a look at all sockets, in which nothing happens before time goes on. */
const QUIET_TURNS = 25;

/**
 * One clock for a connector and for a simulator in the same process: it stands still while either has something to do, and
 * goes to the next moment that somebody waits for once both wait. So what takes time is latency and limits alone, whatever
 * machine this runs on.
 */
export class IdleClock {
  #now = Date.UTC(2026, 0, 1);
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  #quiet = 0;
  #isOver = false;

  constructor() {
    this.#turn();
  }

  now(): number {
    this.#quiet = 0;
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#quiet = 0;
    if (ms <= 0 || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = {
        at: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', sleeper.wake);
          this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
          resolve();
        },
      };
      signal?.addEventListener('abort', sleeper.wake, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  stop(): void {
    this.#isOver = true;
  }

  #turn(): void {
    if (this.#isOver) return;
    setImmediate(() => {
      this.#quiet += 1;
      if (this.#quiet > QUIET_TURNS && this.#sleepers.length > 0) {
        this.#quiet = 0;
        this.#now = Math.min(...this.#sleepers.map(({ at }) => at));
        for (const { at, wake } of [...this.#sleepers]) if (at <= this.#now) wake();
      }
      this.#turn();
    });
  }
}
