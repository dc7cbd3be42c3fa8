import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Google, MIGRATION_SCOPES, startGoogle, VirtualClock } from '../src/index.ts';
import { assertion, clientWith, requestToken, signIn } from './sign-in.ts';

const ALICE = 'alice@nordwind.example';
const GMAIL = 'https://mail.google.com/';
const clock = new VirtualClock();
let server: Google;

beforeAll(async () => {
  server = await startGoogle({ empty: true, clock });
});

afterAll(async () => {
  expect(server.failures).toEqual([]);
  await server.stop();
});

async function refusal(jwt: string) {
  const reply = await requestToken(server, jwt);
  const { error, error_description: words } = (await reply.json()) as Record<string, string>;
  return [reply.status, error, words];
}

describe('a service account', () => {
  test('gets a token for the user it acts for, good for an hour', async () => {
    const client = await signIn(server, ALICE);
    expect((await client('GET', '/gmail/v1/users/me/profile')).json.emailAddress).toBe(ALICE);
    clock.advance(3_600_000);
    const late = await client('GET', '/gmail/v1/users/me/profile');
    expect(late.status).toBe(401);
    expect(late.json.error).toMatchObject({ code: 401, status: 'UNAUTHENTICATED', errors: [{ reason: 'authError' }] });
  });

  test.each([
    [
      'somebody who is not there',
      { sub: 'nobody@nordwind.example' },
      [400, 'invalid_grant', 'Invalid email or User ID'],
    ],
    ['another audience', { aud: 'https://example.com/' }, [400, 'invalid_grant', expect.stringContaining('audience')]],
    [
      'an account that is not there',
      { iss: 'x@y.example' },
      [400, 'invalid_grant', expect.stringContaining('not found')],
    ],
    ['nobody', { sub: undefined }, [401, 'unauthorized_client', expect.any(String)]],
    ['no scope', { scope: '' }, [400, 'invalid_scope', expect.any(String)]],
    [
      'a scope that was not delegated',
      { scope: 'https://www.googleapis.com/auth/sqlservice' },
      [401, 'unauthorized_client', expect.any(String)],
    ],
  ])('gets none for %s', async (_, claims, expected) => {
    expect(await refusal(assertion(server, { sub: ALICE, scope: GMAIL, ...claims }))).toEqual(expected);
  });

  test('gets none with another key, for too long, or out of time', async () => {
    const claims = { sub: ALICE, scope: GMAIL };
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = other.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(await refusal(assertion(server, claims, pem))).toEqual([400, 'invalid_grant', 'Invalid JWT Signature.']);
    const now = Math.floor(clock.now() / 1000);
    for (const [iat, exp] of [
      [now, now + 7200],
      [now - 9000, now - 5400],
      [now + 3000, now + 6000],
    ]) {
      expect((await refusal(assertion(server, { ...claims, iat, exp })))[2]).toContain('short-lived');
    }
  });

  test('gets all scopes or none; a wider scope does not stand for a narrower one', async () => {
    const domain = server.domain('lamna.example');
    const sub = `alice@${domain.name}`;
    domain.delegations.set(server.serviceAccount.clientId, new Set([GMAIL]));
    const asked = `${GMAIL} https://www.googleapis.com/auth/gmail.readonly`;
    expect((await refusal(assertion(server, { sub, scope: asked })))[1]).toBe('unauthorized_client');
    expect((await requestToken(server, assertion(server, { sub, scope: GMAIL }))).status).toBe(200);
    domain.delegations.set(server.serviceAccount.clientId, new Set(MIGRATION_SCOPES));
  });

  test('has nothing of a user who was suspended', async () => {
    const client = await signIn(server, 'bjorn@nordwind.example');
    const bjorn = server.domain('nordwind.example').named('bjorn');
    bjorn.suspended = true;
    expect((await client('GET', '/gmail/v1/users/me/profile')).status).toBe(401);
    expect((await refusal(assertion(server, { sub: bjorn.primaryEmail, scope: GMAIL })))[1]).toBe('invalid_grant');
    bjorn.suspended = false;
  });
});

test('a scope that the method does not take is 403, with what is missing', async () => {
  const client = await signIn(server, ALICE, ['https://www.googleapis.com/auth/tasks']);
  const { status, json } = await client('GET', '/gmail/v1/users/me/profile');
  expect(status).toBe(403);
  expect(json.error).toMatchObject({
    status: 'PERMISSION_DENIED',
    errors: [{ reason: 'insufficientPermissions' }],
    details: [{ reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', metadata: { service: 'gmail.googleapis.com' } }],
  });
});

test('a program that a user consented to refreshes its token until that is revoked', async () => {
  const domain = server.domain('nordwind.example');
  const { id, secret } = server.oauthClient;
  domain.refreshTokens.set('1//rt', { clientId: id, userId: domain.named('chloe').id, scopes: [GMAIL] });
  const refresh = (client_secret: string) =>
    fetch(`${server.baseUrl}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: id, client_secret, refresh_token: '1//rt' }),
    });
  expect((await refresh('wrong')).status).toBe(401);
  const { access_token: token } = (await (await refresh(secret)).json()) as { access_token: string };
  const profile = await clientWith(server, token)('GET', '/gmail/v1/users/me/profile');
  expect(profile.json.emailAddress).toBe('chloe@nordwind.example');
  domain.refreshTokens.delete('1//rt');
  expect(await (await refresh(secret)).json()).toMatchObject({ error: 'invalid_grant' });
});

test('nothing secret is in the log of requests', async () => {
  await fetch(`${server.baseUrl}/gmail/v1/users/me/profile?access_token=hidden&key=hidden`);
  expect(JSON.stringify(server.requests)).not.toContain('hidden');
});
