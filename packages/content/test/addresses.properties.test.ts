import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressesIn, withAddresses } from '../src/addresses.ts';
import { pivotOf, readListItem, readPage, readPost, writeListItem, writePage, writePost } from '../src/index.ts';

const OLD = 'https://contoso.sharepoint.com/sites/a/';
const NEW = 'https://fabrikam.sharepoint.com/sites/b/';

const shortest = (readings: readonly string[]): string => readings.toSorted((a, b) => a.length - b.length)[0] ?? '';

/** Names as they stand in addresses, encoded or not; none ends like a sentence. */
const name = fc.stringMatching(/^[a-z0-9%20_~$@*(-]{0,12}(?:\?[a-z]=[0-9]&[a-z]=[0-9])?[a-z0-9]$/);
const noise = fc.stringMatching(/^(?:[ -;=?-~äß🙂\n\t]|<br>|&nbsp;){0,20}$/u).filter((text) => !/https?:/i.test(text));

const html = fc
  .array(fc.tuple(noise, name, fc.constantFrom('double', 'single', 'text')), { minLength: 1, maxLength: 5 })
  .map((parts) =>
    parts.map(([before, one, how]) => {
      const address = `${OLD}${one}`;
      const written = address.replaceAll('&', '&amp;');
      const around =
        how === 'double' ? [`<a href="`, `">`] : how === 'single' ? [`<a href='`, `'>`] : [' <b>', '</b>. '];
      return {
        before: `<p>${before.replaceAll(/["']/g, '')}${around[0]}`,
        address,
        written,
        after: around[1] as string,
      };
    }),
  );

const textOf = (parts: readonly { before: string; written: string; after: string }[]): string =>
  parts.map(({ before, written, after }) => before + written + after).join('');

const to = (from: string, home: string) => (address: string) =>
  address.startsWith(from) ? home + address.slice(from.length) : undefined;

test('all addresses of a document are found, and nothing but they changes; put back, it is byte for byte what it was', () => {
  fc.assert(
    fc.property(html, (parts) => {
      const text = textOf(parts);
      const found = addressesIn(text).map(([likely]) => likely);
      expect(found).toEqual(parts.map(({ address }) => address));
      expect(withAddresses(text, () => undefined)).toBe(text);
      const moved = withAddresses(text, to(OLD, NEW));
      expect(moved).toBe(textOf(parts.map((part) => ({ ...part, written: part.written.replace(OLD, NEW) }))));
      expect(withAddresses(moved, to(NEW, OLD))).toBe(text);
    }),
    { numRuns: 300 },
  );
});

test('any text at all stays as it is where no address has a new home', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => withAddresses(text, () => undefined) === text));
});

test.each([
  ['see https://a.example/x.', 'see NEW.'],
  ['(https://a.example/x)', '(NEW)'],
  ['https://a.example/x what it is about', 'NEW what it is about'],
  ['<img src=\'https://a.example/x\' alt="https://a.example/y">', '<img src=\'NEW\' alt="https://a.example/y">'],
  ['https://a.example/xy', 'https://a.example/xy'],
  ['https://b.example/?u=https://a.example/x', 'https://b.example/?u=https://a.example/x'],
  ['https://a.example/x?q=1) and more', 'https://a.example/x?q=1) and more'],
  ['https://a.example/x, second floor', 'NEW, second floor'],
  ['https://a.example/x (or https://a.example/y)', 'NEW (or https://a.example/y)'],
])('%s', (text, expected) => {
  expect(withAddresses(text, (address) => (address === 'https://a.example/x' ? 'NEW' : undefined))).toBe(expected);
});

test('an address that is a text by itself may hold spaces', () => {
  const old = 'https://a.example/Shared Documents/a b.pdf';
  expect(withAddresses(old, (address) => (address === old ? 'NEW' : undefined))).toBe('NEW');
});

test('events and tasks: links in texts, HTML and addresses change, escaped and folded as they are; nothing else does', () => {
  const options = { mapping: (() => undefined) as never, addressOf: to(OLD, NEW) };
  const object = (
    name: string,
    base: string,
    description = `${base}x\\, and (${base}a/long/way/to/go/and/on/and/on/and/on.pdf)`,
  ) =>
    [
      'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x',
      `BEGIN:${name}\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260102T030405Z`,
      `DESCRIPTION:${description}`,
      `LOCATION:${base}map\\; second floor`,
      `X-ALT-DESC;FMTTYPE=text/html:<a href="${base}p?a=1&amp\\;b=2">p</a>\\n`,
      `URL:${base}page.aspx`,
      `ATTACH:${base}f.pdf`,
      `ATTACH;ENCODING=BASE64;VALUE=BINARY:${Buffer.from(`${OLD}x`).toString('base64')}`,
      `X-OTHER:${OLD}stays`,
      `BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:${base}alarm\r\nEND:VALARM`,
      `END:${name}\r\nEND:VCALENDAR\r\n`,
    ].join('\r\n');
  for (const [kind, name] of [
    ['event', 'VEVENT'],
    ['task', 'VTODO'],
  ] as const) {
    const pivot = pivotOf(kind);
    const [before, after] = [Buffer.from(object(name, OLD)), Buffer.from(object(name, NEW))];
    expect(pivot.addresses?.(before).map((readings) => shortest(readings).replace(OLD, ''))).toEqual([
      ...['x', 'a/long/way/to/go/and/on/and/on/and/on.pdf', 'map', 'p?a=1&b=2', 'page.aspx', 'f.pdf', 'alarm'],
    ]);
    const moved = pivot.prepare?.(before, options).body as Buffer;
    expect(pivot.differences?.(moved, after)).toEqual([]);
    expect(pivot.differences?.(moved, before)).not.toEqual([]);
    for (const line of moved.toString().split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    // Where nothing leads elsewhere, not a byte changes.
    expect(pivot.prepare?.(before, { ...options, addressOf: () => undefined }).body.equals(before)).toBe(true);
  }
});

test('list items, pages and posts: links in what people wrote change, and nothing else does', () => {
  const options = { mapping: { find: () => undefined } as never, addressOf: to(OLD, NEW) };
  const swap = (value: object): unknown => JSON.parse(JSON.stringify(value).replaceAll(OLD, NEW));
  const item = {
    type: 'list-item',
    fields: { Title: 'T', Link: { url: `${OLD}x`, text: 'x' }, Many: [`${OLD}y`, 'z'], N: 1 },
  } as const;
  const part = {
    kind: 'standard',
    webPartType: 'w',
    data: { properties: { items: [{ url: `${OLD}f.pdf`, n: 1 }] } },
  } as const;
  const page = {
    type: 'page',
    name: 'A.aspx',
    title: `${OLD}not-a-link`,
    layout: 'article',
    isPublished: true,
    sections: [
      {
        layout: 'oneColumn',
        columns: [{ width: 12, webParts: [{ kind: 'text', html: `<a href="${OLD}p">p</a>` }, part] }],
      },
    ],
  } as const;
  const post = {
    type: 'post',
    at: '2026-01-02T03:04:05.678Z',
    by: { app: 'x' },
    html: `<a href="${OLD}p">p</a>`,
  } as const;
  const prepared = (kind: 'listItem' | 'page' | 'post', body: Buffer): Buffer =>
    pivotOf(kind).prepare?.(body, options).body as Buffer;
  expect(readListItem(prepared('listItem', writeListItem(item)))).toEqual(swap(item));
  expect(readPage(prepared('page', writePage(page)))).toEqual({ ...(swap(page) as object), title: page.title });
  expect(readPost(prepared('post', writePost(post)))).toEqual(swap(post));
});
