import { SternaError } from './errors.ts';

/** Which names of files and folders a system can hold. Everything that is absent is allowed. */
export interface NameRules {
  /** Characters that no name may hold. `/` and NUL never may. */
  readonly reserved?: string;
  /** U+0001 to U+001F and U+007F may not be in a name. */
  readonly noControls?: boolean;
  /** Whole names that can't be, in any case: `desktop.ini`. */
  readonly reservedNames?: readonly string[];
  /** Names that can't be, with or without an extension, in any case: `CON`, `NUL`. */
  readonly reservedStems?: readonly string[];
  /** Beginnings of names that can't be: `~$`. */
  readonly reservedPrefixes?: readonly string[];
  /** What no name may hold anywhere, in any case: `_vti_`. */
  readonly reservedParts?: readonly string[];
  /** Characters that a name may not begin, or end, with. */
  readonly noFirst?: string;
  readonly noLast?: string;
  /** Longest name, and longest path from the root with its slashes, in `unit`. */
  readonly maxName?: number;
  readonly maxPath?: number;
  readonly unit?: 'bytes' | 'utf16';
  /** Names that differ only in their case are one name. */
  readonly ignoresCase?: boolean;
  /** Names that differ only in their normalization (NFC, NFD) are one name. */
  readonly normalizes?: boolean;
}

export interface EncodedName {
  readonly name: string;
  /** It was too long: what was cut off is known from the books alone. */
  readonly isCut: boolean;
}

/** What begins an escape. Hardly any name holds it together with what follows. */
const ESCAPE = '^';
/** A literal `^` that would read as an escape. */
const AMBIGUOUS = /\^(?=[0-9A-F]{2}|~)/g;
const ESCAPED = /(?:\^[0-9A-F]{2})+/g;
/** What may not be cut in two: escapes of one character, a character. */
const PARTS = /(?:\^[0-9A-F]{2})+|\^\^D[89A-F][0-9A-F]{2}|[\s\S]/gu;
/** Room for what makes a cut name unique: `^~` and 16 hex digits. */
const CUT_MARK = /\^~[0-9a-f]{16}(?=\.[^.]*$|$)/;
const SHORTEST = 40;
/** Together with the mark it fits into SHORTEST. */
const LONGEST_EXTENSION = 20;

const encoder = new TextEncoder();
const escapeChar = (char: string): string =>
  [...encoder.encode(char)].map((byte) => `${ESCAPE}${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/** In the rules' unit. */
export const nameLength = (name: string, rules: NameRules): number =>
  rules.unit === 'utf16' ? name.length : encoder.encode(name).length;

/**
 * A name as the target can hold it: each character that it can't hold is written as `^` and the two hex digits of each
 * of its UTF-8 bytes (`a:b` → `a^3Ab`, `CON` → `^43ON`, a last `.` → `^2E`); a `^` that would read as such is `^5E`. What
 * is too long is cut before its extension, with a hash of the whole name: `Long na^~0123456789abcdef.docx`.
 *
 * Injective: two names never become one. A name that the target can hold stays as it is, unless it looks like an escape.
 *
 * @param room Longest that the name may be besides the rules', in their unit: what is left of the path
 * @throws SternaError object `path-too-long` where not even a cut name has room; `name-impossible` for an empty name
 */
export function encodeName(name: string, rules: NameRules, room = Number.POSITIVE_INFINITY): EncodedName {
  if (name === '') throw new SternaError('object', 'name-impossible', 'It has no name.', {});
  const reserved = new Set(['/', '\0', ...(rules.reserved ?? '')]);
  let encoded = [...name.replace(AMBIGUOUS, escapeChar)]
    .map((char) => {
      const code = char.codePointAt(0) ?? 0;
      // Lone surrogates have no UTF-8 of their own.
      if (code >= 0xd800 && code <= 0xdfff) return `${ESCAPE}${ESCAPE}${code.toString(16).toUpperCase()}`;
      const isControl = rules.noControls === true && (code < 0x20 || code === 0x7f);
      return reserved.has(char) || isControl ? escapeChar(char) : char;
    })
    .join('');
  for (const part of rules.reservedParts ?? []) encoded = escapeFirstOf(part, encoded);
  const last = [...encoded].at(-1) ?? '';
  if (rules.noLast?.includes(last) === true || encoded === '.' || encoded === '..')
    encoded = encoded.slice(0, -last.length) + escapeChar(last);
  const [first = ''] = encoded;
  if (isReservedName(encoded, rules) || (first !== ESCAPE && rules.noFirst?.includes(first) === true))
    encoded = escapeChar(first) + encoded.slice(first.length);
  const limit = Math.min(rules.maxName ?? Number.POSITIVE_INFINITY, room);
  if (nameLength(encoded, rules) <= limit) return { name: encoded, isCut: false };
  return { name: cut(encoded, hash64(name), limit, rules), isCut: true };
}

/**
 * Whether the system can hold the name as it is. What `encodeName` makes always is; whatever else asks for a name that
 * isn't must not be obeyed: `..` leads elsewhere.
 */
export function isNameAllowed(name: string, rules: NameRules): boolean {
  if (name === '' || name === '.' || name === '..' || !name.isWellFormed() || /[/\0]/.test(name)) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (rules.noControls === true && /[\x01-\x1f\x7f]/.test(name)) return false;
  const chars = [...name];
  return !(
    chars.some((char) => rules.reserved?.includes(char)) ||
    rules.noFirst?.includes(chars[0] as string) === true ||
    rules.noLast?.includes(chars.at(-1) as string) === true ||
    isReservedName(name, rules) ||
    rules.reservedParts?.some((part) => name.toLowerCase().includes(part.toLowerCase())) === true ||
    nameLength(name, rules) > (rules.maxName ?? Number.POSITIVE_INFINITY)
  );
}

/** What `encodeName` was given, unless it was cut. */
export function decodeName(name: string): string {
  return name
    .replace(/\^\^(D[89A-F][0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(ESCAPED, (run) => {
      const bytes = Uint8Array.from(run.split(ESCAPE).slice(1), (hex) => Number.parseInt(hex, 16));
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    });
}

export const isCutName = (name: string): boolean => CUT_MARK.test(name);

/** Names with equal keys are one name to the system. The key of a key is itself. */
export function nameKey(name: string, rules: NameRules): string {
  const normal = rules.normalizes === true ? name.normalize('NFC') : name;
  if (rules.ignoresCase !== true) return normal;
  // Both ways: `ß` and `ẞ`, `ſ` and `s` meet as file systems have them meet.
  const folded = normal.toLowerCase().toUpperCase();
  return rules.normalizes === true ? folded.normalize('NFC') : folded;
}

/** `report.docx` and `_1` → `report_1.docx`. A leading dot begins no extension. */
export function withSuffix(name: string, suffix: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? `${name}${suffix}` : `${name.slice(0, dot)}${suffix}${name.slice(dot)}`;
}

/**
 * As `withSuffix`, cut so that it stays within the rules.
 *
 * @param name As `encodeName` made it
 * @throws SternaError object `path-too-long`
 */
export function withSuffixWithin(name: string, suffix: string, rules: NameRules, room?: number): string {
  const limit = Math.min(rules.maxName ?? Number.POSITIVE_INFINITY, room ?? Number.POSITIVE_INFINITY);
  const whole = withSuffix(name, suffix);
  if (nameLength(whole, rules) <= limit) return whole;
  // What it is encoded as may be what another one is called: their hashes differ.
  return withSuffix(cut(name, hash64(name, ENCODED), limit - nameLength(suffix, rules), rules), suffix);
}

function isReservedName(name: string, rules: NameRules): boolean {
  const lower = name.toLowerCase();
  const stem = lower.split('.', 1)[0]?.trimEnd();
  return (
    rules.reservedNames?.some((one) => one.toLowerCase() === lower) === true ||
    rules.reservedStems?.some((one) => one.toLowerCase() === stem) === true ||
    rules.reservedPrefixes?.some((one) => lower.startsWith(one.toLowerCase())) === true
  );
}

/** The first character of each place where the part is, whatever its case. */
function escapeFirstOf(part: string, name: string): string {
  const [lower, wanted] = [name.toLowerCase(), part.toLowerCase()];
  let escaped = '';
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, at + 1)) {
    const [first = ''] = name.slice(at);
    escaped += name.slice(from, at) + escapeChar(first);
    from = at + first.length;
  }
  return escaped + name.slice(from);
}

/** @throws SternaError object `path-too-long` where there is no room for it */
function cut(encoded: string, hash: string, limit: number, rules: NameRules): string {
  if (limit < SHORTEST)
    throw new SternaError('object', 'path-too-long', 'The folder’s path leaves no room for this name in the target.', {
      fix: 'Shorten the names of the folders above it at the source, or map the folder to one nearer to the root.',
    });
  const dot = encoded.lastIndexOf('.');
  // What follows the last dot of a long name need not be an extension.
  const ending = dot > 0 && encoded.length - dot <= 12 ? encoded.slice(dot) : '';
  const extension = nameLength(ending, rules) <= LONGEST_EXTENSION ? ending : '';
  const mark = `${ESCAPE}~${hash}`;
  const room = limit - nameLength(mark + extension, rules);
  let stem = '';
  for (const [part] of encoded.slice(0, encoded.length - extension.length).matchAll(PARTS)) {
    if (nameLength(stem + part, rules) > room) break;
    stem += part;
  }
  return `${stem}${mark}${extension}`;
}

const OFFSET = 0xcbf29ce484222325n;
/** Where the hash of a name begins that is encoded already. */
const ENCODED = OFFSET ^ 1n;

/** FNV-1a, 64 bits, over UTF-16; 16 hex digits. */
function hash64(text: string, offset = OFFSET): string {
  let hash = offset;
  for (let at = 0; at < text.length; at += 1) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at) & 0xff)) * 0x100000001b3n);
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at) >> 8)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

/** What `NameTable.take` says. */
export interface AllocatedName {
  readonly name: string;
  /** Why it isn't called as at the source; undefined where it is. */
  readonly changed: 'encoded' | 'cut' | 'twin' | undefined;
}

/** What `NameTable.takeRenamed` says. */
export interface RenamedName {
  readonly name: string;
  /** What stands for `{n}` in its suffix. */
  readonly number: number;
  /** Somebody's file has it, perhaps the one that is to be named, of an earlier time: who asks compares them. */
  readonly isTheirs: boolean;
}

/**
 * The names of one folder of the target, so that no two objects ever get the same one there. What has a name keeps it: who
 * loads the table says whose each is.
 */
export class NameTable {
  readonly #rules: NameRules;
  readonly #room: number;
  readonly #owners = new Map<string, string>();

  /** @param room What the folder's path leaves for a name, in the rules' unit */
  constructor(rules: NameRules, room = Number.POSITIVE_INFINITY) {
    this.#rules = rules;
    this.#room = room;
  }

  /** A name that is taken. `owner`: key of the source object that has it; '' for what isn't ours. */
  add(name: string, owner: string): void {
    this.#owners.set(nameKey(name, this.#rules), owner);
  }

  /** Whose the name is; undefined where it is free. */
  ownerOf(name: string): string | undefined {
    return this.#owners.get(nameKey(name, this.#rules));
  }

  release(name: string, owner: string): void {
    if (this.ownerOf(name) === owner) this.#owners.delete(nameKey(name, this.#rules));
  }

  /**
   * The name for a source object: its own as the target can hold it. Where another one of the source has that, a number
   * is added. What isn't ours doesn't count: the conflict option decides about that.
   *
   * @throws SternaError as `encodeName`
   */
  take(sourceName: string, owner: string): AllocatedName {
    const { name, isCut } = encodeName(sourceName, this.#rules, this.#room);
    if (this.#isFree(name, owner)) {
      this.add(name, owner);
      return { name, changed: isCut ? 'cut' : name === sourceName ? undefined : 'encoded' };
    }
    return { name: this.#numbered(name, owner, (number) => ` (${number + 1})`).name, changed: 'twin' };
  }

  /**
   * Another name for an object whose own is taken by what isn't ours (conflict option `rename`): the first one that no
   * other object of the source has.
   *
   * @param suffix With `{n}` for the number: `_{n}`
   * @param from First number to try: behind those whose files turned out to be other ones
   */
  takeRenamed(name: string, owner: string, suffix: string, from = 1): RenamedName {
    return this.#numbered(name, owner, (number) => suffix.replaceAll('{n}', String(number)), from);
  }

  #numbered(name: string, owner: string, suffixOf: (number: number) => string, from = 1): RenamedName {
    for (let number = from; ; number += 1) {
      const candidate = withSuffixWithin(name, suffixOf(number), this.#rules, this.#room);
      if (!this.#isFree(candidate, owner)) continue;
      const isTheirs = this.ownerOf(candidate) === '';
      this.add(candidate, owner);
      return { name: candidate, number, isTheirs };
    }
  }

  #isFree(name: string, owner: string): boolean {
    const holder = this.ownerOf(name);
    return holder === undefined || holder === owner || holder === '';
  }
}
