import type { components } from '../../api/schema.d.ts';

export type Entry = components['schemas']['Entry'];

export interface PageRequest {
  /** Where the page begins; absent for the first one of its direction. */
  readonly after: string | undefined;
  /** From the end of the list backwards. */
  readonly reversed: boolean;
  readonly limit: number;
}
export interface PageAnswer {
  readonly items: readonly Entry[];
  readonly next?: string | undefined;
  readonly total: number;
}
export type FetchPage = (request: PageRequest) => Promise<PageAnswer>;

interface Page {
  readonly after: string | undefined;
  readonly ids: readonly number[];
}

/** Pages of one direction, gapless from its edge of the list. */
class Run {
  readonly pages: Page[] = [];
  length = 0;
  next: string | undefined;
  isWhole = false;

  readonly reversed: boolean;
  readonly #limit: number;

  constructor(reversed: boolean, limit: number) {
    this.reversed = reversed;
    this.#limit = limit;
  }

  idAt(index: number): number | undefined {
    return this.pages[Math.floor(index / this.#limit)]?.ids[index % this.#limit];
  }

  pageOf(index: number): Page | undefined {
    return this.pages[Math.floor(index / this.#limit)];
  }

  add(answer: PageAnswer): void {
    this.pages.push({ after: this.next, ids: answer.items.map((entry) => entry.id) });
    this.length += answer.items.length;
    this.next = answer.next;
    this.isWhole = answer.next === undefined;
  }

  replace(page: Page, answer: PageAnswer): void {
    const index = this.pages.indexOf(page);
    if (index === -1) return;
    this.pages[index] = { after: page.after, ids: answer.items.map((entry) => entry.id) };
  }
}

/**
 * A list of any length over keyset pages. Such pages can only be walked from an edge, so they are walked from both: a
 * jump to the end costs one page, a jump to the middle at most half of them. What isn't there yet is `undefined`.
 *
 * It is a store in React's sense (`subscribe`, `version`): reading a row never copies the list.
 */
export class EntryPages {
  total: number | undefined;
  failure: unknown;
  version = 0;
  readonly #entries = new Map<number, Entry>();
  readonly #top: Run;
  readonly #bottom: Run;
  readonly #listeners = new Set<() => void>();
  #wanted: readonly [number, number] = [0, 0];
  #walking: Promise<void> | undefined;
  #isClosed = false;

  readonly #fetchPage: FetchPage;
  readonly #limit: number;

  constructor(fetchPage: FetchPage, limit = 200) {
    this.#fetchPage = fetchPage;
    this.#limit = limit;
    this.#top = new Run(false, limit);
    this.#bottom = new Run(true, limit);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  at(index: number): Entry | undefined {
    const id = this.#top.idAt(index) ?? this.#bottom.idAt((this.total ?? 0) - 1 - index);
    return id === undefined ? undefined : this.#entries.get(id);
  }

  byId(id: number): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Fetches until the rows from `first` to `last` are there; a later call changes what is wanted. */
  ensure(first: number, last: number): Promise<void> {
    this.#wanted = [first, last];
    this.#walking ??= this.#walk().finally(() => {
      this.#walking = undefined;
    });
    return this.#walking;
  }

  /** Reads those pages again that show one of `ids` between the wanted rows. */
  async refresh(ids: ReadonlySet<number>): Promise<void> {
    const stale = new Map<Page, Run>();
    const [first, last] = this.#wanted;
    for (let index = first; index <= Math.min(last, (this.total ?? 0) - 1); index += 1) {
      const id = this.at(index)?.id;
      if (id === undefined || !ids.has(id)) continue;
      const run = this.#top.idAt(index) === undefined ? this.#bottom : this.#top;
      const page = run.pageOf(run.reversed ? (this.total ?? 0) - 1 - index : index);
      if (page !== undefined) stale.set(page, run);
    }
    for (const [page, run] of stale) {
      const answer = await this.#fetchPage({ after: page.after, reversed: run.reversed, limit: this.#limit });
      if (this.#isClosed) return;
      // Entries that came or went meanwhile shift the pages: the list is loaded anew for those, not patched.
      if (answer.items.length === page.ids.length) run.replace(page, answer);
      this.#take(answer);
    }
  }

  /** Nothing that is still under way is taken any more. */
  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
  }

  async #walk(): Promise<void> {
    try {
      for (let run = this.#nextRun(); run !== undefined && !this.#isClosed; run = this.#nextRun()) {
        const answer = await this.#fetchPage({ after: run.next, reversed: run.reversed, limit: this.#limit });
        if (this.#isClosed) return;
        run.add(answer);
        this.#take(answer);
      }
      this.failure = undefined;
    } catch (thrown) {
      if (this.#isClosed) return;
      this.failure = thrown;
      this.#tell();
    }
  }

  /** The direction whose next page brings the wanted rows sooner; none when they are all there. */
  #nextRun(): Run | undefined {
    if (this.total === undefined) return this.#top;
    const [first, last] = [this.#wanted[0], Math.min(this.#wanted[1], this.total - 1)];
    const below = last + 1 - this.#top.length;
    const above = this.total - first - this.#bottom.length;
    if (below <= 0 || above <= 0 || this.#top.isWhole || this.#bottom.isWhole) return undefined;
    // What lies between the two runs is all there once they meet.
    if (this.#top.length + this.#bottom.length >= this.total) return undefined;
    return below <= above ? this.#top : this.#bottom;
  }

  #take(answer: PageAnswer): void {
    this.total = answer.total;
    for (const entry of answer.items) {
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
