import { createHash } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { changeKey } from '../odata/etag.ts';
import type { Expand } from '../odata/expand.ts';
import { parseFilter } from '../odata/filter.ts';
import { project, shape } from '../odata/shape.ts';
import { multiValued, normalizeFilterIds, singleValued } from './extended-property.ts';
import { knownProperties } from './known-properties.ts';
import type { Folder, Mailbox } from './mailbox.ts';
import { type Address, type Attachment, attachmentSize, type Message } from './message.ts';
import { plainText } from './mime-out.ts';

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

/** The message as the request wants it. */
export function messageJson(call: Call, mailbox: Mailbox, message: Message, view: MessageView) {
  const wants = (name: string) => view.select === undefined || view.select.includes(name);
  const json: Record<string, unknown> = {
    '@odata.etag': `W/"${changeKey(message.key, message.version)}"`,
    id: shownId(message, view.immutableIds),
    createdDateTime: seconds(message.createdAt),
    lastModifiedDateTime: seconds(message.modifiedAt),
    changeKey: changeKey(message.key, message.version),
    categories: message.categories,
    receivedDateTime: seconds(message.receivedAt),
    sentDateTime: seconds(message.sentAt),
    hasAttachments: message.attachments.some(({ isInline }) => !isInline),
    internetMessageId: message.internetMessageId,
    subject: message.subject,
    importance: message.importance,
    parentFolderId: message.folderId,
    conversationId: conversationId(mailbox, message),
    conversationIndex: conversationIndex(message),
    isDeliveryReceiptRequested: message.isDeliveryReceiptRequested,
    isReadReceiptRequested: message.isReadReceiptRequested,
    isRead: message.isRead,
    isDraft: message.isDraft,
    webLink: `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(message.id)}&exvsurl=1&viewmodel=ReadMessageItem`,
    inferenceClassification: message.inferenceClassification,
    toRecipients: message.to.map(recipient),
    ccRecipients: message.cc.map(recipient),
    bccRecipients: message.bcc.map(recipient),
    replyTo: message.replyTo.map(recipient),
    flag: message.flag,
  };
  if (message.sender !== undefined) json.sender = recipient(message.sender);
  if (message.from !== undefined) json.from = recipient(message.from);
  if (wants('bodyPreview')) json.bodyPreview = preview(message);
  if (wants('body')) json.body = body(message, view);
  if (view.select?.includes('uniqueBody') === true) json.uniqueBody = body(message, view);
  if (view.select?.includes('internetMessageHeaders') === true) json.internetMessageHeaders = message.headers;
  const expanded: Record<string, unknown> = {};
  for (const item of view.expand) {
    if (item.property === 'attachments') {
      const list = message.attachments.map((attachment) => attachmentJson(attachment, { content: true, item: true }));
      expanded.attachments = list.map((attachment) => project(attachment, item.select));
    } else {
      const chosen = expandedProperties(message, item);
      if (chosen.length > 0) expanded[item.property] = chosen;
    }
  }
  void call;
  const shown = view.select ?? [...MESSAGE.properties].filter((name) => !ON_REQUEST.includes(name));
  return { ...project(json, shown), ...expanded };
}

/** What `$filter` sees of a message: its properties, all extended ones among them. */
export function messageFilterView(call: Call, mailbox: Mailbox, message: Message): Record<string, unknown> {
  const view: MessageView = { select: undefined, expand: [], immutableIds: call.immutableIds, textBody: false };
  return {
    ...messageJson(call, mailbox, message, view),
    singleValueExtendedProperties: singleValued(message.properties),
    multiValueExtendedProperties: multiValued(message.properties),
  };
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
  if (!view.textBody || message.body.contentType === 'text') return message.body;
  return { contentType: 'text', content: plainText(message.body.content) };
}

function preview(message: Message): string {
  const { contentType, content } = message.body;
  const text = contentType === 'html' ? plainText(content.slice(0, 16_384)) : content;
  return text.replace(/\s*\n\s*/g, '\r\n').slice(0, 255);
}

function recipient({ name, address }: Address) {
  return { emailAddress: { name, address } };
}

/** One thread, one id: the header of its index when there is one, else the first message that it goes back to. */
function conversationId(mailbox: Mailbox, message: Message): string {
  const thread =
    message.conversationIndex === undefined
      ? (message.references[0] ?? message.inReplyTo ?? message.internetMessageId)
      : Buffer.from(message.conversationIndex, 'base64').subarray(6, 22).toString('hex');
  const hash = createHash('sha256').update(`${mailbox.user.id}\n${thread}`).digest('base64url');
  return `AAQkAG${hash}AAA=`;
}

function conversationIndex(message: Message): string {
  if (message.conversationIndex !== undefined) return message.conversationIndex;
  const thread = message.references[0] ?? message.inReplyTo ?? message.internetMessageId;
  const hash = createHash('sha256').update(thread).digest();
  return Buffer.concat([Buffer.from('0101d9', 'hex'), hash.subarray(0, 19)]).toString('base64');
}

/** Outlook tells times in whole seconds. */
export function seconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
