import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateOp, Result, Session } from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import type { ContentKind } from '@sterna/core';
import { afterAll, describe, expect, test } from 'vitest';
import { open, seen, summaries, vcalendar, vcard, vevent, vtimezone, vtodo } from './objects-support.ts';

const base = mkdtempSync(join(tmpdir(), 'sterna-objects-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let serial = 0;
const fresh = (suffix = ''): string => join(base, `target${serial++}${suffix}`);

const one = (uid: string, summary: string, zone?: string, offset?: string): string =>
  zone === undefined
    ? vcalendar(vevent(uid, summary))
    : vcalendar(vtimezone(zone, offset), vevent(uid, summary, `DTSTART;TZID=${zone}:20260301T100000`));

async function ensured(session: Session, name: string, kind: ContentKind, more: object = {}): Promise<string> {
  const made = await session.writer?.ensureContainer([name], { kind, ...more });
  return made?.container.id ?? '';
}

let ops = 0;
const createOp = (session: Session, container: string, text: string): CreateOp => {
  const key = (++ops).toString(16).padStart(32, '0');
  const reserved = session.writer?.reserve?.(container, key);
  const body = Buffer.from(text);
  return {
    verb: 'create',
    op: String(ops),
    container,
    flags: [],
    date: undefined,
    size: body.length,
    body,
    ...(reserved === undefined ? {} : { reservedId: reserved }),
  };
};
const create = (session: Session, container: string, ...texts: string[]): Promise<readonly Result[]> =>
  session.writer?.apply(texts.map((text) => createOp(session, container, text))) ?? Promise.resolve([]);

async function apply(session: Session, op: object): Promise<Result | undefined> {
  return (await session.writer?.apply([{ op: 'x', ...op } as never]))?.[0];
}

const idOf = (result: Result | undefined): string => (result?.outcome === 'done' ? (result.targetId ?? '') : '');
const versionOf = (result: Result | undefined): string | undefined =>
  result !== undefined && 'version' in result ? result.version : undefined;
const text = async (url: string): Promise<string[]> => summaries(await seen(await open(url)));

/** The same promises, kept by a folder of files and by one file. */
describe.each([
  ['a folder', ''],
  ['one file', '.ics'],
])('%s of .ics as a target', (_, suffix) => {
  test('created once, under its UID; told again, it is found', async () => {
    const path = fresh(suffix);
    const session = await open(`ics:${path}`, 'write');
    const work = await ensured(session, 'Work: a/b', 'event', { color: '#102030', description: 'Mine' });
    const batch = [one('a', 'A', 'Home'), one('b', 'B', 'Home'), one('c', 'C')].map((body) =>
      createOp(session, work, body),
    );
    const results = (await session.writer?.apply(batch)) ?? [];
    expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    // Their acknowledgement was lost.
    const heir = await open(`ics:${path}`, 'write');
    if (heir.capabilities.settle === 'reserved-id') expect(await heir.writer?.apply(batch)).toEqual(results);
    else {
      const found = [];
      for await (const candidate of heir.writer?.candidates(work, '-') ?? []) found.push(candidate);
      const digests = batch.map(({ body }) =>
        pivotOf('event')
          .digest(body as Buffer)
          .toString('hex'),
      );
      expect(found.map(({ targetId, digest }) => `${targetId} ${digest?.toString('hex')}`).sort()).toEqual(
        results.map((result, n) => `${idOf(result)} ${digests[n]}`).sort(),
      );
    }
    const again = await create(heir, work, one('a', 'Another', 'Home'));
    expect(again).toMatchObject([{ outcome: 'exists', targetId: idOf(results[0]), version: versionOf(results[0]) }]);
    const [container] = await heir.reader.containers();
    expect(container).toMatchObject({
      path: ['Work: a/b'],
      kind: 'event',
      color: '#102030',
      description: 'Mine',
      total: 3,
    });
    const objects = await seen(heir);
    expect(objects.map(({ version }) => version).sort()).toEqual(results.map(versionOf).sort());
    for (const object of objects) expect(object.error).toBeUndefined();
    expect(await text(`ics:${path}`)).toEqual(['Work: a/b: A', 'Work: a/b: B', 'Work: a/b: C']);
    expect(readdirSync(base, { recursive: true }).filter((name) => String(name).endsWith('.tmp'))).toEqual([]);
  });

  test('replaced and removed by version, never past what somebody changed', async () => {
    const path = fresh(suffix);
    const session = await open(`ics:${path}`, 'write');
    const work = await ensured(session, 'Work', 'event');
    const [a, b] = await create(session, work, one('a', 'A', 'Home'), one('b', 'B'));
    const body = Buffer.from(one('a', 'A new', 'Home'));
    const replace = { verb: 'replace', container: work, targetId: idOf(a), size: body.length, body };
    const first = await apply(session, { ...replace, ifVersion: versionOf(a) });
    expect(first).toMatchObject({ outcome: 'done', targetId: idOf(a) });
    // The same again, its first answer lost: done already. Another one by the old version: changed.
    expect(await apply(session, { ...replace, ifVersion: versionOf(a) })).toMatchObject({
      outcome: 'done',
      version: versionOf(first),
    });
    const other = Buffer.from(one('a', 'A newer'));
    expect(await apply(session, { ...replace, body: other, ifVersion: versionOf(a) })).toMatchObject({
      outcome: 'changed',
      version: versionOf(first),
    });
    expect(await text(`ics:${path}`)).toEqual(['Work: A new', 'Work: B']);
    expect(await apply(session, { ...replace, body: other, ifVersion: undefined })).toMatchObject({ outcome: 'done' });
    const remove = { verb: 'remove', container: work, how: 'trash' };
    expect(await apply(session, { ...remove, targetId: idOf(b), ifVersion: 'else' })).toMatchObject({
      outcome: 'changed',
    });
    expect(await apply(session, { ...remove, targetId: idOf(b), ifVersion: versionOf(b) })).toMatchObject({
      outcome: 'done',
    });
    expect(await apply(session, { ...remove, targetId: idOf(b) })).toMatchObject({ outcome: 'missing' });
    expect(await apply(session, { ...replace, targetId: idOf(b), ifVersion: undefined })).toMatchObject({
      outcome: 'missing',
    });
    expect(await apply(session, { ...remove, targetId: '../../etc/passwd' })).toMatchObject({ outcome: 'missing' });
    expect(await text(`ics:${path}`)).toEqual(['Work: A newer']);
    expect(await create(session, work, one('b', 'B again'))).toMatchObject([{ outcome: 'done' }]);
  });

  test('events and tasks of one calendar', async () => {
    const path = fresh(suffix);
    const session = await open(`ics:${path}`, 'write');
    const [events, tasks] = [await ensured(session, 'Work', 'event'), await ensured(session, 'Work', 'task')];
    expect(events).not.toBe(tasks);
    await create(session, events, one('x', 'Event'));
    await create(session, tasks, vcalendar(vtodo('x', 'Task')));
    expect(await create(session, tasks, one('y', 'No task'))).toMatchObject([{ outcome: 'refused' }]);
    const containers = await (await open(`ics:${path}`)).reader.containers();
    expect(containers).toMatchObject([
      { id: events, kind: 'event', path: ['Work'], total: 1 },
      { id: tasks, kind: 'task', path: ['Work'], total: 1 },
    ]);
    await expect(ensured(session, 'Cards', 'contact')).rejects.toMatchObject({ code: 'kind-not-held' });
  });
});

test('zones of one name and different rules: the object stands in a calendar of its own', async () => {
  const path = fresh('.ics');
  const session = await open(`ics:${path}`, 'write');
  const work = await ensured(session, 'Work', 'event');
  const results = await create(
    session,
    work,
    one('a', 'A', 'Mine', '+0100'),
    one('b', 'B', 'Mine', '+0200'),
    one('c', 'C', 'Mine', '+0100'),
  );
  expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
  expect(readFileSync(path, 'utf8').match(/BEGIN:VCALENDAR/g)).toHaveLength(2);
  const objects = await seen(await open(`ics:${path}`));
  const offsets = objects.map((object) => `${summaries([object])[0]} ${/TZOFFSETTO:(.*)\r/.exec(object.text)?.[1]}`);
  expect(offsets.sort()).toEqual(['Work: A +0100', 'Work: B +0200', 'Work: C +0100']);
});

test('a file takes one collection, and says what to do with a second', async () => {
  for (const [format, kind] of [
    ['ics', 'event'],
    ['vcf', 'contact'],
  ] as const) {
    const session = await open(`${format}:${fresh(`.${format}`)}`, 'write');
    await ensured(session, 'One', kind);
    await ensured(session, 'One', kind);
    await expect(ensured(session, 'Two', kind)).rejects.toMatchObject({
      class: 'config',
      code: 'one-file-one-collection',
    });
  }
});

test('an export in a folder: its objects are replaced and removed in place, every other byte stays', async () => {
  const path = fresh();
  const session = await open(`vcf:${path}`, 'write');
  const book = await ensured(session, 'People', 'contact');
  const file = join(path, 'People', 'export.vcf');
  writeFileSync(file, vcard('a', 'Ann') + vcard('b', 'Bo') + vcard('c', 'Cleo').trimEnd());
  const objects = await seen(session);
  const bo = objects.find((one) => one.text.includes('FN:Bo'));
  const ann = objects.find((one) => one.text.includes('FN:Ann'));
  const body = Buffer.from(vcard('b', 'Bo Berg'));
  expect(
    await apply(session, { verb: 'replace', container: book, targetId: bo?.id, ifVersion: bo?.version, body, size: 1 }),
  ).toMatchObject({ outcome: 'done', targetId: bo?.id });
  expect(await create(session, book, vcard('b', 'Rival'), vcard('d', 'Dee'))).toMatchObject([
    { outcome: 'exists', targetId: bo?.id },
    { outcome: 'done' },
  ]);
  await apply(session, { verb: 'remove', container: book, targetId: ann?.id, how: 'expunge' });
  expect(readFileSync(file, 'utf8')).toBe(vcard('b', 'Bo Berg') + vcard('c', 'Cleo').trimEnd());
  expect(await text(`vcf:${path}`)).toEqual(['People: Bo Berg', 'People: Cleo', 'People: Dee']);
});

test('hostile names of collections are adapted, and stay apart', async () => {
  const path = fresh();
  const names = [
    '../up',
    'a/b',
    'a_b',
    'A_B',
    '.hidden',
    'con',
    '',
    'x'.repeat(500),
    'line\r\nbreak',
    'Büro \u{1f4c5}',
  ];
  const session = await open(`ics:${path}`, 'write');
  const ids: string[] = [];
  for (const name of names) ids.push(await ensured(session, name, 'event'));
  expect(new Set(ids).size).toBe(names.length);
  const heir = await open(`ics:${path}`, 'write');
  for (const [n, name] of names.entries()) expect(await ensured(heir, name, 'event'), name).toBe(ids[n]);
  expect(existsSync(join(base, 'up'))).toBe(false);
  expect(readdirSync(path)).toHaveLength(names.length);
});
