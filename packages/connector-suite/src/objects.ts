import type { ContentKind } from '@sterna/core';

const lines = (...text: string[]): Buffer => Buffer.from(`${text.join('\r\n')}\r\n`);

/** One object of a kind, as its pivot has it; `title` is what differs between two versions of it. */
export function objectOf(kind: ContentKind, uid: string, title: string): Buffer {
  if (kind === 'contact')
    return lines('BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, `FN:${title}`, `N:${title};;;;`, 'END:VCARD');
  const name = kind === 'task' ? 'VTODO' : 'VEVENT';
  return lines(
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Suite//EN',
    `BEGIN:${name}`,
    `UID:${uid}`,
    'DTSTAMP:20260101T000000Z',
    'DTSTART:20260301T100000Z',
    `SUMMARY:${title}`,
    `END:${name}`,
    'END:VCALENDAR',
  );
}

/** What programs write and readers stumble over; by a label. */
export function awkwardObjects(kind: ContentKind): ReadonlyMap<string, Buffer> {
  const plain = (uid: string, title: string): string => objectOf(kind, uid, title).toString();
  const end = kind === 'contact' ? 'END:VCARD' : kind === 'task' ? 'END:VTODO' : 'END:VEVENT';
  const text = kind === 'contact' ? 'NOTE' : 'DESCRIPTION';
  const withLine = (uid: string, line: string): Buffer =>
    Buffer.from(plain(uid, `Awkward ${uid}`).replace(end, `${line}\r\n${end}`));
  return new Map([
    ['a fold inside a character', withLine('fold', `${text}:${'ä'.repeat(20)}\r\n ${'ö'.repeat(90)}`)],
    ['escapes and what looks like markup', withLine('escape', `${text}:a\\, b\\; c\\nd \\\\ <tag> & "quote"`)],
    ['words that end an object, in a text', withLine('words', `${text}:\\nEND:VCALENDAR\\nEND:VCARD\\nBEGIN:VEVENT`)],
    ['an unknown property with parameters', withLine('unknown', 'X-SUITE;X-P="a:b;c";X-Q=d:value;with:all')],
    ['a long line', withLine('long', `${text}:${'long '.repeat(5_000)}`)],
    ['characters beyond the first plane', withLine('plane', `${text}:\u{1f4c5} \u{20000}`)],
    ['a UID of another shape', objectOf(kind, 'urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1/%2F..~', 'Shape')],
  ]);
}
