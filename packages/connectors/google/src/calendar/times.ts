import { dayText, instantAt, type Moment, offsetAt, UTC, wallAt, wallText } from '@sterna/content';
import type { EventTime } from './google-event.ts';

/** As Google takes it; a floating time is in `floating`. */
export function eventTime({ wall, zone }: Moment, floating: string): EventTime {
  if (zone === 'date') return { date: dashed(dayText(wall)) };
  const iana = zone === 'floating' ? floating : zone;
  const instant = instantAt(wall, iana);
  const text = wallText(wallAt(instant, iana));
  const time = `${text.slice(9, 11)}:${text.slice(11, 13)}:${text.slice(13, 15)}`;
  return { dateTime: `${dashed(text.slice(0, 8))}T${time}${offsetText(offsetAt(instant, iana))}`, timeZone: iana };
}

/** Undefined where it says no time. Without a zone of its own it is in the calendar's. */
export function momentIn(time: EventTime | undefined, calendarZone: string): Moment | undefined {
  if (time?.date !== undefined) {
    const wall = Date.parse(`${time.date}T00:00:00Z`);
    return Number.isNaN(wall) ? undefined : { wall, zone: 'date' };
  }
  const instant = Date.parse(time?.dateTime ?? '');
  if (Number.isNaN(instant)) return undefined;
  const zone = zoneOf(time?.timeZone) ?? zoneOf(calendarZone) ?? UTC;
  return { wall: wallAt(instant, zone), zone };
}

/** Milliseconds; of a day its beginning in UTC. NaN where it says no time. */
export const instantIn = (time: EventTime | undefined): number =>
  Date.parse(time?.dateTime ?? `${time?.date ?? ''}T00:00:00Z`);

const zoneOf = (name: string | undefined): string | undefined =>
  name === undefined || name === '' ? undefined : /^(?:utc|gmt|etc\/(?:utc|gmt))$/i.test(name) ? UTC : name;

const dashed = (digits: string): string => `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;

function offsetText(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
