/** Mailbox names in modified UTF-7 (RFC 3501 section 5.1.3): `&`-shifted base64 of UTF-16BE with `,` for `/`. */

export function encodeModifiedUtf7(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === '&') return '&-';
    const utf16 = Buffer.from(run, 'utf16le').swap16();
    return `&${utf16.toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

/** Undefined where the bytes are no modified UTF-7 that encodes back to the same bytes: such a name has no other spelling. */
export function decodeModifiedUtf7(wire: string): string | undefined {
  if (/[^\x20-\x7e]/.test(wire)) return undefined;
  let broken = false;
  const decoded = wire.replace(/&([^-]*)(-?)/g, (_whole, base64: string, end: string) => {
    if (end === '') broken = true;
    if (base64 === '') return '&';
    const bytes = Buffer.from(base64.replaceAll(',', '/'), 'base64');
    if (bytes.length % 2 !== 0) {
      broken = true;
      return '';
    }
    return bytes.swap16().toString('utf16le');
  });
  return !broken && decoded.isWellFormed() && encodeModifiedUtf7(decoded) === wire ? decoded : undefined;
}
