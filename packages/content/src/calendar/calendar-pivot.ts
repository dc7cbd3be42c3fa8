import { createHash } from 'node:crypto';
import { firstValue, unescapeText } from '../lines/content-line.ts';
import type { Pivot } from '../pivot.ts';
import { calendarAddresses } from './addresses.ts';
import { type CalendarName, readCalendarObject } from './calendar-object.ts';
import { calendarDifferences, canonicalCalendar } from './canonical.ts';
import { prepareCalendar, renamedCalendar } from './prepare.ts';
import { spanOf } from './span.ts';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, 16);

/** Events and tasks: iCalendar (RFC 5545), one object of one UID. */
const calendarPivot = (name: CalendarName): Pivot => ({
  hasNaturalKey: true,
  matchKey: (body) => hash(`${name}\0${readCalendarObject(body, name).uid ?? ''}`),
  digest: (body) => hash(canonicalCalendar(readCalendarObject(body, name))),
  subject: (body) => {
    const summary = readCalendarObject(body, name)
      .items.map((one) => firstValue(one, 'SUMMARY'))
      .find(Boolean);
    return summary === undefined ? undefined : unescapeText(summary).replace(/\s+/g, ' ').trim().slice(0, 200);
  },
  differences: (one, other) => calendarDifferences(readCalendarObject(one, name), readCalendarObject(other, name)),
  span: (body) => spanOf(readCalendarObject(body, name)),
  addresses: (body) => calendarAddresses(readCalendarObject(body, name).items),
  prepare: (body, options) => prepareCalendar(body, name, options),
  renamed: (body, number) => renamedCalendar(body, name, number),
});

export const eventPivot: Pivot = calendarPivot('VEVENT');
export const taskPivot: Pivot = calendarPivot('VTODO');
