import { Random } from '@sterna/sample-mailbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, notes, pass, queuePass } from '../support/direct-pass.ts';
import { mailDifferences } from '../support/microsoft365.ts';
import { until } from '../support/until.ts';
import { finishPass, type Kill, killLiving, passWithKills, startPass, whileAlive } from './harness.ts';
import { Microsoft365Stage } from './microsoft365-stage.ts';
import { atRandom, times } from './scenarios/points.ts';

const kill = new Microsoft365Stage();
beforeAll(() => kill.open(), 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(kill.report));
  await kill.close();
});

const isCreate = ({ method, target }: { method: string; target: string }): boolean =>
  method === 'POST' && /\/mailFolders\/[^/]+\/messages$/.test(target);

async function scenario(name: string, seed: number, kills: Iterable<Kill>): Promise<void> {
  const user = kill.fresh(name);
  const before = kill.seed(user, seed);
  const address = kill.person();
  const entry = await addEntry(kill.bench, kill.from(user), kill.to(address));
  const outcome = await passWithKills(kill.stage, entry, 'initial', kills);
  expect(outcome.error).toBeNull();
  expect(outcome.status).toBe('completed');
  expect(outcome.books.balanced).toBe(true);
  await kill.expectExactlyOnce(user, address, entry);
  const { changes } = kill.grow(user, seed + 1);
  const delta = await passWithKills(kill.stage, entry, 'delta', [
    { at: 'after-acknowledgement', nth: 1 },
    { at: 'during-listing', nth: 2 },
  ]);
  expect(delta.status).toBe('completed');
  expect(delta.books.balanced).toBe(true);
  await kill.expectSettled(entry);
  // Deletions are left alone by default.
  const removed = changes.filter(({ what }) => what === 'removed').length;
  const rest = await mailDifferences(kill.stored(user), kill.mail(address), before, { state: false });
  expect(rest.filter((one) => one.startsWith('lost'))).toEqual([]);
  expect(rest.filter((one) => one.startsWith('extra'))).toHaveLength(removed);
}

describe('exactly once into Microsoft 365', () => {
  test.concurrent('chosen points', async () => {
    const at = ['after-intent-commit', 'after-acknowledgement', 'after-settle-commit', 'before-close'] as const;
    await Promise.all(
      at.map((point, i) =>
        scenario(
          `m365-point-${i}`,
          700 + 10 * i,
          times(point === 'before-close' ? 2 : 5, (n) => ({ at: point, nth: 1 + (n % 3) })),
        ),
      ),
    );
  }, 600_000);

  test.concurrent('random moments, and recovery itself', async () => {
    await scenario('m365-random', 760, [
      ...atRandom(8, new Random(365)),
      { at: 'after-acknowledgement', nth: 2 },
      { at: 'during-recovery', nth: 1 },
      { at: 'during-recovery', nth: 1 },
    ]);
  }, 600_000);

  test('answers lost after the write took effect', async () => {
    const user = kill.fresh('m365-answers');
    kill.seed(user, 770);
    const address = kill.person();
    const entry = await addEntry(kill.bench, kill.from(user), kill.to(address));
    for (const after of [3, 11, 30])
      kill.tenant.faults.inject({ fault: { kind: 'lost-acknowledgement' }, when: isCreate, after });
    kill.tenant.faults.inject({ fault: { kind: 'reset' }, when: isCreate, after: 20 });
    kill.tenant.faults.inject({ fault: { kind: 'answer', status: 503, afterEffect: true }, when: isCreate, after: 40 });
    const outcome = await pass(kill.bench, entry, 'initial');
    expect(outcome.status).toBe('completed');
    await kill.expectExactlyOnce(user, address, entry);
  }, 600_000);
});

test('what lands after it was sent again is removed; what people copied stays', async () => {
  const user = kill.fresh('m365-late');
  kill.seed(user, 780);
  const address = kill.person();
  const mail = kill.mail(address);
  const entry = await addEntry(kill.bench, kill.from(user), kill.to(address));
  const id = await queuePass(kill.bench, entry, 'initial');
  const letGo = Promise.withResolvers<void>();
  const fault = kill.tenant.faults.inject({ fault: { kind: 'hold', until: letGo.promise }, when: isCreate, after: 5 });
  const child = startPass(kill.stage, id);
  await whileAlive(
    child,
    until('a write is on its way', () => fault.struck === 1),
    'its write',
  );
  await killLiving(kill.stage, child, 'a write under way');
  await finishPass(kill.stage, id);
  const whole = (await mail.messages()).length;
  letGo.resolve();
  await until('the write has landed', async () => (await mail.messages()).length > whole);
  const [one] = (await mail.messages()).filter(({ folder }) => folder[0] === 'INBOX');
  mail.copy(one?.id ?? '', ['INBOX']);
  expect(await mail.messages()).toHaveLength(whole + 2);
  expect((await pass(kill.bench, entry, 'delta')).status).toBe('completed');
  expect(await mail.messages()).toHaveLength(whole + 1);
  expect((await notes(kill.bench, entry)).filter(({ kind }) => kind === 'suspect').map(({ code }) => code)).toEqual([
    'late-copy-removed',
  ]);
}, 600_000);

test('killed while no list shows what was just written: once, as soon as they show it', async () => {
  const user = kill.fresh('m365-behind');
  kill.seed(user, 790);
  const address = kill.person();
  const entry = await addEntry(kill.bench, kill.from(user), kill.to(address));
  kill.tenant.faults.listDelayMs = 3_600_000;
  try {
    const outcome = await passWithKills(kill.stage, entry, 'initial', [
      { at: 'after-acknowledgement', nth: 1 },
      { at: 'after-acknowledgement', nth: 2 },
      { at: 'during-recovery', nth: 1 },
    ]);
    expect(outcome).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
  } finally {
    kill.tenant.faults.listDelayMs = 0;
  }
  expect((await kill.mail(address).messages()).length).toBeGreaterThan([...kill.stored(user).values()].flat().length);
  expect((await pass(kill.bench, entry, 'delta')).status).toBe('completed');
  await kill.expectExactlyOnce(user, address, entry);
  const suspects = (await notes(kill.bench, entry)).filter(({ kind }) => kind === 'suspect');
  expect(new Set(suspects.map(({ code }) => code))).toEqual(new Set(['late-copy-removed']));
}, 600_000);

test('at least 20 kills hit a living process', () => {
  expect(kill.report.hits).toBeGreaterThanOrEqual(20);
});
