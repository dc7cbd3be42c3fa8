import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { SternaError } from '@sterna/core';
import { z } from 'zod';
import { asArchiveError } from './errors.ts';

export const FORMATS = ['maildir', 'mbox', 'eml', 'ics', 'vcf', 'takeout', 'archive'] as const;
export type Format = (typeof FORMATS)[number];

export const archiveSettings = z.object({
  /**
   * A folder (mbox, ics, vcf: or a file). The entry's address is a path below it; or it holds `{address}`, `{user}` or
   * `{domain}`, which the entry's address fills: `/var/vmail/{domain}/{user}/Maildir`.
   */
  path: z.string().min(1).max(4096),
  format: z.enum(FORMATS),
});
export type ArchiveSettings = z.infer<typeof archiveSettings>;

/** The address of a system whose path is the mailbox itself. */
export const SELF = '.';

const PLACEHOLDER = /\{(address|user|domain)\}/g;

export const hasPlaceholder = (path: string): boolean => /\{(?:address|user|domain)\}/.test(path);

/**
 * Where an entry lies on disk. An address can't lead out of the system's folder, neither by its letters nor by a
 * symbolic link.
 * @throws SternaError config `bad-address`
 */
export async function locate(settings: ArchiveSettings, address: string): Promise<string> {
  const base = resolve(settings.path);
  if (address === SELF || address === '') return base;
  if (address.includes('\0') || isAbsolute(address) || address.split(/[/\\]/).includes('..')) throw badAddress();
  if (hasPlaceholder(settings.path)) {
    if (/[/\\]/.test(address) || address.startsWith('.')) throw badAddress();
    const at = address.lastIndexOf('@');
    const parts = {
      address,
      user: at === -1 ? address : address.slice(0, at),
      domain: at === -1 ? '' : address.slice(at + 1),
    };
    if (settings.path.includes('{domain}') && !/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(parts.domain))
      throw badAddress();
    if (parts.user === '' || parts.user.startsWith('.')) throw badAddress();
    return resolve(settings.path.replace(PLACEHOLDER, (_, name: keyof typeof parts) => parts[name]));
  }
  const path = join(base, address);
  const inside = await realpath(base).catch((thrown: unknown) => {
    throw asArchiveError(thrown, "the system's folder");
  });
  // The mailbox may not exist yet (a target): then the deepest part that does decides.
  for (let known = path; ; known = resolve(known, '..')) {
    const real = await realpath(known).catch(() => undefined);
    if (real === undefined) {
      // A dangling link would be filled in by whoever creates its target.
      if (
        await lstat(known).then(
          (stat) => stat.isSymbolicLink(),
          () => false,
        )
      )
        throw badAddress();
      continue;
    }
    if (real === inside || real.startsWith(inside === sep ? sep : inside + sep)) return path;
    throw badAddress();
  }
}

const badAddress = (): SternaError =>
  new SternaError('config', 'bad-address', "The address isn't a path below the system's folder", {
    field: 'address',
    fix: 'Use a relative path without "..", or the name that fills {address} in the path.',
  });
