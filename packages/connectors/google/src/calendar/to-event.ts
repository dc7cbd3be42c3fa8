import type { FidelityNote } from '@sterna/connector-kit';
import {
  bytesIn,
  type CalendarObject,
  type Component,
  durationOf,
  firstValue,
  instantOf,
  type Moment,
  momentOf,
  momentProperty,
  type Property,
  parameterOf,
  propertiesOf,
  splitList,
  unescapeText,
} from '@sterna/content';
import { SternaError } from '@sterna/core';
import { colorIdOf } from './colors.ts';
import type { EventAttendee, EventFields, EventPerson } from './google-event.ts';
import { eventTime } from './times.ts';

const DAY = 86_400_000;
/** Of an event; above that Google refuses (https://developers.google.com/workspace/calendar/api/concepts/reminders). */
const MOST_REMINDERS = 5;
const MOST_MINUTES = 40_320;
const MOST_ATTACHMENTS = 25;

export interface ExceptionPlan {
  /** Which occurrence it is, by where the series has it. */
  readonly original: Moment;
  readonly fields: EventFields;
}

export interface EventPlan {
  readonly master: EventFields;
  readonly exceptions: readonly ExceptionPlan[];
  readonly notes: readonly FidelityNote[];
  /** It has times without a zone. */
  readonly floats: boolean;
}

/**
 * An event in Google's terms.
 *
 * @param floating IANA zone that times without one are taken to be in
 * @param own address of the calendar's user, whose events need no organizer
 * @throws SternaError object where there is nothing that Google could hold
 */
export function toEvent({ calendar, items }: CalendarObject, floating: string, own: string): EventPlan {
  const notes = new Map<string, FidelityNote>();
  const first = shownFirst(items);
  if (first === undefined) throw nothing();
  const isSeriesHere = !isException(first);
  const builder = new EventBuilder(calendar, floating, own.toLowerCase(), notes);
  const master = builder.fields(first, isSeriesHere);
  const exceptions: ExceptionPlan[] = [];
  for (const item of items) {
    if (item === first) continue;
    const original = momentOf(calendar, propertiesOf(item, 'RECURRENCE-ID')[0]);
    if (original === undefined || master.recurrence === undefined) {
      note(
        notes,
        'exception-dropped',
        'An exception of it is of no occurrence that could be found; it is kept, and not shown.',
      );
      continue;
    }
    exceptions.push({ original: builder.like(original), fields: builder.fields(item, false) });
  }
  if (!isSeriesHere && items.length > 1)
    note(notes, 'series-missing', 'Its series isn’t with it: only the first of its occurrences is shown.');
  return { master, exceptions, notes: [...notes.values()], floats: builder.floats };
}

const isException = (item: Component): boolean => propertiesOf(item, 'RECURRENCE-ID').length > 0;

/** The one that Google's event is made of: the series, or the first of the occurrences that came without theirs. */
export const shownFirst = (items: readonly Component[]): Component | undefined =>
  items.find((item) => !isException(item)) ?? items[0];

const nothing = (): SternaError =>
  new SternaError('object', 'event-without-time', 'The event has no start that Google could hold.', {
    fix: 'Open it in the source’s calendar and save it again; then start a delta pass.',
  });

const note = (notes: Map<string, FidelityNote>, code: string, text: string): void =>
  void (notes.has(code) || notes.set(code, { code, text }));

class EventBuilder {
  floats = false;
  readonly #calendar: Component;
  readonly #floating: string;
  readonly #own: string;
  readonly #notes: Map<string, FidelityNote>;

  constructor(calendar: Component, floating: string, own: string, notes: Map<string, FidelityNote>) {
    this.#calendar = calendar;
    this.#floating = floating;
    this.#own = own;
    this.#notes = notes;
  }

  /** In a zone, whatever it was. */
  like(moment: Moment): Moment {
    if (moment.replaced !== undefined)
      note(this.#notes, 'zone-replaced', 'Its time zone is one that nobody else knows; it is shown in another one.');
    if (moment.zone !== 'floating') return moment;
    this.floats = true;
    return { wall: moment.wall, zone: this.#floating };
  }

  fields(item: Component, repeats: boolean): EventFields {
    const start = this.#moment(item, 'DTSTART');
    if (start === undefined) throw nothing();
    const end = this.#endOf(item, start);
    const text = (name: string): string => unescapeText(firstValue(item, name) ?? '').replace(/\r\n?/g, '\n');
    const recurrence = repeats ? this.#recurrence(item) : [];
    const organizer = this.#person(propertiesOf(item, 'ORGANIZER')[0]);
    const attendees = this.#attendees(item);
    const attachments = this.#attachments(item);
    const url = (firstValue(item, 'URL') ?? '').trim();
    const color = firstValue(item, 'COLOR') ?? '';
    const colorId = colorIdOf(color);
    const status = (firstValue(item, 'STATUS') ?? '').trim().toUpperCase();
    if (status === 'CANCELLED')
      note(
        this.#notes,
        'cancelled-shown',
        'It was cancelled: Google would delete such an event, so it is shown as confirmed.',
      );
    this.#tellOfTheRest(item, color !== '' && colorId === undefined ? ['COLOR'] : []);
    return {
      status: status === 'TENTATIVE' ? 'tentative' : 'confirmed',
      summary: text('SUMMARY'),
      description: this.#described(item, text('DESCRIPTION'), text('LOCATION')),
      location: text('LOCATION'),
      start: eventTime(start, this.#floating),
      end: eventTime(end, this.#floating),
      ...(recurrence.length === 0 ? {} : { recurrence }),
      transparency: /^\s*TRANSPARENT\s*$/i.test(firstValue(item, 'TRANSP') ?? '') ? 'transparent' : 'opaque',
      visibility: VISIBILITIES[(firstValue(item, 'CLASS') ?? '').trim().toUpperCase()] ?? 'default',
      ...(colorId === undefined ? {} : { colorId }),
      ...(organizer === undefined || organizer.email === this.#own ? {} : { organizer }),
      ...(attendees.length === 0 ? {} : { attendees }),
      reminders: { useDefault: false, overrides: this.#reminders(item) },
      ...(attachments.length === 0 ? {} : { attachments }),
      ...(/^https?:\/\/\S+$/i.test(url) ? { source: { url, title: url.slice(0, 200) } } : {}),
    };
  }

  /** Where to meet online has a field that Google fills by itself: other links stand in the description. */
  #described(item: Component, description: string, location: string): string {
    const links = MEETINGS.flatMap((name) => propertiesOf(item, name))
      .map(({ value }) => value.trim())
      .filter((link) => /^https?:\/\/\S+$/i.test(link) && !description.includes(link) && !location.includes(link));
    if (links.length === 0) return description;
    note(this.#notes, 'meeting-link', 'The link to meet online is in its description: Google takes none but its own.');
    return [description, [...new Set(links)].join('\n')].filter(Boolean).join('\n\n');
  }

  #moment(item: Component, name: string): Moment | undefined {
    const moment = momentOf(this.#calendar, propertiesOf(item, name)[0]);
    return moment === undefined ? undefined : this.like(moment);
  }

  #endOf(item: Component, start: Moment): Moment {
    const end = this.#moment(item, 'DTEND');
    const isDay = start.zone === 'date';
    const after = (moment: Moment): boolean =>
      instantOf(moment, this.#floating) - instantOf(start, this.#floating) >= (isDay ? DAY : 0);
    if (end !== undefined && (end.zone === 'date') === isDay && after(end)) return end;
    const duration = durationOf(firstValue(item, 'DURATION') ?? '') ?? 0;
    if (isDay) return { wall: start.wall + Math.max(DAY, Math.ceil(duration / DAY) * DAY), zone: 'date' };
    return { wall: start.wall + Math.max(0, duration), zone: start.zone };
  }

  /** Rules as they are; additional and left-out dates in zones that Google knows. */
  #recurrence(item: Component): string[] {
    const lines: string[] = [];
    for (const name of ['RRULE', 'EXRULE'])
      for (const { value } of propertiesOf(item, name)) lines.push(`${name}:${value.trim()}`);
    for (const name of ['RDATE', 'EXDATE'])
      for (const property of propertiesOf(item, name))
        for (const value of splitList(property.value)) {
          const moment = momentOf(this.#calendar, property, value);
          if (moment === undefined) continue;
          if (value.includes('/'))
            note(
              this.#notes,
              'periods-shortened',
              'Additional dates of it that last as long as none of the others last as long as those.',
            );
          lines.push(lineText(momentProperty(name, this.like(moment))));
        }
    return lines;
  }

  #person(property: Property | undefined): EventPerson | undefined {
    const email =
      property?.value
        .trim()
        .replace(/^mailto:/i, '')
        .toLowerCase() ?? '';
    if (property === undefined || !ADDRESS.test(email)) return undefined;
    const displayName = parameterOf(property, 'CN')?.trim();
    return { email, ...(displayName === undefined || displayName === '' ? {} : { displayName }) };
  }

  #attendees(item: Component): EventAttendee[] {
    const found = new Map<string, EventAttendee>();
    for (const property of propertiesOf(item, 'ATTENDEE')) {
      const person = this.#person(property);
      if (person?.email === undefined || found.has(person.email)) {
        note(
          this.#notes,
          'attendees-kept',
          'Some of its people have no mail address of their own; they are kept, and not shown.',
        );
        continue;
      }
      const kind = (parameterOf(property, 'CUTYPE') ?? '').toUpperCase();
      found.set(person.email, {
        ...person,
        responseStatus: RESPONSES[(parameterOf(property, 'PARTSTAT') ?? '').toUpperCase()] ?? 'needsAction',
        ...((parameterOf(property, 'ROLE') ?? '').toUpperCase() === 'OPT-PARTICIPANT' ? { optional: true } : {}),
        ...(kind === 'RESOURCE' || kind === 'ROOM' ? { resource: true } : {}),
      });
    }
    return [...found.values()];
  }

  #reminders(item: Component): { method: string; minutes: number }[] {
    const alarms = item.components.filter((one) => one.name === 'VALARM');
    const overrides: { method: string; minutes: number }[] = [];
    for (const alarm of alarms) {
      const trigger = propertiesOf(alarm, 'TRIGGER')[0];
      const isEnd = trigger !== undefined && (parameterOf(trigger, 'RELATED') ?? '').toUpperCase() === 'END';
      const before = trigger === undefined || isEnd ? undefined : durationOf(trigger.value);
      const minutes = before === undefined ? Number.NaN : -before / 60_000;
      const method = (firstValue(alarm, 'ACTION') ?? '').trim().toUpperCase() === 'EMAIL' ? 'email' : 'popup';
      const fits =
        Number.isInteger(minutes) && minutes >= 0 && minutes <= MOST_MINUTES && overrides.length < MOST_REMINDERS;
      if (fits && !overrides.some((one) => one.minutes === minutes && one.method === method))
        overrides.push({ method, minutes: Math.abs(minutes) });
      else if (!fits)
        note(
          this.#notes,
          'reminders-kept',
          'Google has whole minutes before the start as reminders, five of them at most; the others are kept, and don’t remind.',
        );
    }
    return overrides;
  }

  #attachments(item: Component): { fileUrl: string; title: string; mimeType?: string }[] {
    const found: { fileUrl: string; title: string; mimeType?: string }[] = [];
    for (const property of propertiesOf(item, 'ATTACH')) {
      const fileUrl = property.value.trim();
      if (bytesIn(property) !== undefined || !/^https?:\/\/\S+$/i.test(fileUrl) || found.length === MOST_ATTACHMENTS) {
        note(
          this.#notes,
          'attachments-kept',
          'Google attaches links to files alone; what is attached to it otherwise is not shown.',
        );
        continue;
      }
      const title = (parameterOf(property, 'FILENAME') ?? parameterOf(property, 'X-FILENAME') ?? fileUrl).trim();
      const mimeType = parameterOf(property, 'FMTTYPE')?.trim();
      found.push({ fileUrl, title, ...(mimeType === undefined || mimeType === '' ? {} : { mimeType }) });
    }
    return found;
  }

  #tellOfTheRest(item: Component, more: readonly string[]): void {
    const left = item.properties.map(({ name }) => name).filter((name) => !HELD.has(name));
    const names = [...new Set([...left, ...more])].sort();
    if (names.length > 0)
      note(
        this.#notes,
        'fields-not-held',
        `Google has no field for all of this; it is kept with the event, and not shown: ${names.slice(0, 12).join(', ')}.`,
      );
  }
}

const ADDRESS = /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+$/;
const VISIBILITIES: Readonly<Record<string, string>> = {
  PUBLIC: 'public',
  PRIVATE: 'private',
  CONFIDENTIAL: 'confidential',
};
const RESPONSES: Readonly<Record<string, string>> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
};
const MEETINGS = ['CONFERENCE', 'X-GOOGLE-CONFERENCE', 'X-MICROSOFT-SKYPETEAMSMEETINGURL'];
const HELD: ReadonlySet<string> = new Set([
  ...MEETINGS,
  'COLOR',
  'UID',
  'DTSTAMP',
  'CREATED',
  'LAST-MODIFIED',
  'SEQUENCE',
  'DTSTART',
  'DTEND',
  'DURATION',
  'RRULE',
  'EXRULE',
  'RDATE',
  'EXDATE',
  'RECURRENCE-ID',
  'SUMMARY',
  'DESCRIPTION',
  'LOCATION',
  'STATUS',
  'TRANSP',
  'CLASS',
  'ORGANIZER',
  'ATTENDEE',
  'ATTACH',
  'URL',
  'X-MICROSOFT-CDO-BUSYSTATUS',
  'X-MICROSOFT-CDO-INTENDEDSTATUS',
  'X-MICROSOFT-CDO-ALLDAYEVENT',
]);

/** `EXDATE;TZID=Europe/Berlin:20260301T100000` */
const lineText = ({ name, parameters, value }: Property): string =>
  `${name}${parameters.map((one) => `;${one.name}=${one.values.join(',')}`).join('')}:${value}`;
