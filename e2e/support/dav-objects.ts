/** Small objects for tests; texts are escaped as the standards want. */

const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\n/g, '\\n');

export interface EventOptions {
  /** Lines that say when; default an hour in March 2027. */
  readonly when?: string;
  /** Lines added to the component. */
  readonly more?: readonly string[];
}

const calendar = (name: string, lines: readonly string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Test//EN',
    `BEGIN:${name}`,
    'DTSTAMP:20260101T000000Z',
    ...lines,
    `END:${name}`,
    'END:VCALENDAR',
    '',
  ].join('\r\n');

export const anEvent = (uid: string, summary: string, options: EventOptions = {}): string =>
  calendar('VEVENT', [
    `UID:${uid}`,
    options.when ?? 'DTSTART:20270301T100000Z\r\nDTEND:20270301T110000Z',
    `SUMMARY:${escaped(summary)}`,
    ...(options.more ?? []),
  ]);

export const aTask = (uid: string, summary: string, more: readonly string[] = []): string =>
  calendar('VTODO', [`UID:${uid}`, `SUMMARY:${escaped(summary)}`, ...more]);

export const aCard = (uid: string, name: string, more: readonly string[] = []): string =>
  [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:${uid}`,
    `FN:${escaped(name)}`,
    `N:${escaped(name)};;;;`,
    ...more,
    'END:VCARD',
    '',
  ].join('\r\n');

/** `Collection: summary` of each object. */
export const titles = (objects: readonly { readonly collection: string; readonly text: string }[]): string[] =>
  objects
    .map(({ collection, text }) => `${collection}: ${/^(?:SUMMARY|FN)(?:;[^:]*)?:(.*)$/m.exec(text)?.[1]?.trim()}`)
    .sort();
