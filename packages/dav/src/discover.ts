import { SternaError } from '@sterna/core';
import type { DavDialect } from './dialect.ts';
import type { DavHttp } from './http.ts';
import {
  child,
  childrenOf,
  type DavResponse,
  type MultiStatus,
  parseMultiStatus,
  type XmlElement,
  xml,
  xmlDocument,
} from './xml.ts';

export interface Home {
  /** Collections are made and looked for in the first one. */
  readonly urls: readonly URL[];
  readonly principal: URL | undefined;
  /** The DAV header of the home: what the server says it can do. */
  readonly features: string;
  /** How it was found, for `check`. */
  readonly evidence: string;
}

export async function propfind(
  http: DavHttp,
  url: URL,
  depth: 0 | 1,
  properties: readonly string[],
  doing: string,
): Promise<MultiStatus & { readonly url: URL; readonly features: string }> {
  const answer = await http.send({
    method: 'PROPFIND',
    url,
    headers: { depth: String(depth), 'content-type': 'application/xml; charset=utf-8' },
    body: xmlDocument('d:propfind', xml('d:prop', properties.map((name) => xml(name)).join(''))),
    doing,
    repeatable: true,
  });
  return { ...parseMultiStatus(answer.body), url: answer.url, features: answer.header('dav') ?? '' };
}

/**
 * From a host, a service or a home to the home of the one who signs in (RFC 6764 section 6): current-user-principal,
 * then its home set. What is named may be the home, or a single collection, already.
 *
 * @throws SternaError config `dav-home-not-found` | `not-a-dav-server`
 */
export async function discoverHome(http: DavHttp, dialect: DavDialect, start: URL): Promise<Home> {
  const isBare = start.pathname === '/' || start.pathname === '';
  const starts = isBare ? [new URL(dialect.wellKnown, start), start] : [start];
  let refused: unknown;
  for (const url of starts) {
    try {
      const home = await homeFrom(http, dialect, url);
      if (home !== undefined) return home;
    } catch (error) {
      // A server without the well-known address answers it with anything but a 207; a bad sign-in is final.
      if (
        error instanceof SternaError &&
        (error.class === 'auth' || error.class === 'throttled') &&
        url === starts.at(-1)
      )
        throw error;
      if (error instanceof SternaError && error.code === 'sign-in-refused') throw error;
      if (error instanceof SternaError && error.class === 'config') throw error;
      // Nobody is there; the other address is on the same machine.
      if (error instanceof SternaError && error.class === 'transient' && !ANSWERS.has(error.code)) throw error;
      refused ??= error;
    }
  }
  if (refused instanceof SternaError && refused.code === 'dav-answer-invalid')
    throw new SternaError(
      'config',
      'not-a-dav-server',
      `What answers at ${start.host} is no ${dialect.title} server.`,
      {
        field: 'url',
        fix: 'Check host and port. Many servers want the full address, such as https://host/dav/.',
        cause: refused,
      },
    );
  if (refused instanceof SternaError && refused.class === 'transient') throw refused;
  throw new SternaError('config', 'dav-home-not-found', `No ${dialect.title} home was found there.`, {
    field: 'url',
    fix: 'Give the full address of the user’s home, with {user} or {address} where the name belongs.',
    cause: refused,
  });
}

/** Codes of transient errors that a server that is there answers with. */
const ANSWERS: ReadonlySet<string> = new Set(['dav-answer-invalid', 'dav-server-error']);

async function homeFrom(http: DavHttp, dialect: DavDialect, url: URL): Promise<Home | undefined> {
  const first = await propfind(
    http,
    url,
    0,
    ['d:current-user-principal', 'd:resourcetype', dialect.homeSet],
    'looking for the home',
  );
  const own = first.responses[0];
  if (own === undefined) return undefined;
  if (hasType(own, dialect.resourceType))
    return {
      urls: [first.url],
      principal: undefined,
      features: first.features,
      evidence: `a single collection at ${first.url.pathname}`,
    };
  const here = hrefsOf(own.properties.get(dialect.homeSet));
  if (here.length > 0) return found(http, first.url, here, first.url, 'named by the address itself');
  const principal = hrefsOf(own.properties.get('d:current-user-principal'))[0];
  if (principal !== undefined) {
    const at = new URL(principal, first.url);
    const second = await propfind(http, at, 0, [dialect.homeSet], 'reading the principal');
    const homes = hrefsOf(second.responses[0]?.properties.get(dialect.homeSet));
    if (homes.length > 0) return found(http, second.url, homes, at, `home of the principal ${at.pathname}`);
  }
  // No principals (a plain file server with collections in it): what was named is the home, if it holds any.
  const inside = await propfind(http, first.url, 1, ['d:resourcetype'], 'looking into the address');
  if (inside.responses.some((one) => hasType(one, dialect.resourceType)))
    return {
      urls: [inside.url],
      principal: undefined,
      features: inside.features,
      evidence: `collections below ${inside.url.pathname}`,
    };
  return undefined;
}

async function found(
  http: DavHttp,
  base: URL,
  hrefs: readonly string[],
  principal: URL,
  evidence: string,
): Promise<Home> {
  const urls = hrefs.map((href) => new URL(href.endsWith('/') ? href : `${href}/`, base));
  const [first] = urls;
  const look = first === undefined ? undefined : await propfind(http, first, 0, ['d:resourcetype'], 'reading the home');
  return { urls, principal, features: look?.features ?? '', evidence: `${first?.pathname}, ${evidence}` };
}

export const hasType = (response: DavResponse, type: string): boolean =>
  child(response.properties.get('d:resourcetype'), type) !== undefined;

export const hrefsOf = (property: XmlElement | undefined): readonly string[] =>
  childrenOf(property, 'd:href').map((href) => href.text.trim());
