import { rmSync } from 'node:fs';
import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aCard, anEvent, aTask, titles } from '../support/dav-objects.ts';
import { type DavStage, openDavStage, put } from '../support/dav-servers.ts';
import { addEntry, type Bench, notes, openBench, pass, twinEntry, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';

/** Two servers that have nothing in common, each as source and as target. */
const DIRECTIONS = [
  ['radicale', 'radicale'],
  ['radicale', 'cyrus'],
  ['cyrus', 'radicale'],
  ['cyrus', 'cyrus'],
] as const;

let dir: string;
let stage: DavStage;
let bench: Bench;

beforeAll(async () => {
  dir = scratch('dav-servers');
  stage = await openDavStage([...DIRECTIONS.flatMap((_, i) => [`s${i}`, `t${i}`]), 'owner', 'reader', 'receiver']);
  bench = await openBench(dir, [caldavConnector, carddavConnector]);
}, 180_000);

afterAll(async () => {
  await bench?.close();
  await stage?.stop();
  rmSync(dir, { recursive: true, force: true });
});

// Side by side: most of the time is waiting for servers and disks.
describe.concurrent.each(DIRECTIONS)('%s to %s', (sourceName, targetName) => {
  const index = DIRECTIONS.findIndex(([from, to]) => from === sourceName && to === targetName);
  const from = `s${index}`;
  const to = `t${index}`;

  test('events and tasks: initial, nothing new, new and changed, conflicts, emptied and migrated again', async () => {
    const source = stage[sourceName];
    const target = stage[targetName];
    const here = async () => titles(await target.objects(to, 'caldav'));
    await source.make(from, 'caldav', 'work', 'Work');
    await put(source, from, 'work/one.ics', anEvent('one@x', 'One, first'));
    await put(
      source,
      from,
      'work/two.ics',
      anEvent('two@x', 'Two', {
        when: 'DTSTART;TZID=Europe/Berlin:20270301T100000\r\nDTEND;TZID=Europe/Berlin:20270301T110000\r\nRRULE:FREQ=WEEKLY;COUNT=5',
        more: ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:x', 'TRIGGER:-PT15M', 'END:VALARM'],
      }),
    );
    await put(source, from, 'work/todo.ics', aTask('todo@x', 'Buy milk', ['PRIORITY:1', 'DUE;VALUE=DATE:20270401']));

    const entry = await addEntry(bench, source.end('caldav', from), target.end('caldav', to));
    const first = await pass(bench, entry, 'initial');
    expect(first).toMatchObject({ status: 'completed', error: null });
    expect(first.books.kinds).toMatchObject({ event: { seen: 2, created: 2 }, task: { seen: 1, created: 1 } });
    expect(await here()).toEqual(titles(await source.objects(from, 'caldav')));

    const nothing = await pass(bench, entry, 'delta');
    expect(nothing.books.total).toMatchObject({ seen: 3, unchanged: 3, created: 0, updated: 0 });

    await put(source, from, 'work/one.ics', anEvent('one@x', 'One at noon'));
    await put(source, from, 'work/three.ics', anEvent('three@x', 'Three'));
    await put(source, from, 'work/todo.ics', aTask('todo@x', 'Buy oat milk'));
    const delta = await pass(bench, entry, 'delta');
    expect(delta).toMatchObject({ status: 'completed', error: null });
    expect(delta.books.total).toMatchObject({ seen: 4, created: 1, updated: 2, unchanged: 1 });
    expect(await here()).toEqual(['Work: Buy oat milk', 'Work: One at noon', 'Work: Three', 'Work: Two']);
    expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
      ok: true,
      identical: 4,
      extra: 0,
    });

    // A person works on a copy; then the source changes too.
    const copy = (await target.objects(to, 'caldav')).find(({ text }) => text.includes('One at noon'));
    await put(target, to, copy?.path ?? '', (copy?.text ?? '').replace('One at noon', 'One of a person'));
    await put(source, from, 'work/one.ics', anEvent('one@x', 'One of the source'));
    const kept = await pass(bench, entry, 'delta', { conflict: 'skip' });
    expect(kept.books.total).toMatchObject({ skipped: 1, unchanged: 3 });
    expect(await here()).toContain('Work: One of a person');
    expect((await notes(bench, entry)).map((note) => note.code)).toContain('changed-at-target');
    await put(source, from, 'work/one.ics', anEvent('one@x', 'One of the source again'));
    const won = await pass(bench, entry, 'delta', { conflict: 'overwrite' });
    expect(won.books.total).toMatchObject({ updated: 1, unchanged: 3 });
    expect(await here()).toContain('Work: One of the source again');

    // State lost: what is there is recognized.
    const twin = await twinEntry(bench, entry);
    const again = await pass(bench, twin, 'initial');
    expect(again.books.total).toMatchObject({ seen: 4, skipped: 4, created: 0, failed: 0 });

    // Remigration: what was listed is removed, and comes once more.
    const frozen = await pass(bench, twin, 'empty', { empty: 'freeze' });
    expect(frozen.result).toMatchObject({ mode: 'freeze', objects: 4 });
    const emptied = await pass(bench, twin, 'empty', { empty: 'remove' });
    expect(emptied).toMatchObject({ status: 'completed', result: { mode: 'remove', objects: 4 } });
    expect(await here()).toEqual([]);
    const remigrated = await pass(bench, await twinEntry(bench, entry), 'initial');
    expect(remigrated.books.total).toMatchObject({ seen: 4, created: 4, failed: 0 });
    expect(await here()).toEqual(titles(await source.objects(from, 'caldav')));
  }, 180_000);

  test('contacts: initial, nothing new, new and changed, conflicts, emptied and migrated again', async () => {
    const source = stage[sourceName];
    const target = stage[targetName];
    const here = async () => titles(await target.objects(to, 'carddav'));
    await source.make(from, 'carddav', 'people', 'People');
    await put(source, from, 'people/a.vcf', aCard('a', 'Ann Önal', ['NOTE:one\\, two']), { protocol: 'carddav' });
    await put(source, from, 'people/b.vcf', aCard('b', 'Bo'), { protocol: 'carddav' });

    const entry = await addEntry(bench, source.end('carddav', from), target.end('carddav', to));
    const first = await pass(bench, entry, 'initial');
    expect(first).toMatchObject({ status: 'completed', error: null });
    expect(first.books.kinds).toMatchObject({ contact: { seen: 2, created: 2 } });
    expect(await here()).toEqual(['People: Ann Önal', 'People: Bo']);
    const nothing = await pass(bench, entry, 'delta');
    expect(nothing.books.total).toMatchObject({ seen: 2, unchanged: 2, created: 0, updated: 0 });

    await put(source, from, 'people/b.vcf', aCard('b', 'Bo Berg'), { protocol: 'carddav' });
    await put(source, from, 'people/c.vcf', aCard('c', 'Cy'), { protocol: 'carddav' });
    const delta = await pass(bench, entry, 'delta');
    expect(delta.books.total).toMatchObject({ seen: 3, created: 1, updated: 1, unchanged: 1 });
    expect(await here()).toEqual(['People: Ann Önal', 'People: Bo Berg', 'People: Cy']);
    expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({ ok: true });

    const copy = (await target.objects(to, 'carddav')).find(({ text }) => text.includes('Bo Berg'));
    await put(target, to, copy?.path ?? '', (copy?.text ?? '').replaceAll('Bo Berg', 'Bo Person'), {
      protocol: 'carddav',
    });
    await put(source, from, 'people/b.vcf', aCard('b', 'Bo Source'), { protocol: 'carddav' });
    const kept = await pass(bench, entry, 'delta', { conflict: 'skip' });
    expect(kept.books.total).toMatchObject({ skipped: 1, unchanged: 2 });
    await put(source, from, 'people/b.vcf', aCard('b', 'Bo Source Again'), { protocol: 'carddav' });
    const won = await pass(bench, entry, 'delta', { conflict: 'overwrite' });
    expect(won.books.total).toMatchObject({ updated: 1, unchanged: 2 });
    expect(await here()).toContain('People: Bo Source Again');

    const twin = await twinEntry(bench, entry);
    const again = await pass(bench, twin, 'initial');
    expect(again.books.total).toMatchObject({ seen: 3, skipped: 3, created: 0 });
    await pass(bench, twin, 'empty', { empty: 'freeze' });
    const emptied = await pass(bench, twin, 'empty', { empty: 'remove' });
    expect(emptied).toMatchObject({ status: 'completed', result: { objects: 3 } });
    const remigrated = await pass(bench, await twinEntry(bench, entry), 'initial');
    expect(remigrated.books.total).toMatchObject({ seen: 3, created: 3, failed: 0 });
    expect(await here()).toEqual(titles(await source.objects(from, 'carddav')));
  }, 180_000);
});

test('a calendar that Cyrus lists in another user’s own home is reported with its owner, can be read, and isn’t migrated twice', async () => {
  const { cyrus, radicale } = stage;
  for (const user of ['owner', 'reader']) await cyrus.objects(user, 'caldav');
  await cyrus.make('owner', 'caldav', 'plan', 'The plan');
  await cyrus.make('owner', 'caldav', 'team', 'The team');
  await put(cyrus, 'owner', 'plan/one.ics', anEvent('shared@x', 'Of the owner'));
  await cyrus.make('reader', 'caldav', 'mine', 'Mine');
  await put(cyrus, 'reader', 'mine/own.ics', anEvent('own@x', 'Of the reader'));
  const replies = [
    ...(await cyrus.server.rawCommand(
      'owner',
      'SETACL "#calendars/plan" reader lr',
      'SETACL "#calendars/team" reader lrswipkxte',
    )),
    ...(await cyrus.server.rawCommand(
      'reader',
      'SUBSCRIBE "Other Users/owner/#calendars/plan"',
      'SUBSCRIBE "Other Users/owner/#calendars/team"',
    )),
  ];
  expect(replies.map(({ status }) => status)).toEqual(['OK', 'OK', 'OK', 'OK']);

  const system = { settings: { url: cyrus.url }, credentials: { user: 'reader', password: 'pw' } };
  const checked = await caldavConnector.check(system, 'reader');
  const evidence = (name: string): string => checked.find((line) => line.name === name)?.evidence ?? '';
  expect(evidence('collections')).toContain('Mine');
  expect(evidence('collections')).not.toContain('The plan');
  expect(evidence('shared collections')).toMatch(/The plan \(of owner, only to be read\)/);
  expect(evidence('shared collections')).toMatch(/The team \(of owner\)/);

  const signal = new AbortController().signal;
  const session = await caldavConnector.open({
    system,
    address: 'reader',
    role: 'read',
    installation: '00000000',
    signal,
  });
  const plan = (await session.reader.containers()).find((one) => one.path[0] === 'The plan' && one.kind === 'event');
  expect(plan).toMatchObject({ sharedBy: 'owner', readOnly: true });
  const texts: string[] = [];
  for await (const page of session.reader.changes(plan?.id ?? '', undefined, {}))
    for await (const got of session.reader.read(
      plan?.id ?? '',
      page.changes.map(({ id }) => id),
    ))
      texts.push('body' in got ? String(got.body) : 'unreadable');
  await session.close();
  expect(texts).toHaveLength(1);
  expect(texts[0]).toContain('Of the owner');

  const entry = await addEntry(bench, cyrus.end('caldav', 'reader'), radicale.end('caldav', 'receiver'));
  const first = await pass(bench, entry, 'initial');
  expect(first).toMatchObject({ status: 'completed', error: null });
  expect(titles(await radicale.objects('receiver', 'caldav'))).toEqual(['Mine: Of the reader']);
  const told = (await notes(bench, entry)).filter((note) => note.code === 'shared-container').map((note) => note.text);
  expect(told).toEqual(expect.arrayContaining([expect.stringMatching(/^The plan belongs to owner/)]));
}, 120_000);
