import type { Call } from '../http/call.ts';
import { invalid, object, orNull, text } from '../outlook/input.ts';
import { ianaZone, instantOf, parseWall, reportedZone, wallAt, wallText } from './zones.ts';

/** A dateTimeTimeZone: a wall clock (as Date.UTC would give it) in a zone, whose name is kept as Exchange reports it. */
export interface ZonedTime {
  readonly wall: number;
  readonly zone: string;
}

const fields = object('dateTimeTimeZone', { dateTime: text, timeZone: orNull(text) });

/** Throws 400 for what isn't a dateTime, and for zones that Exchange doesn't know. */
export function readZonedTime(value: unknown, path: string): ZonedTime {
  const { dateTime, timeZone } = fields(value, path);
  const parsed = dateTime === undefined ? undefined : parseWall(dateTime);
  if (parsed === undefined) throw invalid(`${path}/dateTime is not a date and time.`, 'ErrorInvalidRequest');
  const zone = reportedZone(timeZone ?? 'UTC');
  const iana = known(zone);
  const { wall, offset } = parsed;
  return { wall: offset === undefined ? wall : wallAt(wall - offset, iana), zone };
}

/** The instant of a time that isn't floating. */
export function instantOfTime({ wall, zone }: ZonedTime): number {
  return instantOf(wall, known(zone));
}

/** The IANA zone of a known zone's name. Throws 400 for others. */
export function known(zone: string): string {
  const iana = ianaZone(zone);
  if (iana === undefined) throw invalid(`The time zone '${zone}' is not supported.`, 'TimeZoneNotSupportedException');
  return iana;
}

/** The zone that an answer's times are in: `Prefer: outlook.timezone="…"`, or UTC. */
export function preferredZone(call: Call): string {
  const zone = call.preferences.get('outlook.timezone');
  if (zone === undefined) return 'UTC';
  known(zone);
  return reportedZone(zone);
}

/** An instant as an answer in `zone` shows it. */
export function timeJson(instant: number, zone: string): Record<string, unknown> {
  return { dateTime: wallText(wallAt(instant, known(zone))), timeZone: zone };
}
