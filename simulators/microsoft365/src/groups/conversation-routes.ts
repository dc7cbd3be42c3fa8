import type { Call } from '../http/call.ts';
import { itemNotFound } from '../http/errors.ts';
import { bytesReply, entityReply, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { checkExpand, checkSelect, project, shape } from '../odata/shape.ts';
import { attachmentJson } from '../outlook/attachments.ts';
import { bodyJson, prefersText } from '../outlook/item-body.ts';
import { type Conversation, conversationsOf, type Post, type Thread } from './conversation.ts';
import {
  CONVERSATION,
  conversationJson,
  POST,
  postJson,
  THREAD,
  THREAD_DEFAULTS,
  threadJson,
} from './conversation-json.ts';
import { groupOf } from './place.ts';

/** Reading works for an app on its own: https://learn.microsoft.com/graph/api/group-list-conversations */
const read = {
  permissions: [
    'Group-Conversation.Read.All',
    'Group-Conversation.ReadWrite.All',
    'Group.Read.All',
    'Group.ReadWrite.All',
  ],
  service: 'outlook',
  // The group's mailbox has a budget of its own.
  budget: (call: Call) => ({
    app: call.identity.app.id,
    tenant: call.tenant.id,
    mailbox: call.parameter('group'),
  }),
} as const;

const ATTACHMENT = shape('attachment', [
  'id',
  'lastModifiedDateTime',
  'name',
  'contentType',
  'size',
  'isInline',
  'contentId',
  'contentLocation',
  'contentBytes',
]);

/** Both ways to a thread. */
export const THREAD_PATHS = [
  '/groups/{group}/threads/{thread}',
  '/groups/{group}/conversations/{conversation}/threads/{thread}',
];

export const conversationRoutes: Route[] = [
  { ...read, method: 'GET', path: '/groups/{group}/conversations', handle: listConversations },
  {
    ...read,
    method: 'GET',
    path: '/groups/{group}/conversations/{conversation}',
    handle: (call) => entityReply(call, selected(call, CONVERSATION, conversationJson(conversationOf(call)))),
  },
  {
    ...read,
    method: 'GET',
    path: '/groups/{group}/conversations/{conversation}/threads',
    handle: (call) => listThreads(call, conversationOf(call).threads),
  },
  {
    ...read,
    method: 'GET',
    path: '/groups/{group}/threads',
    handle: (call) =>
      listThreads(
        call,
        conversationsOf(call.tenant, groupOf(call)).newestFirst.flatMap(({ threads }) => threads),
      ),
  },
  ...THREAD_PATHS.flatMap((path): Route[] => [
    {
      ...read,
      method: 'GET',
      path,
      handle: (call) => entityReply(call, selected(call, THREAD, threadJson(threadOf(call).thread), THREAD_DEFAULTS)),
    },
    { ...read, method: 'GET', path: `${path}/posts`, handle: listPosts },
    { ...read, method: 'GET', path: `${path}/posts/{post}`, handle: getPost },
    { ...read, method: 'GET', path: `${path}/posts/{post}/attachments`, handle: listAttachments },
    { ...read, method: 'GET', path: `${path}/posts/{post}/attachments/{attachment}`, handle: getAttachment },
    { ...read, method: 'GET', path: `${path}/posts/{post}/attachments/{attachment}/$value`, handle: getBytes },
  ]),
];

function selected(
  call: Call,
  of: typeof CONVERSATION,
  json: Record<string, unknown>,
  defaults?: readonly string[],
): Record<string, unknown> {
  const { select } = call.query;
  checkSelect(of, select);
  return project(json, select ?? defaults);
}

function listConversations(call: Call): Reply {
  return collectionReply(call, conversationsOf(call.tenant, groupOf(call)).newestFirst, {
    shape: CONVERSATION,
    json: conversationJson,
  });
}

/** Throws 404. */
export function conversationOf(call: Call): Conversation {
  const found = conversationsOf(call.tenant, groupOf(call)).find(call.parameter('conversation'));
  if (found === undefined) throw itemNotFound();
  return found;
}

/** The thread that the path names, in the conversation that it names. Throws 404. */
export function threadOf(call: Call): { conversation: Conversation; thread: Thread } {
  const found = conversationsOf(call.tenant, groupOf(call)).thread(call.parameter('thread'));
  if (found === undefined) throw itemNotFound();
  if (call.route.path.includes('{conversation}') && found.conversation !== conversationOf(call)) throw itemNotFound();
  return found;
}

function listThreads(call: Call, threads: readonly Thread[]): Reply {
  return collectionReply(call, threads, { shape: THREAD, json: threadJson, defaults: THREAD_DEFAULTS });
}

function jsonOfPost(call: Call, post: Post): Record<string, unknown> {
  const within = threadOf(call);
  const json = postJson(post, within, bodyJson(post.body, prefersText(call)));
  for (const { property } of call.query.expand) {
    if (property === 'attachments') {
      json.attachments = post.attachments.map(attachmentJson);
    }
    if (property === 'inReplyTo') {
      const before = within.thread.posts.find(({ id }) => id === post.inReplyTo);
      json.inReplyTo = before === undefined ? null : postJson(before, within, bodyJson(before.body, prefersText(call)));
    }
  }
  return json;
}

function listPosts(call: Call): Reply {
  return collectionReply(call, threadOf(call).thread.posts, { shape: POST, json: (post) => jsonOfPost(call, post) });
}

/** Throws 404. */
export function postOf(call: Call): Post {
  const found = threadOf(call).thread.posts.find(({ id }) => id === call.parameter('post'));
  if (found === undefined) throw itemNotFound();
  return found;
}

function getPost(call: Call): Reply {
  const { select, expand } = call.query;
  checkSelect(POST, select);
  checkExpand(POST, expand);
  const names = select && [...select, ...expand.map(({ property }) => property)];
  return entityReply(call, project(jsonOfPost(call, postOf(call)), names));
}

function listAttachments(call: Call): Reply {
  return collectionReply(call, postOf(call).attachments, { shape: ATTACHMENT, json: attachmentJson });
}

function attachmentOf(call: Call) {
  const found = postOf(call).attachments.find(({ id }) => id === call.parameter('attachment'));
  if (found === undefined) throw itemNotFound();
  return found;
}

function getAttachment(call: Call): Reply {
  return entityReply(call, attachmentJson(attachmentOf(call)));
}

function getBytes(call: Call): Reply {
  const { contentType, content } = attachmentOf(call);
  return bytesReply(contentType, content);
}
