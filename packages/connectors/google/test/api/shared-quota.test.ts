import { generateKeyPairSync } from 'node:crypto';
import type { Budget } from '@sterna/cloud-http';
import { VirtualClock } from '@sterna/connector-suite';
import { expect, test } from 'vitest';
import { quotaOf } from '../../src/api/quotas.ts';
import { type Connection, connect } from '../../src/connect.ts';

const NEVER = new AbortController().signal;
const MINUTE = 60_000;
const SEND = 25;

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

/** A session of its own, as a pass opens one. */
const session = (clock: VirtualClock, project = 'migration', settings: object = {}): Connection =>
  connect(
    {
      system: {
        settings,
        credentials: {
          password: JSON.stringify({
            type: 'service_account',
            project_id: project,
            client_email: `a@${project}.iam.gserviceaccount.com`,
            client_id: '123',
            private_key_id: 'k',
            private_key: pem,
          }),
        },
      },
      credentials: {},
      signal: NEVER,
    },
    clock,
  );
const gmail = (one: Connection, user: string): Budget => one.client('gmail', user, [['scope']]).budget;

/** Units that each of them lets through in this time, all asking at once, as often as they may. */
async function spent(budgets: readonly Budget[], clock: VirtualClock, forMs: number, units: number): Promise<number[]> {
  const start = clock.now();
  const went: number[] = [];
  await Promise.all(
    budgets.map(async (budget) => {
      for (;;) {
        const leave = await budget.enter({ units }, NEVER);
        if (clock.now() - start >= forMs) return leave();
        went.push(clock.now() - start);
        await clock.sleep(5, NEVER);
        leave();
      }
    }),
  );
  return went;
}

/** The most units in any minute. */
function densest(went: readonly number[], units: number): number {
  let most = 0;
  for (let from = 0, to = 0; to < went.length; to += 1) {
    while ((went[to] as number) - (went[from] as number) >= MINUTE) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most * units;
}

test('two sessions of one user share the user’s 15,000 units a minute', async () => {
  const clock = new VirtualClock();
  const both = [session(clock), session(clock)].map((one) => gmail(one, 'alice@old.example'));
  const went = await spent(both, clock, 3 * MINUTE, SEND);
  expect(densest(went, SEND)).toBeLessThanOrEqual(15_000);
  expect(went.length * SEND).toBeGreaterThan(3 * 15_000 * 0.9);
});

test('many users of one project share its 1,200,000 units a minute, and another project has its own', async () => {
  const clock = new VirtualClock();
  // Few, and large requests: the test counts units, not how fast it is itself.
  const units = 3_000;
  const users = (project: string): Budget[] =>
    Array.from({ length: 100 }, (_, n) => gmail(session(clock, project), `user${n}@old.example`));
  const [mine, others] = await Promise.all([
    spent(users('migration'), clock, 3 * MINUTE, units),
    spent(users('another'), clock, 3 * MINUTE, units),
  ]);
  for (const went of [mine, others]) {
    expect(densest(went, units)).toBeLessThanOrEqual(1_200_000);
    expect(went.length * units).toBeGreaterThan(3 * 1_200_000 * 0.9);
  }
});

test('each API, user, project and setting counts for itself; a token that was given for its own session alone', () => {
  const clock = new VirtualClock();
  const mine = gmail(session(clock), 'alice@old.example');
  expect(gmail(session(clock), 'alice@old.example')).toBe(mine);
  expect(gmail(session(clock), 'bob@old.example')).not.toBe(mine);
  expect(gmail(session(clock), 'bob@old.example').outer).toBe(mine.outer);
  expect(session(clock).client('drive', 'alice@old.example', [['scope']]).budget.outer).not.toBe(mine.outer);
  expect(gmail(session(clock, 'another'), 'alice@old.example').outer).not.toBe(mine.outer);
  expect(gmail(session(clock, 'migration', { unitsPerMinute: { gmail: 6_000 } }), 'alice@old.example')).not.toBe(mine);
  expect(gmail(session(new VirtualClock()), 'alice@old.example')).not.toBe(mine);
  const given = (): Budget =>
    gmail(
      connect(
        { system: { settings: {}, credentials: { accessToken: 'ya29' } }, credentials: {}, signal: NEVER },
        clock,
      ),
      'alice@old.example',
    );
  expect(given()).not.toBe(given());
});

test('who was not seen for a while is forgotten, who is still at work is not', async () => {
  const clock = new VirtualClock();
  const of = (user: string): Budget =>
    quotaOf(
      { project: 'p', api: 'gmail', origin: 'https://gmail', user, perUser: undefined, perProject: undefined },
      clock,
    );
  const early = of('early');
  const busy = of('busy');
  const leave = await busy.enter({ units: 20 }, NEVER);
  for (let n = 0; n < 1_100; n += 1) of(`user${n}`);
  expect(of('busy')).toBe(busy);
  expect(of('early')).not.toBe(early);
  leave();
});
