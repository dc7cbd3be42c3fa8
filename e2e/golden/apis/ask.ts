import { createHash } from 'node:crypto';
import { type ParsedMail, simpleParser } from 'mailparser';

// biome-ignore lint/suspicious/noExplicitAny: answers of somebody else's API, looked at property by property
export type Json = any;

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex').slice(0, 24);

/** Moments in UTC to the second: some systems keep no more. */
export const moment = (text: string | number | Date | undefined | null): string =>
  text === undefined || text === null ? '' : `${new Date(text).toISOString().slice(0, 19)}Z`;

export const sorted = (values: readonly (string | undefined | null)[]): string =>
  values
    .filter((value): value is string => value !== undefined && value !== null && value !== '')
    .sort()
    .join('\n');

/** What a person reads: white space at ends and line ends are nobody's text. */
export const readable = (text: string | undefined | null): string =>
  (text ?? '')
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t\u00a0]+/g, ' ')
    .replace(/ *\n */g, '\n')
    .replace(/\n{2,}/g, '\n')
    .trim();

/** The text of simple HTML, by a rule that is the same for both sides. */
export const textOfHtml = (html: string): string =>
  readable(
    html
      .replace(/<(style|script|head|title)\b[\s\S]*?<\/\1>/gi, '')
      .replace(/<(br|\/p|\/div|\/li|\/tr|\/h\d)\b[^>]*>/gi, '\n')
      .replace(/<[^>]*>/g, '')
      .replace(/&nbsp;/g, ' ')
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"')
      .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
      .replace(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
      .replace(/&amp;/g, '&'),
  );

/** What a message says, by a parser that neither the product nor the simulators use. */
export async function propertiesOfMime(raw: Buffer): Promise<Record<string, string>> {
  const mail = await simpleParser(raw, { skipImageLinks: true, skipTextLinks: true });
  return {
    subject: (mail.subject ?? '').trim(),
    from: addresses(mail.from),
    to: addresses(mail.to),
    cc: addresses(mail.cc),
    sent: moment(mail.date),
    text: sha256(readable(mail.text)),
    html: mail.html === false ? '' : sha256(textOfHtml(mail.html ?? '')),
    attachments: sorted(mail.attachments.map(attachment)),
    importance: String(mail.headers.get('priority') ?? 'normal'),
    threading: sorted([mail.inReplyTo, ...[mail.references ?? []].flat()]),
  };
}

/** A message in a message: its name and its last line end are not what it says. */
const attachment = ({ filename = '', contentType, content }: ParsedMail['attachments'][number]): string =>
  contentType === 'message/rfc822' || filename.endsWith('.eml')
    ? `message ${sha256(content.toString('latin1').replace(/\r\n/g, '\n').trim())}`
    : `${filename} ${sha256(content)}`;

const addresses = (field: ParsedMail['from'] | ParsedMail['to']): string =>
  sorted(
    [field ?? []]
      .flat()
      .flatMap((one) => one.value)
      .flatMap((one) => one.group ?? [one])
      .map((one) => `${one.name} <${(one.address ?? '').toLowerCase()}>`),
  );

export interface Ask {
  json(path: string): Promise<Json>;
  bytes(path: string): Promise<Buffer>;
  /** All pages of a collection. */
  all(path: string): Promise<Json[]>;
}
