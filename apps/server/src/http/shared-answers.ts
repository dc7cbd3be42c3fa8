import { type Actor, SharedReading } from '@sterna/application';
import { SternaError } from '@sterna/core';

/** Where more than these are being answered at the same moment, readings of the same keep their distance. */
const FEW = 4;
/** From the beginning of one to that of the next. */
const DISTANCE_MS = 100;
/** Of which it is known when they were read last. */
const MOST_KNOWN = 1_000;

/**
 * Answers that many ask for at the same moment, read once for all of them: at each live event every dashboard asks for
 * the same. Nobody gets an answer that was begun before they asked, so it is as fresh as one of their own; whoever asks
 * while one is being read waits for that one's end and shares the next. Under load that is begun a little later, for more
 * of them: what is read less often is read sooner.
 */
export class SharedAnswers {
  readonly #readings = new Map<string, SharedReading<string>>();
  #asking = 0;

  /**
   * @param key says all that the answer depends on, but for the state of the database
   * @throws what the reading threw for its first asker; where that is a refusal, which names whom it refuses, the others
   *   read for themselves
   */
  async of(key: string, read: () => Promise<string>): Promise<string> {
    const reading = this.#readings.get(key) ?? this.#fresh(key);
    const isOfAnother = reading.isAwaited;
    this.#asking += 1;
    try {
      return await reading.ask(read, this.#asking > FEW ? DISTANCE_MS : 0);
    } catch (thrown) {
      // What failed for another reason would fail for all of them at once.
      if (isOfAnother && thrown instanceof SternaError && (thrown.class === 'auth' || thrown.class === 'config'))
        return await read();
      throw thrown;
    } finally {
      this.#asking -= 1;
    }
  }

  #fresh(key: string): SharedReading<string> {
    if (this.#readings.size >= MOST_KNOWN)
      for (const [other, { isIdle }] of this.#readings) if (isIdle) this.#readings.delete(other);
    const reading = new SharedReading<string>();
    this.#readings.set(key, reading);
    return reading;
  }
}

/** All of somebody's rights and nothing else of them: who has the same sees the same. */
export function rightsOf({ organizationId, role, scopes, projects, limitedTo }: Actor): string {
  return JSON.stringify([organizationId, role, scopes, [...projects].sort(([a], [b]) => a - b), limitedTo]);
}
