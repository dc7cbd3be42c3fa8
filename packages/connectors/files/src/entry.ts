import { hash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { SternaError } from '@sterna/core';
import { accessVersionOf } from './access.ts';
import type { ListEntry } from './access-lists.ts';
import { errnoOf } from './errors.ts';
import { type DiskName, diskName, isLeftover } from './names.ts';
import type { OpenDir } from './open-dir.ts';

/** `locked`: a folder that may not be listed; its parent tells of it. */
export type EntryKind = 'file' | 'symlink' | 'special' | 'locked';

/** Something in a folder that is listed as an object. */
export interface Entry extends DiskName {
  readonly kind: EntryKind;
  readonly size: number;
  readonly date: Date;
  readonly version: string;
  readonly accessVersion: string;
}

const NS_PER_MS = 1_000_000n;

/** The date in whole milliseconds, also before 1970. */
export function dateOf({ mtimeNs }: BigIntStats): Date {
  const ms = mtimeNs / NS_PER_MS;
  return new Date(Number(mtimeNs < 0n && ms * NS_PER_MS !== mtimeNs ? ms - 1n : ms));
}

/**
 * Size and modification time to the nanosecond. Not the inode, nor the time of its last change: a disk that is restored
 * or moved has others, and the same files.
 */
export const versionOf = ({ size, mtimeNs }: BigIntStats): string => `${size}.${mtimeNs}`;

const kindOf = (stat: BigIntStats): EntryKind =>
  stat.isFile() ? 'file' : stat.isSymbolicLink() ? 'symlink' : 'special';

/** What has this name, not followed if it is a link; undefined for nothing. */
export async function lookAt(dir: OpenDir, name: Buffer): Promise<BigIntStats | undefined> {
  try {
    return await lstat(dir.at(name), { bigint: true });
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** What a name in a folder is; undefined for what isn't listed: nothing any more, our own leftovers. */
export async function describe(
  dir: OpenDir,
  bytes: Buffer,
  listOf: (segment: string) => readonly ListEntry[] | undefined = () => undefined,
): Promise<Entry | 'folder' | undefined> {
  const name = diskName(bytes);
  if (isLeftover(name.name)) return undefined;
  const stat = await lookAt(dir, bytes);
  if (stat === undefined) return undefined;
  const isLocked = stat.isDirectory() && !(await isOpen(dir, bytes));
  if (stat.isDirectory() && !isLocked) return 'folder';
  return {
    ...name,
    kind: isLocked ? 'locked' : kindOf(stat),
    size: isLocked ? 0 : Number(stat.size),
    date: dateOf(stat),
    version: isLocked ? `locked.${stat.mtimeNs}` : versionOf(stat),
    accessVersion: accessVersionOf(stat, listOf(name.segment)),
  };
}

async function isOpen(dir: OpenDir, name: Buffer): Promise<boolean> {
  try {
    await access(dir.at(name), constants.R_OK | constants.X_OK);
    return true;
  } catch (thrown) {
    return errnoOf(thrown) !== 'EACCES';
  }
}

const UNREADABLE: Readonly<Record<Exclude<EntryKind, 'file'>, readonly [code: string, words: string, fix: string]>> = {
  symlink: [
    'symlink-not-migrated',
    'This is a symbolic link. Links are not followed, and not migrated',
    'Put the real file or folder there if it is to be migrated.',
  ],
  special: [
    'special-file',
    'This is a socket, a pipe or a device, which has no content to migrate',
    'Exclude it, or remove it if nothing needs it.',
  ],
  locked: [
    'folder-not-allowed',
    'This folder may not be listed, so nothing in it was migrated',
    'Give the account that runs Sterna the rights to it, and run a delta pass.',
  ],
};

/** Why what isn't a file can't be read. */
export function unreadable(kind: Exclude<EntryKind, 'file'>): SternaError {
  const [code, words, fix] = UNREADABLE[kind];
  return new SternaError('object', code, words, { fix });
}

/**
 * A hash over names and versions in any order: the sum of the hashes of each, so that no listing has to be kept to be
 * sorted, and it can be counted on after a page.
 */
export class Glance {
  #sum = 0n;
  #count = 0;

  /** @param text As `toString` made it */
  static from(text: string): Glance | undefined {
    const [, count, sum] = /^(\d{1,15})\.([0-9a-f]{32})$/.exec(text) ?? [];
    if (count === undefined) return undefined;
    const glance = new Glance();
    glance.#count = Number(count);
    glance.#sum = BigInt(`0x${sum}`);
    return glance;
  }

  get count(): number {
    return this.#count;
  }

  add({ segment, version, accessVersion }: Entry): void {
    const digest = hash('sha256', `${version}\0${accessVersion}\0${segment}`, 'hex').slice(0, 32);
    this.#sum = BigInt.asUintN(128, this.#sum + BigInt(`0x${digest}`));
    this.#count += 1;
  }

  toString(): string {
    return `${this.#count}.${this.#sum.toString(16).padStart(32, '0')}`;
  }
}
