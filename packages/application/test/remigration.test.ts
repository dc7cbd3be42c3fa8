import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  assignLicense,
  beginBulkRemigration,
  beginRemigration,
  cancelRemigration,
  chooseBackup,
  chooseTarget,
  confirmEmptying,
  continueBulkRemigration,
  createEntries,
  deleteEntry,
  driveRemigrations,
  entryReport,
  entryReportCsv,
  getBalances,
  getBulkRemigration,
  getEntry,
  getPass,
  getRemigration,
  grantLicenses,
  listBackups,
  listEntries,
  listRemigrations,
  planRemigration,
  projectReport,
  projectReportCsv,
  recreateForRemigration,
  restoreBackup,
  startPass,
  startRemigration,
  stopRemigrationPass,
  updateSettings,
  verifyRemigration,
} from '../src/index.ts';
import { codeOf, endPass, makeProject, openStage, type Stage, unique } from './fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const folder = (id: string, total: number) => ({
  id,
  path: [id],
  kind: 'message' as const,
  total,
  glance: String(total),
});

/** Entries that have run once. */
async function migrated(count: number) {
  const { project } = await makeProject(stage);
  await grantLicenses(stage.context, stage.owner, { type: 'mail', tier: 'standard', quantity: count });
  const entries = await createEntries(stage.context, stage.owner, {
    projectId: project.id,
    entries: Array.from({ length: count }, () => ({
      itemType: 'mailbox' as const,
      sourceAddress: `${unique('a')}@old.example`,
      targetAddress: `${unique('b')}@new.example`,
      targetCredentials: { user: 'b', password: 'of this mailbox' },
    })),
  });
  for (const { id } of entries) {
    await startPass(stage.context, stage.owner, { entryId: id });
    await endPass(stage, id);
  }
  return { project, entries };
}
const available = async () =>
  (await getBalances(stage.context, stage.owner)).find((one) => one.type === 'mail')?.available;

/** Assigns every license that is left, to entries made for that. */
async function useUpLicenses(projectId: number) {
  while (((await available()) ?? 0) > 0) {
    const [filler] = await createEntries(stage.context, stage.owner, {
      projectId,
      entries: [{ itemType: 'mailbox', sourceAddress: unique('f'), targetAddress: unique('g') }],
    });
    await assignLicense(stage.context, stage.owner, { entryId: filler?.id ?? 0 });
  }
}

/** Ends the pass that a remigration waits for. */
async function endStep(remigrationId: number, status: Parameters<typeof endPass>[2] = 'completed') {
  const { waitingFor } = await getRemigration(stage.context, stage.owner, { remigrationId });
  if (waitingFor === undefined) throw new Error('it waits for no pass');
  const { entryId } = await getPass(stage.context, stage.owner, { passId: waitingFor.passId });
  await endPass(stage, entryId, status);
}

describe('remigration', () => {
  it('goes through its steps, each recorded, with a backup and an emptying that was confirmed', async () => {
    const { context, owner } = stage;
    const { entries } = await migrated(1);
    const old = entries[0] as (typeof entries)[0];
    await grantLicenses(context, owner, { type: 'mail', tier: 'standard', quantity: 1 });
    const before = (await available()) ?? 0;

    const { id: remigrationId } = await beginRemigration(context, owner, {
      entryId: old.id,
      reason: 'target content deleted',
      note: 'by mistake',
    });
    expect(await codeOf(beginRemigration(context, owner, { entryId: old.id, reason: 'critical errors' }))).toBe(
      'remigration-open',
    );
    expect(await codeOf(deleteEntry(context, owner, { entryId: old.id }))).toBe('remigration-open');
    expect(await codeOf(recreateForRemigration(context, owner, { remigrationId }))).toBe('remigration-step');
    expect(await codeOf(chooseBackup(context, owner, { remigrationId, choice: 'refuse' }))).toBe('why-missing');

    const backing = await chooseBackup(context, owner, { remigrationId, choice: 'backup' });
    expect(backing).toMatchObject({ step: 'backup', waitingFor: { kind: 'initial', status: 'queued' } });
    expect(backing.backup).toMatchObject({
      path: expect.stringMatching(new RegExp(`backups/${old.id}/\\d{8}T\\d{9}Z$`)),
    });
    expect(await codeOf(chooseTarget(context, owner, { remigrationId, choice: 'empty' }))).toBe('remigration-waiting');
    await endStep(remigrationId, 'failed');
    expect(await getRemigration(context, owner, { remigrationId })).toMatchObject({
      step: 'backup',
      problem: expect.stringMatching(/failed/),
    });
    await chooseBackup(context, owner, { remigrationId, choice: 'backup' });
    await endStep(remigrationId);

    expect(await chooseTarget(context, owner, { remigrationId, choice: 'empty' })).toMatchObject({
      waitingFor: { kind: 'empty' },
    });
    const frozen = await getRemigration(context, owner, { remigrationId });
    expect(await getPass(context, owner, { passId: frozen.waitingFor?.passId ?? 0 })).toMatchObject({
      empty: 'freeze',
    });
    await stage.database.pool.query(
      `insert into inventory (entry_id, target_container, target_id, size) values ($1, 1, 'x', 10), ($1, 1, 'y', 5)`,
      [old.id],
    );
    await endStep(remigrationId);
    expect(await getRemigration(context, owner, { remigrationId })).toMatchObject({
      step: 'confirm',
      frozen: { objects: 2, bytes: 15 },
    });
    expect(await codeOf(confirmEmptying(context, owner, { remigrationId, targetAddress: old.sourceAddress }))).toBe(
      'confirmation-differs',
    );
    const emptying = await confirmEmptying(context, owner, {
      remigrationId,
      targetAddress: ` ${old.targetAddress.toUpperCase()}`,
    });
    expect(await getPass(context, owner, { passId: emptying.waitingFor?.passId ?? 0 })).toMatchObject({
      empty: 'remove',
      kind: 'empty',
    });
    await endStep(remigrationId);

    const recreated = await recreateForRemigration(context, owner, { remigrationId });
    const newId = recreated.newEntryId ?? 0;
    expect(await getEntry(context, owner, { entryId: old.id })).toMatchObject({ archivedAt: expect.any(Date) });
    expect(await getEntry(context, owner, { entryId: newId })).toMatchObject({
      status: 'not started',
      replacesEntryId: old.id,
      hasCredentials: { target: true },
      licenses: [{ burned: false }],
    });
    const { rows } = await stage.database.pool.query('select * from entry where id = $1', [newId]);
    expect(context.secrets.unsealJson(`entry:${newId}:target`, rows[0].sealed_target_credentials)).toEqual({
      user: 'b',
      password: 'of this mailbox',
    });
    expect(await available()).toBe(before - 1);
    await startRemigration(context, owner, { remigrationId });
    await endStep(remigrationId, 'completed with failures');
    await verifyRemigration(context, owner, { remigrationId });
    await endStep(remigrationId);
    await driveRemigrations(context);

    const done = await getRemigration(context, owner, { remigrationId });
    expect(done).toMatchObject({ step: 'done', endedAt: expect.any(Date) });
    expect(done.steps.map(({ step }) => step)).toEqual([
      'reason',
      'backup',
      'backup',
      'list what would be removed',
      'empty',
      'recreate',
      'start',
      'verify',
      'done',
    ]);
    expect(done.steps[0]).toMatchObject({
      who: owner.name,
      why: 'target content deleted: by mistake',
      when: expect.stringMatching(/Z$/),
    });
    expect(await codeOf(startRemigration(context, owner, { remigrationId }))).toBe('remigration-ended');
    expect(await available()).toBe(before - 1);
  });

  it('lets one stop a pass, think again and cancel, and records what every step queued', async () => {
    const { context, owner } = stage;
    const { entries } = await migrated(1);
    const old = entries[0] as (typeof entries)[0];
    const { id: remigrationId } = await beginRemigration(context, owner, {
      entryId: old.id,
      reason: 'critical errors',
    });
    expect(await codeOf(stopRemigrationPass(context, owner, { remigrationId }))).toBe('nothing-running');
    const backing = await chooseBackup(context, owner, { remigrationId, choice: 'backup' });
    const stopped = await stopRemigrationPass(context, owner, { remigrationId });
    expect(stopped).toMatchObject({ step: 'backup', waitingFor: undefined, problem: 'The backup pass is stopped.' });
    expect(stopped.steps.map(({ of, passId }) => [of, passId])).toEqual([
      ['reason', undefined],
      ['backup', backing.waitingFor?.passId],
    ]);
    await chooseBackup(context, owner, { remigrationId, choice: 'refuse', why: 'it takes too long' });
    await chooseTarget(context, owner, { remigrationId, choice: 'empty' });
    await endStep(remigrationId);
    // At the typed confirmation the target may still be kept after all, and a backup be wished for.
    expect(await chooseTarget(context, owner, { remigrationId, choice: 'keep' })).toMatchObject({ step: 'recreate' });
    expect(await chooseTarget(context, owner, { remigrationId, choice: 'empty' })).toMatchObject({ step: 'target' });
    await endStep(remigrationId);
    await chooseBackup(context, owner, { remigrationId, choice: 'backup' });
    await endStep(remigrationId);
    const listing = await chooseTarget(context, owner, { remigrationId, choice: 'empty' });
    await cancelRemigration(context, owner, { remigrationId, why: 'a delta will do' });
    expect(await getPass(context, owner, { passId: listing.waitingFor?.passId ?? 0 })).toMatchObject({
      status: 'stopped',
    });
    expect(await codeOf(stopRemigrationPass(context, owner, { remigrationId }))).toBe('remigration-ended');
  });

  it('recreates and assigns in one transaction: without a license the old entry stays', async () => {
    const { context, owner } = stage;
    const { entries, project } = await migrated(1);
    const old = entries[0] as (typeof entries)[0];
    await useUpLicenses(project.id);
    const moved = `${unique('moved')}@new.example`;
    const { id: remigrationId } = await beginRemigration(context, owner, {
      entryId: old.id,
      reason: 'target changed',
      targetAddress: moved,
    });
    await chooseBackup(context, owner, { remigrationId, choice: 'refuse', why: 'a test mailbox' });
    await chooseTarget(context, owner, { remigrationId, choice: 'keep', conflict: 'overwrite' });
    const count = async () => (await listEntries(context, owner, { projectId: project.id })).total;
    const before = await count();
    expect(await codeOf(recreateForRemigration(context, owner, { remigrationId }))).toBe('license-none-left');
    expect(await getEntry(context, owner, { entryId: old.id })).toMatchObject({ archivedAt: undefined });
    expect(await count()).toBe(before);
    await grantLicenses(context, owner, { type: 'mail', tier: 'standard', quantity: 1 });
    const { newEntryId } = await recreateForRemigration(context, owner, { remigrationId });
    expect(await getEntry(context, owner, { entryId: newEntryId ?? 0 })).toMatchObject({
      settings: { conflict: 'overwrite', duplicatePrevention: true },
      targetAddress: moved,
      // Those of the old mailbox would sign in there, whatever the new address is.
      hasCredentials: { target: false },
    });
    expect(await cancelRemigration(context, owner, { remigrationId, why: 'enough' })).toMatchObject({
      step: 'cancelled',
    });
    expect(await listRemigrations(context, owner, { entryId: newEntryId, open: false })).toHaveLength(1);
  });

  it('runs a bulk with one pilot first, asks, and then the rest', async () => {
    const { context, owner } = stage;
    const { entries, project } = await migrated(3);
    await useUpLicenses(project.id);
    await grantLicenses(context, owner, { type: 'mail', tier: 'standard', quantity: 2 });
    const entryIds = entries.map(({ id }) => id);
    const order = { entryIds, reason: 'target changed', note: 'tests', backup: 'refuse', target: 'empty' } as const;
    expect(await codeOf(beginBulkRemigration(context, owner, { ...order, confirmation: '2' }))).toBe(
      'confirmation-differs',
    );
    const { id: bulkId, pilot } = await beginBulkRemigration(context, owner, { ...order, confirmation: '3' });
    expect(await getBulkRemigration(context, owner, { bulkId })).toMatchObject({
      state: 'pilot',
      rest: [],
      waiting: entryIds.slice(1),
    });
    const walk = async (remigrationId: number) => {
      for (let steps = 0; steps < 10; steps += 1) {
        await driveRemigrations(context);
        const { endedAt, waitingFor } = await getRemigration(context, owner, { remigrationId });
        if (endedAt !== undefined || waitingFor === undefined) return;
        await endStep(remigrationId);
      }
    };
    expect(await codeOf(continueBulkRemigration(context, owner, { bulkId, go: true }))).toBe('bulk-not-asking');
    await walk(pilot.id);
    expect(await getBulkRemigration(context, owner, { bulkId })).toMatchObject({
      state: 'asks',
      waiting: entryIds.slice(1),
    });
    const going = await continueBulkRemigration(context, owner, { bulkId, go: true });
    expect(going).toMatchObject({ state: 'rest', waiting: [] });
    expect(going.rest).toHaveLength(2);
    for (const { id } of going.rest) await walk(id);
    // One license is missing for the last: it says so and waits for a person.
    const stuck = await getBulkRemigration(context, owner, { bulkId });
    expect(stuck).toMatchObject({
      state: 'rest',
      counts: { begun: 2, needPerson: 1, underWay: 0, done: 1, differ: 0, cancelled: 0, refused: 0 },
    });
    expect(stuck.rest[0]).toMatchObject({
      step: 'recreate',
      problem: expect.stringMatching(/license/),
      fix: expect.any(String),
    });
    await grantLicenses(context, owner, { type: 'mail', tier: 'standard', quantity: 2 });
    for (const { id } of going.rest) await walk(id);
    expect(await getBulkRemigration(context, owner, { bulkId })).toMatchObject({ state: 'done', counts: { done: 2 } });
    expect((await getBulkRemigration(context, owner, { bulkId, limit: 1 })).rest).toHaveLength(1);
    expect((await getBulkRemigration(context, owner, { bulkId })).rest.every((one) => one.step === 'done')).toBe(true);
  });

  it('plans in plain words: what a delta would do, what is in the target, what would burn', async () => {
    const { context, owner, world } = stage;
    const { entries, project } = await migrated(1);
    const old = entries[0] as (typeof entries)[0];
    await stage.database.pool.query(
      `insert into ledger (entry_id, container, pass, kind, state, src, src_id, size)
       select $1, 1, 1, 1, 1, decode(lpad(to_hex(i), 32, '0'), 'hex'), i::text, 10 from generate_series(1, 100) i`,
      [old.id],
    );
    await stage.database.pool.query(
      `insert into container (entry_id, side, id, key, path, total, glance) values ($1, 0, 1, 'INBOX', '{INBOX}', 100, '100')`,
      [old.id],
    );
    world.folders.set(old.sourceAddress, [folder('INBOX', 150)]);
    world.folders.set(old.targetAddress, [folder('INBOX', 40)]);
    const plan = await planRemigration(context, owner, { entryId: old.id });
    expect(plan.wouldDeltaDo).toEqual({
      answer: 'no',
      reason: expect.stringMatching(/40 objects, fewer than the 100.*not sent again by a delta pass/),
    });
    expect(plan.target).toMatchObject({ objects: 40, folders: 1 });
    expect(plan.sourceChanged.share).toBe(0.5);
    expect(plan.estimate).toMatchObject({ objects: 150, seconds: 15, p90Seconds: 30 });
    // The rate is in the books: nobody needs to ask the systems for it.
    const unasked = await planRemigration(context, owner, { entryId: old.id, live: false });
    expect(unasked.estimate).toMatchObject({ objects: undefined, perObject: { p50: 0.1, p90: 0.2 } });
    expect(plan.license.burns).toMatchObject({ tier: 'standard' });
    expect(plan.duplicates.objects).toBe(0);
    expect(plan.checklist.find((one) => one.name.startsWith('target'))).toMatchObject({
      state: 'ok',
      evidence: expect.stringMatching(/imap:\/\//),
    });

    await updateSettings(context, owner, { projectId: project.id, patch: { duplicatePrevention: false } });
    world.folders.set(old.targetAddress, [folder('INBOX', 120)]);
    const later = await planRemigration(context, owner, { entryId: old.id });
    expect(later.wouldDeltaDo.answer).toBe('yes');
    expect(later.duplicates.objects).toBe(100);
    expect(later.drift.words).toEqual(['duplicatePrevention is now off and was on.']);
    // Naming the address that it has is no other target; any other one is.
    const same = await planRemigration(context, owner, {
      entryId: old.id,
      targetAddress: old.targetAddress.toUpperCase(),
      live: false,
    });
    expect(same.wouldDeltaDo.answer).toBe('yes');
    expect(same.books).toMatchObject({ seen: 100, created: 100 });
    const other = await planRemigration(context, owner, { entryId: old.id, targetAddress: 'other@new.example' });
    expect(other.wouldDeltaDo.reason).toMatch(/another target is another entry/);
    world.unreadable.set(old.targetAddress, [{ kind: 'message', code: 'sealed', text: 'Nobody sees what is in it.' }]);
    const sealed = await planRemigration(context, owner, { entryId: old.id });
    expect(sealed.checklist).toContainEqual(
      expect.objectContaining({
        name: 'what the target gives nobody: message',
        state: 'attention',
        evidence: expect.stringMatching(/^Nobody sees what is in it\. .*a second time/),
      }),
    );
    world.folders.delete(old.targetAddress);
    expect((await planRemigration(context, owner, { entryId: old.id })).checklist).toContainEqual(
      expect.objectContaining({ name: 'target reachable and the intended one', state: 'problem' }),
    );
  });
});

describe('backups', () => {
  it('restore into where they came from, without a license', async () => {
    const { context, owner } = stage;
    const { entries } = await migrated(1);
    const old = entries[0] as (typeof entries)[0];
    const before = await available();
    const { id: remigrationId } = await beginRemigration(context, owner, {
      entryId: old.id,
      reason: 'critical errors',
    });
    await chooseBackup(context, owner, { remigrationId, choice: 'backup' });
    const [backup] = await listBackups(context, owner, { ofEntryId: old.id });
    const backupEntryId = backup?.entryId ?? 0;
    expect(backup).toMatchObject({ ofEntryId: old.id, address: old.targetAddress, status: 'scheduled' });
    expect(await codeOf(restoreBackup(context, owner, { backupEntryId }))).toBe('backup-incomplete');
    expect(await codeOf(restoreBackup(context, owner, { backupEntryId: old.id }))).toBe('not-found');
    // A backup is no entry of the user list.
    expect(await codeOf(getEntry(context, owner, { entryId: backupEntryId }))).toBe('not-found');
    await endStep(remigrationId);
    const { entryId, pass } = await restoreBackup(context, owner, { backupEntryId });
    expect(pass).toMatchObject({
      kind: 'initial',
      tier: undefined,
      settings: { duplicatePrevention: true, dateFilter: {} },
    });
    const { rows } = await stage.database.pool.query('select * from entry where id = $1', [entryId]);
    expect(rows[0]).toMatchObject({ purpose: 'restore', target_address: old.targetAddress });
    expect(context.secrets.unsealJson(`entry:${entryId}:target`, rows[0].sealed_target_credentials)).toEqual({
      user: 'b',
      password: 'of this mailbox',
    });
    expect(await available()).toBe(before);
  });
});

describe('reports', () => {
  it('tell books, failures with subject, reason and fix, as JSON and CSV', async () => {
    const { context, owner } = stage;
    const { entries, project } = await migrated(2);
    const entryId = entries[0]?.id ?? 0;
    await stage.database.pool.query(
      `insert into ledger (entry_id, container, pass, kind, state, src, src_id, size) values
         ($1, 1, 1, 1, 1, '\\x01', '1', 10), ($1, 1, 1, 1, 8, '\\x02', '2', 7), ($1, 1, 1, 1, 4, '\\x03', '3', 5)`,
      [entryId],
    );
    await stage.database.pool.query(
      `insert into object_note (entry_id, pass, src, kind, code, text, fix, subject) values
         ($1, 1, '\\x02', 'failure', 'over-size', 'The target refuses it: too large.', 'Raise its limit.', '=HYPERLINK("x")'),
         ($1, 1, null, 'fidelity', 'nul', 'A NUL was lost.', null, 'Hello')`,
      [entryId],
    );
    const report = await entryReport(context, owner, { entryId });
    expect(report).toMatchObject({ books: { seen: 3, created: 1, failed: 1, filtered: 1 }, balanced: true, bytes: 10 });
    expect(report.notes).toMatchObject([{ code: 'over-size', fix: 'Raise its limit.' }, { kind: 'fidelity' }]);
    expect(report.passes).toHaveLength(1);
    expect(await entryReportCsv(context, owner, { entryId })).toContain(`"'=HYPERLINK(""x"")",over-size,`);
    expect(await entryReportCsv(context, owner, { entryId, what: 'passes' })).toContain('1,initial,completed,');
    const all = await projectReport(context, owner, { projectId: project.id });
    expect(all).toMatchObject({ books: { seen: 3 }, balanced: true });
    expect(all.entries).toHaveLength(2);
    expect(await projectReportCsv(context, owner, { projectId: project.id, what: 'failures' })).toMatch(/over-size/);
    expect(await projectReportCsv(context, owner, { projectId: project.id, what: 'failures' })).not.toMatch(/NUL/);
    expect((await projectReportCsv(context, owner, { projectId: project.id })).split('\r\n')).toHaveLength(4);

    await stage.database.pool.query(`update pass set books = books || '{"seen": 101}' where entry_id = $1`, [entryId]);
    expect((await entryReport(context, owner, { entryId })).balanced).toBe(false);
    expect((await projectReport(context, owner, { projectId: project.id })).balanced).toBe(false);
  });
});
