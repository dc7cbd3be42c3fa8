import type { ContentKind } from '@sterna/core';
import { CalendarScan } from './scan/calendar.ts';
import { CardScan } from './scan/cards.ts';
import { JsonScan } from './scan/json.ts';
import type { Scan } from './scan/scanned.ts';

/** What differs between files of calendars, of cards and of JSON; all else is the same. */
export interface Syntax {
  /** Lower case. */
  readonly extension: '.ics' | '.vcf' | '.json';
  readonly kinds: readonly ContentKind[];
  /** For messages: what such a file holds. */
  readonly holds: string;
  scan(): Scan;
}

/** RFC 5545. */
export const ICS: Syntax = {
  extension: '.ics',
  kinds: ['event', 'task'],
  holds: 'calendar (BEGIN:VCALENDAR)',
  scan: () => new CalendarScan(),
};

/** RFC 6350, RFC 2426 and vCard 2.1. */
export const VCF: Syntax = {
  extension: '.vcf',
  kinds: ['contact'],
  holds: 'card (BEGIN:VCARD)',
  scan: () => new CardScan(),
};

/** One object of a kind whose pivot is JSON, alone in its file: packages/content `Setting`, `Member`, `Page` … */
export const jsonFile = (kind: ContentKind, what: string): Syntax => ({
  extension: '.json',
  kinds: [kind],
  holds: what,
  scan: () => new JsonScan(kind, what),
});

/** A file of this syntax by its name: none that is hidden, or that somebody is still writing. */
export const isObjectFile = (name: string, { extension }: Syntax): boolean =>
  !name.startsWith('.') && name.length > extension.length && name.toLowerCase().endsWith(extension);
