import { instantOf, type Moment } from '@sterna/content';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventTime, momentIn } from '../../src/calendar/times.ts';

const zone = fc.constantFrom(
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Etc/UTC',
  'date',
  'floating',
);
const wall = fc
  .integer({ min: Date.UTC(1971, 0) / 1000, max: Date.UTC(2050, 0) / 1000 })
  .map((seconds) => seconds * 1000);

test('a moment in Google’s form is the same moment, in its zone', () => {
  fc.assert(
    fc.property(wall, zone, (given, name) => {
      const moment: Moment = {
        wall: name === 'date' ? Math.floor(given / 86_400_000) * 86_400_000 : given,
        zone: name,
      };
      const back = momentIn(eventTime(moment, 'Asia/Tokyo'), 'Europe/Paris') as Moment;
      expect(back.zone).toBe(name === 'floating' ? 'Asia/Tokyo' : name);
      expect(instantOf(back, 'Asia/Tokyo')).toBe(instantOf(moment, 'Asia/Tokyo'));
    }),
  );
});

test('an offset is that of the zone at that moment', () => {
  expect(eventTime({ wall: Date.UTC(2026, 6, 1, 10), zone: 'Europe/Berlin' }, 'Etc/UTC')).toEqual({
    dateTime: '2026-07-01T10:00:00+02:00',
    timeZone: 'Europe/Berlin',
  });
  expect(eventTime({ wall: Date.UTC(2026, 0, 1, 10), zone: 'America/New_York' }, 'Etc/UTC').dateTime).toBe(
    '2026-01-01T10:00:00-05:00',
  );
});
