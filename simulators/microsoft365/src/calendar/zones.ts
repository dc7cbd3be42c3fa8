import { ianaOfWindows } from './windows-zones.ts';

/**
 * Time zones as Exchange names them. A zone is known by its Windows name or its IANA name; what was given is kept
 * (originalStartTimeZone), what is computed with is the IANA zone.
 */

const windowsByFold = new Map(
  Object.entries(ianaOfWindows).map(([name, iana]) => [name.toLowerCase(), { name, iana }]),
);
const windowsOfIana = new Map(Object.entries(ianaOfWindows).map(([name, iana]) => [iana, name]));
const formats = new Map<string, Intl.DateTimeFormat>();

/** What Outlook on the web reports for a zone that desktop Outlook defined itself. */
const customZone = 'tzone://Microsoft/Custom';

function formatOf(iana: string): Intl.DateTimeFormat {
  let format = formats.get(iana);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: iana,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(iana, format);
  }
  return format;
}

/** The IANA zone of a Windows or IANA name, undefined if Exchange doesn't know it. Names are compared without case. */
export function ianaZone(name: string): string | undefined {
  const windows = windowsByFold.get(name.toLowerCase());
  if (windows !== undefined) return windows.iana;
  if (name === customZone) return 'UTC';
  // Offsets ("+02:00") are zones to Intl but not to Exchange.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    formatOf(name);
    return name;
  } catch {
    return undefined;
  }
}

/** The name under which Exchange reports a zone that was given as `name`: Windows names in their spelling. */
export function reportedZone(name: string): string {
  return windowsByFold.get(name.toLowerCase())?.name ?? name;
}

/** The Windows name of an IANA zone, or the IANA name itself where none belongs to it. */
export function windowsZone(iana: string): string {
  return windowsOfIana.get(iana) ?? iana;
}

/** Asking Intl is slow, and a calendar asks for the same hours again and again: offsets change on quarter hours only. */
const quarter = 900_000;
const offsets = new Map<string, Map<number, number>>();

function offsetAt(instant: number, iana: string): number {
  const known = offsets.get(iana) ?? new Map<number, number>();
  offsets.set(iana, known);
  const at = Math.floor(instant / quarter);
  let offset = known.get(at);
  if (offset === undefined) {
    const parts: Record<string, number> = {};
    for (const part of formatOf(iana).formatToParts(at * quarter)) parts[part.type] = Number(part.value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    offset = Date.UTC(year, month - 1, day, hour, minute, second) - at * quarter;
    known.set(at, offset);
  }
  return offset;
}

/** The wall clock of a zone at an instant, as the number that Date.UTC would give for it. */
export function wallAt(instant: number, iana: string): number {
  return iana === 'UTC' ? instant : instant + offsetAt(instant, iana);
}

/**
 * The instant at which a zone's clock shows `wall`. A time that the clocks skip is moved on by the gap; of a time that
 * comes twice, the first is meant.
 */
export function instantOf(wall: number, iana: string): number {
  if (iana === 'UTC') return wall;
  const before = wall - (wallAt(wall - 86_400_000, iana) - (wall - 86_400_000));
  if (wallAt(before, iana) === wall) return before;
  const after = wall - (wallAt(wall + 86_400_000, iana) - (wall + 86_400_000));
  if (wallAt(after, iana) === wall) return after;
  return before;
}

/** `2026-11-27T09:30:00.0000000`: the form in which Graph writes a dateTimeTimeZone's dateTime. */
export function wallText(wall: number): string {
  return `${new Date(wall).toISOString().slice(0, -1)}0000`;
}

const wallPattern = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Reads a dateTime of a dateTimeTimeZone: a wall clock without an offset.
 *
 * @returns the wall clock in milliseconds; `instant` instead if an offset was written, which Graph takes for the
 * truth, whatever the zone says; undefined if it isn't a date
 */
export function parseWall(text: string): { readonly wall: number; readonly offset?: number } | undefined {
  const match = wallPattern.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', offset] = match;
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(wall);
  if (Number.isNaN(wall) || date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day))
    return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const exact = wall + Math.floor(Number(`0.${fraction}`) * 1000);
  if (offset === undefined) return { wall: exact };
  if (offset === 'Z') return { wall: exact, offset: 0 };
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  return { wall: exact, offset: (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000 };
}
