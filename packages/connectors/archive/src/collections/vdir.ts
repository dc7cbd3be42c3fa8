import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FidelityNote } from '@sterna/connector-kit';
import { errnoOf } from '../errors.ts';
import { syncDirectory } from '../maildir/folder.ts';
import { portableNames } from '../names.ts';

/**
 * A collection as a folder, in the vdir format of vdirsyncer, khal and todoman: one object per file, and beside them
 * the files `displayname`, `color` (`#RRGGBB`) and `description`, UTF-8.
 */
export interface Look {
  readonly name?: string;
  readonly color?: string;
  readonly description?: string;
}

const FILES = { name: 'displayname', color: 'color', description: 'description' } as const;

/** @returns undefined where the folder has none of these files: it is no collection by its own account */
export async function readLook(dir: string): Promise<Look | undefined> {
  const look: { name?: string; color?: string; description?: string } = {};
  let isOne = false;
  for (const [key, file] of Object.entries(FILES) as [keyof typeof FILES, string][]) {
    const text = await readFile(join(dir, file), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    isOne = true;
    const value = key === 'color' ? /^#[0-9a-f]{6}/i.exec(text.trim())?.[0].toUpperCase() : text.trim();
    if (value) look[key] = value;
  }
  return isOne ? look : undefined;
}

/**
 * Makes a folder for a collection, whole or not at all: a crash leaves none without its name.
 *
 * @param taken names of folders that are other collections, lower case
 */
export async function makeCollection(
  root: string,
  look: Look & { readonly name: string },
  taken: ReadonlySet<string>,
  notes: FidelityNote[],
): Promise<string> {
  const [base = '_'] = portableNames([look.name], notes);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}~${number}`;
    if (taken.has(name.toLowerCase())) continue;
    const draft = join(root, `.${name}.tmp`);
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    for (const [key, file] of Object.entries(FILES) as [keyof typeof FILES, string][])
      if (look[key] !== undefined) await writeFile(join(draft, file), `${look[key]}\n`, { mode: 0o600 });
    await syncDirectory(draft);
    try {
      await rename(draft, join(root, name));
    } catch (thrown) {
      await rm(draft, { recursive: true, force: true });
      // Somebody else's folder, with something in it.
      if (errnoOf(thrown) !== 'ENOTEMPTY' && errnoOf(thrown) !== 'EEXIST' && errnoOf(thrown) !== 'ENOTDIR')
        throw thrown;
      continue;
    }
    await syncDirectory(root);
    return name;
  }
}
