/** Writes mail as mail programs do. Encodings are fixed, so that the same seed gives the same bytes anywhere. */
export interface Composed {
  /** `Name <address>` or an address. */
  readonly from: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly subject: string;
  /** Milliseconds. */
  readonly date: number;
  /** Without angle brackets; undefined: none. */
  readonly messageId: string | undefined;
  /** Without angle brackets, oldest first. */
  readonly references?: readonly string[];
  readonly text: string;
  readonly html?: string;
  readonly attachments?: readonly { readonly name: string; readonly type: string; readonly content: Buffer }[];
  /** Whole lines, without their ends. */
  readonly headers?: readonly string[];
}

export function compose(mail: Composed): Buffer {
  const references = mail.references ?? [];
  const body = bodyOf(mail);
  const lines = [
    ...(mail.headers ?? []),
    `From: ${addressLine(mail.from)}`,
    ...(mail.to.length === 0 ? [] : [`To: ${mail.to.map(addressLine).join(',\r\n ')}`]),
    ...((mail.cc ?? []).length === 0 ? [] : [`Cc: ${mail.cc?.map(addressLine).join(',\r\n ')}`]),
    `Subject: ${encodeWords(mail.subject)}`,
    `Date: ${new Date(mail.date).toUTCString().replace('GMT', '+0000')}`,
    ...(mail.messageId === undefined ? [] : [`Message-ID: <${mail.messageId}>`]),
    ...(references.length === 0
      ? []
      : [`In-Reply-To: <${references.at(-1)}>`, `References: ${references.map((id) => `<${id}>`).join('\r\n ')}`]),
    'MIME-Version: 1.0',
    ...body.headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body.content]);
}

interface Entity {
  readonly headers: readonly string[];
  readonly content: Buffer;
}

function bodyOf({ text, html, attachments = [] }: Composed): Entity {
  const plain = textEntity('plain', text);
  const texts = html === undefined ? plain : container('alternative', [plain, textEntity('html', html)]);
  if (attachments.length === 0) return texts;
  return container('mixed', [texts, ...attachments.map(attachmentEntity)]);
}

function textEntity(kind: 'plain' | 'html', text: string): Entity {
  return base64Entity([`Content-Type: text/${kind}; charset="utf-8"`], Buffer.from(text));
}

function attachmentEntity({ name, type, content }: { name: string; type: string; content: Buffer }): Entity {
  if (type === 'message/rfc822') {
    return { headers: [`Content-Type: ${type}`, 'Content-Disposition: attachment'], content };
  }
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return base64Entity(
    [`Content-Type: ${type}`, `Content-Disposition: attachment;\r\n filename*=utf-8''${encoded}`],
    content,
  );
}

function base64Entity(headers: readonly string[], content: Buffer): Entity {
  return { headers: [...headers, 'Content-Transfer-Encoding: base64'], content: base64Lines(content) };
}

const encoded = new WeakMap<Buffer, Buffer>();

function base64Lines(content: Buffer): Buffer {
  const known = encoded.get(content);
  if (known !== undefined) return known;
  const lines: string[] = [];
  for (let at = 0; at < content.length; at += 57) lines.push(content.toString('base64', at, at + 57));
  const whole = Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
  encoded.set(content, whole);
  return whole;
}

function container(kind: 'alternative' | 'mixed', parts: readonly Entity[]): Entity {
  // Boundaries need only differ from each other within one message, and each kind comes once.
  const boundary = `=_${kind}_of_the_sample`;
  const content = parts.flatMap(({ headers, content: inner }) => [
    Buffer.from(`--${boundary}\r\n${headers.join('\r\n')}\r\n\r\n`),
    inner,
    Buffer.from('\r\n'),
  ]);
  return {
    headers: [`Content-Type: multipart/${kind};\r\n boundary="${boundary}"`],
    content: Buffer.concat([...content, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

function addressLine(text: string): string {
  const found = /^(.*) <(.*)>$/.exec(text);
  if (found === null) return text;
  const [, name = '', address] = found;
  return `${/^[\w .-]+$/.test(name) ? name : encodeWords(name)} <${address}>`;
}

/** RFC 2047, where it is needed; whole characters in each word. */
function encodeWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text.replace(/(.{1,70})(?: |$)/g, '$1\r\n ').trimEnd();
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > 42) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  words.push(word);
  return words.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join('\r\n ');
}
