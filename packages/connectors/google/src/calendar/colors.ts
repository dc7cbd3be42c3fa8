/**
 * Colors of events by their ids, as names that iCalendar has for them (RFC 7986 section 5.9): those of CSS that are
 * nearest to what Calendar shows. https://developers.google.com/workspace/calendar/api/v3/reference/colors
 */
const NAMES: Readonly<Record<string, string>> = {
  '1': 'lavender',
  '2': 'mediumaquamarine',
  '3': 'plum',
  '4': 'salmon',
  '5': 'gold',
  '6': 'sandybrown',
  '7': 'mediumturquoise',
  '8': 'lightgray',
  '9': 'royalblue',
  '10': 'mediumseagreen',
  '11': 'crimson',
};

export const colorName = (id: string | undefined): string | undefined => NAMES[id ?? ''];

/** Undefined for a color that is none of Calendar's. */
export const colorIdOf = (name: string): string | undefined =>
  Object.keys(NAMES).find((id) => NAMES[id] === name.trim().toLowerCase());
