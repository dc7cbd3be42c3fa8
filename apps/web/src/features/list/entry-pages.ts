import type { components } from '../../api/schema.d.ts';

export type Entry = components['schemas']['Entry'];

export interface PageRequest {
  /** Where the page begins, by the page before; absent where that one isn't known. */
  readonly after: string | undefined;
  /** Rows before it, where `after` is absent. */
  readonly skip: number;
  readonly limit: number;
}
export interface PageAnswer {
  readonly items: readonly Entry[];
  readonly next?: string | undefined;
  readonly total: number;
}
export interface EntrySource {
  readonly page: (request: PageRequest) => Promise<PageAnswer>;
  /** Those of them that still exist. */
  readonly byIds: (ids: readonly number[]) => Promise<readonly Entry[]>;
}

interface Page {
  readonly ids: readonly number[];
  readonly next: string | undefined;
}
type Range = readonly [first: number, last: number];

/**
 * A list of any length, of which only those pages are fetched that somebody looks at: by the cursor of the page before
 * while scrolling, by their place after a jump. What isn't there yet is `undefined`.
 *
 * It is a store in React's sense (`subscribe`, `version`): reading a row never copies the list.
 */
export class EntryPages {
  total: number | undefined;
  failure: unknown;
  version = 0;
  readonly #entries = new Map<number, Entry>();
  readonly #pages = new Map<number, Page>();
  readonly #listeners = new Set<() => void>();
  #wanted: Range = [0, 0];
  /** Wanted besides, to be chosen as a whole. */
  #range: Range | undefined;
  #walking: Promise<void> | undefined;
  #isClosed = false;

  readonly #source: EntrySource;
  readonly #limit: number;

  /** @param first its first page, where that is known already */
  constructor(source: EntrySource, limit: number, first?: PageAnswer) {
    this.#source = source;
    this.#limit = limit;
    if (first !== undefined) this.#put(0, first);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly idAt = (index: number): number | undefined =>
    this.#pages.get(Math.floor(index / this.#limit))?.ids[index % this.#limit];

  at(index: number): Entry | undefined {
    const id = this.idAt(index);
    return id === undefined ? undefined : this.#entries.get(id);
  }

  byId(id: number): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Fetches until the rows from `first` to `last` are there; a later call changes what is wanted. */
  ensure(first: number, last: number): Promise<void> {
    this.#wanted = [first, last];
    return this.#walk();
  }

  /** The same for a range that need not be on the screen, whatever else is wanted meanwhile. */
  async load(first: number, last: number): Promise<void> {
    this.#range = [first, last];
    await this.#walk();
    this.#range = undefined;
    if (this.failure !== undefined) throw this.failure;
  }

  /** Reads those of `ids` again that are between the wanted rows. */
  async refresh(ids: ReadonlySet<number>): Promise<void> {
    // Rows on their way may be older than what made `ids` old.
    if (this.shownIds().length < this.#wanted[1] - this.#wanted[0] + 1) await this.#walking;
    const shown: number[] = [];
    const [first, last] = this.#wanted;
    for (let index = first; index <= last; index += 1) {
      const id = this.idAt(index);
      if (id !== undefined && ids.has(id)) shown.push(id);
    }
    if (shown.length === 0) return;
    const entries = await this.#source.byIds(shown);
    if (!this.#isClosed) this.#take(entries);
  }

  /** Ids of the wanted rows. */
  shownIds(): readonly number[] {
    const [first, last] = this.#wanted;
    return Array.from({ length: last - first + 1 }, (_, at) => this.idAt(first + at)).filter((id) => id !== undefined);
  }

  /** Nothing that is still under way is taken any more. */
  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
  }

  #walk(): Promise<void> {
    // Only where something is missing: a walk that ends in this very turn would never be forgotten.
    if (this.#walking === undefined && !this.#isClosed && this.#missing() !== undefined)
      this.#walking = this.#fetchMissing();
    return this.#walking ?? Promise.resolve();
  }

  async #fetchMissing(): Promise<void> {
    try {
      for (let page = this.#missing(); page !== undefined && !this.#isClosed; page = this.#missing()) {
        const after = this.#pages.get(page - 1)?.next;
        const answer = await this.#source.page({ after, skip: page * this.#limit, limit: this.#limit });
        if (this.#isClosed) return;
        this.#put(page, answer);
      }
      this.failure = undefined;
    } catch (thrown) {
      if (this.#isClosed) return;
      this.failure = thrown;
      this.#tell();
    } finally {
      // Not in a later turn: whoever asks next must not be given a walk that is over.
      this.#walking = undefined;
    }
  }

  #put(page: number, { items, next, total }: PageAnswer): void {
    this.#pages.set(page, { ids: items.map((entry) => entry.id), next });
    this.total = total;
    this.#take(items);
  }

  /** What is on the screen goes first. */
  #missing(): number | undefined {
    for (const range of [this.#wanted, this.#range]) {
      if (range === undefined) continue;
      const last = Math.min(range[1], (this.total ?? Number.POSITIVE_INFINITY) - 1);
      for (let page = Math.floor(range[0] / this.#limit); page * this.#limit <= last; page += 1)
        if (!this.#pages.has(page)) return page;
    }
    return this.total === undefined ? 0 : undefined;
  }

  #take(entries: readonly Entry[]): void {
    for (const entry of entries) {
      // The same object for the same content: a row that didn't change isn't rendered again.
      const known = this.#entries.get(entry.id);
      if (known === undefined || JSON.stringify(known) !== JSON.stringify(entry)) this.#entries.set(entry.id, entry);
    }
    this.#tell();
  }

  #tell(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }
}
