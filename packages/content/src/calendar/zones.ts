import { type Component, propertiesOf, unescapeText } from '../lines/content-line.ts';
import { isKnownZone } from './canonical.ts';

/**
 * The moment of a wall clock in a zone, in milliseconds: by the IANA database where it knows the name, else by the
 * standard offset of the object's own VTIMEZONE (good enough to filter by days); undefined where neither helps.
 */
export function zonedInstant(calendar: Component, zone: string, wall: number): number | undefined {
  if (isKnownZone(zone)) {
    // The offset at the wall clock taken for UTC is right but for the hours around a change; once more with it.
    const first = wall - offsetAt(zone, wall);
    return wall - offsetAt(zone, first);
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

function offsetAt(zone: string, moment: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(moment);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return (
    Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) -
    Math.floor(moment / 1000) * 1000
  );
}
