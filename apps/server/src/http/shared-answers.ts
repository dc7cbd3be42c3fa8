import type { Actor } from '@sterna/application';
import { SternaError } from '@sterna/core';

interface Reading {
  readonly answer: Promise<string>;
  /** Of those who asked since that one began: it might have looked before what they have heard of. */
  next: Promise<string> | undefined;
}

/**
 * Answers that many ask for at the same moment, read once for all of them: at each live event every dashboard asks for
 * the same. Nobody gets an answer that was begun before they asked, so it is as fresh as one of their own; whoever asks
 * while one is being read waits for that one's end and shares the next.
 */
export class SharedAnswers {
  readonly #readings = new Map<string, Reading>();

  /**
   * @param key says all that the answer depends on, but for the state of the database
   * @throws what the reading threw for its first asker; where that is a refusal, which names whom it refuses, the others
   *   read for themselves
   */
  async of(key: string, read: () => Promise<string>): Promise<string> {
    const running = this.#readings.get(key);
    if (running === undefined) return this.#begin(key, read);
    if (running.next !== undefined)
      return running.next.catch((thrown: unknown) => {
        // What failed for another reason would fail for all of them at once.
        if (thrown instanceof SternaError && (thrown.class === 'auth' || thrown.class === 'config')) return read();
        throw thrown;
      });
    running.next = running.answer.then(
      () => this.#begin(key, read),
      () => this.#begin(key, read),
    );
    return running.next;
  }

  #begin(key: string, read: () => Promise<string>): Promise<string> {
    const reading: Reading = { answer: read(), next: undefined };
    this.#readings.set(key, reading);
    const end = (): void => {
      if (reading.next === undefined) this.#readings.delete(key);
    };
    reading.answer.then(end, end);
    return reading.answer;
  }
}

/** All of somebody's rights and nothing else of them: who has the same sees the same. */
export function rightsOf({ organizationId, role, scopes, projects, limitedTo }: Actor): string {
  return JSON.stringify([organizationId, role, scopes, [...projects].sort(([a], [b]) => a - b), limitedTo]);
}
