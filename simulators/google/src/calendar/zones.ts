/** IANA zones: what their clocks show at an instant, and the other way round. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Calendar takes the names of the IANA database alone: no offsets, none of Windows' names. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Asking Intl is slow, and offsets change on quarter hours only. */
const QUARTER = 900_000;
const offsets = new Map<string, Map<number, number>>();

/** How far a zone's clock is ahead of UTC, in milliseconds. */
export function offsetAt(instant: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const known = offsets.get(zone) ?? new Map<number, number>();
  offsets.set(zone, known);
  const at = Math.floor(instant / QUARTER);
  let offset = known.get(at);
  if (offset === undefined) {
    const parts: Record<string, number> = {};
    for (const part of formatOf(zone).formatToParts(at * QUARTER)) parts[part.type] = Number(part.value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    offset = Date.UTC(year, month - 1, day, hour, minute, second) - at * QUARTER;
    known.set(at, offset);
  }
  return offset;
}

/** The wall clock of a zone at an instant, as the number that Date.UTC gives for it. */
export function wallAt(instant: number, zone: string): number {
  return instant + offsetAt(instant, zone);
}

/** The instant at which a zone's clock shows `wall`: skipped times move on by the gap, of two the first is meant. */
export function instantOf(wall: number, zone: string): number {
  const before = wall - offsetAt(wall - 86_400_000, zone);
  if (wallAt(before, zone) === wall) return before;
  const after = wall - offsetAt(wall + 86_400_000, zone);
  return wallAt(after, zone) === wall ? after : before;
}
