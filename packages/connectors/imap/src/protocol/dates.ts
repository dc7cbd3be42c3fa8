/** INTERNALDATE (RFC 9051 section 9, date-time): `" 1-Jan-2024 00:00:00 +0000"`, always in UTC when we write it. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Servers keep seconds since 1970, many in 31 bits (Dovecot stores "now" for a later date, without a word).
 *  A day of distance on either side spares their arithmetic. */
export const EARLIEST_DATE = Date.UTC(1970, 0, 2);
export const LATEST_DATE = Date.UTC(2038, 0, 18);

/** Without the quotes. The date is brought into the range that servers keep; undefined for an invalid one. */
export function formatInternalDate(date: Date): { text: string; clamped: boolean } | undefined {
  const time = date.getTime();
  if (Number.isNaN(time)) return undefined;
  const kept = new Date(Math.min(Math.max(time, EARLIEST_DATE), LATEST_DATE));
  const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);
  const day = kept.getUTCDate();
  const text =
    `${day < 10 ? ` ${day}` : day}-${MONTHS[kept.getUTCMonth()]}-${kept.getUTCFullYear()} ` +
    `${two(kept.getUTCHours())}:${two(kept.getUTCMinutes())}:${two(kept.getUTCSeconds())} +0000`;
  return { text, clamped: kept.getTime() !== time };
}

const SHAPE = /^\s?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;

/** Undefined for what is no date. */
export function parseInternalDate(text: string): Date | undefined {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const [, day, month, year, hour, minute, second, sign, zoneHour, zoneMinute] = match;
  const name = `${month?.[0]?.toUpperCase()}${month?.slice(1).toLowerCase()}`;
  const index = MONTHS.indexOf(name);
  if (index === -1) return undefined;
  const local = Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second));
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000;
  return new Date(sign === '-' ? local + zone : local - zone);
}
