/** A part of a message that is text for people, within the message's bytes. */
export interface TextPart {
  /** Bytes of the message, from and before. */
  readonly start: number;
  readonly end: number;
  readonly encoding: 'identity' | 'base64' | 'quoted-printable';
  /** Decoded, one character for each byte. */
  readonly text: string;
  /** Quoted-printable: as they stand, one for each line of the text, soft line ends within. */
  readonly rawLines: readonly string[];
  readonly lineEnd: '\r\n' | '\n';
  /** Base64: what stands behind the last sign. */
  readonly tail: string;
}

interface Found {
  readonly parts: TextPart[];
  isSealed: boolean;
}

/** Nested deeper than anything that is written. */
const MAX_DEPTH = 20;
/** Character sets whose bytes below 128 are ASCII's, wherever they stand. */
const LIKE_ASCII = /^(?:us-ascii|ascii|utf-?8|iso-8859-\d+|windows-125\d|koi8-[ru]|macintosh)$/i;
const SEALS = /^(?:DKIM-Signature|DomainKey-Signature|ARC-Seal|ARC-Message-Signature):/im;
const SEALED_TYPES = /^(?:multipart\/(?:signed|encrypted)|application\/(?:x-)?pkcs7-mime|application\/pgp-encrypted)$/;
const OPENPGP = /^-----BEGIN PGP (?:SIGNED )?MESSAGE-----/m;

/** Texts of a message (RFC 2045, RFC 2046), and whether it is signed or encrypted. Attached messages are left alone. */
export function textParts(body: Buffer): Found {
  const found: Found = { parts: [], isSealed: false };
  const raw = body.toString('latin1');
  walk(raw, 0, raw.length, found, 0);
  return found;
}

function walk(raw: string, start: number, end: number, found: Found, depth: number): void {
  if (depth > MAX_DEPTH) return;
  const header = headerOf(raw, start, end);
  const fields = header.text.replace(/\r?\n[ \t]+/g, ' ');
  const type = field(fields, 'Content-Type') ?? 'text/plain';
  const name = type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if ((depth === 0 && SEALS.test(fields)) || SEALED_TYPES.test(name)) found.isSealed = true;
  if (/^\s*attachment/i.test(field(fields, 'Content-Disposition') ?? '')) return;
  if (name.startsWith('multipart/')) {
    const boundary = parameter(type, 'boundary');
    if (boundary !== undefined)
      for (const [from, to] of between(raw, header.end, end, boundary)) walk(raw, from, to, found, depth + 1);
    return;
  }
  if (name !== 'text/plain' && name !== 'text/html') return;
  if (!LIKE_ASCII.test(parameter(type, 'charset') ?? 'us-ascii')) return;
  const encoding = (field(fields, 'Content-Transfer-Encoding') ?? '7bit').trim().toLowerCase();
  const part = decodedPart(raw, header.end, end, encoding);
  if (part === undefined) return;
  if (OPENPGP.test(part.text)) found.isSealed = true;
  found.parts.push(part);
}

function headerOf(raw: string, start: number, end: number): { readonly text: string; readonly end: number } {
  // A part without a header begins with its blank line.
  const none = /^\r?\n/.exec(raw.slice(start, Math.min(end, start + 2)));
  if (none !== null) return { text: '', end: start + none[0].length };
  const blank = /\r?\n\r?\n/g;
  blank.lastIndex = start;
  const at = blank.exec(raw);
  if (at === null || at.index >= end) return { text: raw.slice(start, end), end };
  return { text: raw.slice(start, at.index), end: Math.min(end, at.index + at[0].length) };
}

const field = (fields: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*)$`, 'im').exec(fields)?.[1]?.trim();

function parameter(value: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(value);
  return found === null ? undefined : (found[1]?.replace(/\\(.)/g, '$1') ?? found[2]);
}

/** Where parts begin and end; the line end before a boundary is the boundary's (RFC 2046 section 5.1.1). */
function* between(raw: string, start: number, end: number, boundary: string): Generator<readonly [number, number]> {
  const line = new RegExp(`^--${boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(--)?[ \\t]*(?:\\r?\\n|$)`, 'gm');
  line.lastIndex = start;
  let from: number | undefined;
  for (let at = line.exec(raw); at !== null && at.index < end; at = line.exec(raw)) {
    if (from !== undefined) yield [from, Math.max(from, raw[at.index - 2] === '\r' ? at.index - 2 : at.index - 1)];
    if (at[1] !== undefined) return;
    from = at.index + at[0].length;
  }
  if (from !== undefined && from < end) yield [from, end];
}

function decodedPart(raw: string, start: number, end: number, encoding: string): TextPart | undefined {
  const content = raw.slice(start, end);
  const common = { start, end, rawLines: [], lineEnd: content.includes('\r\n') ? '\r\n' : '\n', tail: '' } as const;
  if (encoding === 'base64') {
    const tail = /\s*$/.exec(content)?.[0] ?? '';
    // What follows the padding, or no sign of base64, is somebody's mistake: such a part is left as it is.
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) return undefined;
    return { ...common, encoding, text: Buffer.from(content, 'base64').toString('latin1'), tail };
  }
  if (encoding === 'quoted-printable') {
    const rawLines = content.split(/(?<!=[ \t]*\r?)\n/);
    const text = rawLines
      .map((line) =>
        line
          .replace(/=[ \t]*\r?\n/g, '')
          .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      )
      .join('\n');
    // Encoded line ends within a line: lines of the text would no longer be those of the part.
    return text.split('\n').length === rawLines.length ? { ...common, encoding, text, rawLines } : undefined;
  }
  return /^(?:7bit|8bit|binary)$/.test(encoding) ? { ...common, encoding: 'identity', text: content } : undefined;
}
