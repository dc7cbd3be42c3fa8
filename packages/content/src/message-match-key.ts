import { createHash } from 'node:crypto';

/** Header fields that a listing must fetch for `messageMatchKey`, in this order. */
export const MATCH_FIELDS = ['Message-ID', 'Date', 'From', 'Subject'] as const;

/**
 * 16-byte key from the listing alone: Message-ID, Date, From and Subject, unfolded and with white space collapsed.
 * The same from a whole message and from IMAP's `BODY[HEADER.FIELDS (MESSAGE-ID DATE FROM SUBJECT)]`. Two different
 * messages may share it; only the digest tells them apart.
 */
export function messageMatchKey(messageOrHeader: Buffer): Buffer {
  const found = new Map<string, string>();
  for (const line of unfoldedHeaderLines(messageOrHeader)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trimEnd().toLowerCase();
    if (WANTED.has(name) && !found.has(name))
      found.set(
        name,
        line
          .slice(colon + 1)
          .replace(/\s+/g, ' ')
          .trim(),
      );
  }
  const hash = createHash('sha256');
  for (const field of MATCH_FIELDS) hash.update(`${found.get(field.toLowerCase()) ?? ''}\0`, 'latin1');
  return hash.digest().subarray(0, 16);
}

const WANTED: ReadonlySet<string> = new Set(MATCH_FIELDS.map((field) => field.toLowerCase()));
/** A header block longer than this is garbage; its rest doesn't take part in the key. */
const MAX_HEADER = 256 * 1024;

function* unfoldedHeaderLines(bytes: Buffer): Generator<string> {
  let current: string | undefined;
  let at = 0;
  const end = Math.min(bytes.length, MAX_HEADER);
  while (at < end) {
    let lf = bytes.indexOf(10, at);
    if (lf === -1 || lf > end) lf = end;
    const line = bytes.toString('latin1', at, lf > at && bytes[lf - 1] === 13 ? lf - 1 : lf);
    at = lf + 1;
    if (line === '') break;
    if ((line[0] === ' ' || line[0] === '\t') && current !== undefined) {
      current += ` ${line.trim()}`;
      continue;
    }
    if (current !== undefined) yield current;
    current = line;
  }
  if (current !== undefined) yield current;
}
