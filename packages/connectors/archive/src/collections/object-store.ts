import { createHash } from 'node:crypto';
import type { Container, Content, FidelityNote, Unreadable, Vanished } from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import type { ContentKind } from '@sterna/core';
import { asArchiveError, noSuchContainer } from '../errors.ts';
import { guarded } from '../message-file.ts';
import type { Entry, Facts, Listing, Store } from '../store.ts';

export interface StoredObject {
  /** Unique in its collection. */
  readonly id: string;
  /** Equal only if nothing of it changed that means something. */
  readonly version: string;
  /** Bytes. */
  readonly size: number;
  /** What the files say that isn't in it. */
  readonly notes?: readonly FidelityNote[];
  /**
   * @returns undefined where it is gone or has changed
   * @throws SternaError object where it can't be understood, naming the place
   */
  load(): Promise<Buffer | undefined>;
}

/** A calendar, a task list, an address book. */
export interface StoredCollection {
  readonly id: string;
  readonly path: readonly string[];
  readonly kind: ContentKind;
  readonly color?: string | undefined;
  readonly description?: string | undefined;
  readonly definition?: unknown;
  readonly objects: readonly StoredObject[];
}

/** Where collections come from: files, folders, an export. Each call looks anew. */
export interface Catalog {
  collections(): Promise<readonly StoredCollection[]>;
  collection(id: string): Promise<StoredCollection | undefined>;
}

/** Listing and reading over a catalog; ids of containers lead nowhere but into it. */
export class ObjectStore implements Store {
  readonly #catalog: Catalog;
  readonly #known = new Map<string, ReadonlyMap<string, StoredObject>>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  async containers(): Promise<readonly Container[]> {
    return (await this.#catalog.collections()).map((collection) => {
      this.#remember(collection);
      const { total, glance } = { total: collection.objects.length, glance: listingOf(collection).glance };
      return { ...containerOf(collection), total, glance };
    });
  }

  async list(container: string): Promise<Listing> {
    return listingOf(await this.#collection(container));
  }

  async facts(container: string, id: string, wanted: { matchKey: boolean }): Promise<Facts | undefined> {
    const object = await this.#object(container, id);
    if (object === undefined) return undefined;
    const facts = { size: object.value.size, date: undefined };
    if (!wanted.matchKey) return facts;
    try {
      const body = await object.value.load();
      return body === undefined ? undefined : { ...facts, matchKey: pivotOf(object.kind).matchKey(body) };
    } catch {
      // Listed all the same: reading it says what is wrong.
      return facts;
    }
  }

  async fetch(container: string, id: string): Promise<Content | Vanished | Unreadable> {
    return guarded<Content | Vanished | Unreadable>(id, async () => {
      const found = await this.#object(container, id);
      let { value } = found ?? {};
      let body = await value?.load();
      if (value !== undefined && body === undefined) {
        // Written since it was listed: as it is now, if it is there still.
        await this.#collection(container);
        value = (await this.#object(container, id))?.value;
        body = await value?.load();
      }
      if (value === undefined || body === undefined) return undefined;
      const { version, notes } = value;
      return {
        id,
        flags: [],
        date: undefined,
        size: body.length,
        version,
        body,
        ...(notes === undefined ? {} : { notes }),
      };
    });
  }

  async close(): Promise<void> {}

  readonly #kinds = new Map<string, ContentKind>();

  async #collection(id: string): Promise<StoredCollection> {
    let collection: StoredCollection | undefined;
    try {
      collection = await this.#catalog.collection(id);
    } catch (thrown) {
      throw asArchiveError(thrown, 'the archive');
    }
    if (collection === undefined) throw noSuchContainer();
    this.#remember(collection);
    return collection;
  }

  #remember(collection: StoredCollection): void {
    this.#known.set(collection.id, new Map(collection.objects.map((object) => [object.id, object])));
    this.#kinds.set(collection.id, collection.kind);
  }

  async #object(container: string, id: string): Promise<{ value: StoredObject; kind: ContentKind } | undefined> {
    if (!this.#known.has(container)) await this.#collection(container);
    const value = this.#known.get(container)?.get(id);
    const kind = this.#kinds.get(container);
    return value === undefined || kind === undefined ? undefined : { value, kind };
  }
}

export const containerOf = ({ id, path, kind, color, description, definition }: StoredCollection): Container => ({
  id,
  path,
  kind,
  ...(color === undefined ? {} : { color }),
  ...(description === undefined ? {} : { description }),
  ...(definition === undefined ? {} : { definition }),
});

function listingOf({ objects }: StoredCollection): Listing {
  const entries: Entry[] = objects
    .map(({ id, version }) => ({ id, version, flags: [], order: `000000000000${id}` }))
    .sort((a, b) => (a.order < b.order ? -1 : 1));
  const hash = createHash('sha256');
  for (const { id, version } of entries) hash.update(`${id}\0${version}\0\0`);
  return { entries, glance: `${entries.length}.${hash.digest('hex').slice(0, 32)}` };
}
