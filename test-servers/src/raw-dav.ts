/**
 * A bare CalDAV and CardDAV client for looking at servers from outside. It has no opinion on what they can do and shares
 * nothing with the connectors.
 */

export interface RawDavAnswer {
  status: number;
  etag: string | undefined;
  text: string;
}

export interface RawCollection {
  /** Of the collection, with a slash at its end. */
  path: string;
  /** Display name. */
  name: string;
  /** `VEVENT`, `VTODO`; empty for address books, and where the server names none. */
  components: string[];
  type: 'calendar' | 'address book';
}

export interface RawObject {
  path: string;
  etag: string;
  text: string;
}

const unescaped = (text: string): string =>
  text
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, inside: string) => inside.replace(/&/g, '&amp;'))
    .replace(/&#(?:x([0-9a-f]+)|(\d+));/gi, (_, hex, dec) =>
      String.fromCodePoint(Number.parseInt(hex ?? dec, hex ? 16 : 10)),
    )
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&');
const escaped = (text: string): string => text.replace(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`);

/** Cyrus takes nothing else for what makes a collection. */
const XML = { 'content-type': 'application/xml; charset=utf-8' };

export class RawDav {
  readonly home: URL;
  readonly #authorization: string;

  /** @param home Address of the user's home, with a slash at its end */
  constructor(home: string | URL, user: string, password = 'pw') {
    this.home = new URL(home);
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  /** @param path Below the home, or from the root of the server */
  async send(method: string, path: string, body = '', headers: Record<string, string> = {}): Promise<RawDavAnswer> {
    const answer = await fetch(new URL(path, this.home), {
      method,
      headers: { authorization: this.#authorization, ...headers },
      ...(body === '' ? {} : { body }),
    });
    return { status: answer.status, etag: answer.headers.get('etag') ?? undefined, text: await answer.text() };
  }

  /** As `send`. @throws Error unless the answer is a success */
  async ok(method: string, path: string, body = '', headers: Record<string, string> = {}): Promise<RawDavAnswer> {
    const answer = await this.send(method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  /** @param components What may be in it; default: whatever the server lets in */
  async makeCalendar(path: string, name: string, components: readonly string[] = []): Promise<void> {
    const set =
      components.length === 0
        ? ''
        : `<c:supported-calendar-component-set>${components.map((one) => `<c:comp name="${one}"/>`).join('')}</c:supported-calendar-component-set>`;
    await this.ok(
      'MKCALENDAR',
      path,
      `<?xml version="1.0"?><c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop><d:displayname>${escaped(name)}</d:displayname>${set}</d:prop></d:set></c:mkcalendar>`,
      XML,
    );
  }

  async makeAddressBook(path: string, name: string): Promise<void> {
    await this.ok(
      'MKCOL',
      path,
      `<?xml version="1.0"?><d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype><d:displayname>${escaped(name)}</d:displayname></d:prop></d:set></d:mkcol>`,
      XML,
    );
  }

  /** The media type is told from the text. */
  put(path: string, text: string, headers: Record<string, string> = {}): Promise<RawDavAnswer> {
    const type = /^BEGIN:VCARD/i.test(text) ? 'text/vcard' : 'text/calendar';
    return this.ok('PUT', path, text, { 'content-type': `${type}; charset=utf-8`, ...headers });
  }

  /** Calendars and address books below the home. */
  async collections(): Promise<RawCollection[]> {
    const responses = await this.#propfind(
      this.home.pathname,
      '<d:resourcetype/><d:displayname/><c:supported-calendar-component-set xmlns:c="urn:ietf:params:xml:ns:caldav"/>',
    );
    return responses.flatMap(({ path, inner }) => {
      const type = /<(?:\w+:)?calendar(?:\s[^>]*)?\/>/.test(inner)
        ? ('calendar' as const)
        : /<(?:\w+:)?addressbook(?:\s[^>]*)?\/>/.test(inner)
          ? ('address book' as const)
          : undefined;
      if (type === undefined) return [];
      const name = /<(?:\w+:)?displayname[^>]*>([\s\S]*?)<\/(?:\w+:)?displayname/.exec(inner)?.[1] ?? '';
      const components = [...inner.matchAll(/<(?:\w+:)?comp\s[^>]*name="(\w+)"/g)].map((one) => one[1] as string);
      return [{ path: path.endsWith('/') ? path : `${path}/`, name: unescaped(name), components, type }];
    });
  }

  /** Everything in a collection, each by a GET of its own. */
  async objects(collection: string): Promise<RawObject[]> {
    const found: RawObject[] = [];
    for (const { path } of await this.#propfind(collection, '<d:getetag/>')) {
      if (path.endsWith('/') || `${path}/` === collection) continue;
      const { text, etag = '' } = await this.ok('GET', path);
      found.push({ path, etag, text });
    }
    return found;
  }

  async #propfind(path: string, properties: string): Promise<{ path: string; inner: string }[]> {
    const { text } = await this.ok(
      'PROPFIND',
      path,
      `<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop>${properties}</d:prop></d:propfind>`,
      { depth: '1', ...XML },
    );
    return [...text.matchAll(/<(?:\w+:)?response(?:\s[^>]*)?>([\s\S]*?)<\/(?:\w+:)?response>/g)].map(
      ([, inner = '']) => ({
        path: unescaped(/<(?:\w+:)?href(?:\s[^>]*)?>([\s\S]*?)<\//.exec(inner)?.[1]?.trim() ?? ''),
        inner,
      }),
    );
  }
}
