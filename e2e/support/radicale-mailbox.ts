import { createHash } from 'node:crypto';
import { type Radicale, RawDav } from '@sterna/test-servers';
import { type DavKind, davObject } from './dav-varied.ts';
import type { Endpoint } from './direct-pass.ts';

export const davConnectorOf = (kind: DavKind): 'caldav' | 'carddav' => (kind === 'contact' ? 'carddav' : 'caldav');

export const davEndpoint = (
  server: { readonly url: string },
  connector: 'caldav' | 'carddav',
  user: string,
  more: object = {},
): Endpoint => ({ connector, settings: { url: server.url, ...more }, address: user, password: 'pw' });

/** Name of a collection → sorted SHA-256 of every object in it. */
export type CollectionsTruth = ReadonlyMap<string, readonly string[]>;

/** What a user's collections really hold, read from the server's disk. Radicale writes an object that it wrote before as it was. */
export function radicaleTruth(server: Radicale, user: string): CollectionsTruth {
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);
  return new Map([...server.objects(user)].map(([name, texts]) => [name, texts.map(digest).sort()]));
}

export const raw = (server: { readonly url: string }, user: string): RawDav =>
  new RawDav(`${server.url}${user}/`, user);

const extension = (kind: DavKind): string => (kind === 'contact' ? 'vcf' : 'ics');
const pathOf = (kind: DavKind, collection: number, n: number): string => `c${collection}/o${n}.${extension(kind)}`;
const uidOf = (collection: number, n: number): string => `${collection}.${n}@example.org`;

/** Collections `c0`, `c1`, … of a user, each with objects `o0`, `o1`, … in it: made, changed and removed past our code. */
export class DavSource {
  readonly #kind: DavKind;
  readonly dav: RawDav;

  constructor(server: { readonly url: string }, user: string, kind: DavKind) {
    this.#kind = kind;
    this.dav = raw(server, user);
  }

  async make(names: readonly string[], objects: number): Promise<void> {
    for (const [i, name] of names.entries()) {
      // The calendars of tasks take events too: one collection, two kinds.
      const components = this.#kind === 'task' ? ['VEVENT', 'VTODO'] : ['VEVENT'];
      if (this.#kind === 'contact') await this.dav.makeAddressBook(`c${i}/`, name);
      else await this.dav.makeCalendar(`c${i}/`, name, components);
      for (let n = 0; n < objects; n += 1) await this.put(i, n);
    }
  }

  /** Adds an object, or puts other content into it. */
  async put(collection: number, n: number, word?: string): Promise<void> {
    await this.dav.put(pathOf(this.#kind, collection, n), davObject(this.#kind, uidOf(collection, n), n, word));
  }

  async remove(collection: number, n: number): Promise<void> {
    await this.dav.ok('DELETE', pathOf(this.#kind, collection, n));
  }
}
