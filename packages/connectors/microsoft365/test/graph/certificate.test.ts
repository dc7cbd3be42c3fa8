import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SternaError } from '@sterna/core';
import {
  type Exchange,
  MIGRATION_APP,
  type Microsoft365,
  registerCertificate,
  startMicrosoft365,
} from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { microsoft365Connector } from '../../src/index.ts';
import { simulated } from '../mail/suite-endpoint.ts';

interface Pair {
  readonly key: string;
  readonly certificate: string;
}
let ours: Pair;
let other: Pair;
let server: Microsoft365;
const exchanges: Exchange[] = [];

function selfSigned(...how: readonly string[]): Pair {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-subj', '/CN=migration', '-days', '2', '-keyout', key, '-out', certificate, ...how],
    {
      stdio: 'ignore',
    },
  );
  const pair = { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
  rmSync(folder, { recursive: true });
  return pair;
}
const RSA = ['-nodes', '-newkey', 'rsa:2048'];

beforeAll(async () => {
  [ours, other] = [selfSigned(...RSA), selfSigned(...RSA)];
  server = await startMicrosoft365({ empty: true, observe: (exchange) => exchanges.push(exchange) });
  const app = server.cloud.apps.get(MIGRATION_APP.id);
  if (app === undefined) throw new Error('no app');
  registerCertificate(app, ours.certificate);
});
afterAll(() => server.stop());
beforeEach(() => void exchanges.splice(0));

async function folders(password: string): Promise<number> {
  const endpoint = simulated(server, 'alice@contoso.example');
  const session = await microsoft365Connector.open({
    ...endpoint,
    system: { ...endpoint.system, credentials: { password } },
    kinds: ['message'],
    role: 'read',
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
  try {
    return (await session.reader.containers()).length;
  } finally {
    session.destroy();
  }
}

async function refusal(password: string): Promise<SternaError> {
  const error = (await folders(password).catch((thrown) => thrown)) as SternaError;
  const secret = password.split('\n').filter((line) => line.length > 40 && !line.startsWith('-----'));
  const told = JSON.stringify([error, error.message, error.fix, error.details, error.stack]);
  expect(secret.filter((line) => told.includes(line))).toEqual([]);
  return error;
}

test('key and certificate sign in, in either order; the key itself goes nowhere', async () => {
  for (const pem of [`${ours.key}${ours.certificate}`, `${ours.certificate}\n${ours.key}`]) {
    exchanges.length = 0;
    expect(await folders(pem)).toBeGreaterThan(0);
    const [signIn] = exchanges.filter(({ request }) => request.target.endsWith('/oauth2/v2.0/token'));
    const form = new URLSearchParams(signIn?.request.body.toString());
    expect(form.get('client_secret')).toBeNull();
    const [head, claims] = (form.get('client_assertion') ?? '')
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    const { raw } = new X509Certificate(ours.certificate);
    expect(head).toEqual({
      alg: 'PS256',
      typ: 'JWT',
      'x5t#S256': createHash('sha256').update(raw).digest('base64url'),
    });
    expect(claims).toMatchObject({ iss: MIGRATION_APP.id, sub: MIGRATION_APP.id });
    expect(claims.exp - claims.nbf).toBeLessThanOrEqual(3_600);
    expect(new URL(claims.aud).pathname).toBe('/contoso.example/oauth2/v2.0/token');
  }
});

test('a certificate that the app registration doesn’t have is refused in plain words', async () => {
  const error = await refusal(`${other.key}${other.certificate}`);
  expect(error).toMatchObject({ class: 'auth', code: 'sign-in-refused', field: 'password' });
  expect(error.message).toContain('the certificate isn’t the app’s');
  expect(error.fix).toContain('Upload this certificate');
});

test('a key of another certificate is noticed before anything is sent', async () => {
  const error = await refusal(`${other.key}${ours.certificate}`);
  expect(error).toMatchObject({ class: 'auth', code: 'certificate-mismatch', field: 'password' });
  expect(exchanges).toEqual([]);
});

test.each([
  ['without the key', () => ours.certificate, 'certificate-incomplete'],
  ['without the certificate', () => ours.key, 'certificate-incomplete'],
  [
    'with a key of no RSA',
    () => Object.values(selfSigned('-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256')).join(''),
    'certificate-unreadable',
  ],
  [
    'with a key behind a passphrase',
    () => Object.values(selfSigned('-newkey', 'rsa:2048', '-passout', 'pass:secret')).join(''),
    'certificate-unreadable',
  ],
  [
    'cut off',
    () => `${ours.key.slice(0, 300)}\n-----END PRIVATE KEY-----\n${ours.certificate}`,
    'certificate-unreadable',
  ],
])('PEM %s: clear words, and nothing is sent', async (_, pem, code) => {
  expect(await refusal(pem())).toMatchObject({ class: 'auth', code, field: 'password' });
  expect(exchanges).toEqual([]);
});
