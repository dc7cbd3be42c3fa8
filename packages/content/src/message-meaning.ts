import { createHash } from 'node:crypto';
import type { Address, Attachment, Email } from 'postal-mime';
import { messageDigest } from './message-digest.ts';
import { readMime } from './read-mime.ts';

/**
 * Whether a message that its server wrote anew says what the original says: who to whom, when, under which name, the text as
 * it is read, every attachment byte by byte; or whether it carries the original whole. Headers of the way, the order of
 * parts, encodings and the markup around the text are the server's.
 */
export async function saysTheSame(original: Buffer, copy: Buffer): Promise<boolean> {
  const wanted = messageDigest(original);
  if (messageDigest(copy).equals(wanted)) return true;
  const [one, other] = await Promise.all([parse(original), parse(copy)]);
  if (other.attachments.some((part) => messageDigest(bytesOf(part)).equals(wanted))) return true;
  // A message without an id gets one.
  const isNamed = one.messageId === undefined || one.messageId === other.messageId;
  return isNamed && meaningOf(one) === meaningOf(other);
}

const parse = (raw: Buffer): Promise<Email> => readMime(raw, { forceRfc822Attachments: true });

function meaningOf(email: Email): string {
  const date = Date.parse(email.date ?? '');
  return JSON.stringify([
    flat(email.subject ?? ''),
    people(email.from),
    people(email.to),
    people(email.cc),
    people(email.replyTo),
    Number.isNaN(date) ? '' : Math.floor(date / 1_000),
    flat(email.html === undefined ? (email.text ?? '') : textOf(email.html)),
    email.attachments.map(attachmentOf).sort(),
  ]);
}

const flat = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim();

/** Addresses alone: names are quoted and filled in by servers. */
const people = (of: Address | readonly Address[] | undefined): readonly string[] =>
  [of ?? []]
    .flat()
    .flatMap((one) => one.group ?? [one])
    .map(({ address }) => (address ?? '').toLowerCase())
    .filter((address) => /^[^\s@]+@[^\s@]+$/.test(address));

/** As it is read: a server may put a document with a head around it. */
const textOf = (html: string): string =>
  html
    .replace(/<!--[\s\S]*?-->|<(head|style|script)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;/gi, ' ');

function attachmentOf(part: Attachment): string {
  const bytes = bytesOf(part);
  // Text has the line ends of whoever wrote it down; those at its end may be the boundary's.
  const isText = /^(?:text|message)\//i.test(part.mimeType);
  const content = isText ? bytes.toString('latin1').replace(/\r\n/g, '\n').trimEnd() : bytes;
  return createHash('sha256').update(content).digest('hex');
}

const bytesOf = ({ content }: Attachment): Buffer =>
  typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer);
