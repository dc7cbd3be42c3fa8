import type { Kill } from './harness.ts';

/** A simulator, as far as it can tell a request from the next. */
interface Asked {
  readonly faults: {
    inject(rule: {
      readonly fault: { readonly kind: 'reset' };
      readonly when: (request: { readonly method: string; readonly target: string }) => boolean;
    }): unknown;
  };
}

export interface AtRequest {
  /** The service gets it all the same. Default: true. */
  readonly takesEffect?: boolean;
  /** So many of them come through before. */
  readonly skip?: number;
  /** Only where the path names this. */
  readonly about?: string;
  /** Only then. */
  readonly when?: () => boolean;
  /** For the report. Default: a request. */
  readonly name?: string;
}

/** The next request of the kind, method and path, is the process's last. */
export const atRequest = (
  server: Asked,
  request: RegExp,
  { takesEffect = true, skip = 0, about = '', when = () => true, name = 'a request' }: AtRequest = {},
): Kill => ({
  name: `${takesEffect ? 'after' : 'before'} ${name}`,
  by: (child) =>
    new Promise((resolve) => {
      let left = skip;
      server.faults.inject({
        fault: { kind: 'reset' },
        when: ({ method, target }) => {
          if (left < 0 || !target.includes(about) || !request.test(`${method} ${target}`) || !when()) return false;
          left -= 1;
          if (left >= 0) return false;
          child.kill('SIGKILL');
          resolve();
          return !takesEffect;
        },
      });
    }),
});
