import { setImmediate } from 'node:timers/promises';
import type { Change, ChangePage, Container, Content, Reader, Unreadable, Vanished } from '@sterna/connector-kit';
import { asSternaError, type ContentKind, SternaError } from '@sterna/core';
import { type Collection, type Collections, fromContainerId } from './collections.ts';
import type { DavDialect } from './dialect.ts';
import { hasType } from './discover.ts';
import type { DavHttp } from './http.ts';
import { propfind } from './propfind.ts';
import { type DavResponse, type MultiStatus, parseMultiStatus, xml, xmlDocument } from './xml.ts';

/** A member of a collection: the last part of its address, and its ETag. */
export interface Member {
  readonly id: string;
  readonly version: string | undefined;
  readonly size: number | undefined;
}

const NO_TOKEN = 'list';

export class DavReader implements Reader {
  readonly #http: DavHttp;
  readonly #dialect: DavDialect;
  readonly #collections: Collections;
  readonly #pageSize: number;

  constructor(http: DavHttp, dialect: DavDialect, collections: Collections, pageSize: number) {
    this.#http = http;
    this.#dialect = dialect;
    this.#collections = collections;
    this.#pageSize = pageSize;
  }

  containers(options: { readonly first?: boolean } = {}): Promise<readonly Container[]> {
    return this.#collections.containers(options.first !== true);
  }

  /**
   * By sync-collection (RFC 6578) where the collection offers it; a token that is no longer honoured, and collections
   * without tokens, are listed whole. Collections of several kinds are always listed, kind by kind.
   */
  async *changes(container: string, cursor: string | undefined): AsyncGenerator<ChangePage> {
    const { url } = this.locate(container);
    const known = await this.#collections.known(url);
    if (known === undefined) throw gone(url);
    try {
      yield* this.#changesOf(container, known, cursor);
    } catch (thrown) {
      const status = asSternaError(thrown).details.status;
      throw status === 404 || status === 410 ? gone(url) : thrown;
    }
  }

  async *#changesOf(container: string, known: Collection, cursor: string | undefined): AsyncGenerator<ChangePage> {
    const { url, kind } = this.locate(container);
    const next = (token: string | undefined, total: number) => ({
      cursor: token ?? NO_TOKEN,
      ...((token ?? known.ctag) === undefined ? {} : { glance: (token ?? known.ctag) as string }),
      total,
    });
    if (kind === undefined && known.syncs) {
      // An empty token asks for everything (RFC 6578 section 3.4), which is no delta.
      const delta = !cursor || cursor === NO_TOKEN ? undefined : await this.#synced(url, cursor);
      if (delta !== undefined) {
        // The count is the server's own, not ours: the books are held against it.
        const total = (await this.members(container)).length;
        yield { changes: delta.changes, mode: 'delta', next: next(delta.token, total) };
        return;
      }
      const whole = await this.#synced(url, undefined);
      if (whole !== undefined) {
        const live = whole.changes.filter((change) => change.gone !== true);
        yield { changes: live, mode: 'full', next: next(whole.token, live.length) };
        return;
      }
    }
    const members = await this.members(container);
    yield {
      changes: members.map(asChange),
      mode: 'full',
      next: next(kind === undefined ? known.syncToken : (known.syncToken ?? known.ctag), members.length),
    };
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const { url } = this.locate(container);
    for (let at = 0; at < ids.length; at += this.#pageSize) {
      const page = ids.slice(at, at + this.#pageSize);
      const found = await this.#multiget(url, page);
      for (const id of page) {
        const content = found?.get(id) ?? (await this.one(url, id));
        yield content;
        // Who reads works on each for a while: in between, the answers to other requests are taken, and the next ones sent.
        await setImmediate();
      }
    }
  }

  /** All objects of a container, by one request. */
  async members(container: string): Promise<readonly Member[]> {
    const { url, kind } = this.locate(container);
    const query = kind === undefined ? undefined : this.#dialect.query?.(kind);
    if (query === undefined) return this.#listed(url);
    const answer = await this.#report(url, query.name, query.inner, 'listing a collection', 1);
    return answer.responses.flatMap((response) => this.#member(url, response) ?? []);
  }

  async #listed(url: URL): Promise<readonly Member[]> {
    const properties = ['d:resourcetype', 'd:getetag', 'd:getcontentlength'];
    const answer = await propfind(this.#http, url, 1, properties, 'listing a collection');
    return answer.responses.flatMap((response) => this.#member(url, response) ?? []);
  }

  /** As `members`, with sizes: some servers tell them in a PROPFIND alone. */
  async sizedMembers(container: string): Promise<readonly Member[]> {
    const members = await this.members(container);
    if (members.every(({ size }) => size !== undefined)) return members;
    const { url } = this.locate(container);
    const sizes = new Map((await this.#listed(url)).map(({ id, size }) => [id, size]));
    return members.map((member) => ({ ...member, size: member.size ?? sizes.get(member.id) }));
  }

  locate(container: string): { url: URL; kind: ContentKind | undefined } {
    const [home] = this.#collections.home.urls;
    if (home === undefined) throw new SternaError('bug', 'internal', 'A home without an address.');
    return fromContainerId(container, home, this.#dialect.kinds);
  }

  /** One object as it is now. */
  async one(collection: URL, id: string): Promise<Content | Vanished | Unreadable> {
    try {
      const answer = await this.#http.send({
        method: 'GET',
        url: objectUrl(collection, id),
        doing: 'reading an object',
        repeatable: true,
        expected: [404, 410],
      });
      if (answer.status === 404 || answer.status === 410) return { id, vanished: true };
      return content(id, answer.body, answer.header('etag'));
    } catch (thrown) {
      const error = asSternaError(thrown);
      if (error.class === 'object') return { id, error };
      // A server that trips over one object must not keep the others from us.
      if (error.code === 'dav-server-error')
        return {
          id,
          error: new SternaError('object', 'not-delivered', 'The source server fails to deliver this object.', {
            fix: 'Look at the source server’s log, then start a delta pass.',
            cause: error,
          }),
        };
      throw thrown;
    }
  }

  async find(collection: URL, kind: ContentKind, uid: string): Promise<Member | undefined> {
    const { name, inner } = this.#dialect.findUid(kind, uid);
    const answer = await this.#report(collection, name, inner, 'looking for a UID', 1);
    for (const response of answer.responses) {
      const member = this.#member(collection, response);
      const object = member === undefined ? undefined : await this.one(collection, member.id);
      // A text-match of CalDAV means "contains" (RFC 4791 section 9.7.5): others may have answered.
      if (object !== undefined && 'body' in object && Buffer.isBuffer(object.body) && uidIn(object.body) === uid)
        return member;
    }
    return undefined;
  }

  /** Undefined where the server doesn't answer this report as it should: then each object is read by itself. */
  async #multiget(collection: URL, ids: readonly string[]): Promise<Map<string, Content> | undefined> {
    let answer: MultiStatus;
    try {
      answer = await this.#report(
        collection,
        this.#dialect.multiget,
        xml('d:prop', `${xml('d:getetag')}${xml(this.#dialect.data)}`) +
          ids.map((id) => xml('d:href', escapeHref(objectUrl(collection, id).pathname))).join(''),
        'reading objects',
        1,
        // A batch that is read back behind the writes of the next ones would keep its lane until they are done as well.
        true,
      );
    } catch (thrown) {
      const error = asSternaError(thrown);
      // One object with a sign that XML can't hold makes the whole answer invalid: Radicale passes it through.
      const isItsOwn = ['dav-server-error', 'not-allowed-there', 'dav-answer-invalid'].includes(error.code);
      if (error.class === 'object' || isItsOwn) return undefined;
      throw thrown;
    }
    const found = new Map<string, Content>();
    for (const response of answer.responses) {
      const id = idOf(collection, response.href);
      const text = response.properties.get(this.#dialect.data)?.text;
      if (id === undefined || response.status >= 300 || text === undefined) continue;
      // XML folds CRLF into LF; both standards want CRLF.
      found.set(id, content(id, Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'utf8'), etagOf(response)));
    }
    return found;
  }

  async #synced(
    url: URL,
    token: string | undefined,
  ): Promise<{ readonly changes: readonly Change[]; readonly token: string } | undefined> {
    const changes = new Map<string, Change>();
    let from = token;
    for (;;) {
      let answer: MultiStatus;
      try {
        answer = await this.#report(
          url,
          'd:sync-collection',
          `${xml('d:sync-token', escapeHref(from ?? ''))}${xml('d:sync-level', '1')}${xml('d:prop', `${xml('d:getetag')}${xml('d:resourcetype')}${xml('d:getcontentlength')}`)}`,
          'asking what changed',
        );
      } catch (thrown) {
        const error = asSternaError(thrown);
        // An old token: 403 or 409 with valid-sync-token, in practice any refusal.
        if (error.class === 'object' || error.class === 'auth' || error.code === 'dav-server-error') return undefined;
        throw thrown;
      }
      let isCut = false;
      for (const response of answer.responses) {
        const id = idOf(url, response.href);
        if (id === undefined) {
          // 507 for the collection itself: there is more (RFC 6578 section 3.6).
          if (response.status === 507) isCut = true;
          continue;
        }
        if (response.status === 404 || response.status === 410) changes.set(id, { id, gone: true });
        else {
          const member = this.#member(url, response);
          if (member !== undefined) changes.set(id, asChange(member));
        }
      }
      if (answer.syncToken === undefined) return undefined;
      if (!isCut) return { changes: [...changes.values()], token: answer.syncToken };
      from = answer.syncToken;
    }
  }

  async #report(
    url: URL,
    name: Parameters<typeof xmlDocument>[0],
    inner: string,
    doing: string,
    depth?: 1,
    ahead?: true,
  ): Promise<MultiStatus> {
    const answer = await this.#http.send({
      method: 'REPORT',
      url,
      headers: {
        'content-type': 'application/xml; charset=utf-8',
        ...(depth === undefined ? {} : { depth: String(depth) }),
      },
      body: xmlDocument(name, inner),
      doing,
      repeatable: true,
      ...(ahead === undefined ? {} : { ahead }),
    });
    return parseMultiStatus(answer.body);
  }

  #member(collection: URL, response: DavResponse): Member | undefined {
    const id = idOf(collection, response.href);
    if (id === undefined || response.status >= 300 || hasType(response, 'd:collection')) return undefined;
    const size = Number(response.properties.get('d:getcontentlength')?.text);
    return { id, version: etagOf(response), size: Number.isFinite(size) && size > 0 ? size : undefined };
  }
}

/** UID of the first object in a text. */
export const uidIn = (body: Buffer): string | undefined =>
  /^UID(?:;[^:\r\n]*)?:(.*(?:\r?\n[ \t].*)*)/im
    .exec(body.toString('utf8'))?.[1]
    ?.replace(/\r?\n[ \t]/g, '')
    .trim();

const asChange = ({ id, version, size }: Member): Change => ({
  id,
  ...(version === undefined ? {} : { version }),
  ...(size === undefined ? {} : { size }),
});

const etagOf = (response: DavResponse): string | undefined =>
  response.properties.get('d:getetag')?.text.trim() || undefined;

const content = (id: string, body: Buffer, version: string | undefined): Content => ({
  id,
  flags: [],
  date: undefined,
  size: body.length,
  body,
  ...(version === undefined ? {} : { version }),
});

const gone = (url: URL): SternaError =>
  new SternaError('transient', 'container-gone', `The collection ${decodeURIComponent(url.pathname)} is no more.`);

const escapeHref = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** An object's id is the last part of its address, decoded, so that two spellings of one address are one id. */
export function idOf(collection: URL, href: string): string | undefined {
  let path: string;
  try {
    path = new URL(href, collection).pathname;
  } catch {
    return undefined;
  }
  const base = safeDecode(collection.pathname.endsWith('/') ? collection.pathname : `${collection.pathname}/`);
  const whole = safeDecode(path);
  if (!whole.startsWith(base)) return undefined;
  const id = whole.slice(base.length);
  return id === '' || id.includes('/') ? undefined : id;
}

export const objectUrl = (collection: URL, id: string): URL =>
  new URL(
    encodeURIComponent(id),
    collection.pathname.endsWith('/') ? collection : new URL(`${collection.pathname}/`, collection),
  );

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
