import MailComposer from 'nodemailer/lib/mail-composer';
import { contentOfItem } from './json-in.ts';
import type { Address, Attachment, Header, ItemAttachment, MessageContent } from './message.ts';
import { plainText } from './plain-text.ts';

/**
 * The message as MIME: what it came as, or made anew. Exchange makes it anew for what came as JSON, so no byte of an
 * original can be counted on there.
 *
 * @param key makes the boundaries, so that two readings are alike
 */
export async function mimeOf(message: MessageContent, key: string): Promise<Buffer> {
  if (message.mime !== undefined) return message.mime;
  const mail = new MailComposer({
    ...optional('from', message.from && address(message.from)),
    ...optional('sender', differs(message) ? address(message.sender as Address) : undefined),
    to: message.to.map(address),
    cc: message.cc.map(address),
    bcc: message.bcc.map(address),
    replyTo: message.replyTo.map(address),
    subject: message.subject,
    date: new Date(message.sentAt),
    ...optional('messageId', message.internetMessageId),
    ...optional('inReplyTo', message.inReplyTo),
    references: message.references,
    ...(message.body.contentType === 'html'
      ? { html: message.body.content, text: plainText(message.body.content) }
      : { text: message.body.content }),
    headers: [
      // [MS-OXCMAIL] 2.2.3.2.5
      ...(message.importance === 'normal' ? [] : [{ key: 'Importance', value: message.importance }]),
      ...message.headers.filter(({ name }) => !MADE_ANEW.has(name.toLowerCase())).map(asItCame),
    ],
    attachments: await Promise.all(message.attachments.filter(({ kind }) => kind !== 'reference').map(part)),
    baseBoundary: key.replace(/[^A-Za-z0-9]/g, '').slice(-24),
    newline: 'windows',
    disableUrlAccess: true,
    disableFileAccess: true,
  });
  const node = mail.compile();
  node.keepBcc = message.isDraft;
  return node.build();
}

async function part(attachment: Attachment) {
  if (attachment.kind === 'file') {
    return {
      filename: attachment.name,
      content: Buffer.concat(attachment.content),
      contentType: attachment.contentType ?? 'application/octet-stream',
      contentDisposition: attachment.isInline ? 'inline' : 'attachment',
      ...optional('cid', attachment.contentId ?? undefined),
    };
  }
  return {
    filename: attachment.name,
    content: attachment.kind === 'item' ? await mimeOfItem(attachment) : '',
    contentType: 'message/rfc822',
    contentTransferEncoding: '8bit',
  };
}

/** What a message's own properties say, and the structure of the MIME that is made: the rest of its headers stay. */
const MADE_ANEW = new Set([
  'from',
  'sender',
  'to',
  'cc',
  'bcc',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'importance',
  'x-priority',
  'x-msmail-priority',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'content-id',
]);

function asItCame({ name, value }: Header) {
  return { key: name, value: { prepared: true, value } };
}

/** A message within a message; of an event or a contact nothing but its subject. */
export async function mimeOfItem(attachment: ItemAttachment): Promise<Buffer> {
  return attachment.mime ?? mimeOf(contentOfItem(attachment.item, attachment.modifiedAt), attachment.id);
}

function differs({ from, sender }: MessageContent): boolean {
  return sender !== undefined && sender.address !== from?.address;
}

function address({ name, address: of }: Address) {
  return { name: name === of ? '' : name, address: of };
}

function optional<K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [key in K]: V });
}
