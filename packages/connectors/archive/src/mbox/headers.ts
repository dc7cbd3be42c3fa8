import { createHash, type Hash } from 'node:crypto';
import type { Flags } from '@sterna/connector-kit';
import { canonical } from '../flags.ts';

export interface MboxHeaders {
  /** From Status, X-Status, X-Keywords (Dovecot, mutt), X-Mozilla-Status, X-Mozilla-Keys (Thunderbird). */
  readonly flags: Flags;
  /** Thunderbird has deleted it and only not compacted the file yet. */
  readonly expunged: boolean;
  /** From X-Gmail-Labels, decoded; undefined where there is no such field. */
  readonly labels: readonly string[] | undefined;
  /** From Date. */
  readonly date: Date | undefined;
  readonly contentLength: number | undefined;
  /** Of the outermost multipart. */
  readonly boundary: string | undefined;
  readonly base64: boolean;
  /** Dovecot's and UW-IMAP's first pseudo message. */
  readonly internal: boolean;
  /** Offset of the body; undefined if the header never ends. */
  readonly body: number | undefined;
}

/** Fields that mail programs rewrite in place: no part of a message's identity. */
const VOLATILE =
  /^(?:status|x-status|x-keywords|x-uid|x-imap|x-imapbase|x-mozilla-status2?|x-mozilla-keys|content-length|lines|x-gmail-labels)[ \t]*:/i;

/** @param bytes a message as stored, or its beginning */
export function parseHeaders(bytes: Buffer): MboxHeaders {
  const fields = new Map<string, string>();
  const body = eachField(bytes, (_, text) => {
    const colon = text.indexOf(':');
    const name = text.slice(0, colon).trimEnd().toLowerCase();
    if (colon > 0 && !fields.has(name))
      fields.set(
        name,
        text
          .slice(colon + 1)
          .replace(/\r?\n(?=[ \t])/g, '')
          .trim(),
      );
  });
  const flags: string[] = [];
  const status = `${fields.get('status') ?? ''}`;
  const xStatus = fields.get('x-status') ?? '';
  if (status.includes('R')) flags.push('\\Seen');
  for (const [letter, flag] of X_STATUS) if (xStatus.includes(letter)) flags.push(flag);
  const mozilla = Number.parseInt(fields.get('x-mozilla-status') ?? '0', 16) || 0;
  for (const [bit, flag] of MOZILLA) if ((mozilla & bit) !== 0) flags.push(flag);
  for (const field of ['x-keywords', 'x-mozilla-keys'])
    for (const keyword of (fields.get(field) ?? '').split(/\s+/))
      if (/^[!#-'+-[^-z|}~]+$/.test(keyword)) flags.push(keyword);
  const labels = fields.get('x-gmail-labels');
  const length = fields.get('content-length');
  const type = fields.get('content-type') ?? '';
  return {
    flags: canonical(flags),
    expunged: (mozilla & 0x0008) !== 0,
    labels: labels === undefined ? undefined : splitLabels(decodeWords(labels)),
    date: parseDate(fields.get('date')),
    contentLength: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined,
    boundary: /^multipart\//i.test(type)
      ? (/boundary="([^"]+)"/i.exec(type) ?? /boundary=([^\s;]+)/i.exec(type))?.[1]
      : undefined,
    base64: /^base64$/i.test(fields.get('content-transfer-encoding') ?? ''),
    internal:
      (fields.has('x-imap') || fields.has('x-imapbase')) && /FOLDER INTERNAL DATA/.test(fields.get('subject') ?? ''),
    body,
  };
}

/** A hash of the message without its volatile fields, fed in two steps: header here, body by the caller. */
export function stableHash(bytes: Buffer): Hash {
  const hash = createHash('sha256');
  const body = eachField(bytes, (raw, text) => {
    if (!VOLATILE.test(text)) hash.update(raw);
  });
  if (body !== undefined) hash.update('\n').update(bytes.subarray(body));
  return hash;
}

/** A Date field as programs really write it; undefined for nonsense, the far past and the future. */
export function parseDate(value: string | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const time = Date.parse(value.replace(/\([^)]*\)/g, ' ').trim());
  return Number.isNaN(time) || time < 0 || time > Date.now() + 86_400_000
    ? undefined
    : new Date(Math.floor(time / 1000) * 1000);
}

const X_STATUS = [
  ['A', '\\Answered'],
  ['F', '\\Flagged'],
  ['T', '\\Draft'],
  ['D', '\\Deleted'],
] as const;

/** nsMsgMessageFlags: Read, Replied, Marked, Forwarded. */
const MOZILLA = [
  [0x0001, '\\Seen'],
  [0x0002, '\\Answered'],
  [0x0004, '\\Flagged'],
  [0x1000, '$Forwarded'],
] as const;

/** @returns offset behind the blank line, or undefined where there is none */
function eachField(bytes: Buffer, use: (raw: Buffer, text: string) => void): number | undefined {
  let start = 0;
  let at = 0;
  const flush = (end: number): void => {
    if (end > start) use(bytes.subarray(start, end), bytes.toString('latin1', start, end));
  };
  while (at < bytes.length) {
    const lf = bytes.indexOf(10, at);
    const end = lf === -1 ? bytes.length : lf + 1;
    const length = end - at;
    if (bytes[at] === 10 || (length === 2 && bytes[at] === 13 && lf !== -1)) {
      flush(at);
      return end;
    }
    if (bytes[at] !== 32 && bytes[at] !== 9) {
      flush(at);
      start = at;
    }
    at = end;
  }
  flush(bytes.length);
  return undefined;
}

/** RFC 2047 encoded words in UTF-8, as Takeout writes them. */
function decodeWords(text: string): string {
  const bytes = text
    .replace(/(\?=)\s+(?==\?)/g, '$1')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, data: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(data, 'base64').toString('latin1')
        : data
            .replaceAll('_', ' ')
            .replace(/=([0-9a-f]{2})/gi, (__, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Comma-separated; a label that holds a comma is in double quotes. */
function splitLabels(text: string): string[] {
  const labels: string[] = [];
  for (const found of text.matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g)) {
    const label = (found[1]?.replace(/\\(.)/g, '$1') ?? found[2] ?? '').trim();
    if (label !== '') labels.push(label);
  }
  return labels;
}
