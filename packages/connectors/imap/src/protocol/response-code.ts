/** `[NAME arguments]` at the start of a status text (RFC 9051 section 7.1). */
export interface ResponseCode {
  /** Upper case. */
  readonly name: string;
  readonly args: string;
}

export function parseStatusText(text: string): { code: ResponseCode | undefined; text: string } {
  if (!text.startsWith('[')) return { code: undefined, text };
  const end = text.indexOf(']');
  if (end === -1) return { code: undefined, text };
  const inner = text.slice(1, end);
  const space = inner.indexOf(' ');
  const name = (space === -1 ? inner : inner.slice(0, space)).toUpperCase();
  return { code: { name, args: space === -1 ? '' : inner.slice(space + 1) }, text: text.slice(end + 1).trim() };
}
