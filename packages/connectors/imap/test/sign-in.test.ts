import { imapConnector } from '@sterna/connector-imap';
import { SternaError } from '@sterna/core';
import { type Dovecot, freePort, startDovecot, startScriptedImap } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open, settingsFor, type Where } from './support.ts';

async function failure(work: Promise<unknown>): Promise<SternaError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof SternaError)) throw new Error(`no SternaError: ${thrown}`);
  expect(thrown.message).not.toMatch(/s3cret/);
  return thrown;
}

describe('addresses', () => {
  const parse = (url: string, insecure = false) => imapConnector.parseUrl(url, { insecure });

  test('imap and imaps, with ports and percent-encoded users', () => {
    expect(parse('imaps://jane%40example.org@Mail.Example.org')).toEqual({
      settings: expect.objectContaining({ host: 'mail.example.org', tls: 'implicit', insecure: false }),
      address: 'jane@example.org',
      credentials: {},
      label: 'imaps://jane%40example.org@mail.example.org:993',
    });
    expect(parse('imap://u@[::1]:1143/', true)).toMatchObject({
      settings: { host: '::1', port: 1143, tls: 'starttls', insecure: true },
      label: 'imap://u@[::1]:1143',
    });
  });

  test.each([
    ['imap://u:s3cret@host', 'url-password', 'password'],
    ['imap://host', 'url-invalid', 'user'],
    ['imap://u%ZZ@host', 'url-invalid', 'user'],
    ['imap://u%0d%0aA1@host', 'url-invalid', 'user'],
    ['imap://u@host:0', 'url-invalid', 'port'],
    ['imap://u@host:99999', 'url-invalid', 'port'],
    ['imap://u@', 'url-invalid', 'host'],
    ['imap://u@host/INBOX', 'url-invalid', 'path'],
    ['http://u@host', 'url-invalid', 'url'],
  ])('%s is refused', (url, code, field) => {
    expect(() => parse(url)).toThrowError(expect.objectContaining({ class: 'config', code, field }));
    expect(() => parse(url)).not.toThrowError(/s3cret/);
  });

  test('nobody can be listed', async () => {
    const system = { settings: settingsFor({ host: 'h', port: 1 }), credentials: {} };
    const listing = imapConnector.discover(system, 'mailbox')[Symbol.asyncIterator]().next();
    expect(await failure(listing)).toMatchObject({ class: 'config', code: 'cannot-list-users' });
  });
});

describe('connections', () => {
  test('unknown host, nobody listening, no greeting', async () => {
    const port = await freePort();
    expect(await failure(open({ host: 'no-such-host.invalid', port }, 'u'))).toMatchObject({ field: 'host' });
    expect(await failure(open({ host: '127.0.0.1', port }, 'u'))).toMatchObject({ code: 'connection-refused' });
    await using silent = await startScriptedImap();
    silent.pause();
    expect(await failure(open(silent, 'u', { settings: { connectTimeoutSeconds: 0.1 } }))).toMatchObject({
      class: 'transient',
      code: 'imap-timeout',
    });
  });

  test('a server that is full says so, and until when', async () => {
    await using full = await startScriptedImap({ greeting: '* BYE [UNAVAILABLE] too many connections' });
    const error = await failure(open(full, 'u'));
    expect(error).toMatchObject({ class: 'throttled', code: 'imap-busy' });
    expect(error.retryAt?.getTime()).toBeGreaterThan(Date.now());
  });

  test('garbage for a greeting', async () => {
    await using odd = await startScriptedImap({ greeting: 'HTTP/1.1 400 Bad Request' });
    expect(await failure(open(odd, 'u'))).toMatchObject({ code: 'imap-protocol' });
  });

  test('aborting ends it at once', async () => {
    await using silent = await startScriptedImap();
    silent.pause();
    const abort = new AbortController();
    const opening = failure(open(silent, 'u', { signal: abort.signal }));
    abort.abort();
    expect(await opening).toMatchObject({ code: 'aborted' });
  });
});

describe('passwords and tokens', () => {
  let server: Dovecot;
  beforeAll(async () => {
    server = await startDovecot({
      users: { jane: 's3cret "quoted" \\ pässword', joe: 'other' },
      master: { name: 'admin', password: 'master-s3cret' },
      oauth: true,
      fsync: 'never',
    });
  });
  afterAll(() => server?.stop());

  test.each(['auto', 'login', 'plain'])('%s, with any characters', async (auth) => {
    const session = await open(server, 'jane', { password: 's3cret "quoted" \\ pässword', settings: { auth } });
    expect(session.identity).toBe(`imap://127.0.0.1:${server.port}/jane`);
    await session.close();
  });

  test('a wrong password names the fix and no password', async () => {
    for (const auth of ['login', 'plain'])
      expect(await failure(open(server, 'jane', { password: 's3cret-wrong', settings: { auth } }))).toMatchObject({
        class: 'auth',
        code: 'imap-sign-in-refused',
        field: 'password',
      });
    expect(
      await failure(
        imapConnector.open({ ...request(server, 'jane'), system: { settings: settingsFor(server), credentials: {} } }),
      ),
    ).toMatchObject({ class: 'auth', code: 'credentials-missing' });
  });

  test('master user, by name and by authorization identity; the entry’s own password wins', async () => {
    const credentials = { password: 'master-s3cret' };
    for (const settings of [{ masterUser: 'admin' }, { masterUser: 'admin', authzid: true }]) {
      const system = { settings: settingsFor(server, settings), credentials };
      const session = await imapConnector.open({ ...request(server, 'jane'), system });
      expect(session.identity).toMatch(/\/jane$/);
      await session.close();
      const own = await imapConnector.open({ ...request(server, 'joe'), system, credentials: { password: 'other' } });
      await own.close();
    }
    const named = { settings: settingsFor(server, { authzid: true }), credentials: { ...credentials, user: 'admin' } };
    await (await imapConnector.open({ ...request(server, 'jane'), system: named })).close();
  });

  test('a user name for the whole system, without a master’s rights, is refused: all would get one mailbox', async () => {
    const system = { settings: settingsFor(server), credentials: { user: 'joe', password: 'other' } };
    expect(await failure(imapConnector.open({ ...request(server, 'jane'), system }))).toMatchObject({
      code: 'shared-sign-in-name',
    });
  });

  test('XOAUTH2, and what a refused token says', async () => {
    const accessToken = server.issueToken('jane');
    const system = { settings: settingsFor(server), credentials: {} };
    await (await imapConnector.open({ ...request(server, 'jane'), system, credentials: { accessToken } })).close();
    server.revokeToken(accessToken);
    expect(
      await failure(imapConnector.open({ ...request(server, 'jane'), system, credentials: { accessToken } })),
    ).toMatchObject({
      class: 'auth',
      field: 'accessToken',
      details: { status: expect.anything() },
    });
  });

  test('check says what is there, line by line', async () => {
    const system = { settings: settingsFor(server), credentials: { password: 'other' } };
    const lines = await imapConnector.check(system, 'joe');
    expect(lines.every((line) => line.ok)).toBe(true);
    expect(lines.map((line) => line.name)).toEqual(
      expect.arrayContaining(['connection', 'encryption', 'sign-in', 'capability: settle', 'quota', 'folders']),
    );
    const wrong = await imapConnector.check({ ...system, credentials: { password: 's3cret' } }, 'joe');
    expect(wrong.at(-1)).toMatchObject({ name: 'sign-in', ok: false, fix: expect.any(String) });
    expect((await imapConnector.check({ ...system, settings: { host: '' } }))[0]).toMatchObject({
      name: 'settings',
      ok: false,
    });
  });
});

describe('a server that takes no initial response and announces nothing', () => {
  test('CAPABILITY is asked for, PLAIN answers the challenge, LOGIN takes what PLAIN can’t', async () => {
    for (const options of [
      { hide: ['SASL-IR'], greeting: '* OK hello', password: 'pä"s3cret' },
      // This server takes the bytes of a LOGIN as they are.
      {
        hide: ['SASL-IR', 'AUTH=PLAIN', 'LITERAL+'],
        greeting: '* OK hello',
        password: Buffer.from('pä"s3cret').toString('latin1'),
      },
    ]) {
      await using server = await startScriptedImap(options);
      const session = await open(server, 'us"er', { password: 'pä"s3cret' });
      expect(session.identity).toMatch(/us%22er$/);
      await session.close();
      expect(server.badCommands).toEqual([]);
    }
  });
});

describe('TLS', () => {
  const request = (where: Where, settings: object) =>
    open(where, 'u', { settings: settings as Record<string, unknown> });

  test('implicit and STARTTLS, verified against the given authority', async () => {
    await using server = await startDovecot({ tls: 'good', fsync: 'never' });
    const { certificates, tlsPort = 0 } = server;
    for (const ca of [certificates?.ca, certificates?.caFile])
      for (const settings of [{ tls: 'implicit', port: tlsPort }, { tls: 'starttls' }, { tls: 'starttls-required' }]) {
        const session = await request(server, { ca, ...settings });
        expect(session.identity).toMatch(/^imap:\/\/127\.0\.0\.1:/);
        await session.close();
      }
    const local = await request({ host: 'LOCALHOST', port: server.port }, { ca: certificates?.ca });
    const other = await request(server, { ca: certificates?.ca });
    expect(local.identity).toBe(other.identity);
    await Promise.all([local.close(), other.close()]);

    expect(await failure(request(server, { tls: 'starttls' }))).toMatchObject({
      class: 'config',
      code: 'tls-unknown-ca',
    });
    await (await request(server, { tls: 'starttls', verifyCertificate: false })).close();
    expect(await failure(request(server, { tls: 'implicit' }))).toMatchObject({ code: 'tls-failed', field: 'port' });
    expect(await failure(request(server, { ca: '/no/such/file.pem' }))).toMatchObject({
      code: 'ca-unreadable',
      field: 'ca',
    });
    const system = { settings: settingsFor(server, { ca: certificates?.ca }), credentials: { password: 'pw' } };
    const line = (await imapConnector.check(system)).find(({ name }) => name === 'encryption');
    expect(line?.evidence).toMatch(/TLSv1\.[23], certificate from Sterna test authority, valid to/);
  });

  test.each([
    ['expired', 'tls-expired'],
    ['wrongHost', 'tls-wrong-host'],
    ['selfSigned', 'tls-unknown-ca'],
  ] as const)('a certificate that is %s', async (kind, code) => {
    await using server = await startDovecot({ tls: kind, fsync: 'never' });
    const ca = server.certificates?.ca;
    for (const settings of [{ tls: 'starttls' }, { tls: 'implicit', port: server.tlsPort }]) {
      const error = await failure(request(server, { ca, ...settings }));
      expect(error).toMatchObject({ class: 'config', code });
      expect(error.fix).toBeTruthy();
    }
  });

  test('a server that wants TLS gets it before the password', async () => {
    await using server = await startDovecot({ tls: 'good', requireTls: true, fsync: 'never' });
    await (await request(server, { ca: server.certificates?.ca })).close();
    expect(await failure(request(server, { tls: 'none' }))).toMatchObject({ class: 'config' });
  });

  test('required but not offered; what somebody slips in behind the OK of STARTTLS counts for nothing', async () => {
    await using plain = await startScriptedImap();
    expect(await failure(request(plain, { tls: 'starttls-required' }))).toMatchObject({ code: 'plain-text-refused' });
    await using injecting = await startScriptedImap({
      announce: ['STARTTLS'],
      on: {
        STARTTLS: (command) =>
          command.session.write(
            `${command.tag} OK go\r\n* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] slipped in\r\nS3 OK signed in\r\n`,
          ),
      },
    });
    expect((await failure(request(injecting, { tls: 'starttls', connectTimeoutSeconds: 0.3 }))).class).not.toBe('bug');
    expect(injecting.transcript.some((line) => line.from === 'client' && /AUTHENTICATE|LOGIN/.test(line.text))).toBe(
      false,
    );
    await using refusing = await startScriptedImap({
      announce: ['STARTTLS'],
      on: { STARTTLS: (command) => command.no('not today') },
    });
    expect(await failure(request(refusing, { tls: 'starttls' }))).toMatchObject({ code: 'plain-text-refused' });
  });
});

function request(where: Where, address: string) {
  return {
    system: { settings: settingsFor(where), credentials: { password: 'pw' } },
    address,
    role: 'read' as const,
    installation: '0badcafe',
    signal: new AbortController().signal,
  };
}
