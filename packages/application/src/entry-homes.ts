import { type EntryHome, homeOfEntry } from '@sterna/store';
import type { Context } from './context.ts';

/** In one process, of entries that events were about lately. */
const MOST_KNOWN = 20_000;

/**
 * Whose the entries are that events tell of. It never changes, so it is looked up once for all who listen: hundreds of
 * dashboards hear of the same entry at the same moment.
 */
export class EntryHomes {
  readonly #db: Context['db'];
  readonly #known = new Map<number, Promise<EntryHome | undefined>>();

  constructor(db: Context['db']) {
    this.#db = db;
  }

  of(entryId: number): Promise<EntryHome | undefined> {
    const known = this.#known.get(entryId);
    if (known !== undefined) return known;
    const home = homeOfEntry(this.#db, entryId);
    this.#known.set(entryId, home);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    // Nothing is known by that: the database was away, or the entry isn't there yet.
    const forget = (): boolean => this.#known.delete(entryId);
    home.then((found) => found ?? forget(), forget);
    return home;
  }
}

const homes = new WeakMap<Context['events'], EntryHomes>();

/** Those of the process that hears these events. */
export function homesHeardOf({ events, db }: Pick<Context, 'events' | 'db'>): EntryHomes {
  const known = homes.get(events);
  if (known !== undefined) return known;
  const fresh = new EntryHomes(db);
  homes.set(events, fresh);
  return fresh;
}
