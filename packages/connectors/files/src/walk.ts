import { type Container, inParallel } from '@sterna/connector-kit';
import { accessVersionOf } from './access.ts';
import type { AccessLists } from './access-lists.ts';
import { describe, Glance, lookAt } from './entry.ts';
import { aborted, asFilesError, errnoOf } from './errors.ts';
import { bytesOf, type DiskName, diskName, isLeftover } from './names.ts';
import type { OpenDir } from './open-dir.ts';
import type { Root } from './root.ts';

/** Folders that are walked at once, and the names looked at at once in each. */
const FOLDERS = 8;
const NAMES = 8;

/** The folder itself. */
export const HERE = Buffer.from('.');

/** Path of a name below a folder, as `AccessLists` have it. */
export const below = (id: string, segment: string): string => (id === '' ? segment : `${id}/${segment}`);

/** A folder that waits to be walked. Its parent is held open for it. */
interface Waiting {
  readonly parent: OpenDir;
  readonly name: DiskName;
  readonly ids: readonly string[];
  readonly path: readonly string[];
}

interface Found {
  readonly ids: readonly string[];
  readonly container: Container;
}

/**
 * All folders of the drive, parents first, each with the number and the glance of its files. The one that was found last
 * is walked first, so the number of folders held open depends on the depth of the tree, not on its size.
 */
export async function walk(root: Root, lists: AccessLists, signal: AbortSignal): Promise<readonly Container[]> {
  const found: Found[] = [];
  const waiting: Waiting[] = [];
  const enter = async (dir: OpenDir, ids: readonly string[], path: readonly string[]): Promise<void> => {
    const id = ids.join('/');
    const { glance, folders } = await survey(dir, id, lists, signal);
    const stat = await lookAt(dir, HERE);
    found.push({
      ids,
      container: {
        id,
        path,
        kind: 'file',
        total: glance.count,
        glance: glance.toString(),
        ...(stat === undefined ? {} : { accessVersion: accessVersionOf(stat, lists.get(id)) }),
      },
    });
    for (const name of folders)
      waiting.push({ parent: dir.retain(), name, ids: [...ids, name.segment], path: [...path, name.name] });
  };
  const visit = async ({ parent, name, ids, path }: Waiting): Promise<void> => {
    let dir: OpenDir | undefined;
    try {
      dir = await parent.child(name.bytes);
      await dir.checkSearchable();
      await enter(dir, ids, path);
    } catch (thrown) {
      const errno = errnoOf(thrown) ?? '';
      // Gone since its parent was listed, or something else by now: then the next walk tells.
      if (dir === undefined && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errno)) return;
      // It is there, but nobody may look: its parent tells so. What is known to be in it must not be taken for gone.
      if (errno !== 'EACCES') throw thrown;
      found.push({ ids, container: { id: ids.join('/'), path, kind: 'file' } });
    } finally {
      await parent.release();
      await dir?.release();
    }
  };
  try {
    await root.within('', (dir) => enter(dir, [], []));
    while (waiting.length > 0) {
      // The last few together, then what they brought.
      const walked = await Promise.allSettled(waiting.splice(-FOLDERS).map(visit));
      for (const one of walked) if (one.status === 'rejected') throw one.reason;
      if (signal.aborted) throw aborted();
    }
  } catch (thrown) {
    throw asFilesError(thrown, 'a folder of the drive');
  } finally {
    for (const { parent } of waiting) await parent.release();
  }
  return found.sort((a, b) => compare(a.ids, b.ids)).map(({ container }) => container);
}

interface Survey {
  readonly glance: Glance;
  readonly folders: readonly DiskName[];
}

async function survey(dir: OpenDir, id: string, lists: AccessLists, signal: AbortSignal): Promise<Survey> {
  const glance = new Glance();
  const folders: DiskName[] = [];
  for await (const names of dir.slices()) {
    if (signal.aborted) throw aborted();
    await inParallel(names, NAMES, async (bytes) => {
      const entry = await describe(dir, bytes, (segment) => lists.get(below(id, segment)));
      if (entry === undefined) return;
      if (entry !== 'folder') glance.add(entry);
      if (entry === 'folder' || entry.kind === 'locked') folders.push(diskName(bytes));
    });
  }
  return { glance, folders };
}

/** Names of what is listed as objects of a folder, sorted by their bytes. */
export async function sortedNames(dir: OpenDir): Promise<Buffer[]> {
  // One character for each byte: many of them are kept at once.
  const names: string[] = [];
  for await (const name of dir.names()) if (!isLeftover(name.toString('utf8'))) names.push(name.toString('latin1'));
  return names.sort().map((name) => Buffer.from(name, 'latin1'));
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const order = Buffer.compare(bytesOf(a[at] as string) as Buffer, bytesOf(b[at] as string) as Buffer);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
