import { existsSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { filesConnector } from '@sterna/connector-files';
import { imapConnector } from '@sterna/connector-imap';
import { type CrashPoint, forgetOverwritten, type UndoResult } from '@sterna/engine';
import { type Dovecot, type Radicale, startDovecot, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BreakOff } from '../support/break-off.ts';
import {
  addEntry,
  type Bench,
  notes,
  openBench,
  pass,
  passUntilPause,
  resumeNow,
  verifyResult,
} from '../support/direct-pass.ts';
import { differences, imapEndpoint, maildirTruth } from '../support/dovecot-mailbox.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';
import { putMail } from '../support/put-mail.ts';
import { DavSource, davEndpoint, radicaleTruth, raw } from '../support/radicale-mailbox.ts';

let dir: string;
let bench: Bench;
let mail: Dovecot;
let dav: Radicale;
const breakOff = new BreakOff();
beforeAll(async () => {
  dir = scratch('undo');
  [mail, dav] = await Promise.all([
    startDovecot({ listescape: true }),
    startRadicale({ users: ['from', 'to', 'cards', 'copies'] }),
  ]);
  bench = await openBench(join(dir, 'data'), [imapConnector, caldavConnector, carddavConnector, filesConnector], {
    reached: breakOff.reached,
  });
}, 60_000);
afterAll(async () => {
  await bench.close();
  await Promise.all([mail.stop(), dav.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

let serial = 0;
function folders() {
  serial += 1;
  return { source: new Tree(join(dir, `${serial}/source`)), target: new Tree(join(dir, `${serial}/target`)) };
}

async function undo(entry: number, number: number, mode: 'plan' | 'remove' = 'remove') {
  const outcome = await pass(bench, entry, 'undo', { undo: { pass: number, mode } });
  expect(outcome.error).toBeNull();
  return outcome.result as UndoResult;
}

const undoneBy = async (entry: number): Promise<(number | null)[]> => {
  const { rows } = await bench.database.pool.query('select undone_by from pass where entry_id = $1 order by number', [
    entry,
  ]);
  return rows.map((row) => row.undone_by);
};

const NONE = { restored: 0, gone: 0, edited: 0, shared: 0, missing: 0, refused: 0 };

/** Files that are kept aside, of all entries. */
const kept = (): string[] => {
  const root = join(dir, 'data', 'overwritten');
  return existsSync(root)
    ? readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((one) =>
        one.isFile() ? [join(one.parentPath, one.name)] : [],
      )
    : [];
};

/** Whatever becomes of each, all that the pass created is accounted for. */
const accounted = (result: UndoResult): number =>
  result.removed + result.gone + result.edited + result.lastCopy + result.shared + result.refused;

test('files: what the last pass created goes, what it overwrote is restored, and a later pass brings it again', async () => {
  const { source, target } = folders();
  const entry = await addEntry(bench, drive(source.root), drive(target.root));
  target.write('theirs.txt', 'was there before');
  source.write('old.txt', 'old');
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ created: 1 });
  const before = target.truth();
  for (const name of ['a.txt', 'b/c.txt', 'edited.txt', 'gone.txt', 'last.txt']) source.write(name, name);
  source.write('old.txt', 'old, changed');
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 5, updated: 1 });
  target.write('edited.txt', 'somebody worked on it');
  target.remove('gone.txt');
  source.remove('last.txt');
  const after = target.truth();

  const expected = {
    pass: 2,
    created: 5,
    removed: 3,
    gone: 1,
    edited: 1,
    lastCopy: 0,
    updated: 0,
    overwritten: { ...NONE, restored: 1 },
  };
  const plan = await undo(entry, 2, 'plan');
  expect(plan).toMatchObject({ mode: 'plan', ...expected });
  expect(target.truth()).toEqual(after);
  expect(await undoneBy(entry)).toEqual([null, null, null]);
  expect((await notes(bench, entry)).filter(({ code }) => code.startsWith('undo-'))).toMatchObject([
    { code: 'undo-edited', pass: 3 },
  ]);

  const done = await undo(entry, 2);
  expect(done).toMatchObject({ mode: 'remove', ...expected });
  expect(accounted(done)).toBe(done.created);
  const left = target.truth();
  expect(
    Object.keys(left)
      .filter((path) => !path.endsWith('/'))
      .sort(),
  ).toEqual(['edited.txt', 'old.txt', 'theirs.txt'].sort());
  expect(left['theirs.txt']).toBe(before['theirs.txt']);
  expect(left['old.txt']).toBe(before['old.txt']);
  expect(await undoneBy(entry)).toEqual([null, 4, null, null]);

  const again = await pass(bench, entry, 'delta');
  const total = { created: 3, updated: 1, unchanged: 1 };
  expect(again).toMatchObject({ status: 'completed', books: { balanced: true, total } });
  expect(target.read('old.txt')).toBe('old, changed');
  expect(target.read('b/c.txt')).toBe('b/c.txt');
  expect(target.read('gone.txt')).toBe('gone.txt');
  expect(target.read('edited.txt')).toBe('somebody worked on it');
});

test('files: what the source is known to have no more is not removed: it is the last copy', async () => {
  const { source, target } = folders();
  const entry = await addEntry(bench, drive(source.root), drive(target.root));
  source.write('stays.txt', 'stays');
  source.write('last.txt', 'last');
  await pass(bench, entry, 'initial');
  source.remove('last.txt');
  await pass(bench, entry, 'delta');
  await undo(entry, 2);
  expect(await undo(entry, 1)).toMatchObject({ created: 2, removed: 1, lastCopy: 1 });
  expect(Object.keys(target.truth())).toEqual(['last.txt']);
  expect((await notes(bench, entry)).map(({ code }) => code)).toContain('undo-last-copy');
});

test.each<CrashPoint>(['after-intent-commit', 'after-acknowledgement', 'after-settle-commit'])(
  'an undo that breaks off %s goes on, and counts nothing twice',
  async (point) => {
    const { source, target } = folders();
    const entry = await addEntry(bench, drive(source.root), drive(target.root));
    // Each folder is a page of its own.
    for (let n = 0; n < 12; n += 1) source.write(`${n % 3 === 0 ? 'some' : 'many'}/${n}.txt`, `file ${n}`);
    await pass(bench, entry, 'initial');
    target.write('many/1.txt', 'edited by somebody');
    breakOff.at(point, 2);
    const first = await passUntilPause(bench, entry, 'undo', { undo: { pass: 1, mode: 'remove' } });
    expect(breakOff.isDue).toBe(false);
    expect(first.status).toBe('pending');
    expect(await undoneBy(entry)).toEqual([null, null]);
    const second = await resumeNow(bench, first.id);
    expect(second).toMatchObject({
      status: 'completed',
      result: { created: 12, removed: 11, edited: 1, gone: 0, lastCopy: 0, shared: 0, refused: 0 },
    });
    expect(Object.keys(target.truth()).filter((path) => !path.endsWith('/'))).toEqual(['many/1.txt']);
    expect(await undoneBy(entry)).toEqual([2, null]);
    // The copy that somebody edited is the object's still.
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ seen: 12, created: 11, unchanged: 1 });
  },
);

test('files: the target’s own file that a pass overwrote is there again, as it was; what somebody worked on since stays', async () => {
  const { source, target } = folders();
  const entry = await addEntry(bench, drive(source.root), drive(target.root));
  for (const name of ['a.txt', 'worked on.txt', 'removed.txt']) {
    target.write(name, `theirs: ${name}`);
    source.write(name, `ours: ${name}`);
  }
  // Of more than is ever whole in memory.
  const large = Buffer.alloc(5_000_000, 'theirs ');
  target.write('large.bin', large);
  source.write('large.bin', Buffer.alloc(5_000_000, 'ours '));
  const before = { truth: target.truth(), modified: target.modified('a.txt') };
  expect((await pass(bench, entry, 'initial', { conflict: 'overwrite' })).books.total).toMatchObject({ updated: 4 });
  expect(target.read('a.txt')).toBe('ours: a.txt');
  target.write('worked on.txt', 'somebody worked on it');
  target.remove('removed.txt');
  const after = target.truth();

  const expected = { created: 0, updated: 0, overwritten: { ...NONE, restored: 2, edited: 1, gone: 1 } };
  expect(await undo(entry, 1, 'plan')).toMatchObject(expected);
  expect(target.truth()).toEqual(after);
  expect(await undo(entry, 1)).toMatchObject(expected);
  const { 'removed.txt': _, 'worked on.txt': worked, ...rest } = before.truth;
  expect(target.truth()).toEqual({ ...rest, 'worked on.txt': after['worked on.txt'] });
  expect(after['worked on.txt']).not.toBe(worked);
  expect(target.modified('a.txt')).toBe(before.modified);
  const told = (await notes(bench, entry)).filter(({ pass }) => pass === 3).map(({ code }) => code);
  expect(told.sort()).toEqual(['undo-overwritten-edited', 'undo-overwritten-gone']);

  // It is theirs again: the conflict option decides anew.
  const again = await pass(bench, entry, 'delta', { conflict: 'skip' });
  expect(again.books).toMatchObject({ balanced: true });
  expect(target.read('a.txt')).toBe('theirs: a.txt');
  expect(target.read('worked on.txt')).toBe('somebody worked on it');
});

test.each<CrashPoint>(['after-intent-commit', 'after-acknowledgement', 'after-settle-commit'])(
  'an undo that breaks off %s has restored each copy once, and says so',
  async (point) => {
    const { source, target } = folders();
    const entry = await addEntry(bench, drive(source.root), drive(target.root));
    const names = Array.from({ length: 6 }, (_, n) => `${n % 2 === 0 ? 'some' : 'others'}/${n}.txt`);
    for (const name of names) source.write(name, 'first');
    await pass(bench, entry, 'initial');
    const before = target.truth();
    for (const name of names) source.write(name, 'second');
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ updated: 6 });
    breakOff.at(point, 1);
    const first = await passUntilPause(bench, entry, 'undo', { undo: { pass: 2, mode: 'remove' } });
    expect(breakOff.isDue).toBe(false);
    expect(first.status).toBe('pending');
    expect(await resumeNow(bench, first.id)).toMatchObject({
      status: 'completed',
      result: { created: 0, updated: 0, overwritten: { ...NONE, restored: 6 } },
    });
    expect(target.truth()).toEqual(before);
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ seen: 6, updated: 6 });
    expect(target.read(names[0] as string)).toBe('second');
  },
);

test.each<CrashPoint>(['after-intent-commit', 'after-acknowledgement'])(
  'what a pass overwrote that broke off %s is restored with the pass that went on',
  async (point) => {
    const { source, target } = folders();
    const entry = await addEntry(bench, drive(source.root), drive(target.root));
    source.write('a.txt', 'first');
    await pass(bench, entry, 'initial');
    source.write('a.txt', 'second');
    breakOff.at(point, 1);
    const broken = await passUntilPause(bench, entry, 'delta');
    await bench.database.pool.query(`update pass set status = 'stopped' where id = $1`, [broken.id]);
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ seen: 1 });
    expect(target.read('a.txt')).toBe('second');
    expect(await undo(entry, 3)).toMatchObject({ updated: 0, overwritten: { ...NONE, restored: 1 } });
    expect(target.read('a.txt')).toBe('first');
  },
);

test('what was overwritten is kept as long as the settings say, and not at all where they say 0', async () => {
  const { source, target } = folders();
  const entry = await addEntry(bench, drive(source.root), drive(target.root));
  source.write('a.txt', 'first');
  await pass(bench, entry, 'initial');
  const others = kept();
  source.write('a.txt', 'second');
  await pass(bench, entry, 'delta', { keepOverwritten: 2 });
  const [file, ...more] = kept().filter((path) => !others.includes(path));
  expect(more).toEqual([]);
  const { rows } = await bench.database.pool.query(
    `select keep_until - now() > '47 hours' as long, keep_until - now() <= '48 hours' as enough from overwritten where entry_id = $1`,
    [entry],
  );
  expect(rows).toEqual([{ long: true, enough: true }]);
  const longAgo = new Date(Date.now() - 3 * 86_400_000);
  utimesSync(file as string, longAgo, longAgo);
  await forgetOverwritten(bench.deps);
  expect(kept()).toContain(file);
  expect(await undo(entry, 2, 'plan')).toMatchObject({ updated: 0, overwritten: { restored: 1 } });

  await bench.database.pool.query('update overwritten set keep_until = now() where entry_id = $1', [entry]);
  await forgetOverwritten(bench.deps);
  expect(kept()).not.toContain(file);
  expect(await undo(entry, 2, 'plan')).toMatchObject({ updated: 1, overwritten: NONE });

  const before = kept();
  source.write('a.txt', 'third');
  await pass(bench, entry, 'delta', { keepOverwritten: 0 });
  expect(kept()).toEqual(before);
  expect(await undo(entry, 5)).toMatchObject({ updated: 1, overwritten: NONE });
  expect(target.read('a.txt')).toBe('third');
});

test('mail: the copies go for good, not to the trash; what somebody flagged stays; no message comes twice', async () => {
  const [from, to] = ['one', 'two'].map((user) => imapEndpoint(mail, user)) as [never, never];
  putMail(mail.mailRoot('one'), { subject: 'first' });
  mail.adopt('one');
  const entry = await addEntry(bench, from, to);
  await pass(bench, entry, 'initial');
  for (const subject of ['second', 'third', 'flagged there'])
    putMail(mail.mailRoot('one'), { subject, folder: 'Work' });
  mail.adopt('one');
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 3 });
  await mail.rawCommand('two', 'SELECT Work', 'UID STORE 3 +FLAGS (\\Flagged)');

  expect(await undo(entry, 2, 'plan')).toMatchObject({ created: 3, removed: 2, edited: 1 });
  expect(await undo(entry, 2)).toMatchObject({ created: 3, removed: 2, edited: 1 });
  const left = maildirTruth(mail.mailRoot('two'));
  expect(left.get('INBOX')).toHaveLength(1);
  expect(left.get('Work')).toHaveLength(1);
  expect(left.get('Trash') ?? []).toHaveLength(0);

  await mail.rawCommand('two', 'SELECT Work', 'UID STORE 3 -FLAGS (\\Flagged)');
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ seen: 4, created: 2, unchanged: 2 });
  expect(differences(maildirTruth(mail.mailRoot('one')), maildirTruth(mail.mailRoot('two')))).toEqual([]);
  expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({ ok: true });
});

test('events: by etag, an event that somebody changed stays, and a later pass brings the others again', async () => {
  const source = new DavSource(dav, 'from', 'event');
  await source.make(['Work'], 5);
  const entry = await addEntry(bench, davEndpoint(dav, 'caldav', 'from'), davEndpoint(dav, 'caldav', 'to'));
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ created: 5 });
  const before = radicaleTruth(dav, 'from');
  const [calendar] = (await raw(dav, 'to').collections()).filter(({ name }) => name === 'Work');
  const [edited] = await raw(dav, 'to').objects(calendar?.path ?? '');
  if (edited === undefined) throw new Error('the target holds nothing');
  await raw(dav, 'to').put(edited.path, edited.text.replace(/SUMMARY:.*/, 'SUMMARY:Somebody changed it'));

  expect(await undo(entry, 1, 'plan')).toMatchObject({ created: 5, removed: 4, edited: 1 });
  expect(await undo(entry, 1)).toMatchObject({ created: 5, removed: 4, edited: 1 });
  expect([...radicaleTruth(dav, 'to').values()].flat()).toHaveLength(1);
  expect(radicaleTruth(dav, 'from')).toEqual(before);
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ seen: 5, created: 4, unchanged: 1 });
});

test('contacts: one that a pass overwrote is there again, one that changed at the source is what it was', async () => {
  const source = new DavSource(dav, 'cards', 'contact');
  await source.make(['Work'], 3);
  const entry = await addEntry(bench, davEndpoint(dav, 'carddav', 'cards'), davEndpoint(dav, 'carddav', 'copies'));
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ created: 3 });
  const before = radicaleTruth(dav, 'copies');
  await source.put(0, 1, 'another');
  await source.put(0, 2, 'another');
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ updated: 2 });
  expect(radicaleTruth(dav, 'copies')).not.toEqual(before);
  expect(await undo(entry, 2)).toMatchObject({ created: 0, updated: 0, overwritten: { ...NONE, restored: 2 } });
  expect(radicaleTruth(dav, 'copies')).toEqual(before);
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ seen: 3, updated: 2 });
  expect(radicaleTruth(dav, 'copies')).toEqual(radicaleTruth(dav, 'cards'));
});
