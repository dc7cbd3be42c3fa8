const HEADER_BYTES = 64 * 1024;

/** The Subject as it stands in the header, unfolded, encoded words as they are; at most 200 characters. */
export function messageSubject(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, Math.min(bytes.length, HEADER_BYTES));
  const end = head.search(/\r?\n\r?\n/);
  const found = /^subject:(.*(?:\r?\n[ \t].*)*)/im.exec(end === -1 ? head : head.slice(0, end));
  const raw = found?.[1]?.replace(/\s+/g, ' ').trim();
  return raw === undefined || raw === '' ? undefined : raw.slice(0, 200);
}
