/**
 * State of a message: system flags as RFC 9051 names (`\Seen`) and keywords. In the ledger it is one string, so that
 * "has anything changed" is one comparison and the base of a three-way delta costs one short column.
 *
 * Names compare without case (RFC 9051, 2.3.2 and Dovecot's and Cyrus's practice); known ones get their registered
 * spelling, others keep the one they came with.
 */
const KNOWN = [
  '\\Answered',
  '\\Deleted',
  '\\Draft',
  '\\Flagged',
  '\\Seen',
  // IANA "IMAP and JMAP Keywords"
  '$Forwarded',
  '$Important',
  '$Junk',
  '$MDNSent',
  '$NotJunk',
  '$Phishing',
  '$SubmitPending',
  '$Submitted',
] as const;
const SPELLING: ReadonlyMap<string, string> = new Map(KNOWN.map((flag) => [flag.toLowerCase(), flag]));

/** Set by the server for one session, or said about a folder: no state of a message. */
const NO_STATE: ReadonlySet<string> = new Set(['\\recent', '\\*']);

const bytewise = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorted, unique without case, registered spelling, no `\Recent`, no empty name. */
export function canonicalFlags(flags: Iterable<string>): readonly string[] {
  const byKey = new Map<string, string>();
  // Sorted first, so that which of two spellings stays doesn't depend on the server's order.
  for (const raw of [...flags].sort(bytewise)) {
    const key = raw.toLowerCase();
    if (raw === '' || NO_STATE.has(key) || byKey.has(key)) continue;
    byKey.set(key, SPELLING.get(key) ?? raw);
  }
  return [...byKey.values()].sort(bytewise);
}

// An IMAP keyword is an atom and holds neither white space nor `%`, so real ones pass through unchanged.
const escapeFlag = (flag: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  flag.replace(/[\u0000-\u0020%\u007f]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
const unescapeFlag = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** The ledger's column: canonical flags separated by one space; `''` for a message without any. */
export const formatFlags = (flags: Iterable<string>): string => canonicalFlags(flags).map(escapeFlag).join(' ');

/** The inverse of `formatFlags`. */
export const parseFlags = (text: string): readonly string[] =>
  text === '' ? [] : canonicalFlags(text.split(' ').map(unescapeFlag));

export interface FlagsDifference {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** What turns `base` into `now`. Two spellings of one keyword are no difference. */
export function diffFlags(base: Iterable<string>, now: Iterable<string>): FlagsDifference {
  const before = canonicalFlags(base);
  const after = canonicalFlags(now);
  const had = new Set(before.map((flag) => flag.toLowerCase()));
  const has = new Set(after.map((flag) => flag.toLowerCase()));
  return {
    add: after.filter((flag) => !had.has(flag.toLowerCase())),
    remove: before.filter((flag) => !has.has(flag.toLowerCase())),
  };
}
