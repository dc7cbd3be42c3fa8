import { isUtf8 } from 'node:buffer';
import type { NameRules } from '@sterna/core';

/** ext4, xfs, btrfs and most others: NAME_MAX, and PATH_MAX without its NUL. */
const POSIX: NameRules = { maxName: 255, maxPath: 4095, unit: 'bytes' };

/** learn.microsoft.com, "Naming Files, Paths, and Namespaces". */
const WINDOWS: NameRules = {
  reserved: '\\:*?"<>|',
  noControls: true,
  reservedStems: [
    ...['CON', 'PRN', 'AUX', 'NUL', 'CONIN$', 'CONOUT$'],
    ...['COM', 'LPT'].flatMap((port) => [...'0123456789¹²³'].map((digit) => `${port}${digit}`)),
  ],
  noLast: '. ',
  ignoresCase: true,
  maxName: 255,
  maxPath: 32_760,
  unit: 'utf16',
};

export const RULES = { posix: POSIX, windows: WINDOWS } as const;

/** What Sterna leaves behind where it is interrupted: never listed, in no role. */
export const isLeftover = (name: string): boolean =>
  (name.startsWith('.sterna-') && name.endsWith('.part')) || name === '.sterna-uploads';

/** A name on the disk: any bytes but `/` and NUL. */
export interface DiskName {
  readonly bytes: Buffer;
  /** Within ids: the name, or `/` and the hex of its bytes where they are no UTF-8. */
  readonly segment: string;
  /** For people and for the target: bytes that are no UTF-8 are written `%E9`. */
  readonly name: string;
}

export function diskName(bytes: Buffer): DiskName {
  if (!isUtf8(bytes)) return { bytes, segment: `/${bytes.toString('hex')}`, name: readable(bytes) };
  const name = bytes.toString('utf8');
  return { bytes, segment: name, name };
}

/** The bytes behind a segment; undefined for what is no name: `..`, `a/b`, NUL. */
export function bytesOf(segment: string): Buffer | undefined {
  if (segment.startsWith('/')) {
    const hex = segment.slice(1);
    const bytes = Buffer.from(hex, 'hex');
    return bytes.toString('hex') !== hex || isUtf8(bytes) || /[/\0]/.test(bytes.toString('latin1')) ? undefined : bytes;
  }
  if (segment === '' || segment === '.' || segment === '..' || /[/\0]/.test(segment) || !segment.isWellFormed())
    return undefined;
  return Buffer.from(segment, 'utf8');
}

/** Ids of folders are their segments, joined by `/`: an empty one says that hex follows. The root is ''. */
export function segmentsOf(id: string): string[] {
  const segments: string[] = [];
  const parts = id === '' ? [] : id.split('/');
  for (let at = 0; at < parts.length; at += 1)
    segments.push(parts[at] === '' ? `/${parts[++at] ?? ''}` : (parts[at] as string));
  return segments;
}

function readable(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((n) => at + n <= bytes.length && isUtf8(bytes.subarray(at, at + n)));
    if (length === undefined) text += `%${bytes.toString('hex', at, at + 1).toUpperCase()}`;
    else text += bytes.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return text;
}
