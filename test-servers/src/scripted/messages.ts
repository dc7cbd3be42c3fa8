/** Looking into a message: its header, its envelope, and the parts that FETCH can ask for. */
import { imapString, SyntaxFault } from './syntax.ts';

const BLANK = Buffer.from('\r\n\r\n');

/** Header with the blank line that ends it, and the rest. */
export function split(message: Buffer): [Buffer, Buffer] {
  const end = message.indexOf(BLANK);
  if (end < 0) return [message, Buffer.alloc(0)];
  return [message.subarray(0, end + 4), message.subarray(end + 4)];
}

function fields(message: Buffer): { name: string; raw: string }[] {
  const found: { name: string; raw: string }[] = [];
  for (const line of split(message)[0]
    .toString('latin1')
    .split(/(?<=\r\n)(?![ \t])/)) {
    const colon = line.indexOf(':');
    if (colon > 0) found.push({ name: line.slice(0, colon).trim().toLowerCase(), raw: line });
  }
  return found;
}

/** Value of the first field of that name, unfolded. */
export function header(message: Buffer, name: string): string | undefined {
  const field = fields(message).find((candidate) => candidate.name === name.toLowerCase());
  return field?.raw
    .slice(field.raw.indexOf(':') + 1)
    .replace(/\r\n/g, '')
    .trim();
}

function addresses(value: string | undefined): string {
  if (!value) return 'NIL';
  const list = value
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((text) => {
      const match = /^\s*(?:"?([^"<]*?)"?\s*)?<([^<>]*)>\s*$/.exec(text);
      const [name, address] = match ? [match[1] || undefined, match[2] ?? ''] : [undefined, text.trim()];
      const at = address.lastIndexOf('@');
      const [local, domain] = at < 0 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)];
      return `(${imapString(name)} NIL ${imapString(local)} ${imapString(domain)})`;
    })
    .join('');
  return `(${list})`;
}

export function envelope(message: Buffer): string {
  const get = (name: string) => header(message, name);
  const from = get('from');
  return `(${[
    imapString(get('date')),
    imapString(get('subject')),
    addresses(from),
    addresses(get('sender') ?? from),
    addresses(get('reply-to') ?? from),
    addresses(get('to')),
    addresses(get('cc')),
    addresses(get('bcc')),
    imapString(get('in-reply-to')),
    imapString(get('message-id')),
  ].join(' ')})`;
}

/** Every message is one text part here: enough for a client that copies whole messages. */
export function bodyStructure(message: Buffer): string {
  const body = split(message)[1];
  const lines = body.toString('latin1').split('\r\n').length - 1;
  return `("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "8BIT" ${body.length} ${lines})`;
}

/** The bytes that BODY[section] names. */
export function section(message: Buffer, name: string): Buffer {
  const upper = name.trim().toUpperCase();
  if (upper === '') return message;
  const [head, body] = split(message);
  if (upper === 'HEADER') return head;
  if (upper === 'TEXT' || upper === '1') return body;
  const match = /^HEADER\.FIELDS(\.NOT)? \((.*)\)$/.exec(upper);
  if (!match) throw new SyntaxFault(`this server can't fetch the section ${name}`);
  const wanted = new Set((match[2] ?? '').toLowerCase().replace(/"/g, '').split(/\s+/));
  const not = match[1] !== undefined;
  const text = fields(message)
    .filter((field) => wanted.has(field.name) !== not)
    .map((field) => (field.raw.endsWith('\r\n') ? field.raw : `${field.raw}\r\n`))
    .join('');
  return Buffer.from(`${text}\r\n`, 'latin1');
}
