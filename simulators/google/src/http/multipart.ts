/** One part of a multipart body. */
export interface Part {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The boundary of `multipart/related; boundary="x"`; undefined when there is none. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const found = /^multipart\/[\w-]+\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '');
  return found?.[1] ?? found?.[2];
}

/** Splits a multipart body (RFC 2046); undefined when it isn't closed or a part has no end of headers. */
export function splitMultipart(body: Buffer, boundary: string): Part[] | undefined {
  const parts: Part[] = [];
  const delimiter = Buffer.from(`--${boundary}`);
  let start = lineStart(body, delimiter, 0);
  while (start !== -1) {
    const after = start + delimiter.length;
    if (body.subarray(after, after + 2).toString('latin1') === '--') return parts;
    const content = body.indexOf('\n', after) + 1;
    const next = lineStart(body, delimiter, content);
    if (content === 0 || next === -1) return undefined;
    // The line break before a delimiter belongs to it.
    const end = body[next - 2] === 0x0d ? next - 2 : next - 1;
    const part = parsePart(body.subarray(content, Math.max(content, end)));
    if (part === undefined) return undefined;
    parts.push(part);
    start = next;
  }
  return undefined;
}

/** Headers and body of a part, or of an HTTP message after its first line. */
export function parsePart(bytes: Buffer): Part | undefined {
  const match = /^(?:\r?\n|[\s\S]*?\r?\n(?:\r?\n|$))/.exec(bytes.subarray(0, 64 * 1024).toString('latin1'));
  if (match === null) return undefined;
  const headers: Record<string, string> = {};
  for (const line of match[0].split(/\r?\n/)) {
    const [name = '', value] = line.split(/:(.*)/s);
    if (value !== undefined) headers[name.trim().toLowerCase()] = value.trim();
  }
  return { headers, body: bytes.subarray(match[0].length) };
}

function lineStart(body: Buffer, delimiter: Buffer, from: number): number {
  for (let at = body.indexOf(delimiter, from); at !== -1; at = body.indexOf(delimiter, at + 1)) {
    if (at === 0 || body[at - 1] === 0x0a) return at;
  }
  return -1;
}
