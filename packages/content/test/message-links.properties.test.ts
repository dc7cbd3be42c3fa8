import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { pivotOf } from '../src/index.ts';

const OLD = 'https://contoso.sharepoint.com/sites/a/';
const NEW = 'https://fabrikam.sharepoint.com/sites/much/longer/than/before/b/';
const message = pivotOf('message');
const options = (from = OLD, home = NEW) => ({
  mapping: (() => undefined) as never,
  addressOf: (address: string) => (address.startsWith(from) ? home + address.slice(from.length) : undefined),
});
const prepared = (raw: string | Buffer) => message.prepare?.(Buffer.from(raw as string), options());

const quoted = (text: string, end: string): string =>
  Buffer.from(text)
    .toString('latin1')
    .split('\n')
    .map((line) =>
      [...line]
        .map((sign) =>
          /[ -<>-~]/.test(sign) ? sign : `=${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
        )
        .join('')
        .replace(/ $/, '=20')
        .replace(/(.{60})(?!$)(?<!=.?)/g, `$1=${end}`),
    )
    .join(end);
const ENCODE = {
  '8bit': (text: string, end: string) => Buffer.from(text).toString('latin1').replaceAll('\n', end),
  'quoted-printable': quoted,
  base64: (text: string, end: string) =>
    (
      Buffer.from(text.replaceAll('\n', end))
        .toString('base64')
        .match(/.{1,76}/g) ?? []
    ).join(end) + end,
} as const;

type Encoding = keyof typeof ENCODE;
const part = (type: string, text: string, encoding: Encoding, end: string, more = ''): string =>
  [`Content-Type: ${type}; charset="utf-8"${more}`, `Content-Transfer-Encoding: ${encoding}`, '', ''].join(end) +
  ENCODE[encoding](text, end);

const letters = fc.stringMatching(/^[a-zA-Zäßé🙂 =.,]{0,90}$/u);
const textOf = fc
  .array(
    fc.oneof(
      letters,
      fc.stringMatching(/^[a-z0-9]{1,20}$/).map((name) => `see ${OLD}${name} here`),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((lines) => lines.join('\n'));
const encodings = fc.constantFrom<Encoding>('8bit', 'quoted-printable', 'base64');
const swap = (text: string): string => text.replaceAll(OLD, NEW);

test('both texts of a message get other addresses, in every encoding; attachments and all else stay, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(
      textOf,
      textOf,
      encodings,
      encodings,
      fc.constantFrom('\r\n', '\n'),
      async (one, two, a, b, end) => {
        const html = `<p>${two}</p><a href="${OLD}last?a=1&amp;b=2">x</a>`;
        const attached = part(
          'text/plain',
          `kept ${OLD}x`,
          'base64',
          end,
          `${end}Content-Disposition: attachment; filename="x.txt"`,
        );
        const whole = (plain: string, rich: string): string =>
          [
            'From: a@a.example',
            `Subject: ${OLD}subject`,
            'MIME-Version: 1.0',
            'Content-Type: multipart/mixed;',
            '\tboundary="out=er"',
            '',
            'preamble',
            '--out=er',
            'Content-Type: multipart/alternative; boundary=inner',
            '',
            `--inner${end}${plain}`,
            `--inner${end}${rich}`,
            '--inner--',
            `--out=er${end}${attached}--out=er--`,
            `epilogue ${OLD}x`,
            '',
          ].join(end);
        const raw = Buffer.from(whole(part('text/plain', one, a, end), part('text/html', html, b, end)), 'latin1');
        const result = message.prepare?.(raw, options());
        const moved = result?.body as Buffer;
        const [before, after] = await Promise.all([PostalMime.parse(raw), PostalMime.parse(moved)]);
        expect(after.text ?? '').toBe(swap(before.text ?? ''));
        expect(after.html ?? '').toBe(swap(before.html ?? ''));
        expect(after.headers).toEqual(before.headers);
        expect(after.attachments).toEqual(before.attachments);
        expect(result?.notes.map(({ code }) => code)).toEqual(['message-links-rewritten']);
        if (a !== 'quoted-printable' && b !== 'quoted-printable') {
          const expected = whole(part('text/plain', swap(one), a, end), part('text/html', swap(html), b, end));
          expect(moved.toString('latin1')).toBe(expected);
        }
        expect(message.prepare?.(raw, options('https://nobody.example/')).body).toBe(raw);
        // Back again, what people read is what it was; quoted-printable may have other folds.
        const back = message.prepare?.(moved, options(NEW, OLD)).body as Buffer;
        expect((await PostalMime.parse(back)).html).toBe(before.html);
      },
    ),
    { numRuns: 150 },
  );
});

test('any bytes at all stay as they are where nothing leads elsewhere', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const raw = Buffer.from(bytes);
      expect(prepared(raw)?.body.equals(raw)).toBe(true);
    }),
  );
});

const plain = (head: string, body: string): string => `From: a@a.example\r\n${head}\r\n${body}`;
const LINK = `see ${OLD}x now\r\n`;

test.each([
  ['DKIM', plain('DKIM-Signature: v=1; a=rsa-sha256;\r\n b=abc\r\n', LINK)],
  ['ARC', plain('arc-seal: i=1\r\n', LINK)],
  ['OpenPGP, clear', plain('', `-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n${LINK}`)],
  [
    'S/MIME',
    plain(
      'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b\r\n',
      `--b\r\n\r\n${LINK}\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--b--\r\n`,
    ),
  ],
  [
    'S/MIME within',
    plain(
      'Content-Type: multipart/mixed; boundary=c\r\n',
      `--c\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n${LINK}--b--\r\n--c\r\n\r\n${LINK}--c--\r\n`,
    ),
  ],
])('%s: signed, so its links are told, and not a byte changes', (_, raw) => {
  expect(message.isSealed?.(Buffer.from(raw))).toBe(true);
  expect(message.addresses?.(Buffer.from(raw)).flat()).toContain(`${OLD}x`);
  expect(prepared(raw)?.body.toString()).toBe(raw);
});

test.each([
  ['no header at all but one', plain('', LINK), plain('', swap(LINK))],
  ['an attached message', plain('Content-Type: message/rfc822\r\n', `\r\n${LINK}`), undefined],
  ['a character set unlike ASCII', plain('Content-Type: text/plain; charset=utf-16\r\n', LINK), undefined],
  ['an encoding that nobody knows', plain('Content-Transfer-Encoding: x-uuencode\r\n', LINK), undefined],
  ['a broken base64', plain('Content-Transfer-Encoding: base64\r\n', `%%%${LINK}`), undefined],
  [
    'an address in UTF-8',
    plain('Content-Type: text/plain; charset=utf-8\r\n', `see ${OLD}ä now`),
    plain('Content-Type: text/plain; charset=utf-8\r\n', `see ${NEW}ä now`),
  ],
])('%s', (_, raw, expected) => {
  const home =
    ({ addressOf }: ReturnType<typeof options>) =>
    (address: string) => {
      const found = addressOf(address);
      return found === undefined ? undefined : encodeURI(found).replace('%C3%A4', 'ä');
    };
  const result = message.prepare?.(Buffer.from(raw), { ...options(), addressOf: home(options()) }).body as Buffer;
  const text = result.toString('latin1');
  expect(text.replace('\xe4', '\xc3\xa4')).toBe(Buffer.from(expected ?? raw).toString('latin1'));
});
