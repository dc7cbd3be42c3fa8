import { type Material, type SuiteFixture, tasks } from '@sterna/connector-suite';

/** To Do knows days alone: the suite's plain tasks begin on one. */
const onDays = (raw: Buffer): Buffer =>
  Buffer.from(raw.toString('utf8').replace(/^DTSTART:20260301T100000Z/m, 'DTSTART;VALUE=DATE:20260301'));

const material: Material = {
  ...tasks,
  plain: (n, body) => onDays(tasks.plain(n, body)),
  twin: (n) => onDays(tasks.twin(n)),
  changed: (n) => onDays(tasks.changed?.(n) ?? Buffer.alloc(0)),
  large: (n) => onDays(tasks.large(n)),
  awkward: new Map([...tasks.awkward].map(([label, raw], n) => [label, n % 3 === 0 ? raw : onDays(raw)])),
};

/** @param make an endpoint without anything of this kind */
export const taskFixture = (make: SuiteFixture['make']): SuiteFixture => ({
  make,
  material,
  pagedMessages: 90,
  freshCursors: true,
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
  // What only our own writing can put into To Do: hours, rules, people; and texts that it has no room for.
  notSeedable: [...material.awkward]
    .filter(([, raw]) =>
      /^(?:DTSTART(?!;VALUE=DATE)|RRULE|BEGIN:VALARM|ATTENDEE|X-|STATUS|SUMMARY:.{200})/m.test(
        raw
          .toString('utf8')
          .replace(/BEGIN:VTIMEZONE[\s\S]*END:VTIMEZONE/, '')
          .replace(/\r\n /g, ''),
      ),
    )
    .map(([label]) => label),
});
