import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { binary } from '../outlook/attachments.ts';
import { instant, integer, listOf, object, oneOf, orNull, type Reader, readOnly, text } from '../outlook/input.ts';
import { readItemBody } from '../outlook/item-body.ts';
import {
  CONVERSATION_TYPES,
  type ConversationType,
  type HostedContent,
  IMPORTANCES,
  type Mention,
  type MessageIdentity,
} from './message.ts';
import { userOf } from './people.ts';
import { teams } from './place.ts';

const identity = object('teamworkUserIdentity', {
  id: orNull(text),
  displayName: orNull(text),
  userIdentityType: orNull(text),
  applicationIdentityType: orNull(text),
});

const conversation = object('teamworkConversationIdentity', {
  id: orNull(text),
  displayName: orNull(text),
  conversationIdentityType: oneOf(CONVERSATION_TYPES),
});

const identitySet = object('identitySet', {
  user: orNull(identity),
  application: orNull(identity),
  device: orNull(identity),
  conversation: orNull(conversation),
});

const attachment = object('chatMessageAttachment', {
  id: text,
  contentType: text,
  contentUrl: orNull(text),
  content: orNull(text),
  name: orNull(text),
  thumbnailUrl: orNull(text),
  teamsAppId: orNull(text),
});

const mention = object('chatMessageMention', { id: integer, mentionText: text, mentioned: identitySet });

const reaction = object('chatMessageReaction', {
  reactionType: text,
  displayName: orNull(text),
  reactionContentUrl: orNull(text),
  createdDateTime: instant,
  user: identitySet,
});

const hostedFields = object('chatMessageHostedContent', { id: readOnly, contentBytes: binary, contentType: text });

interface HostedInput {
  readonly temporaryId: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

const hosted: Reader<HostedInput> = (value, path) => {
  const { contentBytes, contentType } = hostedFields(value, path);
  const temporaryId = (value as Record<string, unknown>)['@microsoft.graph.temporaryId'];
  if (contentBytes === undefined || contentType === undefined || typeof temporaryId !== 'string') {
    throw badRequest('A hosted content needs @microsoft.graph.temporaryId, contentBytes and contentType.');
  }
  return { temporaryId, contentType, bytes: contentBytes };
};

/** https://learn.microsoft.com/graph/api/resources/chatmessage */
export const messageFields = object('chatMessage', {
  id: readOnly,
  replyToId: readOnly,
  etag: readOnly,
  webUrl: readOnly,
  channelIdentity: readOnly,
  lastModifiedDateTime: readOnly,
  messageType: oneOf(['message']),
  createdDateTime: instant,
  from: identitySet,
  body: readItemBody,
  subject: orNull(text),
  summary: orNull(text),
  importance: oneOf(IMPORTANCES),
  locale: text,
  attachments: listOf(attachment),
  mentions: listOf(mention),
  reactions: listOf(reaction),
  hostedContents: listOf(hosted),
});

export type MessageInput = ReturnType<typeof messageFields>;

/** Somebody of the identity set. Throws 400 for nobody, and for a user whom the tenant doesn't have. */
export function identityOf(call: Call, given: ReturnType<typeof identitySet> | undefined): MessageIdentity {
  const app = given?.application;
  if (typeof app?.id === 'string') return { kind: 'application', id: app.id, displayName: app.displayName ?? null };
  const id = given?.user?.id;
  const user = typeof id === 'string' ? userOf(call.tenant, id) : undefined;
  if (user === undefined) throw badRequest(`The user '${id ?? ''}' was not found in the tenant.`);
  return { kind: 'user', id: user.id, displayName: given?.user?.displayName ?? user.displayName };
}

/** Each has to be in the text as `<at id="0">`. Throws 400 otherwise. */
export function mentionsOf(call: Call, given: MessageInput, content: string): Mention[] {
  return (given.mentions ?? []).map(({ id, mentionText, mentioned }) => {
    if (id === undefined || mentionText === undefined || mentioned === undefined) {
      throw badRequest('A mention needs id, mentionText and mentioned.');
    }
    if (!new RegExp(`<at\\s+id=["']${id}["']`).test(content)) {
      throw badRequest(`Mention with id ${id} is not in the message body.`);
    }
    return { id, mentionText, mentioned: mentionedOf(call, mentioned, mentionText) };
  });
}

function mentionedOf(call: Call, given: ReturnType<typeof identitySet>, mentionText: string): Mention['mentioned'] {
  const of = given.conversation;
  if (of === null || of === undefined) return identityOf(call, given);
  const type: ConversationType = of.conversationIdentityType ?? 'channel';
  return { kind: 'conversation', id: of.id ?? '', displayName: of.displayName ?? mentionText, type };
}

/** Files and cards. Throws 400 for one that the text doesn't name. */
export function attachmentsOf(call: Call, given: MessageInput, content: string) {
  return (given.attachments ?? []).map((one) => {
    if (one.id === undefined || one.contentType === undefined)
      throw badRequest('An attachment needs id and contentType.');
    const named = content.includes(`<attachment id="${one.id}"`);
    if (!named && teams(call).behaviour.attachmentsInText) {
      throw badRequest(`Attachment with id ${one.id} is not in the message body.`);
    }
    if (one.contentType === 'reference' && !one.contentUrl) throw badRequest('A reference needs a contentUrl.');
    return {
      id: one.id,
      contentType: one.contentType,
      contentUrl: one.contentUrl ?? null,
      content: one.content ?? null,
      name: one.name ?? null,
      thumbnailUrl: one.thumbnailUrl ?? null,
      teamsAppId: one.teamsAppId ?? null,
    };
  });
}

/**
 * Pictures, and the text in which they are: `../hostedContents/1/$value` becomes the address at which they can be read.
 *
 * @param messageUrl without a slash at its end
 */
export function hostedOf(
  call: Call,
  given: MessageInput,
  content: string,
  messageUrl: string,
): { content: string; hosted: Map<string, HostedContent> } {
  const all = new Map<string, HostedContent>();
  let text = content;
  for (const { temporaryId, contentType, bytes } of given.hostedContents ?? []) {
    const place = `../hostedContents/${temporaryId}/$value`;
    if (!text.includes(place)) throw badRequest(`Hosted content ${temporaryId} is not in the message body.`);
    const id = Buffer.from(`id=x_${teams(call).ids.token(22)},type=1`).toString('base64url');
    all.set(id, { id, contentType, bytes });
    text = text.replaceAll(place, `${messageUrl}/hostedContents/${id}/$value`);
  }
  return { content: text, hosted: all };
}

export function checkText(call: Call, content: string): void {
  if (Buffer.byteLength(content) > teams(call).behaviour.largestText) {
    throw new GraphError(413, 'RequestEntityTooLarge', 'The message is too large.');
  }
}
