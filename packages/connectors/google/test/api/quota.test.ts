import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Budget, givenToken, Transport } from '@sterna/cloud-http';
import { VirtualClock } from '@sterna/connector-suite';
import { SternaError } from '@sterna/core';
import { afterEach, describe, expect, test } from 'vitest';
import { GoogleClient } from '../../src/api/client.ts';
import { LIMITS } from '../../src/api/quotas.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A service that answers as it is told. */
async function service(answer: (response: ServerResponse, n: number, clock: VirtualClock) => void) {
  let n = 0;
  const clock = new VirtualClock();
  const told: number[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response, n++, clock));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new GoogleClient({
    api: 'gmail',
    origin,
    tokens: givenToken('token', 'Google', 'a key'),
    transport: new Transport({ ca: undefined, verifyCertificate: true, timeoutMs: 5_000 }),
    clock,
    signal: new AbortController().signal,
    userAgent: 'Test',
    budget: new Budget(LIMITS.gmail, clock),
    onThrottled: (retryAt) => told.push(retryAt.getTime()),
  });
  stops.push(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { client, clock, told, count: () => n };
}

const refuse = (response: ServerResponse, status: number, reason: string): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      error: {
        code: status,
        message: 'secret subject',
        errors: [{ domain: 'usageLimits', reason, message: 'secret' }],
      },
    }),
  );
};
const ok = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{}');
};
const get = { method: 'GET', path: '/gmail/v1/users/me/profile', doing: 'looking at the mailbox', units: 20 } as const;

describe('quotas', () => {
  test('a refusal without a time is waited for, longer each time, and the window gets smaller', async () => {
    const at: number[] = [];
    const on = await service((response, n, clock) => {
      at.push(clock.now());
      if (n < 4) refuse(response, 403, 'userRateLimitExceeded');
      else ok(response);
    });
    await on.client.send(get);
    const pauses = at.slice(1).map((time, n) => time - (at[n] ?? 0));
    for (const [n, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(1_000 * 2 ** n);
    // Whoever asks is told when it goes on: not when the service would have had it, but when the window is over.
    expect(on.told).toHaveLength(4);
    for (const [n, until] of on.told.entries()) expect(Math.abs((at[n + 1] ?? 0) - until)).toBeLessThan(1_000);
  });

  test('a limit of the day isn’t waited for within the session', async () => {
    const on = await service((response) => refuse(response, 403, 'dailyLimitExceeded'));
    const error = await on.client.send(get).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SternaError);
    expect(error).toMatchObject({ class: 'throttled', code: 'google-limit' });
    expect(on.count()).toBe(1);
    expect((error as SternaError).message).not.toContain('secret');
  });

  test.each([
    [403, 'insufficientPermissions', 'auth', 'scope-missing'],
    [403, 'accessNotConfigured', 'config', 'api-off'],
    [400, 'failedPrecondition', 'config', 'service-off'],
    [403, 'forbidden', 'object', 'not-allowed-there'],
    [404, 'notFound', 'object', 'not-there'],
    [410, 'fullSyncRequired', 'object', 'cursor-lost'],
    [403, 'storageQuotaExceeded', 'throttled', 'over-quota'],
    [400, 'invalidArgument', 'object', 'google-refused'],
  ])('%i %s is %s %s', async (status, reason, errorClass, code) => {
    const on = await service((response) => refuse(response, status, reason));
    expect(await on.client.send(get).catch((thrown: unknown) => thrown)).toMatchObject({ class: errorClass, code });
  });

  test('6,000 units a minute are found out, and used', async () => {
    const spent: { readonly at: number; readonly units: number }[] = [];
    let refused = 0;
    const on = await service((response, _, clock) => {
      const now = clock.now();
      const lately = spent.filter(({ at }) => at > now - 60_000).length * 20;
      if (lately + 20 > 6_000) {
        refused += 1;
        refuse(response, 403, 'rateLimitExceeded');
      } else {
        spent.push({ at: now, units: 20 });
        ok(response);
      }
    });
    const start = on.clock.now();
    const worker = async (): Promise<void> => {
      while (on.clock.now() - start < 10 * 60_000) await on.client.send(get);
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    const minutes = (on.clock.now() - start) / 60_000;
    expect((spent.length * 20) / (minutes * 6_000)).toBeGreaterThan(0.75);
    expect(refused / spent.length).toBeLessThan(0.08);
  });
});
