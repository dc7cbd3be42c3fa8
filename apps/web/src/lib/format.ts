/**
 * Numbers, sizes and times as people read them. Times are in the viewer's zone, sizes in binary units (1 KiB = 1024
 * bytes); `timeZoneName()` and the unit itself say so wherever they are shown.
 */
const LOCALE = 'en-GB';

/** Made when it is needed first: the browser takes its time for each, and the first picture needs one. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
const dates = (options: Intl.DateTimeFormatOptions) => once(() => new Intl.DateTimeFormat(LOCALE, options));

const wholeNumber = once(() => new Intl.NumberFormat(LOCALE));
const dateAndTime = dates({ dateStyle: 'medium', timeStyle: 'short' });
const dateAlone = dates({ dateStyle: 'medium' });
const timeAlone = dates({ timeStyle: 'short' });
const zonePart = dates({ timeZoneName: 'short' });

export const formatNumber = (value: number): string => wholeNumber().format(Math.round(value));

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `1.4 GiB` */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** `12.3 MiB/s` */
export const formatRate = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`;

/** `22 Nov 2026, 21:48` in the viewer's zone. */
export const formatDateTime = (moment: string | number | Date): string => dateAndTime().format(new Date(moment));
export const formatDate = (moment: string | number | Date): string => dateAlone().format(new Date(moment));
export const formatTime = (moment: string | number | Date): string => timeAlone().format(new Date(moment));

/** `21:48` today, with the day otherwise. */
export function formatMoment(moment: string | number | Date, now = new Date()): string {
  return new Date(moment).toDateString() === now.toDateString() ? formatTime(moment) : formatDateTime(moment);
}

/** `Europe/Paris, UTC+1` */
export function timeZoneName(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const short = zonePart()
    .formatToParts(new Date())
    .find((part) => part.type === 'timeZoneName')?.value;
  return short === undefined || short === zone ? zone : `${zone}, ${short}`;
}

/** `3 h 05 min`, `4 min 10 s`, `12 s` */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return minutes >= 10 ? `${minutes} min` : `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `in 4 min`, `2 h 05 min ago` */
export function formatRelative(moment: string | number | Date, now = Date.now()): string {
  const seconds = (new Date(moment).getTime() - now) / 1000;
  return seconds >= 0 ? `in ${formatDuration(seconds)}` : `${formatDuration(-seconds)} ago`;
}

/** `1 message`, `2 messages` */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

export const percent = (share: number): string => `${Math.floor(share * 100)}%`;
