import { Random } from '@sterna/simulator-kit';
import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { Ids } from '../state/ids.ts';
import type { DirectoryUser } from '../state/tenant.ts';
import { takeExtendedProperties } from './extended-property.ts';
import { MESSAGE } from './json-out.ts';
import { applyKnownProperties } from './known-properties.ts';
import type { Address, Attachment, Flag, Header, Message, MessageContent } from './message.ts';

/** Largest attachment that comes within a request, bytes; more needs an upload session. */
export const INLINE_ATTACHMENT_LIMIT = 3 * 1024 * 1024;
const CUSTOM_HEADERS = 5;

/** What a draft alone may have changed. Source: learn.microsoft.com/graph/api/message-update. */
const DRAFT_ONLY = new Set([
  'subject',
  'body',
  'from',
  'sender',
  'toRecipients',
  'ccRecipients',
  'bccRecipients',
  'replyTo',
  'internetMessageId',
  'isDeliveryReceiptRequested',
  'isReadReceiptRequested',
  'attachments',
  'internetMessageHeaders',
]);

/** What a client may send but that is never taken from it. */
const READ_ONLY = new Set([
  'id',
  'createdDateTime',
  'lastModifiedDateTime',
  'changeKey',
  'receivedDateTime',
  'sentDateTime',
  'hasAttachments',
  'bodyPreview',
  'parentFolderId',
  'conversationId',
  'conversationIndex',
  'isDraft',
  'webLink',
  'uniqueBody',
]);

type Json = Record<string, unknown>;

/** A new message of JSON: a draft unless its MAPI flags say otherwise. */
export function contentOfJson(call: Call, user: DirectoryUser, json: Json): MessageContent {
  const { ids, assumptions } = call.cloud;
  const now = call.now;
  const refused = ['receivedDateTime', 'sentDateTime'].find((name) => json[name] !== undefined);
  if (refused !== undefined && assumptions.dateOnCreate === 'refuse') {
    throw badRequest(`The property '${refused}' can't be set.`, 'UnableToDeserializePostBody');
  }
  const owner: Address = { name: user.displayName, address: user.mail };
  const content = blankContent(owner, `<${ids.token(24)}@simulator.prod.outlook.example>`, now);
  take(content, json, ids, now, true);
  // A sender that nobody named is whoever the message is from.
  if (json.from !== undefined && json.sender === undefined) content.sender = content.from;
  if (typeof json.isRead === 'boolean') content.isRead = json.isRead;
  if (assumptions.rewritesBodies) content.body = rewritten(content.body);
  return content;
}

/** A message that is attached to another, and came as JSON. */
export function contentOfItem(json: Json, at: number): MessageContent {
  const content = blankContent(undefined, undefined, at);
  const { attachments: _none, ...rest } = json;
  take(content, rest, ATTACHED_IDS, at, true);
  content.sentAt = Date.parse(String(json.sentDateTime ?? '')) || at;
  content.isDraft = false;
  return content;
}

/** Whoever is attached gets no id of its own. */
const ATTACHED_IDS = new Ids(new Random('attached'));

/** As Exchange tells a body that it was given: a whole document of HTML, or text in lines with CRLF. */
function rewritten({ contentType, content }: MessageContent['body']): MessageContent['body'] {
  if (contentType === 'text') return { contentType, content: content.replace(/\r?\n/g, '\r\n') };
  if (/<html[\s>]/i.test(content)) return { contentType, content };
  const head = '<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>';
  return { contentType, content: `${head}${content}</body></html>` };
}

function blankContent(owner: Address | undefined, internetMessageId: string | undefined, now: number): MessageContent {
  return {
    subject: '',
    body: { contentType: 'text', content: '' },
    from: owner,
    sender: owner,
    to: [],
    cc: [],
    bcc: [],
    replyTo: [],
    internetMessageId,
    references: [],
    inReplyTo: undefined,
    conversationIndex: undefined,
    headers: [],
    importance: 'normal',
    categories: [],
    flag: { flagStatus: 'notFlagged' },
    inferenceClassification: 'focused',
    isDeliveryReceiptRequested: false,
    isReadReceiptRequested: false,
    isDraft: true,
    isRead: true,
    receivedAt: now,
    sentAt: now,
    attachments: [],
    properties: new Map(),
    mime: undefined,
  };
}

/** Changes a message as PATCH does. Throws 400 for what only a draft may have changed. */
export function updateMessage(call: Call, message: Message, json: Json): void {
  if (!message.isDraft) {
    const forbidden = Object.keys(json).find((name) => DRAFT_ONLY.has(name));
    if (forbidden !== undefined) {
      throw new GraphError(
        400,
        'ErrorInvalidPropertyUpdateSentMessage',
        `Update operation is invalid for property '${forbidden}' of a sent message.`,
      );
    }
  }
  const before = { ...message };
  try {
    take(message, json, call.cloud.ids, call.now, false);
  } catch (error) {
    Object.assign(message, before);
    throw error;
  }
  if (Object.keys(json).some((name) => DRAFT_ONLY.has(name))) message.mime = undefined;
}

function take(content: MessageContent, json: Json, ids: Ids, now: number, creating: boolean): void {
  const properties = creating ? content.properties : new Map(content.properties);
  for (const [name, value] of Object.entries(json)) {
    if (READ_ONLY.has(name) || name.includes('@odata.') || name.startsWith('@')) continue;
    if (!MESSAGE.properties.has(name) && !MESSAGE.navigation.has(name)) {
      throw badRequest(
        `The property '${name}' does not exist on type 'microsoft.graph.message'. Make sure to only use property names that are defined by the type.`,
        'RequestBodyRead',
      );
    }
    takeOne(content, properties, name, value, ids, now);
  }
  applyKnownProperties(content, properties, { creating });
  content.properties = properties;
}

function takeOne(
  content: MessageContent,
  properties: MessageContent['properties'],
  name: string,
  value: unknown,
  ids: Ids,
  now: number,
): void {
  switch (name) {
    case 'subject':
      content.subject = value === null ? '' : text(name, value);
      return;
    case 'body':
      content.body = bodyOf(value);
      return;
    case 'from':
      content.from = value === null ? undefined : address(name, value);
      return;
    case 'sender':
      content.sender = value === null ? undefined : address(name, value);
      return;
    case 'toRecipients':
      content.to = addresses(name, value);
      return;
    case 'ccRecipients':
      content.cc = addresses(name, value);
      return;
    case 'bccRecipients':
      content.bcc = addresses(name, value);
      return;
    case 'replyTo':
      content.replyTo = addresses(name, value);
      return;
    case 'internetMessageId':
      content.internetMessageId = text(name, value);
      return;
    case 'internetMessageHeaders':
      content.headers = customHeaders(value);
      content.headerBlock = undefined;
      return;
    case 'importance':
      content.importance = oneOf(name, value, ['low', 'normal', 'high']);
      return;
    case 'categories':
      content.categories = list(name, value).map((category) => text(name, category));
      return;
    case 'flag':
      content.flag = flagOf(value);
      return;
    case 'inferenceClassification':
      content.inferenceClassification = oneOf(name, value, ['focused', 'other']);
      return;
    case 'isDeliveryReceiptRequested':
    case 'isReadReceiptRequested':
    case 'isRead':
      content[name] = bool(name, value);
      return;
    case 'attachments':
      content.attachments = list(name, value).map((attachment) => attachmentOfJson(attachment as Json, ids, now));
      return;
    case 'singleValueExtendedProperties':
    case 'multiValueExtendedProperties':
      takeExtendedProperties(properties, value, name.startsWith('multi'));
  }
}

/** An attachment as `POST …/attachments` takes it. */
export function attachmentOfJson(json: Json, ids: Ids, now: number): Attachment {
  const type = String(json['@odata.type'] ?? '').replace(/^#?microsoft\.graph\./i, '');
  const base = {
    id: ids.mutable(),
    name: text('name', json.name),
    contentType:
      json.contentType === undefined || json.contentType === null ? null : text('contentType', json.contentType),
    isInline: json.isInline === undefined ? false : bool('isInline', json.isInline),
    modifiedAt: now,
  };
  if (type === 'fileAttachment') {
    const bytes = Buffer.from(text('contentBytes', json.contentBytes), 'base64');
    if (bytes.length > INLINE_ATTACHMENT_LIMIT) {
      throw new GraphError(413, 'ErrorMessageSizeExceeded', 'The attachment is too large for a single request.');
    }
    const contentId =
      json.contentId === undefined || json.contentId === null ? null : text('contentId', json.contentId);
    return {
      ...base,
      kind: 'file',
      contentType: base.contentType ?? 'application/octet-stream',
      contentId,
      content: [bytes],
    };
  }
  if (type === 'itemAttachment') {
    if (typeof json.item !== 'object' || json.item === null) throw badRequest('An item attachment needs an item.');
    return { ...base, kind: 'item', item: json.item as Json, mime: undefined };
  }
  if (type === 'referenceAttachment') return { ...base, kind: 'reference' };
  throw badRequest(`'${json['@odata.type']}' is no type of attachment.`, 'ErrorInvalidRequest');
}

function customHeaders(value: unknown): Header[] {
  const headers = list('internetMessageHeaders', value).map((entry) => {
    const { name, value: content } = entry as { name?: unknown; value?: unknown };
    return { name: text('name', name), value: text('value', content) };
  });
  const wrong = headers.find(({ name }) => !/^x-/i.test(name));
  if (wrong !== undefined) {
    throw badRequest(
      `The internet message header name '${wrong.name}' should start with 'x-' or 'X-'.`,
      'InvalidInternetMessageHeader',
    );
  }
  if (headers.length > CUSTOM_HEADERS) {
    throw badRequest(
      `The number of internet message headers must not be more than ${CUSTOM_HEADERS}.`,
      'InvalidInternetMessageHeaderCollection',
    );
  }
  return headers;
}

function bodyOf(value: unknown): MessageContent['body'] {
  const { contentType, content } = (value ?? {}) as Json;
  const type = contentType === undefined ? 'text' : String(contentType).toLowerCase();
  return {
    contentType: oneOf('contentType', type, ['text', 'html']),
    content: content === undefined || content === null ? '' : text('content', content),
  };
}

function flagOf(value: unknown): Flag {
  const { flagStatus, startDateTime, dueDateTime, completedDateTime } = (value ?? {}) as Json;
  const status = oneOf('flagStatus', flagStatus ?? 'notFlagged', ['notFlagged', 'complete', 'flagged']);
  if (startDateTime !== undefined && dueDateTime === undefined) {
    throw badRequest('A flag that starts needs a due date.', 'ErrorInvalidPropertyFlag');
  }
  const times: Json = { startDateTime, dueDateTime, completedDateTime };
  return {
    flagStatus: status,
    ...Object.fromEntries(Object.entries(times).filter(([, time]) => time !== undefined && time !== null)),
  } as Flag;
}

function addresses(name: string, value: unknown): Address[] {
  return list(name, value).map((entry) => address(name, entry));
}

function address(name: string, value: unknown): Address {
  const { emailAddress } = (value ?? {}) as { emailAddress?: { name?: unknown; address?: unknown } };
  if (typeof emailAddress !== 'object' || emailAddress === null) throw invalid(name);
  const of = typeof emailAddress.address === 'string' ? emailAddress.address : '';
  return { name: typeof emailAddress.name === 'string' ? emailAddress.name : of, address: of };
}

function list(name: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw invalid(name);
  return value;
}

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(name);
  return value;
}

function bool(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalid(name);
  return value;
}

function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(name);
  return found;
}

function invalid(name: string) {
  return badRequest(`The value of '${name}' has the wrong type.`, 'RequestBodyRead');
}
