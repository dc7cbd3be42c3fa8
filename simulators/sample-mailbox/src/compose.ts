import type { Random } from './random.ts';
import { LANGUAGES, type Language, OWNER, PEOPLE } from './sentences.ts';

export interface Person {
  readonly name: string;
  readonly address: string;
}

/** An attachment or alternative; `bytes` are sent as base64 unless `text` is given. */
export interface Part {
  readonly type: string;
  readonly name?: string;
  readonly bytes?: Buffer;
  readonly text?: string;
}

export interface Draft {
  readonly from: Person;
  readonly to: readonly Person[];
  readonly subject: string;
  readonly date: Date;
  /** Without angle brackets; undefined leaves the field out. */
  readonly id?: string | undefined;
  readonly extra?: readonly string[];
  readonly text: string;
  readonly parts?: readonly Part[];
  readonly container?: 'mixed' | 'alternative';
}

/** RFC 5322 bytes with CRLF line ends. */
export function compose(draft: Draft): Buffer {
  const head = [
    `From: ${mailbox(draft.from)}`,
    `To: ${draft.to.map(mailbox).join(',\r\n\t')}`,
    `Subject: ${encodeWords(draft.subject)}`,
    `Date: ${rfcDate(draft.date)}`,
    ...(draft.id === undefined ? [] : [`Message-ID: <${draft.id}>`]),
    ...(draft.extra ?? []),
    'MIME-Version: 1.0',
  ];
  if (draft.parts === undefined) {
    head.push('Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit');
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${draft.text}`);
  }
  const boundary = `=_tern_${(draft.id ?? 'none').replace(/[^a-z0-9]/gi, '').slice(0, 24)}`;
  head.push(`Content-Type: multipart/${draft.container ?? 'mixed'}; boundary="${boundary}"`);
  const blocks: string[] = [
    `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${draft.text}`,
    ...draft.parts.map(renderPart),
  ];
  const body = blocks.map((block) => `--${boundary}\r\n${block}\r\n`).join('');
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}--${boundary}--\r\n`);
}

function renderPart(part: Part): string {
  const head = [`Content-Type: ${part.type}`];
  if (part.name !== undefined) {
    // RFC 2231 where the file name isn't ASCII.
    const name = isAscii(part.name) ? `filename="${part.name}"` : `filename*=utf-8''${encodeURIComponent(part.name)}`;
    head.push(`Content-Disposition: attachment; ${name}`);
  }
  if (part.text !== undefined) return `${head.join('\r\n')}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${part.text}`;
  head.push('Content-Transfer-Encoding: base64');
  return `${head.join('\r\n')}\r\n\r\n${base64Lines(part.bytes ?? Buffer.alloc(0))}`;
}

/** 76 columns, as RFC 2045 section 6.8 wants. */
export const base64Lines = (bytes: Buffer): string => bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n');

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

function mailbox(person: Person): string {
  if (!isAscii(person.name)) return `${encodeWords(person.name)} <${person.address}>`;
  return /^[A-Za-z0-9 ]+$/.test(person.name)
    ? `${person.name} <${person.address}>`
    : `"${person.name}" <${person.address}>`;
}

/** RFC 2047 encoded words of at most 75 characters, folded; plain ASCII stays. */
export function encodeWords(text: string): string {
  if (isAscii(text)) return text;
  const words: string[] = [];
  let run = '';
  for (const character of text) {
    if (Buffer.byteLength(run + character) > 42) {
      words.push(run);
      run = '';
    }
    run += character;
  }
  words.push(run);
  return words.map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}

export const rfcDate = (date: Date): string => date.toUTCString().replace('GMT', '+0000');

/** A few paragraphs in one language, CRLF, ending with a signature. */
export function prose(random: Random, language: Language, paragraphs: number, signer: Person = OWNER): string {
  const lines = [random.pick(language.greetings), ''];
  for (let at = 0; at < paragraphs; at++) {
    const count = 1 + random.below(3);
    for (let n = 0; n < count; n++) lines.push(random.pick(language.sentences));
    lines.push('');
  }
  lines.push(random.pick(language.closings), signer.name, '-- ', `${signer.name} · ${signer.address}`, '');
  return lines.join('\r\n');
}

/** Most people write in a few languages, some threads quote the mail before. */
export function ordinaryDraft(random: Random, serial: string, date: Date, sent: boolean): Draft {
  const language = random.pick(LANGUAGES);
  const other = random.pick(PEOPLE);
  const from = sent ? OWNER : other;
  let text = prose(random, language, 1 + random.below(4), from);
  const extra: string[] = [];
  if (random.chance(0.3)) {
    const quoted = prose(random, language, 1, sent ? other : OWNER);
    text += `\r\n> ${quoted.trimEnd().replaceAll('\r\n', '\r\n> ')}\r\n`;
    extra.push(`In-Reply-To: <earlier.${serial}@tern.example>`, `References: <first.${serial}@tern.example>`);
  }
  if (!sent && random.chance(0.5))
    extra.unshift(
      `Received: from relay${random.below(9)}.example (relay [198.51.100.${random.below(255)}])\r\n\tby mx.tern.example with ESMTPS id ${serial};\r\n\t${rfcDate(date)}`,
    );
  const to = sent ? [other] : random.chance(0.2) ? [OWNER, random.pick(PEOPLE)] : [OWNER];
  const subject = `${random.chance(0.25) ? 'Re: ' : ''}${random.pick(language.subjects)}`;
  const draft = { from, to, subject, date, id: `${serial}@tern.example`, extra, text };
  if (!random.chance(0.2)) return draft;
  const kind = random.pick(ATTACHMENTS);
  return { ...draft, parts: [{ ...kind, bytes: random.bytes(2_000 + random.below(60_000)) }] };
}

const ATTACHMENTS: readonly Part[] = [
  { type: 'application/pdf', name: 'offer-2024.pdf' },
  { type: 'image/jpeg', name: 'Grundriß Görlitz.jpg' },
  { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', name: 'Zahlen Q3 (final) (2).xlsx' },
  { type: 'application/zip', name: 'фотографии.zip' },
];
