import { Random } from '@sterna/sample-mailbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, notes, pass, queuePass } from '../support/direct-pass.ts';
import { gmailDifferences } from '../support/google.ts';
import { putMail } from '../support/put-mail.ts';
import { until } from '../support/until.ts';
import { GoogleStage } from './google-stage.ts';
import { finishPass, type Kill, killLiving, passWithKills, startPass, whileAlive } from './harness.ts';
import { atRandom, times } from './scenarios/points.ts';

const kill = new GoogleStage();
beforeAll(() => kill.open(), 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(kill.report));
  await kill.close();
});

const isLong = process.env.STERNA_TEST_LONG !== undefined;

/** Messages, and drafts, which take no mark in their first moment. */
const isCreate = ({ method, target }: { method: string; target: string }): boolean =>
  method === 'POST' && /\/upload\/gmail\/v1\/users\/me\/(?:messages|drafts)\?/.test(target);

async function scenario(name: string, seed: number, kills: Iterable<Kill>): Promise<void> {
  const user = kill.fresh(name);
  kill.seed(user, seed);
  const address = kill.person();
  const entry = await addEntry(kill.bench, kill.from(user), kill.to(address));
  const outcome = await passWithKills(kill.stage, entry, 'initial', kills);
  expect(outcome.error).toBeNull();
  expect(outcome.status).toBe('completed');
  expect(outcome.books.balanced).toBe(true);
  await kill.expectExactlyOnce(user, address, entry);
  const { changes } = kill.grow(user, seed + 1);
  const delta = await passWithKills(kill.stage, entry, 'delta', [{ at: 'after-acknowledgement', nth: 1 }]);
  expect(delta.status).toBe('completed');
  expect(delta.books.balanced).toBe(true);
  await kill.expectSettled(entry);
  // Deletions are left alone by default.
  const removed = changes.filter(({ what }) => what === 'removed').length;
  const rest = gmailDifferences(kill.stored(user), kill.mail(address), { state: false });
  expect(rest.filter((one) => one.startsWith('lost'))).toEqual([]);
  expect(rest.filter((one) => one.startsWith('extra'))).toHaveLength(removed);
}

describe('exactly once into Gmail', () => {
  test('chosen points, and recovery itself', async () => {
    await scenario('google-points', 810, [
      ...atRandom(4, new Random(8)),
      { at: 'after-intent-commit', nth: 1 },
      { at: 'after-acknowledgement', nth: 1 },
      { at: 'during-recovery', nth: 1 },
      { at: 'after-settle-commit', nth: 1 },
      { at: 'after-acknowledgement', nth: 2 },
      { at: 'before-close', nth: 1 },
    ]);
  }, 600_000);

  test.runIf(isLong)(
    'each point, again and again',
    async () => {
      for (const [i, at] of (
        ['after-intent-commit', 'after-acknowledgement', 'after-settle-commit', 'before-close'] as const
      ).entries())
        await scenario(
          `google-point-${i}`,
          820 + 10 * i,
          times(at === 'before-close' ? 2 : 5, (n) => ({ at, nth: 1 + (n % 3) })),
        );
    },
    600_000,
  );

  test('answers lost after the write took effect', async () => {
    const user = kill.fresh('google-answers');
    kill.seed(user, 870);
    const address = kill.person();
    const entry = await addEntry(kill.bench, kill.from(user), kill.to(address));
    for (const after of [3, 11, 30])
      kill.google.faults.inject({ fault: { kind: 'lost-acknowledgement' }, when: isCreate, after });
    kill.google.faults.inject({ fault: { kind: 'reset' }, when: isCreate, after: 20 });
    kill.google.faults.inject({ fault: { kind: 'answer', status: 503, afterEffect: true }, when: isCreate, after: 40 });
    const outcome = await pass(kill.bench, entry, 'initial');
    expect(outcome.status).toBe('completed');
    await kill.expectExactlyOnce(user, address, entry);
  }, 600_000);
});

test('what lands after it was sent again is removed; a draft of the owner’s stays', async () => {
  const user = kill.fresh('google-late');
  kill.seed(user, 880);
  const address = kill.person();
  const mail = kill.mail(address);
  const own = mail.put(['DRAFT'], Buffer.from('Subject: mine\r\n\r\nmine\r\n'));
  const entry = await addEntry(kill.bench, kill.from(user), kill.to(address));
  const id = await queuePass(kill.bench, entry, 'initial');
  const letGo = Promise.withResolvers<void>();
  const fault = kill.google.faults.inject({ fault: { kind: 'hold', until: letGo.promise }, when: isCreate, after: 5 });
  const child = startPass(kill.stage, id);
  await whileAlive(
    child,
    until('a write is on its way', () => fault.struck === 1),
    'its write',
  );
  await killLiving(kill.stage, child, 'a write under way');
  await finishPass(kill.stage, id);
  const whole = mail.messages().length;
  letGo.resolve();
  await until('the write has landed', () => mail.messages().length > whole);
  expect((await pass(kill.bench, entry, 'delta')).status).toBe('completed');
  expect(mail.messages()).toHaveLength(whole);
  expect(mail.message(own)).toBeDefined();
  expect((await notes(kill.bench, entry)).filter(({ kind }) => kind === 'suspect').map(({ code }) => code)).toEqual([
    'late-copy-removed',
  ]);
}, 600_000);

test('a draft has its flags in the end, though its writer died before they were set', async () => {
  const user = kill.fresh('google-draft');
  putMail(kill.source.mailRoot(user), { folder: 'Drafts', subject: 'half', flags: 'DFS' });
  kill.source.adopt(user);
  const address = kill.person();
  const entry = await addEntry(kill.bench, kill.from(user), kill.to(address));
  const outcome = await passWithKills(kill.stage, entry, 'initial', [
    {
      name: 'before its labels',
      by: (child) =>
        new Promise((resolve) => {
          kill.google.faults.inject({
            fault: { kind: 'reset' },
            when: ({ method, target }) => {
              if (method !== 'POST' || !target.endsWith('/modify')) return false;
              child.kill('SIGKILL');
              resolve();
              return true;
            },
          });
        }),
    },
  ]);
  expect(outcome).toMatchObject({ status: 'completed', error: null });
  expect(outcome.books.total).toMatchObject({ seen: 1, created: 1 });
  expect((await pass(kill.bench, entry, 'delta')).status).toBe('completed');
  expect(gmailDifferences(kill.stored(user), kill.mail(address))).toEqual([]);
}, 120_000);

test('at least 10 kills hit a living process', () => {
  expect(kill.report.hits).toBeGreaterThanOrEqual(10);
});
