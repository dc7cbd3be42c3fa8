import { SternaError } from '@sterna/core';

/** A byte that is no UTF-8 is kept as half a surrogate pair, U+DC80 to U+DCFF, so that the name leads back to the file. */
const STRAY = 0xdc00;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One part of an address, percent-encoded in any way, as a name. */
export function decodeSegment(segment: string): string {
  const bytes = Buffer.from(
    segment.replace(/%([0-9a-f]{2})|[^%]+|%/gi, (found, hex: string | undefined) =>
      hex === undefined ? Buffer.from(found, 'utf8').toString('latin1') : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  );
  return nameOf(bytes);
}

function nameOf(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    let name = '';
    for (let at = 0; at < bytes.length; ) {
      const length = characterAt(bytes, at);
      name += length === 0 ? String.fromCharCode(STRAY + (bytes[at] ?? 0)) : bytes.toString('utf8', at, at + length);
      at += length || 1;
    }
    return name;
  }
}

/** Bytes of the UTF-8 character that begins there; 0 where none does. */
function characterAt(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0) return 0;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return at + length <= bytes.length ? length : 0;
  } catch {
    return 0;
  }
}

/** A name as one part of an address. */
export function encodeSegment(name: string): string {
  let encoded = '';
  for (const char of name) {
    const code = char.codePointAt(0) ?? 0;
    if (code >= STRAY + 0x80 && code <= STRAY + 0xff) encoded += `%${(code - STRAY).toString(16).toUpperCase()}`;
    else if (code >= 0xd800 && code <= 0xdfff) encoded += '%EF%BF%BD';
    else encoded += encodeURIComponent(char);
  }
  return encoded;
}

/** Names from the root of an address's path. */
export const segmentsOf = (pathname: string): readonly string[] =>
  pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeSegment);

/** Names that would lead elsewhere, or nowhere. */
const isUsable = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');

export const isPossibleName = isUsable;

/** @throws SternaError object `name-impossible` */
export function checkedName(name: string): string {
  if (isUsable(name)) return name;
  throw new SternaError('object', 'name-impossible', 'No file or folder can have this name.', {
    fix: 'Rename it at the source.',
  });
}

/** Where the tree hangs: an address with a slash at its end. */
export class Tree {
  readonly root: URL;

  constructor(root: URL) {
    this.root = new URL(root.pathname.endsWith('/') ? root : `${root.origin}${root.pathname}/`);
    this.root.search = '';
    this.root.hash = '';
  }

  /** @throws SternaError object `name-impossible` */
  folder(path: readonly string[]): URL {
    const encoded = path.map((name) => `${encodeSegment(checkedName(name))}/`).join('');
    return new URL(`${this.root.origin}${this.root.pathname}${encoded}`);
  }

  /** @throws SternaError object `name-impossible` */
  file(path: readonly string[], name: string): URL {
    return new URL(`${this.folder(path).href}${encodeSegment(checkedName(name))}`);
  }
}

/** Key of a folder: its names, joined. The root is ''. */
export const containerId = (path: readonly string[]): string => path.join('/');

export const pathOf = (container: string): readonly string[] => (container === '' ? [] : container.split('/'));

/**
 * What Sterna leaves while it writes, and never lists. Nextcloud and ownCloud keep `.part` to themselves, so there it ends
 * otherwise.
 */
export const isOurs = (name: string): boolean =>
  (name.startsWith('.sterna-') && (name.endsWith('.part') || name.endsWith('.tmp'))) || name === '.sterna-uploads';
