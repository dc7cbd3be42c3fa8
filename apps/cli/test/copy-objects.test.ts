import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Radicale, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sterna, testFolder } from './sterna.ts';

let folder: Awaited<ReturnType<typeof testFolder>>;
let server: Radicale;

beforeAll(async () => {
  [folder, server] = await Promise.all([testFolder(), startRadicale({ users: ['ada', 'bo'] })]);
});
afterAll(async () => {
  await Promise.all([server?.stop(), folder?.remove()]);
});

const copy = (command: 'copy' | 'restore', ...ends: string[]) =>
  sterna([command, ...ends, '--state', join(folder.path, 'state'), '--json'], {
    STERNA_SOURCE_PASSWORD: 'pw',
    STERNA_TARGET_PASSWORD: 'pw',
  });
const lastLine = (stdout: string) => JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);
const dav = (protocol: 'caldav' | 'carddav', user: string): string =>
  `${protocol}+${server.url.replace('://', `://${user}@`)}`;

const event = (uid: string, summary: string): string =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260301T100000Z\r\n${summary}\r\nEND:VEVENT\r\n`;

test('a calendar file to a server, the server to a new folder, that folder back: by paths alone', async () => {
  const file = join(folder.path, 'Büro 100%.ics');
  const calendar = (...events: string[]): string =>
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.join('')}END:VCALENDAR\r\n`;
  await writeFile(file, calendar(event('a', 'SUMMARY:A'), event('b', 'no line'), event('c', 'SUMMARY:C')));
  const dry = await copy('copy', file, dav('caldav', 'ada'), '--dry-run');
  expect(dry.code, dry.stderr).toBe(0);
  expect(lastLine(dry.stdout)).toMatchObject({ objects: { create: 2, refuse: 1 }, containers: 1 });
  expect([...server.objects('ada')]).toEqual([]);

  const first = await copy('copy', file, dav('caldav', 'ada'));
  expect(first.code, first.stderr).toBe(3);
  expect(lastLine(first.stdout)).toMatchObject({
    seen: 3,
    created: 2,
    failed: 1,
    balanced: true,
    failures: [{ folder: 'Büro 100%', code: 'invalid-event', reason: expect.stringContaining('line 13') }],
  });
  await writeFile(file, calendar(event('a', 'SUMMARY:A'), event('b', 'SUMMARY:B'), event('c', 'SUMMARY:C')));
  const next = await copy('copy', file, dav('caldav', 'ada'), '--dry-run');
  expect(lastLine(next.stdout)).toMatchObject({ objects: { create: 1, refuse: 0 }, books: { unchanged: 2 } });
  // By its address it is the same pair.
  const again = await copy('copy', `ics:${file.replace('%', '%25')}`, dav('caldav', 'ada'));
  expect(again.code, again.stderr).toBe(0);
  expect(lastLine(again.stdout)).toMatchObject({ pass: 'delta', created: 1, unchanged: 2 });

  const out = `${join(folder.path, 'out')}/`;
  const saved = await copy('copy', dav('caldav', 'ada'), out);
  expect(saved.code, saved.stderr).toBe(0);
  expect(lastLine(saved.stdout)).toMatchObject({ created: 3, failed: 0 });
  expect((await readdir(out)).sort()).toContain('calendars');
  const back = await copy('restore', out, dav('caldav', 'bo'));
  expect(back.code, back.stderr).toBe(0);
  expect([...server.objects('bo').keys()]).toEqual(['Büro 100%']);
  expect(server.objects('bo').get('Büro 100%')).toHaveLength(3);

  const one = join(folder.path, 'all.ics');
  const flat = await copy('copy', dav('caldav', 'ada'), one);
  expect(flat.code, flat.stderr).toBe(0);
  expect((await readFile(one, 'utf8')).match(/BEGIN:VEVENT/g)).toHaveLength(3);
}, 120_000);

test('what is no source or target says which one, what is wrong and what to do', async () => {
  const text = join(folder.path, 'notes.ics');
  await writeFile(text, 'Dear diary\n');
  const empty = join(folder.path, 'empty');
  await mkdir(empty);
  const target = dav('caldav', 'bo');
  for (const [ends, words] of [
    [[`ics:${join(folder.path, 'none.ics')}`, target], /none\.ics: .*doesn't exist.*Check the path/],
    [[text, target], /notes\.ics: The file holds no calendar.*an \.ics file, or a folder/],
    [[`vcf:${empty}`, dav('carddav', 'bo')], /The folder holds no \.vcf files/],
    [[empty, target], /names no scheme.*"source"/],
    [[`takeout:${empty}`, target], /Google Takeout.*Unpack all parts/],
    [[target, `takeout:${empty}`], /can only be read.*archive:PATH/],
    [[join(folder.path, 'all.ics'), `maildir:${join(folder.path, 'mail')}`], /holds no objects of the kind event/],
  ] as const) {
    const { code, stderr } = await copy('copy', ...ends);
    expect(stderr, ends.join(' ')).toMatch(words);
    expect(code).toBe(2);
  }
}, 120_000);
