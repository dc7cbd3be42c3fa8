import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CSRF_HEADER } from '@sterna/api-contract';
import { type Identity, type IdentityPolicy, recoverAccount, signIn, signInByIdentity } from '@sterna/application';
import { type IdentityProvider, signInAtProvider, startIdentityProvider } from '@sterna/test-servers/identity-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openProvider } from '../src/identity/provider.ts';
import { addressGuard, allowedPlacesOf, reachOf } from '../src/outbound/address-guard.ts';
import { PASSWORD, startApi, type TestApi } from './api.ts';

/** Sign-in by OpenID Connect, at a provider that we did not write, and at one that lies. */
const PUBLIC = 'http://127.0.0.1:7420';
const CALLBACK = `${PUBLIC}/api/sign-in/provider/callback`;
const CLIENT = { clientId: 'sterna', clientSecret: 'a secret of the two', redirectUri: CALLBACK };
const OWNER = 'ada@tern.example';

let api: TestApi;
let provider: IdentityProvider;
let token: string;

beforeAll(async () => {
  provider = await startIdentityProvider({ ...CLIENT, afterSignOut: `${PUBLIC}/sign-in` });
  api = await startApi({
    provider: {
      name: 'Tern identity',
      issuer: provider.issuer,
      clientId: CLIENT.clientId,
      clientSecretFile: '../secret',
      publicUrl: PUBLIC,
      domains: ['Tern.Example'],
      scopes: ['groups'],
    },
  });
  const set = { organization: 'Tern', email: OWNER, password: PASSWORD };
  token = (await api.app.inject({ method: 'POST', url: '/api/setup', payload: set })).json().token;
  for (const name of ['bo', 'cleo', 'dan']) {
    const payload = { email: `${name}@tern.example`, password: PASSWORD, role: 'viewer' };
    const headers = { authorization: `Bearer ${token}` };
    await api.app.inject({ method: 'POST', url: '/api/accounts', headers, payload });
  }
  provider.people.set('ada', { email: 'Ada@tern.example', email_verified: true });
  provider.people.set('bo', { email: 'bo@tern.example', email_verified: true });
});
afterAll(async () => {
  await api?.close();
  await provider?.stop();
});

interface Begun {
  readonly address: string;
  readonly cookie: string;
}

async function begin(next?: string): Promise<Begun> {
  const query = next === undefined ? '' : `?next=${encodeURIComponent(next)}`;
  const answer = await api.app.inject(`/api/sign-in/provider${query}`);
  expect(answer.statusCode).toBe(303);
  const [cookie = ''] = String(answer.headers['set-cookie']).split(';');
  return { address: String(answer.headers.location), cookie };
}

/** The browser comes back. @returns where it is led to, and the cookie of its session if it has one now */
async function comeBack(back: string | URL, cookie?: string): Promise<{ to: string; session: string | undefined }> {
  const { search } = new URL(back);
  const headers = cookie === undefined ? {} : { cookie };
  const answer = await api.app.inject({ url: `/api/sign-in/provider/callback${search}`, headers });
  expect(answer.statusCode, answer.body).toBe(303);
  const session = [answer.headers['set-cookie']].flat().find((one) => one?.startsWith('sterna_session='));
  return { to: String(answer.headers.location), session: session?.split(';')[0] };
}

const signInAs = async (login: string, next?: string) => {
  const { address, cookie } = await begin(next);
  return comeBack(await signInAtProvider(address, login), cookie);
};
const me = async (cookie: string | undefined) =>
  (await api.app.inject({ url: '/api/me', headers: { cookie: cookie ?? '' } })).json();

describe('at a provider that we did not write', () => {
  test('an account is found by its verified address, then by who it is there', async () => {
    const { address, cookie } = await begin('/projects/3?tab=list');
    const asked = new URL(address).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      ...{ response_type: 'code', code_challenge_method: 'S256', client_id: 'sterna', redirect_uri: CALLBACK },
      scope: 'openid email groups',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)?.length).toBeGreaterThan(30);
    const first = await comeBack(await signInAtProvider(address, 'ada'), cookie);
    expect(first.to).toBe('/projects/3?tab=list');
    expect(await me(first.session)).toMatchObject({ account: { email: OWNER, role: 'owner' } });
    // The address there changed: it is the same person.
    provider.people.set('ada', { email: 'ada@elsewhere.example', email_verified: false });
    const again = await signInAs('ada');
    expect(again.to).toBe('/');
    expect(await me(again.session)).toMatchObject({ account: { email: OWNER } });
    // Somebody else has that address there now: they are not the one who had it.
    provider.people.set('eve', { email: OWNER, email_verified: true });
    expect((await signInAs('eve')).to).toBe('/sign-in?refused=identity-differs');
    const audit = await api.app.inject({
      url: '/api/audit?action=account.identity',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(audit.json().items).toMatchObject([{ data: { email: 'Ada@tern.example', issuer: provider.issuer } }]);
  });

  test.each([
    ['an address that isn’t verified', { email: 'cleo@tern.example', email_verified: false }, 'email-unverified'],
    ['an address of which nothing is said', { email: 'cleo@tern.example' }, 'email-unverified'],
    ['no address', {}, 'email-unverified'],
    ['an address of another domain', { email: 'ada@tern.example.evil', email_verified: true }, 'email-foreign'],
    ['an address that nobody has', { email: 'zoe@tern.example', email_verified: true }, 'identity-unknown'],
  ])('%s lets nobody in', async (_what, claims, code) => {
    provider.people.set('x', claims);
    expect(await signInAs('x', '/x')).toEqual({ to: `/sign-in?refused=${code}&next=%2Fx`, session: undefined });
  });

  test('a code counts once, for the browser and the request that asked for it, while its time lasts', async () => {
    const { address, cookie } = await begin();
    const back = await signInAtProvider(address, 'bo');
    const other = await begin();
    expect((await comeBack(back)).to).toBe('/sign-in?refused=sign-in-stale');
    expect((await comeBack(back, 'sterna_sign_in=bm9uc2Vuc2U')).to).toBe('/sign-in?refused=sign-in-stale');
    expect((await comeBack(back, other.cookie)).to).toBe('/sign-in?refused=provider-untrusted');
    const forged = new URL(back);
    forged.searchParams.set('iss', 'https://other.example');
    expect((await comeBack(forged, cookie)).to).toBe('/sign-in?refused=provider-untrusted');
    expect((await comeBack(back, cookie)).session).toBeDefined();
    expect(await comeBack(back, cookie)).toEqual({ to: '/sign-in?refused=provider-refused', session: undefined });

    const late = await begin();
    const expired = await signInAtProvider(late.address, 'bo');
    await provider.expire(expired.searchParams.get('code') ?? '');
    expect((await comeBack(expired, late.cookie)).to).toBe('/sign-in?refused=provider-refused');
    const refused = `${CALLBACK}?error=access_denied&error_description=%3Cscript%3E&state=${new URL(other.address).searchParams.get('state')}&iss=${provider.issuer}`;
    expect((await comeBack(refused, other.cookie)).to).toBe('/sign-in?refused=provider-refused');
  });

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '',
  ])('the way back never leads elsewhere: %j', async (next) => {
    expect((await signInAs('bo', next)).to).toBe('/');
  });

  test('a path that would become another host when made shorter stays as it is', async () => {
    const { to } = await signInAs('bo', '/.//evil.example');
    expect(new URL(to, PUBLIC).host).toBe('127.0.0.1:7420');
  });

  test('signing out leads to where the provider’s session ends, if it began there', async () => {
    const { session = '' } = await signInAs('bo');
    const out = async (cookie: string) =>
      (await api.app.inject({ method: 'POST', url: '/api/sign-out', headers: { cookie, [CSRF_HEADER]: '1' } })).json();
    const { provider: address } = await out(session);
    expect(address).toMatch(new RegExp(`^${provider.issuer}/.+post_logout_redirect_uri=`));
    expect((await fetch(address)).status).toBe(200);
    expect((await me(session)).error.code).toBe('session-expired');
    const { token: own } = await signIn(api.application, { email: OWNER, password: PASSWORD });
    expect(await out(`sterna_session=${own}`)).toEqual({});
  });

  test('out of order, it keeps nobody from signing in with a password, and is asked again when it is back', async () => {
    await provider.stop();
    const fresh = openProvider(
      { ...settings(provider.issuer), name: 'Tern identity' },
      addressGuard({ reach: undefined }),
    );
    await expect(fresh.begin()).rejects.toMatchObject({
      code: 'provider-unreachable',
      class: 'transient',
      message: expect.stringMatching(/127\.0\.0\.1:\d+ can’t be reached: nothing listens there/),
      fix: expect.stringContaining('password'),
    });
    const payload = { email: OWNER, password: PASSWORD };
    expect((await api.app.inject({ method: 'POST', url: '/api/sign-in', payload })).statusCode).toBe(200);
    await provider.start();
    await expect(fresh.begin()).resolves.toMatchObject({ url: expect.any(URL) });
  });
});

const settings = (issuer: string) => ({
  name: 'Liar',
  issuer: new URL(issuer),
  clientId: CLIENT.clientId,
  clientSecret: CLIENT.clientSecret,
  publicUrl: new URL(PUBLIC),
  scopes: [],
  groupsClaim: 'groups',
});

describe('at a provider that lies', () => {
  let liar: Server;
  let issuer: string;
  let key: KeyObject;
  let stranger: KeyObject;
  let answer: { description: object; head: object; claims: object; signer: KeyObject | undefined; body: object };

  beforeAll(async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    key = pair.privateKey;
    stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' };
    liar = createServer((request, response) => {
      const send = (body: object): void => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      if (request.url === '/.well-known/openid-configuration') send(answer.description);
      else if (request.url === '/jwks') send({ keys: [jwk] });
      else send({ access_token: 'a', token_type: 'bearer', id_token: idToken(), ...answer.body });
    });
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`;
  });
  afterAll(() => liar.close());
  beforeEach(() => {
    answer = {
      description: {
        ...{
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
        },
        ...{ response_types_supported: ['code'], subject_types_supported: ['public'] },
        id_token_signing_alg_values_supported: ['RS256'],
      },
      head: { alg: 'RS256', kid: 'k' },
      claims: {},
      signer: key,
      body: {},
    };
  });
  let nonce = '';

  function idToken(): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, sub: 's', aud: CLIENT.clientId, iat: now, exp: now + 60, nonce, ...answer.claims };
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part(answer.head)}.${part(claims)}`;
    const signature =
      answer.signer === undefined ? '' : createSign('sha256').update(text).sign(answer.signer, 'base64url');
    return `${text}.${signature}`;
  }

  async function attempt(reach?: ReturnType<typeof reachOf>): Promise<Identity> {
    const at = openProvider(settings(issuer), addressGuard({ reach }));
    const { attempt: begun } = await at.begin();
    nonce = begun.nonce;
    return at.finish(`?code=c&state=${begun.state}`, begun);
  }

  test('who doesn’t lie is believed', async () => {
    answer.claims = { email: 'a@tern.example', email_verified: 'true', groups: ['x', 7, 'y'] };
    expect(await attempt()).toEqual({
      ...{ issuer, subject: 's', email: 'a@tern.example', emailVerified: true, groups: ['x', 'y'] },
    });
  });

  const LIES: Readonly<Record<string, () => void>> = {
    'another nonce': () => {
      answer.claims = { nonce: 'another' };
    },
    'another issuer in the token': () => {
      answer.claims = { iss: 'https://other.example' };
    },
    'another issuer in its description': () => {
      answer.description = { ...answer.description, issuer: 'https://other.example' };
    },
    'a token for somebody else': () => {
      answer.claims = { aud: 'other' };
    },
    'a token whose time is over': () => {
      answer.claims = { exp: Math.floor(Date.now() / 1000) - 3600 };
    },
    'no signature (alg none)': () => {
      answer.head = { alg: 'none' };
      answer.signer = undefined;
    },
    'no signature, as its description allows': () => {
      answer.description = { ...answer.description, id_token_signing_alg_values_supported: ['none'] };
      answer.head = { alg: 'none' };
      answer.signer = undefined;
    },
    'a signature with the client’s secret (HS256)': () => {
      answer.head = { alg: 'HS256' };
    },
    'a signature of another key': () => {
      answer.signer = stranger;
    },
    'no token': () => {
      answer.body = { id_token: undefined };
    },
  };
  test.each(Object.keys(LIES))('%s is not believed', async (lie) => {
    LIES[lie]?.();
    const thrown = await attempt().catch((error: unknown) => error as { code: string; message: string });
    expect(thrown).toMatchObject({ code: 'provider-untrusted', class: 'auth' });
    expect((thrown as { message: string }).message).not.toContain('eyJ');
  });

  test('in the server’s own network it isn’t asked', async () => {
    await expect(attempt(reachOf(allowedPlacesOf(undefined)))).rejects.toMatchObject({
      code: 'provider-unreachable',
      message: expect.stringContaining('private network'),
    });
  });
});

describe('whom the policy lets in', () => {
  const policy: IdentityPolicy = {
    domains: ['tern.example'],
    vouchesForAddresses: true,
    creates: { organization: 'Tern' },
    roles: { admins: 'owner', movers: 'operator', all: 'none' },
  };
  const context = (changes: Partial<IdentityPolicy> = {}, passwords = true) => ({
    ...api.application,
    signIn: { passwords, identities: { ...policy, ...changes } },
  });
  const somebody = (email: string, groups: readonly string[]): Identity => ({
    ...{ issuer: 'https://id.example', subject: `sub of ${email}`, email, emailVerified: undefined, groups },
  });

  test('a new one gets an account with the role that the groups give; they decide again each time', async () => {
    const zoe = (groups: readonly string[]) => signInByIdentity(context(), somebody('zoe@tern.example', groups));
    expect((await zoe(['all', 'movers', '__proto__'])).account).toMatchObject({
      email: 'zoe@tern.example',
      role: 'operator',
    });
    expect((await zoe(['all'])).account.role).toBe('none');
    await expect(zoe(['toString'])).rejects.toMatchObject({ code: 'groups-without-role' });
    // No password opens it.
    for (const password of ['', 'null', PASSWORD])
      await expect(signIn(context(), { email: 'zoe@tern.example', password })).rejects.toMatchObject({
        code: 'sign-in-refused',
      });
  });

  test('the last owner stays one, whatever the groups say', async () => {
    const { account } = await signInByIdentity(context(), somebody(OWNER, ['all']));
    expect(account.role).toBe('owner');
  });

  test('an address that is said not to be verified isn’t, even where the provider vouches for the others', async () => {
    const dan = { ...somebody('dan@tern.example', ['movers']), emailVerified: false };
    await expect(signInByIdentity(context(), dan)).rejects.toMatchObject({ code: 'email-unverified' });
    await expect(
      signInByIdentity(context({ creates: undefined }), somebody('new@tern.example', ['all'])),
    ).rejects.toMatchObject({
      code: 'identity-unknown',
    });
  });

  test('with passwords off nobody gets in by one but an owner who was let in on the server', async () => {
    const off = context({}, false);
    const byPassword = (email: string, password: string) => signIn(off, { email, password });
    await expect(byPassword(OWNER, PASSWORD)).rejects.toMatchObject({ code: 'passwords-off' });
    await expect(recoverAccount(off, { email: 'dan@tern.example', password: 'x'.repeat(20) })).rejects.toMatchObject({
      code: 'owner-unknown',
      fix: expect.stringContaining(OWNER),
    });
    const { until } = await recoverAccount(off, { password: 'a way back into it' });
    expect((until as Date).getTime() - Date.now()).toBeLessThanOrEqual(3_600_000);
    await expect(byPassword(OWNER, PASSWORD)).rejects.toMatchObject({ code: 'sign-in-refused' });
    expect((await byPassword(OWNER, 'a way back into it')).account.email).toBe(OWNER);
    await expect(byPassword('dan@tern.example', PASSWORD)).rejects.toMatchObject({ code: 'passwords-off' });
    await api.application.db
      .updateTable('account')
      .set({ password_until: new Date(Date.now() - 1) })
      .execute();
    await expect(byPassword(OWNER, 'a way back into it')).rejects.toMatchObject({ code: 'passwords-off' });
  });
});
