import type { SternaError } from '@sterna/core';

/** Pauses between tries; `pause` says false when no more are left. */
export interface Retry {
  pause(failures: number): Promise<boolean>;
}

export function retryOf(delaysMs: readonly number[], signal: AbortSignal): Retry {
  return {
    async pause(failures) {
      const delay = delaysMs[failures];
      if (delay === undefined || signal.aborted) return false;
      if (delay > 0)
        await new Promise<void>((resolve) => {
          const done = () => {
            clearTimeout(timer);
            signal.removeEventListener('abort', done);
            resolve();
          };
          const timer = setTimeout(done, delay);
          signal.addEventListener('abort', done, { once: true });
        });
      return !signal.aborted;
    },
  };
}

/** Worth another connection. */
export function retryable(error: SternaError): boolean {
  return error.class === 'transient' && error.code !== 'aborted';
}
