import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import PostalMime, { type Address } from 'postal-mime';

/** What a message says, where it says it; what it doesn't is free. */
export type Meaning = ReadonlyMap<string, string>;

const lines = (text: string | undefined): string | undefined => text?.replace(/\r\n?/g, '\n').trimEnd() || undefined;
const flat = (of: Address | readonly Address[] | undefined): string | undefined =>
  [of ?? []]
    .flat()
    .flatMap((one: Address) => (one.group === undefined ? [one] : one.group))
    .filter(({ address }) => /^[^\s@]+@[^\s@]+$/.test(address))
    .map(({ name, address }) => `${name === address ? '' : name} <${address}>`)
    .join(', ') || undefined;

/** Without what makes a document of it, which Exchange adds. */
const contentOf = (html: string | undefined): string | undefined =>
  html
    ?.replace(/<head\b[\s\S]*?<\/head>/gi, '')
    .replace(/<\/?(?:html|body)\b[^>]*>|<!doctype[^>]*>/gi, '')
    .trim();

/** Before 1601 a mailbox of Microsoft 365 has no time. */
const EARLIEST = Date.UTC(1601, 0, 1);

export async function meaningOf(raw: Buffer): Promise<Meaning> {
  const email = await PostalMime.parse(raw, { forceRfc822Attachments: true });
  const date = Date.parse(email.date ?? '');
  const said: Record<string, string | undefined> = {
    subject: (rawSubject(raw) ?? email.subject) || undefined,
    from: flat(email.from),
    to: flat(email.to),
    cc: flat(email.cc),
    replyTo: flat(email.replyTo),
    messageId: email.messageId || undefined,
    date: Number.isNaN(date) || date < EARLIEST ? undefined : String(Math.floor(date / 1_000)),
    html: lines(contentOf(email.html)),
    ...(email.html ? {} : { text: lines(email.text) }),
    attachments:
      email.attachments
        .map(
          (one) =>
            `${one.mimeType} ${hash(one.mimeType, Buffer.from(one.content as ArrayBuffer))} ${one.filename ?? ''}`,
        )
        .sort()
        .join('\n') || undefined,
  };
  return new Map(Object.entries(said).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** All that the original says, the copy says too, and it has no text or attachment besides. */
export function isCopy(original: Meaning, copy: Meaning): boolean {
  for (const [name, value] of original)
    if (name === 'attachments' ? !areThere(value, copy.get(name) ?? '') : copy.get(name) !== value) return false;
  return ['text', 'html', 'attachments'].every((name) => original.has(name) || !copy.has(name));
}

/** One for one; what had no name may have got one. */
function areThere(original: string, copy: string): boolean {
  const left = copy.split('\n');
  for (const one of original.split('\n')) {
    const at = left.findIndex((other) => other === one || (one.endsWith(' ') && other.startsWith(one)));
    if (at === -1) return false;
    left.splice(at, 1);
  }
  return left.length === 0;
}

/** A subject of bytes that nothing encodes: UTF-8, where it is any. The parser takes it for Latin-1 always. */
function rawSubject(raw: Buffer): string | undefined {
  const header = raw.toString('latin1').split(/\r?\n\r?\n/, 1)[0] ?? '';
  const value = /^subject:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)/im.exec(header)?.[1];
  if (value === undefined || !/[\x80-\xff]/.test(value) || value.includes('=?')) return undefined;
  const bytes = Buffer.from(value.replace(/\r?\n/g, ''), 'latin1');
  return (isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1')).trim();
}

/**
 * Text has the line ends of whoever wrote it down, as has a file that isn't encoded, which the parser gives with other ones;
 * those at the end are the boundary's too.
 */
function hash(type: string, bytes: Buffer): string {
  const text = bytes.toString('latin1').replaceAll('\r\n', '\n');
  const content = type === 'message/rfc822' || !bytes.includes(0) ? text.trimEnd() : bytes.toString('latin1');
  return createHash('sha256').update(content, 'latin1').digest('hex').slice(0, 16);
}
