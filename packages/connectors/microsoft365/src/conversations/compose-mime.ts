import { createHash } from 'node:crypto';

export interface MimePerson {
  readonly name?: string | null | undefined;
  readonly address: string;
}

export interface MimePart {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  /** Of what the text shows (RFC 2392), without angle brackets. */
  readonly contentId?: string | undefined;
}

export interface ComposedMessage {
  readonly messageId: string;
  readonly date: Date;
  readonly from: MimePerson;
  readonly sender?: MimePerson | undefined;
  readonly to: readonly MimePerson[];
  readonly cc: readonly MimePerson[];
  readonly subject: string;
  /** Of the message that it answers; without angle brackets, as `messageId`. */
  readonly inReplyTo?: string | undefined;
  readonly keywords: readonly string[];
  readonly body: { readonly type: 'html' | 'plain'; readonly text: string };
  readonly parts: readonly MimePart[];
}

/** Characters of a line, and bytes of an encoded word (RFC 2047 section 2) that leave it as many. */
const MOST_IN_LINE = 76;
const MOST_IN_WORD = 39;

/** RFC 5322 and MIME, ASCII alone; equal for equal messages. */
export function composeMime(message: ComposedMessage): Buffer {
  const { messageId, date, from, sender, to, cc, subject, inReplyTo, keywords, body, parts } = message;
  const header = [
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `From: ${person(from)}`,
    ...(sender === undefined ? [] : [`Sender: ${person(sender)}`]),
    ...(to.length === 0 ? [] : [`To: ${people(to)}`]),
    ...(cc.length === 0 ? [] : [`Cc: ${people(cc)}`]),
    `Subject: ${words(subject)}`,
    `Message-ID: <${messageId}>`,
    ...(inReplyTo === undefined ? [] : [`In-Reply-To: <${inReplyTo}>`, `References: <${inReplyTo}>`]),
    ...(keywords.length === 0 ? [] : [`Keywords: ${keywords.map(words).join(',\r\n ')}`]),
    'MIME-Version: 1.0',
  ];
  const boundary = (level: string): string =>
    `=_${createHash('sha256').update(`${level} ${messageId}`).digest('hex').slice(0, 32)}`;
  const text = entity(`text/${body.type}; charset=utf-8`, [], Buffer.from(body.text, 'utf8'));
  const shown = parts.filter(({ contentId }) => contentId !== undefined);
  const files = parts.filter(({ contentId }) => contentId === undefined);
  const withShown =
    shown.length === 0 ? text : multipart('related', boundary('related'), [text, ...shown.map(attached)]);
  const whole =
    files.length === 0 ? withShown : multipart('mixed', boundary('mixed'), [withShown, ...files.map(attached)]);
  return Buffer.from(`${header.join('\r\n')}\r\n${whole}`, 'latin1');
}

const multipart = (type: string, boundary: string, parts: readonly string[]): string =>
  `Content-Type: multipart/${type}; boundary="${boundary}"\r\n\r\n${parts
    .map((part) => `--${boundary}\r\n${part}`)
    .join('')}--${boundary}--\r\n`;

function attached({ name, contentType, bytes, contentId }: MimePart): string {
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(contentType) ? contentType : 'application/octet-stream';
  // A message in a message keeps its lines (RFC 2046 section 5.2.1); everything else is base64, and so is this.
  const safe = type.startsWith('message/') || type.startsWith('multipart/') ? 'application/octet-stream' : type;
  const disposition = contentId === undefined ? 'attachment' : 'inline';
  const extra = [
    `Content-Disposition: ${disposition}${fileName(name)}`,
    ...(contentId === undefined ? [] : [`Content-ID: <${contentId.replaceAll(/[^\x21-\x7e]|[<>]/g, '')}>`]),
  ];
  return entity(safe, extra, bytes);
}

function entity(contentType: string, extra: readonly string[], bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,76}/g) ?? [];
  return [`Content-Type: ${contentType}`, ...extra, 'Content-Transfer-Encoding: base64', '', ...lines, ''].join('\r\n');
}

/** RFC 2231 where it isn't plain. */
function fileName(name: string): string {
  if (name === '') return '';
  if (/^[\x20-\x7e]*$/.test(name) && !/["\\]/.test(name) && name.length < 60) return `;\r\n filename="${name}"`;
  const percent = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*!]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const pieces = percent.match(/(?:%[0-9A-F]{2}|[^%]){1,20}/g) ?? [];
  if (pieces.length === 1) return `;\r\n filename*=utf-8''${percent}`;
  return pieces.map((piece, at) => `;\r\n filename*${at}*=${at === 0 ? "utf-8''" : ''}${piece}`).join('');
}

const people = (all: readonly MimePerson[]): string => all.map(person).join(',\r\n ');

function person({ name, address }: MimePerson): string {
  const clean = address.replaceAll(/[^\x21-\x7e]|[<>,;"\\]/g, '');
  const called = (name ?? '').trim();
  if (called === '' || called === address) return `<${clean}>`;
  return /^[A-Za-z0-9 '-]{1,60}$/.test(called) ? `"${called}" <${clean}>` : `${encoded(called)}\r\n <${clean}>`;
}

/** As it is where it is plain and short, else in encoded words: white space that a header wouldn't keep as well. */
function words(text: string): string {
  const line = text.replaceAll(/[\r\n]+/g, ' ');
  const isPlain = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(line) && !line.includes('=?');
  return line === '' || (isPlain && line.length < MOST_IN_LINE - 16) ? line : encoded(line);
}

function encoded(text: string): string {
  const pieces: string[] = [];
  let piece = '';
  for (const char of text.toWellFormed()) {
    if (Buffer.byteLength(piece + char) > MOST_IN_WORD) {
      pieces.push(piece);
      piece = '';
    }
    piece += char;
  }
  return [...pieces, piece].map((one) => `=?utf-8?B?${Buffer.from(one, 'utf8').toString('base64')}?=`).join('\r\n ');
}
