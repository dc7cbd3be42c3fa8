import { notify } from '../groups/notices.ts';
import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { bytesReply, entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { deltaReply } from '../odata/delta.ts';
import { checkExpand, checkSelect, project } from '../odata/shape.ts';
import { object, text } from '../outlook/input.ts';
import { type Channel, migrationOf, repliesTo, rootsOf } from './channel.ts';
import { posting, readingMessages } from './limits.ts';
import type { ChannelMessage, MessageIdentity } from './message.ts';
import {
  attachmentsOf,
  checkText,
  hostedOf,
  identityOf,
  type MessageInput,
  mentionsOf,
  messageFields,
} from './message-input.ts';
import { HOSTED, hostedJson, MESSAGE, messageJson } from './message-json.ts';
import { channelOf, forbidden, MIGRATE, messageOf, notFound, onlyForPeople, openChannelOf, teams } from './place.ts';
import { teamMembers } from './store.ts';
import type { Team } from './team.ts';

const read = {
  permissions: ['ChannelMessage.Read.All', 'Group.Read.All', 'Group.ReadWrite.All'],
  ...readingMessages,
} as const;
const write = {
  permissions: ['ChannelMessage.Send', 'ChannelMessage.ReadWrite', MIGRATE, 'Group.ReadWrite.All'],
  ...posting,
} as const;

const MESSAGES = '/teams/{group}/channels/{channel}/messages';
const REPLIES = `${MESSAGES}/{message}/replies`;
const ONE = [`${MESSAGES}/{message}`, `${REPLIES}/{reply}`];

/** Page sizes: https://learn.microsoft.com/graph/api/channel-list-messages */
const paging = { pageSize: 20, maxPageSize: 50, paging: 'skiptoken', filter: false, orderby: false } as const;

/** Replies that come along with their message when `$expand=replies` asks for them. */
const EXPANDED_REPLIES = 200;

export const messageRoutes: Route[] = [
  { ...read, method: 'GET', path: MESSAGES, handle: listMessages },
  { ...read, method: 'GET', path: `${MESSAGES}/delta`, handle: delta },
  { ...write, method: 'POST', path: MESSAGES, handle: postMessage },
  { ...read, method: 'GET', path: REPLIES, handle: listReplies },
  { ...write, method: 'POST', path: REPLIES, handle: postMessage },
  ...ONE.flatMap((path): Route[] => [
    { ...read, method: 'GET', path, handle: getMessage },
    { ...write, method: 'PATCH', path, handle: editMessage },
    { ...write, method: 'POST', path: `${path}/softDelete`, handle: (call) => setDeleted(call, true) },
    { ...write, method: 'POST', path: `${path}/undoSoftDelete`, handle: (call) => setDeleted(call, false) },
    { ...write, method: 'POST', path: `${path}/setReaction`, handle: (call) => react(call, true) },
    { ...write, method: 'POST', path: `${path}/unsetReaction`, handle: (call) => react(call, false) },
    { ...read, method: 'GET', path: `${path}/hostedContents`, handle: listHosted },
    { ...read, method: 'GET', path: `${path}/hostedContents/{hosted}`, handle: getHosted },
    { ...read, method: 'GET', path: `${path}/hostedContents/{hosted}/$value`, handle: getHostedBytes },
  ]),
];

function jsonOf(call: Call, channel: Channel, message: ChannelMessage): Record<string, unknown> {
  return messageJson(call.tenant, channel, message, call.preferences.has('include-unknown-enum-members'));
}

function withReplies(call: Call, channel: Channel, message: ChannelMessage): Record<string, unknown> {
  const json = jsonOf(call, channel, message);
  const replies = repliesTo(channel, message);
  json.replies = replies.slice(0, EXPANDED_REPLIES).map((reply) => jsonOf(call, channel, reply));
  if (replies.length > EXPANDED_REPLIES) {
    const { cloud, contextPath } = call;
    const start = EXPANDED_REPLIES;
    const own = contextPath.replace(/\/messages.*$/, '');
    json['replies@odata.nextLink'] =
      `${call.base}/${own}/messages/${message.id}/replies?$skiptoken=${cloud.tokens.seal('page', { start })}`;
  }
  return json;
}

function expandsReplies(call: Call): boolean {
  return call.query.expand.some(({ property }) => property === 'replies');
}

function listMessages(call: Call): Reply {
  const { channel } = channelOf(call);
  const show = expandsReplies(call) ? withReplies : jsonOf;
  return collectionReply(call, rootsOf(channel), {
    shape: MESSAGE,
    json: (message) => show(call, channel, message),
    ...paging,
  });
}

function listReplies(call: Call): Reply {
  const { channel, message } = messageOf(call);
  return collectionReply(call, repliesTo(channel, message), {
    shape: MESSAGE,
    json: (reply) => jsonOf(call, channel, reply),
    ...paging,
  });
}

/** Messages without their replies; a first round reaches back eight months: https://learn.microsoft.com/graph/api/chatmessage-delta */
function delta(call: Call): Reply {
  const { channel } = channelOf(call);
  const earliest = call.now - teams(call).behaviour.deltaWindowMs;
  return deltaReply(call, {
    log: channel.log,
    scope: `channel/${channel.id}`,
    shape: MESSAGE,
    pageSize: 20,
    maxPageSize: 50,
    expand: true,
    json: (id, { expand }) => {
      const message = channel.messages.get(id);
      if (message === undefined || message.hidden || message.modifiedAt < earliest) return undefined;
      const wanted = expand.some(({ property }) => property === 'replies');
      return wanted ? withReplies(call, channel, message) : jsonOf(call, channel, message);
    },
  });
}

function getMessage(call: Call): Reply {
  const { channel, message } = messageOf(call);
  const { select, expand } = call.query;
  checkSelect(MESSAGE, select);
  checkExpand(MESSAGE, expand);
  const show = expandsReplies(call) ? withReplies : jsonOf;
  return entityReply(call, project(show(call, channel, message), select));
}

/** The app's own imports, in migration mode, or what a signed-in user says: https://learn.microsoft.com/graph/api/chatmessage-post */
function postMessage(call: Call): Reply {
  const { team, channel } = openChannelOf(call);
  const parent = call.route.path === REPLIES ? messageOf(call, true).message : undefined;
  const given = messageFields(call.json(), '');
  const { user } = call.identity;
  const { from, createdAt } = user === undefined ? importOf(call, channel, given) : spoken(call, channel, given);
  const content = given.body?.content ?? '';
  if (content === '' && (given.attachments ?? []).length === 0) throw badRequest('Missing body content');
  checkText(call, content);
  const { behaviour } = teams(call);
  const imported = user === undefined;
  const id = `${createdAt}`;
  // Where the real service has it, as it says it itself.
  const path = `https://graph.microsoft.com/v1.0/${call.contextPath}/${id}`;
  const { content: shown, hosted } = hostedOf(call, given, content, path);
  const mentions = imported && !behaviour.importKeepsMentions ? [] : mentionsOf(call, given, content);
  const message: ChannelMessage = {
    id,
    replyToId: parent?.id ?? null,
    createdAt,
    modifiedAt: createdAt,
    editedAt: null,
    deletedAt: null,
    type: 'message',
    eventDetail: null,
    from,
    subject: given.subject ?? null,
    summary: given.summary ?? null,
    importance: given.importance ?? 'normal',
    locale: given.locale ?? 'en-us',
    body: { contentType: given.body?.contentType ?? 'text', content: shown },
    attachments: attachmentsOf(call, given, content),
    mentions,
    reactions: imported && behaviour.importKeepsReactions ? reactionsOf(call, given) : [],
    hosted,
    hidden: imported && !behaviour.importedVisibleAtOnce,
  };
  teams(call).put(channel, message, call.now);
  if (!imported) tellMentioned(call, team, channel, message);
  return entityReply(call, jsonOf(call, channel, message), { status: 201 });
}

/** Who said it and when. Throws for an app that isn't migrating this channel, or breaks the rules of it. */
function importOf(call: Call, channel: Channel, given: MessageInput): { from: MessageIdentity; createdAt: number } {
  const migration = migrationOf(channel);
  if (migration === undefined || !call.identity.permissions.has(MIGRATE)) {
    throw new GraphError(
      401,
      'Unauthorized',
      'Message POST is allowed in application-only context only for import purposes.',
    );
  }
  if (migration.app !== call.identity.app.id) throw forbidden('Another app has the channel in migration mode.');
  if (given.from === undefined) throw badRequest('An imported message needs its author in from.');
  const from = identityOf(call, given.from);
  const createdAt =
    given.createdDateTime === undefined ? freeMoment(channel, call.now) : Date.parse(given.createdDateTime);
  if (createdAt > call.now) throw badRequest('createdDateTime is in the future.');
  if (createdAt <= migration.after) throw badRequest('createdDateTime must be later than that of the channel.');
  if (channel.messages.has(`${createdAt}`)) {
    throw new GraphError(409, 'Conflict', 'A message with this createdDateTime is in the channel already.');
  }
  return { from, createdAt };
}

function spoken(call: Call, channel: Channel, given: MessageInput): { from: MessageIdentity; createdAt: number } {
  const { user } = call.identity;
  if (user === undefined) throw new Error('nobody speaks');
  if (given.createdDateTime !== undefined || given.from !== undefined) {
    throw badRequest('from and createdDateTime can only be given in migration mode.');
  }
  const from = { kind: 'user', id: user.id, displayName: user.displayName } as const;
  return { from, createdAt: freeMoment(channel, call.now) };
}

function freeMoment(channel: Channel, now: number): number {
  let at = now;
  while (channel.messages.has(`${at}`)) at++;
  return at;
}

function reactionsOf(call: Call, given: MessageInput): ChannelMessage['reactions'] {
  return (given.reactions ?? []).map(({ reactionType = 'like', displayName = null, createdDateTime, user }) => ({
    reactionType,
    displayName,
    at: createdDateTime === undefined ? call.now : Date.parse(createdDateTime),
    by: identityOf(call, user),
  }));
}

function tellMentioned(call: Call, team: Team, channel: Channel, message: ChannelMessage): void {
  const told = message.mentions.flatMap(({ mentioned }) => {
    if (mentioned.kind === 'user') return mentioned.id;
    return mentioned.kind === 'conversation' ? [...teamMembers(team).keys()] : [];
  });
  notify(call.tenant, call.now, 'channel-mention', channel.id, [...new Set(told)]);
}

function editMessage(call: Call): Reply {
  onlyForPeople(call);
  const { channel, message } = messageOf(call);
  checkOwn(call, message);
  const given = messageFields(call.json(), '');
  const content = given.body?.content ?? message.body.content;
  checkText(call, content);
  if (given.body !== undefined) message.body = given.body;
  if (given.subject !== undefined) message.subject = given.subject;
  if (given.importance !== undefined) message.importance = given.importance;
  if (given.attachments !== undefined) message.attachments = attachmentsOf(call, given, content);
  if (given.mentions !== undefined) message.mentions = mentionsOf(call, given, content);
  message.editedAt = call.now;
  changed(call, channel, message);
  return noContent();
}

function checkOwn(call: Call, { from }: ChannelMessage): void {
  if (from?.kind !== 'user' || from.id !== call.identity.user?.id)
    throw forbidden('The message is not the caller’s own.');
}

function changed(call: Call, channel: Channel, message: ChannelMessage): void {
  message.modifiedAt = call.now;
  teams(call).touch(channel, message, call.now);
}

/** It stays in the list, without its text. */
function setDeleted(call: Call, deleted: boolean): Reply {
  onlyForPeople(call);
  const { channel, message } = messageOf(call);
  checkOwn(call, message);
  message.deletedAt = deleted ? call.now : null;
  changed(call, channel, message);
  return noContent();
}

const reactionFields = object('setReaction', { reactionType: text });

function react(call: Call, set: boolean): Reply {
  onlyForPeople(call);
  const { channel, message } = messageOf(call);
  const { reactionType } = reactionFields(call.json(), '');
  const { user } = call.identity;
  if (reactionType === undefined || user === undefined) throw badRequest('A reactionType is needed.');
  const at = message.reactions.findIndex((one) => one.by.id === user.id && one.reactionType === reactionType);
  if (at >= 0) message.reactions.splice(at, 1);
  if (set) {
    const by = { kind: 'user', id: user.id, displayName: null } as const;
    message.reactions.push({ reactionType, displayName: null, at: call.now, by });
  }
  changed(call, channel, message);
  return noContent();
}

function listHosted(call: Call): Reply {
  return collectionReply(call, [...messageOf(call).message.hosted.values()], { shape: HOSTED, json: hostedJson });
}

function hostedOfCall(call: Call) {
  const found = messageOf(call).message.hosted.get(call.parameter('hosted'));
  if (found === undefined) throw notFound('The hosted content');
  return found;
}

function getHosted(call: Call): Reply {
  return entityReply(call, hostedJson(hostedOfCall(call)));
}

function getHostedBytes(call: Call): Reply {
  const { contentType, bytes } = hostedOfCall(call);
  return bytesReply(contentType, [bytes]);
}
