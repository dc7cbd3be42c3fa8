import { addressesIn, withAddresses } from './addresses.ts';
import { type TextPart, textParts } from './message-parts.ts';
import type { ContentNote, PrepareOptions } from './pivot.ts';

/** As `Pivot.addresses`: of what people read, not of attachments. */
export const messageAddresses = (body: Buffer): readonly (readonly string[])[] =>
  textParts(body).parts.flatMap((part) => addressesIn(part.text).map((readings) => readings.map(wellRead)));

/** Somebody vouches for its bytes, or only who has the key can read it: S/MIME, OpenPGP, DKIM, ARC. */
export const isSealedMessage = (body: Buffer): boolean => textParts(body).isSealed;

/**
 * The message with other addresses in its texts. Only the lines that hold one are written anew, in the encoding that their part
 * has; a sealed message stays as it is.
 */
export function prepareMessage(
  body: Buffer,
  { addressOf }: Pick<PrepareOptions, 'addressOf'>,
): { readonly body: Buffer; readonly notes: readonly ContentNote[] } {
  if (addressOf === undefined) return { body, notes: [] };
  const { parts, isSealed } = textParts(body);
  if (isSealed) return { body, notes: [] };
  const pieces: Buffer[] = [];
  let [links, at] = [0, 0];
  for (const part of parts) {
    const text = withAddresses(part.text, (address) => {
      const home = addressOf(wellRead(address));
      if (home !== undefined) links += 1;
      return home;
    });
    if (text === part.text) continue;
    pieces.push(body.subarray(at, part.start), encoded(part, text));
    at = part.end;
  }
  if (links === 0) return { body, notes: [] };
  const note = {
    code: 'message-links-rewritten',
    text: `Links in its text lead to copies now (${links}); all else is as it was sent. It can’t be put back.`,
  };
  return { body: Buffer.concat([...pieces, body.subarray(at)]), notes: [note] };
}

/** Texts are handled as bytes: an address in UTF-8 is read as such. */
function wellRead(address: string): string {
  const utf8 = Buffer.from(address, 'latin1').toString('utf8');
  return utf8.includes('\ufffd') ? address : utf8;
}

/** No address holds a line's end, so both texts have the same lines. */
function encoded(part: TextPart, text: string): Buffer {
  if (part.encoding === 'base64') {
    const base64 = Buffer.from(text, 'latin1').toString('base64');
    return Buffer.from(`${(base64.match(/.{1,76}/g) ?? []).join(part.lineEnd)}${part.tail}`, 'latin1');
  }
  if (part.encoding === 'identity') return Buffer.from(text, 'latin1');
  const [before, after] = [part.text.split('\n'), text.split('\n')];
  const lines = part.rawLines.map((raw, n) => (before[n] === after[n] ? raw : quotedLine(after[n] as string, part)));
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** RFC 2045 section 6.7, in lines of 76 characters at most. */
function quotedLine(text: string, { lineEnd }: TextPart): string {
  const end = text.endsWith('\r') ? '\r' : '';
  const bare = end === '' ? text : text.slice(0, -1);
  const signs = [...bare].map((sign, n) => {
    const code = sign.charCodeAt(0);
    const isBlankAtEnd = n === bare.length - 1 && (sign === ' ' || sign === '\t');
    const isPlain = (code >= 32 && code <= 126 && sign !== '=') || sign === '\t';
    return isPlain && !isBlankAtEnd ? sign : `=${code.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  const lines: string[] = [];
  let line = '';
  for (const sign of signs) {
    if (line.length + sign.length > 75) {
      lines.push(`${line}=`);
      line = '';
    }
    line += sign;
  }
  return [...lines, line].join(lineEnd) + end;
}
