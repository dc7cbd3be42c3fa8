import MailComposer from 'nodemailer/lib/mail-composer';
import type { Address, Attachment, MessageContent } from './message.ts';

/**
 * The message as MIME: what it came as, or made anew. Exchange makes it anew for what came as JSON, so no byte of an
 * original can be counted on there.
 *
 * @param key makes the boundaries, so that two readings are alike
 */
export function mimeOf(message: MessageContent, key: string): Promise<Buffer> | Buffer {
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
    messageId: message.internetMessageId,
    ...optional('inReplyTo', message.inReplyTo),
    references: message.references,
    priority: message.importance,
    ...(message.body.contentType === 'html'
      ? { html: message.body.content, text: plainText(message.body.content) }
      : { text: message.body.content }),
    headers: message.headers
      .filter(({ name }) => /^x-/i.test(name))
      .map(({ name, value }) => ({ key: name, value })),
    attachments: message.attachments.filter(({ kind }) => kind !== 'reference').map(part),
    baseBoundary: key.replace(/[^A-Za-z0-9]/g, '').slice(-24),
    newline: 'windows',
    disableUrlAccess: true,
    disableFileAccess: true,
  });
  const node = mail.compile();
  node.keepBcc = message.isDraft;
  return node.build();
}

/** What of HTML is text. */
export function plainText(html: string): string {
  return html
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/<br\s*\/?>|<\/(?:p|div|tr|li|h\d)>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/gi, ' ')
    .replace(/&lt;/gi, '<')
    .replace(/&gt;/gi, '>')
    .replace(/&quot;/gi, '"')
    .replace(/&#(\d+);/g, (_whole, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&amp;/gi, '&')
    .trim();
}

function part(attachment: Attachment) {
  if (attachment.kind === 'file') {
    return {
      filename: attachment.name,
      content: Buffer.concat(attachment.content),
      contentType: attachment.contentType ?? 'application/octet-stream',
      contentDisposition: attachment.isInline ? 'inline' : 'attachment',
      ...optional('cid', attachment.contentId ?? undefined),
    };
  }
  const item = attachment.kind === 'item' ? attachment : undefined;
  const subject = String(item?.item.subject ?? '').replace(/[\r\n]+/g, ' ');
  return {
    filename: attachment.name,
    content: item?.mime ?? Buffer.from(`Subject: ${subject}\r\n\r\n`),
    contentType: 'message/rfc822',
    contentTransferEncoding: '8bit',
  };
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
