import { SternaError } from '@sterna/core';
import type { CrashPoint } from '@sterna/engine';

/** Breaks an attempt off where it reaches a point for the nth time, as a lost connection would; for `reached` of `openBench`. */
export class BreakOff {
  #next: { readonly point: CrashPoint; left: number } | undefined;

  /** The next one. @param nth from 1 */
  at(point: CrashPoint, nth: number): void {
    this.#next = { point, left: nth };
  }

  never(): void {
    this.#next = undefined;
  }

  /** It has not come to that yet. */
  get isDue(): boolean {
    return this.#next !== undefined;
  }

  readonly reached = (point: CrashPoint): void => {
    if (this.#next?.point !== point) return;
    this.#next.left -= 1;
    if (this.#next.left > 0) return;
    this.#next = undefined;
    throw new SternaError('transient', 'broken-off', 'The attempt broke off.');
  };
}

/** Ends a pass where `when` says so, as a killed process would; for `reached` of `openBench`. */
export class Death {
  when: ((point: CrashPoint) => boolean) | undefined;

  readonly reached = (point: CrashPoint): void => {
    if (this.when?.(point) === true) throw new Error('the process was killed');
  };
}
