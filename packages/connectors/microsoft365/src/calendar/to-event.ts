import type { FidelityNote } from '@sterna/connector-kit';
import {
  type CalendarObject,
  type Component,
  durationOf,
  type Enclosed,
  firstValue,
  instantOf,
  isDay,
  type Moment,
  momentOf,
  type Property,
  parameterOf,
  propertiesOf,
  splitList,
  UTC,
  unescapeText,
  wallAt,
  windowsOf,
  withoutBytes,
} from '@sterna/content';
import { appendedTo } from '../outlook/html.ts';
import { detailsOf, hasFurtherDetails } from './details.ts';
import type { DateTimeTimeZone, EventFields, ItemBody } from './graph-event.ts';
import { dateText } from './occurrences.ts';
import { clockOf, planSeries, type SeriesPlan } from './series.ts';

/** An exception as it is to be: the day that the series has it on, and all its fields. */
export interface PlannedException {
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly fields: EventFields;
}

export interface PlannedAttachment extends Enclosed {
  readonly name: string;
  readonly contentType: string;
}

/** An event as Outlook is to hold it. Never an attendee: Exchange would invite them. */
export interface EventPlan {
  readonly master: EventFields;
  /** Those of the days that do take place. */
  readonly exceptions: readonly PlannedException[];
  /** Days to take out of the series, in order. */
  readonly cancelled: readonly string[];
  readonly attachments: readonly PlannedAttachment[];
  /** The object without the bytes of its attachments, to be kept. */
  readonly kept: Component;
  readonly notes: readonly FidelityNote[];
  /** Something in it is in no zone. */
  readonly floats: boolean;
}

/** Outlook's own limits. */
const MOST_SUBJECT = 255;
const DAY = 86_400_000;

/** @param floating IANA zone that times without one are taken to be in */
export function toEvent(object: CalendarObject, floating: string): EventPlan {
  const notes = new Map<string, FidelityNote>();
  const note = (code: string, text: string): void => void notes.set(code, { code, text });
  const { calendar, items } = object;
  const { component: kept, enclosed } = withoutBytes(
    { ...calendar, components: [...calendar.components.filter((one) => one.name === 'VTIMEZONE'), ...items] },
    new Set(['ATTACH']),
  );

  const own = items.find((one) => propertiesOf(one, 'RECURRENCE-ID').length === 0);
  const exceptionItems = items.filter((one) => propertiesOf(one, 'RECURRENCE-ID').length > 0);
  const places = exceptionItems.map((item) => ({
    item,
    at: momentOf(calendar, propertiesOf(item, 'RECURRENCE-ID')[0]),
  }));
  const { item: master, start } = masterOf(calendar, own, exceptionItems, note);
  if (start.replaced !== undefined) note('time-zone-replaced', ZONES[start.replaced]);
  if (start.zone === 'floating' && start.replaced === undefined)
    note('floating-time-fixed', `Outlook has no times without a zone: this one was taken to be in ${floating}.`);

  const orphans = own === undefined ? places.flatMap(({ at }) => at ?? []) : [];
  const plan = planSeries(calendar, master, start, orphans, floating);
  if (plan.deviation !== undefined)
    note(
      'recurrence-not-held',
      `Its repetition isn’t the same in Outlook: ${plan.deviation}. The original rule is kept with the event.`,
    );
  const zone = clockOf(start, floating);
  const recurs = plan.recurrence !== undefined;
  const common = { calendar, floating, note, zone };
  const dates = plan.unheld.map((wall) => readable(wall, start));
  const fields = fieldsOf(common, master, { start: { ...start, wall: plan.start }, series: start, recurs }, dates);

  const exceptions = new Map<string, EventFields>();
  for (const [date, wall] of plan.moved)
    exceptions.set(date, fieldsOf(common, master, { start: { ...start, wall }, series: start, recurs }, dates));
  for (const { item, at } of places) {
    const date = at === undefined || !recurs ? undefined : dayOfException(at, start, zone, floating);
    const begins = momentOf(calendar, propertiesOf(item, 'DTSTART')[0]) ?? at;
    if (item === master && !recurs) continue;
    if (date === undefined || begins === undefined || plan.cancelled.has(date) || !isHeld(plan, date)) {
      note(
        'exception-not-held',
        'An occurrence that was changed isn’t one of its series in Outlook; it is kept with the event, and not shown.',
      );
      continue;
    }
    if (/THISANDFUTURE/i.test(parameterOf(propertiesOf(item, 'RECURRENCE-ID')[0] as Property, 'RANGE') ?? ''))
      note(
        'exception-range-not-held',
        'A change to “this and all following” shows in Outlook for the first of them alone.',
      );
    if (/^\s*CANCELLED\s*$/i.test(firstValue(item, 'STATUS') ?? ''))
      note('cancelled-shown-free', 'Outlook can’t show it as cancelled: it is shown as free time.');
    exceptions.set(date, fieldsOf(common, item, { start: begins, series: start, recurs: false }, []));
  }
  return {
    master: { ...fields, ...(plan.recurrence === undefined ? {} : { recurrence: zoned(plan.recurrence, start.wall) }) },
    exceptions: [...exceptions]
      .map(([date, one]) => ({ date, fields: one }))
      .sort((a, b) => (a.date < b.date ? -1 : 1)),
    cancelled: [...plan.cancelled].sort(),
    attachments: named(enclosed),
    kept,
    notes: [...notes.values()],
    floats: start.zone === 'floating',
  };
}

const ZONES = {
  alike: 'Its time zone has a name that Outlook doesn’t know; one with the same clock was taken.',
  utc: 'Its time zone is one that nobody else has; the time was converted to UTC, and a series may be an hour off half the year.',
  unknown: 'Its time zone is unknown and not described; the time was taken as one without a zone.',
} as const;

type Note = (code: string, text: string) => void;

/** Of a text that has exceptions alone, the first of them stands for the series. */
function masterOf(
  calendar: Component,
  own: Component | undefined,
  exceptions: readonly Component[],
  note: Note,
): { item: Component; start: Moment } {
  const item = own ?? exceptions[0];
  if (item === undefined) throw new Error('an object without items');
  const property = propertiesOf(item, 'DTSTART')[0] ?? propertiesOf(item, 'RECURRENCE-ID')[0];
  const start =
    own === undefined && exceptions.length > 1
      ? momentOf(calendar, propertiesOf(item, 'RECURRENCE-ID')[0])
      : momentOf(calendar, property);
  if (own === undefined && exceptions.length > 0)
    note(
      'series-incomplete',
      'The source has changed occurrences of a series and not the series itself; Outlook shows those alone.',
    );
  if (start !== undefined) return { item, start };
  note('start-missing', 'It says not when it begins, which Outlook demands; it was put on 1 January 1970.');
  return { item, start: { wall: 0, zone: 'date' } };
}

function dayOfException(at: Moment, start: Moment, zone: string, floating: string): string {
  if (isDay(at) || isDay(start) || at.zone === start.zone) return dateText(at.wall);
  return dateText(wallAt(instantOf(at, floating), zone));
}

function isHeld({ recurrence, unheld }: SeriesPlan, date: string): boolean {
  if (recurrence === undefined || unheld.some((wall) => dateText(wall) === date)) return false;
  const { range } = recurrence;
  return date >= range.startDate && (range.endDate === undefined || date <= range.endDate);
}

const readable = (wall: number, { zone }: Moment): string => {
  const text = new Date(wall).toISOString();
  return zone === 'date'
    ? text.slice(0, 10)
    : `${text.slice(0, 10)} ${text.slice(11, 16)}${zone === 'floating' ? '' : ` ${zone === UTC ? 'UTC' : zone}`}`;
};

interface Common {
  readonly calendar: Component;
  readonly floating: string;
  readonly note: Note;
  /** Clock of the series. */
  readonly zone: string;
}

interface When {
  readonly start: Moment;
  /** DTSTART of the series, whose length an occurrence has. */
  readonly series: Moment;
  readonly recurs: boolean;
}

function fieldsOf(common: Common, item: Component, when: When, dates: readonly string[]): EventFields {
  const { note } = common;
  const text = (name: string): string => unescapeText(firstValue(item, name) ?? '');
  const subject = text('SUMMARY').replace(/\s*[\r\n]+\s*/g, ' ');
  if (subject.length > MOST_SUBJECT)
    note('subject-shortened', `Outlook holds titles of ${MOST_SUBJECT} characters: it was shortened.`);
  const location = text('LOCATION');
  if (location.length > MOST_SUBJECT)
    note('location-shortened', `Outlook holds places of ${MOST_SUBJECT} characters: it was shortened.`);
  if (propertiesOf(item, 'ATTENDEE').length > 0 || propertiesOf(item, 'ORGANIZER').length > 0)
    note(
      'people-in-body',
      'Its organizer and participants are in its text and not in Outlook’s list of participants: Exchange would have invited them anew.',
    );
  const geo = /^\s*(-?[\d.]+)\s*;\s*(-?[\d.]+)\s*$/.exec(text('GEO'));
  const { start, end } = timesOf(common, item, when);
  const details = detailsOf(item, dates);
  if (hasFurtherDetails(details))
    note('details-in-body', 'Outlook has no field for its links, comments or further dates: they are in its text.');
  return {
    subject: cut(subject, MOST_SUBJECT),
    body: bodyOf(item, details),
    start,
    end,
    isAllDay: isDay(when.start),
    showAs: showAs(item),
    sensitivity: SENSITIVITIES[text('CLASS').trim().toUpperCase()] ?? (text('CLASS') === '' ? 'normal' : 'private'),
    importance: importanceOf(text('PRIORITY')),
    categories: categoriesOf(item),
    location: {
      displayName: cut(location, MOST_SUBJECT),
      ...(geo === null || location === ''
        ? {}
        : { coordinates: { latitude: Number(geo[1]), longitude: Number(geo[2]) } }),
    },
    ...reminderOf(common, item, when.start, note),
  };
}

/** Never through a surrogate pair. */
const cut = (text: string, length: number): string => text.slice(0, length).replace(/[\ud800-\udbff]$/, '');

export const categoriesOf = (item: Component): string[] => [
  ...new Set(
    propertiesOf(item, 'CATEGORIES')
      .flatMap((one) => splitList(one.value))
      .map((one) => unescapeText(one).trim())
      .filter(Boolean),
  ),
];

export function importanceOf(priority: string): 'low' | 'normal' | 'high' {
  const value = Number(priority);
  return value >= 1 && value <= 4 ? 'high' : value >= 6 && value <= 9 ? 'low' : 'normal';
}

/** [MS-OXCICAL] section 2.1.3.1.1.20.4 */
const SENSITIVITIES: Readonly<Record<string, string>> = {
  PUBLIC: 'normal',
  PRIVATE: 'private',
  CONFIDENTIAL: 'confidential',
  'X-PERSONAL': 'personal',
};
const BUSY: Readonly<Record<string, string>> = {
  FREE: 'free',
  TENTATIVE: 'tentative',
  BUSY: 'busy',
  OOF: 'oof',
  WORKINGELSEWHERE: 'workingElsewhere',
};

function showAs(item: Component): string {
  const status = firstValue(item, 'STATUS')?.trim().toUpperCase();
  if (status === 'CANCELLED') return 'free';
  const busy = BUSY[firstValue(item, 'X-MICROSOFT-CDO-BUSYSTATUS')?.trim().toUpperCase() ?? ''];
  if (busy !== undefined) return busy;
  if (/^\s*TRANSPARENT\s*$/i.test(firstValue(item, 'TRANSP') ?? '')) return 'free';
  return status === 'TENTATIVE' ? 'tentative' : 'busy';
}

function bodyOf(item: Component, details: string | undefined): ItemBody {
  const html = propertiesOf(item, 'X-ALT-DESC').find((one) => /text\/html/i.test(parameterOf(one, 'FMTTYPE') ?? ''));
  if (html !== undefined) {
    const content = unescapeText(html.value);
    return { contentType: 'html', content: details === undefined ? content : appendedTo(content, details) };
  }
  const text = unescapeText(firstValue(item, 'DESCRIPTION') ?? '').replace(/\r\n?/g, '\n');
  return { contentType: 'text', content: [text, details].filter(Boolean).join('\n\n') };
}

function timesOf(
  { calendar, floating, note }: Common,
  item: Component,
  { start, series }: When,
): { start: DateTimeTimeZone; end: DateTimeTimeZone } {
  const given = momentOf(calendar, propertiesOf(item, 'DTEND')[0]);
  const first = momentOf(calendar, propertiesOf(item, 'DTSTART')[0]) ?? series;
  const duration = durationOf(firstValue(item, 'DURATION') ?? '');
  const length =
    given !== undefined
      ? instantOf(given, floating) - instantOf(first, floating)
      : (duration ?? (isDay(start) ? DAY : 0));
  if (length < 0)
    note('end-before-start', 'It ends before it begins, which Outlook can’t hold; it ends when it begins.');
  if (isDay(start)) {
    const days = Math.max(1, Math.ceil(length / DAY));
    const midnight = (wall: number): DateTimeTimeZone => ({ dateTime: timeText(wall), timeZone: 'UTC' });
    return { start: midnight(start.wall), end: midnight(start.wall + days * DAY) };
  }
  const end = instantOf(start, floating) + Math.max(0, length);
  const endZone = given === undefined || isDay(given) ? start : given;
  return { start: zonedTime(instantOf(start, floating), start, floating), end: zonedTime(end, endZone, floating) };
}

/** An instant on the clock of a moment's zone, by the name that Outlook knows it by. */
function zonedTime(instant: number, { zone }: Pick<Moment, 'zone'>, floating: string): DateTimeTimeZone {
  const iana = zone === 'floating' || zone === 'date' ? floating : zone;
  const name = windowsOf(iana, instant);
  return name === undefined
    ? { dateTime: timeText(instant), timeZone: 'UTC' }
    : { dateTime: timeText(wallAt(instant, iana)), timeZone: name };
}

const timeText = (wall: number): string => new Date(wall).toISOString().slice(0, 19);

function zoned(
  recurrence: NonNullable<SeriesPlan['recurrence']>,
  around: number,
): NonNullable<EventFields['recurrence']> {
  const zone = recurrence.range.recurrenceTimeZone ?? UTC;
  return { ...recurrence, range: { ...recurrence.range, recurrenceTimeZone: windowsOf(zone, around) ?? 'UTC' } };
}

/** One reminder before the start is all that Outlook holds. */
function reminderOf(
  { calendar, floating }: Common,
  item: Component,
  start: Moment,
  note: Note,
): { isReminderOn: boolean; reminderMinutesBeforeStart: number } {
  const none = { isReminderOn: false, reminderMinutesBeforeStart: 0 };
  const alarms = item.components.filter((one) => one.name === 'VALARM');
  if (alarms.length === 0) return none;
  const minutes: number[] = [];
  for (const alarm of alarms) {
    const trigger = propertiesOf(alarm, 'TRIGGER')[0];
    if (trigger === undefined || /^\s*(?:EMAIL|PROCEDURE|NONE)\s*$/i.test(firstValue(alarm, 'ACTION') ?? '')) continue;
    const at = momentOf(calendar, trigger);
    const before =
      at !== undefined
        ? instantOf(start, floating) - instantOf(at, floating)
        : /END/i.test(parameterOf(trigger, 'RELATED') ?? '')
          ? undefined
          : negated(durationOf(trigger.value));
    if (before !== undefined && before >= 0) minutes.push(Math.round(before / 60_000));
  }
  if (minutes.length < alarms.length || minutes.length > 1)
    note(
      'reminders-not-held',
      'Outlook holds one reminder before the start; the others are kept with the event and don’t ring.',
    );
  const [first] = minutes;
  return first === undefined ? none : { isReminderOn: true, reminderMinutesBeforeStart: first };
}

const negated = (value: number | undefined): number | undefined => (value === undefined ? undefined : -value);

/** Each its own name, as files want it. */
export function named(
  enclosed: readonly { readonly property: Property; readonly bytes: Buffer; readonly hash: string }[],
): readonly PlannedAttachment[] {
  const taken = new Set<string>();
  return enclosed.map(({ property, bytes, hash }, n) => {
    const given = ['FILENAME', 'X-FILENAME', 'X-APPLE-FILENAME', 'X-LABEL', 'NAME']
      .map((name) => parameterOf(property, name))
      .find((name) => name !== undefined && name.trim() !== '');
    const name = (given ?? NAMELESS)
      .replace(/[\p{Cc}/\\]+/gu, '_')
      .trim()
      .slice(0, 200);
    const unique = taken.has(name) ? `${n + 1} ${name}` : name;
    taken.add(unique);
    return { hash, bytes, name: unique, contentType: parameterOf(property, 'FMTTYPE') ?? UNTYPED };
  });
}

/** Of an attachment without a name, or type: read back as one. */
export const NAMELESS = 'attachment';
export const UNTYPED = 'application/octet-stream';
