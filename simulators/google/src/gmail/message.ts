import { decodeWords } from 'postal-mime';
import { headerOf, type MimePart, parseMime, readHeaders, textOf } from './mime.ts';

/** A message of a mailbox. */
export interface Message {
  /** 16 hex digits; a later one is greater. */
  readonly id: string;
  readonly threadId: string;
  readonly raw: Buffer;
  /** Milliseconds. */
  readonly internalDate: number;
  /** When it came into the mailbox, milliseconds of the clock. */
  readonly addedAt: number;
  readonly labels: Set<string>;
  /** Of its last change. */
  historyId: number;
  readonly index: Index;
}

/** What searches and conversations look at, read once. */
export interface Index {
  /** Without angle brackets; undefined when there is none. */
  readonly messageId: string | undefined;
  /** Message-IDs of References and In-Reply-To. */
  readonly references: readonly string[];
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  readonly bcc: string;
  readonly listId: string | undefined;
  /** Of the Date header; undefined when it can't be read. */
  readonly date: number | undefined;
}

export function indexOf(raw: Buffer): Index {
  const { headers } = readHeaders(raw);
  const text = (name: string) => decodeWords(headerOf(headers, name) ?? '');
  const references = `${headerOf(headers, 'references') ?? ''} ${headerOf(headers, 'in-reply-to') ?? ''}`;
  const date = Date.parse((headerOf(headers, 'date') ?? '').replace(/\([^()]*\)/g, '').trim());
  return {
    messageId: bare(headerOf(headers, 'message-id')),
    references: [...references.matchAll(/<([^<>\s]+)>/g)].map(([, id]) => id as string),
    subject: text('subject'),
    from: text('from'),
    to: text('to'),
    cc: text('cc'),
    bcc: text('bcc'),
    listId: headerOf(headers, 'list-id'),
    date: Number.isNaN(date) ? undefined : date,
  };
}

/** `Re: Fwd: x` → `x`: conversations need the same subject. */
export function threadSubject(subject: string): string {
  return subject
    .replace(/^(?:\s*(?:re|fwd?|aw|wg|sv|antw)\s*(?:\[\d+\])?:)+/i, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

const parsed = new WeakMap<Buffer, MimePart>();

/** The message taken apart; kept as long as its bytes are. */
export function partsOf(message: Message): MimePart {
  const known = parsed.get(message.raw) ?? parseMime(message.raw);
  parsed.set(message.raw, known);
  return known;
}

const SNIPPET = 200;

/** The beginning of the text, as HTML has it. */
export function snippetOf(message: Message): string {
  const text = textOf(partsOf(message)).replace(/\s+/g, ' ').trim().slice(0, SNIPPET);
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

function bare(value: string | undefined): string | undefined {
  const id = value?.replace(/^\s*<|>\s*$/g, '').trim();
  return id === '' ? undefined : id;
}
