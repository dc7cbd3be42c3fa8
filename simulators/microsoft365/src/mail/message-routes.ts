import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { bytesReply, entityReply, jsonReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { deltaReply } from '../odata/delta.ts';
import { changeKey, checkIfMatch } from '../odata/etag.ts';
import { checkExpand, checkSelect } from '../odata/shape.ts';
import { normalizeFilterIds } from './extended-property.ts';
import { destination, folder, mailbox } from './folder-routes.ts';
import { contentOfJson, updateMessage } from './json-in.ts';
import { MESSAGE, messageFilterView, messageJson, viewOf } from './json-out.ts';
import type { Folder } from './mailbox.ts';
import type { Message } from './message.ts';
import { contentOfMime, receivedAtOf } from './mime-in.ts';
import { mimeOf } from './mime-out.ts';
import { READ_MAIL, WRITE_MAIL } from './permissions.ts';

const ALL = '/users/{user}/messages';
const IN_FOLDER = '/users/{user}/mailFolders/{folder}/messages';

const read = { permissions: READ_MAIL, service: 'outlook' } as const;
const write = { permissions: WRITE_MAIL, service: 'outlook' } as const;

export const messageRoutes: Route[] = [
  { ...read, method: 'GET', path: ALL, handle: (call) => list(call, mailbox(call).messages) },
  { ...write, method: 'POST', path: ALL, handle: (call) => create(call, mailbox(call).wellKnown('drafts'), false) },
  {
    ...read,
    method: 'GET',
    path: IN_FOLDER,
    handle: (call) => list(call, [...folder(call, 'folder').messages.values()]),
  },
  { ...write, method: 'POST', path: IN_FOLDER, handle: (call) => create(call, folder(call, 'folder'), true) },
  { ...read, method: 'GET', path: `${IN_FOLDER}/delta`, handle: delta },
  { ...read, method: 'GET', path: `${ALL}/$count`, handle: (call) => count(mailbox(call).messages.length) },
  {
    ...read,
    method: 'GET',
    path: `${IN_FOLDER}/$count`,
    handle: (call) => count(folder(call, 'folder').messages.size),
  },
  { ...read, method: 'POST', path: '/users/{user}/translateExchangeIds', handle: translateExchangeIds },
  ...[ALL, IN_FOLDER].flatMap((parent): Route[] => [
    { ...read, method: 'GET', path: `${parent}/{message}`, handle: get },
    { ...read, method: 'GET', path: `${parent}/{message}/$value`, handle: getMime },
    { ...write, method: 'PATCH', path: `${parent}/{message}`, handle: update },
    { ...write, method: 'DELETE', path: `${parent}/{message}`, handle: remove },
    { ...write, method: 'POST', path: `${parent}/{message}/move`, handle: move },
    { ...write, method: 'POST', path: `${parent}/{message}/copy`, handle: copy },
    { ...write, method: 'POST', path: `${parent}/{message}/permanentDelete`, handle: remove },
  ]),
  {
    method: 'POST',
    path: '/users/{user}/mailFolders/{folder}/importMime',
    at: 'beta',
    permissions: ['Mail-Advanced.ReadWrite.All'],
    service: 'outlook',
    handle: importMime,
  },
];

/** The message that `{message}` names; in a folder's path it must lie there. */
export function message(call: Call): Message {
  const found = mailbox(call).message(call.parameter('message'));
  if (call.route.path.includes('{folder}') && found.folderId !== folder(call, 'folder').id) {
    throw new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');
  }
  return found;
}

/** As a list shows it that has heard of nothing since that moment (ms). */
function asListed(message: Message, seenUntil: number): Message {
  if (message.before !== undefined && message.before.until <= seenUntil) delete message.before;
  return message.before?.message ?? message;
}

function list(call: Call, messages: readonly Message[]): Reply {
  const { select, expand } = call.query;
  const box = mailbox(call);
  const view = viewOf(call, select, expand);
  const visibleUntil = call.now - call.cloud.faults.listDelayMs;
  const visible = messages
    .filter(({ createdAt }) => createdAt <= visibleUntil)
    .map((one) => asListed(one, visibleUntil));
  if (!call.query.has('$orderby')) visible.sort((a, b) => b.receivedAt - a.receivedAt);
  return collectionReply(call, visible, {
    shape: MESSAGE,
    json: (one) => messageJson(box, one, view),
    view: (one) => messageFilterView(box, one, view.immutableIds),
    filterText: normalizeFilterIds,
  });
}

function delta(call: Call): Reply {
  const box = mailbox(call);
  const of = folder(call, 'folder');
  const { immutableIds } = call;
  return deltaReply(call, {
    log: of.log,
    scope: `messages/${of.id}`,
    shape: MESSAGE,
    expand: true,
    json: (key, { select, expand }) => {
      const found = of.messages.get(key);
      return (
        found && { '@odata.type': '#microsoft.graph.message', ...messageJson(box, found, viewOf(call, select, expand)) }
      );
    },
    removed: ({ id, removed }) => ({
      '@odata.type': '#microsoft.graph.message',
      id: immutableIds ? id : (of.gone.get(id) ?? id),
      '@removed': { reason: removed === 'changed' ? call.cloud.assumptions.movedReason : 'deleted' },
    }),
  });
}

function count(number: number): Reply {
  return bytesReply('text/plain', [Buffer.from(String(number))]);
}

const TRANSLATED_AT_ONCE = 1000;

/** Between the id that changes with every move and the one that doesn't. */
function translateExchangeIds(call: Call): Reply {
  const { inputIds, sourceIdType, targetIdType } = caseless(call.json());
  const types = ['restId', 'restImmutableEntryId'];
  if (!types.includes(String(sourceIdType)) || !types.includes(String(targetIdType))) {
    throw badRequest('Only restId and restImmutableEntryId can be translated here.', 'ErrorInvalidRequest');
  }
  if (!Array.isArray(inputIds) || inputIds.length > TRANSLATED_AT_ONCE) {
    throw badRequest(`inputIds must be a list of at most ${TRANSLATED_AT_ONCE} ids.`, 'ErrorInvalidRequest');
  }
  const value = inputIds.map((sourceId: unknown) => {
    const found = mailbox(call).findMessage(String(sourceId));
    if (found !== undefined) return { sourceId, targetId: targetIdType === 'restId' ? found.id : found.key };
    return { sourceId, errorDetails: { code: 'ErrorItemNotFound', message: 'The specified object was not found.' } };
  });
  return jsonReply(200, { '@odata.context': `${call.base}/$metadata#Collection(convertIdResult)`, value });
}

/** Parameters of actions are known in any case of their first letter. */
function caseless(json: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name[0]?.toLowerCase() + name.slice(1), value]),
  );
}

function get(call: Call): Reply {
  const { select, expand } = call.query;
  checkSelect(MESSAGE, select);
  checkExpand(MESSAGE, expand);
  return reply(call, message(call));
}

async function getMime(call: Call): Promise<Reply> {
  const found = message(call);
  return bytesReply('text/plain', [await mimeOf(found, found.key)]);
}

async function create(call: Call, into: Folder, inFolder: boolean): Promise<Reply> {
  const box = mailbox(call);
  if (/^text\/plain\b/i.test(call.header('content-type') ?? '')) {
    if (inFolder && !call.cloud.assumptions.mimeInFolders) {
      throw badRequest('MIME content is not supported here.', 'ErrorInvalidRequest');
    }
    const content = await mimeContent(call);
    return reply(call, box.addMessage(into, content), 201);
  }
  const content = contentOfJson(call, box.user, call.json());
  return reply(call, box.addMessage(into, content), 201);
}

async function importMime(call: Call): Promise<Reply> {
  if (!call.cloud.assumptions.importMime) {
    throw badRequest("Resource not found for the segment 'importMime'.");
  }
  const content = await mimeContent(call);
  const received = call.cloud.assumptions.importMimeReceivedFromHeaders ? receivedAtOf(content.headers) : undefined;
  content.receivedAt = received ?? call.now;
  content.isDraft = false;
  content.isRead = false;
  return reply(call, mailbox(call).addMessage(folder(call, 'folder'), content), 201);
}

/** The body is base64 of MIME; whatever is in it, it makes a draft. */
async function mimeContent(call: Call) {
  const text = call.incoming.body.toString('latin1').replace(/\s+/g, '');
  if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw badRequest('Invalid base64 string for MIME content.', 'ErrorMimeContentInvalidBase64String');
  }
  try {
    return await contentOfMime(Buffer.from(text, 'base64'), call.cloud.ids, call.now);
  } catch {
    throw badRequest('The MIME content is invalid.', 'ErrorMimeContentInvalid');
  }
}

function update(call: Call): Reply {
  const found = message(call);
  checkIfMatch(call, etag(found));
  const { listDelayMs } = call.cloud.faults;
  const before = { ...asListed(found, call.now - listDelayMs) };
  updateMessage(call, found, call.json());
  if (listDelayMs > 0) found.before ??= { until: call.now, message: before };
  mailbox(call).touchMessage(found);
  return reply(call, found);
}

function remove(call: Call): Reply {
  const found = message(call);
  checkIfMatch(call, etag(found));
  mailbox(call).deleteMessage(found);
  return noContent();
}

function move(call: Call): Reply {
  const found = message(call);
  mailbox(call).moveMessage(found, destination(call));
  return reply(call, found, 201);
}

function copy(call: Call): Reply {
  return reply(call, mailbox(call).copyMessage(message(call), destination(call)), 201);
}

function reply(call: Call, found: Message, status = 200): Reply {
  const view = viewOf(call, call.query.select, call.query.expand);
  return entityReply(call, messageJson(mailbox(call), found, view), { status, headers: { etag: etag(found) } });
}

function etag(of: Message): string {
  return `W/"${changeKey(of.key, of.version)}"`;
}
