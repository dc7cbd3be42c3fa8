import { createHash } from 'node:crypto';
import type { Container } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { permissionsOf } from './access.ts';
import { folderAddress } from './addresses.ts';
import type { DriveApi } from './drive-api.ts';
import { accessVersionOf, type DriveFile, isFolder, permissionsVersion, versionOf } from './drive-file.ts';
import { byAge, isOurs } from './names.ts';
import { containerId } from './place.ts';

const WORD = 1n << 128n;

interface Sum {
  readonly sum: bigint;
  readonly count: number;
}

/**
 * All folders of the drive, with a glance over the files directly in each, out of one listing of all that the user sees:
 * a request for up to 1,000 items. What isn't below the root, such as what others share, isn't reached.
 */
export async function walkDrive(api: DriveApi, root: DriveFile): Promise<readonly Container[]> {
  // Asked for first: what changes during the walk is after it.
  const position = await api.position();
  const folders = new Map<string, DriveFile>();
  const sums = new Map<string, Sum>();
  const rootAccess = api.isShared ? permissionsVersion(await permissionsOf(api, root)) : '-';
  for await (const { files } of api.list(undefined)) {
    for (const file of files) {
      if (isFolder(file)) folders.set(file.id, file);
      else if (!isOurs(file.name ?? '')) add(sums, file);
    }
  }
  const below = Map.groupBy(folders.values(), ({ parents }) => parents?.[0] ?? '');
  const found: Container[] = [];
  const seen = new Set<string>();
  const visit = (folder: DriveFile, path: readonly string[]): void => {
    if (seen.has(folder.id)) return;
    seen.add(folder.id);
    const { sum, count } = sums.get(folder.id) ?? { sum: 0n, count: 0 };
    const accessVersion = path.length === 0 ? rootAccess : accessVersionOf(folder);
    found.push({
      id: containerId({ folderId: folder.id, path }),
      path,
      kind: 'file',
      address: folderAddress(folder.id),
      total: count,
      glance: `${count}.${sum.toString(16)}.${accessVersion}`,
      accessVersion,
      ...(path.length === 0 ? { position } : {}),
    });
    for (const [name, inner] of namedFolders(below.get(folder.id) ?? [])) visit(inner, [...path, name]);
  };
  visit(root, []);
  return found;
}

function add(sums: Map<string, Sum>, file: DriveFile): void {
  const parent = file.parents?.[0];
  if (parent === undefined) return;
  const { sum, count } = sums.get(parent) ?? { sum: 0n, count: 0 };
  sums.set(parent, { sum: (sum + markOf(file)) % WORD, count: count + 1 });
}

/** Several folders of one parent may have one name: the oldest keeps it, the others get a number. */
export function namedFolders(folders: readonly DriveFile[]): readonly (readonly [string, DriveFile])[] {
  const taken = new Set(folders.map(({ name = '' }) => name));
  const given = new Set<string>();
  const shown = folders.filter(({ name = '' }) => !isOurs(name));
  return [...shown]
    .sort(byAge)
    .map((folder) => {
      const { name = '' } = folder;
      let free = name === '' ? '_' : name;
      for (let n = 2; given.has(free) || (free !== name && taken.has(free)); n += 1) free = `${name} (${n})`;
      given.add(free);
      return [free, folder] as const;
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What a file adds to its folder's glance: its name, content, rights and whether it is one. */
function markOf(file: DriveFile): bigint {
  const text = [file.id, file.name ?? '', versionOf(file), accessVersionOf(file)];
  const digest = createHash('sha256').update(text.join('\0')).digest('hex');
  return BigInt(`0x${digest.slice(0, 32)}`);
}

/** @throws SternaError config `drive-not-found` */
export const noDrive = (address: string): SternaError =>
  new SternaError('config', 'drive-not-found', `There is no Google Drive of ${address}.`, {
    field: 'address',
    fix: 'Check that Drive is switched on for this user in the Admin console; of a shared drive, that the administrator is in it.',
  });
