import type { Actor } from '@sterna/application';
import { SternaError } from '@sterna/core';

/** Where more than these are being answered at the same moment, readings of the same keep their distance. */
const FEW = 4;
/** From the beginning of one to that of the next. */
const DISTANCE_MS = 100;
/** Of which it is known when they were read last. */
const MOST_KNOWN = 1_000;

interface Question {
  begunAt: number;
  /** Ends when its reading does, however that ends. */
  reading: Promise<unknown> | undefined;
  /** Not begun yet: whoever asks now may have it. */
  next: Promise<string> | undefined;
}

/**
 * Answers that many ask for at the same moment, read once for all of them: at each live event every dashboard asks for
 * the same. Nobody gets an answer that was begun before they asked, so it is as fresh as one of their own; whoever asks
 * while one is being read waits for that one's end and shares the next. Under load that is begun a little later, for more
 * of them: what is read less often is read sooner.
 */
export class SharedAnswers {
  readonly #questions = new Map<string, Question>();
  #asking = 0;

  /**
   * @param key says all that the answer depends on, but for the state of the database
   * @throws what the reading threw for its first asker; where that is a refusal, which names whom it refuses, the others
   *   read for themselves
   */
  async of(key: string, read: () => Promise<string>): Promise<string> {
    this.#asking += 1;
    try {
      return await this.#answer(this.#question(key), read);
    } finally {
      this.#asking -= 1;
    }
  }

  #answer(question: Question, read: () => Promise<string>): Promise<string> {
    if (question.next !== undefined)
      return question.next.catch((thrown: unknown) => {
        // What failed for another reason would fail for all of them at once.
        if (thrown instanceof SternaError && (thrown.class === 'auth' || thrown.class === 'config')) return read();
        throw thrown;
      });
    const pause = this.#asking > FEW ? question.begunAt + DISTANCE_MS - performance.now() : 0;
    if (question.reading === undefined && pause <= 0) return begin(question, read);
    question.next = Promise.all([question.reading, pause > 0 ? ended(pause) : undefined]).then(() => {
      question.next = undefined;
      return begin(question, read);
    });
    return question.next;
  }

  #question(key: string): Question {
    const known = this.#questions.get(key);
    if (known !== undefined) return known;
    if (this.#questions.size >= MOST_KNOWN)
      for (const [other, { reading, next }] of this.#questions)
        if (reading === undefined && next === undefined) this.#questions.delete(other);
    const question: Question = { begunAt: Number.NEGATIVE_INFINITY, reading: undefined, next: undefined };
    this.#questions.set(key, question);
    return question;
  }
}

const ended = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function begin(question: Question, read: () => Promise<string>): Promise<string> {
  const answer = read();
  question.begunAt = performance.now();
  const reading = answer.then(
    () => undefined,
    () => undefined,
  );
  question.reading = reading.then(() => {
    question.reading = undefined;
  });
  return answer;
}

/** All of somebody's rights and nothing else of them: who has the same sees the same. */
export function rightsOf({ organizationId, role, scopes, projects, limitedTo }: Actor): string {
  return JSON.stringify([organizationId, role, scopes, [...projects].sort(([a], [b]) => a - b), limitedTo]);
}
