import { shape } from '../odata/shape.ts';
import type { Tenant } from '../state/tenant.ts';
import type { Channel } from './channel.ts';
import type { ChannelMessage, HostedContent, Mention, MessageIdentity, Reaction } from './message.ts';

export const MESSAGE = shape(
  'chatMessage',
  [
    'id',
    'replyToId',
    'etag',
    'messageType',
    'createdDateTime',
    'lastModifiedDateTime',
    'lastEditedDateTime',
    'deletedDateTime',
    'subject',
    'summary',
    'chatId',
    'importance',
    'locale',
    'webUrl',
    'from',
    'body',
    'channelIdentity',
    'attachments',
    'mentions',
    'reactions',
    'messageHistory',
    'policyViolation',
    'eventDetail',
  ],
  ['replies', 'hostedContents'],
);

export const HOSTED = shape('chatMessageHostedContent', ['id', 'contentType', 'contentBytes']);

/** Messages have milliseconds, always. */
function moment(at: number): string {
  return new Date(at).toISOString();
}

/**
 * @param knowsSystemMessages the client said `Prefer: include-unknown-enum-members`; to others what the system wrote is
 *   of an unknown type
 */
export function messageJson(
  tenant: Tenant,
  channel: Channel,
  message: ChannelMessage,
  knowsSystemMessages: boolean,
): Record<string, unknown> {
  const deleted = message.deletedAt !== null;
  const root = message.replyToId ?? message.id;
  return {
    id: message.id,
    replyToId: message.replyToId,
    etag: `${message.modifiedAt}`,
    messageType: message.type === 'message' ? 'message' : knowsSystemMessages ? message.type : 'unknownFutureValue',
    createdDateTime: moment(message.createdAt),
    lastModifiedDateTime: moment(message.modifiedAt),
    lastEditedDateTime: message.editedAt === null ? null : moment(message.editedAt),
    deletedDateTime: message.deletedAt === null ? null : moment(message.deletedAt),
    subject: deleted ? '' : message.subject,
    summary: message.summary,
    chatId: null,
    importance: message.importance,
    locale: message.locale,
    webUrl: `https://teams.microsoft.com/l/message/${encodeURIComponent(channel.id)}/${message.id}?groupId=${channel.teamId}&tenantId=${tenant.id}&createdTime=${message.id}&parentMessageId=${root}`,
    policyViolation: null,
    eventDetail: message.eventDetail,
    from: message.from && identitySet(message.from),
    body: deleted ? { contentType: message.body.contentType, content: '' } : message.body,
    channelIdentity: { teamId: channel.teamId, channelId: channel.id },
    attachments: deleted ? [] : message.attachments,
    mentions: deleted ? [] : message.mentions.map(mentionJson),
    reactions: deleted ? [] : message.reactions.map(reactionJson),
    messageHistory: [],
  };
}

function identitySet({ kind, id, displayName }: MessageIdentity): Record<string, unknown> {
  const user =
    kind === 'user'
      ? { '@odata.type': '#microsoft.graph.teamworkUserIdentity', id, displayName, userIdentityType: 'aadUser' }
      : null;
  const application =
    kind === 'application'
      ? {
          '@odata.type': '#microsoft.graph.teamworkApplicationIdentity',
          id,
          displayName,
          applicationIdentityType: 'bot',
        }
      : null;
  return { application, device: null, user };
}

function mentionJson({ id, mentionText, mentioned }: Mention): Record<string, unknown> {
  if (mentioned.kind !== 'conversation') {
    return { id, mentionText, mentioned: { ...identitySet(mentioned), conversation: null } };
  }
  const conversation = {
    '@odata.type': '#microsoft.graph.teamworkConversationIdentity',
    id: mentioned.id,
    displayName: mentioned.displayName,
    conversationIdentityType: mentioned.type,
  };
  return { id, mentionText, mentioned: { application: null, device: null, user: null, conversation } };
}

function reactionJson({ reactionType, displayName, at, by }: Reaction): Record<string, unknown> {
  return {
    reactionType,
    displayName,
    reactionContentUrl: null,
    createdDateTime: moment(at),
    user: identitySet(by),
  };
}

/** A list tells neither bytes nor type. */
export function hostedJson({ id }: HostedContent): Record<string, unknown> {
  return { id, contentBytes: null, contentType: null };
}
