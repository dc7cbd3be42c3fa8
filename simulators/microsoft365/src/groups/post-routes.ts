import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { attachmentInput, makeAttachment } from '../outlook/attachments.ts';
import { listOf, object, readOnly, recipient, text } from '../outlook/input.ts';
import { emptyBody, readItemBody } from '../outlook/item-body.ts';
import type { DirectoryUser } from '../state/tenant.ts';
import { conversationsOf, type Participant, type Post, type Thread } from './conversation.ts';
import { conversationJson, threadJson } from './conversation-json.ts';
import { conversationOf, postOf, THREAD_PATHS, threadOf } from './conversation-routes.ts';
import { notForApps } from './errors.ts';
import { notify } from './notices.ts';
import { groupOf, groups } from './place.ts';

/**
 * Writing into a group's mailbox is for people who have signed in; what they write is theirs and of now. None of the
 * pages has a permission for apps: https://learn.microsoft.com/graph/api/group-post-threads
 */
const write = {
  permissions: ['Group-Conversation.ReadWrite.All', 'Group.ReadWrite.All'],
  service: 'directory',
} as const;

export const postRoutes: Route[] = [
  { ...write, method: 'POST', path: '/groups/{group}/conversations', handle: createConversation },
  { ...write, method: 'POST', path: '/groups/{group}/threads', handle: createThread },
  { ...write, method: 'POST', path: '/groups/{group}/conversations/{conversation}/threads', handle: createThread },
  { ...write, method: 'DELETE', path: '/groups/{group}/conversations/{conversation}', handle: deleteConversation },
  ...THREAD_PATHS.flatMap((path): Route[] => [
    { ...write, method: 'POST', path: `${path}/reply`, handle: reply },
    { ...write, method: 'POST', path: `${path}/posts/{post}/reply`, handle: reply },
    { ...write, method: 'DELETE', path, handle: deleteThread },
  ]),
];

const postFields = object('post', {
  id: readOnly,
  receivedDateTime: readOnly,
  createdDateTime: readOnly,
  from: readOnly,
  sender: readOnly,
  body: readItemBody,
  newParticipants: listOf(recipient),
  categories: listOf(text),
  attachments: listOf(attachmentInput),
});

const threadFields = object('conversationThread', {
  topic: text,
  toRecipients: listOf(recipient),
  ccRecipients: listOf(recipient),
  posts: listOf(postFields),
});

const conversationFields = object('conversation', { topic: text, threads: listOf(threadFields) });

type PostInput = ReturnType<typeof postFields>;

/** Who writes. Throws 403 for an app on its own. */
function writer(call: Call): Participant {
  const { user, app } = call.identity;
  if (user !== undefined) return participantOf(user);
  if (!groups(call).behaviour.postsByApps) throw notForApps();
  return { name: app.displayName, address: `${app.id}@${call.tenant.domain}` };
}

function participantOf(user: DirectoryUser): Participant {
  return { name: user.displayName, address: user.mail };
}

function participants(given: readonly ReturnType<typeof recipient>[] | undefined): Participant[] {
  return (given ?? []).flatMap(({ emailAddress }) => {
    const address = emailAddress?.address;
    return typeof address === 'string' ? { name: emailAddress?.name ?? address, address } : [];
  });
}

/** Subscribers get it as mail. */
function addPost(call: Call, thread: Thread, given: PostInput, inReplyTo: string | undefined): Post {
  const from = writer(call);
  const post: Post = {
    id: call.cloud.ids.mutable(),
    createdAt: call.now,
    receivedAt: call.now,
    from,
    body: given.body ?? emptyBody,
    categories: given.categories ?? [],
    newParticipants: participants(given.newParticipants),
    attachments: (given.attachments ?? []).map((attachment) => makeAttachment(call.cloud, attachment)),
    inReplyTo,
  };
  thread.posts.push(post);
  const group = groupOf(call);
  notify(call.tenant, call.now, 'group-post', group.id, [...group.members]);
  return post;
}

function newThread(call: Call, topic: string, given: ReturnType<typeof threadFields>): Thread {
  const [first] = given.posts ?? [];
  if (first === undefined) throw badRequest('A thread needs a post.', 'ErrorInvalidRequest');
  const group = groupOf(call);
  const thread: Thread = {
    id: call.cloud.ids.mutable(),
    topic,
    isLocked: false,
    toRecipients: [{ name: group.displayName, address: group.mail ?? '' }, ...participants(given.toRecipients)],
    ccRecipients: participants(given.ccRecipients),
    posts: [],
  };
  addPost(call, thread, first, undefined);
  return thread;
}

function createConversation(call: Call): Reply {
  writer(call);
  const given = conversationFields(call.json(), '');
  const topic = given.topic ?? '';
  const threads = (given.threads ?? []).map((thread) => newThread(call, topic, thread));
  if (threads.length !== 1) throw badRequest('A conversation begins with one thread.', 'ErrorInvalidRequest');
  const conversation = { id: call.cloud.ids.mutable(), topic, threads };
  conversationsOf(call.tenant, groupOf(call)).all.push(conversation);
  return entityReply(call, conversationJson(conversation), { status: 201 });
}

function createThread(call: Call): Reply {
  writer(call);
  const given = threadFields(call.json(), '');
  const thread = newThread(call, given.topic ?? '', given);
  if (call.route.path.includes('{conversation}')) conversationOf(call).threads.push(thread);
  else {
    const conversation = { id: call.cloud.ids.mutable(), topic: thread.topic, threads: [thread] };
    conversationsOf(call.tenant, groupOf(call)).all.push(conversation);
  }
  return entityReply(call, threadJson(thread), { status: 201 });
}

function reply(call: Call): Reply {
  writer(call);
  const { thread } = threadOf(call);
  const json = call.json();
  // The parameter's name is written in both ways.
  const given = postFields(json.post ?? json.Post, 'post');
  const before = call.route.path.includes('{post}') ? postOf(call).id : thread.posts.at(-1)?.id;
  addPost(call, thread, given, before);
  return noContent(202);
}

function deleteConversation(call: Call): Reply {
  writer(call);
  conversationsOf(call.tenant, groupOf(call)).remove(conversationOf(call));
  return noContent();
}

function deleteThread(call: Call): Reply {
  writer(call);
  const { conversation, thread } = threadOf(call);
  conversation.threads.splice(conversation.threads.indexOf(thread), 1);
  if (conversation.threads.length === 0) conversationsOf(call.tenant, groupOf(call)).remove(conversation);
  return noContent();
}
