import { createHash } from 'node:crypto';
import type { Container } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { statusOf } from '../graph/errors.ts';
import type { DriveApi } from './drive-api.ts';
import { accessVersionOf, type DriveItem, isFolder } from './item.ts';
import { isOurs } from './names.ts';
import { containerId } from './place.ts';

const WORD = 1n << 128n;

interface Folder {
  readonly parent: string;
  readonly name: string;
  readonly accessVersion: string;
}
interface File {
  readonly parent: string;
  /** What it adds to the glance of its folder. */
  readonly mark: bigint;
}

/**
 * All folders of the drive, with a glance over the files directly in each, out of one enumeration of the whole drive: a
 * request for 1,000 items. What a page tells later of an item counts.
 */
export async function walkDrive(api: DriveApi, rootId: string): Promise<readonly Container[]> {
  const folders = new Map<string, Folder>();
  const files = new Map<string, File>();
  let position: string | undefined;
  for await (const page of api.delta(undefined)) {
    for (const item of page.value) {
      folders.delete(item.id);
      files.delete(item.id);
      if (item.deleted) continue;
      const [parent, name] = [item.parentReference?.id ?? '', item.name ?? ''];
      if (item.root || item.id === rootId) folders.set(rootId, { parent: '', name: '', accessVersion: '-' });
      else if (isOurs(name)) continue;
      else if (isFolder(item)) folders.set(item.id, { parent, name, accessVersion: accessVersionOf(item) });
      else files.set(item.id, { parent, mark: markOf(item) });
    }
    position = page['@odata.deltaLink'] ?? position;
  }
  folders.set(rootId, { parent: '', name: '', accessVersion: '-' });
  return containersOf(rootId, folders, files, position);
}

function containersOf(
  rootId: string,
  folders: ReadonlyMap<string, Folder>,
  files: ReadonlyMap<string, File>,
  position: string | undefined,
): readonly Container[] {
  const sums = new Map<string, { sum: bigint; count: number }>();
  for (const { parent, mark } of files.values()) {
    const known = sums.get(parent) ?? { sum: 0n, count: 0 };
    sums.set(parent, { sum: (known.sum + mark) % WORD, count: known.count + 1 });
  }
  const below = Map.groupBy(folders, ([, { parent }]) => parent);
  const found: Container[] = [];
  // From the root down: what hangs on nothing (a folder of a notebook, of what was deleted meanwhile) isn't reached.
  const visit = (id: string, path: readonly string[]): void => {
    const { accessVersion = '-' } = folders.get(id) ?? {};
    const { sum, count } = sums.get(id) ?? { sum: 0n, count: 0 };
    found.push({
      id: containerId({ itemId: id, path }),
      path,
      kind: 'file',
      total: count,
      glance: `${count}.${sum.toString(16)}.${accessVersion}`,
      accessVersion,
      ...(path.length === 0 && position !== undefined ? { position } : {}),
    });
    const inner = (below.get(id) ?? []).flatMap(([one, { name }]) => (one === rootId ? [] : [{ id: one, name }]));
    inner.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const one of inner) visit(one.id, [...path, one.name]);
  };
  visit(rootId, []);
  return found;
}

/**
 * Whether anything in the drive, its root apart, is another one than at that position: one request, where nothing is.
 */
export async function isSame(api: DriveApi, rootId: string, position: string): Promise<boolean> {
  if (!URL.canParse(position)) return false;
  try {
    for await (const page of api.delta(position))
      if (page.value.some((item) => item.id !== rootId && !item.root)) return false;
    return true;
  } catch (thrown) {
    // Too old, or of a drive that was restored: all of it is listed.
    if (thrown instanceof SternaError && (statusOf(thrown) === 410 || statusOf(thrown) === 400)) return false;
    throw thrown;
  }
}

/** The books know the version of the rights that were applied; that of those there are is in the glance. */
export function asKnown(container: Container): Container {
  const accessVersion = container.glance?.split('.')[2];
  return accessVersion === undefined ? container : { ...container, accessVersion };
}

function markOf(item: DriveItem): bigint {
  const told = [item.id, item.name, item.size, item.eTag, item.fileSystemInfo?.lastModifiedDateTime, item.shared];
  return BigInt(`0x${createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 32)}`);
}
