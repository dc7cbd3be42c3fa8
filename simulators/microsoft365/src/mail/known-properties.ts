import type { ExtendedProperties } from './extended-property.ts';
import { type Message, type MessageContent, messageSize } from './message.ts';
import { parseHeaders } from './mime-in.ts';

/** Bits of PidTagMessageFlags. */
const READ = 0x1;
const UNMODIFIED = 0x2;
const UNSENT = 0x8;
const HAS_ATTACHMENTS = 0x10;

const FLAGS = 'Integer 0xe07';
const DELIVERY_TIME = 'SystemTime 0xe06';
const SUBMIT_TIME = 'SystemTime 0x39';
const TRANSPORT_HEADERS = 'String 0x7d';
const IN_REPLY_TO = 'String 0x1042';
const REFERENCES = 'String 0x1039';
const MESSAGE_ID = 'String 0x1035';
const CONVERSATION_INDEX = 'Binary 0x71';
const SIZE = 'Integer 0xe08';
const MESSAGE_CLASS = 'String 0x1a';

/** Properties that can't be given at all. */
const COMPUTED = new Set([SIZE]);
/** Those that hold from the first save on. */
const ONLY_AT_CREATION = new Set([FLAGS, DELIVERY_TIME, SUBMIT_TIME, TRANSPORT_HEADERS]);

/** The MAPI properties that a message has by being what it is. */
export function knownProperties(message: Message): ExtendedProperties {
  const properties: ExtendedProperties = new Map<string, string>([
    [FLAGS, String(flagsOf(message))],
    [DELIVERY_TIME, new Date(message.receivedAt).toISOString().replace('.000Z', 'Z')],
    [SUBMIT_TIME, new Date(message.sentAt).toISOString().replace('.000Z', 'Z')],
    [SIZE, String(messageSize(message))],
    [MESSAGE_CLASS, 'IPM.Note'],
  ]);
  if (message.internetMessageId !== undefined) properties.set(MESSAGE_ID, message.internetMessageId);
  const headers = message.headerBlock ?? message.headers.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
  if (headers !== '') properties.set(TRANSPORT_HEADERS, headers);
  if (message.inReplyTo !== undefined) properties.set(IN_REPLY_TO, message.inReplyTo);
  if (message.references.length > 0) properties.set(REFERENCES, message.references.join(' '));
  if (message.conversationIndex !== undefined) properties.set(CONVERSATION_INDEX, message.conversationIndex);
  return properties;
}

/**
 * Gives properties that have a meaning to the message's fields, and takes them out of `properties`. On a message that is
 * there already, those that hold from its creation on are ignored, as Exchange does.
 */
export function applyKnownProperties(
  content: MessageContent,
  properties: ExtendedProperties,
  { creating }: { creating: boolean },
): void {
  for (const [id, value] of [...properties]) {
    const known = typeof value === 'string' && apply(content, id, value, creating);
    if (known || COMPUTED.has(id)) properties.delete(id);
  }
}

/** @returns true when the property isn't one of those that are nothing but properties */
function apply(content: MessageContent, id: string, value: string, creating: boolean): boolean {
  if (ONLY_AT_CREATION.has(id) && !creating) return true;
  switch (id) {
    case FLAGS:
      content.isDraft = (Number(value) & UNSENT) !== 0;
      content.isRead = (Number(value) & READ) !== 0;
      return true;
    case DELIVERY_TIME:
      content.receivedAt = Date.parse(value);
      return true;
    case SUBMIT_TIME:
      content.sentAt = Date.parse(value);
      return true;
    case TRANSPORT_HEADERS:
      content.headers = parseHeaders(Buffer.from(value));
      content.headerBlock = value;
      return true;
    case IN_REPLY_TO:
      content.inReplyTo = value;
      return true;
    case REFERENCES:
      content.references = value.match(/<[^<>]+>/g) ?? [];
      return true;
    case MESSAGE_ID:
      content.internetMessageId = value;
      return true;
    case CONVERSATION_INDEX:
      content.conversationIndex = value;
      return true;
    case MESSAGE_CLASS:
      return value === 'IPM.Note';
    default:
      return false;
  }
}

function flagsOf(message: Message): number {
  const attachments = message.attachments.length > 0 ? HAS_ATTACHMENTS : 0;
  const unmodified = message.version === 1 && !message.isDraft ? UNMODIFIED : 0;
  return (message.isRead ? READ : 0) | unmodified | (message.isDraft ? UNSENT : 0) | attachments;
}
