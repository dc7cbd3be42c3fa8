import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addCutoverLine,
  cancelSchedule,
  changeCutoverLine,
  createSchedule,
  getBalances,
  getEntry,
  grantLicenses,
  importUserList,
  listAudit,
  listCutover,
  listEntries,
  listPasses,
  listScheduleRuns,
  listSchedules,
  projectReport,
  removeCutoverLine,
  runSchedules,
  startPass,
  startVerify,
  updateEntry,
} from '../src/index.ts';
import { codeOf, endPass, makeProject, openStage, type Stage, unique } from './fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const HOUR = 3_600_000;
const soon = (hours = 2) => new Date(Date.now() + hours * HOUR);

/** A project with so many entries in each of these batches. */
async function project(batches: Readonly<Record<string, number>>): Promise<number> {
  const { project: made } = await makeProject(stage);
  const lines = Object.entries(batches).flatMap(([batch, count]) =>
    Array.from({ length: count }, () => `${unique('a')}@old.example,${unique('b')}@new.example,${batch}`),
  );
  const { imported, problems } = await importUserList(stage.context, stage.owner, {
    projectId: made.id,
    csv: new TextEncoder().encode(`Source,Target,Batch\n${lines.join('\n')}\n`),
  });
  if (imported !== lines.length) throw new Error(JSON.stringify(problems));
  return made.id;
}
const grant = (quantity: number) =>
  grantLicenses(stage.context, stage.owner, { type: 'mail', tier: 'standard', quantity });
const available = async () =>
  (await getBalances(stage.context, stage.owner)).find((one) => one.type === 'mail' && one.tier === 'standard')
    ?.available ?? 0;
const schedule = (projectId: number, batch: string, kind: 'initial' | 'delta', more = {}) =>
  createSchedule(stage.context, stage.owner, { projectId, batch, kind, runAt: soon(), zone: 'Europe/Berlin', ...more });
const entries = async (projectId: number, batch?: string) =>
  (await listEntries(stage.context, stage.owner, { projectId, batch })).items;
const statuses = async (projectId: number, batch?: string) =>
  (await entries(projectId, batch)).map((one) => one.status);
const rewind = (scheduleId: number, hours: number) =>
  stage.database.pool.query(
    `update batch_schedule set next_run_at = now() - make_interval(hours => $2) where id = $1`,
    [scheduleId, hours],
  );

describe('the schedule of a batch', () => {
  it('shows at its entries until it runs or is cancelled', async () => {
    const projectId = await project({ Sales: 2, '': 1 });
    const runAt = soon();
    const made = await schedule(projectId, 'Sales', 'initial', { runAt });
    expect(made).toMatchObject({ state: 'open', nextRunAt: runAt, requestedBy: stage.owner.name });
    const [first, second] = await entries(projectId, 'Sales');
    expect(first).toMatchObject({ status: 'scheduled', resumeAt: runAt });
    expect(await statuses(projectId, '')).toEqual(['not started']);
    expect(await codeOf(schedule(projectId, 'Sales', 'initial', { runAt }))).toBe('schedule-overlaps');
    expect(await codeOf(schedule(projectId, 'Marketing', 'initial'))).toBe('batch-empty');

    // Whoever joins or leaves the batch takes part, or doesn't any more.
    const [other] = await entries(projectId, '');
    await updateEntry(stage.context, stage.owner, { entryId: other?.id ?? 0, batch: 'Sales' });
    await updateEntry(stage.context, stage.owner, { entryId: second?.id ?? 0, batch: null });
    await runSchedules(stage.context);
    expect(await statuses(projectId, 'Sales')).toEqual(['scheduled', 'scheduled']);
    expect(await statuses(projectId, '')).toEqual(['not started']);

    // By hand is still possible, and earlier.
    await grant(1);
    await startPass(stage.context, stage.owner, { entryId: first?.id ?? 0 });
    const cancelled = await cancelSchedule(stage.context, stage.owner, { scheduleId: made.id });
    expect(cancelled).toMatchObject({ state: 'cancelled', cancelledBy: stage.owner.name, nextRunAt: undefined });
    expect(await statuses(projectId, 'Sales')).toEqual(['scheduled', 'not started']);
    expect(await codeOf(cancelSchedule(stage.context, stage.owner, { scheduleId: made.id }))).toBe('schedule-over');
    await runSchedules(stage.context);
    expect((await listPasses(stage.context, stage.owner, { projectId })).items).toHaveLength(1);
  });

  it('starts each entry once, however many processes are there, and says who was not started and why', async () => {
    const projectId = await project({ Night: 5 });
    const left = await available();
    if (left > 3) throw new Error('the test needs few licenses');
    await grant(3 - left);
    const made = await schedule(projectId, 'Night', 'initial');
    await rewind(made.id, 0);
    await Promise.all([1, 2, 3, 4].map(() => runSchedules(stage.context)));
    const [view] = await listSchedules(stage.context, stage.owner, { projectId });
    expect(view).toMatchObject({
      state: 'over',
      lastRun: {
        started: 3,
        refused: 2,
        missed: 0,
        endedAt: expect.any(Date),
        passes: { running: 3 },
        refusals: [{ code: 'license-none-left', entries: 2, fix: expect.stringContaining('Grant') }],
      },
    });
    expect(view?.lastRun?.refusals[0]?.sample[0]?.sourceAddress).toMatch(/@old.example$/);
    const passes = (await listPasses(stage.context, stage.owner, { projectId })).items;
    expect(passes).toHaveLength(3);
    expect(new Set(passes.map((pass) => pass.requestedBy))).toEqual(new Set([`${stage.owner.name} (schedule)`]));
    // Who was refused waits for nothing any more.
    expect((await statuses(projectId)).sort()).toEqual([
      ...Array(2).fill('not started'),
      ...Array(3).fill('scheduled'),
    ]);
    const { items } = await listAudit(stage.context, stage.owner, { action: 'batch.run', limit: 1 });
    expect(items[0]?.data).toMatchObject({ batch: 'Night', started: 3, refused: 2 });
  });

  it('repeats a delta until its end; what was missed is counted, not made up for; failures stay in sight', async () => {
    const projectId = await project({ Wave: 2 });
    await grant(1);
    const [first, second] = await entries(projectId);
    await startPass(stage.context, stage.owner, { entryId: first?.id ?? 0 });
    await endPass(stage, first?.id ?? 0, 'completed with failures');
    const made = await schedule(projectId, 'Wave', 'delta', { everyHours: 2, until: soon(60) });
    expect(await codeOf(schedule(projectId, 'Wave', 'delta', { everyHours: 5, until: soon(70), runAt: soon(3) }))).toBe(
      'schedule-overlaps',
    );
    const failing = { entryId: first?.id ?? 0 };
    expect(await getEntry(stage.context, stage.owner, failing)).toMatchObject({
      status: 'completed with failures',
      resumeAt: made.nextRunAt,
    });
    await rewind(made.id, 9);
    await runSchedules(stage.context);
    const [run] = await listScheduleRuns(stage.context, stage.owner, { scheduleId: made.id });
    expect(run).toMatchObject({ missed: 4, started: 1, refusals: [{ code: 'entry-not-started', entries: 1 }] });
    const [view] = await listSchedules(stage.context, stage.owner, { projectId, open: true });
    expect(view?.nextRunAt?.getTime()).toBeGreaterThan(Date.now());

    // The pass runs on when its next time comes: that is said, and nothing starts twice.
    await rewind(made.id, 0);
    await runSchedules(stage.context);
    const [again] = await listScheduleRuns(stage.context, stage.owner, { scheduleId: made.id });
    expect(again?.refusals.map((one) => one.code).sort()).toEqual(['entry-not-started', 'entry-running']);
    await endPass(stage, first?.id ?? 0);
    await runSchedules(stage.context);
    expect(await getEntry(stage.context, stage.owner, failing)).toMatchObject({
      status: 'scheduled',
      statusDetail: expect.stringContaining('delta'),
      lastPass: { kind: 'delta', status: 'completed' },
    });
    expect(await getEntry(stage.context, stage.owner, { entryId: second?.id ?? 0 })).toMatchObject({
      status: 'not started',
    });
    await cancelSchedule(stage.context, stage.owner, { scheduleId: made.id });
    expect(await getEntry(stage.context, stage.owner, failing)).toMatchObject({
      status: 'completed',
      resumeAt: undefined,
    });
  });

  it('goes on after its process was killed, with each entry started once', async () => {
    const projectId = await project({ Big: 1_200 });
    await grant(1_200);
    const made = await schedule(projectId, 'Big', 'initial');
    await rewind(made.id, 0);
    const started = async (): Promise<number> =>
      (await stage.database.pool.query('select count(*) as n from batch_run_entry where pass_id is not null')).rows[0]
        .n;
    const before = await started();
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('run-schedules.ts', import.meta.url)), stage.database.url, stage.context.dataDir],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    while ((await started()) === before) if (child.exitCode !== null) throw new Error('it ended by itself');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(said).toBe('');
    const done = (await started()) - before;
    expect(done > 0 && done < 1_200).toBe(true);
    // Its lease runs out by the database's clock.
    for (let over = false; !over; ) {
      await runSchedules(stage.context);
      over = (await listSchedules(stage.context, stage.owner, { projectId }))[0]?.lastRun?.endedAt !== undefined;
    }
    const { rows } = await stage.database.pool.query(
      'select count(*) as n, count(distinct entry_id) as entries from pass where entry_id in (select id from entry where project_id = $1)',
      [projectId],
    );
    expect(rows[0]).toEqual({ n: 1_200, entries: 1_200 });
  });
});

describe('the cutover checklist', () => {
  it('is ticked by people, and says beside it what the passes say', async () => {
    const projectId = await project({ Sales: 3 });
    await grant(3);
    const { context, owner } = stage;
    const line = async (key: string) =>
      (await listCutover(context, owner, { projectId }))[0]?.lines.find((one) => one.key === key);
    expect((await listCutover(context, owner, { projectId }))[0]?.lines.map((one) => one.key)).toEqual([
      'last-delta',
      'forwarding',
      'mx',
      'profiles',
      'verify',
    ]);
    const ids = (await entries(projectId)).map((one) => one.id);
    for (const status of ['completed', 'completed', 'completed with failures'] as const)
      for (const entryId of ids) {
        await startPass(context, owner, { entryId });
        await endPass(stage, entryId, entryId === ids[0] ? status : 'completed');
      }
    expect((await line('last-delta'))?.evidence).toMatchObject({
      entries: 3,
      done: 2,
      withFailures: 1,
      none: 0,
      lastEndedAt: expect.any(Date),
    });
    const [verified = 0] = ids;
    await startVerify(context, owner, { entryId: verified });
    await endPass(stage, verified);
    expect((await line('verify'))?.evidence).toMatchObject({ done: 1, none: 2, stale: 0 });
    await startPass(context, owner, { entryId: verified });
    expect((await line('last-delta'))?.evidence).toMatchObject({ done: 2, withFailures: 0, running: 1 });
    expect((await line('verify'))?.evidence).toMatchObject({ done: 1, stale: 1 });

    const at = { projectId, batch: 'Sales' };
    await changeCutoverLine(context, owner, { ...at, key: 'mx', done: true, note: ' TTL was 300 ' });
    const ticked = await line('mx');
    expect(ticked).toMatchObject({ doneBy: owner.name, note: 'TTL was 300', doneAt: expect.any(Date) });
    await changeCutoverLine(context, { ...owner, name: 'somebody else' }, { ...at, key: 'mx', done: true });
    expect(await line('mx')).toEqual(ticked);
    await changeCutoverLine(context, owner, { ...at, key: 'mx', done: false });
    expect(await line('mx')).toMatchObject({ doneAt: undefined, note: 'TTL was 300' });
    const { items } = await listAudit(context, owner, { action: 'cutover.untick' });
    expect(items[0]?.data).toMatchObject({ line: 'mx', tickedBy: owner.name });

    await addCutoverLine(context, owner, { ...at, title: 'Scanner sends to the new relay' });
    const full = await addCutoverLine(context, owner, { ...at, title: 'Call the branch office' });
    expect(full.lines.map((one) => one.key).slice(5)).toEqual(['own-1', 'own-2']);
    await removeCutoverLine(context, owner, { ...at, key: 'own-1' });
    expect(await codeOf(removeCutoverLine(context, owner, { ...at, key: 'mx' }))).toBe('cutover-line-fixed');
    expect(await codeOf(addCutoverLine(context, owner, { ...at, title: ' ' }))).toBe('name-invalid');
    expect(await codeOf(changeCutoverLine(context, owner, { ...at, key: 'own-9', done: true }))).toBe('not-found');
    expect(await codeOf(changeCutoverLine(context, owner, { ...at, batch: 'None', key: 'mx' }))).toBe('batch-empty');
    const { cutover } = await projectReport(context, owner, { projectId });
    expect(cutover).toMatchObject([{ batch: 'Sales', entries: 3, lines: { length: 6 } }]);
  });
});
