import type { Call } from '../http/call.ts';
import type { Label } from './labels.ts';
import type { Mailbox } from './mailbox.ts';
import { type Message, partsOf, snippetOf } from './message.ts';
import type { MimePart } from './mime.ts';

export type Format = 'minimal' | 'full' | 'raw' | 'metadata';

/** Id and conversation: all that lists tell. */
export function messageRef({ id, threadId }: Message): Record<string, unknown> {
  return { id, threadId };
}

/** What a change answers with. */
export function messageBrief(message: Message): Record<string, unknown> {
  return { ...messageRef(message), ...labelIds(message.labels) };
}

export function messageJson(
  call: Call,
  message: Message,
  format: Format,
  metadataHeaders: readonly string[] = [],
): Record<string, unknown> {
  const common = {
    ...messageBrief(message),
    snippet: snippetOf(message),
    sizeEstimate: message.raw.length,
    historyId: String(message.historyId),
    internalDate: String(message.internalDate),
  };
  switch (format) {
    case 'minimal':
      return common;
    case 'raw':
      return { ...common, raw: message.raw.toString('base64url') };
    case 'metadata':
      return { ...common, payload: metadataOf(partsOf(message), metadataHeaders) };
    case 'full':
      return { ...common, payload: payloadOf(call, message, partsOf(message), '') };
  }
}

/** Labels of a message; Gmail leaves an empty list out. */
function labelIds(labels: Iterable<string>): Record<string, unknown> {
  const ids = [...labels];
  return ids.length === 0 ? {} : { labelIds: ids };
}

function metadataOf(part: MimePart, wanted: readonly string[]): Record<string, unknown> {
  const names = new Set(wanted.map((name) => name.toLowerCase()));
  const headers = part.headers.filter(({ name }) => names.size === 0 || names.has(name.toLowerCase()));
  return { mimeType: part.mimeType, headers };
}

function payloadOf(call: Call, message: Message, part: MimePart, partId: string): Record<string, unknown> {
  const own = { partId, mimeType: part.mimeType, filename: part.filename, headers: part.headers };
  if (part.parts.length > 0) {
    const parts = part.parts.map((inner, at) =>
      payloadOf(call, message, inner, partId === '' ? `${at}` : `${partId}.${at}`),
    );
    return { ...own, body: { size: 0 }, parts };
  }
  const size = part.body.length;
  if (part.filename === '' && !part.attachment) {
    return { ...own, body: { size, ...(size === 0 ? {} : { data: part.body.toString('base64url') }) } };
  }
  return { ...own, body: { attachmentId: attachmentId(call, message, partId), size } };
}

/** Gmail gives an attachment another id each time it is asked; all of them go on to work. */
function attachmentId(call: Call, message: Message, partId: string): string {
  return call.cloud.sealToken('attachment', { message: message.id, part: partId, nonce: call.cloud.ids.token(8) });
}

/** The part that an attachment's id means; undefined when it is none of this message's. */
export function attachmentOf(call: Call, message: Message, id: string): MimePart | undefined {
  const { message: of, part } = call.cloud.openToken<{ message: string; part: string }>('attachment', id, 'id');
  if (of !== message.id) return undefined;
  let found: MimePart | undefined = partsOf(message);
  for (const at of part === '' ? [] : part.split('.')) found = found?.parts[Number(at)];
  return found;
}

/** @param counts tell how many messages and conversations have it, as only `labels.get` does */
export function labelJson(label: Label, counts?: Mailbox): Record<string, unknown> {
  return {
    id: label.id,
    name: label.name,
    ...(label.messageListVisibility === undefined ? {} : { messageListVisibility: label.messageListVisibility }),
    ...(label.labelListVisibility === undefined ? {} : { labelListVisibility: label.labelListVisibility }),
    type: label.type,
    ...(counts === undefined ? {} : countsOf(label, counts)),
    ...(label.color === undefined ? {} : { color: label.color }),
  };
}

function countsOf({ id }: Label, mailbox: Mailbox): Record<string, number> {
  const messages = [...mailbox.messages.values()].filter(({ labels }) => labels.has(id));
  const unread = messages.filter(({ labels }) => labels.has('UNREAD'));
  const threads = (list: readonly Message[]) => new Set(list.map(({ threadId }) => threadId)).size;
  return {
    messagesTotal: messages.length,
    messagesUnread: unread.length,
    threadsTotal: threads(messages),
    threadsUnread: threads(unread),
  };
}
