import type { ContentKind } from '@sterna/core';

export type DavKind = Extract<ContentKind, 'event' | 'task' | 'contact'>;

const crlf = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n`;

const calendar = (...lines: readonly string[]): string =>
  crlf('BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...lines, 'END:VCALENDAR');

/** Shapes of events in turn: at a time, a whole day, a series with an exception, with an alarm and people. */
function event(uid: string, n: number, summary: string): string {
  const part = (...lines: readonly string[]): string[] => [
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20260101T000000Z',
    ...lines,
    'END:VEVENT',
  ];
  switch (n % 4) {
    case 0:
      return calendar(...part('DTSTART:20260301T100000Z', 'DTEND:20260301T110000Z', `SUMMARY:${summary}`));
    case 1:
      return calendar(...part('DTSTART;VALUE=DATE:20260302', `SUMMARY:${summary}`, 'TRANSP:TRANSPARENT'));
    case 2:
      return calendar(
        ...part('DTSTART:20260303T100000Z', 'RRULE:FREQ=WEEKLY;COUNT=9', `SUMMARY:${summary}`),
        ...part('RECURRENCE-ID:20260310T100000Z', 'DTSTART:20260310T150000Z', `SUMMARY:${summary} (later)`),
      );
    default:
      return calendar(
        ...part(
          'DTSTART:20260304T100000Z',
          `SUMMARY:${summary}`,
          'ATTENDEE;CN="Ann, A.";PARTSTAT=ACCEPTED:mailto:ann@example.org',
          'ORGANIZER:mailto:bo@example.org',
          'DESCRIPTION:One\\, two\\; three\\nfour – Grüße',
          'BEGIN:VALARM',
          'ACTION:DISPLAY',
          'DESCRIPTION:Now',
          'TRIGGER:-PT15M',
          'END:VALARM',
        ),
      );
  }
}

const task = (uid: string, n: number, summary: string): string =>
  calendar(
    'BEGIN:VTODO',
    `UID:${uid}`,
    'DTSTAMP:20260101T000000Z',
    `SUMMARY:${summary}`,
    ...(n % 3 === 0 ? ['DUE:20260401T100000Z'] : []),
    ...(n % 3 === 1 ? ['STATUS:COMPLETED', 'COMPLETED:20260102T000000Z', 'PERCENT-COMPLETE:100'] : ['PRIORITY:1']),
    'END:VTODO',
  );

const card = (uid: string, n: number, name: string): string =>
  crlf(
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:${uid}`,
    `FN:${name}`,
    `N:${name};;;;`,
    `EMAIL;TYPE=INTERNET:n${n}@example.org`,
    ...(n % 2 === 0 ? ['TEL;TYPE=CELL:+49 1', 'NOTE:One\\, two\\nthree'] : ['X-ODD:kept']),
    'END:VCARD',
  );

/** An object of a kind as other programs write it; other bytes for another `word`, the same UID. */
export function davObject(kind: DavKind, uid: string, n: number, word = 'first'): string {
  const title = `${kind} ${n} Grüße ${word}`;
  return kind === 'event' ? event(uid, n, title) : kind === 'task' ? task(uid, n, title) : card(uid, n, title);
}
