import { SternaError } from '@sterna/core';

const WINDOW_MS = 15 * 60_000;
/** Wrong passwords for one name within the window; then it must wait. */
const MOST_FAILURES = 10;
/** Names that are remembered: a stranger must not fill the memory with made-up ones. */
const MOST_NAMES = 10_000;

/** Slows down the guessing of passwords, per sign-in name. Of this process alone: several multiply the guesses by few. */
export class SignInLimit {
  readonly #failures = new Map<string, { count: number; until: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @throws SternaError throttled `sign-in-throttled` */
  check(name: string): void {
    const entry = this.#failures.get(key(name));
    if (entry === undefined || entry.count < MOST_FAILURES) return;
    if (entry.until <= this.#now()) {
      this.#failures.delete(key(name));
      return;
    }
    throw new SternaError('throttled', 'sign-in-throttled', 'Too many wrong passwords for this name.', {
      retryAt: new Date(entry.until),
      fix: `Try again after ${new Date(entry.until).toISOString()}.`,
    });
  }

  failed(name: string): void {
    const before = this.#failures.get(key(name));
    const fresh = before === undefined || before.until <= this.#now();
    // Moved to the end: the oldest name is the first to be forgotten.
    this.#failures.delete(key(name));
    this.#failures.set(key(name), { count: fresh ? 1 : before.count + 1, until: this.#now() + WINDOW_MS });
    if (this.#failures.size > MOST_NAMES) this.#failures.delete(this.#failures.keys().next().value as string);
  }

  succeeded(name: string): void {
    this.#failures.delete(key(name));
  }
}

const key = (name: string): string => name.trim().toLowerCase();
