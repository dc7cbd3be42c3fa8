import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type FaultProxy, startFaultProxy } from '@sterna/test-servers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addEntry, notes, pass, verifyResult } from '../support/direct-pass.ts';
import { imapEndpoint } from '../support/dovecot-mailbox.ts';
import { forgetUids, mailText, renumber } from '../support/put-mail.ts';
import { type EngineStage, openEngineStage } from '../support/stage.ts';

let stage: EngineStage;
let proxy: FaultProxy;
beforeAll(async () => {
  stage = await openEngineStage('delta', { specialUse: true });
  proxy = await startFaultProxy({ target: stage.target });
});
afterAll(async () => {
  await proxy.stop();
  await stage.close();
});
beforeEach(() => proxy.forget());

/** Through the proxy, so that a test can tell what was sent. */
const watched = (user: string) => imapEndpoint(proxy, user);
const appends = () => proxy.commands('APPEND');

/** The file of the nth message (by name, so by date) of a Maildir folder. */
function fileOf(root: string, folder: string, nth = 0): string {
  const dir = folder === 'INBOX' ? join(root, 'cur') : join(root, `.${folder}`, 'cur');
  const name = readdirSync(dir).sort()[nth];
  if (name === undefined) throw new Error(`no message ${nth} in ${folder}`);
  return join(dir, name);
}

/** The target has these before Sterna comes. */
async function theirs(user: string, ...subjects: string[]): Promise<void> {
  const connection = await stage.target.login(user);
  for (const subject of subjects) await connection.append('INBOX', mailText({ subject }));
  connection.close();
}

const flag = (server: EngineStage['source'], user: string, folder: string, set: string, change: string) =>
  server.rawCommand(user, `SELECT "${folder}"`, `UID STORE ${set} ${change}`);

describe('deletions', () => {
  async function threeCopies(user: string): Promise<number> {
    stage.put(user, { subject: 'stays' }, { subject: 'deleted' }, { subject: 'deleted, but touched at the target' });
    const entry = await addEntry(stage.bench, stage.from(user), watched(user));
    expect((await pass(stage.bench, entry, 'initial')).status).toBe('completed');
    await flag(stage.target, user, 'INBOX', '3', '+FLAGS (\\Flagged)');
    await stage.source.rawCommand(user, 'SELECT INBOX', 'UID STORE 2:3 +FLAGS (\\Deleted)', 'EXPUNGE');
    return entry;
  }

  test('keep: they stay, and nobody speaks of it', async () => {
    const entry = await threeCopies('keep');
    expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ seen: 1, unchanged: 1 });
    expect(stage.targetTruth('keep').get('INBOX')).toHaveLength(3);
    expect(await notes(stage.bench, entry)).toEqual([]);
  });

  test('report: they stay, and are named', async () => {
    const entry = await threeCopies('report');
    await pass(stage.bench, entry, 'delta', { deletions: 'report' });
    expect(stage.targetTruth('report').get('INBOX')).toHaveLength(3);
    expect((await notes(stage.bench, entry)).map((note) => note.code)).toEqual([
      'deleted-at-source',
      'deleted-at-source',
    ]);
  });

  test('propagate: only the untouched copy goes, to the trash', async () => {
    const entry = await threeCopies('propagate');
    await pass(stage.bench, entry, 'delta', { deletions: 'propagate' });
    const truth = stage.targetTruth('propagate');
    expect(truth.get('INBOX')).toHaveLength(2);
    expect(truth.get('Trash')).toHaveLength(1);
    expect((await notes(stage.bench, entry)).map((note) => note.code).sort()).toEqual([
      'deletion-not-propagated',
      'deletion-propagated',
    ]);
  });

  test('propagate: what a stopped pass found is not forgotten', async () => {
    const entry = await threeCopies('stopped');
    // The listing is in the books, the pass never came to its end.
    await pass(stage.bench, entry, 'delta', { deletions: 'propagate', failureShare: { share: 0, objects: 1 } });
    await stage.bench.database.pool.query(
      `update pass set status = 'stopped' where entry_id = $1 and number = (select max(number) from pass where entry_id = $1)`,
      [entry],
    );
    await stage.bench.database.pool.query('delete from object_note where entry_id = $1', [entry]);
    await pass(stage.bench, entry, 'delta', { deletions: 'report' });
    expect((await notes(stage.bench, entry)).map((note) => note.code)).toEqual(['deleted-at-source']);
  });

  test('propagate leaves alone what was there before Sterna', async () => {
    stage.put('before', { subject: 'both have it' });
    await theirs('before', 'both have it');
    const entry = await addEntry(stage.bench, stage.from('before'), watched('before'));
    expect((await pass(stage.bench, entry, 'initial')).books.total).toMatchObject({ skipped: 1, created: 0 });
    await stage.source.rawCommand('before', 'SELECT INBOX', 'UID STORE 1 +FLAGS (\\Deleted)', 'EXPUNGE');
    await pass(stage.bench, entry, 'delta', { deletions: 'propagate' });
    expect(stage.targetTruth('before').get('INBOX')).toHaveLength(1);
  });
});

test('deleted at the target: verify says so, a delta does not send it again', async () => {
  stage.put('gone', { subject: 'one' }, { subject: 'two' });
  const entry = await addEntry(stage.bench, stage.from('gone'), watched('gone'));
  await pass(stage.bench, entry, 'initial');
  await stage.target.rawCommand('gone', 'SELECT INBOX', 'UID STORE 1 +FLAGS (\\Deleted)', 'EXPUNGE');
  proxy.forget();
  expect((await pass(stage.bench, entry, 'delta')).status).toBe('completed');
  expect(appends()).toBe(0);
  const check = await pass(stage.bench, entry, 'verify');
  expect(check.status).toBe('completed with failures');
  expect(verifyResult(check)).toMatchObject({ missing: 1, ok: false });
  expect((await notes(stage.bench, entry)).at(-1)).toMatchObject({ code: 'missing-in-target' });
  // Its flags change at the source: still not sent.
  await flag(stage.source, 'gone', 'INBOX', '1', '+FLAGS (\\Flagged)');
  expect((await pass(stage.bench, entry, 'delta')).books.balanced).toBe(true);
  expect(appends()).toBe(0);
  expect(stage.targetTruth('gone').get('INBOX')).toHaveLength(1);
});

test('flags change on both sides: the source’s change arrives, the target’s own stay', async () => {
  stage.put('flags', { subject: 'mail', flags: 'S' });
  const entry = await addEntry(stage.bench, stage.from('flags'), watched('flags'));
  await pass(stage.bench, entry, 'initial');
  await flag(stage.target, 'flags', 'INBOX', '1', '+FLAGS (\\Flagged Mine)');
  await flag(stage.source, 'flags', 'INBOX', '1', '+FLAGS (\\Answered)');
  await flag(stage.source, 'flags', 'INBOX', '1', '-FLAGS (\\Seen)');
  const second = await pass(stage.bench, entry, 'delta');
  expect(second.books.total).toMatchObject({ updated: 1 });
  expect(stage.targetTruth('flags').get('INBOX')?.[0]?.split(' ')[1]).toBe('F,Mine,R');
  // And back again, from the new base.
  await flag(stage.source, 'flags', 'INBOX', '1', '-FLAGS (\\Answered)');
  await pass(stage.bench, entry, 'delta');
  expect(stage.targetTruth('flags').get('INBOX')?.[0]?.split(' ')[1]).toBe('F,Mine');
});

test('a move moves the copy: no bytes are sent again; a flag that changed with it arrives', async () => {
  stage.put(
    'move',
    { subject: 'moves', flags: 'S' },
    { subject: 'moves too', folder: 'Work' },
    { subject: 'stays', folder: 'Work' },
  );
  const entry = await addEntry(stage.bench, stage.from('move'), watched('move'));
  await pass(stage.bench, entry, 'initial');
  proxy.forget();
  await flag(stage.source, 'move', 'INBOX', '1', '+FLAGS (\\Flagged)');
  await stage.source.rawCommand(
    'move',
    'CREATE New',
    'SELECT INBOX',
    'UID MOVE 1 Work',
    'SELECT Work',
    'UID MOVE 1 New',
  );
  const second = await pass(stage.bench, entry, 'delta', { deletions: 'propagate' });
  expect(second.books.total).toMatchObject({ seen: 3, created: 0, updated: 2, unchanged: 1 });
  expect(appends()).toBe(0);
  expect(stage.differences('move')).toEqual([]);
});

test('a move that the target never got is tried again, and not copied instead', async () => {
  stage.put('cutmove', { subject: 'moves' }, { subject: 'stays', folder: 'Work' });
  const entry = await addEntry(stage.bench, stage.from('cutmove'), watched('cutmove'));
  await pass(stage.bench, entry, 'initial');
  await stage.source.rawCommand('cutmove', 'SELECT INBOX', 'UID MOVE 1 Work');
  proxy.forget();
  const cut = proxy.cutWhen('toServer', 'UID MOVE', { at: 'before' });
  const second = await pass(stage.bench, entry, 'delta');
  expect(cut.hits).toBe(1);
  expect(second.books.total).toMatchObject({ created: 0, updated: 1, unchanged: 1 });
  expect(appends()).toBe(0);
  expect(stage.differences('cutmove')).toEqual([]);
});

test('a renamed folder: its messages move, no bytes are sent again', async () => {
  stage.put('rename', { subject: 'a', folder: 'Alt' }, { subject: 'b', folder: 'Alt' });
  const entry = await addEntry(stage.bench, stage.from('rename'), watched('rename'));
  await pass(stage.bench, entry, 'initial');
  proxy.forget();
  await stage.source.rawCommand('rename', 'RENAME Alt Neu');
  expect((await pass(stage.bench, entry, 'delta')).books).toMatchObject({ balanced: true, total: { created: 0 } });
  expect(appends()).toBe(0);
  expect(stage.differences('rename')).toEqual([]);
});

describe('UIDVALIDITY changes', () => {
  const twins = (user: string) =>
    stage.put(
      user,
      { subject: 'one' },
      { subject: 'two', flags: 'F' },
      { subject: 'twin' },
      { subject: 'twin' },
      { subject: 'bare', raw: 'Subject: no id\r\n\r\nbody 1\r\n' },
      { subject: 'bare', raw: 'Subject: no id\r\n\r\nbody 2\r\n' },
      { subject: 'elsewhere', folder: 'Work' },
    );
  const uidValidity = async (server: EngineStage['source'], user: string): Promise<string> =>
    JSON.stringify(await server.rawCommand(user, 'STATUS INBOX (UIDVALIDITY)')).match(/UIDVALIDITY (\d+)/)?.[1] ?? '';

  test('of a source folder: nothing is sent again', async () => {
    twins('sourceuid');
    const entry = await addEntry(stage.bench, stage.from('sourceuid'), watched('sourceuid'));
    await pass(stage.bench, entry, 'initial');
    const before = await uidValidity(stage.source, 'sourceuid');
    await expect.poll(() => stage.source.imapPids('sourceuid')).toEqual([]);
    forgetUids(stage.source.mailRoot('sourceuid'));
    expect(await uidValidity(stage.source, 'sourceuid')).not.toBe(before);
    proxy.forget();
    stage.put('sourceuid', { subject: 'new' });
    const second = await pass(stage.bench, entry, 'delta', { deletions: 'propagate' });
    expect(second.books.total).toMatchObject({ seen: 8, created: 1, unchanged: 7 });
    expect(appends()).toBe(1);
    expect(stage.differences('sourceuid')).toEqual([]);
  });

  test('of a target folder: the books learn the new ids, nothing is sent again', async () => {
    twins('targetuid');
    const entry = await addEntry(stage.bench, stage.from('targetuid'), watched('targetuid'));
    await pass(stage.bench, entry, 'initial');
    const before = await uidValidity(stage.target, 'targetuid');
    await expect.poll(() => stage.target.imapPids('targetuid')).toEqual([]);
    forgetUids(stage.target.mailRoot('targetuid'));
    expect(await uidValidity(stage.target, 'targetuid')).not.toBe(before);
    proxy.forget();
    // A flag change and a deletion show that the books point at the right copies.
    await flag(stage.source, 'targetuid', 'INBOX', '1', '+FLAGS (\\Answered)');
    await stage.source.rawCommand('targetuid', 'SELECT INBOX', 'UID STORE 2 +FLAGS (\\Deleted)', 'EXPUNGE');
    await stage.source.rawCommand('targetuid', 'SELECT INBOX', 'UID MOVE 3 Work');
    const second = await pass(stage.bench, entry, 'delta', { deletions: 'propagate' });
    expect(second.status).toBe('completed');
    expect(second.books.total).toMatchObject({ seen: 6, created: 0, updated: 2 });
    expect(appends()).toBe(0);
    // Only in the trash is something that the source has not.
    expect(stage.differences('targetuid').map((line) => line.split(' ')[0])).toEqual(['Trash:']);
    expect(verifyResult(await pass(stage.bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
      ok: true,
      missing: 0,
      extra: 0,
      identical: 6,
    });
  });

  test('of a target folder between settling and clearing the mark: our copies are not taken for late ones', async () => {
    twins('midway');
    const entry = await addEntry(stage.bench, stage.from('midway'), watched('midway'));
    await pass(stage.bench, entry, 'initial');
    // As a process leaves it that dies between the two.
    const mark = `$SternaPending-${stage.bench.deps.secrets.installation.id}`;
    await flag(stage.target, 'midway', 'INBOX', '1:*', `+FLAGS (${mark})`);
    await expect.poll(() => stage.target.imapPids('midway')).toEqual([]);
    forgetUids(stage.target.mailRoot('midway'));
    expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ unchanged: 7 });
    expect(stage.differences('midway')).toEqual([]);
    expect(await notes(stage.bench, entry)).toEqual([]);
  });
});

describe('the target gives its messages other UIDs, and the same UIDVALIDITY', () => {
  async function renumbered(user: string, folder: string): Promise<void> {
    await expect.poll(() => stage.target.imapPids(user)).toEqual([]);
    renumber(stage.target.mailRoot(user), folder);
  }
  const prepared = async (user: string): Promise<number> => {
    stage.put(user, { subject: 'a' }, { subject: 'b' }, { subject: 'twin' }, { subject: 'twin' }, { subject: 'c' });
    const entry = await addEntry(stage.bench, stage.from(user), watched(user));
    await pass(stage.bench, entry, 'initial');
    proxy.forget();
    return entry;
  };

  test('flags come to the copies all the same', async () => {
    const entry = await prepared('reflag');
    await renumbered('reflag', 'INBOX');
    await flag(stage.source, 'reflag', 'INBOX', '2,3', '+FLAGS (\\Flagged)');
    const second = await pass(stage.bench, entry, 'delta');
    expect(second).toMatchObject({ status: 'completed', books: { total: { updated: 2, unchanged: 3, skipped: 0 } } });
    expect(stage.differences('reflag')).toEqual([]);
    const told = async () => (await notes(stage.bench, entry)).map(({ code }) => code);
    expect(await told()).toEqual(['copy-under-another-id', 'copy-under-another-id']);
    // The others are known again by a verification.
    expect(verifyResult(await pass(stage.bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
      ok: true,
      missing: 0,
      extra: 0,
      duplicated: 0,
      identical: 5,
    });
    expect(await told()).toHaveLength(5);
  });

  test('a move moves the copy, and no other is made', async () => {
    const entry = await prepared('remove');
    await renumbered('remove', 'INBOX');
    await stage.source.rawCommand('remove', 'CREATE Work', 'SELECT INBOX', 'UID MOVE 1,4 Work');
    expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ created: 0, updated: 2 });
    expect(appends()).toBe(0);
    expect(stage.differences('remove')).toEqual([]);
  });

  test('a copy that people deleted stays deleted, whatever else they have of it', async () => {
    const entry = await prepared('theirs');
    // Their own, with the same Message-ID and another text.
    const own = mailText({ subject: 'a' });
    await stage.target.rawCommand('theirs', 'SELECT INBOX', 'UID STORE 1 +FLAGS (\\Deleted)', 'EXPUNGE');
    const connection = await stage.target.login('theirs');
    await connection.append('INBOX', own.replace(/\r\n\r\n/, '\r\n\r\nOf their own. '));
    connection.close();
    await flag(stage.source, 'theirs', 'INBOX', '1', '+FLAGS (\\Flagged)');
    expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ skipped: 1, unchanged: 4 });
    expect(
      stage
        .targetTruth('theirs')
        .get('INBOX')
        ?.filter((line) => line.split(' ')[1]?.includes('F')),
    ).toEqual([]);
  });

  test('between settling and clearing the mark: our only copy is not taken for a late one', async () => {
    const entry = await prepared('marked');
    const mark = `$SternaPending-${stage.bench.deps.secrets.installation.id}`;
    await flag(stage.target, 'marked', 'INBOX', '2,3,5', `+FLAGS (${mark})`);
    await renumbered('marked', 'INBOX');
    expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ unchanged: 5 });
    expect(stage.differences('marked')).toEqual([]);
    expect((await notes(stage.bench, entry)).map(({ code }) => code)).toEqual(
      Array.from({ length: 3 }, () => 'copy-under-another-id'),
    );
    // The books mean the right ones.
    await flag(stage.source, 'marked', 'INBOX', '2', '+FLAGS (\\Flagged)');
    await pass(stage.bench, entry, 'delta');
    expect(stage.differences('marked')).toEqual([]);
  });

  describe('and says that a folder is empty, which is not', () => {
    const aside = (user: string) => join(stage.target.mailRoot(user), 'aside');
    const inbox = (user: string) => join(stage.target.mailRoot(user), 'cur');
    /** Two are moved at the source, and one gets a flag, while the target shows nothing of them. */
    async function moved(user: string): Promise<number> {
      const entry = await prepared(user);
      await expect.poll(() => stage.target.imapPids(user)).toEqual([]);
      renameSync(inbox(user), aside(user));
      mkdirSync(inbox(user), { mode: 0o777 });
      chmodSync(inbox(user), 0o777);
      await flag(stage.source, user, 'INBOX', '2', '+FLAGS (\\Flagged)');
      await stage.source.rawCommand(user, 'CREATE Work', 'SELECT INBOX', 'UID MOVE 1,4 Work');
      const first = await pass(stage.bench, entry, 'delta');
      expect(first).toMatchObject({ status: 'completed with failures', books: { balanced: true } });
      expect(first.books.total).toMatchObject({ failed: 2, skipped: 0, created: 0 });
      expect(new Set((await notes(stage.bench, entry)).map(({ code }) => code))).toEqual(
        new Set(['target-looks-empty']),
      );
      expect(appends()).toBe(0);
      return entry;
    }

    test('nothing is copied anew, and all is done when it shows them again', async () => {
      const entry = await moved('liar');
      await expect.poll(() => stage.target.imapPids('liar')).toEqual([]);
      rmSync(inbox('liar'), { recursive: true });
      renameSync(aside('liar'), inbox('liar'));
      const second = await pass(stage.bench, entry, 'delta');
      expect(second).toMatchObject({ status: 'completed', books: { total: { created: 0, updated: 3, unchanged: 2 } } });
      expect(stage.differences('liar')).toEqual([]);
    });

    test('people emptied it: what was moved is copied anew when somebody retries that', async () => {
      const entry = await moved('emptied');
      expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ failed: 2, created: 0 });
      const retried = await pass(stage.bench, entry, 'delta', { retryOnly: ['target-looks-empty'] });
      expect(retried).toMatchObject({
        status: 'completed',
        books: { total: { created: 2, skipped: 1, unchanged: 2 } },
      });
      expect(stage.targetTruth('emptied').get('Work')).toHaveLength(2);
    });
  });

  test.each([
    ['is removed where the copy of the books is there', true, 'late-copy-removed'],
    ['stays where that is nowhere', false, 'late-copy-kept'],
  ])('a marked one in another folder %s', async (_, isThere, told) => {
    const user = isThere ? 'elsewhere' : 'nowhere';
    stage.put(user, { subject: 'a' }, { subject: 'b' }, { subject: 'c', folder: 'Work' });
    const entry = await addEntry(stage.bench, stage.from(user), watched(user));
    await pass(stage.bench, entry, 'initial');
    const connection = await stage.target.login(user);
    await connection.append('Work', readFileSync(fileOf(stage.target.mailRoot(user), 'INBOX'), 'latin1'));
    connection.close();
    const mark = `$SternaPending-${stage.bench.deps.secrets.installation.id}`;
    await flag(stage.target, user, 'Work', '2', `+FLAGS (${mark})`);
    if (!isThere) await stage.target.rawCommand(user, 'SELECT INBOX', 'UID STORE 1 +FLAGS (\\Deleted)', 'EXPUNGE');
    expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ unchanged: 3 });
    expect((await notes(stage.bench, entry)).map(({ code }) => code)).toEqual([told]);
    expect(stage.targetTruth(user).get('Work')).toHaveLength(isThere ? 1 : 2);
  });

  test('what counted as deleted and turns up marked gets its flags', async () => {
    const entry = await prepared('returned');
    const user = 'returned';
    const file = fileOf(stage.target.mailRoot(user), 'INBOX', 1);
    const mark = `$SternaPending-${stage.bench.deps.secrets.installation.id}`;
    await flag(stage.target, user, 'INBOX', '2', `+FLAGS (${mark})`);
    await expect.poll(() => stage.target.imapPids(user)).toEqual([]);
    const marked = readdirSync(dirname(file)).sort()[1] as string;
    renameSync(join(dirname(file), marked), `/${stage.target.mailRoot(user)}/aside`);
    await flag(stage.source, user, 'INBOX', '2', '+FLAGS (\\Flagged)');
    expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ skipped: 1 });
    await expect.poll(() => stage.target.imapPids(user)).toEqual([]);
    renameSync(`/${stage.target.mailRoot(user)}/aside`, join(dirname(file), marked));
    expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ updated: 1, unchanged: 4 });
    expect(stage.differences(user)).toEqual([]);
  });
});

describe('a target that holds some of it already', () => {
  test('takes over what is there, one copy for one original, twins included', async () => {
    stage.put(
      'some',
      { subject: 'a' },
      { subject: 'b' },
      { subject: 'twin' },
      { subject: 'twin' },
      { subject: 'twin' },
    );
    await theirs('some', 'a', 'twin', 'twin', 'their own');
    const entry = await addEntry(stage.bench, stage.from('some'), watched('some'));
    const first = await pass(stage.bench, entry, 'initial');
    expect(first.books.total).toMatchObject({ seen: 5, created: 2, skipped: 3 });
    expect(first.books.reasons).toEqual({ 'already-in-target': 3 });
    const rest = stage.differences('some');
    expect(rest).toHaveLength(1);
    expect(rest[0]).toMatch(/extra/);
  });

  test('is known again when a list for emptying was made, and nothing was removed after all', async () => {
    stage.put('kept', { subject: 'a' });
    await theirs('kept', 'comes later');
    const entry = await addEntry(stage.bench, stage.from('kept'), watched('kept'));
    await pass(stage.bench, entry, 'initial');
    expect((await pass(stage.bench, entry, 'empty', { empty: 'freeze' })).result).toMatchObject({ objects: 2 });
    stage.put('kept', { subject: 'comes later' });
    const delta = await pass(stage.bench, entry, 'delta');
    expect(delta.books.total).toMatchObject({ seen: 2, created: 0, skipped: 1, unchanged: 1 });
    expect(stage.differences('kept')).toEqual([]);
  });

  test('is not looked at with duplicate prevention off', async () => {
    stage.put('off', { subject: 'a' });
    await theirs('off', 'a');
    const entry = await addEntry(stage.bench, stage.from('off'), watched('off'));
    await pass(stage.bench, entry, 'initial', { duplicatePrevention: false });
    expect(stage.targetTruth('off').get('INBOX')).toHaveLength(2);
  });
});

test('a target folder that people removed comes back only where there is something new for it', async () => {
  stage.put('folder', { subject: 'a', folder: 'Work' }, { subject: 'b' });
  const entry = await addEntry(stage.bench, stage.from('folder'), watched('folder'));
  await pass(stage.bench, entry, 'initial');
  await stage.target.rawCommand('folder', 'DELETE Work');
  expect((await pass(stage.bench, entry, 'delta')).status).toBe('completed');
  stage.put('folder', { subject: 'c', folder: 'Work' });
  expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ created: 1 });
  expect(stage.targetTruth('folder').get('Work')).toHaveLength(1);
});

test('a message that comes back after it was gone is not copied twice', async () => {
  stage.put('back', { subject: 'a' }, { subject: 'b' });
  const entry = await addEntry(stage.bench, stage.from('back'), watched('back'));
  await pass(stage.bench, entry, 'initial');
  const root = stage.source.mailRoot('back');
  const away = join(stage.dir, 'away');
  const file = fileOf(root, 'INBOX');
  renameSync(file, away);
  await pass(stage.bench, entry, 'delta');
  renameSync(away, file);
  stage.source.adopt('back');
  expect((await pass(stage.bench, entry, 'delta')).books).toMatchObject({ balanced: true });
  expect(stage.differences('back')).toEqual([]);
  expect(existsSync(file)).toBe(true);
  rmSync(away, { force: true });
});
