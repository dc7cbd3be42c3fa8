import { changeKey } from '../odata/etag.ts';
import { shape } from '../odata/shape.ts';
import { instantText } from '../outlook/input.ts';
import { bodyPreview, type ItemBody } from '../outlook/item-body.ts';
import type { Conversation, Participant, Post, Thread } from './conversation.ts';
import { lastDelivered } from './conversation.ts';

export const CONVERSATION = shape(
  'conversation',
  ['id', 'topic', 'hasAttachments', 'lastDeliveredDateTime', 'uniqueSenders', 'preview'],
  ['threads'],
);

export const THREAD = shape(
  'conversationThread',
  [
    'id',
    'topic',
    'hasAttachments',
    'lastDeliveredDateTime',
    'uniqueSenders',
    'preview',
    'isLocked',
    'toRecipients',
    'ccRecipients',
  ],
  ['posts'],
);

/** Recipients come only when they are selected. */
export const THREAD_DEFAULTS = [...THREAD.properties].filter((name) => !name.endsWith('Recipients'));

export const POST = shape(
  'post',
  [
    'id',
    'createdDateTime',
    'lastModifiedDateTime',
    'changeKey',
    'categories',
    'receivedDateTime',
    'hasAttachments',
    'body',
    'from',
    'sender',
    'conversationThreadId',
    'conversationId',
    'newParticipants',
  ],
  ['attachments', 'inReplyTo'],
);

export function conversationJson({ id, topic, threads }: Conversation): Record<string, unknown> {
  return { id, topic, ...summaryOf(threads) };
}

export function threadJson(thread: Thread): Record<string, unknown> {
  const { id, topic, isLocked, toRecipients, ccRecipients } = thread;
  return {
    id,
    topic,
    ...summaryOf([thread]),
    isLocked,
    toRecipients: toRecipients.map(recipientJson),
    ccRecipients: ccRecipients.map(recipientJson),
  };
}

function summaryOf(threads: readonly Thread[]) {
  const posts = threads.flatMap((thread) => thread.posts);
  const newest = posts.reduce<Post | undefined>(
    (last, post) => (last === undefined || post.receivedAt >= last.receivedAt ? post : last),
    undefined,
  );
  return {
    hasAttachments: posts.some(({ attachments }) => attachments.length > 0),
    lastDeliveredDateTime: instantText(lastDelivered(threads)),
    uniqueSenders: [...new Set(posts.map(({ from }) => from.name))],
    preview: newest === undefined ? '' : bodyPreview(newest.body),
  };
}

/** @param body as the request prefers it */
export function postJson(
  post: Post,
  within: { conversation: Conversation; thread: Thread },
  body: ItemBody,
): Record<string, unknown> {
  return {
    '@odata.etag': `W/"${changeKey(post.id, 1)}"`,
    id: post.id,
    createdDateTime: instantText(post.createdAt),
    lastModifiedDateTime: instantText(post.createdAt),
    changeKey: changeKey(post.id, 1),
    categories: post.categories,
    receivedDateTime: instantText(post.receivedAt),
    hasAttachments: post.attachments.length > 0,
    body,
    from: recipientJson(post.from),
    sender: recipientJson(post.from),
    conversationThreadId: within.thread.id,
    conversationId: within.conversation.id,
    newParticipants: post.newParticipants.map(recipientJson),
  };
}

function recipientJson({ name, address }: Participant) {
  return { emailAddress: { name, address } };
}
