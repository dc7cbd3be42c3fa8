import { createHash } from 'node:crypto';
import fc from 'fast-check';
import PostalMime, { type Email } from 'postal-mime';
import { expect, test, vi } from 'vitest';
import { readMime } from '../src/read-mime.ts';

const OPTIONS = { forceRfc822Attachments: true };

/** What comes out, or why nothing does; octets by their digest. */
const outcome = (parsed: Promise<Email>): Promise<string> =>
  parsed.then(
    (email) =>
      JSON.stringify(email, (_, value: unknown) =>
        value instanceof ArrayBuffer || ArrayBuffer.isView(value)
          ? createHash('sha256')
              .update(Buffer.from(value as ArrayBuffer))
              .digest('hex')
          : value,
      ),
    (error: Error) => error.message,
  );

const LINES = [
  ...['--x', '--x', '--x--', '--y', '--y--', '-- ', '--', '-', '--x ', '--xx', '--x--z'],
  ...['Content-Type: multipart/mixed; boundary=x', 'Content-Type: multipart/alternative; boundary=y', '', '', ''],
  ...['Content-Type: text/plain; charset=utf-8', 'Content-Type: message/rfc822', 'Subject: =?utf-8?q?=C3=BC?='],
  ...['Content-Type: application/octet-stream; name=a', 'Content-Disposition: attachment', 'Content-Type: text/html'],
  ...['Content-Transfer-Encoding: base64', 'Content-Transfer-Encoding: Quoted-Printable', ' folded'],
  ...['Content-Transfer-Encoding: "base64"', 'Content-Transfer-Encoding: x-base64', 'text/plain; format=flowed'],
  ...['SGVsbG8gd29ybGQ', 'SGVsbG8=', 'SGVsbA==', 'SGV', 'S', '====', 'SG Vs-bG_8', '!"§', 'SGVs\rbG8='],
  ...['=C3=BC', '=c3=Bc soft=', '=', '=4', '=4=', '=41=', '= 41', 'a=3D3D', 'tab\t ', '=0D=0A', '=zz'],
  ...['Zürich', '\u0000', '\rlone', 'lone\r', '\r', '.', 'From here', '\ufeffmark'],
];
const body = fc.array(
  fc.tuple(fc.constantFrom(...LINES), fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r\r\n', '\r', '')),
  { maxLength: 40 },
);
const multipart = 'From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n';
const nested = `${multipart}--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n`;
const message = fc
  .tuple(fc.constantFrom('', multipart, `${multipart}--x\r\n`, nested), body)
  .map(([head, lines]) => Buffer.from(head + lines.flat().join(''), 'utf8'));

test('a message is taken apart as the package takes it apart', async () => {
  await fc.assert(
    fc.asyncProperty(message, async (raw) => {
      expect(await outcome(readMime(raw, OPTIONS))).toBe(await outcome(PostalMime.parse(raw, OPTIONS)));
    }),
    { numRuns: 3_000 },
  );
});

test('any octets, in each encoding', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom('base64', 'quoted-printable', '8bit'),
      fc.boolean(),
      async (bytes, encoding, isPart) => {
        const head = `Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
        const raw = Buffer.concat([
          Buffer.from(isPart ? `${multipart}--x\r\n${head}` : head),
          bytes,
          Buffer.from(isPart ? '\r\n--x--\r\n' : ''),
        ]);
        expect(await outcome(readMime(raw, OPTIONS))).toBe(await outcome(PostalMime.parse(raw, OPTIONS)));
      },
    ),
    { numRuns: 3_000 },
  );
});

const binary = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 256));
const LARGE = Buffer.from(
  [
    multipart,
    '--x',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    `Gr=FC=DFe =\r\n${'lang und =\r\nlanger\r\n'.repeat(20_000)}`,
    '--x',
    'Content-Type: application/octet-stream; name=data.bin',
    'Content-Transfer-Encoding: base64',
    '',
    binary.toString('base64').replace(/.{76}/g, '$&\r\n'),
    '--x--',
    '',
  ].join('\r\n'),
);

test('large bodies, in pieces instead of in lines, and in no Blob', async () => {
  const expected = await PostalMime.parse(LARGE, OPTIONS);
  expect(new Uint8Array(expected.attachments[0]?.content as ArrayBuffer)).toEqual(new Uint8Array(binary));
  const pieces = vi.spyOn(PostalMime.prototype as unknown as { processLine(): Promise<void> }, 'processLine');
  const blobs = vi.spyOn(globalThis, 'Blob');
  try {
    expect(await outcome(readMime(LARGE, OPTIONS))).toBe(await outcome(Promise.resolve(expected)));
    // Of some 44,000 lines: those of header blocks, boundaries, and a piece for each body.
    expect(pieces.mock.calls.length).toBeLessThan(20);
    expect(blobs).not.toHaveBeenCalled();
  } finally {
    pieces.mockRestore();
    blobs.mockRestore();
  }
});
