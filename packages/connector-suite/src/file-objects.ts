import { createCipheriv } from 'node:crypto';
import type { Material } from './material.ts';
import { COMMANDS, FOLDER_NAMES, HOSTILE_NAMES } from './messages.ts';

/**
 * What a file of these bytes is called: its first line says `name: plain-1.txt`, or `name: "two\nlines"` as JSON. Bytes
 * that begin with no such line are `unnamed-LENGTH.bin`.
 */
export function fileNameOf(raw: Buffer): string {
  const end = raw.indexOf('\n');
  const line = raw.subarray(0, end === -1 ? raw.length : end).toString('utf8');
  const [, name] = /^name: (.+)$/.exec(line) ?? [];
  if (name === undefined) return `unnamed-${raw.length}.bin`;
  return name.startsWith('"') ? (JSON.parse(name) as string) : name;
}

/** A file that is called so. */
export const namedFile = (name: string, content: string | Buffer = 'Content.\n'): Buffer => {
  const plainly = /^[^"\p{Cc}]+$/u.test(name) ? name : JSON.stringify(name);
  return Buffer.concat([Buffer.from(`name: ${plainly}\n`, 'utf8'), Buffer.from(content as string, 'utf8')]);
};

const plain = (n: number | string, body = `Content of file ${n}.\n`): Buffer => namedFile(`plain-${n}.txt`, body);

/** No part of it is like another, so that none can be swapped, left out or sent twice unseen. */
const noise = (bytes: number, seed: number): Buffer =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(bytes));

const ALL_BYTES = Buffer.from(Array.from({ length: 512 }, (_, n) => n % 256));

const AWKWARD: Record<string, Buffer> = {
  'an empty file': Buffer.alloc(0),
  'a name alone': Buffer.from('name: alone.txt'),
  'every byte': namedFile('every-byte.bin', ALL_BYTES),
  'nothing but NUL': Buffer.alloc(70_000),
  'bare LF': namedFile('lf.txt', 'one\ntwo\n\n'),
  'CRLF and lone CR': namedFile('crlf.txt', 'one\r\ntwo\rthree\r\n\r\n'),
  'no line end at the end': namedFile('no-end.txt', 'end'),
  'UTF-16 with its mark': namedFile('utf-16.txt', Buffer.from('\ufeffGrüße', 'utf16le')),
  'what is no UTF-8': namedFile('latin-1.txt', Buffer.from('Gr\xfc\xdfe', 'latin1')),
  'commands and chunks': namedFile('commands.txt', `${COMMANDS}\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n`),
  markup: namedFile('markup.xml', '<?xml version="1.0"?><D:multistatus xmlns:D="DAV:"/>'),
  'larger than a packet': namedFile('packets.bin', Buffer.alloc(300_001, ALL_BYTES)),
  'a name beyond ASCII': namedFile('Grüße & Küsse 請求書 🎉.txt'),
  'a decomposed name': namedFile('decomposed e\u0301.txt'),
  'a name of escapes': namedFile('100%41 %2F..%2f a+b.txt'),
  'a name like a query': namedFile('what?a=b&c=d#top;v=1.txt'),
  'a name of markup': namedFile('<b> &amp; \'single\' "double".txt'),
  'a name with a backslash': namedFile('back\\slash.txt'),
  'a name of two lines': namedFile('two\r\nlines.txt'),
  'a hidden name': namedFile('.hidden'),
  'spaces at both ends': namedFile(' two  spaces '),
  'a dot at the end': namedFile('ends with a dot.'),
  'an option': namedFile('-rf'),
  'a device': namedFile('CON'),
  'a name like one of ours': namedFile('.sterna-mine.txt'),
  'a name of three dots': namedFile('...'),
  'a long name': namedFile(`${'x'.repeat(236)}.txt`),
};

/** Files whose names are in their content, so that each can be told from its bytes alone. */
export const files: Material = {
  kind: 'file',
  home: ['Documents'],
  nameOf: fileNameOf,
  plain,
  twin: (n) => plain(`${n} again`, `Content of file ${n}.\n`),
  changed: (n) => plain(n, `Other content of file ${n}, which is longer.\n`),
  renamed: (raw, name) => {
    const end = raw.indexOf('\n');
    return namedFile(name, end === -1 ? '' : raw.subarray(end + 1));
  },
  large: (n = 0) => namedFile(`large-${n}.bin`, noise(5 * 1024 * 1024 + 12_345, n)),
  streams: true,
  awkward: new Map(Object.entries(AWKWARD)),
  folderNames: [
    ...FOLDER_NAMES,
    ['Documents', 'Below', 'Below'],
    ['.hidden folder'],
    ['#1 50% & <b>'],
    ['a;b=c?d'],
    ['plain-1.txt'],
  ],
  hostileNames: HOSTILE_NAMES,
};
