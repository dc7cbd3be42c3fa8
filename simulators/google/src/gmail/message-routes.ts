import type { Call } from '../http/call.ts';
import { forbidden } from '../http/errors.ts';
import { empty, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { entityNotFound, invalidArgument, mailboxFor, messageFor, metadataOnly, texts } from './access.ts';
import { importMessage, insertMessage, rawOf } from './incoming.ts';
import { attachmentOf, type Format, messageBrief, messageJson, messageRef } from './json.ts';
import { NEVER_MODIFIED } from './labels.ts';
import { listMessages } from './lists.ts';
import type { Mailbox } from './mailbox.ts';
import { indexOf, type Message } from './message.ts';
import { DELETE, INSERT, MODIFY, READ_ADDON, READ_ADDON_CONTENT, READ_METADATA, SEND } from './scopes.ts';

const FORMATS = ['minimal', 'full', 'raw', 'metadata'] as const;
const MAX_IDS = 1000;
const IMPORT_BYTES = 157_286_400;
const SEND_BYTES = 36_700_160;
/** Larger messages have to be uploaded. */
const JSON_BYTES = 7_000_000;

function list(call: Call): Result {
  const { messages, nextPageToken, estimate } = listMessages(call, mailboxFor(call));
  return json({
    ...(messages.length === 0 ? {} : { messages: messages.map(messageRef) }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
    resultSizeEstimate: estimate,
  });
}

/** The wanted format, where the scope allows it. */
export function formatOf<F extends Format>(call: Call, formats: readonly F[]): F | 'full' {
  const format = call.query.choice('format', formats, 'full' as F);
  if ((format === 'full' || format === 'raw') && metadataOnly(call)) {
    throw forbidden(`Metadata scope doesn't allow format ${format.toUpperCase()}`);
  }
  return format;
}

function get(call: Call): Result {
  const mailbox = mailboxFor(call);
  const format = formatOf(call, FORMATS);
  return json(messageJson(call, messageFor(call, mailbox), format, call.query.all('metadataHeaders')));
}

function created(message: Message | undefined, mailbox: Mailbox): Result {
  if (message !== undefined) return json(messageBrief(message));
  // Only Vault would show it; it has an id all the same.
  const id = mailbox.ids.hex(16);
  return json({ id, threadId: id });
}

function insert(call: Call): Result {
  const mailbox = mailboxFor(call);
  return created(insertMessage(call, mailbox), mailbox);
}

function importOne(call: Call): Result {
  const mailbox = mailboxFor(call);
  return created(importMessage(call, mailbox), mailbox);
}

/** What is sent goes into the mailbox's `sent`, and nowhere else. */
export function sendRaw(call: Call, mailbox: Mailbox, raw: Buffer, threadId?: string): Message {
  const { to, cc, bcc } = indexOf(raw);
  if (to === '' && cc === '' && bcc === '') throw invalidArgument('Recipient address required');
  mailbox.sent.push({ at: call.now, raw });
  return mailbox.add({ raw, labels: ['SENT'], internalDate: call.now, threadId, byReferences: true });
}

function send(call: Call): Result {
  const mailbox = mailboxFor(call);
  const body = call.json();
  const threadId = typeof body.threadId === 'string' ? body.threadId : undefined;
  return json(messageBrief(sendRaw(call, mailbox, rawOf(call, body), threadId)));
}

/** The labels to add and to remove. Throws 400 for those that aren't there or can't be touched. */
export function labelChange(call: Call, mailbox: Mailbox): { add: string[]; remove: string[] } {
  const body = call.json();
  const [add, remove] = [texts(body, 'addLabelIds'), texts(body, 'removeLabelIds')];
  if (add.length + remove.length === 0) throw invalidArgument('No label add or removes specified');
  for (const id of [...add, ...remove]) {
    if (!mailbox.labels.has(id) || NEVER_MODIFIED.has(id)) throw invalidArgument(`Invalid label: ${id}`);
  }
  if (add.some((id) => remove.includes(id))) throw invalidArgument('Cannot both add and remove the same label');
  return { add, remove };
}

function modify(call: Call): Result {
  const mailbox = mailboxFor(call);
  const message = messageFor(call, mailbox);
  const { add, remove } = labelChange(call, mailbox);
  mailbox.modify(message, add, remove);
  return json(messageBrief(message));
}

/** Ids that aren't there are passed over. */
function messagesOf(mailbox: Mailbox, ids: readonly string[]): Message[] {
  if (ids.length === 0) throw invalidArgument('No message ids specified');
  if (ids.length > MAX_IDS) throw invalidArgument(`Too many message ids, the limit is ${MAX_IDS}.`);
  return ids.flatMap((id) => mailbox.messages.get(id) ?? []);
}

function batchModify(call: Call): Result {
  const mailbox = mailboxFor(call);
  const messages = messagesOf(mailbox, texts(call.json(), 'ids'));
  const { add, remove } = labelChange(call, mailbox);
  for (const message of messages) mailbox.modify(message, add, remove);
  return empty();
}

function batchDelete(call: Call): Result {
  const mailbox = mailboxFor(call);
  for (const message of messagesOf(mailbox, texts(call.json(), 'ids'))) mailbox.remove(message);
  return empty();
}

function trash(call: Call): Result {
  const mailbox = mailboxFor(call);
  const message = messageFor(call, mailbox);
  mailbox.modify(message, ['TRASH'], []);
  return json(messageBrief(message));
}

function untrash(call: Call): Result {
  const mailbox = mailboxFor(call);
  const message = messageFor(call, mailbox);
  mailbox.modify(message, [], ['TRASH']);
  return json(messageBrief(message));
}

function remove(call: Call): Result {
  const mailbox = mailboxFor(call);
  mailbox.remove(messageFor(call, mailbox));
  return empty();
}

function attachment(call: Call): Result {
  const mailbox = mailboxFor(call);
  const part = attachmentOf(call, messageFor(call, mailbox, 'messageId'), call.parameter('id'));
  if (part === undefined) throw entityNotFound();
  return json({ size: part.body.length, data: part.body.toString('base64url') });
}

const PATH = '/gmail/v1/users/{userId}/messages';
const ID = 'gmail.users.messages';
const IMPORT = { media: { maxBytes: IMPORT_BYTES }, bodyLimit: JSON_BYTES };

export const messageRoutes: readonly Route[] = [
  { id: `${ID}.list`, method: 'GET', path: PATH, scopes: READ_METADATA, handle: list },
  { id: `${ID}.insert`, method: 'POST', path: PATH, scopes: INSERT, ...IMPORT, handle: insert },
  { id: `${ID}.import`, method: 'POST', path: `${PATH}/import`, scopes: INSERT, ...IMPORT, handle: importOne },
  {
    id: `${ID}.send`,
    method: 'POST',
    path: `${PATH}/send`,
    scopes: SEND,
    media: { maxBytes: SEND_BYTES },
    bodyLimit: JSON_BYTES,
    handle: send,
  },
  { id: `${ID}.batchModify`, method: 'POST', path: `${PATH}/batchModify`, scopes: MODIFY, handle: batchModify },
  { id: `${ID}.batchDelete`, method: 'POST', path: `${PATH}/batchDelete`, scopes: DELETE, handle: batchDelete },
  { id: `${ID}.get`, method: 'GET', path: `${PATH}/{id}`, scopes: READ_ADDON, handle: get },
  { id: `${ID}.delete`, method: 'DELETE', path: `${PATH}/{id}`, scopes: DELETE, handle: remove },
  { id: `${ID}.modify`, method: 'POST', path: `${PATH}/{id}/modify`, scopes: MODIFY, handle: modify },
  { id: `${ID}.trash`, method: 'POST', path: `${PATH}/{id}/trash`, scopes: MODIFY, handle: trash },
  { id: `${ID}.untrash`, method: 'POST', path: `${PATH}/{id}/untrash`, scopes: MODIFY, handle: untrash },
  {
    id: `${ID}.attachments.get`,
    method: 'GET',
    path: `${PATH}/{messageId}/attachments/{id}`,
    scopes: READ_ADDON_CONTENT,
    handle: attachment,
  },
];
