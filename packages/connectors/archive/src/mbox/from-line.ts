/**
 * The separator of an mbox: `From sender Sat Jan  3 01:05:34 1996` (RFC 4155 appendix A). Programs add a zone before or
 * after the year, leave out the seconds, or (Thunderbird) everything behind `From `.
 */
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const STAMP = new RegExp(
  `(?:${DAYS.join('|')})\\s+(${MONTHS.join('|')})\\s+(\\d{1,2})\\s+(\\d\\d):(\\d\\d)(?::(\\d\\d))?\\s+(?:([+-]\\d{4}|[A-Z]{1,5})\\s+)?(\\d{4})(?:\\s+([+-]\\d{4}|[A-Z]{1,5}))?\\s*(?:remote from .*)?$`,
);

export interface FromLine {
  /** As the line says, UTC where it names no numeric zone (RFC 4155). */
  readonly date: Date | undefined;
}

/**
 * @param line from `From ` on, without its line end
 * @param next the line behind it: must be a header field if the line has no date
 * @returns undefined if this isn't a separator but a line of text
 */
export function parseFromLine(line: string, next: string): FromLine | undefined {
  const found = STAMP.exec(line);
  if (found === null) {
    const bare = /^From (?:-\s*)?$/.test(line);
    return bare && /^[!-9;-~]+[ \t]*:/.test(next) ? { date: undefined } : undefined;
  }
  const [, month, day, hour, minute, second, zone1, year, zone2] = found;
  const time = Date.UTC(
    Number(year),
    MONTHS.indexOf(month as string),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second ?? 0),
  );
  const zone = /^([+-])(\d\d)(\d\d)$/.exec(zone1 ?? zone2 ?? '');
  const offset = zone === null ? 0 : (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3]));
  return { date: new Date(time - offset * 60_000) };
}

/** Always `From sterna` and UTC: a sender copied from a message could forge a separator. */
export function formatFromLine(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const day = String(date.getUTCDate()).padStart(2);
  return `From sterna ${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day} ${time} ${String(date.getUTCFullYear()).padStart(4, '0')}\n`;
}
