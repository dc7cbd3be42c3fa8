import { type ContentKind, SternaError } from '@sterna/core';
import { fuzz } from '@sterna/test-servers/fuzz';
import { expect, test } from 'vitest';
import { messageDigest, messageMatchKey, pivotOf, textOfHtml } from '../src/index.ts';
import { messageSubject } from '../src/message-subject.ts';

/** Of one object: it alone fails, and is told in the books. */
const documented = (thrown: unknown): boolean => thrown instanceof SternaError && thrown.class === 'object';

const EVENT = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VTIMEZONE\r\nTZID:Custom\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:u@x\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Custom:20260101T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=5;BYDAY=MO,TU\r\nEXDATE;TZID=Custom:20260102T100000\r\nSUMMARY;LANGUAGE=en:A "quoted"\\, folded\r\n  line\r\nATTENDEE;CN="Ada, B";PARTSTAT=ACCEPTED:mailto:ada@x.example\r\nATTACH;ENCODING=BASE64;VALUE=BINARY:aGVsbG8=\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
const CARDS = [
  'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c1\r\nN:Müller;Ada;;;\r\nFN:Ada Müller\r\nTEL;TYPE=CELL,VOICE:+49 1\r\nitem1.EMAIL;PREF=1:a@x\r\nitem1.X-ABLABEL:_$!<Home>!$_\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/\r\nEND:VCARD\r\n',
  'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nBDAY:--0412\r\nADR;LABEL="a^nb":;;Street\\;1;City;;1;\r\nEND:VCARD\r\n',
  'BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC;=\r\n=41\r\nEND:VCARD\r\n',
];
const LINES = [
  'BEGIN:VEVENT\r\n',
  'END:VEVENT\r\n',
  'BEGIN:VCARD\r\n',
  'END:VCARD\r\n',
  'BEGIN:X\r\n',
  '\r\n ',
  ';',
  ':',
  '"',
  '\\',
  ',',
  '=\r\n',
  'RRULE:FREQ=SECONDLY;INTERVAL=0;UNTIL=99991231T235959Z\r\n',
  'DTSTART:00000000T999999Z\r\n',
  'DTSTART;TZID=../../etc/passwd:20260101T000000\r\n',
  'DURATION:P999999999W\r\n',
  'ENCODING=QUOTED-PRINTABLE:',
  '^n',
  '\0',
  '\u2028',
  '__proto__:x\r\n',
];

function throughPivot(kind: ContentKind, body: Buffer): void {
  const pivot = pivotOf(kind);
  const key = pivot.matchKey(body);
  const digest = pivot.digest(body);
  expect([key.length, digest.length]).toEqual([16, 16]);
}

test('iCalendar: events and tasks', () => {
  const task = EVENT.replaceAll('VEVENT', 'VTODO').replace('DURATION:PT1H', 'DUE:20260105T000000Z');
  const given = { seeds: [EVENT, task], words: LINES, documented };
  fuzz({ ...given, cases: 4_000 }, (body) => throughPivot('event', body));
  fuzz({ ...given, cases: 2_000 }, (body) => throughPivot('task', body));
});

test('vCard', () => {
  fuzz({ seeds: CARDS, words: LINES, documented, cases: 6_000 }, (body) => throughPivot('contact', body));
});

const MAILS = [
  'From: a@x\r\nTo: =?utf-8?Q?M=C3=BC?= <b@x>\r\nSubject: =?utf-8?B?w7w=?=\r\n =?iso-8859-1?q?=FC?=\r\nMessage-ID: <1@x>\r\nDate: Thu, 1 Jan 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b=_1"\r\n\r\n--b=_1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC\r\n--b=_1\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nx\r\n--b=_1--\r\n',
  'Subject: plain\n\nbare line ends\n',
];

test('mail', () => {
  const words = [
    'Content-Type: multipart/mixed; boundary=""\r\n',
    '--b=_1\r\n',
    '--b=_1--\r\n',
    '=?utf-8?B?',
    '?=',
    '=?x-unknown?Q?=00?=',
    '\r\n',
    '\r',
    '\n',
    '\0',
    ':',
    'Message-ID: ',
    '<',
    '>',
    'Received: ',
  ];
  fuzz({ seeds: MAILS, words, documented, cases: 8_000 }, (body) => {
    // Whatever bytes they are: a message is never refused for its form.
    expect([messageMatchKey(body).length, messageDigest(body).length]).toEqual([16, 16]);
    messageSubject(body);
  });
});

test('the pivots in JSON: settings, members, posts, pages, list items', () => {
  const seeds = [
    '{"type":"rule","name":"r","enabled":true,"order":1,"conditions":{"from":["a@x"],"subject":["s"]},"actions":{"moveTo":["A","B"],"stop":true}}',
    '{"type":"autoReply","enabled":true,"from":"2026-01-01T00:00:00Z","text":"<p>x</p>"}',
    '{"address":"a@x.example","role":"owner","channel":"c"}',
    '{"author":{"name":"A","address":"a@x"},"at":"2026-01-01T00:00:00.000Z","html":"<div>x</div>","mentions":[],"images":{}}',
    '{"title":"T","sections":[{"columns":[{"width":12,"parts":[{"type":"text","html":"x"}]}]}]}',
    '{"fields":{"Title":"x","n":1.5,"b":true,"d":"2026-01-01","many":["a","b"]}}',
  ];
  const words = [
    'null',
    '{}',
    '[]',
    '"',
    '\\ud800',
    '1e999',
    '-0',
    '{"__proto__":',
    '"__proto__":{"polluted":1},',
    '"toString":1,',
    ',',
    '[[[[[[[[',
    '"type":7,',
    '"name":null,',
    '"conditions":[],',
    '"sections":{},',
    '"at":"nonsense",',
  ];
  for (const kind of ['setting', 'member', 'post', 'page', 'listItem'] as const)
    fuzz({ seeds, words, documented, cases: 2_000 }, (body) => throughPivot(kind, body));
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('HTML', () => {
  const words = [
    '<',
    '>',
    '<script>',
    '</',
    '<!--',
    '-->',
    '&#x110000;',
    '&#0;',
    '&amp',
    '<div>',
    '</div>',
    '<a href="',
    '<![CDATA[',
  ];
  fuzz({ seeds: ['<p>a<br>b &lt;c&gt; <a href="x">y</a></p>'], words, documented, cases: 3_000 }, (body) =>
    textOfHtml(body.toString()),
  );
});
