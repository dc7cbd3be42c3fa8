import { generateKeyPairSync } from 'node:crypto';
import { SternaError } from '@sterna/core';
import { afterEach, describe, expect, test } from 'vitest';
import { batch } from '../../src/graph/batch.ts';
import { type GraphClient, type GraphRequest, segment } from '../../src/graph/client.ts';
import { type Step, scriptedService } from './scripted-service.ts';

type Service = Awaited<ReturnType<typeof scriptedService>>;
const services: Service[] = [];
async function service(step: Parameters<typeof scriptedService>[0]): Promise<Service> {
  const one = await scriptedService(step);
  services.push(one);
  return one;
}
afterEach(async () => {
  for (const one of services.splice(0)) await one.stop();
});

const ok = (body: unknown = { id: '1' }): Step => ({ status: 200, body });
const refusedBy = (status: number, code: string, headers: Record<string, string> = {}): Step => ({
  status,
  headers,
  body: { error: { code, message: 'In words that may quote a mailbox: secret subject', innerError: {} } },
});
const get = (on: Service, change: Partial<GraphRequest> = {}): GraphRequest => ({
  method: 'GET',
  path: '/users/u/messages',
  doing: 'listing the messages',
  budget: on.outlook,
  ...change,
});
const failure = (promise: Promise<unknown>): Promise<SternaError> =>
  promise.then(
    () => expect.unreachable('it was answered'),
    (thrown: unknown) => {
      if (thrown instanceof SternaError) return thrown;
      throw thrown;
    },
  );

describe('requests', () => {
  test('ask for immutable ids, each under an id of its own, with query options encoded', async () => {
    const on = await service(() => ok());
    await on.client.send(
      get(on, { path: `/users/u/messages/${segment('a/b+c=')}`, query: { $filter: "x eq 'a b+c'" } }),
    );
    await on.client.send(get(on, { prefer: ['odata.maxpagesize=5'] }));
    const [first, second] = on.seen;
    expect(first?.url).toBe('/v1.0/users/u/messages/a%2Fb%2Bc%3D?$filter=x%20eq%20%27a%20b%2Bc%27');
    expect(first?.headers.prefer).toBe('IdType="ImmutableId"');
    expect(second?.headers.prefer).toBe('IdType="ImmutableId", odata.maxpagesize=5');
    expect(first?.headers.authorization).toBe('Bearer given-token');
    expect(first?.headers['client-request-id']).not.toBe(second?.headers['client-request-id']);
  });

  test('a token never goes where the URL is its own permission, nor to another host', async () => {
    const on = await service(() => ok());
    const elsewhere = await service(() => ok());
    await on.client.send(get(on, { path: `${elsewhere.origin}/upload?sig=1`, signIn: 'none', budget: 'none' }));
    expect(elsewhere.seen[0]?.headers.authorization).toBeUndefined();
    expect((await failure(on.client.send(get(on, { path: `${elsewhere.origin}/v1.0/next` })))).code).toBe(
      'service-answer-invalid',
    );
    expect(elsewhere.seen).toHaveLength(1);
  });

  test('pages follow the links as they are given, through empty ones', async () => {
    const on: Service = await service((_, n) =>
      n === 0
        ? ok({ value: [1], '@odata.nextLink': `${on.origin}/v1.0/users/u/messages?$skiptoken=a%2Bb` })
        : n === 1
          ? ok({ value: [], '@odata.nextLink': `${on.origin}/v1.0/users/u/messages?$skiptoken=c` })
          : ok({ value: [2] }),
    );
    expect(await on.client.all(get(on, { query: { $top: 1 } }))).toEqual([1, 2]);
    expect(on.seen.map(({ url }) => url)).toEqual([
      '/v1.0/users/u/messages?$top=1',
      '/v1.0/users/u/messages?$skiptoken=a%2Bb',
      '/v1.0/users/u/messages?$skiptoken=c',
    ]);
  });
});

describe('failures', () => {
  test('reading goes on through lost connections and server errors', async () => {
    const on = await service((_, n) => (n === 0 ? 'reset' : n === 1 ? refusedBy(502, 'BadGateway') : ok()));
    expect((await on.client.send(get(on))).body).toEqual({ id: '1' });
    expect(on.seen).toHaveLength(3);
  });

  test.each([['reset' as Step], [refusedBy(500, 'x')], [refusedBy(503, 'x')]])(
    'a create whose outcome is unknown is not sent again',
    async (step) => {
      const on = await service(() => step);
      const error = await failure(on.client.send(get(on, { method: 'POST', body: {} })));
      expect(error).toMatchObject({ class: 'transient', code: 'outcome-unknown' });
      expect(on.seen).toHaveLength(1);
    },
  );

  test('a create that was throttled is sent again, once the time is over', async () => {
    const on = await service((_, n) =>
      n === 0 ? refusedBy(429, 'ApplicationThrottled', { 'retry-after': '7' }) : ok(),
    );
    const before = on.clock.now();
    await on.client.send(get(on, { method: 'POST', body: {} }));
    expect(on.clock.now() - before).toBeGreaterThanOrEqual(7_000);
  });

  test('without Retry-After the pauses grow', async () => {
    const on = await service((_, n) => (n < 3 ? refusedBy(429, 'TooManyRequests') : ok()));
    const before = on.clock.now();
    await on.client.send(get(on));
    expect(on.clock.now() - before).toBeGreaterThanOrEqual(1_000 + 2_000 + 4_000);
  });

  test('a long pause is left to the engine, with its end', async () => {
    const on = await service(() => refusedBy(429, 'TooManyRequests', { 'retry-after': '900' }));
    const error = await failure(on.client.send(get(on)));
    expect(error.class).toBe('throttled');
    expect(error.retryAt?.getTime()).toBe(on.clock.now() + 900_000);
  });

  test('what the service says of a mailbox never gets into an error', async () => {
    const on = await service(() => refusedBy(400, 'ErrorInvalidRequest'));
    const error = await failure(on.client.send(get(on)));
    expect(error).toMatchObject({ class: 'object', details: { status: 400, code: 'ErrorInvalidRequest' } });
    expect(`${error.message} ${error.fix} ${JSON.stringify(error.details)}`).not.toContain('secret subject');
  });

  test('a missing permission is named', async () => {
    const on = await service(() => refusedBy(403, 'ErrorAccessDenied'));
    const error = await failure(on.client.send(get(on, { right: 'Mail.Read' })));
    expect(error).toMatchObject({ class: 'auth', code: 'not-allowed-there' });
    expect(error.fix).toContain('Mail.Read');
  });

  test('aborted: nothing is sent any more', async () => {
    const on = await service(() => ok());
    on.abort.abort();
    expect((await failure(on.client.send(get(on)))).code).toBe('aborted');
    expect(on.seen).toHaveLength(0);
  });
});

describe('tokens', () => {
  const tokenOr = (answer: (seen: number) => Step, life = 3_600) => {
    let given = 0;
    return ({ url }: { url: string }, n: number): Step =>
      url.includes('/oauth2/') ? ok({ access_token: `t${++given}`, expires_in: life }) : answer(n);
  };
  const asks = (on: Service): number => on.seen.filter(({ url }) => url.includes('/oauth2/')).length;
  const send = (on: Service, client: GraphClient): Promise<unknown> => client.send(get(on));

  test('one serves many requests, and is renewed before it expires', async () => {
    const on = await service(tokenOr(() => ok()));
    const client = on.withApp('secret');
    await Promise.all([send(on, client), send(on, client), send(on, client)]);
    expect(asks(on)).toBe(1);
    expect(on.seen[0]?.body).toContain('client_secret=secret');
    on.clock.advance(3_400_000);
    await send(on, client);
    expect(asks(on)).toBe(2);
    expect(on.seen.at(-1)?.headers.authorization).toBe('Bearer t2');
  });

  test('one that is refused is replaced once, a create included', async () => {
    let refusals = 1;
    const on = await service(tokenOr(() => (refusals-- > 0 ? refusedBy(401, 'InvalidAuthenticationToken') : ok())));
    await on.withApp('secret').send(get(on, { method: 'POST', body: {} }));
    expect(asks(on)).toBe(2);
    refusals = 9;
    expect((await failure(on.withApp('secret').send(get(on)))).class).toBe('auth');
  });

  test('a refused sign-in says why, without the secret', async () => {
    const on = await service(() => ({
      status: 401,
      body: { error: 'invalid_client', error_codes: [7000222], error_description: 'AADSTS7000222: hush-hush' },
    }));
    const error = await failure(on.withApp('hush-hush').send(get(on)));
    expect(error).toMatchObject({ class: 'auth', code: 'sign-in-refused', field: 'password' });
    expect(error.message).toContain('expired');
    expect(`${error.message}${error.fix}`).not.toContain('hush-hush');
  });

  test('a key without its certificate is refused before anything is sent', async () => {
    const on = await service(() => ok());
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const error = await failure(on.withApp(pem).send(get(on)));
    expect(error.code).toBe('certificate-incomplete');
    expect(on.seen).toHaveLength(0);
  });
});

describe('batches', () => {
  interface Wired {
    readonly requests: readonly { readonly id: string; readonly url: string }[];
  }
  const common = (on: Service) => ({ doing: 'changing flags', budget: on.outlook });
  const patches = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      method: 'PATCH' as const,
      path: `/users/u/messages/${n}`,
      body: { n },
    }));

  test('twenty at a time; answers in any order; only what was throttled goes again', async () => {
    const refused = new Set(['3', '21']);
    const on = await service(({ body }) => {
      const { requests } = JSON.parse(body) as Wired;
      return ok({
        responses: requests
          .toReversed()
          .map(({ id }) =>
            refused.delete(id)
              ? { id, status: 429, headers: { 'Retry-After': '5' }, body: { error: { code: 'ApplicationThrottled' } } }
              : { id, status: 200, body: { said: id } },
          ),
      });
    });
    const before = on.clock.now();
    const results = await batch(on.client, patches(25), common(on));
    expect(results).toEqual(patches(25).map((_, n) => ({ status: 200, body: { said: String(n) } })));
    const sent = on.seen.map(({ body }) => (JSON.parse(body) as Wired).requests.map(({ id }) => id));
    expect(sent.map((ids) => ids.length)).toEqual([20, 5, 2]);
    expect(sent[2]).toEqual(['3', '21']);
    expect(on.clock.now() - before).toBeGreaterThanOrEqual(5_000);
  });

  test('creates of a lost batch are of unknown outcome, the rest goes again', async () => {
    const on = await service(({ body }, n) =>
      n === 0
        ? 'reset'
        : ok({ responses: (JSON.parse(body) as Wired).requests.map(({ id }) => ({ id, status: 200 })) }),
    );
    const items = [...patches(1), { method: 'POST' as const, path: '/users/u/messages', body: {} }];
    const [patched, created] = await batch(on.client, items, common(on));
    expect(patched).toMatchObject({ status: 200 });
    expect(created).toMatchObject({ error: { code: 'outcome-unknown' } });
    expect(on.seen).toHaveLength(2);
  });
});
