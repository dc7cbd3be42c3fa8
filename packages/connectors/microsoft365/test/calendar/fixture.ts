import { events, type Material, type SuiteFixture } from '@sterna/connector-suite';

/** Outlook knows when an event ends, not how long it takes: the suite's events say so too. */
function withEnd(raw: Buffer): Buffer {
  return Buffer.from(
    raw
      .toString('utf8')
      .replace(/(DTSTART(?:;TZID=[^:]*)?:\d{8}T)(\d\d)(\d{4}Z?)\r\nDURATION:PT1H/g, (_, head, hours, rest) => {
        const end = String(Number(hours) + 1).padStart(2, '0');
        return `${head}${hours}${rest}\r\n${head.replace('DTSTART', 'DTEND')}${end}${rest}`;
      })
      .replace(/(DTSTART;VALUE=DATE:202603)01/g, '$101\r\nDTEND;VALUE=DATE:20260302'),
  );
}

const material: Material = {
  ...events,
  plain: (n, body) => withEnd(events.plain(n, body)),
  twin: (n) => withEnd(events.twin(n)),
  changed: (n) => withEnd(events.changed?.(n) ?? Buffer.alloc(0)),
  large: (n) => withEnd(events.large(n)),
  awkward: new Map([...events.awkward].map(([label, raw]) => [label, withEnd(raw)])),
};

/** @param make an endpoint without anything of this kind */
export const calendarFixture = (make: SuiteFixture['make']): SuiteFixture => ({
  make,
  material,
  pagedMessages: 90,
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
  allowsTwinKeys: false,
  // What only our own writing can put into Outlook, and texts that it has no room for.
  notSeedable: [
    'long lines',
    'a series with an exception',
    'an alarm',
    'people with quoted names',
    'properties of other programs',
    'an unknown property with parameters',
    // Empty lines before a text are lost in HTML.
    'words that end an object, in a text',
  ],
});
