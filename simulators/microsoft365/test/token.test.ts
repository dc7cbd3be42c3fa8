import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, createSign, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type App,
  MIGRATION_APP,
  type Microsoft365,
  registerCertificate,
  startMicrosoft365,
  VirtualClock,
} from '../src/index.ts';
import { clientWith, signIn } from './sign-in.ts';

const SCOPE = 'https://graph.microsoft.com/.default';
const clock = new VirtualClock();
let server: Microsoft365;
let app: App;
beforeAll(async () => {
  server = await startMicrosoft365({ empty: true, clock });
  app = server.cloud.apps.get(MIGRATION_APP.id) as App;
});
afterAll(() => server.stop());

async function token(form: Record<string, string>, more: { tenant?: string; headers?: Record<string, string> } = {}) {
  const tenant = more.tenant ?? server.tenant('contoso.example').id;
  const reply = await fetch(`${server.baseUrl}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: more.headers ?? {},
    body: new URLSearchParams(form),
  });
  return { status: reply.status, json: (await reply.json()) as Record<string, never> };
}

const bySecret = (secret: string, changes: Record<string, string> = {}) => ({
  grant_type: 'client_credentials',
  client_id: MIGRATION_APP.id,
  client_secret: secret,
  scope: SCOPE,
  ...changes,
});

test.each([
  ['a wrong secret', () => token(bySecret('wrong')), 401, 7000215],
  ['an expired secret', () => token(bySecret('old')), 401, 7000222],
  ['an unknown app', () => token(bySecret(MIGRATION_APP.secret, { client_id: 'nobody' })), 400, 700016],
  ['an unknown tenant', () => token(bySecret(MIGRATION_APP.secret), { tenant: 'nowhere.example' }), 400, 90002],
  ['a scope that is no .default', () => token(bySecret(MIGRATION_APP.secret, { scope: 'Mail.Read' })), 400, 1002012],
  ['an app without consent', () => token(bySecret('s', { client_id: 'stranger' })), 400, 700016],
])('%s is refused, with its AADSTS number', async (_what, ask, status, number) => {
  app.expiredSecrets.add('old');
  server.cloud.apps.set('stranger', { ...app, id: 'stranger', secrets: new Set(['s']) });
  const reply = await ask();
  expect(reply.status).toBe(status);
  expect(reply.json.error_codes).toEqual([number]);
  expect(reply.json.error_description).toContain(`AADSTS${number}: `);
});

test('a certificate signs in; another key, another audience or an old assertion does not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=migration', '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
  execFileSync('openssl', ['req', '-x509', '-keyout', keyFile, '-out', certificateFile, ...subject], {
    stdio: 'ignore',
  });
  const [key, pem] = [createPrivateKey(readFileSync(keyFile)), readFileSync(certificateFile, 'utf8')];
  rmSync(folder, { recursive: true });
  const thumbprint = createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');
  const tenant = server.tenant('contoso.example').id;
  const assertion = (changes: Record<string, unknown> = {}, alter = '') => {
    const now = Math.floor(clock.now() / 1000);
    const claims = {
      aud: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
      iss: MIGRATION_APP.id,
      sub: MIGRATION_APP.id,
      jti: 'x',
      nbf: now,
      exp: now + 600,
      ...changes,
    };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ alg: 'RS256', typ: 'JWT', 'x5t#S256': thumbprint })}.${part(claims)}`;
    return `${body}.${createSign('sha256')
      .update(body + alter)
      .sign(key, 'base64url')}`;
  };
  const ask = (client_assertion: string) =>
    token({
      grant_type: 'client_credentials',
      client_id: MIGRATION_APP.id,
      scope: SCOPE,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion,
    });
  expect((await ask(assertion())).json.error_codes).toEqual([700027]);
  registerCertificate(app, pem);
  expect((await ask(assertion())).status).toBe(200);
  expect((await ask(assertion({}, 'altered'))).json.error_codes).toEqual([700027]);
  expect((await ask(assertion({ aud: 'https://elsewhere.example' }))).json.error_codes).toEqual([700023]);
  expect((await ask(assertion({ exp: Math.floor(clock.now() / 1000) - 600 }))).json.error_codes).toEqual([700024]);
  expect((await ask(assertion({ sub: 'other' }))).json.error_codes).toEqual([700021]);
});

test('a token is good for about an hour, and ends at once when tokens are expired', async () => {
  const tenant = server.tenant('contoso.example');
  const client = await signIn(server, tenant);
  expect((await client('GET', '/users')).status).toBe(200);
  clock.advance(3_599_000);
  const expired = await client('GET', '/users');
  expect([expired.status, expired.json.error.code]).toEqual([401, 'InvalidAuthenticationToken']);
  const again = await signIn(server, tenant);
  server.cloud.accessTokens.expireAll();
  expect((await again('GET', '/users')).status).toBe(401);
});

test('an app whose permission is not consented to gets a token, and 403 with it', async () => {
  const tenant = server.tenant('fabrikam.example');
  tenant.consents.set(app.id, new Set(['User.Read.All']));
  const client = await signIn(server, tenant);
  const roles = JSON.parse(Buffer.from(client.token.split('.')[1] as string, 'base64url').toString()).roles;
  expect(roles).toEqual(['User.Read.All']);
  const reply = await client('GET', '/users/alice@fabrikam.example/messages');
  expect([reply.status, reply.json.error.code]).toEqual([403, 'ErrorAccessDenied']);
});

test('a refresh token signs a user in, the client as Basic, any tenant named common', async () => {
  const tenant = server.tenant('contoso.example');
  const alice = tenant.named('alice');
  tenant.refreshTokens.set('RT0', { appId: app.id, userId: alice.id, scopes: ['Files.ReadWrite.All', 'User.Read'] });
  const basic = Buffer.from(`${app.id}:${encodeURIComponent(MIGRATION_APP.secret)}`).toString('base64');
  const headers = { authorization: `Basic ${basic}` };
  const form = { grant_type: 'refresh_token', refresh_token: 'RT0' };
  const reply = await token(form, { tenant: 'common', headers });
  expect(reply.json).toMatchObject({ token_type: 'Bearer', scope: 'Files.ReadWrite.All User.Read' });
  const client = clientWith(server, reply.json.access_token as unknown as string);
  expect((await client('GET', '/me')).json.userPrincipalName).toBe('alice@contoso.example');
  const revoked = await token({ ...form, refresh_token: 'RT1' }, { tenant: 'common', headers });
  expect([revoked.status, revoked.json.error, revoked.json.error_codes]).toEqual([400, 'invalid_grant', [50173]]);
});
