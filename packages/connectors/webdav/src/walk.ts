import type { Container } from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import type { DavHttp } from '@sterna/dav';
import { Glance } from './glance.ts';
import { listFolder } from './listing.ts';
import { containerId, isPossibleName, type Tree } from './paths.ts';

/** Deeper than any real tree: a link at the server that leads to a folder above itself has no end. */
const MAX_DEPTH = 150;

/** What is known of a folder without asking; undefined where it has to be listed. */
export type Recall = (
  path: readonly string[],
) => { readonly container: Container; readonly folders: readonly string[] } | undefined;

/**
 * The root and every folder below it, parents before children, one request for each that isn't recalled. Listings are hashed
 * and forgotten.
 *
 * @throws SternaError config `folder-not-found`, `folders-too-deep`
 */
export async function walk(
  http: DavHttp,
  tree: Tree,
  inFlight: number,
  recalled: Recall = () => undefined,
): Promise<readonly Container[]> {
  const found: Container[] = [];
  const queue: (readonly string[])[] = [[]];
  const visit = async (path: readonly string[]): Promise<void> => {
    if (path.length > MAX_DEPTH) throw tooDeep();
    const known = recalled(path);
    if (known !== undefined) {
      found.push(known.container);
      for (const name of known.folders) queue.push([...path, name]);
      return;
    }
    const looked = await looking(http, tree.folder(path));
    if (looked === undefined) {
      if (path.length === 0) throw noRoot(tree.root);
      return;
    }
    const container = { id: containerId(path), path, kind: 'file' as const };
    found.push(
      looked === 'denied' ? container : { ...container, total: looked.glance.count, glance: looked.glance.value },
    );
    if (looked !== 'denied') for (const name of looked.folders) queue.push([...path, name]);
  };
  const running = new Set<Promise<void>>();
  let failure: { readonly thrown: unknown } | undefined;
  while (failure === undefined && (queue.length > 0 || running.size > 0)) {
    const path = running.size < inFlight ? queue.shift() : undefined;
    if (path === undefined) {
      await Promise.race(running);
      continue;
    }
    const one: Promise<void> = visit(path)
      .catch((thrown: unknown) => {
        failure ??= { thrown };
      })
      .finally(() => running.delete(one));
    running.add(one);
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure.thrown;
  return found.sort((a, b) => compare(a.path, b.path));
}

async function looking(
  http: DavHttp,
  folder: URL,
): Promise<{ readonly glance: Glance; readonly folders: readonly string[] } | 'denied' | undefined> {
  try {
    const entries = await listFolder(http, folder);
    if (entries === undefined) return undefined;
    const glance = new Glance();
    const folders: string[] = [];
    for (const entry of entries)
      if (entry.facts.isFolder && isPossibleName(entry.name)) folders.push(entry.name);
      else glance.add(entry);
    return { glance, folders };
  } catch (thrown) {
    if (asSternaError(thrown).code === 'folder-not-readable') return 'denied';
    throw thrown;
  }
}

/** Parents first, then by name. */
function compare(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const [left, right] = [a[at] as string, b[at] as string];
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

export const noRoot = (root: URL): SternaError =>
  new SternaError('config', 'folder-not-found', `There is no folder at ${root.host}${root.pathname}.`, {
    field: 'url',
    fix: 'Check the address, and the path of this entry below it.',
  });

const tooDeep = (): SternaError =>
  new SternaError('config', 'folders-too-deep', `Folders are nested more than ${MAX_DEPTH} deep.`, {
    fix: 'Look for a link at the server that leads to a folder above itself, and take it away.',
  });
