import { isKnownZone } from './canonical.ts';
import { WINDOWS_ZONES } from './windows-zones.ts';
import { zoneOffset } from './zones.ts';

/** `America/New_York`, or one that Exchange defines by itself and nobody else knows. */
const ianaByName = new Map(Object.entries(WINDOWS_ZONES).map(([name, iana]) => [name.toLowerCase(), iana]));
const windowsByIana = new Map(Object.entries(WINDOWS_ZONES).map(([name, iana]) => [iana, name]));

export const UTC = 'Etc/UTC';

/** The IANA zone of a Windows or IANA name; undefined for what is neither (`tzone://Microsoft/Custom`). */
export function ianaOf(name: string): string | undefined {
  const windows = ianaByName.get(name.trim().toLowerCase());
  if (windows !== undefined) return windows;
  if (/^(?:utc|gmt|z|etc\/(?:utc|gmt|uct|zulu))$/i.test(name.trim())) return UTC;
  return isKnownZone(name.trim()) ? name.trim() : undefined;
}

const found = new Map<string, string | undefined>();

/**
 * Windows' name of an IANA zone, which Exchange and all Outlooks know; for a zone without one, that of a zone whose clocks
 * went the same in the years around. Undefined: there is none.
 */
export function windowsOf(iana: string, around: number): string | undefined {
  const own = windowsByIana.get(iana);
  if (own !== undefined) return own;
  const year = new Date(around).getUTCFullYear();
  const key = `${iana} ${year}`;
  if (!found.has(key)) found.set(key, windowsByIana.get(zoneLike((at) => offsetAt(at, iana), year) ?? ''));
  return found.get(key);
}

/** A zone of Windows whose clock is the given one's from one year before to two years after; undefined: there is none. */
export function zoneLike(offset: (instant: number) => number | undefined, year: number): string | undefined {
  const samples: number[] = [];
  for (let at = Date.UTC(year - 1, 0, 3); at < Date.UTC(year + 3, 0, 1); at += 14 * 86_400_000) samples.push(at);
  const wanted = samples.map(offset);
  if (wanted.includes(undefined)) return undefined;
  return Object.values(WINDOWS_ZONES).find((iana) => samples.every((at, n) => offsetAt(at, iana) === wanted[n]));
}

/** What a zone's clock is ahead of UTC, in milliseconds. */
export const offsetAt = (instant: number, iana: string): number => (iana === UTC ? 0 : zoneOffset(iana, instant));

/** The clock of a zone at an instant, as the number that `Date.UTC` would give for it. */
export const wallAt = (instant: number, iana: string): number => instant + offsetAt(instant, iana);

/**
 * The instant at which a zone's clock shows `wall` (RFC 5545 section 3.3.5): of a time that comes twice the first; a time
 * that is skipped is moved on by what is skipped.
 */
export function instantAt(wall: number, iana: string): number {
  if (iana === UTC) return wall;
  const before = wall - offsetAt(wall - 86_400_000, iana);
  if (wallAt(before, iana) === wall) return before;
  const after = wall - offsetAt(wall + 86_400_000, iana);
  return wallAt(after, iana) === wall ? after : before;
}
