import { type CrashPoint, type EngineDependencies, startWorker, type WorkerOptions } from '@sterna/engine';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { addEntry, notes, type PassOutcome, pass, passOutcome, queuePass } from '../support/direct-pass.ts';
import { type EngineStage, openEngineStage } from '../support/stage.ts';

/** One huge mailbox, several workers: what they write, and that nobody else waits for it. */

const MANY = 300;
const OPTIONS: WorkerOptions = { concurrency: 1, leaseSeconds: 2, split: { from: 100, size: 25 } };

let stage: EngineStage;
beforeAll(async () => {
  stage = await openEngineStage('shares');
});
afterAll(() => stage.close());

/** In two folders, each third one equal byte by byte to the one before. */
const putMany = (user: string) =>
  stage.put(
    user,
    ...Array.from({ length: MANY }, (_, i) => ({
      subject: `mail ${i - (i % 3 === 2 ? 1 : 0)}`,
      folder: i % 10 === 0 ? 'Other' : 'INBOX',
    })),
  );

/** A worker of its own, as far as the database is concerned. */
function work(reached: NonNullable<EngineDependencies['reached']>, options: Partial<WorkerOptions> = {}) {
  const worker = startWorker({ ...stage.bench.deps, reached }, { ...OPTIONS, ...options });
  onTestFinished(() => worker.stop());
  return worker;
}

/** Resolves when `point` is reached for the first time by who is given `reached`. */
function reaching(point: CrashPoint) {
  let told = (): void => {};
  const isReached = new Promise<void>((resolve) => {
    told = resolve;
  });
  return {
    isReached,
    reached: (at: CrashPoint): void => {
      if (at === point) told();
    },
  };
}

async function ended(passId: number): Promise<PassOutcome> {
  await expect
    .poll(async () => (await passOutcome(stage.bench, passId)).status, { timeout: 20_000 })
    .toMatch(/completed|stopped|failed/);
  return passOutcome(stage.bench, passId);
}

const leftovers = async (passId: number): Promise<unknown> =>
  (
    await stage.bench.database.pool.query(
      `select (select count(*)::int from pass_share where pass_id = $1) as shares,
              (select count(*)::int from lease where within is not null) as helpers,
              (select count(*)::int from intent) as intents, (select count(*)::int from todo) as todos,
              (select count(*)::int from budget_slice) as slots`,
      [passId],
    )
  ).rows[0];

const NOTHING = { shares: 0, helpers: 0, intents: 0, todos: 0, slots: 0 };

test('two workers write one mailbox: each message once, the books balance, nothing is left behind', async () => {
  putMany('huge');
  const entry = await addEntry(stage.bench, stage.from('huge'), stage.to('huge'));
  const id = await queuePass(stage.bench, entry, 'initial');
  const helper = reaching('after-confirm');
  work(async (at) => {
    // Its own first batch is sent when the other has brought one of its to the end.
    if (at === 'before-intent-commit') await helper.isReached;
  });
  await expect.poll(async () => (await passOutcome(stage.bench, id)).status).toBe('running');
  work(helper.reached);
  const { status, books } = await ended(id);
  expect(status).toBe('completed');
  expect(books.total).toMatchObject({ seen: MANY, created: MANY, failed: 0, uncertain: 0 });
  expect(stage.differences('huge')).toEqual([]);
  expect(await leftovers(id)).toEqual(NOTHING);
  expect(await notes(stage.bench, entry)).toEqual([]);
  const { rows } = await stage.bench.database.pool.query('select progress from pass where id = $1', [id]);
  expect(rows[0].progress).toMatchObject({ objects: MANY, failed: 0, workers: 1 });
  expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ unchanged: MANY, created: 0 });
});
