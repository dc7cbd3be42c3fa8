import {
  ahead,
  type Change,
  type ChangeFacets,
  type ChangePage,
  type Container,
  type Content,
  type Reader,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { aborted } from './errors.ts';
import { release } from './message-file.ts';
import type { Entry, Facts, Store } from './store.ts';

const PAGE = 500;
/** Messages opened ahead of the consumer; at most 4 MiB each. */
const READ_AHEAD = 8;
const FACTS_AHEAD = 8;

/**
 * Listing, paging and prefetching over any format. Cursors, GLANCE being the store's `COUNT.HASH`: `1 GLANCE` after a whole listing, `1 GLANCE ORDER` in the
 * middle of one.
 */
export class ArchiveReader implements Reader {
  readonly #store: Store;
  readonly #signal: AbortSignal;

  constructor(store: Store, signal: AbortSignal) {
    this.#store = store;
    this.#signal = signal;
  }

  async containers(): Promise<readonly Container[]> {
    this.#alive();
    return this.#store.containers();
  }

  async *changes(container: string, cursor: string | undefined, facets: ChangeFacets): AsyncIterable<ChangePage> {
    this.#alive();
    const { entries, glance } = await this.#store.list(container);
    const [, since, after] = /^1 (\d+\.[0-9a-f]{32})(?: (\d{12}.*))?$/s.exec(cursor ?? '') ?? [];
    const total = entries.length;
    if (since === glance && after === undefined) {
      yield { changes: [], mode: 'delta', next: { cursor: `1 ${glance}`, glance, total } };
      return;
    }
    // In a folder that changed meanwhile, what the earlier pages left out may have moved: begin again.
    const start = after !== undefined && since === glance ? firstAfter(entries, after) : 0;
    const next = { cursor: `1 ${glance}`, glance, total };
    for (let at = start; ; at += PAGE) {
      this.#alive();
      const slice = entries.slice(at, at + PAGE);
      const changes = await this.#describe(container, slice, facets);
      if (at + PAGE >= entries.length) {
        yield { changes, mode: 'full', next };
        return;
      }
      yield { changes, mode: 'full', resume: `1 ${glance} ${(slice.at(-1) as Entry).order}` };
    }
  }

  async #describe(container: string, entries: readonly Entry[], facets: ChangeFacets): Promise<Change[]> {
    if (!facets.date && !facets.size && !facets.matchKey) return entries.map((entry) => changeOf(entry));
    const wanted = { matchKey: facets.matchKey === true };
    const changes: Change[] = [];
    const facts = (entry: Entry): Promise<Facts | undefined> => this.#store.facts(container, entry.id, wanted);
    for await (const [entry, known] of ahead(entries, FACTS_AHEAD, facts)) {
      // Gone since the listing: a whole listing says so by not naming it.
      if (known === undefined) continue;
      changes.push({
        ...changeOf(entry),
        ...(known.date === undefined ? {} : { date: known.date }),
        size: known.size,
        ...(known.matchKey === undefined ? {} : { matchKey: known.matchKey }),
      });
    }
    return changes;
  }

  async *read(container: string, ids: readonly string[]): AsyncIterable<Content | Vanished | Unreadable> {
    const fetch = (id: string): Promise<Content | Vanished | Unreadable> => this.#store.fetch(container, id);
    const free = (result: Content | Vanished | Unreadable): void => {
      if ('body' in result) release(result.body);
    };
    for await (const [, result] of ahead(ids, READ_AHEAD, fetch, free)) {
      this.#alive();
      try {
        yield result;
      } finally {
        free(result);
      }
    }
  }

  #alive(): void {
    if (this.#signal.aborted) throw aborted();
  }
}

const changeOf = ({ id, flags, version }: Entry): Change => ({
  id,
  flags,
  ...(version === undefined ? {} : { version }),
});

/** Index of the first entry behind `order`: binary search, entries are sorted. */
function firstAfter(entries: readonly Entry[], order: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle] as Entry).order <= order) low = middle + 1;
    else high = middle;
  }
  return low;
}
