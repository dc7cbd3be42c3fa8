import { base64Lines, compose, type Draft, encodeWords, prose, rfcDate } from './compose.ts';
import type { Random } from './random.ts';
import { LANGUAGES, type Language, OWNER, PEOPLE } from './sentences.ts';

/** One awkward message: what makes it awkward, where it lies, and its bytes. */
export interface Awkward {
  readonly label: string;
  readonly folder: readonly string[];
  readonly raw: Buffer;
  readonly flags?: string;
  readonly date: Date;
  readonly fresh?: boolean;
}

const INBOX = ['INBOX'] as const;
/** Lines that a careless client would send to the server as commands (RFC 9051 section 2.2). */
const COMMANDS = [
  'A1 DELETE INBOX',
  'a2 LOGOUT',
  '* BYE server is shutting down',
  'A3 UID STORE 1:* +FLAGS.SILENT (\\Deleted)',
  'A4 EXPUNGE',
  'A5 RENAME INBOX Gone',
  ')',
  '{12+}',
  'A6 CREATE "owned by the body"',
  '+ go ahead',
];

/**
 * Every trap that real mailboxes set for a migration, each at least once. Byte-identical twins come as two entries.
 * @param largest bytes of the one big message; 0 leaves it out
 */
export function awkwardMessages(random: Random, tag: string, largest: number): Awkward[] {
  const [english, german, french] = LANGUAGES as [Language, Language, Language];
  const list: Awkward[] = [];
  let serial = 0;
  let clock = Date.UTC(2023, 1, 3, 8, 15);
  const draft = (language: Language, change: Partial<Draft> = {}): Draft => {
    clock += 3_600_000 * (1 + random.below(50));
    return {
      from: random.pick(PEOPLE),
      to: [OWNER],
      subject: random.pick(language.subjects),
      date: new Date(clock),
      id: `odd${serial++}.${tag}@tern.example`,
      text: prose(random, language, 2),
      ...change,
    };
  };
  const put = (label: string, raw: Buffer | string, where: Partial<Awkward> = {}): void => {
    const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw;
    list.push({ label, folder: INBOX, raw: bytes, date: new Date(clock), flags: 'S', ...where });
  };

  put('no Message-ID', compose(draft(german, { id: undefined })));
  put('no Date', dropField(compose(draft(english)), 'Date'), { flags: 'FS' });
  put('neither Message-ID nor Date', dropField(compose(draft(english, { id: undefined })), 'Date'));
  put('no From', dropField(compose(draft(english)), 'From'));

  const twin = compose(draft(german, { subject: 'Doppelt zugestellt' }));
  put('byte-identical twin 1', twin);
  put('byte-identical twin 2', twin, { flags: '' });
  put('byte-identical twin in another folder', twin, { folder: ['Archive', '2023'] });
  const bareTwin = compose(draft(english, { id: undefined, subject: 'Scan from device 4' }));
  put('twin without Message-ID 1', bareTwin);
  put('twin without Message-ID 2', bareTwin);
  put('twin without Message-ID 3', bareTwin);

  const shared = draft(english, { subject: 'Mailing list copy' });
  put('Message-ID shared by two bodies 1', compose(shared));
  put(
    'Message-ID shared by two bodies 2',
    compose({ ...shared, text: `${shared.text}\r\nSent to the list a second time.\r\n` }),
  );
  put('match key shared, one byte differs', compose({ ...shared, text: shared.text.replace('e', 'E') }));

  put(
    '8-bit header bytes, Latin-1',
    latin1Header(compose(draft(german, { subject: 'SUBJECT' })), 'Gebührenbescheid für Größe XL'),
  );
  put('8-bit header bytes, UTF-8', utf8Subject(compose(draft(french)), 'Été à la plage, ça presse !'));
  put('encoded word cut in the middle', replaceSubject(compose(draft(german)), '=?utf-8?B?w4RyZ2VyIG1pdCBkZX'));
  put('unknown charset', compose(draft(english)).toString('utf8').replace('charset=utf-8', 'charset=x-harbour-7'));
  put('ISO-2022-JP', japanese(draft(english)), { folder: ['請求書'] });
  put('subject only', `From: ${OWNER.address}\r\nSubject: ping\r\n\r\n`);
  put('empty body, header ends without a blank line', 'From: tom@ashby-and-daughters.example\r\nSubject: cut off\r\n');
  put('body only', 'This file never had a header.\r\n\r\nStill, somebody kept it.\r\n');
  put('one line, no line end', 'Subject: no line end at all');
  put('starts with a blank line', `\r\n${compose(draft(english)).toString('utf8')}`);

  const huge = Array.from({ length: 400 }, (_, n) => `X-Scan-${n}: ${'checked '.repeat(20)}${n}`);
  put('huge header, 70 kB', compose(draft(english, { extra: huge })));
  put(
    'one header field of 20 kB',
    compose(
      draft(english, {
        extra: [
          `References: ${Array.from({ length: 500 }, (_, n) => `<thread.${n}.of.${tag}@tern.example>`).join('\r\n ')}`,
        ],
      }),
    ),
  );
  put('body line of 30,000 characters', compose(draft(english, { text: `${'no line break here '.repeat(1600)}\r\n` })));
  put(
    'recipient list of 150',
    compose(
      draft(english, {
        to: Array.from({ length: 150 }, (_, n) => ({ name: `Guest ${n}`, address: `guest${n}@summer-fair.example` })),
      }),
    ),
  );

  put(
    'lines that begin with From',
    compose(
      draft(english, {
        text: 'From here on it gets slippery.\r\nFrom tom@ashby.example Mon Jan  1 00:00:00 2024\r\n>From a quoted line\r\n>>From two levels\r\n\r\nFrom \r\n',
      }),
    ),
  );
  put('lines of dots', compose(draft(english, { text: '.\r\n..\r\n.hidden\r\n...\r\n\r\n.\r\n' })));
  put(
    'trailing white space and tabs',
    compose(draft(english, { text: 'two spaces  \r\n\ttab first\r\n \r\n\t\r\n\r\n\r\n' })),
  );
  put('no line end after the last line', compose(draft(german)).subarray(0, -2));
  put(
    'IMAP commands in the body',
    compose(draft(english, { subject: 'Console log', text: `${COMMANDS.join('\r\n')}\r\n` })),
  );
  for (const command of ['A1 DELETE INBOX', 'A3 UID STORE 1:* +FLAGS (\\Deleted)', '{3+}', '"quoted" (\\Seen) {0}'])
    put(
      'IMAP command as the subject',
      compose(draft(english, { subject: command, text: `${command}\r\n${command}\r\n` })),
      { folder: ['A1 DELETE INBOX'] },
    );
  put('message that is nothing but commands', `${COMMANDS.join('\r\n')}\r\n`, { folder: ['A1 DELETE INBOX'] });

  put('bare LF line ends', compose(draft(german)).toString('utf8').replaceAll('\r\n', '\n'));
  put(
    'bare LF, multibyte',
    Buffer.from(
      compose(draft(LANGUAGES[5] as Language))
        .toString('utf8')
        .replaceAll('\r\n', '\n'),
    ),
  );
  put(
    'mixed line ends',
    compose(draft(english))
      .toString('utf8')
      .replace(/\r\n(?=[A-Z])/g, '\n'),
  );
  put('lone CR in the body', compose(draft(english, { text: 'progress 10%\rprogress 90%\rdone\r\n' })));
  put(
    'control characters and DEL',
    compose(draft(english, { text: 'bell \x07, escape \x1b[31m, del \x7f, form feed \f.\r\n' })),
  );

  put('nested message/rfc822', nested(draft(english), compose(draft(german))));
  put(
    'MIME boundary never closed',
    compose(draft(english, { parts: [{ type: 'text/csv', name: 'a.csv', text: 'a;b\r\n1;2' }] }))
      .toString('utf8')
      .replace(/--=_tern_[^-]*--\r\n$/, ''),
  );
  put(
    'MIME boundary that never comes',
    `From: x@y.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="nowhere"\r\n\r\nonly this\r\n`,
  );
  put('two Content-Type fields', compose(draft(english, { extra: ['Content-Type: text/html'] })));
  put('base64 that is none', compose(draft(english)).toString('utf8').replace('8bit', 'base64'));
  put('calendar invitation', invitation(draft(german, { subject: 'Einladung: Wochenplanung' }), tag), {
    folder: ['Termine & Einladungen'],
  });
  put('calendar cancellation', invitation(draft(german, { subject: 'Abgesagt: Wochenplanung' }), tag, 'CANCEL'), {
    folder: ['Termine & Einladungen'],
  });
  put('HTML newsletter', newsletter(draft(french, { subject: 'Les nouveautés du mois' }), random), {
    folder: ['Newsletters', 'Été'],
  });
  put(
    'attachment with a non-ASCII name',
    compose(
      draft(german, {
        parts: [{ type: 'application/pdf', name: 'Prüfbericht – Größe №5.pdf', bytes: random.bytes(40_000) }],
      }),
    ),
  );
  put(
    'attachment with a path as its name',
    compose(
      draft(english, {
        parts: [{ type: 'text/plain', name: '../../etc/hosts', bytes: Buffer.from('127.0.0.1 localhost\n') }],
      }),
    ),
  );
  put(
    'vCard',
    compose(
      draft(english, {
        parts: [
          {
            type: 'text/vcard; charset=utf-8',
            name: 'weiss.vcf',
            text: 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Jürgen Weiß\r\nEMAIL:juergen.weiss@kuehlwerk.example\r\nEND:VCARD\r\n',
          },
        ],
      }),
    ),
  );

  put('received in 1996', compose(draft(english, { date: new Date(Date.UTC(1996, 4, 7)) })), {
    date: new Date(Date.UTC(1996, 4, 7)),
    folder: ['Archive', '1996'],
  });
  put('Date field in the year 0103', replaceField(compose(draft(english)), 'Date', 'Fri, 03 Jan 0103 10:00:00 +0000'));
  put('Date field that is none', replaceField(compose(draft(english)), 'Date', 'yesterday, after lunch'));
  put(
    'Date field with a comment and an obsolete zone',
    replaceField(compose(draft(english)), 'Date', 'Tue, 4 Jul 2017 09:08:07 EST (Eastern)'),
  );
  put('received in 2037', compose(draft(english)), { date: new Date(Date.UTC(2037, 11, 31, 23, 59, 59)) });
  put('received on a second before a leap day', compose(draft(english)), {
    date: new Date(Date.UTC(2024, 1, 28, 23, 59, 59)),
  });

  put(
    'draft, never sent',
    dropField(compose(draft(german, { id: undefined, from: OWNER, to: PEOPLE.slice(0, 1) })), 'Date'),
    { folder: ['Drafts'], flags: 'D' },
  );
  put('draft without recipient', dropField(compose(draft(german, { from: OWNER })), 'To'), {
    folder: ['Drafts'],
    flags: 'DS',
  });
  put('every flag and keyword', compose(draft(english)), { flags: 'FRSTabcde' });
  put('keywords only', compose(draft(english)), { flags: 'be' });
  put('not yet seen by any program', compose(draft(english)), { flags: '', fresh: true });
  put('not yet seen, twin of a read one', twin, { flags: '', fresh: true });
  put('marked for deletion', compose(draft(english)), { flags: 'ST', folder: ['Trash'] });
  put(
    'spam with a NUL-free binary body',
    Buffer.concat([
      compose(draft(english, { text: '' })),
      Buffer.from(random.bytes(3_000).map((byte) => (byte === 0 || byte === 10 || byte === 13 ? 0xff : byte))),
    ]),
    { folder: ['Junk'] },
  );

  if (largest > 0) {
    const scan = { type: 'image/tiff', name: 'scan.tiff', bytes: random.bytes(Math.floor((largest - 3_000) * 0.73)) };
    put('large message', compose(draft(english, { subject: 'All the scans in one go', parts: [scan] })), {
      folder: ['Kunden', 'Nord', 'Phase 2'],
    });
  }
  return list;
}

const FIELD = (name: string): RegExp => new RegExp(`^${name}: .*\\r\\n(?:[ \\t].*\\r\\n)*`, 'm');

function dropField(raw: Buffer, name: string): Buffer {
  return Buffer.from(raw.toString('latin1').replace(FIELD(name), ''), 'latin1');
}

function replaceField(raw: Buffer, name: string, value: string): Buffer {
  return Buffer.from(
    raw.toString('latin1').replace(FIELD(name), () => `${name}: ${value}\r\n`),
    'latin1',
  );
}

const replaceSubject = (raw: Buffer, value: string): Buffer => replaceField(raw, 'Subject', value);
const latin1Header = (raw: Buffer, value: string): Buffer => replaceField(raw, 'Subject', value);
const utf8Subject = (raw: Buffer, value: string): Buffer =>
  replaceField(raw, 'Subject', Buffer.from(value).toString('latin1'));

/** Text in JIS: "The papers for next week's meeting. Kind regards." (RFC 1468). */
function japanese(draft: Draft): Buffer {
  const subject = 'GyRCOCtAUT1xJE43bxsoQg==';
  const lines = [
    'GyRCTWg9NSROMnE1RCROO3FOQSRyJCpBdyRqJDckXiQ5ISMbKEI=',
    'GyRCJDQzTkcnJE4kWyRJISIkaCRtJDckLyQqNGokJCQkJD8kNyReJDkhIxsoQg==',
  ];
  const body = Buffer.concat(lines.flatMap((line) => [Buffer.from(line, 'base64'), Buffer.from('\r\n')]));
  const raw = replaceSubject(compose({ ...draft, text: '' }), `=?ISO-2022-JP?B?${subject}?=`);
  const head = raw.toString('latin1').replace('charset=utf-8', 'charset=ISO-2022-JP').replace('8bit', '7bit');
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

function nested(outer: Draft, inner: Buffer): Buffer {
  const boundary = '=_forwarded';
  const raw = compose({ ...outer, subject: `Fwd: ${outer.subject}`, text: '' }).toString('latin1');
  const head = raw.replace(
    /Content-Type: .*\r\nContent-Transfer-Encoding: .*\r\n/,
    `Content-Type: multipart/mixed; boundary="${boundary}"\r\n`,
  );
  return Buffer.concat([
    Buffer.from(`${head}--${boundary}\r\nContent-Type: message/rfc822\r\n\r\n`, 'latin1'),
    inner,
    Buffer.from(`\r\n--${boundary}\r\nContent-Type: text/plain\r\n\r\nsee above\r\n--${boundary}--\r\n`),
  ]);
}

function invitation(draft: Draft, tag: string, method: 'REQUEST' | 'CANCEL' = 'REQUEST'): Buffer {
  const stamp = draft.date.toISOString().replace(/[-:]|\.\d+/g, '');
  const event = [
    'BEGIN:VCALENDAR',
    'PRODID:-//Tern Example//Calendar//DE',
    'VERSION:2.0',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    `UID:weekly-${tag}@tern.example`,
    `SEQUENCE:${method === 'CANCEL' ? 1 : 0}`,
    `DTSTAMP:${stamp}`,
    'DTSTART;TZID=Europe/Berlin:20230306T090000',
    'DTEND;TZID=Europe/Berlin:20230306T093000',
    'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=12',
    'SUMMARY:Wochenplanung',
    `ORGANIZER;CN=${draft.from.name.replace(/[,;:]/g, ' ')}:mailto:${draft.from.address}`,
    `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${OWNER.address}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
  return compose({
    ...draft,
    container: 'alternative',
    parts: [{ type: `text/calendar; charset=utf-8; method=${method}`, text: event }],
  });
}

function newsletter(draft: Draft, random: Random): Buffer {
  const html = `<!doctype html><html><head><meta charset="utf-8"><style>${'td{padding:0 12px}'.repeat(40)}</style></head><body><h1>${draft.subject}</h1>${'<table><tr><td>Découvrez l’été</td></tr></table>'.repeat(60)}<img src="cid:logo"><a href="https://news.example/unsubscribe?u=1&amp;t=2">Se désabonner</a></body></html>`;
  const logo = base64Lines(random.bytes(900));
  const raw = compose({
    ...draft,
    container: 'alternative',
    extra: [
      'List-Unsubscribe: <mailto:out@news.example>',
      `X-Campaign: ${encodeWords('été-42')}`,
      `X-Mailed: ${rfcDate(draft.date)}`,
    ],
    parts: [{ type: 'text/html; charset=utf-8', text: html }],
  });
  return Buffer.concat([raw, Buffer.from(`epilogue that no reader shows\r\n${logo}\r\n`)]);
}
