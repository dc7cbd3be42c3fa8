/** Events that are told later than this are not looked for here, in milliseconds. */
const KEPT_MS = 60_000;
const MOST_KEPT = 1_000;

/** What was told lately, for whoever read the state first and came to listen a moment later. */
export class RecentEvents<Event extends object> {
  /** By what they say, with when it was said last: who reads the state again once has read all of it. */
  readonly #kept = new Map<string, { event: Event; at: number }>();
  /** Nothing told since then is missing. */
  #completeSince = performance.now();

  /** What was told up to now is forgotten, or was never heard. */
  restart(): void {
    this.#kept.clear();
    this.#completeSince = performance.now();
  }

  add(event: Event): void {
    const key = JSON.stringify(event);
    const now = performance.now();
    // Deleted first: a key that is set again would keep its place, and the places are in order of time.
    this.#kept.delete(key);
    this.#kept.set(key, { event, at: now });
    for (const [oldest, { at }] of this.#kept) {
      if (at >= now - KEPT_MS && this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
      this.#completeSince = at;
    }
  }

  /** @returns undefined where that isn't known any more */
  last(ms: number): Event[] | undefined {
    const from = performance.now() - ms;
    if (from <= this.#completeSince) return undefined;
    return [...this.#kept.values()].filter(({ at }) => at >= from).map(({ event }) => event);
  }
}
