import { claimPass, countThroughput, endPass as endClaimed, pruneThroughput } from '@sterna/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Actor,
  actorOfSession,
  assignLicense,
  beginRemigration,
  createEntries,
  createOrganization,
  deleteEntry,
  forecastLicenses,
  getOverview,
  grantLicenses,
  listEntries,
  signIn,
  startPass,
} from '../src/index.ts';
import { forecastOf } from '../src/overview-forecast.ts';
import { codeOf, endPass, makeProject, openStage, type Stage, unique } from './fixture.ts';

let stage: Stage;
let stranger: Actor;
beforeAll(async () => {
  stage = await openStage();
  await createOrganization(stage.context, stage.owner, {
    name: 'Second',
    email: 'owner@second.example',
    password: 'battery staple',
  });
  const session = await signIn(stage.context, { email: 'owner@second.example', password: 'battery staple' });
  stranger = await actorOfSession(stage.context, session.token);
  await grantLicenses(stage.context, stage.owner, { type: 'mail', tier: 'standard', quantity: 40 });
});
afterAll(() => stage.close());

/** A project with that many entries in its user list. */
async function list(entries: number) {
  const { project, source, target } = await makeProject(stage);
  const made = await createEntries(stage.context, stage.owner, {
    projectId: project.id,
    entries: Array.from({ length: entries }, (_, i) => ({
      itemType: 'mailbox' as const,
      sourceAddress: `${unique(`a${i}`)}@old.example`,
      targetAddress: `${unique(`b${i}`)}@new.example`,
    })),
  });
  return { projectId: project.id, source, target, ids: made.map((entry) => entry.id) };
}

const start = async (entryId: number) => (await startPass(stage.context, stage.owner, { entryId })).pass;
const overview = (projectId: number) => getOverview(stage.context, stage.owner, { projectId });
const sql = (text: string, values: unknown[] = []) => stage.database.pool.query(text, values);

async function claim(passId: number) {
  const taken = await claimPass(stage.database.pool, { leaseSeconds: 60, passId });
  if (taken === undefined) throw new Error(`pass ${passId} could not be claimed`);
  return taken;
}

const progress = (objects: number, more: object = {}) => ({
  phase: 'content',
  container: 'INBOX/Travel',
  objects,
  planned: 100,
  bytes: objects * 1_000,
  failed: 0,
  objectsPerSecond: 10,
  bytesPerSecond: 10_000,
  etaSeconds: 10,
  throttledUntil: null,
  ...more,
});
const report = (passId: number, given: object) =>
  sql('update pass set progress = $2 where id = $1', [passId, JSON.stringify(given)]);

describe('what runs', () => {
  it('counts by status and shows running passes with their progress', async () => {
    const { projectId, ids } = await list(4);
    const [one, two, three] = ids as [number, number, number];
    const running = await start(one);
    await start(two);
    const waiting = await start(three);
    await claim(running.id);
    const throttled = {
      throttledUntil: '2999-01-01T00:00:00.000Z',
      throttledBy: { side: 'target', reason: 'The target asks for less.' },
    };
    await report(running.id, progress(50, { failed: 2, ...throttled }));
    await claim(waiting.id);
    await sql(`update pass set status = 'pending', resume_at = now() + interval '1 hour' where id = $1`, [waiting.id]);

    const found = await overview(projectId);
    expect(found.passes).toMatchObject({ running: 1, queued: 1, pending: 1 });
    expect(found.passes.items).toEqual([
      expect.objectContaining({
        id: running.id,
        entryId: one,
        projectId,
        kind: 'initial',
        phase: 'content',
        folder: 'INBOX/Travel',
        objects: 50,
        planned: 100,
        failed: 2,
        bytes: 50_000,
        etaSeconds: 10,
        ...throttled,
      }),
    ]);
    expect(found.projects).toEqual([
      expect.objectContaining({ id: projectId, entries: 4, byStatus: expect.objectContaining({ 'not started': 1 }) }),
    ]);
    // Until the source is listed, nobody knows how much there is.
    await report(running.id, progress(0, { phase: 'listing', planned: 0, etaSeconds: null }));
    const [listing] = (await overview(projectId)).passes.items;
    expect(listing?.planned).toBeUndefined();
    expect(listing?.etaSeconds).toBeUndefined();
  });

  it('is told to nobody else', async () => {
    const { projectId } = await list(1);
    expect(await codeOf(getOverview(stage.context, stranger, { projectId }))).toBe('not-found');
    expect(await codeOf(forecastLicenses(stage.context, stranger, { projectId }))).toBe('not-found');
    expect(await getOverview(stage.context, stranger)).toMatchObject({
      projects: [],
      passes: { running: 0, queued: 0, pending: 0, items: [] },
      throttled: [],
      licenses: [],
      forecast: { passes: 0 },
    });
    expect(await codeOf(getOverview(stage.context, { ...stranger, scopes: [] }))).toBe('not-allowed');
  });
});

describe('what needs a person', () => {
  it('counts entries by project, and names those that are uncertain or unbalanced', async () => {
    const { projectId, ids } = await list(5);
    const [failed, uncertain, clean, unbalanced, deleted] = ids as [number, number, number, number, number];
    for (const id of ids) await start(id);
    await endPass(stage, failed, 'failed');
    await endPass(stage, uncertain, 'completed with failures');
    await sql(`update pass set books = books || '{"uncertain": 3}' where entry_id = $1`, [uncertain]);
    await endPass(stage, clean, 'completed');
    await endPass(stage, unbalanced, 'failed');
    await sql(`update pass set error = '{"code": "unbalanced", "message": "no"}' where entry_id = $1`, [unbalanced]);
    await endPass(stage, deleted, 'failed');
    await deleteEntry(stage.context, stage.owner, { entryId: deleted });

    const found = await overview(projectId);
    expect(found.projects[0]).toMatchObject({
      entries: 4,
      attention: 3,
      uncertainEntries: 1,
      uncertainObjects: 3,
      unbalanced: 1,
      byStatus: { failed: 2, 'completed with failures': 1, completed: 1 },
      filter: { status: 'failed,completed with failures' },
    });
    expect(found.attention.entries).toBe(3);
    expect(found.attention.uncertain).toMatchObject({ total: 1, items: [{ entryId: uncertain, objects: 3 }] });
    expect(found.attention.unbalanced).toMatchObject({ total: 1, items: [{ entryId: unbalanced, objects: 0 }] });

    // A delta pass that balances settles it: the last writing pass decides.
    await start(unbalanced);
    await endPass(stage, unbalanced, 'completed with failures');
    expect((await overview(projectId)).attention).toMatchObject({ entries: 3, unbalanced: { total: 0, items: [] } });
    await start(unbalanced);
    await endPass(stage, unbalanced, 'completed');
    expect((await overview(projectId)).attention.entries).toBe(2);
  });

  it('names remigrations that wait for a decision, not those that wait for a pass', async () => {
    const { projectId, ids } = await list(2);
    const [mine, bulk] = ids as [number, number];
    for (const id of ids) {
      await start(id);
      await endPass(stage, id);
    }
    const begun = await beginRemigration(stage.context, stage.owner, { entryId: mine, reason: 'critical errors' });
    const auto = await beginRemigration(stage.context, stage.owner, { entryId: bulk, reason: 'critical errors' });
    await sql(`update remigration set data = data || '{"auto": {"by": "x"}, "bulkId": "b"}' where id = $1`, [auto.id]);
    const waiting = async () => (await overview(projectId)).attention.remigrations;
    expect(await waiting()).toMatchObject({
      total: 1,
      items: [{ id: begun.id, entryId: mine, step: 'backup', isProblem: false }],
    });
    // It waits for a pass now: nobody has to do anything.
    const { rows } = await sql(
      `insert into pass (entry_id, number, kind, settings, settings_version, requested_by)
       values ($1, 9, 'audit', '{}', '', 'test') returning id`,
      [mine],
    );
    await sql(`update remigration set data = data || jsonb_build_object('passId', $2::bigint) where id = $1`, [
      begun.id,
      rows[0].id,
    ]);
    expect(await waiting()).toEqual({ total: 0, items: [] });
    await sql(`update pass set status = 'failed', error = '{"message": "Disk full."}' where id = $1`, [rows[0].id]);
    expect(await waiting()).toMatchObject({
      total: 1,
      items: [{ isProblem: true, words: expect.stringMatching(/Disk full/) }],
    });
    // A pilot that is through asks about the rest.
    await sql(
      `update remigration set step = 'done', ended_at = now(),
              data = data || '{"pilot": true, "bulk": {"waiting": [1, 2]}}' where id = $1`,
      [auto.id],
    );
    expect(await waiting()).toMatchObject({ total: 2, items: [{}, { id: auto.id, step: 'continue', pilot: true }] });
    await sql(`update remigration set data = jsonb_set(data, '{bulk,go}', 'true') where id = $1`, [auto.id]);
    expect((await waiting()).total).toBe(1);
  });
});

describe('what waits', () => {
  it('says which system holds back, on which side, since and until when, and how much waits for it', async () => {
    const { projectId, source, target, ids } = await list(4);
    const passes = await Promise.all(ids.map((id) => start(id)));
    const [first = 0, second = 0, third = 0] = passes.map((pass) => pass.id);
    const until = new Date(Date.now() + 600_000);
    // The books go by the database's clock: a millisecond more or less.
    const thatTime = expect.toSatisfy((time: Date) => Math.abs(time.getTime() - until.getTime()) < 1_000);
    const pause = (error: object, throttledSystem?: { side: 'source' | 'target'; until: Date }) => ({
      status: 'pending' as const,
      detail: 'Target: too many connections',
      resumeAt: until,
      activeSeconds: 1,
      progress: progress(0),
      error,
      ...(throttledSystem === undefined ? {} : { throttledSystem }),
    });
    const busy = { code: 'imap-busy', class: 'throttled', message: 'Target: too many connections', side: 'target' };
    await endClaimed(stage.database.pool, await claim(first), pause(busy, { side: 'target', until }));
    let [held] = (await overview(projectId)).throttled;
    expect(held).toMatchObject({
      kind: 'throttled',
      system: { id: target.id, name: target.name },
      side: 'target',
      reason: 'Target: too many connections',
      until: thatTime,
      // The one that was turned away, and three that may not start.
      passes: 4,
      connections: 10,
      ceiling: 20,
    });
    expect(Math.abs((held?.since?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);

    // Throttled again soon after: it has been so since the first time.
    await sql(
      `update budget set resume_at = now() - interval '1 minute', throttled_since = now() - interval '20 minutes'
                where system_id = $1`,
      [target.id],
    );
    await endClaimed(stage.database.pool, await claim(second), pause(busy, { side: 'target', until }));
    [held] = (await overview(projectId)).throttled;
    expect(Date.now() - (held?.since?.getTime() ?? 0)).toBeGreaterThan(19 * 60_000);

    // A source that doesn't answer holds back only what has asked it.
    await sql(`update budget set resume_at = null where system_id = $1`, [target.id]);
    const gone = { code: 'connection-refused', class: 'transient', message: 'Source: refused', side: 'source' };
    await endClaimed(stage.database.pool, await claim(third), pause(gone));
    const both = (await overview(projectId)).throttled;
    expect(both).toContainEqual(
      expect.objectContaining({
        kind: 'unavailable',
        system: { id: source.id, name: source.name },
        side: 'source',
        code: 'connection-refused',
        passes: 1,
        until: thatTime,
      }),
    );
    // What was turned away is waiting for its time still, though the system may be asked again.
    expect(both).toContainEqual(
      expect.objectContaining({ kind: 'throttled', system: expect.objectContaining({ id: target.id }), passes: 2 }),
    );
    const other = await list(1);
    expect((await overview(other.projectId)).throttled).toEqual([]);
  });

  it('names a full mailbox as the one that it is, and no more than the first of many', async () => {
    const { projectId, target, ids } = await list(22);
    const fullUntil = (n: number) => new Date(Date.UTC(2100, 0, 1, n));
    const full = { code: 'over-quota', class: 'throttled', message: 'The mailbox is full.', side: 'target' };
    await sql(
      `insert into pass (entry_id, number, kind, status, settings, settings_version, requested_by, error, resume_at)
       select t.id, 1, 'initial', 'pending', '{}', '1', 'test', $2, t.until
         from unnest($1::bigint[], $3::timestamptz[]) as t(id, until)`,
      [ids, full, ids.map((_, n) => fullUntil(n))],
    );
    const held = (await overview(projectId)).throttled;
    const { items } = await listEntries(stage.context, stage.owner, { projectId });
    expect(held.length).toBe(21);
    expect(held[0]).toMatchObject({
      kind: 'mailbox',
      entry: { id: ids[0], address: items.find((entry) => entry.id === ids[0])?.targetAddress },
      system: { id: target.id, name: target.name },
      side: 'target',
      code: 'over-quota',
      until: fullUntil(0),
      passes: 1,
    });
    expect(held.at(-1)).toMatchObject({ kind: 'mailbox', entry: undefined, system: undefined, passes: 2 });
  });
});

describe('throughput', () => {
  const total = async (projectId: number) => {
    const { throughput } = await overview(projectId);
    const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);
    return [sum(throughput.objects), sum(throughput.bytes)];
  };

  it('counts what was done once, whoever does it and however often it is asked', async () => {
    const { pool } = stage.database;
    const { projectId, ids } = await list(2);
    const [one, two] = ids as [number, number];
    const pass = await start(one);
    const worker = await claim(pass.id);
    await report(pass.id, progress(30));
    await Promise.all([countThroughput(pool, pass.id), countThroughput(pool, pass.id), countThroughput(pool, pass.id)]);
    expect(await total(projectId)).toEqual([30, 30_000]);
    // Its worker dies with 15 more reported, another goes on with them and comes to 60.
    await report(pass.id, progress(45));
    await sql(`update lease set expires_at = now() where owner = $1`, [worker.lease.owner]);
    const heir = await claim(pass.id);
    await report(pass.id, progress(50));
    await countThroughput(pool, pass.id);
    expect(await total(projectId)).toEqual([50, 50_000]);
    await endClaimed(pool, heir, { status: 'completed', activeSeconds: 1, progress: progress(60) });
    await countThroughput(pool, pass.id);
    expect(await total(projectId)).toEqual([60, 60_000]);
    // The next pass starts from nothing, and adds.
    const delta = await start(one);
    await endClaimed(pool, await claim(delta.id), { status: 'completed', activeSeconds: 1, progress: progress(7) });
    expect(await total(projectId)).toEqual([67, 67_000]);
    // A look at what is there is no migration.
    const { rows } = await sql(
      `insert into pass (entry_id, number, kind, settings, settings_version, requested_by)
       values ($1, 1, 'verify', '{}', '', 'test') returning id`,
      [two],
    );
    await endClaimed(pool, await claim(rows[0].id), { status: 'completed', activeSeconds: 1, progress: progress(99) });
    expect(await total(projectId)).toEqual([67, 67_000]);
  });

  it('lies in its minute, reaches back as far as asked, and is forgotten after some days', async () => {
    const { projectId } = await list(1);
    const { rows: minutes } = await sql(
      `insert into throughput (organization_id, project_id, minute, objects, bytes)
       select $1, $2, date_trunc('minute', now()) - make_interval(mins => ago), ago, 1
         from unnest('{5, 100, 600, 20000}'::int[]) ago
       returning objects, minute`,
      [stage.owner.organizationId, projectId],
    );
    const look = async (hours: number) =>
      (await getOverview(stage.context, stage.owner, { projectId, hours })).throughput;
    const three = await look(3);
    expect(three.objects).toHaveLength(180);
    for (const ago of [5, 100])
      expect(three.from.getTime() + three.objects.indexOf(ago) * 60_000).toBe(
        minutes.find((one) => one.objects === ago)?.minute.getTime(),
      );
    expect((await look(1)).objects.filter((n) => n > 0)).toEqual([5]);
    expect((await look(24)).objects.filter((n) => n > 0)).toEqual([600, 100, 5]);
    await pruneThroughput(stage.database.pool);
    const { rows } = await sql('select objects from throughput where project_id = $1 order by 1', [projectId]);
    expect(rows.map((row) => row.objects)).toEqual([5, 100, 600]);
  });
});

describe('the forecast', () => {
  const NOW = new Date('2026-11-22T20:00:00Z');
  const row = (more: object) => ({
    status: 'running' as const,
    writes: true,
    source_system_id: 1,
    target_system_id: 2,
    passes: 1,
    listed: 1,
    objects_left: 0,
    objects_per_second: 0,
    bytes_per_second: 0,
    longest_eta: 0,
    last_resume: null,
    ...more,
  });
  const noPace = async () => ({ passes: 0, seconds: 0 });
  const finish = async (rows: ReturnType<typeof row>[], pace = noPace) => {
    const found = await forecastOf(rows, pace, NOW);
    return found.finishAt === undefined ? undefined : [found.basis, (found.finishAt.getTime() - NOW.getTime()) / 1_000];
  };

  it('takes what is left at the rates now', async () => {
    const two = [row({ passes: 2, listed: 2, objects_left: 6_000, objects_per_second: 10, longest_eta: 100 })];
    expect(await finish(two)).toEqual(['objects', 600]);
    // The slowest alone may take longer than all of them together would.
    expect(await finish([row({ objects_left: 6_000, objects_per_second: 10, longest_eta: 900 })])).toEqual([
      'objects',
      900,
    ]);
    // What is held back goes on later, and takes its time then.
    const held = row({ status: 'pending', objects_left: 1_000, last_resume: new Date(NOW.getTime() + 3_600_000) });
    expect(await finish([...two, held])).toEqual(['objects', 3_700]);
  });

  it('says nothing where nobody can know', async () => {
    expect(await finish([])).toBeUndefined();
    // Nothing moves.
    expect(await finish([row({ status: 'pending', objects_left: 10, last_resume: NOW })])).toBeUndefined();
    // A mailbox that isn't listed yet, and no pace to go by.
    const unlisted = [row({ objects_left: 100, objects_per_second: 10 }), row({ status: 'queued', listed: 0 })];
    expect(await finish(unlisted)).toBeUndefined();
    expect(await finish(unlisted, async () => ({ passes: 4, seconds: 100 }))).toBeUndefined();
    expect(await finish(unlisted, async () => ({ passes: 10, seconds: 1_000 }))).toEqual(['passes', 200]);
    // Audits and verifies aren't what people wait for.
    expect(await finish([row({ writes: false, objects_left: 10, objects_per_second: 1 })])).toBeUndefined();
  });

  it('knows the pace of real passes', async () => {
    const { projectId, ids } = await list(7);
    for (const id of ids.slice(0, 6)) {
      const pass = await start(id);
      await sql(`update pass set started_at = now() - interval '10 minutes' where id = $1`, [pass.id]);
      await endPass(stage, id);
    }
    await start(ids[6] as number);
    const { forecast, at } = await overview(projectId);
    expect(forecast).toMatchObject({ passes: 1, unlisted: 1, basis: 'passes' });
    expect(((forecast.finishAt?.getTime() ?? 0) - at.getTime()) / 1_000).toBeCloseTo(100, -1);
  });
});

describe('licenses', () => {
  it('tells what the entries that have not started need, against what is left', async () => {
    const before = (await forecastLicenses(stage.context, stage.owner)).types[0] as { open: number };
    const { projectId, ids } = await list(6);
    const [burned, assigned, deleted] = ids as [number, number, number];
    await start(burned);
    await endPass(stage, burned);
    await assignLicense(stage.context, stage.owner, { entryId: assigned });
    await deleteEntry(stage.context, stage.owner, { entryId: deleted });
    const mine = await forecastLicenses(stage.context, stage.owner, { projectId });
    const [balance] = (await overview(projectId)).licenses;
    expect(balance).toMatchObject({ type: 'mail', tier: 'standard', granted: 40, assigned: 1 });
    expect(mine.projects).toEqual([
      expect.objectContaining({ projectId, type: 'mail', entries: 5, burned: 1, assigned: 1, open: 3 }),
    ]);
    const all = (await forecastLicenses(stage.context, stage.owner)).types[0];
    expect(all).toMatchObject({ type: 'mail', open: before.open + 3, available: balance?.available });
    expect(all?.short).toBe(Math.max(0, (all?.open ?? 0) - (balance?.available ?? 0)));

    const many = await list(60);
    const short = await forecastLicenses(stage.context, stage.owner, { projectId: many.projectId });
    const lack = 60 - (balance?.available ?? 0);
    expect(short.types).toEqual([{ type: 'mail', open: 60, available: balance?.available, trial: 0, short: lack }]);
    expect(short.projects[0]?.short).toBe(lack);
  });
});
