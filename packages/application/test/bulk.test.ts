import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  assignLicense,
  type BulkAction,
  bulk,
  createEntries,
  deleteEntry,
  exportUserList,
  getBalances,
  grantLicenses,
  type LiveEvent,
  listEntries,
  previewBulk,
  readSelection,
  releaseLicense,
  resumePass,
  retryPass,
  startAudit,
  startPass,
  startVerify,
  stopPass,
  subscribe,
  updateEntry,
  verifyAudit,
  verifyLedger,
} from '../src/index.ts';
import { codeOf, endPass, makeProject, openStage, type Stage, unique } from './fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const mail = async (tier: 'standard' | 'trial' = 'standard') => {
  const balances = await getBalances(stage.context, stage.owner);
  return balances.find((one) => one.type === 'mail' && one.tier === tier) ?? { available: 0, assigned: 0, burned: 0 };
};
const grant = (quantity: number, tier: 'standard' | 'trial' = 'standard') =>
  grantLicenses(stage.context, stage.owner, { type: 'mail', tier, quantity });

async function makeEntries(count: number, batch?: string): Promise<{ projectId: number; ids: number[] }> {
  const { project } = await makeProject(stage);
  const name = unique('user');
  const made = await createEntries(stage.context, stage.owner, {
    projectId: project.id,
    entries: Array.from({ length: count }, (_, index) => ({
      itemType: 'mailbox' as const,
      sourceAddress: `${name}-${index}@old.example`,
      targetAddress: `${name}-${index}@new.example`,
      batch,
    })),
  });
  return { projectId: project.id, ids: made.map((entry) => entry.id) };
}

describe('a bulk action', () => {
  /** One entry in each situation that an action can meet. */
  async function situations() {
    const { context, owner } = stage;
    const { projectId, ids } = await makeEntries(9, 'wave 1');
    const [fresh, assigned, queued, pending, completed, failures, failed, stopped, deleted] = ids as number[];
    for (const id of [assigned, queued, pending, completed, failures, failed, stopped, deleted])
      await assignLicense(context, owner, { entryId: id as number });
    for (const id of [queued, pending, completed, failures, failed, stopped])
      await startPass(context, owner, { entryId: id as number });
    for (const [id, status] of [
      [completed, 'completed'],
      [failures, 'completed with failures'],
      [failed, 'failed'],
      [stopped, 'stopped'],
    ] as const)
      await endPass(stage, id as number, status);
    const { pool } = stage.database;
    await pool.query(
      `update pass set status = 'pending', started_at = now(), resume_at = now() + interval '1 hour' where entry_id = $1`,
      [pending],
    );
    await pool.query(`update entry set status = 'pending' where id = $1`, [pending]);
    await deleteEntry(context, owner, { entryId: deleted as number });
    return { projectId, ids: [...ids, 2_000_000_000], fresh: fresh as number };
  }

  type Single = (entryId: number) => Promise<unknown>;
  const SINGLE: readonly (readonly [BulkAction, Single])[] = [
    [{ action: 'start' }, (entryId) => startPass(stage.context, stage.owner, { entryId })],
    [
      { action: 'start', tier: 'trial' },
      (entryId) => startPass(stage.context, stage.owner, { entryId, tier: 'trial' }),
    ],
    [{ action: 'resume' }, (entryId) => resumePass(stage.context, stage.owner, { entryId })],
    [{ action: 'retry' }, (entryId) => retryPass(stage.context, stage.owner, { entryId })],
    [{ action: 'audit' }, (entryId) => startAudit(stage.context, stage.owner, { entryId })],
    [{ action: 'verify' }, (entryId) => startVerify(stage.context, stage.owner, { entryId })],
    [{ action: 'stop' }, (entryId) => stopPass(stage.context, stage.owner, { entryId })],
    [{ action: 'assign' }, (entryId) => assignLicense(stage.context, stage.owner, { entryId })],
    [{ action: 'release' }, (entryId) => releaseLicense(stage.context, stage.owner, { entryId })],
    [
      { action: 'batch', batch: 'wave 2' },
      (entryId) => updateEntry(stage.context, stage.owner, { entryId, batch: 'wave 2' }),
    ],
    [{ action: 'delete' }, (entryId) => deleteEntry(stage.context, stage.owner, { entryId })],
  ];

  it.each(SINGLE)('%o: does what its preview says, and what the single function does to each', async (act, single) => {
    const { context, owner } = stage;
    await grant(40);
    await grant(1, 'trial');
    const [one, other] = [await situations(), await situations()];
    const before = [await mail(), await mail('trial')] as const;

    const plan = await previewBulk(context, owner, { entryIds: one.ids, act });
    expect([await mail(), await mail('trial')]).toEqual(before);
    const result = await bulk(context, owner, { entryIds: one.ids, act });
    const codes = result.refused.map(({ code }) => code).sort();
    expect(plan.would).toBe(result.done.length);
    expect(plan.refused.flatMap(({ code, entries }) => Array<string>(entries).fill(code)).sort()).toEqual(codes);
    expect(plan.would).toBeGreaterThan(0);
    expect(codes.length).toBeGreaterThan(0);
    const [standard, trial] = [await mail(), await mail('trial')];
    const taken = {
      standard: before[0].available - standard.available,
      trial: before[1].available - trial.available,
    };
    const lacking = codes.filter((code) => code === 'license-none-left').length;
    const needed = (tier: string) => plan.licenses.find((license) => license.tier === tier)?.needed ?? 0;
    if (act.action !== 'release' && act.action !== 'delete')
      expect(needed('standard') + needed('trial')).toBe(taken.standard + taken.trial + lacking);

    // What one by one comes to, in entries like these; licenses given back meanwhile are there again.
    await grant(Math.max(0, taken.standard) + 1);
    if (taken.trial > 0) await grant(taken.trial, 'trial');
    const alone: string[] = [];
    const doneAlone: number[] = [];
    for (const [index, id] of other.ids.entries()) {
      const code = await codeOf(single(id));
      if (code === 'not refused') doneAlone.push(index);
      else alone.push(code);
    }
    expect(doneAlone).toEqual(result.done.map((id) => one.ids.indexOf(id)));
    expect(alone.sort()).toEqual(codes);

    // And what the two left behind looks the same.
    const look = async ({ ids }: { ids: readonly number[] }) => {
      const { rows } = await stage.database.pool.query(
        `select e.status, e.batch, e.archived_at is null as live, p.kind, p.number, p.status as pass, p.stop_requested,
                p.settings, p.settings_version, p.reason, p.resume_at <= now() as due
           from entry e left join lateral (
             select * from pass where entry_id = e.id order by number desc limit 1) p on true
          where e.id = any($1) order by e.id`,
        [ids],
      );
      return rows;
    };
    expect(await look(one)).toEqual(await look(other));
  });

  it('takes all that match but a few, and nothing where they are others than when it was decided', async () => {
    const { context, owner } = stage;
    const { projectId, ids } = await makeEntries(4, 'wave 3');
    const selection = readSelection(projectId, { filter: { batch: 'wave 3' }, exceptIds: ids.slice(0, 1) });
    const act: BulkAction = { action: 'delete' };
    expect(await codeOf(bulk(context, owner, { ...selection, act, expected: 4 }))).toBe('selection-changed');
    expect((await listEntries(context, owner, { projectId })).total).toBe(4);
    expect((await bulk(context, owner, { ...selection, act, expected: 3 })).done).toEqual(ids.slice(1));
    expect((await listEntries(context, owner, { projectId })).items.map(({ id }) => id)).toEqual(ids.slice(0, 1));
  });

  it('asks for what has never started to be started, not to be continued', async () => {
    const { context, owner } = stage;
    const { ids, fresh } = await situations();
    const result = await bulk(context, owner, { entryIds: ids, act: { action: 'delta' } });
    expect(result.refused.find(({ entryId }) => entryId === fresh)).toMatchObject({ code: 'entry-not-started' });
    expect(result.done).toHaveLength(4);
  });

  it('exports the chosen entries alone, as a CSV that an import takes', async () => {
    const { context, owner } = stage;
    const { projectId, ids } = await makeEntries(3);
    const csv = await exportUserList(context, owner, {
      projectId,
      selection: readSelection(projectId, { entryIds: ids.slice(1) }),
    });
    expect(csv.trim().split('\r\n')).toHaveLength(3);
    expect(
      await exportUserList(context, owner, {
        projectId,
        selection: readSelection(projectId, { filter: { search: '-0@' } }),
      }),
    ).toContain('-0@old.example');
    await expect((async () => readSelection(projectId, {}))()).rejects.toMatchObject({ code: 'selection-missing' });
  });

  it('starts 5,000 entries in seconds, with licenses exact, and tells how far it is', async () => {
    const { context, owner } = stage;
    const { projectId } = await makeEntries(5_000);
    const { available } = await mail();
    if (available < 4_990) await grant(4_990 - available);
    const before = await mail();
    const act: BulkAction = { action: 'start', tier: 'standard' };
    const everything = readSelection(projectId, { filter: {} });
    const lacking = 5_000 - before.available;
    expect(lacking).toBeGreaterThan(0);

    const plan = await previewBulk(context, owner, { ...everything, act });
    expect(plan).toMatchObject({
      entries: 5_000,
      would: before.available,
      refused: [{ code: 'license-none-left', entries: lacking, fix: expect.any(String) }],
      licenses: [{ type: 'mail', tier: 'standard', needed: 5_000, available: before.available }],
    });
    expect(plan.refused[0]?.sample[0]?.sourceAddress).toContain('@old.example');
    expect(await mail()).toEqual(before);

    const told: LiveEvent[] = [];
    const listening = new AbortController();
    const heard = (async () => {
      for await (const event of subscribe(context, owner, { projectId, signal: listening.signal }))
        if (event.type === 'bulk') {
          told.push(event);
          if (Number(event.data?.done) + Number(event.data?.refused) === 5_000) return;
        }
    })();
    const started = performance.now();
    const result = await bulk(context, owner, { ...everything, act, bulkId: 'night-1' });
    expect(performance.now() - started).toBeLessThan(30_000);
    await heard;
    listening.abort();

    expect(result.done).toHaveLength(before.available);
    expect(result.refused).toHaveLength(lacking);
    expect(result.refused.every(({ code }) => code === 'license-none-left')).toBe(true);
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)?.data).toEqual({
      bulkId: 'night-1',
      action: 'start',
      entries: 5_000,
      done: before.available,
      refused: lacking,
    });
    const after = await mail();
    expect(after).toMatchObject({ available: 0, burned: before.burned + before.available });
    expect(await verifyLedger(context, owner)).toMatchObject({ ok: true });
    expect(await verifyAudit(context, owner)).toMatchObject({ ok: true });
    const { rows } = await stage.database.pool.query(
      `select count(*)::int as passes, count(distinct entry_id)::int as entries from pass
        where kind = 'initial' and status = 'queued' and entry_id in (select id from entry where project_id = $1)`,
      [projectId],
    );
    expect(rows[0]).toEqual({ passes: before.available, entries: before.available });
    expect((await listEntries(context, owner, { projectId, status: ['scheduled'], limit: 1 })).total).toBe(
      before.available,
    );

    // Once more: what runs is refused, nothing burns twice.
    const again = await bulk(context, owner, { ...everything, act });
    expect(again.done).toHaveLength(0);
    expect(new Set(again.refused.map(({ code }) => code))).toEqual(new Set(['entry-running', 'license-none-left']));
    expect(await mail()).toEqual(after);
    const stopped = await bulk(context, owner, { ...everything, act: { action: 'stop' } });
    expect(stopped.done).toHaveLength(before.available);
  });
});
