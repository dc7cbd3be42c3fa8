/** What may stand in a command line. Everything else goes as a quoted string or a literal, or not at all. */

/** atom-char of RFC 9051 section 9: printable ASCII but `( ) { SP % * " \ ]`. */
const KEYWORD = /^[!#-$&'+-[^-z|}~]+$/;
/** Dovecot's mail_max_keyword_length is 50; what is longer would make it refuse the message. */
const MAX_KEYWORD = 50;

const SYSTEM_FLAGS: ReadonlyMap<string, string> = new Map(
  ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft'].map((flag) => [flag.toLowerCase(), flag]),
);

/** The flag as it may be sent; undefined for what may not (unknown system flags, \Recent, no atom, too long). */
export function validFlag(flag: string): string | undefined {
  if (flag.startsWith('\\')) return SYSTEM_FLAGS.get(flag.toLowerCase());
  return flag.length <= MAX_KEYWORD && KEYWORD.test(flag) ? flag : undefined;
}

/** Flags as the kit wants them from a server: system flags in RFC 9051's spelling, sorted, unique, no \Recent. */
export function canonicalFlags(flags: readonly string[]): string[] {
  const found = new Set<string>();
  for (const flag of flags) {
    if (flag.charCodeAt(0) !== 92) found.add(flag);
    else {
      const lower = flag.toLowerCase();
      if (lower !== '\\recent' && lower !== '\\*') found.add(SYSTEM_FLAGS.get(lower) ?? flag);
    }
  }
  return found.size < 2 ? [...found] : [...found].sort();
}

/**
 * A string argument: quoted where its bytes allow it, else undefined: then it must be a literal.
 * @param bytes latin1: one character a byte
 */
export function quoted(bytes: string, utf8Allowed: boolean): string | undefined {
  if (bytes.length > 1000) return undefined;
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes.charCodeAt(at);
    if (code === 0 || code === 10 || code === 13 || code > 0xff || (code > 0x7e && !utf8Allowed)) return undefined;
  }
  return `"${bytes.replace(/["\\]/g, '\\$&')}"`;
}
