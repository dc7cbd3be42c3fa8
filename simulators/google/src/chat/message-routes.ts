import type { Call } from '../http/call.ts';
import { badRequest, GoogleError, invalidParameter, notFound } from '../http/errors.ts';
import { page } from '../http/paging.ts';
import { bytes, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { isImporter, messageOf, pastTime, readable, writable } from './access.ts';
import { messageJson, reactionJson } from './json.ts';
import { type Attachment, isMember, type Message, personId, type Space } from './space.ts';
import { spacesOf } from './store.ts';

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create */
const MOST_BYTES = 32_000;
const MOST_UPLOAD = 209_715_200;

function told(call: Call, space: Space, message: Message): Record<string, unknown> {
  return messageJson(space, message, (id) => {
    const user = call.cloud.findUser(id)?.user;
    return user === undefined ? 'Unknown' : `${user.givenName} ${user.familyName}`;
  });
}

function list(call: Call): Result {
  const space = readable(call, { imports: true });
  const order = call.query.choice(
    'orderBy',
    ['create_time ASC', 'create_time DESC', 'createTime asc', 'ASC', 'DESC'],
    'ASC',
  );
  const showDeleted = call.query.boolean('showDeleted');
  const filter = call.query.text('filter') ?? '';
  const bounds = [...filter.matchAll(/\bcreate_time\s*([<>])\s*"([^"]+)"/g)];
  const thread = /\bthread\.name\s*=\s*spaces\/[^/]+\/threads\/([\w-]+)/.exec(filter)?.[1];
  if (filter !== '' && bounds.length === 0 && thread === undefined) throw invalidParameter('filter');
  const found = [...space.messages.values()]
    .filter(({ deletedAt }) => showDeleted || deletedAt === undefined)
    .filter(({ threadId }) => thread === undefined || threadId === thread)
    .filter(({ createdAt }) =>
      bounds.every(([, sign, at = '']) => (sign === '>' ? createdAt > Date.parse(at) : createdAt < Date.parse(at))),
    )
    .sort((one, other) => one.createdAt - other.createdAt);
  if (/DESC$/.test(order)) found.reverse();
  const { items, nextPageToken } = page(
    call,
    found,
    { name: 'pageSize', otherwise: 25, max: 1000, cut: true },
    space.id,
  );
  return json({
    ...(items.length === 0 ? {} : { messages: items.map((one) => told(call, space, one)) }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  });
}

function get(call: Call): Result {
  const space = readable(call, { imports: false });
  return json(told(call, space, messageOf(call, space)));
}

function create(call: Call): Result {
  const { space, isImport } = writable(call, 'chat.messages', 'chat.messages.create');
  const body = call.json();
  const messageId = call.query.text('messageId');
  if (messageId !== undefined && !/^client-[a-z0-9-]{1,56}$/.test(messageId)) throw invalidParameter('messageId');
  if (messageId !== undefined && [...space.messages.values()].some(({ clientId }) => clientId === messageId))
    throw new GoogleError(409, 'alreadyExists', 'Requested entity already exists.');
  const { text = '', createTime, thread, attachment } = body;
  if (typeof text !== 'string') throw badRequest("Invalid value at 'message.text'");
  if (Buffer.byteLength(text) > MOST_BYTES) throw badRequest('Message text is too long.');
  if (createTime !== undefined && !isImport) throw badRequest('createTime can only be set in import mode.');
  const attachments = attached(space, attachment);
  if (text === '' && attachments.length === 0) throw badRequest('Message cannot be empty.');
  const message = spacesOf(call.cloud).say(space, {
    sender: { user: call.user, domain: call.domain },
    markup: text,
    createdAt: createTime === undefined ? call.now : pastTime(call, 'message.createTime', createTime),
    clientId: messageId,
    attachments,
    thread: threadOf(call, space, thread),
  });
  const { threadKey } = (thread ?? {}) as { threadKey?: unknown };
  if (typeof threadKey === 'string') space.threadKeys.set(keyOf(call, threadKey), message.threadId);
  return json(told(call, space, message));
}

const keyOf = (call: Call, threadKey: string): string => `${call.identity.project.number}/${threadKey}`;

/** The thread that it answers in; undefined: a new one. */
function threadOf(call: Call, space: Space, thread: unknown): string | undefined {
  const option = call.query.choice(
    'messageReplyOption',
    ['MESSAGE_REPLY_OPTION_UNSPECIFIED', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD', 'REPLY_MESSAGE_OR_FAIL'],
    'MESSAGE_REPLY_OPTION_UNSPECIFIED',
  );
  if (option === 'MESSAGE_REPLY_OPTION_UNSPECIFIED') return undefined;
  const { name, threadKey } = (thread ?? {}) as { name?: unknown; threadKey?: unknown };
  const id =
    typeof threadKey === 'string'
      ? space.threadKeys.get(keyOf(call, threadKey))
      : /^spaces\/[^/]+\/threads\/([\w-]+)$/.exec(String(name ?? ''))?.[1];
  const isThere = [...space.messages.values()].some(({ threadId }) => threadId === id);
  if (isThere) return id;
  if (option === 'REPLY_MESSAGE_OR_FAIL') throw notFound('The thread was not found.');
  return undefined;
}

function attached(space: Space, value: unknown): readonly Omit<Attachment, 'id'>[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw badRequest("Invalid value at 'message.attachment'");
  return value.map((one) => {
    const token = one?.attachmentDataRef?.attachmentUploadToken;
    const upload = space.uploads.get(String(token));
    if (upload === undefined) throw badRequest('Invalid attachment upload token.');
    space.uploads.delete(String(token));
    return upload;
  });
}

/** Words of a message are changed by who said it. */
function patch(call: Call): Result {
  const { space } = writable(call, 'chat.messages');
  const message = own(call, messageOf(call, space));
  if (call.query.required('updateMask') !== 'text') throw invalidParameter('updateMask');
  message.markup = String(call.json().text ?? '');
  message.editedAt = call.now;
  return json(told(call, space, message));
}

function remove(call: Call): Result {
  const { space } = writable(call, 'chat.messages');
  const message = own(call, messageOf(call, space));
  const replies = [...space.messages.values()].filter(
    (one) => !message.isReply && one.isReply && one.threadId === message.threadId && one.deletedAt === undefined,
  );
  if (replies.length > 0 && !call.query.boolean('force')) throw badRequest('The message has threaded replies.');
  for (const one of [message, ...replies]) one.deletedAt = call.now;
  return json({});
}

function own(call: Call, message: Message): Message {
  if (personId(message.sender) !== call.user.id || message.deletedAt !== undefined)
    throw new GoogleError(403, 'forbidden', 'Only who said it can change a message.');
  return message;
}

function listReactions(call: Call): Result {
  const space = readable(call, { imports: false });
  const message = messageOf(call, space);
  call.query.text('filter');
  const { items, nextPageToken } = page(
    call,
    message.reactions,
    { name: 'pageSize', otherwise: 25, max: 200, cut: true },
    message.id,
  );
  return json({
    ...(items.length === 0 ? {} : { reactions: items.map((one) => reactionJson(space, message, one)) }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  });
}

function react(call: Call): Result {
  const { space } = writable(call, 'chat.messages', 'chat.messages.reactions', 'chat.messages.reactions.create');
  const message = messageOf(call, space);
  const { emoji } = call.json() as { emoji?: { unicode?: unknown } };
  const unicode = emoji?.unicode;
  if (typeof unicode !== 'string' || !/\p{Extended_Pictographic}/u.test(unicode))
    throw badRequest("Invalid value at 'reaction.emoji'");
  if (message.reactions.some((one) => one.unicode === unicode && personId(one.by) === call.user.id))
    throw new GoogleError(409, 'alreadyExists', 'Requested entity already exists.');
  const made = spacesOf(call.cloud).react(message, unicode, { user: call.user, domain: call.domain });
  return json(reactionJson(space, message, made));
}

function upload(call: Call): Result {
  const { space } = writable(call, 'chat.messages', 'chat.messages.create');
  const { filename } = call.json();
  if (call.media === undefined || typeof filename !== 'string' || filename === '')
    throw badRequest('filename is required.');
  const token = call.cloud.ids.token(40);
  const key = call.cloud.ids.token(40);
  space.uploads.set(token, {
    name: filename,
    contentType: call.media.contentType,
    of: { bytes: call.media.body, key },
  });
  return json({ attachmentDataRef: { attachmentUploadToken: token, resourceName: key } });
}

/** What somebody uploaded to a space that the caller is in. */
function download(call: Call): Result {
  const key = call.parameter('mediaId');
  for (const space of spacesOf(call.cloud).all)
    for (const { attachments } of space.messages.values())
      for (const { of, contentType } of attachments)
        if ('bytes' in of && of.key === key && (isMember(space, call.user.id) || isImporter(call, space)))
          return call.wantsMedia ? bytes(contentType, [of.bytes]) : json({ resourceName: key });
  throw notFound('Requested entity was not found.');
}

const PATH = '/v1/spaces/{spacesId}/messages';
const ONE = `${PATH}/{messagesId}`;
const CHANGE = ['chat.bot', 'chat.import', 'chat.messages'];

export const messageRoutes: readonly Route[] = [
  {
    id: 'chat.spaces.messages.list',
    method: 'GET',
    path: PATH,
    scopes: ['chat.app.messages.readonly', 'chat.import', 'chat.messages', 'chat.messages.readonly'],
    handle: list,
  },
  {
    id: 'chat.spaces.messages.create',
    method: 'POST',
    path: PATH,
    scopes: [...CHANGE, 'chat.messages.create'],
    handle: create,
  },
  {
    id: 'chat.spaces.messages.get',
    method: 'GET',
    path: ONE,
    scopes: ['chat.app.messages.readonly', 'chat.bot', 'chat.messages', 'chat.messages.readonly'],
    handle: get,
  },
  { id: 'chat.spaces.messages.patch', method: 'PATCH', path: ONE, scopes: CHANGE, handle: patch },
  { id: 'chat.spaces.messages.delete', method: 'DELETE', path: ONE, scopes: CHANGE, handle: remove },
  {
    id: 'chat.spaces.messages.reactions.list',
    method: 'GET',
    path: `${ONE}/reactions`,
    scopes: ['chat.messages', 'chat.messages.reactions', 'chat.messages.reactions.readonly', 'chat.messages.readonly'],
    handle: listReactions,
  },
  {
    id: 'chat.spaces.messages.reactions.create',
    method: 'POST',
    path: `${ONE}/reactions`,
    scopes: ['chat.import', 'chat.messages', 'chat.messages.reactions', 'chat.messages.reactions.create'],
    handle: react,
  },
  {
    id: 'chat.media.upload',
    method: 'POST',
    path: '/v1/spaces/{spacesId}/attachments:upload',
    scopes: ['chat.import', 'chat.messages', 'chat.messages.create'],
    media: { maxBytes: MOST_UPLOAD },
    handle: upload,
  },
  {
    id: 'chat.media.download',
    method: 'GET',
    path: '/v1/media/{mediaId}',
    scopes: ['chat.bot', 'chat.messages', 'chat.messages.readonly'],
    handle: download,
  },
];
