import { createHash } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { changeKey } from '../odata/etag.ts';
import type { Expand } from '../odata/expand.ts';
import { parseFilter } from '../odata/filter.ts';
import { project, shape } from '../odata/shape.ts';
import { multiValued, normalizeFilterIds, singleValued } from './extended-property.ts';
import { bodyBeginning } from './kept-body.ts';
import { knownProperties } from './known-properties.ts';
import type { Folder, Mailbox } from './mailbox.ts';
import { type Address, type Attachment, attachmentSize, type Message } from './message.ts';
import { plainText } from './plain-text.ts';

const EXTENDED = ['singleValueExtendedProperties', 'multiValueExtendedProperties'];

export const MESSAGE = shape(
  'message',
  [
    'id',
    'createdDateTime',
    'lastModifiedDateTime',
    'changeKey',
    'categories',
    'receivedDateTime',
    'sentDateTime',
    'hasAttachments',
    'internetMessageId',
    'subject',
    'bodyPreview',
    'importance',
    'parentFolderId',
    'conversationId',
    'conversationIndex',
    'isDeliveryReceiptRequested',
    'isReadReceiptRequested',
    'isRead',
    'isDraft',
    'webLink',
    'inferenceClassification',
    'body',
    'uniqueBody',
    'sender',
    'from',
    'toRecipients',
    'ccRecipients',
    'bccRecipients',
    'replyTo',
    'flag',
    'internetMessageHeaders',
  ],
  ['attachments', ...EXTENDED],
);

/** What is told only when it is asked for by name. */
const ON_REQUEST = ['internetMessageHeaders', 'uniqueBody'];

export const MAIL_FOLDER = shape(
  'mailFolder',
  ['id', 'displayName', 'parentFolderId', 'childFolderCount', 'unreadItemCount', 'totalItemCount', 'isHidden'],
  ['childFolders', 'messages', ...EXTENDED],
);

export const ATTACHMENT = shape('attachment', [
  'id',
  'lastModifiedDateTime',
  'name',
  'contentType',
  'size',
  'isInline',
  'contentId',
  'contentLocation',
  'contentBytes',
  'item',
]);

/** How one request wants its messages. */
export interface MessageView {
  readonly select: readonly string[] | undefined;
  readonly expand: readonly Expand[];
  readonly immutableIds: boolean;
  readonly textBody: boolean;
}

export function viewOf(call: Call, select: readonly string[] | undefined, expand: readonly Expand[]): MessageView {
  for (const { property, filter } of expand) {
    if (EXTENDED.includes(property) && filter === undefined) {
      throw badRequest(`Expanding ${property} needs a $filter on the properties' ids.`);
    }
  }
  const textBody = call.preferences.get('outlook.body-content-type')?.toLowerCase() === 'text';
  return { select, expand, immutableIds: call.immutableIds, textBody };
}

export function shownId(message: Message, immutable: boolean): string {
  return immutable ? message.key : message.id;
}

/** A message, where it lies, and how it is wanted. */
interface Shown {
  readonly mailbox: Mailbox;
  readonly message: Message;
  readonly view: MessageView;
}

const FIELDS: Readonly<Record<string, (of: Shown) => unknown>> = {
  id: ({ message, view }) => shownId(message, view.immutableIds),
  createdDateTime: ({ message }) => seconds(message.createdAt),
  lastModifiedDateTime: ({ message }) => seconds(message.modifiedAt),
  changeKey: ({ message }) => changeKey(message.key, message.version),
  categories: ({ message }) => message.categories,
  receivedDateTime: ({ message }) => seconds(message.receivedAt),
  sentDateTime: ({ message }) => seconds(message.sentAt),
  hasAttachments: ({ message }) => message.attachments.some(({ isInline }) => !isInline),
  internetMessageId: ({ message }) => message.internetMessageId,
  subject: ({ message }) => message.subject,
  bodyPreview: ({ message }) => preview(message),
  importance: ({ message }) => message.importance,
  parentFolderId: ({ message }) => message.folderId,
  conversationId: ({ mailbox, message }) => conversationId(mailbox, message),
  conversationIndex: ({ message }) => conversationIndex(message),
  isDeliveryReceiptRequested: ({ message }) => message.isDeliveryReceiptRequested,
  isReadReceiptRequested: ({ message }) => message.isReadReceiptRequested,
  isRead: ({ message }) => message.isRead,
  isDraft: ({ message }) => message.isDraft,
  webLink: ({ message }) =>
    `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(message.id)}&exvsurl=1&viewmodel=ReadMessageItem`,
  inferenceClassification: ({ message }) => message.inferenceClassification,
  body: ({ message, view }) => body(message, view),
  uniqueBody: ({ message, view }) => body(message, view),
  sender: ({ message }) => message.sender && recipient(message.sender),
  from: ({ message }) => message.from && recipient(message.from),
  toRecipients: ({ message }) => message.to.map(recipient),
  ccRecipients: ({ message }) => message.cc.map(recipient),
  bccRecipients: ({ message }) => message.bcc.map(recipient),
  replyTo: ({ message }) => message.replyTo.map(recipient),
  flag: ({ message }) => message.flag,
  internetMessageHeaders: ({ message }) => message.headers,
};

const DEFAULT_FIELDS = Object.keys(FIELDS).filter((name) => !ON_REQUEST.includes(name));

/** The message as the request wants it. */
export function messageJson(mailbox: Mailbox, message: Message, view: MessageView): Record<string, unknown> {
  const of: Shown = { mailbox, message, view };
  const json: Record<string, unknown> = {
    '@odata.etag': `W/"${changeKey(message.key, message.version)}"`,
    id: shownId(message, view.immutableIds),
  };
  for (const name of view.select ?? DEFAULT_FIELDS) {
    const value = FIELDS[name]?.(of);
    if (value !== undefined) json[name] = value;
  }
  for (const item of view.expand) {
    if (item.property === 'attachments') {
      const list = message.attachments.map((attachment) => attachmentJson(attachment, { content: true, item: false }));
      json.attachments = list.map((attachment) => project(attachment, item.select));
    } else {
      const chosen = expandedProperties(message, item);
      if (chosen.length > 0) json[item.property] = chosen;
    }
  }
  return json;
}

/** What `$filter` sees of a message, each property made when it is looked at: extended ones too. */
export function messageFilterView(mailbox: Mailbox, message: Message, immutableIds: boolean): Record<string, unknown> {
  const view: MessageView = { select: undefined, expand: [], immutableIds, textBody: false };
  const of: Shown = { mailbox, message, view };
  return new Proxy<Record<string, unknown>>(
    {},
    {
      get: (_target, name) => {
        if (name === 'singleValueExtendedProperties') {
          return singleValued(new Map([...knownProperties(message), ...message.properties]));
        }
        if (name === 'multiValueExtendedProperties') return multiValued(message.properties);
        return typeof name === 'string' ? FIELDS[name]?.(of) : undefined;
      },
    },
  );
}

function expandedProperties(message: Message, { property, filter }: Expand): object[] {
  const matches = parseFilter(normalizeFilterIds(filter ?? ''));
  const all = new Map([...knownProperties(message), ...message.properties]);
  return (property === 'singleValueExtendedProperties' ? singleValued(all) : multiValued(all)).filter(matches);
}

export function folderJson(mailbox: Mailbox, folder: Folder, expand: readonly Expand[] = []): Record<string, unknown> {
  let unread = 0;
  for (const message of folder.messages.values()) if (!message.isRead) unread++;
  const children = mailbox.children(folder);
  const json: Record<string, unknown> = {
    id: folder.id,
    displayName: folder.displayName,
    parentFolderId: folder.parentId ?? folder.id,
    childFolderCount: children.length,
    unreadItemCount: unread,
    totalItemCount: folder.messages.size,
    isHidden: folder.isHidden,
  };
  for (const { property, filter, expand: inner } of expand) {
    if (property === 'childFolders') {
      json.childFolders = children
        .filter(({ isHidden }) => !isHidden)
        .map((child) => folderJson(mailbox, child, inner));
    } else if (EXTENDED.includes(property)) {
      if (filter === undefined) throw badRequest(`Expanding ${property} needs a $filter on the properties' ids.`);
      const matches = parseFilter(normalizeFilterIds(filter));
      const list = property.startsWith('single') ? singleValued(folder.properties) : multiValued(folder.properties);
      const chosen = (list as object[]).filter(matches);
      if (chosen.length > 0) json[property] = chosen;
    } else throw badRequest(`Expanding ${property} is not supported on folders.`);
  }
  return json;
}

export function attachmentJson(
  attachment: Attachment,
  { content, item }: { content: boolean; item: boolean },
): Record<string, unknown> {
  const json: Record<string, unknown> = {
    '@odata.type': `#microsoft.graph.${attachment.kind}Attachment`,
    '@odata.mediaContentType': attachment.contentType ?? undefined,
    id: attachment.id,
    lastModifiedDateTime: seconds(attachment.modifiedAt),
    name: attachment.name,
    contentType: attachment.contentType,
    size: attachmentSize(attachment),
    isInline: attachment.isInline,
  };
  if (attachment.kind === 'file') {
    json.contentId = attachment.contentId;
    json.contentLocation = null;
    if (content) json.contentBytes = Buffer.concat(attachment.content).toString('base64');
  } else delete json['@odata.mediaContentType'];
  if (attachment.kind === 'item' && item) json.item = attachment.item;
  return json;
}

function body(message: Message, view: MessageView): { contentType: string; content: string } {
  const { contentType, content } = message.body;
  if (!view.textBody || contentType === 'text') return { contentType, content };
  return { contentType: 'text', content: plainText(content) };
}

function preview(message: Message): string {
  const { body } = message;
  // Enough for 255 characters; most of HTML isn't text.
  const text = body.contentType === 'html' ? plainText(bodyBeginning(body, 16_384)) : bodyBeginning(body, 1_024);
  return text.replace(/\s*\n\s*/g, '\r\n').slice(0, 255);
}

function recipient({ name, address }: Address) {
  return { emailAddress: { name, address } };
}

/** One thread, one id: the header of its index when there is one, else the first message that it goes back to. */
function conversationId(mailbox: Mailbox, message: Message): string {
  const thread =
    message.conversationIndex === undefined
      ? threadRoot(message)
      : Buffer.from(message.conversationIndex, 'base64').subarray(6, 22).toString('hex');
  const hash = createHash('sha256').update(`${mailbox.user.id}\n${thread}`).digest('base64url');
  return `AAQkAG${hash}AAA=`;
}

function conversationIndex(message: Message): string {
  if (message.conversationIndex !== undefined) return message.conversationIndex;
  const hash = createHash('sha256').update(threadRoot(message)).digest();
  return Buffer.concat([Buffer.from('0101d9', 'hex'), hash.subarray(0, 19)]).toString('base64');
}

function threadRoot(message: Message): string {
  return message.references[0] ?? message.inReplyTo ?? message.internetMessageId ?? message.key;
}

/** Outlook tells times in whole seconds. */
export function seconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
