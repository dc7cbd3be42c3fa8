import { realpath } from 'node:fs/promises';
import type { DiscoveredItem } from '@sterna/connector-kit';
import { describe } from './entry.ts';
import { aborted, asFilesError } from './errors.ts';
import { diskName } from './names.ts';
import { OpenDir } from './open-dir.ts';
import { type FilesSettings, fits, splitPattern } from './settings.ts';

/** The folders right below the system's, or those that its pattern fits. Links are no folders. */
export async function* discoverDrives(
  { path }: FilesSettings,
  signal: AbortSignal | undefined,
): AsyncGenerator<DiscoveredItem> {
  const { base, pattern } = splitPattern(path);
  let dir: OpenDir;
  try {
    dir = await OpenDir.open(Buffer.from(await realpath(base)));
  } catch (thrown) {
    throw asFilesError(thrown, 'the system’s folder');
  }
  try {
    if (pattern.length === 0)
      for (const name of await foldersIn(dir, signal)) yield { itemType: 'drive', address: name };
    else yield* fitting(dir, pattern, {}, signal);
  } finally {
    await dir.release();
  }
}

/** Sorted, without hidden ones and those whose names are no text. */
async function foldersIn(dir: OpenDir, signal: AbortSignal | undefined): Promise<string[]> {
  const names: string[] = [];
  for await (const bytes of dir.names()) {
    if (signal?.aborted === true) throw aborted();
    const { name, segment } = diskName(bytes);
    if (name.startsWith('.') || name !== segment) continue;
    if ((await describe(dir, bytes)) === 'folder') names.push(name);
  }
  return names.sort();
}

async function* fitting(
  dir: OpenDir,
  [first = '', ...rest]: readonly string[],
  values: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): AsyncGenerator<DiscoveredItem> {
  for (const name of await foldersIn(dir, signal)) {
    const more = fits(first, name);
    if (more === undefined) continue;
    const all = { ...values, ...more };
    if (rest.length === 0) {
      const address = all.address ?? (all.domain === undefined ? all.user : `${all.user ?? ''}@${all.domain}`);
      if (address !== undefined) yield { itemType: 'drive', address };
      continue;
    }
    const below = await dir.child(Buffer.from(name)).catch(() => undefined);
    if (below === undefined) continue;
    try {
      yield* fitting(below, rest, all, signal);
    } finally {
      await below.release();
    }
  }
}
