import { createHash } from 'node:crypto';
import type { FidelityNote, SpecialUse } from '@sterna/connector-kit';

/** Bytes that every usual file system allows in one name (NAME_MAX, less room for a suffix of ours). */
export const MAX_NAME_BYTES = 240;

/** Modified UTF-7 of one folder name (RFC 3501 section 5.1.3), as Dovecot names Maildir folders. */
export function encodeUtf7(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === '&') return '&-';
    const utf16 = Buffer.from(run, 'utf16le').swap16();
    return `&${utf16.toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

/** The name behind modified UTF-7; a name that isn't valid modified UTF-7 (`R&D`) stands for itself. */
export function decodeUtf7(name: string): string {
  let valid = true;
  const decoded = name.replace(/&([^-]*)(-?)/g, (_, run: string, end: string) => {
    if (end === '' || !/^[A-Za-z0-9+,]*$/.test(run)) valid = false;
    if (run === '') return '&';
    const bytes = Buffer.from(run.replaceAll(',', '/'), 'base64');
    if (bytes.length === 0 || bytes.length % 2 !== 0) {
      valid = false;
      return '';
    }
    return bytes.swap16().toString('utf16le');
  });
  return valid && decoded.isWellFormed() ? decoded : name;
}

/** Names under which mail programs keep their special folders, lower case; only top-level folders count. */
const ROLES: Readonly<Record<string, SpecialUse>> = {
  archive: 'archive',
  archives: 'archive',
  drafts: 'drafts',
  draft: 'drafts',
  junk: 'junk',
  spam: 'junk',
  'junk e-mail': 'junk',
  sent: 'sent',
  'sent items': 'sent',
  'sent messages': 'sent',
  'sent mail': 'sent',
  trash: 'trash',
  'deleted items': 'trash',
  'deleted messages': 'trash',
};

export function roleOf(path: readonly string[]): SpecialUse | undefined {
  if (path.length !== 1) return undefined;
  const name = (path[0] as string).toLowerCase();
  return name === 'inbox' ? 'inbox' : ROLES[name];
}

export const isInbox = (path: readonly string[]): boolean => path.length === 1 && path[0]?.toUpperCase() === 'INBOX';

export const samePath = (a: readonly string[], b: readonly string[]): boolean =>
  (isInbox(a) && isInbox(b)) || (a.length === b.length && a.every((name, at) => name === b[at]));

/** Words for a note: a name from a mailbox may hold anything, so it is cut and shown as JSON. */
export const shown = (name: string): string => JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);

/**
 * One folder name without what `forbidden` matches, control characters, lone surrogates, or an empty rest. What had to
 * change gets a note. `.` and `..` never come out.
 */
export function safeName(name: string, forbidden: RegExp, notes: FidelityNote[]): string {
  let safe = name
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]/g, '_')
    .replace(forbidden, '_');
  if (safe === '' || safe === '.' || safe === '..') safe = '_'.repeat(Math.max(1, safe.length));
  if (safe !== name)
    notes.push({
      code: 'folder-renamed',
      text: `The folder ${shown(name)} is called ${shown(safe)}: the archive can't hold its name`,
    });
  return safe;
}

/** `encoded` cut to `max` bytes with a hash of the whole as its end, so that two long names stay two. */
export function shorten(encoded: string, max: number, notes: FidelityNote[]): string {
  if (Buffer.byteLength(encoded) <= max) return encoded;
  const tail = `~${createHash('sha256').update(encoded).digest('hex').slice(0, 8)}`;
  let head = '';
  let bytes = tail.length;
  for (const character of encoded) {
    bytes += Buffer.byteLength(character);
    if (bytes > max) break;
    head += character;
  }
  // A cut inside `&…-` would make the name invalid modified UTF-7.
  const open = head.lastIndexOf('&');
  if (open !== -1 && !head.includes('-', open)) head = head.slice(0, open);
  notes.push({ code: 'folder-name-cut', text: `The folder name is longer than ${max} bytes on disk and was cut` });
  return head + tail;
}

/** Names Windows keeps for devices. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** Path parts that every usual file system and sync program can hold; what had to change gets a note. */
export function portableNames(path: readonly string[], notes: FidelityNote[]): string[] {
  return path.map((name) => {
    const safe = safeName(name, /[<>:"/\\|?*]|^\.|[. ]$/g, notes);
    const free = DEVICES.test(safe) ? `${safe}_` : safe;
    if (free !== safe)
      notes.push({ code: 'folder-renamed', text: `The folder ${shown(safe)} is called ${shown(free)} on disk` });
    return shorten(free, MAX_NAME_BYTES, notes);
  });
}
