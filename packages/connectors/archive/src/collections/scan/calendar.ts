import { decodeText, unescapeText } from '@sterna/content';
import type { ContentKind } from '@sterna/core';
import { type FileLine, markerOf, propertyOf } from './lines.ts';
import type { Range, Scan, Scanned, ScannedObject } from './scanned.ts';

const KINDS: Readonly<Record<string, ContentKind>> = { VEVENT: 'event', VTODO: 'task' };
/** What only stands directly in a calendar, so that its BEGIN also ends what was left open (RFC 5545 section 3.6). */
const TOP: ReadonlySet<string> = new Set(['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VTIMEZONE', 'VAVAILABILITY']);
/** Of a calendar, what each object that stood in it needs around it. */
const HEADER: ReadonlySet<string> = new Set(['VERSION', 'PRODID', 'CALSCALE']);

export interface CalendarPart {
  readonly header: Map<string, Range>;
  readonly zones: Map<string, Range>;
  /** Where a component can be added: before its END. */
  end: number | undefined;
}

interface Open {
  readonly name: string;
  readonly calendar: CalendarPart | undefined;
  readonly start: number;
  readonly line: number;
  /** Names of what is open in it, itself first. */
  readonly depth: string[];
  readonly zones: Set<string>;
  uid: string | undefined;
  tzid: string | undefined;
  isException: boolean;
  problem: { line: number; what: string } | undefined;
}

interface Closed extends Open {
  readonly range: Range;
}

/**
 * Finds the objects of an .ics file: components of one UID are one object, a series with its exceptions (RFC 4791
 * section 4.1), with the time zones that it names. What is broken breaks its own object and no other. A second master
 * under the same UID is an object of its own.
 */
export class CalendarScan implements Scan {
  readonly #closed: Closed[] = [];
  readonly calendars: CalendarPart[] = [];
  #calendar: CalendarPart | undefined;
  #open: Open | undefined;
  #stray: { range: Range; line: number } | undefined;
  #end: { at: number; line: number } = { at: 0, line: 0 };
  readonly #look: { name?: string; color?: string; description?: string } = {};

  line(line: FileLine): void {
    this.#end = { at: line.end, line: line.number };
    if (line.text.trim() === '') return;
    if (this.#open === undefined) this.#outside(line);
    else this.#inside(this.#open, line);
  }

  #inside(open: Open, line: FileLine): void {
    const marker = markerOf(line.text);
    if (marker?.begins === true) {
      if (TOP.has(marker.name)) {
        open.problem ??= { line: open.line, what: `${open.name} is not closed` };
        this.#close(open, line.start);
        this.#outside(line);
      } else open.depth.push(marker.name);
      return;
    }
    if (marker !== undefined) {
      if (marker.name === 'VCALENDAR') {
        open.problem ??= { line: open.line, what: `${open.name} is not closed` };
        this.#close(open, line.start);
        this.#outside(line);
        return;
      }
      const at = open.depth.lastIndexOf(marker.name);
      if (at !== open.depth.length - 1)
        open.problem ??= { line: line.number, what: `END:${marker.name.slice(0, 40)} closes nothing` };
      if (at !== -1) open.depth.length = at;
      if (open.depth.length === 0) this.#close(open, line.end);
      return;
    }
    const property = propertyOf(line.text);
    if (property === undefined) {
      open.problem ??= { line: line.number, what: 'this is no content line (NAME:value)' };
      return;
    }
    const zone = /;\s*TZID\s*=\s*(?:"([^"]*)"|([^:;",]*))/i.exec(line.text.slice(0, line.text.indexOf(':') + 1));
    if (zone !== null) open.zones.add(zone[1] ?? zone[2] ?? '');
    if (open.depth.length > 1) return;
    if (property.name === 'UID') open.uid ??= property.value.trim() || undefined;
    else if (property.name === 'RECURRENCE-ID') open.isException = true;
    else if (property.name === 'TZID') open.tzid = property.value.trim();
  }

  #outside(line: FileLine): void {
    const marker = markerOf(line.text);
    if (marker?.begins === true && marker.name === 'VCALENDAR') {
      // Two calendars in one file need no END between them to be told apart.
      this.#calendar = { header: new Map(), zones: new Map(), end: undefined };
      this.calendars.push(this.#calendar);
    } else if (marker?.begins === true && (this.#calendar !== undefined || TOP.has(marker.name)))
      this.#open = {
        name: marker.name,
        calendar: this.#calendar,
        start: line.start,
        line: line.number,
        depth: [marker.name],
        zones: new Set(),
        uid: undefined,
        tzid: undefined,
        isException: false,
        problem: undefined,
      };
    else if (marker?.begins === false && marker.name === 'VCALENDAR' && this.#calendar !== undefined) {
      this.#calendar.end = line.start;
      this.#calendar = undefined;
    } else if (this.#calendar !== undefined && marker === undefined) this.#property(this.#calendar, line);
    else {
      const range = { start: this.#stray?.range.start ?? line.start, end: line.end };
      this.#stray = { range, line: this.#stray?.line ?? line.number };
    }
  }

  #property(calendar: CalendarPart, line: FileLine): void {
    const property = propertyOf(line.text);
    if (property === undefined) return;
    const { name } = property;
    const text = unescapeText(decodeText(Buffer.from(property.value, 'latin1'))).trim();
    if (HEADER.has(name)) calendar.header.set(name, line);
    else if (text !== '' && (name === 'X-WR-CALNAME' || name === 'NAME')) this.#look.name ??= text;
    else if (text !== '' && (name === 'X-WR-CALDESC' || name === 'DESCRIPTION')) this.#look.description ??= text;
    else if (name === 'X-APPLE-CALENDAR-COLOR' || name === 'COLOR') {
      // RFC 7986 section 5.9 has names of CSS, Apple has #RRGGBB and #RRGGBBAA.
      const color = /^#[0-9a-f]{6}/i.exec(text)?.[0].toUpperCase();
      if (color !== undefined) this.#look.color ??= color;
    }
  }

  #close(open: Open, end: number): void {
    this.#open = undefined;
    const range = { start: open.start, end };
    if (open.name === 'VTIMEZONE') {
      if (open.calendar !== undefined && open.tzid !== undefined) open.calendar.zones.set(open.tzid, range);
      return;
    }
    // Nobody's appointments: when a person is free is computed anew by every server.
    if (open.name === 'VFREEBUSY') return;
    if (KINDS[open.name] === undefined)
      open.problem ??= { line: open.line, what: `a ${open.name.slice(0, 40)} is neither an event nor a task` };
    this.#closed.push({ ...open, range });
  }

  end(): Scanned {
    if (this.#open !== undefined) {
      this.#open.problem ??= { line: this.#open.line, what: `${this.#open.name} is not closed: the file is cut off` };
      this.#close(this.#open, this.#end.at);
    } else if (this.#calendar !== undefined) {
      const here = { start: this.#end.at, end: this.#end.at };
      this.#closed.push(loose('VCALENDAR is not closed: the file is cut off', this.#end.line, here));
    }
    if (this.#stray !== undefined)
      this.#closed.push(loose('there is text outside of any calendar', this.#stray.line, this.#stray.range));
    return {
      objects: this.#objects(),
      ...this.#look,
      isForeign: this.calendars.length === 0 && this.#closed.every((one) => KINDS[one.name] === undefined),
    };
  }

  #objects(): ScannedObject[] {
    const groups: Closed[][] = [];
    const byUid = new Map<string, Closed[]>();
    for (const one of this.#closed) {
      const key = one.uid === undefined ? undefined : `${one.name} ${one.uid}`;
      const known = key === undefined ? undefined : byUid.get(key);
      if (known !== undefined && (one.isException || known.every((other) => other.isException))) known.push(one);
      else {
        const group = [one];
        groups.push(group);
        if (key !== undefined && known === undefined) byUid.set(key, group);
      }
    }
    return groups.map((group) => this.#object(group));
  }

  #object(group: readonly Closed[]): ScannedObject {
    const [first] = group as [Closed, ...Closed[]];
    const calendars = new Set(group.flatMap((one) => one.calendar ?? []));
    const zones = new Set<Range>();
    for (const { zones: named, calendar } of group)
      for (const zone of named) {
        const found =
          calendar?.zones.get(zone) ?? this.calendars.find((other) => other.zones.has(zone))?.zones.get(zone);
        if (found !== undefined) zones.add(found);
      }
    const header = [...calendars][0]?.header ?? new Map<string, Range>();
    const own = group.map((one) => one.range);
    const problem = group.find((one) => one.problem !== undefined)?.problem;
    return {
      kind: KINDS[first.name] ?? 'event',
      uid: first.uid,
      line: first.line,
      own,
      parts: [
        'BEGIN:VCALENDAR\r\n',
        header.get('VERSION') ?? 'VERSION:2.0\r\n',
        header.get('PRODID') ?? 'PRODID:-//Sterna//EN\r\n',
        ...(header.has('CALSCALE') ? [header.get('CALSCALE') as Range] : []),
        ...zones,
        ...own,
        'END:VCALENDAR\r\n',
      ],
      ...(problem === undefined ? {} : { problem }),
    };
  }
}

const loose = (what: string, line: number, range: Range): Closed => ({
  name: '',
  calendar: undefined,
  start: range.start,
  line,
  depth: [],
  zones: new Set(),
  uid: undefined,
  tzid: undefined,
  isException: false,
  problem: { line, what },
  range,
});
