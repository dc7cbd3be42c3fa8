import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTENT_KINDS, type ContentKind } from '@sterna/core';
import { writeBenchMailbox } from '@sterna/sample-mailbox';
import type { Mailbox } from './books.ts';

/** Objects of one kind, as files in a folder. */
export interface Kind {
  readonly name: string;
  readonly kind: ContentKind;
  readonly itemType: 'mailbox' | 'drive';
  readonly connector: 'archive' | 'files';
  readonly format?: string;
  /** Writes objects of these numbers into a folder. */
  write(folder: string, from: number, to: number): void;
}

const perFile =
  (name: (n: number) => string, text: (n: number) => string): Kind['write'] =>
  (folder, from, to) => {
    mkdirSync(folder, { recursive: true });
    for (let n = from; n < to; n += 1) writeFileSync(join(folder, name(n)), text(n));
  };

const calendar = (lines: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Sterna//Bench//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');

export const KINDS: readonly Kind[] = [
  {
    name: 'mail',
    kind: 'message',
    itemType: 'mailbox',
    connector: 'archive',
    format: 'maildir',
    write(folder, from, to) {
      if (from === 0) writeBenchMailbox(folder, { messages: to, folders: 10, seed: 1 });
      else
        for (let n = from; n < to; n += 1)
          writeFileSync(
            join(folder, 'new', `${n}.bench`),
            `From: ann@bench.example\nTo: bob@bench.example\nMessage-ID: <${n}@bench.example>\nSubject: More ${n}\n\nNew.\n`,
          );
    },
  },
  {
    name: 'calendar',
    kind: 'event',
    itemType: 'mailbox',
    connector: 'archive',
    format: 'ics',
    write: perFile(
      (n) => `${n}.ics`,
      (n) =>
        calendar([
          'BEGIN:VEVENT',
          `UID:${n}@bench.example`,
          'DTSTAMP:20260101T000000Z',
          `DTSTART:202603${String(1 + (n % 28)).padStart(2, '0')}T100000Z`,
          'DURATION:PT1H',
          ...(n % 5 === 0 ? ['RRULE:FREQ=WEEKLY;COUNT=20'] : []),
          `SUMMARY:Meeting ${n}`,
          'ATTENDEE;CN=Ann:mailto:ann@bench.example',
          'END:VEVENT',
        ]),
    ),
  },
  {
    name: 'contacts',
    kind: 'contact',
    itemType: 'mailbox',
    connector: 'archive',
    format: 'vcf',
    write: perFile(
      (n) => `${n}.vcf`,
      (n) =>
        [
          ...['BEGIN:VCARD', 'VERSION:3.0', `UID:${n}`, `FN:Person ${n}`, `N:${n};Person;;;`],
          ...[`EMAIL;TYPE=INTERNET:p${n}@bench.example`, `TEL;TYPE=CELL:+49 ${n}`, 'END:VCARD', ''],
        ].join('\r\n'),
    ),
  },
  {
    name: 'tasks',
    kind: 'task',
    itemType: 'mailbox',
    connector: 'archive',
    format: 'ics',
    write: perFile(
      (n) => `${n}.ics`,
      (n) =>
        calendar([
          ...['BEGIN:VTODO', `UID:t${n}@bench.example`, 'DTSTAMP:20260101T000000Z', `SUMMARY:Task ${n}`],
          ...['DUE;VALUE=DATE:20260401', 'STATUS:NEEDS-ACTION', 'END:VTODO'],
        ]),
    ),
  },
  {
    name: 'files',
    kind: 'file',
    itemType: 'drive',
    connector: 'files',
    write(folder, from, to) {
      for (let n = from; n < to; n += 1) {
        const at = join(folder, `folder ${n % 20}`);
        mkdirSync(at, { recursive: true });
        writeFileSync(join(at, `file ${n}.bin`), `${n}`.repeat(500));
      }
    },
  },
];

export const onDisk = ({ connector, format }: Kind, path: string): Mailbox => ({
  connector,
  settings: { path, ...(format === undefined ? {} : { format }) },
  address: '.',
});

/** Settings of a pass over objects of this kind alone, without anybody's rights. */
export const onlyOf = (wanted: ContentKind): object => ({
  permissions: false,
  kinds: Object.fromEntries(CONTENT_KINDS.map((kind) => [kind, kind === wanted])),
});
