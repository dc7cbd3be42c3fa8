import { events, type Material, type SuiteFixture } from '@sterna/connector-suite';

/** Google knows when an event ends, not how long it takes: the suite's events say so too. */
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
  // Files can't be in an event of Google's: much text can.
  large: (n = 0) => withEnd(events.plain(`large ${n}`, 'much to say, '.repeat(500))),
  awkward: new Map([...events.awkward].map(([label, raw]) => [label, withEnd(raw)])),
};

/** @param make an endpoint without anything of this kind */
export const calendarFixture = (make: SuiteFixture['make']): SuiteFixture => ({
  make,
  material,
  // A calendar is listed at once: a series' exceptions are anywhere in it.
  pagedMessages: 0,
  keepsFlags: false,
  keepsDates: false,
  allowsTwinKeys: false,
  // What only our own writing can put into Google.
  notSeedable: [
    'a series with an exception',
    'an alarm',
    'people with quoted names',
    'properties of other programs',
    'an unknown property with parameters',
  ],
});
