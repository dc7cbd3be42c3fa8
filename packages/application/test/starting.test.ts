import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  assignLicense,
  createEntries,
  createProject,
  deleteEntry,
  exportLedger,
  getBalances,
  getEntry,
  grantLicenses,
  listAudit,
  listPasses,
  planStart,
  recreateEntry,
  releaseLicense,
  resumePass,
  retryPass,
  startAudit,
  startPass,
  startVerify,
  stopPass,
  updateSettings,
  verifyAudit,
  verifyLedger,
  verifyLedgerExport,
} from '../src/index.ts';
import { codeOf, endPass, makeProject, openStage, type Stage, unique } from './fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function makeEntry(settings = {}) {
  const { project } = await makeProject(stage, stage.owner, settings);
  const [entry] = await createEntries(stage.context, stage.owner, {
    projectId: project.id,
    entries: [
      { itemType: 'mailbox', sourceAddress: `${unique('a')}@old.example`, targetAddress: `${unique('b')}@new.example` },
    ],
  });
  if (entry === undefined) throw new Error('no entry');
  return entry;
}
const grant = (quantity: number, tier: 'standard' | 'trial' = 'standard') =>
  grantLicenses(stage.context, stage.owner, { type: 'mail', tier, quantity });
const mail = async (tier: 'standard' | 'trial' = 'standard') => {
  const balance = (await getBalances(stage.context, stage.owner)).find(
    (one) => one.type === 'mail' && one.tier === tier,
  );
  if (balance === undefined) throw new Error('no balance');
  return balance;
};

describe('starting', () => {
  it('burns a license at the first start and none at a delta pass', async () => {
    await grant(2);
    const before = await mail();
    const entry = await makeEntry();
    const first = await startPass(stage.context, stage.owner, { entryId: entry.id });
    expect(first.pass).toMatchObject({ kind: 'initial', number: 1, status: 'queued', tier: 'standard' });
    expect(first.burned).toMatchObject({ type: 'mail', tier: 'standard', burned: true });
    expect(await getEntry(stage.context, stage.owner, { entryId: entry.id })).toMatchObject({ status: 'scheduled' });
    expect(await codeOf(startPass(stage.context, stage.owner, { entryId: entry.id }))).toBe('entry-running');
    await endPass(stage, entry.id);
    const second = await startPass(stage.context, stage.owner, { entryId: entry.id });
    expect(second).toMatchObject({ pass: { kind: 'delta', number: 2 }, burned: undefined });
    await endPass(stage, entry.id);
    expect((await mail()).burned).toBe(before.burned + 1);
  });

  it('says which license is missing, and changes nothing', async () => {
    for (let left = (await mail()).available; left > 0; left -= 1)
      await assignLicense(stage.context, stage.owner, { entryId: (await makeEntry()).id });
    for (let left = (await mail('trial')).available; left > 0; left -= 1)
      await assignLicense(stage.context, stage.owner, { entryId: (await makeEntry()).id, tier: 'trial' });
    const entry = await makeEntry();
    await expect(startPass(stage.context, stage.owner, { entryId: entry.id })).rejects.toMatchObject({
      code: 'license-none-left',
      message: expect.stringMatching(/needs 1 mail license.*granted/),
      fix: expect.stringContaining('Grant mail licenses'),
    });
    expect(await getEntry(stage.context, stage.owner, { entryId: entry.id })).toMatchObject({
      status: 'not started',
      lastPass: undefined,
    });
  });

  it('upgrades a trial in place: the next pass is a delta', async () => {
    await grant(1, 'trial');
    const entry = await makeEntry();
    const trial = await startPass(stage.context, stage.owner, { entryId: entry.id, tier: 'trial' });
    expect(trial.pass).toMatchObject({ kind: 'initial', tier: 'trial' });
    await endPass(stage, entry.id);
    await grant(1);
    const upgraded = await startPass(stage.context, stage.owner, { entryId: entry.id, tier: 'standard' });
    expect(upgraded).toMatchObject({ pass: { kind: 'delta', tier: 'standard' }, burned: { tier: 'standard' } });
    await endPass(stage, entry.id);
  });

  it('refuses what the trade refuses', async () => {
    await grant(3);
    const entry = await makeEntry();
    const { id: entryId } = entry;
    expect(await codeOf(resumePass(stage.context, stage.owner, { entryId }))).toBe('entry-not-started');
    expect(await codeOf(retryPass(stage.context, stage.owner, { entryId }))).toBe('nothing-to-retry');
    expect(await codeOf(stopPass(stage.context, stage.owner, { entryId }))).toBe('nothing-running');
    const { burned } = await startPass(stage.context, stage.owner, { entryId });
    expect(await codeOf(deleteEntry(stage.context, stage.owner, { entryId }))).toBe('entry-running');
    expect(await codeOf(releaseLicense(stage.context, stage.owner, { entryId }))).toBe('license-burned');
    expect(await codeOf(assignLicense(stage.context, stage.owner, { entryId }))).toBe('license-already-burned');
    const other = await makeEntry();
    expect(await codeOf(assignLicense(stage.context, stage.owner, { entryId: other.id, license: burned?.id }))).toBe(
      'license-burned',
    );
    await endPass(stage, entryId);
    expect((await deleteEntry(stage.context, stage.owner, { entryId })).archivedAt).toBeInstanceOf(Date);
    expect(await codeOf(startPass(stage.context, stage.owner, { entryId }))).toBe('entry-archived');
    expect(await codeOf(assignLicense(stage.context, stage.owner, { entryId }))).toBe('entry-archived');
    expect(await codeOf(deleteEntry(stage.context, stage.owner, { entryId }))).toBe('entry-archived');
    expect((await getEntry(stage.context, stage.owner, { entryId })).licenses).toMatchObject([
      { id: burned?.id, burned: true },
    ]);

    const fresh = await recreateEntry(stage.context, stage.owner, { entryId });
    expect(fresh).toMatchObject({ status: 'not started', licenses: [], replacesEntryId: entryId, lastPass: undefined });
    expect(await codeOf(recreateEntry(stage.context, stage.owner, { entryId }))).toBe('entry-duplicate');
    const plan = await planStart(stage.context, stage.owner, { entryId: fresh.id, live: false });
    expect(plan.warnings.join(' ')).toContain(`entry ${entryId}, which was deleted`);
    const again = await startPass(stage.context, stage.owner, { entryId: fresh.id });
    expect(again).toMatchObject({ pass: { kind: 'initial' } });
    expect(again.burned?.id).not.toBe(burned?.id);
    await endPass(stage, fresh.id);
  });

  it('gives the license of a deleted entry back if it never started', async () => {
    await grant(1);
    const before = await mail();
    const entry = await makeEntry();
    await assignLicense(stage.context, stage.owner, { entryId: entry.id });
    expect((await mail()).available).toBe(before.available - 1);
    await deleteEntry(stage.context, stage.owner, { entryId: entry.id });
    expect(await mail()).toEqual(before);
  });

  it('refuses a target equal to the source, and settings that leave nothing to do', async () => {
    const { project, source } = await makeProject(stage);
    const twin = { itemType: 'mailbox', sourceAddress: 'a@x.example', targetAddress: 'A@X.example' } as const;
    const loop = await createProject(stage.context, stage.owner, {
      name: unique('loop'),
      sourceSystemId: source.id,
      targetSystemId: source.id,
    });
    expect(await codeOf(createEntries(stage.context, stage.owner, { projectId: loop.id, entries: [twin] }))).toBe(
      'target-is-source',
    );
    const [entry] = await createEntries(stage.context, stage.owner, { projectId: project.id, entries: [twin] });
    await updateSettings(stage.context, stage.owner, { projectId: project.id, patch: { kinds: { message: false } } });
    expect(await codeOf(startPass(stage.context, stage.owner, { entryId: entry?.id ?? 0 }))).toBe('kinds-all-off');
  });

  it('audits and verifies for free, beside the entry’s status', async () => {
    const entry = await makeEntry();
    const before = await mail();
    expect(await startAudit(stage.context, stage.owner, { entryId: entry.id })).toMatchObject({
      kind: 'audit',
      tier: undefined,
    });
    expect(await codeOf(startPass(stage.context, stage.owner, { entryId: entry.id }))).toBe('entry-running');
    await endPass(stage, entry.id);
    expect(await startVerify(stage.context, stage.owner, { entryId: entry.id, depth: 'content' })).toMatchObject({
      settings: { verifyDepth: 'content' },
    });
    await endPass(stage, entry.id);
    expect(await getEntry(stage.context, stage.owner, { entryId: entry.id })).toMatchObject({ status: 'not started' });
    expect(await mail()).toEqual(before);
  });

  it('stops at once what no worker has, asks a worker, resumes and retries on the same license', async () => {
    await grant(1);
    const { id: entryId } = await makeEntry();
    await startPass(stage.context, stage.owner, { entryId });
    expect(await stopPass(stage.context, stage.owner, { entryId })).toMatchObject({ status: 'stopped' });
    expect(await getEntry(stage.context, stage.owner, { entryId })).toMatchObject({ status: 'stopped' });
    const burned = (await mail()).burned;
    expect(await resumePass(stage.context, stage.owner, { entryId })).toMatchObject({
      kind: 'delta',
      status: 'queued',
    });
    await stage.database.pool.query(`update pass set status = 'running' where entry_id = $1 and status = 'queued'`, [
      entryId,
    ]);
    await stage.database.pool.query(`update entry set status = 'running' where id = $1`, [entryId]);
    expect(await stopPass(stage.context, stage.owner, { entryId })).toMatchObject({
      status: 'running',
      stopRequested: true,
    });
    await endPass(stage, entryId, 'completed with failures');
    expect(await retryPass(stage.context, stage.owner, { entryId })).toMatchObject({ kind: 'delta', reason: 'retry' });
    await endPass(stage, entryId);
    expect((await mail()).burned).toBe(burned);
  });

  it('freezes the settings: a later change shows as drift', async () => {
    await grant(1);
    const entry = await makeEntry({ dateFilter: { to: '2026-01-01' } });
    const { pass } = await startPass(stage.context, stage.owner, { entryId: entry.id });
    expect(pass.settings.dateFilter.to).toBe('2026-01-01T00:00:00.000Z');
    await endPass(stage, entry.id);
    await updateSettings(stage.context, stage.owner, { projectId: entry.projectId, patch: { dateFilter: null } });
    const plan = await planStart(stage.context, stage.owner, { entryId: entry.id, live: false });
    expect(plan.kind).toBe('delta');
    expect(plan.drift.words).toEqual(['dateFilter.to is not set any more and was 2026-01-01T00:00:00.000Z.']);
    expect(plan.license.words).toContain('costs nothing');
    expect(plan.warnings.join(' ')).toContain('not sent again by a delta pass');
    const next = await startPass(stage.context, stage.owner, { entryId: entry.id });
    expect(next.pass.settings.dateFilter).toEqual({});
    expect(next.pass.settingsVersion).not.toBe(pass.settingsVersion);
    await endPass(stage, entry.id);
  });
});

describe('starting at the same instant', () => {
  it('burns one license and starts one pass from twelve connections', async () => {
    await grant(5);
    const entry = await makeEntry();
    const burned = (await mail()).burned;
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () => codeOf(startPass(stage.context, stage.owner, { entryId: entry.id }))),
    );
    expect(outcomes.sort()).toEqual([...Array(11).fill('entry-running'), 'not refused']);
    expect((await mail()).burned).toBe(burned + 1);
    expect((await listPasses(stage.context, stage.owner, { entryId: entry.id })).items).toHaveLength(1);
    await endPass(stage, entry.id);
  });

  it('burns one license from two processes', async () => {
    await grant(5);
    const entry = await makeEntry();
    const burned = (await mail()).burned;
    const script = fileURLToPath(new URL('start-once.ts', import.meta.url));
    const args = [
      script,
      stage.database.url,
      stage.context.dataDir,
      String(stage.owner.organizationId),
      String(entry.id),
    ];
    const children = [1, 2].map(() => spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
    const readers = children.map((child) => createInterface({ input: child.stdout })[Symbol.asyncIterator]());
    for (const reader of readers) expect((await reader.next()).value).toBe('ready');
    for (const child of children) child.stdin.write('go\n');
    const results = await Promise.all(readers.map(async (reader) => JSON.parse((await reader.next()).value as string)));
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
    expect(results).toContainEqual({ refused: 'entry-running' });
    expect(results).toContainEqual({ pass: 1, burned: expect.stringMatching(/^L\d+-\d+$/) });
    expect((await mail()).burned).toBe(burned + 1);
    await endPass(stage, entry.id);
  });

  it('hands the last license to one of many entries', async () => {
    for (let left = (await mail('trial')).available; left > 0; left -= 1)
      await assignLicense(stage.context, stage.owner, { entryId: (await makeEntry()).id, tier: 'trial' });
    for (let left = (await mail()).available; left > 1; left -= 1)
      await assignLicense(stage.context, stage.owner, { entryId: (await makeEntry()).id });
    if ((await mail()).available === 0) await grant(1);
    const entries = [];
    for (let i = 0; i < 6; i += 1) entries.push(await makeEntry());
    const outcomes = await Promise.all(
      entries.map(({ id }) => codeOf(startPass(stage.context, stage.owner, { entryId: id }))),
    );
    expect(outcomes.sort()).toEqual([...Array(5).fill('license-none-left'), 'not refused']);
  });
});

describe('random walks over a real database', () => {
  it('keep the ledger lawful: no license burns twice, no pass runs unburned, the balance is the fold', async () => {
    await grant(4);
    const act = fc.record({
      slot: fc.nat(2),
      what: fc.constantFrom('assign', 'release', 'start', 'start-twice', 'end', 'delete', 'recreate'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 14 }), async (acts) => {
        const slots = [(await makeEntry()).id, (await makeEntry()).id, (await makeEntry()).id];
        await grant(1);
        for (const { slot, what } of acts) {
          const entryId = slots[slot] as number;
          const { context, owner } = stage;
          if (what === 'assign') await codeOf(assignLicense(context, owner, { entryId }));
          if (what === 'release') await codeOf(releaseLicense(context, owner, { entryId }));
          if (what === 'start') await codeOf(startPass(context, owner, { entryId }));
          if (what === 'start-twice')
            await Promise.all([1, 2].map(() => codeOf(startPass(context, owner, { entryId }))));
          if (what === 'end') await endPass(stage, entryId).catch(() => {});
          if (what === 'delete') await codeOf(deleteEntry(context, owner, { entryId }));
          if (what === 'recreate')
            await recreateEntry(context, owner, { entryId }).then(
              (fresh) => {
                slots[slot] = fresh.id;
              },
              () => {},
            );
        }
        const verdict = await verifyLedger(stage.context, stage.owner);
        expect(verdict).toMatchObject({ ok: true });
        expect(verdict.ok && verdict.balances).toEqual(await getBalances(stage.context, stage.owner));
        const { rows } = await stage.database.pool.query(
          `select p.id from pass p join entry e on e.id = p.entry_id where p.kind in ('initial', 'delta')
              and not exists (select 1 from license_event l where l.entry_id = e.id and l.kind = 'burn')`,
        );
        expect(rows).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });
});

describe('proof', () => {
  it('exports a ledger that verifies offline, and shows a forgery', async () => {
    const ledger = JSON.parse(JSON.stringify(await exportLedger(stage.context, stage.owner)));
    expect(verifyLedgerExport(ledger)).toMatchObject({ ok: true, events: ledger.events.length });
    const burn = ledger.events.findIndex((event: { kind: string }) => event.kind === 'burn');
    ledger.events[burn].entry += 1;
    expect(verifyLedgerExport(ledger)).toMatchObject({ ok: false, seq: burn + 1, reason: 'hash' });
    expect(() => verifyLedgerExport({ format: 'other' })).toThrow(/no export/);
  });

  it('keeps both ledgers append-only, and an audit trail of every action', async () => {
    for (const table of ['license_event', 'audit_event'])
      await expect(stage.database.pool.query(`update ${table} set actor = 'nobody'`)).rejects.toThrow(/append-only/);
    expect(await verifyAudit(stage.context, stage.owner)).toMatchObject({ ok: true });
    const entry = await makeEntry();
    const trail = await listAudit(stage.context, stage.owner, { subject: `entry/${entry.id}` });
    expect(trail.items).toMatchObject([{ action: 'entry.create', actor: 'owner@first.example' }]);
    const page = await listAudit(stage.context, stage.owner, { limit: 2 });
    const next = await listAudit(stage.context, stage.owner, { limit: 2, after: page.next });
    expect(next.items[0]?.seq).toBe((page.items[1]?.seq ?? 0) - 1);
  });
});
