import { SternaError } from '@sterna/core';
import { fuzz } from '@sterna/test-servers/fuzz';
import { expect, test } from 'vitest';
import { parseInternalDate } from '../src/protocol/dates.ts';
import { parseFetch } from '../src/protocol/fetch.ts';
import { decodeModifiedUtf7 } from '../src/protocol/modified-utf7.ts';
import { parseStatusText } from '../src/protocol/response-code.ts';
import { ResponseCursor } from '../src/protocol/response-cursor.ts';
import { type Line, MAX_HELD, MAX_TEXT, ResponseStream } from '../src/protocol/response-stream.ts';
import { countUids, parseUidSet } from '../src/protocol/uid-set.ts';

const documented = (thrown: unknown): boolean => thrown instanceof SternaError && thrown.class === 'transient';

const RESPONSES = [
  '* OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE] ready.\r\n',
  '* 12 FETCH (UID 7 FLAGS (\\Seen $Forwarded) INTERNALDATE " 1-Jan-2026 10:00:00 +0100" RFC822.SIZE 44 MODSEQ (99))\r\n',
  '* 3 FETCH (UID 8 BODY[] {11}\r\nSubject: x\n FLAGS ())\r\n',
  '* LIST (\\HasNoChildren \\Sent) "/" "Sent &AOk-"\r\n* LIST () NIL {5}\r\nInbox\r\n',
  '* STATUS INBOX (MESSAGES 17 UIDNEXT 4392 UIDVALIDITY 3857529045 HIGHESTMODSEQ 7011231777)\r\n',
  'A1 OK [COPYUID 38505 304,319:320 3956:3958] done\r\nA2 NO [OVERQUOTA] full\r\n',
  '* VANISHED (EARLIER) 41,43:116,118\r\n* ESEARCH (TAG "A3") UID ALL 4:18,21,28\r\n',
];
const WORDS = [
  '{4294967296}\r\n',
  '{0}\r\n',
  '{-1}\r\n',
  '{9}\r\n',
  '~{3}\r\n',
  '(',
  ')',
  '"',
  '\\',
  '[',
  ']',
  'NIL',
  '*',
  '\r\n',
  '\0',
  '4294967295:1',
  '1:*',
  '18446744073709551616',
  'BODY[HEADER]<0>',
  '&',
  '&-',
  '99-Foo-0000',
];
const base = { seeds: RESPONSES, words: WORDS, documented };

/** What a connection does with the bytes of a server. */
function readAll(bytes: Buffer): void {
  const lines: Line[] = [];
  const stream = new ResponseStream({ line: (line) => lines.push(line), literal: () => undefined });
  // In three pieces, cut where the input says.
  const cut = bytes.length === 0 ? 0 : (bytes[0] as number) % bytes.length;
  for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut, cut * 2), bytes.subarray(cut * 2)])
    stream.push(piece);
  for (const line of lines) readLine(line);
}

function readLine(line: Line): void {
  const fetch = /^\* \d+ FETCH /.exec(line.texts[0] ?? '');
  const cursor = new ResponseCursor(line);
  if (fetch !== null) {
    for (let words = 0; words < 3; words += 1) cursor.atom();
    parseFetch(cursor);
  }
  parseStatusText(line.texts.join('').replace(/^\S+ (?:OK|NO|BAD|BYE|PREAUTH) /, ''));
}

test('whatever a server answers: read, or refused as no IMAP', () => {
  fuzz({ ...base, cases: 16_000 }, readAll);
});

test('sets of UIDs, dates and names of folders', () => {
  fuzz({ ...base, seeds: ['304,319:320', '1:4294967295', '1,2,3'], cases: 14_000 }, (bytes) => {
    const set = parseUidSet(bytes.toString('latin1'));
    // Counted, never written out: four thousand million of them are a few bytes.
    if (set !== undefined) countUids(set);
  });
  fuzz({ ...base, seeds: ['01-Jan-2026 00:00:00 +0000'], cases: 14_000 }, (bytes) =>
    parseInternalDate(bytes.toString('latin1')),
  );
  fuzz({ ...base, seeds: ['Entw&APw-rfe/&-x', 'INBOX'], cases: 14_000 }, (bytes) =>
    decodeModifiedUtf7(bytes.toString('latin1')),
  );
});

test('a line without end and a literal without bound are refused before they fill the memory', () => {
  for (const [head, most] of [
    ['* OK ', MAX_TEXT],
    ['* 1 FETCH (BODY[] {4000000}\r\n', MAX_HELD],
  ] as const) {
    const stream = new ResponseStream({ line: () => undefined, literal: () => undefined });
    const piece = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    stream.push(Buffer.from(head));
    expect(() => {
      for (; sent < 64 * 1024 * 1024; sent += piece.length) stream.push(piece);
    }).toThrow(SternaError);
    expect(sent).toBeLessThan(2 * most + piece.length);
  }
});
