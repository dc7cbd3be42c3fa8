import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pivotOf } from '@sterna/content';
import type { SternaError } from '@sterna/core';
import { afterAll, describe, expect, test } from 'vitest';
import { lines, open, seen, summaries, vcalendar, vcard, vevent, vtimezone, vtodo } from './objects-support.ts';

const base = mkdtempSync(join(tmpdir(), 'sterna-objects-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let serial = 0;

/** A folder of these files, by their paths. */
function files(content: Record<string, string | Buffer>): string {
  const root = join(base, `box${serial++}`);
  for (const [name, text] of Object.entries(content)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const all = async (url: string) => {
  const session = await open(url);
  try {
    return await seen(session);
  } finally {
    await session.close();
  }
};

describe('one .ics file', () => {
  test('one object for each UID, a series with its exceptions, each with the time zones that it names', async () => {
    const root = files({
      'work.ics': vcalendar(
        vtimezone('Home'),
        vtimezone('Unused'),
        vevent('series', 'Moved once', 'RECURRENCE-ID:20260308T100000Z', 'DTSTART;TZID=Home:20260308T120000'),
        vevent('single', 'Single'),
        vevent('series', 'Series', 'DTSTART;TZID="Home":20260301T100000', 'RRULE:FREQ=WEEKLY'),
        vtodo('single', 'A task of the same UID'),
        lines('BEGIN:VFREEBUSY', 'UID:free', 'END:VFREEBUSY'),
      ).replace('PRODID', 'X-WR-CALNAME:Work\\, mine\r\nX-APPLE-CALENDAR-COLOR:#ff8800FF\r\nPRODID'),
    });
    const session = await open(`ics:${join(root, 'work.ics')}`);
    expect(await session.reader.containers()).toMatchObject([
      { kind: 'event', path: ['Work, mine'], color: '#FF8800', total: 2 },
      { kind: 'task', path: ['Work, mine'], color: '#FF8800', total: 1 },
    ]);
    expect(session.capabilities.kinds).toEqual(['event', 'task']);
    const objects = await seen(session);
    const series = objects.find(({ text }) => text.includes('UID:series'));
    expect(series?.text.match(/BEGIN:VEVENT/g)).toHaveLength(2);
    expect(series?.text.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1);
    expect(series?.text).toContain('TZID:Home');
    expect(objects.find(({ text }) => text.includes('SUMMARY:Single'))?.text).not.toContain('VTIMEZONE');
    for (const { kind, text } of objects) pivotOf(kind as 'event').digest(Buffer.from(text));
  });

  test('what is broken is a failure that names file and line, and its neighbours are read', async () => {
    const broken = lines('BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:open', 'SUMMARY:Never closed').concat(
      vevent('good', 'Good'),
      lines('BEGIN:VEVENT', 'UID:line', 'this is no line', 'END:VEVENT'),
      lines('BEGIN:VEVENT', 'UID:alarm', 'BEGIN:VALARM', 'END:VEVENT'),
      lines('BEGIN:VJOURNAL', 'UID:journal', 'END:VJOURNAL'),
      vevent('also', 'Good as well'),
      'END:VCALENDAR\r\nsome text\r\n',
      lines('BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:cut', 'SUMMARY:Cut off'),
    );
    const root = files({ 'all.ics': broken });
    const got = summaries(await all(`ics:${join(root, 'all.ics')}`));
    expect(got).toEqual([
      'all: Good',
      'all: Good as well',
      'all: all.ics, line 14: this is no content line (NAME:value).',
      'all: all.ics, line 19: END:VEVENT closes nothing.',
      'all: all.ics, line 20: a VJOURNAL is neither an event nor a task.',
      'all: all.ics, line 30: there is text outside of any calendar.',
      'all: all.ics, line 32: VEVENT is not closed: the file is cut off.',
      'all: all.ics, line 3: VEVENT is not closed.',
    ]);
  });

  test('folds, small letters, a byte order mark, LF and CR line ends', async () => {
    const text = vcalendar(vevent('f', 'x').replace('UID:f', 'uid:fol\r\n ded'), vevent('g', 'y')).replace(
      /BEGIN:VEVENT/g,
      'begin:vevent',
    );
    const variants = [
      text,
      `\ufeff${text}`,
      text.replaceAll('\r\n', '\n'),
      text.replaceAll('\r\n', '\r'),
      text.trimEnd(),
    ];
    const ids = new Set<string>();
    for (const variant of variants) {
      const objects = await all(`ics:${join(files({ 'a.ics': variant }), 'a.ics')}`);
      expect(objects.map(({ error }) => error)).toEqual([undefined, undefined]);
      ids.add(objects.map(({ id }) => id).join());
    }
    expect(ids.size).toBe(1);
  });

  test('objects without UID have stable keys; the same UID twice stays two', async () => {
    const text = vcalendar(vevent(undefined, 'A'), vevent('same', 'B'), vevent('same', 'C'), vevent(undefined, 'A'));
    const first = await all(`ics:${join(files({ 'a.ics': text }), 'a.ics')}`);
    const again = await all(`ics:${join(files({ 'a.ics': vcalendar(vevent('new', 'New')) + text }), 'a.ics')}`);
    expect(summaries(first)).toEqual(['a: A', 'a: A', 'a: B', 'a: C']);
    expect(new Set(first.map(({ id }) => id)).size).toBe(4);
    for (const { id, version } of first) expect(again).toContainEqual(expect.objectContaining({ id, version }));
  });

  test('what is no calendar is refused as the bad argument that it is', async () => {
    const root = files({ 'a.ics': 'Dear diary,\r\n', 'empty.vcf': '', 'notes.txt': 'x', 'cards.vcf': vcard('a', 'A') });
    const refused = async (url: string): Promise<string> =>
      open(url).then(
        () => 'opened',
        (thrown: SternaError) => `${thrown.class} ${thrown.code} ${thrown.field}`,
      );
    expect(await refused(`ics:${root}/a.ics`)).toBe('config no-ics-objects path');
    expect(await refused(`ics:${root}/cards.vcf`)).toBe('config no-ics-objects path');
    expect(await refused(`ics:${root}/none.ics`)).toBe('config path-not-found path');
    expect(await refused(`vcf:${files({ 'x.txt': '' })}`)).toBe('config no-vcf-objects path');
    expect(await all(`vcf:${root}/empty.vcf`)).toEqual([]);
  });
});

describe('a folder of .ics files', () => {
  test('one object per file, byte by byte; sub-folders and named files are calendars of their own', async () => {
    const one = vcalendar(vtimezone('Unused'), vevent('one', 'One')).replaceAll('\r\n', '\n');
    const root = files({
      'one.ics': one,
      'two.ics': vcalendar(vtodo('t', 'Task')),
      'several.ics': vcalendar(vevent('a', 'A'), vevent('b', 'B')),
      'export.ics': vcalendar(vevent('e', 'E')).replace('PRODID', 'X-WR-CALNAME:Exported\r\nPRODID'),
      'sub/x.ics': vcalendar(vevent('x', 'X')),
      'sub/displayname': 'Unter/Kalender\n',
      'sub/color': '#0a0b0c\n',
      'sub/named.ics': vcalendar(vevent('n', 'N')).replace('PRODID', 'X-WR-CALNAME:Not one\r\nPRODID'),
      'readme.txt': 'no',
      '.hidden.ics': 'no',
    });
    const session = await open(`ics:${root}`);
    const containers = await session.reader.containers();
    const name = root.slice(root.lastIndexOf('/') + 1);
    expect(containers.map(({ path, kind, total, color }) => [path.join('|'), kind, total, color])).toEqual([
      [name, 'event', 3, undefined],
      [name, 'task', 1, undefined],
      ['Exported', 'event', 1, undefined],
      ['Unter/Kalender', 'event', 2, '#0A0B0C'],
    ]);
    const objects = await seen(session);
    expect(objects.find(({ id }) => id === 'one.ics')?.text).toBe(one);
  });

  test('files that cannot be understood are failures, not crashes', async () => {
    const root = files({
      'good.ics': vcalendar(vevent('g', 'Good')),
      'empty.ics': '',
      'zones.ics': vcalendar(vtimezone('Z')),
      'binary.ics': Buffer.from([0, 1, 2, 255, 10, 13]),
    });
    symlinkSync(join(root, 'good.ics'), join(root, 'link.ics'));
    mkdirSync(join(root, 'folder.ics'));
    const got = (await all(`ics:${root}`)).map(({ id, error }) => [id, error]);
    expect(got).toEqual(
      [
        ['binary.ics#', undefined],
        ['empty.ics', 'empty.ics, line 1: the file holds no calendar (BEGIN:VCALENDAR).'],
        ['good.ics', undefined],
        ['link.ics', expect.stringContaining('link.ics is a symbolic link')],
        ['zones.ics', 'zones.ics, line 1: the file holds no calendar (BEGIN:VCALENDAR).'],
      ].map(([id, error]) =>
        id === 'binary.ics#' ? [expect.stringContaining('binary.ics'), expect.any(String)] : [id, error],
      ),
    );
  });

  test('nothing changed: an empty delta; a written file changes its version and nothing else', async () => {
    const root = files({ 'a.ics': vcalendar(vevent('a', 'A')), 'b.ics': vcalendar(vevent('b', 'B')) });
    const session = await open(`ics:${root}`);
    const [before] = await session.reader.containers();
    const pages = async (cursor?: string) => {
      const list = [];
      for await (const page of session.reader.changes(before?.id ?? '', cursor, {})) list.push(page);
      return list;
    };
    const [first] = await pages();
    expect(await pages(first?.next?.cursor)).toMatchObject([{ mode: 'delta', changes: [] }]);
    writeFileSync(join(root, 'b.ics'), vcalendar(vevent('b', 'B changed')));
    const [second] = await pages(first?.next?.cursor);
    expect(second?.mode).toBe('full');
    expect(second?.changes[0]).toEqual(first?.changes[0]);
    expect(second?.changes[1]?.version).not.toBe(first?.changes[1]?.version);
    expect((await session.reader.containers())[0]?.glance).not.toBe(before?.glance);
  });
});

describe('.vcf', () => {
  test('many cards of any version in one file, broken ones apart', async () => {
    const text = [
      vcard('1', 'Ann'),
      lines(
        'BEGIN:VCARD',
        'VERSION:2.1',
        'N:Boss;Bo',
        'AGENT:',
        'BEGIN:VCARD',
        'VERSION:2.1',
        'FN:Agent',
        'UID:inner',
        'END:VCARD',
        'FN:Bo',
        'END:VCARD',
      ),
      lines('BEGIN:VCARD', 'VERSION:3.0', 'FN:Open'),
      vcard('2', 'Cleo'),
      lines('BEGIN:VCARD', 'VERSION:3.0', 'nonsense', 'END:VCARD'),
      lines(
        'BEGIN:VCARD',
        'VERSION:2.1',
        'FN:Dee',
        'NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=',
        'two no line',
        'END:VCARD',
      ),
    ].join('\r\n');
    const got = summaries(await all(`vcf:${join(files({ 'all.vcf': text }), 'all.vcf')}`));
    expect(got).toEqual([
      'all: Agent',
      'all: Ann',
      'all: Cleo',
      'all: Dee',
      'all: all.vcf, line 20: VCARD is not closed.',
      'all: all.vcf, line 33: this is no content line (NAME:value).',
    ]);
  });

  test('a file beyond what is held in memory', async () => {
    const photo = `PHOTO;ENCODING=b;TYPE=JPEG:${'QUJD'.repeat(16)}\r\n${` ${'QUJD'.repeat(18)}\r\n`.repeat(4_000)}`;
    const text = Array.from({ length: 20 }, (_, n) => vcard(`u${n}`, `Person ${n}`, photo.trimEnd())).join('');
    expect(text.length).toBeGreaterThan(5_000_000);
    const got = await all(`vcf:${join(files({ 'big.vcf': text }), 'big.vcf')}`);
    expect(got.map((one) => one.text).sort()).toEqual(text.split(/(?<=END:VCARD\r\n)/).sort());
  });
});

// Real objects from other projects' test suites, where they are at hand.
const corpus = fileURLToPath(new URL('../../../../../shared/corpus/', import.meta.url));

test.skipIf(!existsSync(corpus))('a corpus of real-world oddities: every file is read or is a failure', async () => {
  for (const [format, folder] of [
    ['ics', 'calendar'],
    ['vcf', 'contacts'],
  ] as const) {
    const objects = await all(`${format}:${join(corpus, folder)}`);
    const named = new Set(objects.map(({ id }) => id.replace(/#.*/, '')));
    expect(named).toEqual(new Set(readdirSync(join(corpus, folder)).filter((name) => name.endsWith(`.${format}`))));
    for (const { kind, text, error } of objects)
      if (error === undefined) pivotOf(kind as 'event').digest(Buffer.from(text));
      else expect(error).toMatch(/\.(ics|vcf), line \d+: .+\.$/);
  }
});
