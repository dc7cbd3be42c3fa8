import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FidelityNote } from '@sterna/connector-kit';
import { errnoOf } from '../errors.ts';
import { syncDirectory, writeDurably } from '../maildir/folder.ts';
import { portableNames } from '../names.ts';

/**
 * A collection as a folder, in the vdir format of vdirsyncer, khal and todoman: one object per file, and beside them
 * the files `displayname`, `color` (`#RRGGBB`) and `description`, UTF-8.
 */
export interface Look {
  readonly name?: string;
  readonly color?: string;
  readonly description?: string;
  /** What it is made of (`Container.definition`), in a hidden file, so that no program takes it for an object. */
  readonly definition?: unknown;
}

const DEFINITION = '.definition.json';
const FILES = { name: 'displayname', color: 'color', description: 'description' } as const;

/** @returns undefined where the folder has none of these files: it is no collection by its own account */
export async function readLook(dir: string): Promise<Look | undefined> {
  const look: { name?: string; color?: string; description?: string; definition?: unknown } = {};
  let isOne = false;
  for (const [key, file] of Object.entries(FILES) as [keyof typeof FILES, string][]) {
    const text = await readFile(join(dir, file), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    isOne = true;
    const value = key === 'color' ? /^#[0-9a-f]{6}/i.exec(text.trim())?.[0].toUpperCase() : text.trim();
    if (value) look[key] = value;
  }
  const definition = await readFile(join(dir, DEFINITION), 'utf8').catch(() => undefined);
  if (definition !== undefined) look.definition = asJson(definition);
  return isOne || look.definition !== undefined ? look : undefined;
}

/** @returns undefined where somebody has spoilt it */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const definitionText = (definition: unknown): string => `${JSON.stringify(definition, null, 2)}\n`;

/** As it is now: columns come and go. */
export async function writeDefinition(dir: string, definition: unknown): Promise<void> {
  const text = definitionText(definition);
  if ((await readFile(join(dir, DEFINITION), 'utf8').catch(() => undefined)) !== text)
    await writeDurably(dir, DEFINITION, text);
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
    if (look.definition !== undefined)
      await writeFile(join(draft, DEFINITION), definitionText(look.definition), { mode: 0o600 });
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
