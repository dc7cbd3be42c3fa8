import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { threadSubject } from '../../src/gmail/message.ts';
import { headerOf, type MimePart, parseMime, textOf } from '../../src/gmail/mime.ts';
import { splitMultipart } from '../../src/http/multipart.ts';
import { compose } from '../../src/seed/compose.ts';

const leaves = (part: MimePart): MimePart[] => (part.parts.length === 0 ? [part] : part.parts.flatMap(leaves));
const letters = fc.string({
  unit: fc.constantFrom('a', 'Ü', ' ', '漢', '🎉', '"', ';', '=', '?', '.', '%', "'"),
  maxLength: 60,
});
const name = letters.map((text) => text.trim().replace(/\s+/g, ' ')).filter((text) => text !== '');

describe('a message taken apart', () => {
  test('is what it was put together from, and what another parser finds in it', async () => {
    const attachment = fc.record({
      name,
      type: fc.constantFrom('application/pdf', 'image/png'),
      content: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    });
    const mail = fc.record({
      subject: name,
      text: letters,
      html: fc.boolean(),
      attachments: fc.array(attachment, { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(mail, async ({ subject, text, html, attachments }) => {
        const common = { from: 'Zoë Ö <zoe@x.example>', to: ['a@b.example'], date: 0, messageId: 'm@x', subject, text };
        const raw = compose({ ...common, attachments, ...(html ? { html: `<p>${text}</p>` } : {}) });
        const part = parseMime(raw);
        const other = await PostalMime.parse(raw);
        expect(headerOf(part.headers, 'subject')).toBe(other.subject);
        expect(headerOf(part.headers, 'subject')).toBe(subject);
        expect(headerOf(part.headers, 'from')).toBe('Zoë Ö <zoe@x.example>');
        expect(textOf(part)).toBe(text);
        const files = leaves(part).filter(({ filename }) => filename !== '');
        expect(files.map(({ filename, body }) => [filename, body])).toEqual(
          attachments.map((file) => [file.name, file.content]),
        );
        expect(other.attachments.map(({ filename }) => filename)).toEqual(files.map(({ filename }) => filename));
      }),
    );
  });

  test('survives whatever bytes it is given', () => {
    const line = fc.constantFrom(
      'Content-Type: multipart/mixed; boundary=b',
      '--b',
      '--b--',
      '',
      ' folded',
      'x',
      'Subject: =?q?',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\r\n', '\n'), (lines, end) => {
        const raw = Buffer.from(lines.join(end));
        const size = leaves(parseMime(raw)).reduce((sum, { body }) => sum + body.length, 0);
        expect(size).toBeLessThanOrEqual(raw.length);
      }),
    );
  });
});

test('a multipart body is its parts, whatever they hold', () => {
  const piece = fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes));
  const nasty = fc.constantFrom('--b', '--b--', '\r\n', '\n--', '').map((text) => Buffer.from(text));
  const body = fc.array(fc.oneof(piece, nasty), { maxLength: 5 }).map((pieces) => Buffer.concat(pieces));
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), (bodies) => {
      const boundary = 'a boundary that is in none of them';
      const whole = Buffer.concat([
        ...bodies.flatMap((bytes) => [Buffer.from(`--${boundary}\r\nX-Name: v\r\n\r\n`), bytes, Buffer.from('\r\n')]),
        Buffer.from(`--${boundary}--`),
      ]);
      const parts = splitMultipart(whole, boundary);
      expect(parts?.map((part) => part.body.toString('hex'))).toEqual(bodies.map((bytes) => bytes.toString('hex')));
      expect(parts?.[0]?.headers).toEqual({ 'x-name': 'v' });
      // Cut anywhere, it is none.
      expect(splitMultipart(whole.subarray(0, -3), boundary)).toBeUndefined();
    }),
  );
});

test.each([
  ['Re: Fwd: RE:  Plan', 'plan'],
  ['AW: WG: Plan ', 'plan'],
  ['Re[2]: Plan', 'plan'],
  ['Regarding: Plan', 'regarding: plan'],
  ['Plan\t\tB', 'plan b'],
])('%j is of the conversation %j', (subject, expected) => {
  expect(threadSubject(subject)).toBe(expected);
});
