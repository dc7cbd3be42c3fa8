import type { SeedMessage } from './fixture.ts';

export const INBOX: readonly string[] = ['INBOX'];

/** A small message with CRLF line ends. */
export function plain(n: number | string, body = `Body of message ${n}.\r\n`): Buffer {
  return Buffer.from(
    `From: "Suite ${n}" <suite@example.org>\r\nTo: someone@example.org\r\nSubject: Suite message ${n}\r\nDate: Tue, 05 Mar 2024 10:00:00 +0000\r\nMessage-ID: <suite.${n}@example.org>\r\n\r\n${body}`,
    'utf8',
  );
}

export const dateOf = (n: number): Date => new Date(Date.UTC(2019, 3, 1, 12, 0, 0) + n * 86_461_000);

export function seedOf(n: number, change: Partial<SeedMessage> = {}): SeedMessage {
  return { folder: INBOX, raw: plain(n), flags: n % 2 === 0 ? ['\\Seen'] : [], date: dateOf(n), ...change };
}

/** More than INLINE_LIMIT, and no chunk size divides it. */
export function largeMessage(bytes = 5 * 1024 * 1024 + 12_345): Buffer {
  const head = plain('large', '');
  const line = Buffer.from(
    'A line that is written many times, so that the message is large enough to be streamed.\r\n',
  );
  const body = Buffer.alloc(bytes - head.length - 2, line);
  // Ends with a whole line end whatever the length.
  return Buffer.concat([head, body, Buffer.from('\r\n')]).map((byte, at, all) =>
    byte === 13 && all[at + 1] !== 10 ? 120 : byte === 10 && all[at - 1] !== 13 ? 120 : byte,
  ) as Buffer;
}

/** Lines that a client which sends literals carelessly would have executed by the server. */
export const COMMANDS = [
  'A1 DELETE INBOX',
  'A2 LOGOUT',
  '* BYE closing',
  ')',
  '{10+}',
  'A3 CREATE "made by a body"',
  'A4 UID STORE 1:* FLAGS (\\Deleted)',
  'A5 EXPUNGE',
].join('\r\n');

/** What mailboxes really hold. Every one must come through byte by byte (or line end by line end). */
export const AWKWARD: ReadonlyMap<string, Buffer> = new Map(
  Object.entries({
    'no Message-ID': without(plain('noid'), 'Message-ID'),
    'no Date': without(plain('nodate'), 'Date'),
    'subject only': 'Subject: alone\r\n\r\n',
    'header without a blank line': 'From: a@example.org\r\nSubject: cut off\r\n',
    'no header at all': '\r\nonly a body\r\n',
    'no line end at the end': plain('noeol').subarray(0, -2),
    'empty lines at the end': plain('blank', 'text\r\n\r\n\r\n\r\n'),
    'lines that begin with From': plain(
      'from',
      'From me\r\nFrom a@b Mon Jan  1 00:00:00 2024\r\n>From\r\n>From me\r\n>>From us\r\n\r\nFrom a@b Tue Jan  2 00:00:00 2024\r\nSubject: not a header\r\n\r\nFrom \r\n',
    ),
    'lines of dots': plain('dots', '.\r\n..\r\n...\r\n\r\n.\r\n'),
    'bare LF': plain('lf').toString('utf8').replaceAll('\r\n', '\n'),
    'mixed line ends': plain('mixed', 'one\ntwo\r\nthree\n'),
    'lone CR': plain('cr', '10%\r20%\rdone\r\n'),
    '8-bit header and body': Buffer.concat([
      Buffer.from('Subject: Gr\xfc\xdfe\r\n\r\n', 'latin1'),
      Buffer.from([0xff, 0xfe, 0x80, 0xc3, 13, 10]),
    ]),
    'long line': plain('long', `${'x'.repeat(20_000)}\r\n`),
    'huge header': Buffer.concat([
      Buffer.from(Array.from({ length: 900 }, (_, n) => `X-Trace-${n}: ${'y'.repeat(60)}\r\n`).join('')),
      plain('huge'),
    ]),
    commands: `${COMMANDS}\r\n`,
    'commands in header and body': plain('A1 DELETE INBOX', `${COMMANDS}\r\n`),
    'a literal of its own': plain('literal', '{5}\r\nhello\r\n{99999999+}\r\n'),
  }).map(([name, raw]) => [name, typeof raw === 'string' ? Buffer.from(raw) : raw]),
);

function without(raw: Buffer, field: string): Buffer {
  return Buffer.from(raw.toString('latin1').replace(new RegExp(`^${field}: .*\\r\\n`, 'm'), ''), 'latin1');
}

/** Folder names that every system of ours must show as they are. */
export const FOLDER_NAMES: readonly (readonly string[])[] = [
  ['Archive'],
  ['Projects', 'Alpha', 'Deep'],
  ['Büro & Größe'],
  ['請求書'],
  ['two  spaces'],
];

/** Names that a system may have to adapt; it must not lose, confuse or obey them. */
export const HOSTILE_NAMES: readonly (readonly string[])[] = [
  ['a.b'],
  ['a_b'],
  ['a', 'b'],
  ['a/b'],
  ['..'],
  ['../../escape'],
  ['.'],
  [' '],
  ['~'],
  ['%*'],
  ['quote " and \\ backslash'],
  ['line\r\nA1 DELETE INBOX'],
  ['tab\tand\u0000nul'],
  ['(parens) {5}'],
  ['&'],
  ['R&D'],
  ['&AOQ-'],
  ['x'.repeat(300)],
  [`${'x'.repeat(300)}y`],
  ['é'.repeat(120)],
  ['emoji 🎉 and \ud800 half'],
  ['Case'],
  ['case'],
  ['cur'],
  ['INBOX', 'below the inbox'],
];
