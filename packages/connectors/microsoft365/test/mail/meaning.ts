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

export async function meaningOf(raw: Buffer): Promise<Meaning> {
  const email = await PostalMime.parse(raw, { forceRfc822Attachments: true });
  const date = Date.parse(email.date ?? '');
  const said: Record<string, string | undefined> = {
    subject: email.subject || undefined,
    from: flat(email.from),
    to: flat(email.to),
    cc: flat(email.cc),
    replyTo: flat(email.replyTo),
    messageId: email.messageId || undefined,
    date: Number.isNaN(date) ? undefined : String(Math.floor(date / 1_000)),
    html: lines(email.html),
    ...(email.html ? {} : { text: lines(email.text) }),
    attachments:
      email.attachments
        .map((one) => `${one.filename} ${one.mimeType} ${hash(Buffer.from(one.content as ArrayBuffer))}`)
        .sort()
        .join('\n') || undefined,
  };
  return new Map(Object.entries(said).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** All that the original says, the copy says too, and it has no text or attachment besides. */
export function isCopy(original: Meaning, copy: Meaning): boolean {
  for (const [name, value] of original) if (copy.get(name) !== value) return false;
  return ['text', 'html', 'attachments'].every((name) => original.has(name) || !copy.has(name));
}

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
