import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  compareObject,
  countNotes,
  createEntries,
  deleteEntry,
  entryFailures,
  entryLineage,
  getEntry,
  getPass,
  grantLicenses,
  listAudit,
  listFailedObjects,
  listNotes,
  recreateEntry,
  retryPass,
  startPass,
  startVerify,
  verifyReport,
} from '../src/index.ts';
import { codeOf, endPass, makeProject, openStage, type Stage, unique } from './fixture.ts';

let stage: Stage;
let entryId: number;
const source = `${unique('a')}@old.example`;
const target = `${unique('b')}@new.example`;

const HEAD = 'From: ada@old.example\r\nSubject: =?utf-8?q?t=C3=A9rn?=\r\nX-Long: one\r\n two\r\n\r\n';
const src = (name: string): Buffer => Buffer.from(name.padEnd(16, '.'));

/** As the engine would leave it: three failed for two causes, one uncertain, one failed before and settled since. */
async function books(): Promise<void> {
  const { pool } = stage.database;
  await pool.query(
    `insert into container (entry_id, side, id, key, path, target_container) values
       ($1, 0, 1, 'INBOX', '{INBOX}', 2), ($1, 1, 2, 'Inbox', '{Inbox}', null)`,
    [entryId],
  );
  const rows: [string, number, number, string | null][] = [
    ['one', 1, 8, null],
    ['two', 1, 8, null],
    ['three', 1, 8, null],
    ['four', 1, 7, null],
    ['five', 2, 1, '7.5'],
    ['six', 1, 1, '7.6'],
  ];
  for (const [name, pass, state, targetId] of rows)
    await pool.query(
      `insert into ledger (entry_id, container, target_container, pass, kind, state, src, src_id, target_id)
       values ($1, 1, 2, $2, 1, $3, $4, $5, $6)`,
      [entryId, pass, state, src(name), name, targetId],
    );
  const notes: [string, number, string, string, string | null][] = [
    ['one', 1, 'failure', 'imap-append-refused', 'Make room.'],
    ['two', 1, 'failure', 'imap-append-refused', 'Make room.'],
    ['three', 1, 'failure', 'message-too-large', null],
    ['four', 1, 'uncertain', 'outcome-unknown', null],
    ['five', 1, 'failure', 'imap-append-refused', 'Make room.'],
    ['six', 1, 'fidelity', 'flag-dropped', null],
  ];
  for (const [name, pass, kind, code, fix] of notes)
    await pool.query(
      `insert into object_note (entry_id, pass, kind, code, text, fix, subject, src, container, src_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)`,
      [entryId, pass, kind, code, `${code} in words`, fix, `subject ${name}`, src(name), name],
    );
}

beforeAll(async () => {
  stage = await openStage();
  await grantLicenses(stage.context, stage.owner, { type: 'mail', tier: 'standard', quantity: 5 });
  const { project } = await makeProject(stage);
  const [entry] = await createEntries(stage.context, stage.owner, {
    projectId: project.id,
    entries: [{ itemType: 'mailbox', sourceAddress: source, targetAddress: target }],
  });
  entryId = entry?.id ?? 0;
  await startPass(stage.context, stage.owner, { entryId });
  await endPass(stage, entryId, 'completed with failures');
  await books();
  stage.world.folders.set(source, []);
  stage.world.folders.set(target, []);
});
afterAll(() => stage.close());

it('groups what is failed now by cause, with words, fix and a sample', async () => {
  const found = await entryFailures(stage.context, stage.owner, { entryId });
  expect(found.objects).toBe(4);
  expect(found.groups).toMatchObject([
    {
      code: 'imap-append-refused',
      state: 'failed',
      objects: 2,
      reason: 'imap-append-refused in words',
      fix: 'Make room.',
      canRetry: true,
      sample: [{ folder: 'INBOX', subject: 'subject two' }, { subject: 'subject one' }],
    },
    { code: 'message-too-large', objects: 1, canRetry: true },
    { code: 'outcome-unknown', state: 'uncertain', objects: 1, canRetry: false },
  ]);
});

it('pages the objects that failed for one cause now, without those that a later pass settled', async () => {
  const cause = { entryId, code: 'imap-append-refused', state: 'failed' } as const;
  const first = await listFailedObjects(stage.context, stage.owner, { ...cause, limit: 1 });
  const rest = await listFailedObjects(stage.context, stage.owner, { ...cause, limit: 1, after: first.next });
  expect(rest.next).toBeUndefined();
  expect([...first.items, ...rest.items]).toMatchObject([
    { subject: 'subject one', folder: 'INBOX', reason: 'imap-append-refused in words', noteId: expect.any(Number) },
    { subject: 'subject two' },
  ]);
  expect((await listFailedObjects(stage.context, stage.owner, { ...cause, state: 'uncertain' })).items).toEqual([]);
  expect(await codeOf(listFailedObjects(stage.context, stage.owner, { ...cause, after: '1.x' }))).toBe(
    'cursor-invalid',
  );
});

it('tells of a folder that the target refused, though it held nothing, until a pass has made it', async () => {
  const { pool } = stage.database;
  await pool.query(`insert into container (entry_id, side, id, key, path) values ($1, 0, 3, 'Empty', '{Empty}')`, [
    entryId,
  ]);
  const note = `insert into object_note (entry_id, pass, kind, code, text, fix, container) values ($1, $2, 'failure', 'not-made', 'Refused.', 'Ask.', $3)`;
  await pool.query(note, [entryId, 1, 3]);
  // What is in it has failed with it, and says so.
  await pool.query(note, [entryId, 1, 1]);
  const found = await entryFailures(stage.context, stage.owner, { entryId });
  expect(found.objects).toBe(5);
  expect(found.groups.find(({ code }) => code === 'not-made')).toMatchObject({
    ...{ state: 'failed', objects: 1, reason: 'Refused.', fix: 'Ask.', canRetry: true },
    sample: [{ folder: 'Empty', subject: undefined }],
  });
  const cause = { entryId, code: 'not-made', state: 'failed' } as const;
  const listed = await listFailedObjects(stage.context, stage.owner, cause);
  expect(listed.items).toMatchObject([{ folder: 'Empty', reason: 'Refused.', pass: 1 }]);
  expect((await listFailedObjects(stage.context, stage.owner, { ...cause, after: '3.' })).items).toEqual([]);
  await pool.query(`delete from object_note where entry_id = $1 and code = 'not-made'`, [entryId]);
});

it('retries one cause alone, and refuses one that nothing failed for', async () => {
  expect(await codeOf(retryPass(stage.context, stage.owner, { entryId, codes: ['outcome-unknown'] }))).toBe(
    'nothing-to-retry',
  );
  const pass = await retryPass(stage.context, stage.owner, { entryId, codes: ['message-too-large'] });
  expect(pass).toMatchObject({ kind: 'delta', reason: 'retry: message-too-large' });
  const { rows } = await stage.database.pool.query('select settings from pass where id = $1', [pass.id]);
  expect(rows[0].settings.retryOnly).toEqual(['message-too-large']);
  expect((await getPass(stage.context, stage.owner, { passId: pass.id })).settings).not.toHaveProperty('retryOnly');
  await endPass(stage, entryId, 'completed with failures');
});

it('pages notes by kind and cause', async () => {
  const first = await listNotes(stage.context, stage.owner, { entryId, kinds: ['failure'], limit: 3 });
  expect(first.items.map((note) => note.objectId)).toEqual(['one', 'two', 'three']);
  const rest = await listNotes(stage.context, stage.owner, {
    entryId,
    kinds: ['failure'],
    after: first.next,
    limit: 3,
  });
  expect(rest).toMatchObject({ items: [{ objectId: 'five', comparable: true }] });
  expect(rest.next).toBeUndefined();
  expect(await countNotes(stage.context, stage.owner, { entryId, kinds: ['fidelity'] })).toEqual([
    { kind: 'fidelity', code: 'flag-dropped', reason: 'flag-dropped in words', objects: 1 },
  ]);
});

it('shows an object side by side, to those who may operate, and audits it', async () => {
  stage.world.messages.set(`${source}/INBOX/five`, Buffer.from(`${HEAD}Hello${'x'.repeat(100)}`));
  stage.world.messages.set(`${target}/Inbox/7.5`, Buffer.from(`${HEAD.replace('ada', 'eve')}Hello${'x'.repeat(100)}`));
  const notes = (await listNotes(stage.context, stage.owner, { entryId })).items;
  const noteId = notes.find((note) => note.objectId === 'five')?.id ?? 0;
  const viewer = { ...stage.owner, role: 'viewer', scopes: ['read'] } as const;
  expect(await codeOf(compareObject(stage.context, viewer, { entryId, noteId }))).toBe('not-allowed');
  const found = await compareObject(stage.context, stage.owner, { entryId, noteId, bytes: 10 });
  expect(found).toMatchObject({
    subject: 'subject five',
    source: {
      state: 'present',
      folder: 'INBOX',
      body: 'Helloxxxxx',
      truncated: true,
      size: HEAD.length + 105,
      headers: [{ name: 'From' }, { name: 'Subject' }, { name: 'X-Long', value: 'one two' }],
    },
    target: { state: 'present', folder: 'Inbox', body: 'Helloxxxxx' },
    differentHeaders: ['from'],
    firstDifference: 6,
  });
  const digests = [found.source.digest, found.target.digest];
  expect(digests).toEqual([expect.stringMatching(/^[\da-f]{32}$/), expect.stringMatching(/^[\da-f]{32}$/)]);
  expect(digests[0]).not.toBe(digests[1]);
  // Stores change line ends: that is no difference. The books say which side is still as it was migrated.
  await stage.database.pool.query(`update ledger set digest = decode($2, 'hex') where entry_id = $1 and src = $3`, [
    entryId,
    digests[0],
    src('five'),
  ]);
  const original = stage.world.messages.get(`${source}/INBOX/five`)?.toString() ?? '';
  stage.world.messages.set(`${target}/Inbox/7.5`, Buffer.from(original.replaceAll('\r\n', '\n')));
  expect(await compareObject(stage.context, stage.owner, { entryId, noteId })).toMatchObject({
    source: { digest: digests[0] },
    target: { digest: digests[0] },
    migratedDigest: digests[0],
    differentHeaders: [],
  });
  stage.world.messages.delete(`${target}/Inbox/7.5`);
  expect(await compareObject(stage.context, stage.owner, { entryId, noteId })).toMatchObject({
    source: { state: 'present' },
    target: { state: 'absent', body: '' },
    differentHeaders: undefined,
  });
  const failed = notes.find((note) => note.objectId === 'one')?.id ?? 0;
  expect(await compareObject(stage.context, stage.owner, { entryId, noteId: failed })).toMatchObject({
    target: { state: 'none' },
  });
  expect(await codeOf(compareObject(stage.context, stage.owner, { entryId, noteId: 10 ** 9 }))).toBe('not-found');
  const audit = await listAudit(stage.context, stage.owner, {
    subject: `entry/${entryId}`,
    action: 'entry.view-content',
  });
  expect(audit.items).toHaveLength(4);
  expect(JSON.stringify(audit.items)).not.toContain('Hello');
});

it('tells what the last verify found, and whether it is outdated', async () => {
  expect(await verifyReport(stage.context, stage.owner, { entryId })).toEqual({
    pass: undefined,
    findings: [],
    outdated: false,
  });
  const verify = await startVerify(stage.context, stage.owner, { entryId });
  await endPass(stage, entryId, 'completed with failures');
  await stage.database.pool.query(
    `insert into object_note (entry_id, pass, kind, code, text, src, container, src_id)
     values ($1, $2, 'failure', 'missing-in-target', 'Gone.', $3, 1, 'six')`,
    [entryId, verify.number, src('six')],
  );
  expect(await verifyReport(stage.context, stage.owner, { entryId })).toMatchObject({
    pass: { id: verify.id, kind: 'verify' },
    findings: [{ code: 'missing-in-target', objects: 1 }],
    outdated: false,
  });
  // A finding of a verify is no failed object: nothing of it is planned again.
  expect((await entryFailures(stage.context, stage.owner, { entryId })).objects).toBe(4);
  await startPass(stage.context, stage.owner, { entryId });
  expect((await verifyReport(stage.context, stage.owner, { entryId })).outdated).toBe(true);
});

it('tells what replaced a deleted entry, from either end', async () => {
  const [first] = await createEntries(stage.context, stage.owner, {
    projectId: (await getEntry(stage.context, stage.owner, { entryId })).projectId,
    entries: [{ itemType: 'mailbox', sourceAddress: unique('c'), targetAddress: unique('d') }],
  });
  const ids = [first?.id ?? 0];
  for (let i = 0; i < 2; i += 1) {
    await deleteEntry(stage.context, stage.owner, { entryId: ids[i] ?? 0 });
    ids.push((await recreateEntry(stage.context, stage.owner, { entryId: ids[i] ?? 0 })).id);
  }
  for (const one of ids) {
    const lineage = await entryLineage(stage.context, stage.owner, { entryId: one });
    expect(lineage.map(({ id }) => id)).toEqual(ids);
    expect(lineage.map(({ archivedAt }) => archivedAt !== undefined)).toEqual([true, true, false]);
  }
});
