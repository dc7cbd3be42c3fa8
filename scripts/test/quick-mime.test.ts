import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { quickMime } from '../quick-mime.mjs';

const binary = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 256));
const wrapped = (text: string): string => text.replace(/.{76}/g, '$&\r\n');

const RAW = Buffer.from(
  [
    'From: a@b.example',
    'Subject: =?utf-8?q?Z=C3=BCrich?=',
    'Content-Type: multipart/mixed; boundary=x',
    '',
    '--x',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    `Gr=FC=DFe =\r\n${'lang '.repeat(40_000)}`,
    '--x',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>Grüße\u0000 in <b>8bit</b></p>',
    '',
    '--x',
    'Content-Type: application/octet-stream; name=data.bin',
    'Content-Transfer-Encoding: base64',
    '',
    wrapped(binary.toString('base64')),
    '--x',
    'Content-Type: message/rfc822',
    '',
    'Subject: within',
    '',
    'text',
    '--x--',
    '',
  ].join('\r\n'),
);

const hashed = (_: string, value: unknown): unknown =>
  value instanceof ArrayBuffer || ArrayBuffer.isView(value)
    ? createHash('sha256')
        .update(Buffer.from(value as ArrayBuffer))
        .digest('hex')
    : value;

test('what the built programs take mail apart with finds the same as the package does', async () => {
  const {
    outputFiles: [bundled],
  } = await build({
    stdin: { contents: "export { default } from 'postal-mime'", resolveDir: join(import.meta.dirname, '..') },
    bundle: true,
    format: 'esm',
    platform: 'node',
    plugins: [quickMime],
    write: false,
  });
  expect(bundled?.text).not.toContain('new Blob(');
  const quick = (await import(`data:text/javascript,${encodeURIComponent(bundled?.text ?? '')}`)) as {
    default: typeof PostalMime;
  };
  for (const options of [{}, { forceRfc822Attachments: true }]) {
    const email = await PostalMime.parse(RAW, options);
    expect(JSON.stringify(await quick.default.parse(RAW, options), hashed)).toBe(JSON.stringify(email, hashed));
    expect(email.attachments[0]?.content).toEqual(new Uint8Array(binary).buffer);
  }
});
