import { type Component, propertiesOf, unescapeText } from '../lines/content-line.ts';
import { isKnownZone } from './canonical.ts';

/**
 * The moment of a wall clock in a zone, in milliseconds: by the IANA database where it knows the name, else by the
 * standard offset of the object's own VTIMEZONE (good enough to filter by days); undefined where neither helps.
 */
export function zonedInstant(calendar: Component, zone: string, wall: number): number | undefined {
  if (isKnownZone(zone)) {
    // The offset at the wall clock taken for UTC is right but for the hours around a change; once more with it.
    const first = wall - zoneOffset(zone, wall);
    return wall - zoneOffset(zone, first);
  }
  const own = calendar.components.find(
    (one) => one.name === 'VTIMEZONE' && unescapeText(propertiesOf(one, 'TZID')[0]?.value ?? '') === zone,
  );
  const standard = own?.components.find((one) => one.name === 'STANDARD') ?? own?.components[0];
  const offset = standard === undefined ? undefined : propertiesOf(standard, 'TZOFFSETTO')[0]?.value;
  const found = /^\s*([+-])(\d{2})(\d{2})/.exec(offset ?? '');
  if (found === null) return undefined;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return wall - (found[1] === '-' ? -minutes : minutes) * 60_000;
}

/** Making one takes longer than many uses of it. */
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

/** What the clock of an IANA zone is ahead of UTC at a moment, both in milliseconds. */
export function zoneOffset(zone: string, moment: number): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  return (
    Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) -
    Math.floor(moment / 1000) * 1000
  );
}
