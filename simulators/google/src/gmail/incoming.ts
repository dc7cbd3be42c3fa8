import type { Call } from '../http/call.ts';
import { badRequest, notFound } from '../http/errors.ts';
import { invalidArgument, texts } from './access.ts';
import { NEVER_SET } from './labels.ts';
import type { Mailbox } from './mailbox.ts';
import { indexOf, type Message } from './message.ts';
import { headerOf, readHeaders } from './mime.ts';

const NO_MESSAGE = "'raw' RFC822 payload message string or uploading message via /upload/* URL required";

/** The bytes of the message that a request brings: an upload's file, or `raw` of a Message. Throws 400. */
export function rawOf(call: Call, message: Record<string, unknown>): Buffer {
  if (call.media !== undefined) {
    const type = call.media.contentType;
    if (!/^message\//i.test(type)) {
      throw badRequest(`Media type '${type}' is not supported. Valid media types: [message/*]`, 'badContent');
    }
    if (call.media.body.length === 0) throw invalidArgument(NO_MESSAGE);
    return call.media.body;
  }
  const { raw } = message;
  if (typeof raw !== 'string' || raw === '') throw invalidArgument(NO_MESSAGE);
  if (!/^[\w+/-]*={0,2}$/.test(raw)) throw invalidArgument('Invalid value for ByteString: raw');
  return Buffer.from(raw, 'base64url');
}

/** The labels that a request wants on a new message. Throws 400 for those that aren't there or can't be set. */
export function labelsOf(call: Call, mailbox: Mailbox, message: Record<string, unknown>): Set<string> {
  const labels = new Set(texts(message, 'labelIds'));
  for (const id of labels) {
    const draft = id === 'DRAFT' && call.cloud.assumptions.gmailDraftLabelOnInsert === 'refuse';
    if (!mailbox.labels.has(id) || NEVER_SET.has(id) || draft) throw invalidArgument(`Invalid label: ${id}`);
  }
  return labels;
}

/** `messages.insert`: as IMAP's APPEND does it. */
export function insertMessage(call: Call, mailbox: Mailbox): Message | undefined {
  const { assumptions } = call.cloud;
  const body = call.json();
  const labels = labelsOf(call, mailbox, body);
  const raw = rawOf(call, body);
  const source = call.query.choice('internalDateSource', ['receivedTime', 'dateHeader'], 'receivedTime');
  const threadId = threadIdOf(mailbox, body);
  if (call.query.boolean('deleted')) return undefined;
  const known = equalTo(mailbox, raw, assumptions.gmailInsertMerges);
  if (known !== undefined) return mergedInto(mailbox, known, labels);
  return mailbox.add({
    raw: assumptions.gmailAddsReceived === 'both' ? withReceived(call, raw) : raw,
    labels,
    internalDate: internalDate(call, raw, source),
    threadId,
    byReferences: assumptions.gmailInsertThreads,
  });
}

/**
 * `messages.import`: as if it came by SMTP. What the mailbox has already it keeps once, and the labels of both; spam is
 * found (here: by a header of the message) unless the client says otherwise.
 */
export function importMessage(call: Call, mailbox: Mailbox): Message | undefined {
  const { assumptions } = call.cloud;
  const body = call.json();
  const labels = labelsOf(call, mailbox, body);
  const raw = rawOf(call, body);
  const source = call.query.choice('internalDateSource', ['receivedTime', 'dateHeader'], 'dateHeader');
  const neverSpam = call.query.boolean('neverMarkSpam');
  call.query.boolean('processForCalendar');
  const threadId = threadIdOf(mailbox, body);
  const { headers } = readHeaders(raw);
  if (assumptions.gmailImportChecksFrom)
    checkFrom(headers.filter(({ name }) => /^from$/i.test(name)).map(({ value }) => value));
  if (call.query.boolean('deleted')) return undefined;
  if (!neverSpam && /^yes/i.test(headerOf(headers, 'x-spam-flag') ?? '')) {
    labels.delete('INBOX');
    labels.add('SPAM');
  }
  const category = [...labels].some((id) => id.startsWith('CATEGORY_'));
  if (
    assumptions.gmailImportAddsCategory &&
    labels.has('INBOX') &&
    !category &&
    headerOf(headers, 'list-unsubscribe') !== undefined
  ) {
    labels.add('CATEGORY_PROMOTIONS');
  }
  const known = equalTo(mailbox, raw, assumptions.gmailImportMerges);
  if (known !== undefined) return mergedInto(mailbox, known, labels);
  const whole =
    assumptions.gmailAddsMessageId && headerOf(headers, 'message-id') === undefined ? withMessageId(mailbox, raw) : raw;
  return mailbox.add({
    raw: assumptions.gmailAddsReceived === 'none' ? whole : withReceived(call, whole),
    labels,
    internalDate: internalDate(call, raw, source),
    threadId,
    byReferences: true,
  });
}

function checkFrom(values: readonly string[]): void {
  if (values.length !== 1) throw invalidArgument("Expected a single 'From' header");
  if (!/[^\s<>@]+@[^\s<>@]+/.test(values[0] as string)) throw invalidArgument('Invalid From header');
}

function threadIdOf(mailbox: Mailbox, { threadId }: Record<string, unknown>): string | undefined {
  if (threadId === undefined || threadId === '') return undefined;
  if (typeof threadId !== 'string' || mailbox.thread(threadId).length === 0)
    throw notFound('Requested entity was not found.');
  return threadId;
}

/** What is kept once has the labels of both, and comes back from the trash. */
function mergedInto(mailbox: Mailbox, known: Message, labels: ReadonlySet<string>): Message {
  mailbox.modify(known, [...labels], known.labels.has('TRASH') && !labels.has('TRASH') ? ['TRASH'] : []);
  return known;
}

/** A message that Gmail takes for the same. */
function equalTo(mailbox: Mailbox, raw: Buffer, how: 'equal' | 'message-id' | 'never'): Message | undefined {
  const { messageId } = indexOf(raw);
  if (how === 'never' || messageId === undefined) return undefined;
  const same = mailbox.withMessageId(messageId).filter(({ labels }) => !labels.has('DRAFT'));
  return how === 'message-id' ? same[0] : same.find((message) => withoutReceived(message.raw).equals(raw));
}

/** What a message's time is: of its Date header, where that can be read, or now. */
function internalDate(call: Call, raw: Buffer, source: 'receivedTime' | 'dateHeader'): number {
  return (source === 'dateHeader' ? indexOf(raw).date : undefined) ?? call.now;
}

const RECEIVED = /^Received: from \d+ named unknown by gmailapi\.google\.com with HTTPREST; [^\r\n]*\r\n/;

function withReceived(call: Call, raw: Buffer): Buffer {
  const date = new Date(call.now).toUTCString().replace('GMT', '+0000');
  const line = `Received: from ${call.identity.project.number} named unknown by gmailapi.google.com with HTTPREST; ${date}\r\n`;
  return Buffer.concat([Buffer.from(line), raw]);
}

function withoutReceived(raw: Buffer): Buffer {
  const found = RECEIVED.exec(raw.subarray(0, 300).toString('latin1'));
  return found === null ? raw : raw.subarray(found[0].length);
}

function withMessageId(mailbox: Mailbox, raw: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`Message-ID: <${mailbox.ids.hex(24)}@mx.google.com>\r\n`), raw]);
}
