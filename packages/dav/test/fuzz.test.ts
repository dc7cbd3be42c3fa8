import { SternaError } from '@sterna/core';
import { fuzz } from '@sterna/test-servers/fuzz';
import { expect, test } from 'vitest';
import { parseMultiStatus, parseXml, reasonOf } from '../src/xml.ts';

const documented = (thrown: unknown): boolean =>
  thrown instanceof SternaError && thrown.code === 'dav-answer-invalid' && thrown.class === 'transient';
const ANSWERS = [
  '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response><d:href>/a%20b.ics</d:href><d:propstat><d:prop><d:getetag>"1"</d:getetag><c:calendar-data>BEGIN:VCALENDAR&#13;\nEND</c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response><d:sync-token>t</d:sync-token></d:multistatus>',
  '<error xmlns="DAV:"><number-of-matches-within-limits/><responsedescription>x</responsedescription></error>',
];
const WORDS = [
  '<',
  '>',
  '</',
  '<d:response>',
  '</d:response>',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '<?x',
  '?>',
  '&lol;',
  '&#0;',
  '&#x10FFFF;',
  '<!DOCTYPE a [<!ENTITY lol "lol">]>',
  'xmlns:d="x"',
  '<d:href>',
  '%ZZ',
  '\0',
  '"',
  "'",
];

test('answers in XML: read, or no XML that the protocol asks for', () => {
  const given = { seeds: ANSWERS, words: WORDS, documented };
  fuzz({ ...given, cases: 4_000 }, (body) => parseMultiStatus(body));
  fuzz({ ...given, cases: 2_000 }, (body) => parseXml(body));
  // Of a refusal: whatever it is, it isn't worth another error.
  fuzz({ ...given, cases: 2_000, documented: () => false }, (body) => reasonOf(body));
});

test('entities are not expanded, and nothing is fetched', () => {
  const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
  for (const doctype of [
    `<!DOCTYPE a [<!ENTITY l0 "lol">${laughs}]>`,
    '<!DOCTYPE a [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
  ]) {
    const body = Buffer.from(`<?xml version="1.0"?>${doctype}<a xmlns="DAV:">&l9;</a>`);
    expect(() => parseXml(body)).toThrow(expect.objectContaining({ code: 'dav-answer-invalid' }));
  }
});

test('depth is bounded', () => {
  const deep = Buffer.from(`${'<a xmlns="DAV:">'.repeat(200_000)}${'</a>'.repeat(200_000)}`);
  const begun = performance.now();
  expect(() => parseXml(deep)).toThrow(expect.objectContaining({ code: 'dav-answer-invalid' }));
  expect(performance.now() - begun).toBeLessThan(2_000);
});
