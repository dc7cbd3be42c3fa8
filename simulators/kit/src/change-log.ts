/** One object's latest change. */
export interface Change {
  readonly id: string;
  /** Set when the object is gone: deleted, or no longer here because it moved (`changed`). */
  readonly removed: 'deleted' | 'changed' | undefined;
  readonly sequence: number;
  /** When it happened, milliseconds. */
  readonly at: number;
}

/** Where a round of delta stands: `after` is the last sequence told, `start` the one at which a full round began. */
export interface DeltaPosition {
  readonly after: number;
  readonly start: number;
}

export interface Changes {
  readonly changes: Change[];
  readonly next: DeltaPosition;
  readonly done: boolean;
}

/**
 * What happened to the objects of one collection, newest last; only each object's latest change is kept. A full round
 * of delta is the log from its beginning without the objects that were gone before the round began.
 */
export class ChangeLog {
  #sequence = 0;
  #entries: Change[] = [];
  readonly #latest = new Map<string, Change>();

  get sequence(): number {
    return this.#sequence;
  }

  /** The object was created or changed. */
  touch(id: string, at: number): void {
    this.#add({ id, removed: undefined, sequence: ++this.#sequence, at });
  }

  remove(id: string, at: number, reason: 'deleted' | 'changed' = 'deleted'): void {
    this.#add({ id, removed: reason, sequence: ++this.#sequence, at });
  }

  /** Forgets the object: as if its id had never been told (an id that changed without a trace). */
  forget(id: string): void {
    this.#latest.delete(id);
  }

  beginning(): DeltaPosition {
    return { after: 0, start: this.#sequence };
  }

  end(): DeltaPosition {
    return { after: this.#sequence, start: this.#sequence };
  }

  /** As if a round had ended at that moment, milliseconds. */
  at(moment: number): DeltaPosition {
    const after = this.#entries.findLast(({ at }) => at <= moment)?.sequence ?? 0;
    return { after, start: after };
  }

  /** When the object last changed, milliseconds; long ago for one that isn't known. */
  changedAt(id: string): number {
    return this.#latest.get(id)?.at ?? Number.NEGATIVE_INFINITY;
  }

  /** At most `limit` changes after `from`; changes newer than `visibleUntil` (ms) aren't seen yet. */
  since(from: DeltaPosition, limit: number, visibleUntil = Number.POSITIVE_INFINITY): Changes {
    const changes: Change[] = [];
    let after = from.after;
    for (let at = this.#firstAfter(from.after); at < this.#entries.length; at++) {
      const change = this.#entries[at] as Change;
      if (change.at > visibleUntil) break;
      const stale = this.#latest.get(change.id) !== change;
      const neverSeen = change.removed !== undefined && change.sequence <= from.start;
      if (!stale && !neverSeen) {
        if (changes.length === limit) return { changes, next: { after, start: from.start }, done: false };
        changes.push(change);
      }
      after = change.sequence;
    }
    return { changes, next: { after, start: after }, done: true };
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

  #add(change: Change): void {
    this.#latest.set(change.id, change);
    this.#entries.push(change);
    if (this.#entries.length > 1000 && this.#entries.length > 3 * this.#latest.size) {
      this.#entries = this.#entries.filter((entry) => this.#latest.get(entry.id) === entry);
    }
  }
}
