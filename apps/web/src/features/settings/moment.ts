/**
 * A moment of the API (ISO, UTC) as the day and time of the viewer's zone, and back. What a person has begun to type and
 * isn't a date yet is `INCOMPLETE`, so that it is refused in words instead of being taken for "no date".
 */
export const INCOMPLETE = 'incomplete';

const two = (value: number): string => String(value).padStart(2, '0');

export function localParts(moment: string): { readonly date: string; readonly time: string } {
  const at = new Date(moment);
  if (moment === '' || Number.isNaN(at.getTime())) return { date: '', time: '00:00' };
  return {
    date: `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    time: `${two(at.getHours())}:${two(at.getMinutes())}`,
  };
}

export function momentOf(date: string, time: string, incomplete: boolean): string {
  if (incomplete) return INCOMPLETE;
  if (date === '') return '';
  const at = new Date(`${date}T${time === '' ? '00:00' : time}`);
  return Number.isNaN(at.getTime()) ? INCOMPLETE : at.toISOString();
}

/** Midnight of the viewer's zone, that many days ago. */
export function daysAgo(days: number, now = new Date()): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).toISOString();
}
