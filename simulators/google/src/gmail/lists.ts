import type { Call } from '../http/call.ts';
import { forbidden } from '../http/errors.ts';
import { metadataOnly } from './access.ts';
import type { Mailbox } from './mailbox.ts';
import type { Message } from './message.ts';
import { parseSearch } from './search.ts';

export interface MessagePage {
  readonly messages: readonly Message[];
  readonly nextPageToken: string | undefined;
  readonly estimate: number;
}

const SIZE = { otherwise: 100, min: 1, max: 500, cut: true } as const;

/**
 * One page of the messages that `q`, `labelIds` and `includeSpamTrash` want, newest first. The page token remembers the
 * last message told, so what comes in meanwhile shifts nothing.
 *
 * @param only keeps what the list is of; it is asked last, once for each message that matches
 */
export function listMessages(
  call: Call,
  mailbox: Mailbox,
  only: (message: Message) => boolean = () => true,
): MessagePage {
  const limit = call.query.integer('maxResults', SIZE);
  const q = call.query.text('q') ?? '';
  if (q !== '' && metadataOnly(call)) throw forbidden("Metadata scope does not support 'q' parameter");
  const labelIds = call.query.all('labelIds');
  const search = parseSearch(q, mailbox, call.now);
  const hidden =
    call.query.boolean('includeSpamTrash') || search.everywhere
      ? []
      : ['SPAM', 'TRASH'].filter((id) => !labelIds.includes(id));
  const visibleUntil = call.now - call.cloud.faults.listDelayMs;
  const from = positionOf(call);
  const candidates = search.messageId === undefined ? mailbox.sorted : byDate(mailbox.withMessageId(search.messageId));
  const found = candidates.filter(
    (message) =>
      message.addedAt <= visibleUntil &&
      labelIds.every((id) => message.labels.has(id)) &&
      !hidden.some((id) => message.labels.has(id)) &&
      search.matches(message) &&
      only(message),
  );
  const start = from === undefined ? 0 : found.findIndex((message) => isAfter(message, from));
  const messages = start === -1 ? [] : found.slice(start, start + limit);
  const last = messages.at(-1);
  const more = start !== -1 && start + limit < found.length && last !== undefined;
  return {
    messages,
    nextPageToken: more ? call.cloud.sealToken(tokenKind(call), { date: last.internalDate, id: last.id }) : undefined,
    estimate: found.length,
  };
}

interface Position {
  readonly date: number;
  readonly id: string;
}

function positionOf(call: Call): Position | undefined {
  const token = call.query.text('pageToken');
  return token === undefined || token === '' ? undefined : call.cloud.openToken<Position>(tokenKind(call), token);
}

function tokenKind(call: Call): string {
  return `${call.method}/${call.user.id}`;
}

function byDate(messages: readonly Message[]): Message[] {
  return messages.toSorted((a, b) => b.internalDate - a.internalDate || (a.id < b.id ? 1 : -1));
}

function isAfter(message: Message, { date, id }: Position): boolean {
  return message.internalDate < date || (message.internalDate === date && message.id < id);
}
