import fc from 'fast-check';
import ICAL from 'ical.js';
import { expect, test } from 'vitest';
import { pivotOf } from '../src/index.ts';
import { type Block, escaped, type Line, parameterTexts, styles, texts, unfolded, written } from './rewriting.ts';

const RUNS = process.env.STERNA_TEST_LONG === undefined ? 700 : 30_000;
const event = pivotOf('event');
const unmapped = { mapping: () => undefined };

const digits = (n: number, length = 2): string => String(n).padStart(length, '0');
const days = fc
  .record({
    y: fc.integer({ min: 1971, max: 2037 }),
    m: fc.integer({ min: 1, max: 12 }),
    d: fc.integer({ min: 1, max: 28 }),
  })
  .map(({ y, m, d }) => `${digits(y, 4)}${digits(m)}${digits(d)}`);
const times = fc
  .record({ h: fc.nat(23), m: fc.nat(59), s: fc.constantFrom(0, 0, 30) })
  .map(({ h, m, s }) => `T${digits(h)}${digits(m)}${digits(s)}`);

type When = 'day' | 'utc' | 'floating' | 'zoned' | 'custom';
const whens = fc.constantFrom<When>('day', 'utc', 'floating', 'zoned', 'custom');
const CUSTOM = 'Office (moved), 3rd';

const paramsOf = (when: When): (readonly [string, string])[] =>
  when === 'day'
    ? [['VALUE', 'DATE']]
    : when === 'zoned'
      ? [['TZID', 'Europe/Berlin']]
      : when === 'custom'
        ? [['TZID', CUSTOM]]
        : [];
const moment = (when: When, day: string, time: string): string =>
  when === 'day' ? day : `${day}${time}${when === 'utc' ? 'Z' : ''}`;

const zone: Block = {
  name: 'VTIMEZONE',
  lines: [{ name: 'TZID', value: escaped(CUSTOM) }],
  blocks: [
    {
      name: 'STANDARD',
      lines: [
        { name: 'DTSTART', value: '19700101T000000' },
        { name: 'TZOFFSETFROM', value: '+0545' },
        { name: 'TZOFFSETTO', value: '+0545' },
      ],
    },
  ],
};

const rules = fc
  .record({
    freq: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
    interval: fc.integer({ min: 1, max: 9 }),
    count: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    byDay: fc.uniqueArray(fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'), { maxLength: 3 }),
  })
  .map(({ freq, interval, count, byDay }) =>
    [
      `FREQ=${freq}`,
      ...(interval === 1 ? [] : [`INTERVAL=${interval}`]),
      ...(count === undefined ? [] : [`COUNT=${count}`]),
      ...(byDay.length === 0 ? [] : [`BYDAY=${byDay.join(',')}`]),
    ].join(';'),
  );

const people = fc.record({
  address: fc.constantFrom('ann@x.example', 'bo@y.example', 'Cy@Z.example'),
  name: parameterTexts,
  answer: fc.constantFrom('ACCEPTED', 'DECLINED', 'TENTATIVE', 'NEEDS-ACTION'),
  role: fc.constantFrom('REQ-PARTICIPANT', 'OPT-PARTICIPANT', 'CHAIR'),
});

const extras: fc.Arbitrary<Line> = fc.oneof(
  texts.map((text): Line => ({ name: 'DESCRIPTION', value: escaped(text) })),
  texts.map((text): Line => ({ name: 'LOCATION', params: [['LANGUAGE', 'de']], value: escaped(text) })),
  texts.map((text): Line => ({ name: 'X-OWN', value: escaped(text) })),
  fc.uniqueArray(texts, { minLength: 1, maxLength: 3 }).map(
    (all): Line => ({
      name: 'CATEGORIES',
      value: all.map(escaped).join(','),
    }),
  ),
  fc.constantFrom<Line>(
    { name: 'STATUS', value: 'CONFIRMED' },
    { name: 'TRANSP', value: 'TRANSPARENT' },
    { name: 'CLASS', value: 'PRIVATE' },
    { name: 'PRIORITY', value: '5' },
    { name: 'URL', value: 'https://example.test/a,b;c?d="e"' },
    { name: 'GEO', value: '37.386013;-122.082932' },
    { name: 'COLOR', value: 'turquoise' },
    {
      name: 'CONFERENCE',
      params: [
        ['VALUE', 'URI'],
        ['FEATURE', 'VIDEO'],
      ],
      value: 'https://video.example.test/x',
    },
    { name: 'IMAGE', params: [['VALUE', 'URI']], value: 'https://example.test/i.png' },
    {
      name: 'ATTACH',
      params: [
        ['FMTTYPE', 'text/plain'],
        ['ENCODING', 'BASE64'],
        ['VALUE', 'BINARY'],
      ],
      value: Buffer.from('attached, and folded in the middle of it all; yes').toString('base64'),
    },
  ),
);

const alarms = fc.record({ minutes: fc.integer({ min: 1, max: 600 }), text: texts }).map(
  ({ minutes, text }): Block => ({
    name: 'VALARM',
    lines: [
      { name: 'ACTION', value: 'DISPLAY' },
      { name: 'TRIGGER', value: `-PT${minutes}M` },
      { name: 'DESCRIPTION', value: escaped(text) },
    ],
  }),
);

const events: fc.Arbitrary<{ calendar: Block; when: When }> = fc
  .record({
    when: whens,
    day: days,
    time: times,
    uid: fc.uuid(),
    summary: texts,
    hours: fc.integer({ min: 1, max: 40 }),
    rule: fc.option(rules, { nil: undefined }),
    more: fc.array(days, { maxLength: 3 }),
    less: fc.array(days, { maxLength: 3 }),
    exception: fc.option(fc.record({ day: days, summary: texts }), { nil: undefined }),
    guests: fc.array(people, { maxLength: 3 }),
    extras: fc.uniqueArray(extras, { maxLength: 6, selector: (line) => line.name }),
    alarms: fc.array(alarms, { maxLength: 2 }),
  })
  .map((made) => {
    const at = (day: string): string => moment(made.when, day, made.time);
    const params = paramsOf(made.when);
    const head: Line[] = [
      { name: 'UID', value: made.uid },
      { name: 'DTSTAMP', value: '20260101T000000Z' },
    ];
    const length: Line = { name: 'DURATION', value: made.when === 'day' ? 'P1D' : `PT${made.hours}H` };
    const guests: Line[] = made.guests.map((one) => ({
      name: 'ATTENDEE',
      params: [
        ['CN', one.name],
        ['PARTSTAT', one.answer],
        ['ROLE', one.role],
      ],
      value: `mailto:${one.address}`,
    }));
    const master: Block = {
      name: 'VEVENT',
      lines: [
        ...head,
        { name: 'DTSTART', params, value: at(made.day) },
        length,
        { name: 'SUMMARY', value: escaped(made.summary) },
        ...(guests.length === 0 ? [] : [{ name: 'ORGANIZER', value: 'mailto:boss@x.example' }, ...guests]),
        ...(made.rule === undefined ? [] : [{ name: 'RRULE', value: made.rule }]),
        ...(made.more.length === 0 ? [] : [{ name: 'RDATE', params, value: made.more.map(at).join(',') }]),
        ...(made.less.length === 0 ? [] : [{ name: 'EXDATE', params, value: made.less.map(at).join(',') }]),
        ...made.extras,
      ],
      blocks: made.alarms,
    };
    const exceptions: Block[] =
      made.exception === undefined || made.rule === undefined
        ? []
        : [
            {
              name: 'VEVENT',
              lines: [
                ...head,
                { name: 'RECURRENCE-ID', params, value: at(made.exception.day) },
                { name: 'DTSTART', params, value: at(made.exception.day) },
                length,
                { name: 'SUMMARY', value: escaped(made.exception.summary) },
              ],
            },
          ];
    return {
      when: made.when,
      calendar: {
        name: 'VCALENDAR',
        lines: [
          { name: 'VERSION', value: '2.0' },
          { name: 'PRODID', value: '-//One//EN' },
        ],
        blocks: [...(made.when === 'custom' ? [zone] : []), master, ...exceptions],
      },
    };
  });

/** As another server gives it back: its own housekeeping, lists apart, durations and defaults written out. */
function served(block: Block): Block {
  const lines = block.lines.flatMap((line): Line[] => {
    switch (line.name) {
      case 'PRODID':
        return [
          { ...line, value: '-//Other//EN' },
          { name: 'CALSCALE', value: 'GREGORIAN' },
        ];
      case 'DTSTAMP':
        return [
          { ...line, value: '20261231T235959Z' },
          { name: 'SEQUENCE', value: '7' },
          { name: 'CREATED', value: '20261231T235959Z' },
        ];
      case 'EXDATE':
      case 'RDATE':
        return line.value.split(',').map((value) => ({ ...line, value }));
      case 'DURATION':
        return [{ ...line, value: line.value.replace(/^PT(\d+)H$/, 'PT$1H0M0S') }];
      case 'RRULE':
        return [{ ...line, value: line.value.split(';').reverse().join(';') }];
      case 'ATTENDEE':
        return [{ ...line, params: [...(line.params ?? []), ['RSVP', 'FALSE'], ['SCHEDULE-STATUS', '1.1']] }];
      default:
        return [line];
    }
  });
  const blocks = (block.blocks ?? []).map(served);
  return { ...block, lines, blocks: block.name === 'VCALENDAR' ? [...blocks].reverse() : blocks };
}

/** All that ical.js finds, but for housekeeping; it has no part in reading or writing here. */
function meaning(body: Buffer): string[] {
  const root = new ICAL.Component(ICAL.parse(unfolded(body)) as unknown[]);
  const all = (component: ICAL.Component): string[] => [
    ...component
      .getAllProperties()
      .filter((one) => !['prodid', 'dtstamp', 'version'].includes(one.name))
      .map((one) => {
        const [name, params, ...rest] = one.toJSON() as [string, Record<string, unknown>, ...unknown[]];
        const kept = Object.entries(params).filter(([key]) => key !== 'schedule-agent');
        return JSON.stringify([component.name, name, kept.sort(), rest]);
      }),
    ...component.getAllSubcomponents().flatMap(all),
  ];
  return all(root).sort();
}

test('an event is the same however a server writes it', () => {
  fc.assert(
    fc.property(events, styles, styles, ({ calendar }, one, other) => {
      const mine = written(calendar, one);
      const theirs = written(served(calendar), other);
      expect(event.differences?.(mine, theirs)).toEqual([]);
      expect(event.digest(theirs)).toEqual(event.digest(mine));
      expect(event.matchKey(theirs)).toEqual(event.matchKey(mine));
    }),
    { numRuns: RUNS },
  );
});

test('an event is another one as soon as something is said that wasn’t', () => {
  fc.assert(
    fc.property(events, styles, fc.nat(), ({ calendar }, style, pick) => {
      const items = (calendar.blocks ?? []).filter((one) => one.name === 'VEVENT');
      const [master] = items;
      const lines = (master?.lines ?? []).filter((line) => !['UID', 'DTSTAMP', 'VERSION'].includes(line.name));
      const victim = lines[pick % lines.length];
      const without: Block = {
        ...calendar,
        blocks: (calendar.blocks ?? []).map((one) =>
          one === master ? { ...one, lines: one.lines.filter((line) => line !== victim) } : one,
        ),
      };
      const before = written(calendar, style);
      const after = written(without, style);
      // The default says nothing.
      if (victim?.name === 'ATTENDEE' && lines.filter((line) => line.value === victim.value).length > 1) return;
      expect(event.digest(after)).not.toEqual(event.digest(before));
      expect(event.differences?.(before, after)).toContain(victim?.name);
    }),
    { numRuns: RUNS },
  );
});

test('prepared for a server, also one that schedules, an event says to another parser what it said before', () => {
  fc.assert(
    fc.property(events, styles, fc.constantFrom(undefined, 'server' as const), ({ calendar }, style, scheduling) => {
      const body = written(calendar, style);
      const prepared = event.prepare?.(body, { ...unmapped, scheduling })?.body ?? Buffer.alloc(0);
      expect(meaning(prepared)).toEqual(meaning(body));
      expect(event.digest(prepared)).toEqual(event.digest(body));
      // Twice is once.
      expect(event.prepare?.(prepared, { ...unmapped, scheduling })?.body).toEqual(prepared);
      if (scheduling === undefined) return;
      const lines = unfolded(prepared);
      for (const [line] of lines.matchAll(/^(?:ATTENDEE|ORGANIZER).*$/gim))
        expect(line).toMatch(/;SCHEDULE-AGENT=CLIENT/i);
      for (const line of prepared.toString('latin1').split('\r\n'))
        if (prepared !== body && calendar.blocks?.some((one) => one.lines.some(({ name }) => name === 'ORGANIZER')))
          expect(line.length).toBeLessThanOrEqual(75);
    }),
    { numRuns: RUNS },
  );
});

test('under another name it is another object that says the same', () => {
  fc.assert(
    fc.property(events, styles, fc.integer({ min: 1, max: 20 }), ({ calendar }, style, number) => {
      const body = written(calendar, style);
      const renamed = event.renamed?.(body, number) ?? body;
      expect(event.matchKey(renamed)).not.toEqual(event.matchKey(body));
      const said = (text: Buffer): string[] => meaning(text).filter((line) => !line.includes('"uid"'));
      expect(said(renamed)).toEqual(said(body));
    }),
    { numRuns: Math.ceil(RUNS / 5) },
  );
});
