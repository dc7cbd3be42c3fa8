import type { Call } from '../http/call.ts';
import { empty, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { entityNotFound, mailboxFor } from './access.ts';
import { messageBrief, messageJson } from './json.ts';
import { listMessages } from './lists.ts';
import type { Mailbox } from './mailbox.ts';
import { type Message, snippetOf } from './message.ts';
import { formatOf, labelChange } from './message-routes.ts';
import { DELETE, MODIFY, READ_ADDON, READ_METADATA } from './scopes.ts';

const FORMATS = ['full', 'metadata', 'minimal'] as const;

/** Conversations of which a message matches, by their newest that does. */
function list(call: Call): Result {
  const mailbox = mailboxFor(call);
  const seen = new Set<string>();
  const { messages, nextPageToken, estimate } = listMessages(call, mailbox, ({ threadId }) => {
    const first = !seen.has(threadId);
    seen.add(threadId);
    return first;
  });
  return json({
    ...(messages.length === 0 ? {} : { threads: messages.map((message) => threadRef(mailbox, message)) }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
    resultSizeEstimate: estimate,
  });
}

function threadRef(mailbox: Mailbox, message: Message): Record<string, unknown> {
  const { threadId } = message;
  return { id: threadId, snippet: snippetOf(message), historyId: historyIdOf(mailbox.thread(threadId)) };
}

function get(call: Call): Result {
  const mailbox = mailboxFor(call);
  const messages = messagesOf(call, mailbox);
  const format = formatOf(call, FORMATS);
  const headers = call.query.all('metadataHeaders');
  return json({
    id: call.parameter('id'),
    historyId: historyIdOf(messages),
    messages: messages.map((message) => messageJson(call, message, format, headers)),
  });
}

function modify(call: Call): Result {
  const mailbox = mailboxFor(call);
  const messages = messagesOf(call, mailbox);
  const { add, remove } = labelChange(call, mailbox);
  return changeAll(call, mailbox, messages, add, remove);
}

function changeAll(
  call: Call,
  mailbox: Mailbox,
  messages: readonly Message[],
  add: string[],
  remove: string[],
): Result {
  for (const message of messages) mailbox.modify(message, add, remove);
  return json({ id: call.parameter('id'), messages: messages.map(messageBrief) });
}

function remove(call: Call): Result {
  const mailbox = mailboxFor(call);
  for (const message of messagesOf(call, mailbox)) mailbox.remove(message);
  return empty();
}

function messagesOf(call: Call, mailbox: Mailbox): readonly Message[] {
  const messages = mailbox.thread(call.parameter('id'));
  if (messages.length === 0) throw entityNotFound();
  return messages;
}

function historyIdOf(messages: readonly Message[]): string {
  return String(Math.max(...messages.map(({ historyId }) => historyId)));
}

const PATH = '/gmail/v1/users/{userId}/threads';
const ID = 'gmail.users.threads';

export const threadRoutes: readonly Route[] = [
  { id: `${ID}.list`, method: 'GET', path: PATH, scopes: READ_METADATA, handle: list },
  { id: `${ID}.get`, method: 'GET', path: `${PATH}/{id}`, scopes: READ_ADDON, handle: get },
  { id: `${ID}.modify`, method: 'POST', path: `${PATH}/{id}/modify`, scopes: MODIFY, handle: modify },
  {
    id: `${ID}.trash`,
    method: 'POST',
    path: `${PATH}/{id}/trash`,
    scopes: MODIFY,
    handle: (call) => {
      const mailbox = mailboxFor(call);
      return changeAll(call, mailbox, messagesOf(call, mailbox), ['TRASH'], []);
    },
  },
  {
    id: `${ID}.untrash`,
    method: 'POST',
    path: `${PATH}/{id}/untrash`,
    scopes: MODIFY,
    handle: (call) => {
      const mailbox = mailboxFor(call);
      return changeAll(call, mailbox, messagesOf(call, mailbox), [], ['TRASH']);
    },
  },
  { id: `${ID}.delete`, method: 'DELETE', path: `${PATH}/{id}`, scopes: DELETE, handle: remove },
];
