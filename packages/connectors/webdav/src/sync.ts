import type { Container } from '@sterna/connector-kit';
import { child, childrenOf, type DavHttp, type DavResponse, streamMultiStatus, xml, xmlDocument } from '@sterna/dav';
import { pathnameOf } from './listing.ts';
import { containerId, isOurs, segmentsOf, type Tree } from './paths.ts';
import type { Recall } from './walk.ts';

/** What a server says has changed below the root (RFC 6578, sync-level `infinite`). */
export interface Told {
  /** Where the next question begins. */
  readonly token: string;
  /** Keys of folders that something was put into, taken from, or changed in. */
  readonly touched: ReadonlySet<string>;
  /** Keys of folders that are new, or others than before: nothing is known of what is below them. */
  readonly renewed: ReadonlySet<string>;
}

/** An answer that was cut short is gone on with; one that never ends is given up. */
const MOST_ANSWERS = 10_000;
/**
 * How servers refuse: a token that is too old (`valid-sync-token`), a level that they don't have, more changes than they tell
 * at once, a report that they don't know.
 */
const REFUSALS = [400, 403, 404, 405, 409, 410, 412, 415, 422, 500, 501, 507];

/** The root's token, where it says that its changes can be asked for. */
export function syncTokenIn({ properties }: DavResponse): string | undefined {
  const isOffered = childrenOf(properties.get('d:supported-report-set'), 'd:supported-report').some(
    (one) => child(child(one, 'd:report'), 'd:sync-collection') !== undefined,
  );
  return isOffered ? properties.get('d:sync-token')?.text.trim() || undefined : undefined;
}

/**
 * What changed in the whole tree since a token; undefined where the server doesn't say, or nothing can be built on what it
 * says: then all folders are listed. An empty token is never sent: a listing by report may be cut short without a way on
 * (Stalwart's), one by PROPFIND can't.
 */
export async function changesSince(http: DavHttp, tree: Tree, since: string): Promise<Told | undefined> {
  const root = segmentsOf(tree.root.pathname);
  const touched = new Set<string>();
  const renewed = new Set<string>();
  for (let token = since, answers = 0; answers < MOST_ANSWERS; answers += 1) {
    const report = await http.open({
      method: 'REPORT',
      url: tree.root,
      headers: { depth: '0', 'content-type': 'application/xml; charset=utf-8' },
      body: xmlDocument(
        'd:sync-collection',
        `${xml('d:sync-token', escaped(token))}${xml('d:sync-level', 'infinite')}${xml('d:prop', xml('d:resourcetype'))}`,
      ),
      doing: 'asking what changed',
      repeatable: true,
      expected: REFUSALS,
    });
    if (report.status !== 207) {
      report.leave();
      return undefined;
    }
    let isCut = false;
    const responses = streamMultiStatus(report.body);
    let next = await responses.next();
    for (; next.done !== true; next = await responses.next()) {
      const path = below(tree.root, root, next.value.href);
      if (path === undefined) return undefined;
      if (path.length === 0) {
        // Section 3.6: there is more.
        if (next.value.status === 507) isCut = true;
        else touched.add(containerId(path));
        continue;
      }
      if (path.some(isOurs)) continue;
      const isGone = next.value.status === 404 || next.value.status === 410;
      // Anything else is a folder whose changes aren't among these (section 3.3).
      if (!isGone && next.value.status >= 300) return undefined;
      touched.add(containerId(path.slice(0, -1)));
      if (!isGone && isFolder(next.value)) renewed.add(containerId(path));
    }
    if (next.value === undefined || (isCut && next.value === token)) return undefined;
    token = next.value;
    if (!isCut) return { token, touched, renewed };
  }
  return undefined;
}

/** What the books have of folders that nothing is told of. */
export function recall(known: readonly Container[], { touched, renewed }: Told): Recall {
  const folders = Map.groupBy(
    known.filter(({ path }) => path.length > 0),
    ({ path }) => containerId(path.slice(0, -1)),
  );
  const containers = new Map(known.map(({ position: _, ...container }) => [container.id, container]));
  return (path) => {
    const id = containerId(path);
    const container = containers.get(id);
    if (container === undefined || touched.has(id)) return undefined;
    if (path.some((_, at) => renewed.has(containerId(path.slice(0, at + 1))))) return undefined;
    return { container, folders: (folders.get(id) ?? []).map((one) => one.path.at(-1) as string) };
  };
}

const isFolder = ({ href, properties }: DavResponse): boolean =>
  href.endsWith('/') || child(properties.get('d:resourcetype'), 'd:collection') !== undefined;

/** Names from the root down; undefined where it lies elsewhere. */
function below(base: URL, root: readonly string[], href: string): readonly string[] | undefined {
  const path = segmentsOf(pathnameOf(href, base));
  return root.every((name, at) => path[at] === name) ? path.slice(root.length) : undefined;
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
