import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, notes, pass, verifyResult } from '../support/direct-pass.ts';
import { mailText } from '../support/put-mail.ts';
import { type EngineStage, openEngineStage } from '../support/stage.ts';

let stage: EngineStage;
beforeAll(async () => {
  stage = await openEngineStage('verify');
});
afterAll(() => stage.close());

test('verify finds what is missing, duplicated, different, extra and not migrated yet', async () => {
  const subjects = ['missing', 'duplicated', 'different', 'fine', 'flagged'];
  stage.put('vera', ...subjects.map((subject) => ({ subject })));
  const entry = await addEntry(stage.bench, stage.from('vera'), stage.to('vera'));
  await pass(stage.bench, entry, 'initial');
  expect(verifyResult(await pass(stage.bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
    ok: true,
    identical: 5,
    missing: 0,
    duplicated: 0,
    different: 0,
    extra: 0,
    notMigrated: 0,
    flagsDiffer: 0,
  });

  const uids = new Map<string, string>();
  for (const subject of subjects) {
    const found = await stage.target.rawCommand('vera', 'SELECT INBOX', `UID SEARCH SUBJECT "${subject}"`);
    uids.set(subject, /SEARCH (\d+)/.exec(found.at(-1)?.untagged?.join(' ') ?? '')?.[1] ?? '');
  }
  await stage.target.rawCommand(
    'vera',
    'SELECT INBOX',
    `UID STORE ${uids.get('missing')} +FLAGS (\\Deleted)`,
    'EXPUNGE',
    `UID STORE ${uids.get('flagged')} +FLAGS (\\Flagged)`,
    `UID COPY ${uids.get('duplicated')} INBOX`,
  );
  const connection = await stage.target.login('vera');
  await connection.append('INBOX', mailText({ subject: 'new mail of theirs' }));
  connection.close();
  stage.target.killSessions('vera');
  await rewrite('vera', 'Subject: different', 'Subject: DIFFERENT');
  stage.put('vera', { subject: 'arrived since' });

  const check = await pass(stage.bench, entry, 'verify', { verifyDepth: 'content' });
  expect(check.status).toBe('completed with failures');
  expect(verifyResult(check)).toMatchObject({
    ok: false,
    source: 6,
    identical: 3,
    missing: 1,
    duplicated: 1,
    different: 1,
    extra: 1,
    notMigrated: 1,
    flagsDiffer: 1,
  });
  expect((await notes(stage.bench, entry)).map((note) => note.code).sort()).toEqual([
    'different-in-target',
    'duplicated-in-target',
    'missing-in-target',
  ]);
  // Without reading bodies a change of bytes can't be seen; all else can.
  expect(verifyResult(await pass(stage.bench, entry, 'verify', { verifyDepth: 'keys' }))).toMatchObject({
    missing: 1,
    duplicated: 1,
    different: 0,
  });
});

/** Changes a message on the target's disk, which no client can. The length stays: the server trusts it. */
async function rewrite(user: string, from: string, to: string): Promise<void> {
  const { readdirSync, readFileSync, writeFileSync } = await import('node:fs');
  const { join } = await import('node:path');
  const dir = join(stage.target.mailRoot(user), 'cur');
  let changed = 0;
  for (const name of readdirSync(dir)) {
    const bytes = readFileSync(join(dir, name), 'latin1');
    if (!bytes.includes(from)) continue;
    writeFileSync(join(dir, name), bytes.replace(from, to), 'latin1');
    changed += 1;
  }
  expect(changed).toBe(1);
  stage.target.adopt(user);
}

test('audit counts what is there and writes nothing to either side', async () => {
  stage.put(
    'audrey',
    { subject: 'old', date: new Date('2020-01-01T00:00:00Z') },
    { subject: 'large', size: 50_000, date: new Date('2026-01-01T00:00:00Z'), folder: 'Work' },
  );
  const entry = await addEntry(stage.bench, stage.from('audrey'), stage.to('audrey'));
  const outcome = await pass(stage.bench, entry, 'audit');
  expect(outcome.status).toBe('completed');
  expect(outcome.result).toMatchObject({ objects: 2, tooLarge: 0 });
  const work = (outcome.result as { containers: { container: string }[] }).containers.find(
    (one) => one.container === 'Work',
  );
  expect(work).toMatchObject({ objects: 1, newest: '2026-01-01T00:00:00.000Z', largest: expect.any(Number) });
  expect([...stage.targetTruth('audrey').values()].flat()).toEqual([]);
  expect([...stage.targetTruth('audrey').keys()]).not.toContain('Work');
});

test('emptying removes what was listed and confirmed, and nothing that came later', async () => {
  stage.put('emma', { subject: 'a' }, { subject: 'b', folder: 'Work' });
  const entry = await addEntry(stage.bench, stage.from('emma'), stage.to('emma'));
  await pass(stage.bench, entry, 'initial');
  const frozen = await pass(stage.bench, entry, 'empty', { empty: 'freeze' });
  expect(frozen.result).toMatchObject({ mode: 'freeze', objects: 2 });
  expect([...stage.targetTruth('emma').values()].flat()).toHaveLength(2);
  const connection = await stage.target.login('emma');
  await connection.append('INBOX', mailText({ subject: 'came later' }));
  connection.close();
  const removed = await pass(stage.bench, entry, 'empty', { empty: 'remove' });
  expect(removed.result).toMatchObject({ mode: 'remove', objects: 2 });
  const left = stage.targetTruth('emma');
  expect([...left.values()].flat()).toHaveLength(1);
  expect(left.get('INBOX')).toHaveLength(1);
  // The folders stay, and the source isn't touched.
  expect([...left.keys()]).toContain('Work');
  expect([...stage.sourceTruth('emma').values()].flat()).toHaveLength(2);
});
