/** Calendar's colors, by id: those of calendars and those of events. https://developers.google.com/workspace/calendar/api/v3/reference/colors/get */
const CALENDAR = [
  '#ac725e',
  '#d06b64',
  '#f83a22',
  '#fa573c',
  '#ff7537',
  '#ffad46',
  '#42d692',
  '#16a765',
  '#7bd148',
  '#b3dc6c',
  '#fbe983',
  '#fad165',
  '#92e1c0',
  '#9fe1e7',
  '#9fc6e7',
  '#4986e7',
  '#9a9cff',
  '#b99aff',
  '#c2c2c2',
  '#cabdbf',
  '#cca6ac',
  '#f691b2',
  '#cd74e6',
  '#a47ae2',
];
const EVENT = [
  '#a4bdfc',
  '#7ae7bf',
  '#dbadff',
  '#ff887c',
  '#fbd75b',
  '#ffb878',
  '#46d6db',
  '#e1e1e1',
  '#5484ed',
  '#51b749',
  '#dc2127',
];

const FOREGROUND = '#1d1d1d';

export interface Color {
  readonly background: string;
  readonly foreground: string;
}

const table = (backgrounds: readonly string[]): Record<string, Color> =>
  Object.fromEntries(
    backgrounds.map((background, at) => [String(at + 1), { background, foreground: FOREGROUND }] as const),
  );

export const calendarColors = table(CALENDAR);
export const eventColors = table(EVENT);

/** The id of the color of a calendar that comes nearest to `#rrggbb`. */
export function nearestCalendarColor(rgb: string): string {
  const distance = (color: string) =>
    [1, 3, 5].reduce((sum, at) => {
      const difference = Number.parseInt(color.slice(at, at + 2), 16) - Number.parseInt(rgb.slice(at, at + 2), 16);
      return sum + difference * difference;
    }, 0);
  const nearest = Object.entries(calendarColors).sort(
    ([, left], [, right]) => distance(left.background) - distance(right.background),
  )[0];
  return nearest?.[0] ?? '1';
}
