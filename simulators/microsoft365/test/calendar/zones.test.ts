import * as fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { ianaOfWindows } from '../../src/calendar/windows-zones.ts';
import { ianaZone, instantOf, parseWall, wallAt, wallText, windowsZone } from '../../src/calendar/zones.ts';

describe('time zones', () => {
  it('are known by every Windows name that Exchange lists, whatever its case, and by IANA names', () => {
    for (const [name, iana] of Object.entries(ianaOfWindows)) {
      expect(ianaZone(name.toUpperCase())).toBe(iana);
      expect(Number.isFinite(wallAt(0, iana))).toBe(true);
    }
    expect(ianaZone('Europe/Zurich')).toBe('Europe/Zurich');
    expect(windowsZone('Europe/Berlin')).toBe('W. Europe Standard Time');
    for (const unknown of ['Middle Earth Standard Time', '+02:00', '']) expect(ianaZone(unknown)).toBeUndefined();
  });

  it('turn a wall clock into an instant and back, in every zone and on days of change too', () => {
    const instants = fc.integer({ min: Date.UTC(1990, 0, 1) / 1000, max: Date.UTC(2037, 0, 1) / 1000 });
    fc.assert(
      fc.property(instants, fc.constantFrom(...Object.values(ianaOfWindows)), (seconds, zone) => {
        const wall = wallAt(seconds * 1000, zone);
        // A time that comes twice may be read as the earlier of the two: the same wall clock either way.
        expect(wallAt(instantOf(wall, zone), zone)).toBe(wall);
      }),
      { numRuns: 2000 },
    );
  });

  it('move a skipped time on, and take the first of a repeated one', () => {
    const zone = 'Europe/Berlin';
    expect(wallText(wallAt(instantOf(Date.UTC(2026, 2, 29, 2, 30), zone), zone))).toBe('2026-03-29T03:30:00.0000000');
    expect(instantOf(Date.UTC(2026, 9, 25, 2, 30), zone)).toBe(Date.UTC(2026, 9, 25, 0, 30));
  });

  it('agree with the rules of New York in ical.js', () => {
    const component = ICAL.Component.fromString(
      [
        'BEGIN:VTIMEZONE',
        'TZID:X',
        'BEGIN:STANDARD',
        'DTSTART:20071104T020000',
        'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU',
        'TZOFFSETFROM:-0400',
        'TZOFFSETTO:-0500',
        'END:STANDARD',
        'BEGIN:DAYLIGHT',
        'DTSTART:20070311T020000',
        'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU',
        'TZOFFSETFROM:-0500',
        'TZOFFSETTO:-0400',
        'END:DAYLIGHT',
        'END:VTIMEZONE',
      ].join('\r\n'),
    );
    const zone = new ICAL.Timezone(component);
    for (let day = Date.UTC(2026, 0, 1, 12); day < Date.UTC(2027, 0, 1); day += 86_400_000) {
      const { 0: date = '' } = new Date(day).toISOString().split('.');
      const time = ICAL.Time.fromDateTimeString(date);
      time.zone = zone;
      expect(instantOf(day, 'America/New_York')).toBe(time.toUnixTime() * 1000);
    }
  });

  it('read what Graph accepts as a dateTime, and nothing else', () => {
    expect(parseWall('2026-02-03T04:05:06.7890000')?.wall).toBe(Date.UTC(2026, 1, 3, 4, 5, 6, 789));
    expect(parseWall('2026-02-03T04:05')?.wall).toBe(Date.UTC(2026, 1, 3, 4, 5));
    expect(parseWall('2026-02-03T04:05:06Z')?.offset).toBe(0);
    for (const wrong of ['2026-02-30T00:00:00', '2026-02-03T24:00:00', '3 February 2026', '20260203T040506']) {
      expect(parseWall(wrong)).toBeUndefined();
    }
  });
});
