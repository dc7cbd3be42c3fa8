import { createHash } from 'node:crypto';
import type { FidelityNote } from '@sterna/connector-kit';
import { isInbox } from './mailbox-name.ts';

/**
 * Folder names as a target can hold them. A character that can't stay is replaced by its full-width or symbol
 * look-alike: readable, and two different names stay different.
 */

/** Adapted once always, `strictly` only after the server refused the plain name. */
export interface TargetName {
  readonly id: string;
  readonly notes: readonly FidelityNote[];
}

/** @returns undefined where nothing of the path is left */
export function targetName(
  path: readonly string[],
  target: { readonly prefix: string; readonly separator: string | undefined },
  strictly: boolean,
): TargetName | undefined {
  const parts = path.filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  const separator = target.separator ?? '';
  const shown: string[] = [];
  const kept = parts.map((part, index) => {
    if (index === 0 && isInbox(part)) return 'INBOX';
    const adapted = adapt(part, separator, strictly);
    if (adapted !== part) shown.push(`“${clip(part)}” became “${clip(adapted)}”`);
    return adapted;
  });
  const notes: FidelityNote[] =
    shown.length === 0 ? [] : [{ code: 'folder-renamed', text: `A folder name was adapted: ${shown.join(', ')}.` }];
  if (separator === '' && kept.length > 1) {
    notes.push({
      code: 'folder-flattened',
      text: 'The target has no folders within folders: the path became one name.',
    });
    return { id: kept.join(' - '), notes };
  }
  const id = kept.join(separator);
  // `INBOX` itself has no prefix; below `INBOX.` it is the prefix already.
  if (kept[0] === 'INBOX' && (kept.length === 1 || target.prefix === '' || target.prefix === `INBOX${separator}`))
    return { id, notes };
  return { id: target.prefix + id, notes };
}

const MAX_BYTES = 180;

function adapt(part: string, separator: string, strictly: boolean): string {
  let name = part.toWellFormed();
  name = name.replace(/\p{Cc}/gu, (control) => {
    const code = control.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd';
  });
  if (separator !== '') name = name.replaceAll(separator, lookAlike(separator));
  if (strictly) {
    // Letters, digits and what no server minds stay.
    name = name.replace(/[!-/:-@[-`{-~]/g, (mark) => (/[-_,'=@+]/.test(mark) ? mark : lookAlike(mark)));
    name = name.replace(/^\s+|\s+$/g, (spaces) => '\u2423'.repeat(spaces.length));
    if (Buffer.byteLength(name) > MAX_BYTES) {
      const hash = createHash('sha256').update(part).digest('hex').slice(0, 8);
      name = `${Buffer.from(name)
        .subarray(0, MAX_BYTES)
        .toString('utf8')
        .replace(/\ufffd+$/, '')}～${hash}`;
    }
  }
  return name;
}

/** ASCII has a full-width twin at a fixed distance. */
function lookAlike(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + 0xfee0);
}

/** For a note: printable, on one line, not too long. */
function clip(name: string): string {
  const text = name.toWellFormed().replace(/\p{Cc}/gu, '\ufffd');
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
