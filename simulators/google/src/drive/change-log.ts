/** One item's latest change. */
export interface Change {
  readonly sequence: number;
  readonly kind: 'file' | 'drive';
  /** Of the file, or of the shared drive. */
  readonly id: string;
  /** The shared drive that it happened in, if any. */
  readonly driveId: string | undefined;
  readonly at: number;
  /** Permission ids of those who saw the item before or after it. */
  readonly audience: ReadonlySet<string>;
}

/**
 * What happened to files and shared drives, oldest first; only each one's latest change is kept, with everybody who ever
 * saw it: they are told when it is gone for them.
 */
export class ChangeLog {
  /** Page tokens below this are too old. */
  oldest = 0;
  #sequence = 0;
  readonly #latest = new Map<string, Change>();
  /** Sorted by sequence; entries that a later one replaced are skipped when read. */
  #entries: Change[] = [];

  get sequence(): number {
    return this.#sequence;
  }

  /** Makes every page token that is out too old. */
  expire(): void {
    this.#sequence++;
    this.oldest = this.#sequence + 1;
  }

  add(change: Omit<Change, 'sequence'>): void {
    const key = `${change.kind}/${change.id}`;
    const before = this.#latest.get(key);
    const audience = before === undefined ? change.audience : new Set([...before.audience, ...change.audience]);
    const entry = { ...change, audience, sequence: ++this.#sequence };
    this.#latest.set(key, entry);
    this.#entries.push(entry);
    if (this.#entries.length > 1000 && this.#entries.length > 3 * this.#latest.size) {
      this.#entries = this.#entries.filter((each) => this.#isLatest(each));
    }
  }

  /** Changes after that sequence which `wanted` takes, at most `limit`; and the sequence that was read up to. */
  since(
    after: number,
    limit: number,
    wanted: (change: Change) => boolean,
    visibleUntil = Number.POSITIVE_INFINITY,
  ): { changes: Change[]; after: number; done: boolean } {
    const changes: Change[] = [];
    let read = after;
    for (let at = this.#firstAfter(after); at < this.#entries.length; at++) {
      const entry = this.#entries[at] as Change;
      if (entry.at > visibleUntil) break;
      if (this.#isLatest(entry) && wanted(entry)) {
        if (changes.length === limit) return { changes, after: read, done: false };
        changes.push(entry);
      }
      read = entry.sequence;
    }
    return { changes, after: read, done: true };
  }

  /** When the file last changed; long ago for one that isn't known. */
  changedAt(id: string): number {
    return this.#latest.get(`file/${id}`)?.at ?? Number.NEGATIVE_INFINITY;
  }

  #isLatest(entry: Change): boolean {
    return this.#latest.get(`${entry.kind}/${entry.id}`) === entry;
  }

  #firstAfter(sequence: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle] as Change).sequence <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
