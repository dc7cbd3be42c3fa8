import { asSternaError, SternaError } from '@sterna/core';
import { type DavHttp, propfind, propfindRequest, streamMultiStatus } from '@sterna/dav';
import { FACTS, type Facts, factsIn } from './facts.ts';
import { isOurs, segmentsOf } from './paths.ts';

/** A file or folder in a folder. */
export interface Entry {
  readonly name: string;
  readonly facts: Facts;
}

const LISTING_TRIES = 3;

export const isGone = (error: SternaError): boolean => error.details.status === 404 || error.details.status === 410;

/**
 * What is in a folder, leftovers of ours apart; undefined where there is no such folder.
 *
 * @throws SternaError `folder-not-readable` (object) where the server denies this folder
 */
export async function listFolder(http: DavHttp, folder: URL): Promise<Entry[] | undefined> {
  const all = await listEverything(http, folder);
  return all?.filter(({ name }) => !isOurs(name));
}

/** As `listFolder`, with our leftovers. */
export async function listEverything(http: DavHttp, folder: URL): Promise<Entry[] | undefined> {
  try {
    return await again(() => listed(http, folder));
  } catch (thrown) {
    const error = asSternaError(thrown);
    if (isGone(error)) return undefined;
    if (error.code === 'not-allowed-there')
      throw new SternaError('object', 'folder-not-readable', 'The server denies access to this folder.', {
        fix: 'Give this account the right to read it, then start a delta pass.',
        details: error.details,
      });
    throw thrown;
  }
}

/** A listing that breaks midway begins anew: the connection itself tries only until the answer has begun. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await work();
    } catch (thrown) {
      const { code } = asSternaError(thrown);
      if (tries >= LISTING_TRIES || (code !== 'dav-connection-lost' && code !== 'dav-timeout')) throw thrown;
    }
}

async function listed(http: DavHttp, folder: URL): Promise<Entry[] | undefined> {
  const answer = await http.open(propfindRequest(folder, 1, FACTS, 'listing a folder'));
  const found: { readonly at: readonly string[]; readonly facts: Facts }[] = [];
  for await (const response of streamMultiStatus(answer.body)) {
    if (response.status >= 300) continue;
    found.push({ at: segmentsOf(pathnameOf(response.href, folder)), facts: factsIn(response) });
  }
  // The folder itself is the one nearest to the root. A proxy may have another path for it than we do.
  const own = found.reduce<readonly string[] | undefined>(
    (nearest, { at }) => (nearest === undefined || at.length < nearest.length ? at : nearest),
    undefined,
  );
  if (own === undefined) return [];
  const self = found.find(({ at }) => at === own);
  // Where the folder itself is missing in its own listing, nothing tells what is in it.
  const asked = segmentsOf(folder.pathname).at(-1);
  const isAlone = found.every(({ at }) => at.length > own.length || at.join('/') === own.join('/'));
  if (!isAlone || (self?.facts.isFolder !== true && own.at(-1) !== asked)) throw strange();
  if (self?.facts.isFolder !== true) return undefined;
  const entries = new Map<string, Entry>();
  for (const { at, facts } of found) {
    if (at.length !== own.length + 1) continue;
    if (own.some((name, i) => at[i] !== name)) throw strange();
    const name = at.at(-1) as string;
    entries.set(name, { name, facts });
  }
  return [...entries.values()];
}

/**
 * Of the entries of a folder those with these names, which must be such as nobody else gives. The listing is left where the
 * folder has more than `most` entries: `isWhole` is false then.
 */
export async function someOf(
  http: DavHttp,
  folder: URL,
  names: ReadonlySet<string>,
  most: number,
): Promise<{ readonly found: ReadonlyMap<string, Facts>; readonly isWhole: boolean }> {
  const answer = await http.open(propfindRequest(folder, 1, FACTS, 'listing a folder'));
  const found = new Map<string, Facts>();
  let seen = 0;
  for await (const response of streamMultiStatus(answer.body)) {
    seen += 1;
    const name = response.href.endsWith('/') ? undefined : segmentsOf(response.href).at(-1);
    if (name !== undefined && names.has(name) && response.status < 300) found.set(name, factsIn(response));
    if (seen > most) return { found, isWhole: false };
  }
  return { found, isWhole: true };
}

/**
 * Not by URL: a parser would fold `..` and decode nothing. A `?` is one in a name that the server left as it is, as Cyrus does:
 * no file has a query.
 */
export const pathnameOf = (href: string, base: URL): string => {
  const path = href.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  return path.startsWith('/') ? path : `${base.pathname}${path}`;
};

const strange = (): SternaError =>
  new SternaError('transient', 'dav-answer-invalid', 'The server listed a folder with what isn’t in it.', {
    fix: 'Check the address of this system, and whether a proxy changes addresses on the way.',
  });

/** What there is at an address; undefined where there is nothing. */
export async function lookAt(http: DavHttp, url: URL): Promise<Facts | undefined> {
  try {
    const { responses } = await propfind(http, url, 0, FACTS, 'looking at a file');
    const [own] = responses.filter(({ status }) => status < 300);
    return own === undefined ? undefined : factsIn(own);
  } catch (thrown) {
    if (isGone(asSternaError(thrown))) return undefined;
    throw thrown;
  }
}
