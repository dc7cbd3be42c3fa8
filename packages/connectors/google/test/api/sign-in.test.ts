import { SternaError } from '@sterna/core';
import type { Google } from '@sterna/simulator-google';
import { beforeEach, describe, expect, test } from 'vitest';
import { googleConnector } from '../../src/index.ts';
import { simulated } from '../mail/suite-endpoint.ts';
import { watchedGoogle } from '../watched-google.ts';

const FULL = 'https://mail.google.com/';
const READ = 'https://www.googleapis.com/auth/gmail.readonly';
const USERS = 'https://www.googleapis.com/auth/admin.directory.user.readonly';

let google: Google;
beforeEach(async () => {
  google = await watchedGoogle();
  delegate(FULL, USERS);
});

function delegate(...scopes: readonly string[]): void {
  google.domain('nordwind.example').delegations.set(google.serviceAccount.clientId, new Set(scopes));
}
const endpoint = (address = 'alice@nordwind.example', settings = {}) => simulated(google, address, settings);
async function open(role: 'read' | 'write', address?: string) {
  const session = await googleConnector.open({
    ...endpoint(address),
    role,
    kinds: ['message'],
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
  session.destroy();
  return session;
}
const failure = (promise: Promise<unknown>): Promise<SternaError> =>
  promise.then(
    () => expect.unreachable('it was taken'),
    (thrown: unknown) => {
      if (thrown instanceof SternaError) return thrown;
      throw thrown;
    },
  );

describe('sign-in for a user', () => {
  test('a source does with the scope for reading alone, or with the one for writing', async () => {
    delegate(READ);
    expect((await open('read')).writer).toBeUndefined();
    delegate(FULL);
    expect((await open('read')).identity).toBe('google:mail:alice@nordwind.example');
    expect((await open('write')).writer).toBeDefined();
  });

  test('what isn’t delegated is told with the client id and where to enter it', async () => {
    delegate(READ);
    const error = await failure(open('write'));
    expect(error).toMatchObject({ class: 'auth', code: 'delegation-missing' });
    expect(error.fix).toContain(google.serviceAccount.clientId);
    expect(error.fix).toContain(FULL);
    expect(error.fix).toContain('domain-wide delegation');
  });

  test('a user that isn’t there, or has no Gmail, is the address’s fault', async () => {
    expect(await failure(open('read', 'nobody@nordwind.example'))).toMatchObject({ class: 'config', field: 'address' });
    const bjorn = google.domain('nordwind.example').named('bjorn');
    bjorn.hasMailbox = false;
    expect(await failure(open('read', 'bjorn@nordwind.example'))).toMatchObject({
      class: 'config',
      code: 'service-off',
    });
  });

  test('a token that ends early is got anew', async () => {
    const session = await googleConnector.open({
      ...endpoint(),
      role: 'read',
      kinds: ['message'],
      installation: '0badcafe',
      signal: new AbortController().signal,
    });
    google.cloud.accessTokens.expireAll();
    expect((await session.reader.containers()).length).toBeGreaterThan(0);
    session.destroy();
  });
});

describe('check', () => {
  const lines = async (settings = {}) => {
    const { system, address } = endpoint(undefined, settings);
    return googleConnector.check(system, address);
  };

  test('names the missing scope, and where to delegate it', async () => {
    delegate(READ);
    const scopes = (await lines()).find(({ name }) => name === 'mail: scopes');
    expect(scopes).toMatchObject({ ok: true });
    expect(scopes?.evidence).toContain(FULL);
    expect(scopes?.fix).toContain(google.serviceAccount.clientId);
    delegate();
    const mail = (await lines()).find(({ name }) => name === 'mail');
    expect(mail).toMatchObject({ ok: false });
    expect(mail?.evidence).toContain(READ);
    expect(mail?.fix).toContain(google.serviceAccount.clientId);
  });

  test('a wrong key file is one line that says so', async () => {
    const { system, address } = endpoint();
    const found = await googleConnector.check({ ...system, credentials: { password: '{}' } }, address);
    expect(found).toMatchObject([{ ok: false, evidence: expect.stringContaining('service_account') }]);
  });
});

describe('discovery', () => {
  test('lists all users but those who can’t sign in, as an administrator', async () => {
    google.domain('nordwind.example').named('chloe').suspended = true;
    const found: string[] = [];
    const { system } = endpoint(undefined, { admin: 'alice@nordwind.example' });
    for await (const one of googleConnector.discover(system, 'mailbox')) found.push(one.address);
    const users = [...google.domain('nordwind.example').users.values()];
    expect(found.length).toBe(users.filter(({ suspended, hasMailbox }) => !suspended && hasMailbox).length);
    expect(found).not.toContain('chloe@nordwind.example');
  });

  test('without one it says what to set', async () => {
    const list = async () => {
      for await (const _ of googleConnector.discover(endpoint().system, 'mailbox')) return;
    };
    expect(await failure(list())).toMatchObject({ code: 'admin-missing', field: 'admin' });
  });
});
