import type { ExtendedProperties } from './extended-property.ts';
import { bodySize, type MessageBody } from './kept-body.ts';

export interface Address {
  readonly name: string;
  readonly address: string;
}

export interface Header {
  readonly name: string;
  readonly value: string;
}

export interface Flag {
  readonly flagStatus: 'notFlagged' | 'complete' | 'flagged';
  readonly startDateTime?: DateTimeTimeZone;
  readonly dueDateTime?: DateTimeTimeZone;
  readonly completedDateTime?: DateTimeTimeZone;
}

export interface DateTimeTimeZone {
  readonly dateTime: string;
  readonly timeZone: string;
}

interface AttachmentBase {
  readonly id: string;
  name: string;
  contentType: string | null;
  isInline: boolean;
  /** Milliseconds. */
  readonly modifiedAt: number;
}

export interface FileAttachment extends AttachmentBase {
  readonly kind: 'file';
  contentId: string | null;
  readonly content: readonly Buffer[];
}

/** Another item within the message: a message of its own, or an event or contact as JSON. */
export interface ItemAttachment extends AttachmentBase {
  readonly kind: 'item';
  readonly item: Record<string, unknown>;
  /** The MIME that the item came as, when it is a message that came so. */
  readonly mime: Buffer | undefined;
}

/** A link to a file elsewhere. */
export interface ReferenceAttachment extends AttachmentBase {
  readonly kind: 'reference';
}

export type Attachment = FileAttachment | ItemAttachment | ReferenceAttachment;

/** What a message says: all that export, copy and MIME carry, and nothing of where it lies. */
export interface MessageContent {
  subject: string;
  body: MessageBody;
  from: Address | undefined;
  sender: Address | undefined;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  replyTo: Address[];
  /** Undefined for one that never had any, as a few old ones haven't. */
  internetMessageId: string | undefined;
  /** The thread: message ids, nearest last; [] for a message that answers none. */
  references: string[];
  inReplyTo: string | undefined;
  conversationIndex: string | undefined;
  /** Transport headers, unfolded. */
  headers: Header[];
  /** Their block as it came, lines ending in CRLF; undefined: `headers` say it all. */
  headerBlock?: string | undefined;
  importance: 'low' | 'normal' | 'high';
  categories: string[];
  flag: Flag;
  inferenceClassification: 'focused' | 'other';
  isDeliveryReceiptRequested: boolean;
  isReadReceiptRequested: boolean;
  isDraft: boolean;
  isRead: boolean;
  /** Milliseconds. */
  receivedAt: number;
  sentAt: number;
  attachments: Attachment[];
  /** Those that are nothing but properties; the ones with a meaning (flags, dates) are the fields above. */
  properties: ExtendedProperties;
  /** The MIME it came as; undefined once its content was changed, or when it came as JSON. */
  mime: Buffer | undefined;
}

/** A message in a mailbox. */
export interface Message extends MessageContent {
  /** The immutable id, and the key of all maps. */
  readonly key: string;
  /** The id without `IdType="ImmutableId"`: another one after every move. */
  id: string;
  folderId: string;
  readonly createdAt: number;
  modifiedAt: number;
  version: number;
  /** As lists that are behind still tell it: before its change of that moment (ms). */
  before?: { readonly until: number; readonly message: Message };
}

/** Bytes of an attachment, as `size` tells them (Exchange's own counts some overhead too). */
export function attachmentSize(attachment: Attachment): number {
  if (attachment.kind === 'file') return attachment.content.reduce((sum, chunk) => sum + chunk.length, 0);
  if (attachment.kind === 'item') return attachment.mime?.length ?? Buffer.byteLength(JSON.stringify(attachment.item));
  return 0;
}

/** Bytes of the whole message, roughly; what PidTagMessageSize and mailboxItem.size tell. */
export function messageSize(message: MessageContent): number {
  if (message.mime !== undefined) return message.mime.length;
  const attachments = message.attachments.reduce((sum, attachment) => sum + attachmentSize(attachment), 0);
  return bodySize(message.body) + message.subject.length + 512 + attachments;
}
