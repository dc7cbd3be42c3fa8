import { SternaError } from '@sterna/core';

/** Stops a pass early when too many of its first objects fail: something is wrong that a person should see first. */
export class FailureShare {
  readonly #limit: { share: number; objects: number };
  #seen = 0;
  #failed = 0;

  constructor(limit: { share: number; objects: number }) {
    this.#limit = limit;
  }

  /** @throws SternaError object `too-many-failures` */
  add(settled: number, failed: number): void {
    if (this.#seen >= this.#limit.objects) return;
    this.#seen += settled;
    this.#failed += failed;
    // A few early failures say nothing yet: judged only on a tenth of the sample or more.
    if (this.#seen < Math.max(1, this.#limit.objects / 10)) return;
    if (this.#failed > this.#limit.share * this.#seen) {
      throw new SternaError(
        'object',
        'too-many-failures',
        `${this.#failed} of the first ${this.#seen} objects failed; the pass stopped early.`,
        { fix: 'Look at the failures and their causes, correct the settings or the target, then start a delta pass.' },
      );
    }
  }
}
