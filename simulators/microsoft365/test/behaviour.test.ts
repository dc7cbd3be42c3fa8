import { SlidingWindow } from '@sterna/simulator-kit';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { DOCUMENTED_LIMITS, type Microsoft365, type Options, startMicrosoft365, VirtualClock } from '../src/index.ts';
import { type Client, signIn } from './sign-in.ts';

const ALICE = '/users/alice@contoso.example';
/** An id that nothing has. */
const NO_MESSAGE = `AAMkAG${'x'.repeat(60)}AAA=`;
const BJORN = '/users/bjorn@contoso.example';
let server: Microsoft365;
let client: Client;
const clock = new VirtualClock();

async function start(options: Options = {}) {
  server = await startMicrosoft365({ empty: true, clock, ...options });
  client = await signIn(server, server.tenant('contoso.example'));
}
afterEach(async () => {
  await server?.stop();
  expect(server?.failures ?? []).toEqual([]);
});

const limits = (outlook: Partial<typeof DOCUMENTED_LIMITS.outlook>) => ({
  ...DOCUMENTED_LIMITS,
  outlook: { ...DOCUMENTED_LIMITS.outlook, ...outlook },
});

test('the documented budget of a mailbox: 10,000 requests in 10 minutes, told by Retry-After to the second', async () => {
  await start({ limits: limits({ requests: 20 }) });
  expect(DOCUMENTED_LIMITS.outlook).toMatchObject({ requests: 10_000, windowMs: 600_000, concurrency: 4 });
  for (let at = 0; at < 20; at++) {
    expect((await client('GET', `${ALICE}/mailFolders/inbox`)).status).toBe(200);
    clock.advance(1000);
  }
  const refused = await client('GET', `${ALICE}/mailFolders/inbox`);
  expect(refused.status).toBe(429);
  const wait = Number(refused.headers.get('retry-after'));
  expect(wait).toBe(580);
  // Another mailbox has a budget of its own.
  expect((await client('GET', `${BJORN}/mailFolders/inbox`)).status).toBe(200);
  clock.advance(wait * 1000 - 1);
  expect((await client('GET', `${ALICE}/mailFolders/inbox`)).status).toBe(429);
  clock.advance(1);
  expect((await client('GET', `${ALICE}/mailFolders/inbox`)).status).toBe(200);
});

test('four at once in a mailbox, the fifth is refused', async () => {
  await start({ limits: 'documented', latencyMs: 100 });
  const five = Array.from({ length: 5 }, () => client('GET', `${ALICE}/mailFolders/inbox`));
  const refused = await Promise.race(five);
  expect(refused.status).toBe(429);
  clock.advance(100);
  const statuses = (await Promise.all(five)).map(({ status }) => status).sort();
  expect(statuses).toEqual([200, 200, 200, 200, 429]);
});

test('bytes sent up have a budget too', async () => {
  await start({ limits: limits({ uploadBytes: 2000 }) });
  const draft = { subject: 'x', body: { contentType: 'text', content: 'y'.repeat(1200) } };
  expect((await client('POST', `${ALICE}/messages`, draft)).status).toBe(201);
  expect((await client('POST', `${ALICE}/messages`, draft)).headers.get('retry-after')).toBe('300');
  expect((await client('GET', `${ALICE}/messages`)).status).toBe(200);
});

test('a batch answers each request on its own: dependencies, refusals and throttling', async () => {
  await start({ limits: limits({ requests: 3 }) });
  const get = (id: string, url: string, dependsOn?: string[]) => ({
    id,
    method: 'GET',
    url,
    ...(dependsOn && { dependsOn }),
  });
  const reply = await client('POST', '/$batch', {
    requests: [
      get('good', `${ALICE}/mailFolders/inbox`),
      get('missing', `${ALICE}/messages/${NO_MESSAGE}`, ['good']),
      get('dependent', `${ALICE}/mailFolders`, ['missing']),
      {
        id: 'write',
        method: 'POST',
        url: `${ALICE}/mailFolders`,
        headers: { 'Content-Type': 'application/json' },
        body: { displayName: 'From a batch' },
      },
      get('over', `${ALICE}/mailFolders`, ['good', 'write']),
    ],
  });
  expect(reply.status).toBe(200);
  const byId = new Map<string, Record<string, never>>(reply.json.responses.map((one: { id: string }) => [one.id, one]));
  const statuses = Object.fromEntries([...byId].map(([id, { status }]) => [id, status]));
  expect(statuses).toMatchObject({ good: 200, dependent: 424, write: 201 });
  expect([statuses.missing, statuses.over].sort()).toEqual([404, 429]);
  const throttled = [...byId.values()].find(({ status }) => status === 429);
  expect(throttled?.headers).toHaveProperty('Retry-After');
});

test('more than 20 requests are no batch, nor two of one id', async () => {
  await start();
  const requests = Array.from({ length: 21 }, (_, at) => ({ id: `${at}`, method: 'GET', url: '/users' }));
  expect((await client('POST', '/$batch', { requests })).status).toBe(400);
  const twice = [requests[0], requests[0]];
  expect((await client('POST', '/$batch', { requests: twice })).status).toBe(400);
});

test('faults: a storm of 503, a lost acknowledgement after the write, an answer cut off, tokens that end', async () => {
  await start();
  const isCreate = ({ method }: { method: string }) => method === 'POST';
  const count = async () => (await client('GET', `${ALICE}/messages?$select=id&$top=100`)).json.value.length;

  server.faults.inject({ fault: { kind: 'answer', status: 503, retryAfter: 7 }, when: isCreate, times: 2 });
  for (const retryAfter of ['7', '7']) {
    const refused = await client('POST', `${ALICE}/messages`, { subject: 'x' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, retryAfter]);
  }
  expect(await count()).toBe(0);

  server.faults.inject({ fault: { kind: 'lost-acknowledgement' }, when: isCreate });
  await expect(client('POST', `${ALICE}/messages`, { subject: 'x' })).rejects.toThrow();
  expect(await count()).toBe(1);

  server.faults.inject({ fault: { kind: 'reset' }, when: isCreate });
  await expect(client('POST', `${ALICE}/messages`, { subject: 'y' })).rejects.toThrow();
  expect(await count()).toBe(1);

  server.faults.inject({ fault: { kind: 'answer', status: 504, afterEffect: true }, when: isCreate });
  expect((await client('POST', `${ALICE}/messages`, { subject: 'z' })).status).toBe(504);
  expect(await count()).toBe(2);

  server.faults.inject({ fault: { kind: 'reset-mid-body', afterBytes: 40 } });
  await expect(client('GET', `${ALICE}/messages`)).rejects.toThrow();

  const rule = server.faults.inject({ fault: { kind: 'expire-tokens' }, after: 1 });
  expect((await client('GET', '/users')).status).toBe(200);
  expect((await client('GET', '/users')).status).toBe(401);
  expect(rule.struck).toBe(1);
});

test('a slow drip keeps to the clock', async () => {
  await start();
  server.faults.inject({ fault: { kind: 'drip', bytesPerSecond: 100 } });
  const begun = clock.now();
  let done = false;
  const reply = client('GET', `${ALICE}/mailFolders/inbox`).finally(() => {
    done = true;
  });
  while (!done) {
    clock.advanceToNextWake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { status, bytes } = await reply;
  expect(status).toBe(200);
  expect(clock.now() - begun).toBe(1000 * (Math.ceil(bytes.length / 100) - 1));
});

test('a window never lets through more than its limit within its length, and waits no longer than it must', () => {
  const uses = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 5 })), { maxLength: 60 });
  fc.assert(
    fc.property(uses, (steps) => {
      const window = new SlidingWindow(10, 1000);
      const admitted: { at: number; amount: number }[] = [];
      let now = 0;
      for (const [pause, amount] of steps) {
        now += pause;
        const wait = window.wait(amount, now);
        const within = (at: number) =>
          admitted.filter((use) => use.at > at - 1000 && use.at <= at).reduce((sum, use) => sum + use.amount, 0);
        expect(wait === 0).toBe(within(now) + amount <= 10);
        if (wait > 0) {
          expect(within(now + wait) + amount).toBeLessThanOrEqual(10);
          expect(within(now + wait - 1) + amount).toBeGreaterThan(10);
          continue;
        }
        window.use(amount, now);
        admitted.push({ at: now, amount });
      }
    }),
  );
});
