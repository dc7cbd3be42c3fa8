import type { Flags } from '@sterna/connector-kit';
import { canonical } from '../flags.ts';

/**
 * Maildir file names: `BASE[,S=bytes][,W=bytes][:2,FLAGS]` (cr.yp.to/proto/maildir.html, and Dovecot's sizes and
 * keyword letters, doc.dovecot.org "Maildir Mailbox Format"). Names are latin1 strings: bytes, one to one.
 */
export interface ParsedName {
  /** Without sizes and info: stays the same when flags change and when the file moves. */
  readonly id: string;
  /** Everything before `:2,`. */
  readonly base: string;
  /** Info letters, as found. */
  readonly letters: string;
}

export function parseName(name: string): ParsedName {
  const info = name.lastIndexOf(':2,');
  // `:1,` is experimental by the specification; other info is foreign. The base ends at the colon in any case.
  const colon = info === -1 ? name.lastIndexOf(':') : info;
  const base = colon <= 0 ? name : name.slice(0, colon);
  return {
    id: base.replace(/(?:,[SW]=\d+)+$/, ''),
    base,
    letters: info === -1 ? '' : name.slice(info + 3),
  };
}

const FLAG_OF: Readonly<Record<string, string>> = {
  D: '\\Draft',
  F: '\\Flagged',
  P: '$Forwarded',
  R: '\\Answered',
  S: '\\Seen',
  T: '\\Deleted',
};

const LETTER_OF: ReadonlyMap<string, string> = new Map(Object.entries(FLAG_OF).map(([letter, flag]) => [flag, letter]));

/** @param keywords by letter: index 0 is `a` */
export function flagsOf(letters: string, keywords: readonly (string | undefined)[]): Flags {
  const flags: string[] = [];
  for (const letter of letters) {
    const flag = FLAG_OF[letter] ?? (letter >= 'a' && letter <= 'z' ? keywords[letter.charCodeAt(0) - 97] : undefined);
    if (flag !== undefined) flags.push(flag);
  }
  return canonical(flags);
}

/**
 * Letters for `flags`, sorted as the specification wants; those of `was` that mean nothing to us stay, so that other
 * programs' marks survive.
 * @returns keywords without a letter in `missing`
 */
export function lettersOf(
  flags: Flags,
  keywords: readonly (string | undefined)[],
  was = '',
): { letters: string; missing: readonly string[] } {
  const letters = new Set<string>();
  const missing: string[] = [];
  for (const letter of was) {
    const means = FLAG_OF[letter] ?? (letter >= 'a' && letter <= 'z' ? keywords[letter.charCodeAt(0) - 97] : undefined);
    if (means === undefined && /[A-Za-z]/.test(letter)) letters.add(letter);
  }
  for (const flag of flags) {
    const index = keywords.indexOf(flag);
    // As a keyword first: Dovecot shows those and doesn't know P.
    const letter = index === -1 ? LETTER_OF.get(flag) : String.fromCharCode(97 + index);
    if (letter === undefined) missing.push(flag);
    else letters.add(letter);
  }
  return { letters: [...letters].sort().join(''), missing };
}

/** Oldest first: names begin with seconds, of nine digits before September 2001. */
export function orderOf(id: string): string {
  const digits = /^\d{1,12}/.exec(id)?.[0] ?? '';
  return digits.padStart(12, '0') + id;
}
