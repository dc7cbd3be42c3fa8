import { readMime } from '@sterna/content';
import { type Address, addressParser, decodeWords, type Email } from 'postal-mime';
import { unclaimedUtf8 } from './unclaimed-utf8.ts';

export interface MimeAttachment {
  readonly name: string;
  readonly contentType: string;
  readonly content: Buffer;
  /** Without angle brackets. */
  readonly contentId: string | undefined;
  readonly isInline: boolean;
}

export interface MimeAddress {
  readonly name: string;
  readonly address: string;
}

/** What of a message the JSON of Graph can say. */
export interface MimeMessage {
  /** The header block as it stands, without the empty line. */
  readonly header: string;
  readonly subject: string;
  /** The first of them: the parser gives no more. */
  readonly from: readonly MimeAddress[];
  readonly authors: number;
  readonly sender: readonly MimeAddress[];
  readonly to: readonly MimeAddress[];
  readonly cc: readonly MimeAddress[];
  readonly bcc: readonly MimeAddress[];
  readonly replyTo: readonly MimeAddress[];
  readonly messageId: string | undefined;
  readonly inReplyTo: string | undefined;
  readonly references: string | undefined;
  readonly date: Date | undefined;
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly attachments: readonly MimeAttachment[];
  /** Signed or encrypted: it is worth something only byte by byte. */
  readonly isSealed: boolean;
  /** The first field of this name, unfolded. */
  field(name: string): string | undefined;
}

/** `multipart/signed` (RFC 1847), S/MIME (RFC 8551), PGP (RFC 3156). */
const SEALED = /^(?:multipart\/(?:signed|encrypted)|application\/(?:x-)?pkcs7-mime)\b/i;
const MAX_HEADER = 2 * 1024 * 1024;

/** @throws whatever the parser throws at what it can't take apart */
export async function parseMime(raw: Buffer): Promise<MimeMessage> {
  const email = await readMime(raw, {
    // Its bytes are kept: a message in a message is a file.
    forceRfc822Attachments: true,
    maxHeadersSize: MAX_HEADER,
  });
  const field = (name: string): string | undefined =>
    email.headers.find(({ key }) => key === name.toLowerCase())?.value.trim() || undefined;
  const date = new Date(email.date ?? Number.NaN);
  const header = headerOf(raw);
  return {
    header,
    subject: readable(email.subject ?? '', header),
    from: flat(email.from),
    authors: addressParser(field('from') ?? '').length,
    sender: flat(email.sender),
    to: flat(email.to),
    cc: flat(email.cc),
    bcc: flat(email.bcc),
    replyTo: flat(email.replyTo),
    messageId: email.messageId,
    inReplyTo: email.inReplyTo,
    references: email.references,
    date: Number.isNaN(date.getTime()) ? undefined : date,
    text: unclaimedUtf8(raw, email.text),
    html: unclaimedUtf8(raw, email.html),
    attachments: attachmentsOf(email, raw),
    isSealed: SEALED.test(field('content-type') ?? ''),
    field,
  };
}

/** The header block alone, of a message that can't be taken apart. */
export function headerOf(raw: Buffer): string {
  const text = raw.subarray(0, MAX_HEADER);
  const end = emptyLine(text) ?? (raw[0] === 13 || raw[0] === 10 ? 0 : text.length);
  return textOf(text.subarray(0, end));
}

/** Where the line before the first empty one ends. */
function emptyLine(text: Buffer): number | undefined {
  for (let at = text.indexOf(10); at !== -1; at = text.indexOf(10, at + 1)) {
    const next = text[at + 1] === 13 ? at + 2 : at + 1;
    if (text[next] === 10) return text[at - 1] === 13 ? at - 1 : at;
  }
  return undefined;
}

/** UTF-8, or where it is none, one character for each byte. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

function flat(addresses: Address | readonly Address[] | undefined): MimeAddress[] {
  const list = addresses === undefined ? [] : Array.isArray(addresses) ? addresses : [addresses as Address];
  return (list as readonly Address[]).flatMap((one) =>
    one.group === undefined ? [{ name: one.name, address: one.address }] : one.group,
  );
}

/** A subject in bytes that are no UTF-8, which its parser takes for broken: as the header block is read. */
function readable(subject: string, header: string): string {
  const given = /^Subject:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)/im.exec(header)?.[1];
  if (!subject.includes('\ufffd') || given === undefined || given.includes('\ufffd')) return subject;
  return decodeWords(given.replace(/\r?\n[ \t]+/g, ' ').trim());
}

function attachmentsOf({ attachments }: Email, raw: Buffer): MimeAttachment[] {
  return attachments.map((one, at) => {
    const bytes =
      typeof one.content === 'string' ? Buffer.from(one.content, 'utf8') : Buffer.from(one.content as Uint8Array);
    // The parser ends lines with LF alone; a message within a message has CRLF, and may be signed.
    const content = one.mimeType === 'message/rfc822' ? withCrlf(bytes) : asSent(bytes, raw);
    const contentId = one.contentId?.replace(/^\s*<|>\s*$/g, '').trim() || undefined;
    return {
      name: one.filename ?? nameFor(one.mimeType, at),
      contentType: one.mimeType,
      content,
      contentId,
      isInline:
        one.disposition !== 'attachment' &&
        (one.related === true || one.disposition === 'inline') &&
        contentId !== undefined,
    };
  });
}

/** The parser ends lines of what isn't encoded with LF as well, and of an image those are no lines. */
function asSent(bytes: Buffer, raw: Buffer): Buffer {
  if (!bytes.includes('\n') || bytes.includes('\r\n')) return bytes;
  const whole = withCrlf(bytes);
  const at = raw.indexOf(whole);
  if (at === -1) return bytes;
  // The last one is the boundary's.
  const isBoundarys =
    whole.subarray(-2).equals(CRLF) && raw.subarray(at + whole.length, at + whole.length + 2).equals(DASHES);
  return isBoundarys ? whole.subarray(0, -2) : whole;
}
const CRLF = Buffer.from('\r\n');
const DASHES = Buffer.from('--');

const withCrlf = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');

const EXTENSIONS: Readonly<Record<string, string>> = {
  'message/rfc822': 'eml',
  'text/calendar': 'ics',
  'text/vcard': 'vcf',
  'text/plain': 'txt',
  'text/html': 'html',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'application/pdf': 'pdf',
  'message/delivery-status': 'txt',
  'application/pkcs7-signature': 'p7s',
};
const nameFor = (type: string, at: number): string => `part ${at + 1}.${EXTENSIONS[type] ?? 'bin'}`;
