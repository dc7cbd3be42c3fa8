import type { ContentKind } from '@sterna/core';
import { CalendarScan } from './scan/calendar.ts';
import { CardScan } from './scan/cards.ts';
import type { Scan } from './scan/scanned.ts';
import { SettingScan } from './scan/setting.ts';

/** What differs between files of calendars, of cards and of settings; all else is the same. */
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

/** A mailbox setting, alone in its file: packages/content setting.ts. */
export const SETTING_FILE: Syntax = {
  extension: '.json',
  kinds: ['setting'],
  holds: 'mailbox setting',
  scan: () => new SettingScan(),
};

/** A file of this syntax by its name: none that is hidden, or that somebody is still writing. */
export const isObjectFile = (name: string, { extension }: Syntax): boolean =>
  !name.startsWith('.') && name.length > extension.length && name.toLowerCase().endsWith(extension);
