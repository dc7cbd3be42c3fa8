import PostalMime, { type Address as ParsedAddress } from 'postal-mime';
import type { Ids } from '../state/ids.ts';
import type { Address, Attachment, Header, MessageContent } from './message.ts';

/** The header block, with the line break at its end. */
function headerBlock(mime: Buffer): string {
  return mime.subarray(0, headerLength(mime)).toString('utf8');
}

function headerLength(mime: Buffer): number {
  const end = /\r?\n(?=\r?\n)/.exec(mime.subarray(0, 256 * 1024).toString('latin1'));
  return end === null ? mime.length : end.index + end[0].length;
}

/** A header block's lines, unfolded, names as written. */
export function parseHeaders(mime: Buffer): Header[] {
  const end = headerLength(mime);
  const headers: Header[] = [];
  for (const line of mime.subarray(0, end).toString('utf8').split(/\r?\n/)) {
    const last = headers.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) {
      headers[headers.length - 1] = { name: last.name, value: `${last.value} ${line.trim()}` };
      continue;
    }
    const match = /^([!-9;-~]+):\s*(.*)$/.exec(line);
    if (match !== null) headers.push({ name: match[1] as string, value: match[2] as string });
  }
  return headers;
}

/**
 * What Exchange makes of MIME. Flags and times that MIME doesn't have: draft, read, received `now`.
 *
 * @throws when it is no MIME message at all
 */
export async function contentOfMime(mime: Buffer, ids: Ids, now: number): Promise<MessageContent> {
  const headers = parseHeaders(mime);
  if (headers.length === 0) throw new Error('no headers');
  const parsed = await PostalMime.parse(mime, { forceRfc822Attachments: true });
  const html = parsed.html;
  const header = (name: string) => headers.find((one) => one.name.toLowerCase() === name)?.value;
  const attachments: Attachment[] = [];
  for (const part of parsed.attachments) {
    const bytes = Buffer.from(part.content as ArrayBuffer);
    const name = part.filename ?? (part.mimeType === 'message/rfc822' ? 'message.eml' : 'ATT00001');
    const base = { id: ids.mutable(), name, contentType: part.mimeType, modifiedAt: now };
    const isInline = part.related === true || (part.disposition === 'inline' && part.contentId !== undefined);
    if (part.mimeType === 'message/rfc822') {
      const inner = await contentOfMime(bytes, ids, now).catch(() => undefined);
      const item = { '@odata.type': '#microsoft.graph.message', ...(inner && itemOf(inner)) };
      attachments.push({ ...base, kind: 'item', contentType: null, isInline: false, item, mime: bytes });
      continue;
    }
    const contentId = part.contentId?.replace(/^<(.*)>$/, '$1') ?? null;
    attachments.push({ ...base, kind: 'file', isInline, contentId, content: [bytes] });
  }
  const sentAt = Date.parse(header('date') ?? '');
  const importance = (header('importance') ?? '').toLowerCase();
  const from = flat(parsed.from)[0];
  return {
    subject: parsed.subject ?? '',
    body:
      html === undefined ? { contentType: 'text', content: parsed.text ?? '' } : { contentType: 'html', content: html },
    from,
    sender: flat(parsed.sender)[0] ?? from,
    to: flat(parsed.to),
    cc: flat(parsed.cc),
    bcc: flat(parsed.bcc),
    replyTo: flat(parsed.replyTo),
    internetMessageId: parsed.messageId ?? `<${ids.token(24)}@simulator.prod.outlook.example>`,
    references: header('references')?.match(/<[^<>]+>/g) ?? [],
    inReplyTo: header('in-reply-to')?.match(/<[^<>]+>/)?.[0],
    conversationIndex: header('thread-index'),
    headers,
    headerBlock: headerBlock(mime),
    importance: importance === 'high' || importance === 'low' ? importance : 'normal',
    categories:
      header('keywords')
        ?.split(',')
        .map((word) => word.trim()) ?? [],
    flag: { flagStatus: 'notFlagged' },
    inferenceClassification: 'focused',
    isDeliveryReceiptRequested: header('return-receipt-to') !== undefined,
    isReadReceiptRequested: header('disposition-notification-to') !== undefined,
    isDraft: true,
    isRead: true,
    receivedAt: now,
    sentAt: Number.isNaN(sentAt) ? now : sentAt,
    attachments,
    properties: new Map(),
    mime,
  };
}

/** An attached message as `$expand=microsoft.graph.itemAttachment/item` tells it. */
function itemOf(inner: MessageContent): Record<string, unknown> {
  const recipient = ({ name, address }: Address) => ({ emailAddress: { name, address } });
  return {
    subject: inner.subject,
    body: inner.body,
    internetMessageId: inner.internetMessageId,
    sentDateTime: `${new Date(inner.sentAt).toISOString().slice(0, 19)}Z`,
    ...(inner.from === undefined ? {} : { from: recipient(inner.from) }),
    toRecipients: inner.to.map(recipient),
    ccRecipients: inner.cc.map(recipient),
    isRead: true,
    hasAttachments: inner.attachments.length > 0,
  };
}

/** When the message arrived, by its newest Received header, else its Date; undefined without either. */
export function receivedAtOf(headers: readonly Header[]): number | undefined {
  for (const [name, part] of [
    ['received', /;([^;]*)$/],
    ['date', /^(.*)$/],
  ] as const) {
    const value = headers.find((header) => header.name.toLowerCase() === name)?.value ?? '';
    const ms = Date.parse((part.exec(value)?.[1] ?? '').replace(/\([^)]*\)/g, ''));
    if (!Number.isNaN(ms)) return ms;
  }
  return undefined;
}

function flat(addresses: ParsedAddress | readonly ParsedAddress[] | undefined): Address[] {
  if (addresses === undefined) return [];
  const list = Array.isArray(addresses) ? (addresses as readonly ParsedAddress[]) : [addresses as ParsedAddress];
  return list.flatMap((entry) =>
    entry.address === undefined ? flat(entry.group) : [{ name: entry.name || entry.address, address: entry.address }],
  );
}
