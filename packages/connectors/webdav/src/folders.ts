import { asSternaError, SternaError } from '@sterna/core';
import { refusal } from '@sterna/dav';
import { folderGone } from './errors.ts';
import type { Facts } from './facts.ts';
import { listEverything, lookAt } from './listing.ts';
import { isOurs, type Tree } from './paths.ts';
import type { Remote } from './remote.ts';

/**
 * Makes a folder and those above it that are missing.
 *
 * @throws SternaError config `file-in-the-way`
 */
export async function ensureFolder(remote: Remote, tree: Tree, path: readonly string[]): Promise<void> {
  if (path.length === 0) return;
  const url = tree.folder(path);
  // Most folders that are asked for are new, and those above them are there.
  const made = await remote.makeFolder(url);
  if (made.status < 300) return;
  const there = made.status === 405 || made.status === 400 ? await namedSo(remote, tree, path) : undefined;
  if (there?.isFolder === true) return;
  if (there !== undefined)
    throw new SternaError(
      'config',
      'file-in-the-way',
      `In the target a file is called ${path.join('/')}, where a folder must be.`,
      { fix: 'Rename that file in the target, or map the folder to another name.' },
    );
  await ensureFolder(remote, tree, path.slice(0, -1));
  const again = await remote.makeFolder(url);
  if (again.status < 300) return;
  throw again.status === 400 ? refusal('making a folder', again) : folderGone();
}

/** Without a slash at its end: to Apache, an address below a file is a bad request. */
async function namedSo(remote: Remote, tree: Tree, path: readonly string[]): Promise<Facts | undefined> {
  try {
    return await lookAt(remote.http, tree.file(path.slice(0, -1), path.at(-1) ?? ''));
  } catch (thrown) {
    if (asSternaError(thrown).details.status === 400) return undefined;
    throw thrown;
  }
}

/** Only an empty folder goes, leftovers of ours apart; the root never does. */
export async function removeFolder(
  remote: Remote,
  tree: Tree,
  path: readonly string[],
): Promise<'done' | 'missing' | 'not-empty'> {
  if (path.length === 0) return 'not-empty';
  const url = tree.folder(path);
  const before = await listEverything(remote.http, url);
  if (before === undefined) return 'missing';
  if (before.some(({ name }) => !isOurs(name))) return 'not-empty';
  if (before.length > 0) {
    for (const { name } of before) await remote.remove(tree.file(path, name));
    // A DELETE takes all that is in a folder with it: what came meanwhile must not go.
    const now = await listEverything(remote.http, url);
    if (now === undefined) return 'missing';
    if (now.length > 0) return 'not-empty';
  }
  const answer = await remote.remove(url);
  return answer.status < 300 || answer.repeated ? 'done' : 'missing';
}
