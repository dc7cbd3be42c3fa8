/** Time as the client sees it, so that tests of budgets and pauses needn't wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits, at most until the signal aborts. Never throws. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    }),
};
