import { SternaError } from '@sterna/core';
import type { DavDialect } from './dialect.ts';
import type { DavHttp } from './http.ts';
import { propfind } from './propfind.ts';
import { child, childrenOf, type DavResponse, type XmlElement } from './xml.ts';

export interface Home {
  /** Collections are made and looked for in the first one. */
  readonly urls: readonly URL[];
  readonly principal: URL | undefined;
  /** The DAV header of the home, as OPTIONS answers it (RFC 4918 section 10.1); empty where it says nothing. */
  readonly features: string;
  /** The Server header (RFC 9110 section 10.2.4), where there is one. */
  readonly server: string | undefined;
  /** Under which addresses this user is invited (RFC 6638 section 2.4.1), lower case; empty where nobody says. */
  readonly addresses: readonly string[];
  /** How it was found, for `check`. */
  readonly evidence: string;
}

const USER_ADDRESSES = 'cal:calendar-user-address-set';

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
    ['d:current-user-principal', 'd:resourcetype', dialect.homeSet, USER_ADDRESSES],
    'looking for the home',
  );
  const own = first.responses[0];
  if (own === undefined) return undefined;
  if (hasType(own, dialect.resourceType))
    return found(http, first.url, [first.url.href], undefined, `a single collection at ${first.url.pathname}`);
  const here = hrefsOf(own.properties.get(dialect.homeSet));
  if (here.length > 0)
    return found(http, first.url, here, { url: first.url, response: own }, 'named by the address itself');
  const principal = hrefsOf(own.properties.get('d:current-user-principal'))[0];
  if (principal !== undefined) {
    const at = new URL(principal, first.url);
    const second = await propfind(http, at, 0, [dialect.homeSet, USER_ADDRESSES], 'reading the principal');
    const [response] = second.responses;
    const homes = hrefsOf(response?.properties.get(dialect.homeSet));
    if (homes.length > 0)
      return found(http, second.url, homes, { url: at, response }, `home of the principal ${at.pathname}`);
  }
  // No principals (a plain file server with collections in it): what was named is the home, if it holds any.
  const inside = await propfind(http, first.url, 1, ['d:resourcetype'], 'looking into the address');
  if (inside.responses.some((one) => hasType(one, dialect.resourceType)))
    return found(http, inside.url, [inside.url.href], undefined, `collections below ${inside.url.pathname}`);
  return undefined;
}

async function found(
  http: DavHttp,
  base: URL,
  hrefs: readonly string[],
  principal: { readonly url: URL; readonly response: DavResponse | undefined } | undefined,
  evidence: string,
): Promise<Home> {
  const urls = hrefs.map((href) => new URL(href.endsWith('/') ? href : `${href}/`, base));
  const [first] = urls;
  const says = first === undefined ? undefined : await options(http, first);
  return {
    urls,
    principal: principal?.url,
    features: says?.features ?? '',
    server: says?.server,
    addresses: hrefsOf(principal?.response?.properties.get(USER_ADDRESSES)).map((one) => one.toLowerCase()),
    evidence: `${first?.pathname}, ${evidence}`,
  };
}

/** Only OPTIONS has to carry the DAV header; Cyrus leaves it out of all other answers. */
async function options(http: DavHttp, url: URL): Promise<{ features: string; server: string | undefined }> {
  const answer = await http.send({
    method: 'OPTIONS',
    url,
    doing: 'asking what it can do',
    repeatable: true,
    // A server that knows no OPTIONS says nothing, which is an answer too.
    expected: [400, 403, 404, 405, 500, 501],
  });
  return { features: answer.header('dav') ?? '', server: answer.header('server') };
}

export const hasType = (response: DavResponse, type: string): boolean =>
  child(response.properties.get('d:resourcetype'), type) !== undefined;

export const hrefsOf = (property: XmlElement | undefined): readonly string[] =>
  childrenOf(property, 'd:href').map((href) => href.text.trim());
