import { bandwidthAt, type Settings, SternaError } from '@sterna/core';

/** Holds a pass to its bandwidth cap and window. */
export class Pace {
  readonly #settings: Settings;
  readonly #now: () => Date;
  #paidUntil = 0;
  #checkedAt = 0;
  #bytesPerSecond: number | undefined;

  constructor(settings: Settings, now: () => Date = () => new Date()) {
    this.#settings = settings;
    this.#now = now;
  }

  /** @throws SternaError throttled `outside-window`, with the time of the next window */
  check(): void {
    const now = this.#now();
    // Windows are set to the minute; asking once a second is exact enough and costs nothing.
    if (now.getTime() - this.#checkedAt < 1_000) return;
    this.#checkedAt = now.getTime();
    const bandwidth = bandwidthAt(this.#settings, now);
    this.#bytesPerSecond = bandwidth.bytesPerSecond;
    if (bandwidth.open) return;
    throw new SternaError(
      'throttled',
      'outside-window',
      'Waiting for the bandwidth window of the project’s settings.',
      {
        ...(bandwidth.opensAt === undefined ? {} : { retryAt: bandwidth.opensAt }),
      },
    );
  }

  /** Waits until these bytes may pass. */
  async take(bytes: number): Promise<void> {
    this.check();
    if (this.#bytesPerSecond === undefined) return;
    const now = performance.now();
    const wait = this.#paidUntil - now;
    this.#paidUntil = Math.max(this.#paidUntil, now) + (bytes / this.#bytesPerSecond) * 1_000;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
