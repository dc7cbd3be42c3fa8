import { decodeWords } from 'postal-mime';

/** A header field as Gmail tells it: unfolded, encoded words read. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** A MIME part: a container has parts, any other a body. */
export interface MimePart {
  readonly headers: readonly Header[];
  /** In lower case. */
  readonly mimeType: string;
  readonly charset: string | undefined;
  /** Empty when it has none. */
  readonly filename: string;
  readonly attachment: boolean;
  readonly parts: readonly MimePart[];
  /** Decoded; empty for a container. */
  readonly body: Buffer;
}

/** The header block of a message, and where its body begins. */
export function readHeaders(bytes: Buffer): { readonly headers: Header[]; readonly bodyStart: number } {
  const headers: Header[] = [];
  let at = 0;
  let lines: string[] = [];
  const flush = () => {
    const [name = '', value] = lines.join(' ').split(/:(.*)/s);
    if (value !== undefined) headers.push({ name: name.trim(), value: value.trim() });
    lines = [];
  };
  while (at < bytes.length) {
    const end = bytes.indexOf(0x0a, at);
    const next = end === -1 ? bytes.length : end + 1;
    const line = bytes
      .subarray(at, next)
      .toString('utf8')
      .replace(/\r?\n$/, '');
    at = next;
    if (line === '') break;
    if (/^[ \t]/.test(line)) lines.push(line.trim());
    else {
      flush();
      lines.push(line);
    }
  }
  flush();
  return { headers, bodyStart: at };
}

export function headerOf(headers: readonly Header[], name: string): string | undefined {
  return headers.find((header) => header.name.toLowerCase() === name)?.value;
}

/** Takes a message apart; what can't be understood is text. */
export function parseMime(bytes: Buffer, depth = 0): MimePart {
  const { headers, bodyStart } = readHeaders(bytes);
  const content = bytes.subarray(bodyStart);
  const type = parseParameters(headerOf(headers, 'content-type') ?? 'text/plain');
  const disposition = parseParameters(headerOf(headers, 'content-disposition') ?? '');
  const mimeType = /^[\w.+-]+\/[\w.+-]+$/.test(type.value) ? type.value.toLowerCase() : 'text/plain';
  const boundary = type.parameters.get('boundary');
  const told = headers.map(({ name, value }) => ({ name, value: decodeWords(value) }));
  const base = {
    headers: told,
    mimeType,
    charset: type.parameters.get('charset'),
    filename: decodeWords(disposition.parameters.get('filename') ?? type.parameters.get('name') ?? ''),
    attachment: disposition.value.toLowerCase() === 'attachment' || mimeType === 'message/rfc822',
  };
  if (mimeType.startsWith('multipart/') && boundary !== undefined && depth < 50) {
    const parts = splitParts(content, boundary).map((part) => parseMime(part, depth + 1));
    return { ...base, parts, body: Buffer.alloc(0) };
  }
  return { ...base, parts: [], body: decodeBody(content, headerOf(headers, 'content-transfer-encoding') ?? '') };
}

/** The first text of the message, as plain text, for its snippet. */
export function textOf(part: MimePart): string {
  for (const wanted of ['text/plain', 'text/html']) {
    const found = firstOf(part, wanted);
    if (found === undefined) continue;
    const text = decodeText(found.body, found.charset);
    return wanted === 'text/plain'
      ? text
      : text.replace(/<(style|script)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]+>/g, ' ');
  }
  return '';
}

export function decodeText(bytes: Buffer, charset: string | undefined): string {
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

function firstOf(part: MimePart, mimeType: string): MimePart | undefined {
  if (part.mimeType === mimeType && !part.attachment) return part;
  for (const inner of part.parts) {
    const found = firstOf(inner, mimeType);
    if (found !== undefined) return found;
  }
  return undefined;
}

function parseParameters(header: string): { value: string; parameters: Map<string, string> } {
  const parameters = new Map<string, string>();
  const [value = ''] = header.split(';');
  for (const found of header.matchAll(/;\s*([\w*%-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)) {
    const name = (found[1] as string).toLowerCase();
    const text = found[2]?.replace(/\\(.)/g, '$1') ?? found[3] ?? '';
    const extended = /^(.+?)\*(?:0\*?)?$/.exec(name)?.[1];
    const later = /^(.+?)\*[1-9]\d*(\*?)$/.exec(name)?.[1];
    if (later !== undefined) parameters.set(later, (parameters.get(later) ?? '') + percentDecode(text));
    else if (extended !== undefined) parameters.set(extended, percentDecode(text.replace(/^[\w-]*'[\w-]*'/, '')));
    else parameters.set(name, text);
  }
  return { value: value.trim(), parameters };
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function splitParts(content: Buffer, boundary: string): Buffer[] {
  const delimiter = `--${boundary}`;
  const parts: Buffer[] = [];
  let start = -1;
  for (let at = content.indexOf(delimiter); at !== -1; at = content.indexOf(delimiter, at + 1)) {
    if (at > 0 && content[at - 1] !== 0x0a) continue;
    if (start !== -1) {
      const end = content[at - 2] === 0x0d ? at - 2 : at - 1;
      parts.push(content.subarray(start, Math.max(start, end)));
    }
    if (content.subarray(at + delimiter.length, at + delimiter.length + 2).toString('latin1') === '--') return parts;
    const lineEnd = content.indexOf(0x0a, at);
    if (lineEnd === -1) return parts;
    start = lineEnd + 1;
  }
  // Never closed: the last part goes to the end.
  if (start !== -1) parts.push(content.subarray(start));
  return parts;
}

function decodeBody(content: Buffer, encoding: string): Buffer {
  const kind = encoding.trim().toLowerCase();
  // Whatever isn't of the alphabet is passed over.
  if (kind === 'base64') return Buffer.from(content.toString('latin1'), 'base64');
  if (kind !== 'quoted-printable') return content;
  const text = content
    .toString('latin1')
    .replace(/[ \t]+(\r?\n)/g, '$1')
    .replace(/=\r?\n/g, '');
  return Buffer.from(
    text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}
