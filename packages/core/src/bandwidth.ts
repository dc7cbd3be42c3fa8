import type { Settings } from './settings.ts';

export interface BandwidthNow {
  /** False outside every window: the pass is `pending`. */
  readonly open: boolean;
  readonly bytesPerSecond: number | undefined;
  /** Where closed: when the next window opens, to the minute. */
  readonly opensAt: Date | undefined;
}

const MINUTE = 60_000;
const WEEK_MINUTES = 7 * 24 * 60;
const DAY_OF: Readonly<Record<string, string>> = {
  Mon: 'mon',
  Tue: 'tue',
  Wed: 'wed',
  Thu: 'thu',
  Fri: 'fri',
  Sat: 'sat',
  Sun: 'sun',
};
const DAY_BEFORE: Readonly<Record<string, string>> = {
  mon: 'sun',
  tue: 'mon',
  wed: 'tue',
  thu: 'wed',
  fri: 'thu',
  sat: 'fri',
  sun: 'sat',
};

/** What the bandwidth settings say at this moment, in the settings' own time zone, daylight saving included. */
export function bandwidthAt(settings: Settings, now: Date): BandwidthNow {
  const { bytesPerSecond, timeZone, windows } = settings.bandwidth;
  if (windows.length === 0) return { open: true, bytesPerSecond, opensAt: undefined };
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const windowAt = (time: number): (typeof windows)[number] | undefined => {
    const parts = Object.fromEntries(format.formatToParts(time).map((part) => [part.type, part.value]));
    const day = DAY_OF[parts.weekday ?? ''] ?? '';
    const clock = `${parts.hour}:${parts.minute}`;
    return windows.find((window) => {
      const on = (name: string | undefined) => window.days.some((one) => one === name);
      if (window.from < window.until) return on(day) && clock >= window.from && clock < window.until;
      // Over midnight: the days are those on which the window opens.
      return (on(day) && clock >= window.from) || (on(DAY_BEFORE[day]) && clock < window.until);
    });
  };
  const current = windowAt(now.getTime());
  if (current !== undefined)
    return { open: true, bytesPerSecond: current.bytesPerSecond ?? bytesPerSecond, opensAt: undefined };
  const start = Math.floor(now.getTime() / MINUTE) * MINUTE;
  for (let minute = 1; minute <= WEEK_MINUTES + 120; minute += 1)
    if (windowAt(start + minute * MINUTE) !== undefined)
      return { open: false, bytesPerSecond, opensAt: new Date(start + minute * MINUTE) };
  return { open: false, bytesPerSecond, opensAt: undefined };
}
