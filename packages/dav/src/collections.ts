import { createHash } from 'node:crypto';
import type { Container } from '@sterna/connector-kit';
import { asSternaError, type ContentKind, SternaError } from '@sterna/core';
import type { DavDialect } from './dialect.ts';
import { type Home, hasType, hrefsOf } from './discover.ts';
import { refusal } from './errors.ts';
import type { DavHttp } from './http.ts';
import { propfind } from './propfind.ts';
import { child, childrenOf, type DavResponse, preconditionOf } from './xml.ts';

/** A collection as the server lists it. One that holds several kinds is a container for each. */
export interface Collection {
  readonly url: URL;
  readonly name: string;
  readonly kinds: readonly ContentKind[];
  readonly color?: string;
  readonly description?: string;
  readonly syncToken: string | undefined;
  readonly ctag: string | undefined;
  /** RFC 6578 is among its reports. */
  readonly syncs: boolean;
  readonly sharedBy?: string;
  /** Shared, and nothing may be written into it. */
  readonly readOnly?: true;
}

const KIND_MARK = '#';

/** Path of the collection, and the kind where the collection holds several. */
export const containerId = (collection: Collection, kind: ContentKind): string =>
  collection.kinds.length > 1 ? `${collection.url.pathname}${KIND_MARK}${kind}` : collection.url.pathname;

export function fromContainerId(
  id: string,
  base: URL,
  kinds: readonly ContentKind[],
): { url: URL; kind: ContentKind | undefined } {
  const [path = '', mark] = id.split(KIND_MARK, 2);
  return { url: new URL(path, base), kind: kinds.find((kind) => kind === mark) };
}

export class Collections {
  readonly #http: DavHttp;
  readonly #dialect: DavDialect;
  readonly home: Home;
  /** Servers make it of all that a collection holds, as they make a sync token: only where there is no such token. */
  #asksForCtag = false;
  /** The last listing, on its way or here. */
  #latest: Promise<readonly Collection[]> | undefined;

  constructor(http: DavHttp, dialect: DavDialect, home: Home) {
    this.#http = http;
    this.#dialect = dialect;
    this.home = home;
  }

  /** @param tokens false: not of those that tell theirs with their changes */
  list(tokens = true): Promise<readonly Collection[]> {
    const listing = this.#list(tokens);
    this.#latest = listing;
    // One that failed is nothing to remember; whoever waits for it is told.
    listing.catch(() => {
      if (this.#latest === listing) this.#latest = undefined;
    });
    return listing;
  }

  /**
   * A collection as it was last listed, so that a pass lists them once; listed anew where it isn't known. Its tokens may
   * be older than what is in it: then the next pass looks once more.
   */
  async known(url: URL): Promise<Collection | undefined> {
    const isIt = (one: Collection): boolean => one.url.pathname === url.pathname;
    return (await this.#latest)?.find(isIt) ?? (await this.list()).find(isIt);
  }

  async #list(tokens: boolean): Promise<readonly Collection[]> {
    const found: Collection[] = [];
    for (const url of this.home.urls)
      for (const collection of await this.#propfind(url, 1, tokens))
        if (!found.some((one) => one.url.pathname === collection.url.pathname)) found.push(collection);
    return found;
  }

  /** @param depth 0: the collection at this address; 1: those in it */
  async #propfind(url: URL, depth: 0 | 1, tokens: boolean): Promise<readonly Collection[]> {
    const properties = [
      'd:resourcetype',
      'd:displayname',
      ...(tokens ? ['d:sync-token'] : []),
      'd:supported-report-set',
      'd:owner',
      'd:current-user-privilege-set',
      ...(this.#asksForCtag ? ['cs:getctag'] : []),
      ...this.#dialect.collectionProperties,
    ];
    const answer = await propfind(this.#http, url, depth, properties, 'listing the collections');
    const found = answer.responses.flatMap((response) => this.#read(response, answer.url) ?? []);
    if (!tokens) return found.every(tellsByItself) ? found : this.#propfind(url, depth, true);
    if (this.#asksForCtag || found.every((one) => one.syncToken !== undefined)) return found;
    this.#asksForCtag = true;
    return this.#propfind(url, depth, true);
  }

  /** The one at this address now, which joins those that are known; undefined where the server has none to show. */
  async #look(url: URL): Promise<Collection | undefined> {
    try {
      const [found] = await this.#propfind(url, 0, true);
      if (found === undefined) return undefined;
      const others = (await this.#latest)?.filter((one) => one.url.pathname !== found.url.pathname) ?? [];
      this.#latest = Promise.resolve([...others, found]);
      return found;
    } catch (thrown) {
      // It is gone, or may be listed and not be asked for itself: the listing decides.
      if (asSternaError(thrown).class === 'transient') throw thrown;
      return undefined;
    }
  }

  async containers(tokens: boolean): Promise<readonly Container[]> {
    return (await this.list(tokens)).flatMap((collection) =>
      collection.kinds.map((kind) => this.containerOf(collection, kind)),
    );
  }

  containerOf(collection: Collection, kind: ContentKind): Container {
    // Equal only if nothing at all changed; a token is made anew with every change (RFC 6578 section 3.1).
    const glance = collection.syncToken ?? collection.ctag;
    return {
      id: containerId(collection, kind),
      path: [collection.name],
      kind,
      ...(collection.color === undefined ? {} : { color: collection.color }),
      ...(collection.description === undefined ? {} : { description: collection.description }),
      ...(collection.sharedBy === undefined ? {} : { sharedBy: collection.sharedBy }),
      ...(collection.readOnly === undefined ? {} : { readOnly: collection.readOnly }),
      ...(glance === undefined ? {} : { glance }),
    };
  }

  /**
   * The collection of this name and kind, made where there is none. The address is made of the name, so that a crash in
   * between leaves one collection, not two.
   */
  async ensure(wanted: {
    readonly name: string;
    readonly kind: ContentKind;
    readonly color: string | undefined;
    readonly description: string | undefined;
  }): Promise<Collection> {
    const isIt = (one: Collection): boolean =>
      one.sharedBy === undefined && one.name === wanted.name && one.kinds.includes(wanted.kind);
    const known = await this.#knownNow(isIt);
    if (known !== undefined) return known;
    const [home] = this.home.urls;
    if (home === undefined) throw new SternaError('bug', 'internal', 'A home without an address.');
    const hash = createHash('sha256').update(`${wanted.kind}\0${wanted.name}`).digest('hex').slice(0, 8);
    const slug = wanted.name
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40)
      .toLowerCase();
    const url = new URL(`${slug === '' ? wanted.kind : slug}-${hash}/`, home);
    const { method, body } = this.#dialect.make(wanted);
    const doing = `making the collection ${wanted.name}`;
    const answer = await this.#http.send({
      method,
      url,
      headers: { 'content-type': 'application/xml; charset=utf-8' },
      body,
      doing,
      repeatable: true,
      expected: [403, 405, 409],
    });
    // What is there already is answered so (RFC 4918 section 9.3.1), or so (RFC 4791 section 5.3.1.1, RFC 5689).
    if (
      answer.status >= 300 &&
      answer.status !== 405 &&
      preconditionOf(answer.body)?.name !== 'd:resource-must-be-null'
    )
      throw refusal(doing, answer);
    const looked = await this.#look(url);
    if (looked?.kinds.includes(wanted.kind) === true) return looked;
    const made = (await this.list()).find((one) => isIt(one) || one.url.pathname === url.pathname);
    if (made?.kinds.includes(wanted.kind) === true) return made;
    throw new SternaError(
      'config',
      'collection-not-made',
      `The server took the collection ${wanted.name} but doesn’t list it.`,
      {
        fix: 'Make it by hand in the target, with this name, and start again.',
      },
    );
  }

  /** One of those that a pass listed at its beginning, if it is there still; without such a listing, one that is listed now. */
  async #knownNow(isIt: (one: Collection) => boolean): Promise<Collection | undefined> {
    const latest = await this.#latest;
    if (latest === undefined) return (await this.list()).find(isIt);
    const known = latest.find(isIt);
    if (known === undefined) return undefined;
    const now = await this.#look(known.url);
    return now !== undefined && isIt(now) ? now : (await this.list()).find(isIt);
  }

  #read(response: DavResponse, base: URL): Collection | undefined {
    if (response.status >= 400 || !hasType(response, this.#dialect.resourceType)) return undefined;
    const { properties } = response;
    const kinds = this.#dialect.kindsOf(properties).filter((kind) => this.#dialect.kinds.includes(kind));
    if (kinds.length === 0) return undefined;
    const href = response.href.endsWith('/') ? response.href : `${response.href}/`;
    const url = new URL(href, base);
    const owner = hrefsOf(properties.get('d:owner'))[0];
    const principal = this.home.principal?.pathname;
    // Cyrus and Nextcloud list what is shared with a user in that user's own home, and mark it so; elsewhere the owner
    // tells, but not in one's own home, where some servers name anybody.
    const isOthers =
      hasType(response, 'cs:shared') ||
      (owner !== undefined &&
        principal !== undefined &&
        trimmed(new URL(owner, base).pathname) !== trimmed(principal) &&
        !this.home.urls.some((home) => url.pathname.startsWith(home.pathname)));
    const reports = childrenOf(properties.get('d:supported-report-set'), 'd:supported-report').map(
      (one) => child(one, 'd:report')?.children[0]?.name,
    );
    const name = properties.get('d:displayname')?.text.trim();
    return {
      url,
      // A name may hold what the path can't; without one the path names it.
      name: name || decodeURIComponent(url.pathname.split('/').filter(Boolean).at(-1) ?? ''),
      kinds,
      ...this.#dialect.look(properties),
      syncToken: properties.get('d:sync-token')?.text.trim() || undefined,
      ctag: properties.get('cs:getctag')?.text.trim() || undefined,
      syncs: reports.includes('d:sync-collection'),
      ...(isOthers ? { sharedBy: nameOfOwner(owner) } : {}),
      ...(isOthers && !mayWrite(properties) ? { readOnly: true } : {}),
    };
  }
}

/** Its changes come with a token of their own; those of a collection of several kinds are listed kind by kind, without. */
const tellsByItself = ({ syncs, kinds }: Collection): boolean => syncs && kinds.length === 1;

const nameOfOwner = (owner: string | undefined): string =>
  decodeURIComponent(
    trimmed(owner ?? '')
      .split('/')
      .at(-1) ?? '',
  ) || 'somebody else';

const WRITES: ReadonlySet<string> = new Set(['d:all', 'd:write', 'd:write-content', 'd:bind']);

/** RFC 3744 section 5.5; true where the server says nothing. */
function mayWrite(properties: DavResponse['properties']): boolean {
  const set = properties.get('d:current-user-privilege-set');
  if (set === undefined) return true;
  return childrenOf(set, 'd:privilege').some(({ children }) => children.some(({ name }) => WRITES.has(name)));
}

const trimmed = (path: string): string => path.replace(/\/+$/, '');
