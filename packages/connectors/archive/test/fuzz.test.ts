import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SternaError } from '@sterna/core';
import { fuzz } from '@sterna/test-servers/fuzz';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFromLine } from '../src/mbox/from-line.ts';
import { parseDate, parseHeaders } from '../src/mbox/headers.ts';
import { scanMbox } from '../src/mbox/scan.ts';
import { decodeUtf7, portableNames } from '../src/names.ts';

const documented = (thrown: unknown): boolean => thrown instanceof SternaError;
const MBOX =
  'From ada@x Thu Jan  1 10:00:00 2026\nStatus: RO\nX-Keywords: a b\nX-Gmail-Labels: Inbox,=?utf-8?B?w7w=?=\nContent-Length: 5\nDate: Thu, 1 Jan 2026 10:00:00 +0000\nContent-Type: multipart/mixed; boundary="x"\n\n--x\n\n>From here\n--x--\n\nFrom - Thu Jan  1 10:00:00 2026\nSubject: b\n\nbody\n';
const WORDS = [
  'From ',
  '\nFrom ',
  '>From ',
  '\n\n',
  '\r\n',
  'Content-Length: 99999999999999999999\n',
  'Content-Length: -1\n',
  'X-Gmail-Labels: ',
  '"',
  '\0',
  ':',
  'boundary=',
  'Date: Thu, 99 Foo 99999 99:99:99 +9999\n',
  'X-Mozilla-Status: ffff\n',
];

test('mbox: lines, headers and dates', () => {
  const given = { seeds: [MBOX], words: WORDS, documented };
  fuzz({ ...given, cases: 6_000 }, (bytes) => parseHeaders(bytes));
  fuzz({ ...given, cases: 3_000 }, (bytes) => {
    const [line = '', next = ''] = bytes.toString('latin1').split('\n');
    parseFromLine(line, next);
    parseDate(next.slice(6));
  });
});

test('mbox: every byte of a file belongs to a message or is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sterna-fuzz-'));
  try {
    const cases: Buffer[] = [];
    fuzz({ seeds: [MBOX], words: WORDS, documented, cases: 300 }, (bytes) => void cases.push(bytes));
    for (const bytes of cases) {
      const path = join(folder, 'box');
      await writeFile(path, bytes);
      const file = await open(path);
      const { messages } = await scanMbox(file, bytes.length, false).finally(() => file.close());
      if (bytes.some((byte) => byte !== 10 && byte !== 13)) expect(messages.length).toBeGreaterThan(0);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('no name leads out of its folder', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '',
      '/',
      '../..',
      '..\\..',
      'C:\\x',
      'con',
      'nul.txt',
      '~',
      '\0',
      '.sterna',
      ' ',
      'a/../../b',
      '\u202e',
      '．．',
      'x'.repeat(300),
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (path) => {
      for (const name of portableNames(path, [])) {
        const leads = ['', '.', '..'].includes(name) || /[/\\\0]/.test(name);
        if (leads || Buffer.byteLength(name) > 255) throw new Error(JSON.stringify(name));
      }
    }),
    { numRuns: process.env.STERNA_TEST_LONG === undefined ? 2_000 : 200_000 },
  );
  fuzz({ seeds: ['Entw&APw-rfe', '&-'], words: ['&', '-', '&AAA-', '/', '&AC8-'], documented, cases: 1_000 }, (bytes) =>
    decodeUtf7(bytes.toString('latin1')),
  );
});
