import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type End, loadOf, MIDDLING, reckon } from '@sterna/application';
import { connectors } from '@sterna/connectors';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const end = (name: string): End => ({ title: connectors.get(name)?.title ?? '', quotas: connectors.get(name)?.quotas });
const OWN = end('standards');
const GOOGLE = end('google');
const MICROSOFT = end('microsoft365');
const ends = fc.constantFrom(OWN, GOOGLE, MICROSOFT);
const means = fc.record({ workers: fc.integer({ min: 1, max: 200 }), passes: fc.integer({ min: 1, max: 20 }) });
const items = fc.record({
  mailbox: fc.integer({ min: 0, max: 1_000_000 }),
  drive: fc.integer({ min: 0, max: 1_000_000 }),
});

test('more to carry never takes less, and more workers never take longer', () => {
  fc.assert(
    fc.property(ends, ends, items, means, (source, target, given, by) => {
      const now = reckon(loadOf(given, MIDDLING), source, target, by);
      const larger = loadOf(given, {
        ...MIDDLING,
        messages: MIDDLING.messages * 2,
        driveBytes: MIDDLING.driveBytes * 2,
      });
      expect(reckon(larger, source, target, by).seconds).toBeGreaterThanOrEqual(now.seconds);
      const more = reckon(loadOf(given, MIDDLING), source, target, { ...by, workers: by.workers * 2 });
      expect(more.seconds).toBeLessThanOrEqual(now.seconds);
      expect(more.floorSeconds).toBeCloseTo(now.floorSeconds, 3);
      expect(now.floorSeconds).toBeLessThanOrEqual(now.seconds + 1e-6);
    }),
  );
});

test('the workers that are told for the floor get there, and half of them do not', () => {
  fc.assert(
    fc.property(ends, ends, items, (source, target, given) => {
      const load = loadOf(given, MIDDLING);
      const { workersForFloor: enough, floorSeconds } = reckon(load, source, target, { workers: 1, passes: 4 });
      if (enough === undefined) return;
      expect(reckon(load, source, target, { workers: enough, passes: 4 }).seconds).toBeLessThanOrEqual(
        floorSeconds * 1.001,
      );
      if (enough > 3)
        expect(reckon(load, source, target, { workers: Math.floor(enough / 2), passes: 4 }).seconds).toBeGreaterThan(
          floorSeconds,
        );
    }),
  );
});

test('by hand: a mailbox of Gmail gives 300 messages a minute, a small tenant takes 300 files', () => {
  const mail = loadOf({ mailbox: 1 }, { ...MIDDLING, messages: 3_000, mailBytes: 0, events: 0, contacts: 0, tasks: 0 });
  const [longest] = reckon(mail, GOOGLE, MICROSOFT, { workers: 1, passes: 4 }).bounds;
  expect(longest?.words).toContain('6,000 units a minute for a mailbox');
  expect((longest?.seconds ?? 0) / 60).toBeCloseTo(9.15, 1);

  const files = loadOf({ drive: 100 }, { ...MIDDLING, files: 300, driveBytes: 0 });
  const found = reckon(files, OWN, MICROSOFT, { workers: 50, passes: 4 });
  expect(found.bounds[0]?.words).toContain('1,250 resource units a minute');
  expect(found.seconds / 60).toBeCloseTo(99.8, 1);
  expect(found.floorSeconds).toBe(found.seconds);
});

test('a network that is told holds back, and nothing at all is no time', () => {
  const load = loadOf({ drive: 10 }, MIDDLING);
  expect(reckon(load, OWN, OWN, { workers: 100, passes: 4, bandwidth: 1e6 }).seconds).toBe(100_000);
  expect(reckon(loadOf({}, MIDDLING), GOOGLE, MICROSOFT, { workers: 1, passes: 1 })).toMatchObject({
    seconds: 0,
    floorSeconds: 0,
    workersForFloor: undefined,
  });
});

const DOCUMENT = join(import.meta.dirname, '../../../docs/capacity.md');
const PAIRS: readonly (readonly [string, End, End])[] = [
  ['own servers → own servers', OWN, OWN],
  ['own servers → Microsoft 365', OWN, MICROSOFT],
  ['Google → Microsoft 365', GOOGLE, MICROSOFT],
  ['Microsoft 365 → Microsoft 365', MICROSOFT, MICROSOFT],
  ['Microsoft 365 → Google', MICROSOFT, GOOGLE],
];

/** `STERNA_WRITE_DOCS=1` writes it. */
test('the table of the document is what the model says', () => {
  const rows = [100, 10_000, 1_000_000].flatMap((people) =>
    PAIRS.map(([name, source, target]) => {
      const load = loadOf({ mailbox: people, drive: people }, MIDDLING);
      const some = reckon(load, source, target, { workers: 4, passes: 8 });
      return `| ${[
        people.toLocaleString('en-US'),
        name,
        `${Math.round(some.objects / 1e5) / 10} M`,
        `${Math.round(some.bytes / 1e11) / 10} TB`,
        days(some.seconds),
        some.floorSeconds === 0 ? '–' : days(some.floorSeconds),
        some.workersForFloor?.toLocaleString('en-US') ?? 'the more',
        some.bounds.find(({ scales, seconds }) => !scales && seconds > 0)?.words ?? 'nobody',
        `${Math.ceil(some.databaseBytes / 1e8) / 10} GB`,
      ].join(' | ')} |`;
    }),
  );
  const table = [
    '| people | from → to | objects | data | days, 4 workers × 8 passes | days, as many as help | workers that help | then it waits for | database |',
    '| ---: | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: |',
    ...rows,
  ].join('\n');
  const before = readFileSync(DOCUMENT, 'utf8');
  const after = before.replace(
    /<!-- capacity -->[\s\S]*<!-- \/capacity -->/,
    `<!-- capacity -->\n${table}\n<!-- /capacity -->`,
  );
  if (process.env.STERNA_WRITE_DOCS !== undefined) writeFileSync(DOCUMENT, after);
  else expect(before).toBe(after);
});

const days = (seconds: number): string => {
  const all = seconds / 86_400;
  return all < 10 ? all.toFixed(1) : Math.round(all).toLocaleString('en-US');
};
