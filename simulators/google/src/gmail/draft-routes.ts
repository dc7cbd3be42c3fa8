import type { Call } from '../http/call.ts';
import { empty, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { entityNotFound, invalidArgument, mailboxFor } from './access.ts';
import { rawOf } from './incoming.ts';
import { messageBrief, messageJson, messageRef } from './json.ts';
import { listMessages } from './lists.ts';
import type { Draft, Mailbox } from './mailbox.ts';
import type { Message } from './message.ts';
import { formatOf, sendRaw } from './message-routes.ts';
import { READ_DRAFTS, SEND, WRITE_DRAFTS } from './scopes.ts';

const FORMATS = ['minimal', 'full', 'raw', 'metadata'] as const;

function list(call: Call): Result {
  const mailbox = mailboxFor(call);
  const byMessage = new Map([...mailbox.drafts.values()].map((draft) => [draft.messageId, draft]));
  const { messages, nextPageToken, estimate } = listMessages(call, mailbox, ({ id }) => byMessage.has(id));
  const drafts = messages.map((message) => ({ id: byMessage.get(message.id)?.id, message: messageRef(message) }));
  return json({
    ...(drafts.length === 0 ? {} : { drafts }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
    resultSizeEstimate: estimate,
  });
}

function get(call: Call): Result {
  const mailbox = mailboxFor(call);
  const draft = draftFor(mailbox, call.parameter('id'));
  return json({ id: draft.id, message: messageJson(call, messageOf(mailbox, draft), formatOf(call, FORMATS)) });
}

/** The message of a draft: `message` of the body, of which an upload brings the bytes. */
function contentOf(call: Call, mailbox: Mailbox): { raw: Buffer; threadId: string | undefined } {
  const message = (call.json().message ?? {}) as Record<string, unknown>;
  const { threadId } = message;
  if (threadId !== undefined && (typeof threadId !== 'string' || mailbox.thread(threadId).length === 0))
    throw entityNotFound();
  return { raw: rawOf(call, message), threadId: threadId as string | undefined };
}

function create(call: Call): Result {
  const mailbox = mailboxFor(call);
  const { raw, threadId } = contentOf(call, mailbox);
  const message = addDraftMessage(mailbox, raw, call.now, threadId);
  return told(addDraft(mailbox, message), message);
}

/** What the draft was is gone; its new message has another id. */
function update(call: Call): Result {
  const mailbox = mailboxFor(call);
  const draft = draftFor(mailbox, call.parameter('id'));
  const { raw, threadId } = contentOf(call, mailbox);
  const old = messageOf(mailbox, draft);
  const message = addDraftMessage(mailbox, raw, call.now, threadId ?? old.threadId);
  draft.messageId = message.id;
  mailbox.remove(old);
  return told(draft, message);
}

function send(call: Call): Result {
  const mailbox = mailboxFor(call);
  const { id } = call.json();
  if (typeof id !== 'string') throw invalidArgument('Invalid draft');
  const old = messageOf(mailbox, draftFor(mailbox, id));
  const sent = sendRaw(call, mailbox, call.media === undefined ? old.raw : rawOf(call, {}), old.threadId);
  mailbox.remove(old);
  return json(messageBrief(sent));
}

function remove(call: Call): Result {
  const mailbox = mailboxFor(call);
  mailbox.remove(messageOf(mailbox, draftFor(mailbox, call.parameter('id'))));
  return empty();
}

function addDraftMessage(mailbox: Mailbox, raw: Buffer, now: number, threadId: string | undefined): Message {
  return mailbox.add({ raw, labels: ['DRAFT'], internalDate: now, threadId, byReferences: true });
}

/** Makes the message a draft. */
export function addDraft(mailbox: Mailbox, message: Message): Draft {
  const draft = { id: `r-${mailbox.ids.digits(19)}`, messageId: message.id };
  mailbox.drafts.set(draft.id, draft);
  return draft;
}

function told({ id }: Draft, message: Message): Result {
  return json({ id, message: messageBrief(message) });
}

function draftFor(mailbox: Mailbox, id: string): Draft {
  const draft = mailbox.drafts.get(id);
  if (draft === undefined) throw entityNotFound();
  return draft;
}

function messageOf(mailbox: Mailbox, { messageId }: Draft): Message {
  const message = mailbox.messages.get(messageId);
  if (message === undefined) throw entityNotFound();
  return message;
}

const PATH = '/gmail/v1/users/{userId}/drafts';
const ID = 'gmail.users.drafts';
const UPLOADS = { media: { maxBytes: 36_700_160 } };

export const draftRoutes: readonly Route[] = [
  { id: `${ID}.list`, method: 'GET', path: PATH, scopes: READ_DRAFTS, handle: list },
  { id: `${ID}.create`, method: 'POST', path: PATH, scopes: WRITE_DRAFTS, ...UPLOADS, handle: create },
  {
    id: `${ID}.send`,
    method: 'POST',
    path: `${PATH}/send`,
    scopes: SEND.filter((scope) => scope !== 'gmail.send'),
    ...UPLOADS,
    handle: send,
  },
  { id: `${ID}.get`, method: 'GET', path: `${PATH}/{id}`, scopes: READ_DRAFTS, handle: get },
  { id: `${ID}.update`, method: 'PUT', path: `${PATH}/{id}`, scopes: WRITE_DRAFTS, ...UPLOADS, handle: update },
  { id: `${ID}.delete`, method: 'DELETE', path: `${PATH}/{id}`, scopes: WRITE_DRAFTS, handle: remove },
];
