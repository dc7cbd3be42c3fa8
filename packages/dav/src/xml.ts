import { SternaError } from '@sterna/core';
import { SaxesParser } from 'saxes';

/** Namespaces of what we ask for, by the prefixes that our requests use. */
export const NAMESPACES = {
  d: 'DAV:',
  cal: 'urn:ietf:params:xml:ns:caldav',
  card: 'urn:ietf:params:xml:ns:carddav',
  cs: 'http://calendarserver.org/ns/',
  ical: 'http://apple.com/ns/ical/',
  oc: 'http://owncloud.org/ns',
  ms: 'urn:schemas-microsoft-com:',
} as const;
type Prefix = keyof typeof NAMESPACES;

/** An element: `name` is `{namespace}local`, written with our prefix where we have one (`d:href`). */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All character data within, trimmed at its ends by nobody. */
  readonly text: string;
}

const PREFIX_OF = new Map<string, string>(Object.entries(NAMESPACES).map(([prefix, uri]) => [uri, prefix]));
/** Deeper than any answer. */
const MAX_DEPTH = 64;

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** Builds elements from pieces of a document, as they come. */
class ElementBuilder {
  readonly #parser = new SaxesParser({ xmlns: true });
  readonly #decoder = new TextDecoder('utf-8');
  readonly #open: Open[] = [];
  readonly #take: ((element: XmlElement) => boolean) | undefined;
  #failure: Error | undefined;
  root: XmlElement | undefined;
  /** Name of the outermost element, once it has begun. */
  rootName: string | undefined;

  /** @param take Given every child of the root; what it keeps is not added to the root */
  constructor(take?: (element: XmlElement) => boolean) {
    this.#take = take;
    const parser = this.#parser;
    // Thrown, the parser goes no further: it would look for the end of everything that begins after it.
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('opentag', (tag) => {
      if (this.#open.length > MAX_DEPTH) throw new Error('too deep');
      const prefix = PREFIX_OF.get(tag.uri);
      const name = prefix === undefined ? `{${tag.uri}}${tag.local}` : `${prefix}:${tag.local}`;
      this.rootName ??= name;
      const attributes = Object.fromEntries(Object.values(tag.attributes).map((one) => [one.local, one.value]));
      this.#open.push({ name, attributes, children: [], text: '' });
    });
    const text = (found: string): void => {
      const inner = this.#open.at(-1);
      if (inner !== undefined) inner.text += found;
    };
    parser.on('text', text);
    parser.on('cdata', text);
    parser.on('closetag', () => this.#closed());
  }

  #closed(): void {
    const closed = this.#open.pop();
    if (closed === undefined) return;
    const outer = this.#open.at(-1);
    if (outer === undefined) this.root = closed;
    else if (this.#open.length > 1 || this.#take?.(closed) !== true) {
      outer.children.push(closed);
      outer.text += closed.text;
    }
  }

  /** @throws SternaError transient `dav-answer-invalid` */
  write(chunk: Buffer): void {
    this.#guarded(() => this.#parser.write(this.#decoder.decode(chunk, { stream: true })));
  }

  /** @throws SternaError transient `dav-answer-invalid` */
  end(): XmlElement {
    this.#guarded(() => this.#parser.write(this.#decoder.decode()).close());
    if (this.root === undefined) throw invalid(undefined);
    return this.root;
  }

  #guarded(work: () => unknown): void {
    try {
      if (this.#failure === undefined) work();
    } catch (error) {
      this.#failure ??= error as Error;
    }
    if (this.#failure !== undefined) throw invalid(this.#failure);
  }
}

const invalid = (cause: Error | undefined): SternaError =>
  new SternaError('transient', 'dav-answer-invalid', 'The server’s answer is not the XML that the protocol asks for.', {
    fix: 'Check that the address is a DAV server, not a web page or a proxy.',
    cause,
  });

/** @throws SternaError transient `dav-answer-invalid` where it is no XML */
export function parseXml(body: Buffer): XmlElement {
  const builder = new ElementBuilder();
  builder.write(body);
  return builder.end();
}

export const child = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((one) => one.name === name);

export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((one) => one.name === name) ?? [];

export const escapeXml = (text: string): string =>
  text
    // What XML 1.0 can't hold at all.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken out
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');

/** `name` in one of our prefixes; `inner` is XML already. */
export const xml = (name: string, inner = '', attributes = ''): string =>
  inner === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${inner}</${name}>`;

export const xmlDocument = (name: `${Prefix}:${string}`, inner: string): Buffer =>
  Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?>\n${xml(
      name,
      inner,
      Object.entries(NAMESPACES)
        .map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`)
        .join(''),
    )}`,
    'utf8',
  );

/** One resource of a 207 answer (RFC 4918 section 14.24). */
export interface DavResponse {
  /** As the server wrote it. */
  readonly href: string;
  /** Of the resource as a whole; 200 where its properties have statuses of their own. */
  readonly status: number;
  /** Properties that were found, by name. */
  readonly properties: ReadonlyMap<string, XmlElement>;
  /** Name of the first precondition of an error. */
  readonly error: string | undefined;
}

export interface MultiStatus {
  readonly responses: readonly DavResponse[];
  readonly syncToken: string | undefined;
}

/** @throws SternaError transient `dav-answer-invalid` */
export function parseMultiStatus(body: Buffer): MultiStatus {
  const root = parseXml(body);
  if (root.name !== 'd:multistatus') throw otherDocument();
  const responses = childrenOf(root, 'd:response').flatMap(responsesIn);
  return { responses, syncToken: child(root, 'd:sync-token')?.text.trim() || undefined };
}

/**
 * The resources of a 207 answer one after the other, however many they are; at the end the sync token, if there is one.
 *
 * @throws SternaError transient `dav-answer-invalid`
 */
export async function* streamMultiStatus(body: AsyncIterable<Buffer>): AsyncGenerator<DavResponse, string | undefined> {
  let found: DavResponse[] = [];
  const builder = new ElementBuilder((element) => {
    if (element.name !== 'd:response') return false;
    found.push(...responsesIn(element));
    return true;
  });
  for await (const chunk of body) {
    builder.write(chunk);
    if (builder.rootName !== undefined && builder.rootName !== 'd:multistatus') throw otherDocument();
    const ready = found;
    found = [];
    yield* ready;
  }
  return child(builder.end(), 'd:sync-token')?.text.trim() || undefined;
}

const otherDocument = (): SternaError =>
  new SternaError('transient', 'dav-answer-invalid', 'The server answered with another document than was asked for.');

function responsesIn(response: XmlElement): readonly DavResponse[] {
  const status = statusOf(child(response, 'd:status')?.text);
  const properties = new Map<string, XmlElement>();
  for (const propstat of childrenOf(response, 'd:propstat')) {
    const code = statusOf(child(propstat, 'd:status')?.text) ?? 200;
    if (code < 200 || code >= 300) continue;
    for (const property of child(propstat, 'd:prop')?.children ?? []) properties.set(property.name, property);
  }
  return childrenOf(response, 'd:href').map((href) => ({
    href: href.text.trim(),
    status: status ?? 200,
    properties,
    error: child(response, 'd:error')?.children[0]?.name,
  }));
}

const statusOf = (line: string | undefined): number | undefined => {
  const found = /^\s*HTTP\/\d(?:\.\d)?\s+(\d{3})/.exec(line ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
};

/** Longest description that is passed on: it goes into the books. */
const MAX_DESCRIPTION = 200;

/**
 * Precondition that an error's body names (RFC 4918 section 16), `cal:no-uid-conflict`; undefined where it names none.
 */
export const preconditionOf = (body: Buffer): XmlElement | undefined =>
  errorOf(body)?.children.find((one) => one.name !== DESCRIPTION);

/** The precondition's name, and the server's own words (RFC 4918 section 14.25), on one line. */
export function reasonOf(body: Buffer): { readonly name: string | undefined; readonly says: string | undefined } {
  const says = child(errorOf(body), DESCRIPTION)?.text.replace(/\s+/g, ' ').trim().slice(0, MAX_DESCRIPTION);
  return { name: preconditionOf(body)?.name, says: says || undefined };
}

const DESCRIPTION = 'd:responsedescription';

function errorOf(body: Buffer): XmlElement | undefined {
  if (!body.includes('error')) return undefined;
  try {
    const root = parseXml(body);
    return root.name === 'd:error' ? root : undefined;
  } catch {
    return undefined;
  }
}
