import { resolve } from 'node:path';
import { SternaError } from '@sterna/core';
import { z } from 'zod';

export const filesSettings = z.object({
  /**
   * A folder. The entry's address is a path below it; or it holds `{address}`, `{user}` or `{domain}`, which the entry's
   * address fills: `/srv/home/{user}`.
   */
  path: z.string().min(1).max(4096),
  /** `windows`: names that Windows can hold, for shares of Windows servers and disks that Windows shall read. */
  names: z.enum(['posix', 'windows']).default('posix'),
});
export type FilesSettings = z.infer<typeof filesSettings>;

/** The address of a system whose path is the drive itself. */
export const SELF = '.';

const PLACEHOLDER = /\{(address|user|domain)\}/;

/** A folder, and the names of the folders below it that lead to the drive. */
export interface Place {
  /** Absolute; what the administrator wrote, so links in it are followed. */
  readonly base: string;
  /** From the entry's address, so nothing here may be a link, or lead up. */
  readonly below: readonly string[];
}

/** The part of the path before the first placeholder, and the names behind it. */
export function splitPattern(path: string): { readonly base: string; readonly pattern: readonly string[] } {
  const names = resolve(path).split('/').slice(1);
  const first = names.findIndex((name) => PLACEHOLDER.test(name));
  if (first === -1) return { base: resolve(path), pattern: [] };
  return { base: `/${names.slice(0, first).join('/')}`, pattern: names.slice(first) };
}

/**
 * Where an entry's drive lies. An address can't lead out of the system's folder.
 *
 * @throws SternaError config `bad-address`
 */
export function placeOf(settings: FilesSettings, address: string): Place {
  const { base, pattern } = splitPattern(settings.path);
  if (pattern.length === 0)
    return { base, below: address === SELF || address === '' ? [] : address.split('/').map(checkedName) };
  const at = address.lastIndexOf('@');
  const values: Readonly<Record<string, string>> = {
    address,
    user: at === -1 ? address : address.slice(0, at),
    domain: at === -1 ? '' : address.slice(at + 1),
  };
  const fill = (_: string, key: string): string => {
    const value = checkedName(values[key] ?? '');
    // A hidden folder is nobody's: `.ssh` as an address would be one.
    if (value.startsWith('.')) throw badAddress();
    return value;
  };
  return { base, below: pattern.map((name) => checkedName(name.replace(new RegExp(PLACEHOLDER, 'g'), fill))) };
}

/** What a drive's folders, lying where the pattern says, are filled with; undefined for those that it doesn't fit. */
export function fits(pattern: string, name: string): Readonly<Record<string, string>> | undefined {
  const keys: string[] = [];
  const source = pattern.split(new RegExp(PLACEHOLDER, 'g')).map((piece, n) => {
    if (n % 2 === 0) return piece.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    keys.push(piece);
    return '(.+)';
  });
  const match = new RegExp(`^${source.join('')}$`, 's').exec(name);
  return match === null ? undefined : Object.fromEntries(keys.map((key, n) => [key, match[n + 1] as string]));
}

function checkedName(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name) || !name.isWellFormed()) throw badAddress();
  return name;
}

const badAddress = (): SternaError =>
  new SternaError('config', 'bad-address', 'The address isn’t a path below the system’s folder', {
    field: 'address',
    fix: 'Use a relative path without “..”, or the name that fills {address} in the path.',
  });
