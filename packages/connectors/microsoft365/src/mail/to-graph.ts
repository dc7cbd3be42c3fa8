import type { FidelityNote, Flags } from '@sterna/connector-kit';
import type { ExtendedProperty } from '../graph/stamp.ts';
import type { NewAttachment } from '../outlook/attach.ts';
import { stateOfNew } from './flags.ts';
import { headerOf, type MimeAddress, type MimeAttachment, type MimeMessage, parseMime } from './mime.ts';
import { PROPERTIES } from './properties.ts';

export interface NewMessage {
  /** The body of the create, without attachments. */
  readonly fields: Readonly<Record<string, unknown>> & {
    readonly singleValueExtendedProperties: readonly ExtendedProperty[];
  };
  readonly attachments: readonly NewAttachment[];
  readonly notes: readonly FidelityNote[];
}

interface Recipient {
  readonly emailAddress: { readonly name?: string; readonly address: string };
}

/** PidTagMessageFlags. */
const READ = 1;
const UNSENT = 8;
/** A create has at most 4 MB in all; what is longer is attached. */
const MAX_BODY = 2 * 1024 * 1024;
const MAX_HEADER = 256 * 1024;
const MAX_SUBJECT = 255;
/** FILETIME begins in 1601; Outlook’s calendars end in 4500. */
const FIRST_YEAR = 1601;
const LAST_YEAR = 4500;
const ORIGINAL = 'Original message.eml';

/**
 * A message as Graph can make it with its dates and state: everything that a create may set only once is in it.
 *
 * What it can't say otherwise is attached as the original, byte by byte: signatures, encrypted content, bodies that are
 * too long for a request, and what no parser makes sense of.
 */
export async function toGraph(raw: Buffer, flags: Flags, received: Date | undefined): Promise<NewMessage> {
  const notes: FidelityNote[] = [];
  const state = stateOfNew(flags, notes);
  const isDraft = flags.some((flag) => flag.toLowerCase() === '\\draft');
  const mime = await parseMime(raw).catch(() => undefined);
  const body = mime === undefined ? { content: '', contentType: 'text' as const } : bodyOf(mime);
  const isTooLong = 3 * body.content.length > MAX_BODY && Buffer.byteLength(body.content) > MAX_BODY;
  const why = reasonToAttach(mime !== undefined && saysAnything(raw, mime) ? mime : undefined, isTooLong);
  if (why !== undefined) notes.push(why);
  const sent = validDate(mime?.date);
  const delivered = validDate(received);
  if (received !== undefined && delivered === undefined)
    notes.push({
      code: 'date-dropped',
      text: 'The received date is invalid; the date that it was sent stands for it.',
    });
  if (mime?.field('date') !== undefined && sent === undefined)
    notes.push({
      code: 'date-dropped',
      text: 'The date in its header is none that Microsoft 365 keeps; the received one stands for it.',
    });
  const header = noNul(mime?.header ?? headerOf(raw));
  if (header.length > MAX_HEADER)
    notes.push({ code: 'header-cut', text: 'Its header is longer than Microsoft 365 keeps; the rest was left out.' });

  const properties: ExtendedProperty[] = [
    { id: PROPERTIES.messageFlags, value: String((state.isRead ? READ : 0) | (isDraft ? UNSENT : 0)) },
    ...dateProperty(PROPERTIES.deliveryTime, delivered ?? sent),
    ...dateProperty(PROPERTIES.submitTime, sent ?? delivered),
    ...textProperty(PROPERTIES.headers, header.slice(0, MAX_HEADER)),
    ...textProperty(PROPERTIES.inReplyTo, mime?.inReplyTo),
    ...textProperty(PROPERTIES.references, mime?.references),
    ...textProperty(PROPERTIES.messageId, mime?.messageId),
    ...binaryProperty(PROPERTIES.conversationIndex, mime?.field('thread-index')),
    ...(state.singleValueExtendedProperties ?? []),
  ];
  return {
    fields: {
      ...(mime === undefined ? { subject: '', from: null, sender: null } : addressing(mime, notes)),
      body: isTooLong ? { ...body, content: cut(body.content) } : body,
      isRead: state.isRead,
      ...(state.flag === undefined ? {} : { flag: state.flag }),
      ...(state.categories === undefined ? {} : { categories: state.categories }),
      ...(mime === undefined ? {} : importanceOf(mime)),
      singleValueExtendedProperties: properties,
    },
    attachments: [
      ...(mime?.attachments ?? []).filter((one) => !(why !== undefined && isSealPart(one))).map(attachmentOf),
      ...(why === undefined
        ? []
        : [{ name: ORIGINAL, contentType: 'message/rfc822', content: raw, isInline: false } as const]),
    ],
    notes,
  };
}

/** Whatever shows more: HTML, where there is both. */
function bodyOf({ html, text }: MimeMessage): { readonly contentType: 'html' | 'text'; readonly content: string } {
  return html === undefined || html === ''
    ? { contentType: 'text', content: noNul(text ?? '') }
    : { contentType: 'html', content: noNul(html) };
}

function reasonToAttach(mime: MimeMessage | undefined, isTooLong: boolean): FidelityNote | undefined {
  if (mime === undefined)
    return {
      code: 'original-attached',
      text: `Its parts can’t be told from each other, so the message as it was is attached (${ORIGINAL}).`,
    };
  if (mime.isSealed)
    return {
      code: 'original-attached',
      text: `It is signed or encrypted, which only its exact bytes can prove: the message as it was is attached (${ORIGINAL}).`,
    };
  if (isGarbled(mime))
    return {
      code: 'original-attached',
      text: `Its text isn’t in the encoding that it claims, so some of it can’t be shown: the message as it was is attached (${ORIGINAL}).`,
    };
  if (isTooLong)
    return {
      code: 'original-attached',
      text: `Its text is longer than a request may be: it shows the beginning, and the message as it was is attached (${ORIGINAL}).`,
    };
  return undefined;
}

/** A body of which nothing came out is one that the parser couldn't tell apart. */
function saysAnything(raw: Buffer, { text, html, attachments }: MimeMessage): boolean {
  if (attachments.length > 0 || (text ?? '').trim() !== '' || (html ?? '').trim() !== '') return true;
  const head = raw.toString('latin1');
  const end = head.search(/\r?\n\r?\n/);
  return (end === -1 ? '' : head.slice(end)).trim() === '';
}

/** Characters that stand for bytes that meant none, and one that MAPI’s strings end at. */
const isGarbled = ({ text, html }: MimeMessage): boolean =>
  [text, html].some((shown) => shown !== undefined && (shown.includes('\0') || shown.includes('\ufffd')));

/** Worth nothing beside the original. */
const isSealPart = ({ contentType }: MimeAttachment): boolean =>
  /^application\/(?:(?:x-)?pkcs7-(?:mime|signature)|pgp-(?:signature|encrypted))$/i.test(contentType);

function addressing(mime: MimeMessage, notes: FidelityNote[]): Record<string, unknown> {
  const dropped: MimeAddress[] = [];
  const list = (addresses: readonly MimeAddress[]): Recipient[] =>
    addresses.flatMap((one) => {
      const recipient = recipientOf(one);
      if (recipient === undefined) dropped.push(one);
      return recipient ?? [];
    });
  const [from] = list(mime.from);
  const [sender] = list(mime.sender);
  const lists = {
    toRecipients: list(mime.to),
    ccRecipients: list(mime.cc),
    bccRecipients: list(mime.bcc),
    replyTo: list(mime.replyTo),
  };
  if (mime.authors > 1)
    notes.push({
      code: 'author-dropped',
      text: `It has ${mime.authors} authors, of whom Microsoft 365 holds one; the others are only in its header.`,
    });
  if (dropped.length > 0)
    notes.push({
      code: 'address-dropped',
      text: `${dropped.length} of its addresses are none that Microsoft 365 takes; they are only in its header.`,
    });
  const subject = noNul(mime.subject);
  if (subject.length > MAX_SUBJECT)
    notes.push({
      code: 'subject-cut',
      text: 'Its subject is longer than Microsoft 365 keeps; all of it is in its header.',
    });
  const messageId = validMessageId(mime.messageId);
  if (messageId === undefined)
    notes.push({
      code: 'message-id-added',
      text: 'It has no Message-ID that Microsoft 365 takes; Exchange gives it one.',
    });
  if (mime.field('date') === undefined)
    notes.push({
      code: 'sent-date-added',
      text: 'It doesn’t say when it was sent: Exchange shows when it was received.',
    });
  return {
    subject: subject.slice(0, MAX_SUBJECT).toWellFormed(),
    // Left out, it would be the mailbox's owner.
    from: from ?? null,
    sender: sender ?? from ?? null,
    ...Object.fromEntries(Object.entries(lists).filter(([, value]) => value.length > 0)),
    ...(messageId === undefined ? {} : { internetMessageId: messageId }),
  };
}

function recipientOf({ name, address }: MimeAddress): Recipient | undefined {
  if (!/^[^\s@<>(),;:"]{1,256}@[^\s@<>(),;:"]{1,255}$/.test(address)) return undefined;
  const shown = noNul(name).trim();
  return { emailAddress: shown === '' ? { address } : { name: shown.slice(0, 255).toWellFormed(), address } };
}

const validMessageId = (id: string | undefined): string | undefined =>
  id !== undefined && /^<[\x21-\x7e]{1,990}>$/.test(id) ? id : undefined;

/** RFC 2156 and the fields that programs really write. */
function importanceOf(mime: MimeMessage): { readonly importance?: 'low' | 'high' } {
  const said = mime.field('importance')?.toLowerCase() ?? mime.field('x-msmail-priority')?.toLowerCase();
  const priority = /^[1-5]/.exec(mime.field('x-priority') ?? '')?.[0];
  if (said === 'high' || (said === undefined && (priority === '1' || priority === '2'))) return { importance: 'high' };
  if (said === 'low' || (said === undefined && (priority === '4' || priority === '5'))) return { importance: 'low' };
  return {};
}

const attachmentOf = (one: MimeAttachment): NewAttachment => ({
  ...one,
  name: noNul(one.name).slice(0, 255).toWellFormed() || 'attachment',
});

const dateProperty = (id: string, date: Date | undefined): ExtendedProperty[] =>
  date === undefined ? [] : [{ id, value: `${date.toISOString().slice(0, 19)}Z` }];

const textProperty = (id: string, text: string | undefined): ExtendedProperty[] =>
  text === undefined || text === '' ? [] : [{ id, value: noNul(text) }];

/** Base64 as it stands in the header. */
function binaryProperty(id: string, text: string | undefined): ExtendedProperty[] {
  const value = text?.replace(/\s+/g, '') ?? '';
  return /^(?:[A-Za-z0-9+/]{4}){5,200}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value) ? [{ id, value }] : [];
}

function validDate(date: Date | undefined): Date | undefined {
  const year = date?.getUTCFullYear() ?? Number.NaN;
  return year >= FIRST_YEAR && year < LAST_YEAR ? date : undefined;
}

/** MAPI's strings end at a NUL. */
const noNul = (text: string): string => text.replaceAll('\0', '').toWellFormed();

/** Not in the middle of a character. */
const cut = (text: string): string => text.slice(0, MAX_BODY / 4).toWellFormed();
