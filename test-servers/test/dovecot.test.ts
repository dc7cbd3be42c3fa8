import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canMountDisks, type Dovecot, isAlive, RawImap, sampleMessage, startDovecot } from '../src/index.ts';

async function using<T>(start: Promise<Dovecot>, work: (server: Dovecot) => Promise<T>): Promise<T> {
  await using server = await start;
  return await work(server);
}

describe('a plain Dovecot', () => {
  let server: Dovecot;
  beforeAll(async () => {
    server = await startDovecot({ master: { name: 'boss', password: 'secret' }, oauth: true });
  });
  afterAll(async () => await server?.stop());

  test('takes any user, and keeps flags and dates', async () => {
    const imap = await server.login('src');
    const appended = await imap.append('INBOX', sampleMessage('one'), {
      flags: ['\\Flagged', '$SternaPending'],
      date: '05-Feb-2011 01:02:03 +0530',
    });
    expect(appended.text).toMatch(/^\[APPENDUID \d+ 1\]/);
    const selected = await imap.ok('SELECT INBOX');
    expect(selected.untagged.join('\n')).toMatch(/PERMANENTFLAGS \([^)]*\\\*\)/);
    const fetched = await imap.ok('UID FETCH 1 (FLAGS INTERNALDATE BODY.PEEK[])');
    expect(fetched.untagged[0]).toContain('"04-Feb-2011 19:32:03 +0000"');
    expect(fetched.untagged[0]).toContain('$SternaPending');
    expect(fetched.untagged[0]).toContain(sampleMessage('one'));
    await imap.logout();
    expect(existsSync(server.mailRoot('src'))).toBe(true);
    const wrong = await RawImap.connect(server);
    expect(await wrong.login('src', 'nonsense')).toMatchObject({ status: 'NO' });
    wrong.close();
  });

  test('MULTIAPPEND, with and without waiting', async () => {
    const imap = await server.login('multi');
    const messages = Array.from({ length: 20 }, (_, n) => ({ message: sampleMessage(`m${n}`) }));
    expect((await imap.multiAppend('INBOX', messages)).text).toMatch(/^\[APPENDUID \d+ 1:20\]/);
    expect((await imap.multiAppend('INBOX', messages, true)).text).toMatch(/^\[APPENDUID \d+ 21:40\]/);
    imap.close();
  });

  test('a master user, by name and by authorization identity', async () => {
    await (await server.login('vip')).append('INBOX', sampleMessage('for the vip'));
    const byName = await RawImap.connect(server);
    expect(await byName.login('vip*boss', 'secret')).toMatchObject({ status: 'OK' });
    expect((await byName.ok('STATUS INBOX (MESSAGES)')).untagged[0]).toContain('MESSAGES 1');
    byName.close();
    const byIdentity = await RawImap.connect(server);
    expect(await byIdentity.plain('boss', 'secret', 'vip')).toMatchObject({ status: 'OK' });
    expect((await byIdentity.ok('STATUS INBOX (MESSAGES)')).untagged[0]).toContain('MESSAGES 1');
    byIdentity.close();
    const wrong = await RawImap.connect(server);
    expect(await wrong.login('vip*boss', 'pw')).toMatchObject({ status: 'NO' });
    wrong.close();
  });

  test('XOAUTH2: a good token, one for another user, one expired or revoked', async () => {
    const token = server.issueToken('ada');
    const attempt = async (user: string, word: string) => {
      const imap = await RawImap.connect(server);
      const reply = await imap.xoauth2(user, word);
      imap.close();
      return reply;
    };
    expect(await attempt('ada', token)).toMatchObject({ status: 'OK' });
    expect(await attempt('bob', token)).toMatchObject({ status: 'NO' });
    expect(await attempt('ada', server.issueToken('ada', { expiresInSeconds: -1 }))).toMatchObject({ status: 'NO' });
    server.revokeToken(token);
    const refused = await attempt('ada', token);
    expect(refused.status).toBe('NO');
    expect(JSON.parse(refused.challenge ?? '')).toMatchObject({ status: expect.any(String) });
  });

  test('pause, resume, kill and restart', async () => {
    const imap = await server.login('pausing');
    await imap.append('INBOX', sampleMessage('kept'));
    expect(server.imapPids('pausing')).toHaveLength(1);
    server.pause();
    let answered = false;
    const noop = imap.command('NOOP').then((reply) => {
      answered = true;
      return reply;
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(answered).toBe(false);
    server.resume();
    expect((await noop).status).toBe('OK');
    const family = server.pids();
    expect(family.length).toBeGreaterThan(4);
    await server.kill();
    expect(await imap.waitClosed()).toBe(true);
    for (const pid of family) expect(isAlive(pid)).toBe(false);
    await expect(RawImap.connect(server)).rejects.toThrow();
    await server.restart();
    const [status] = await server.rawCommand('pausing', 'STATUS INBOX (MESSAGES)');
    expect(status?.untagged[0]).toContain('MESSAGES 1');
  });

  test('started again while somebody else still kills it: that one kills nothing of the new one', async () => {
    await using own = await startDovecot();
    for (let round = 0; round < 5; round++) {
      const imap = await own.login('again');
      const killing = own.kill();
      await imap.waitClosed();
      await own.restart();
      await killing;
      expect((await own.rawCommand('again', 'NOOP'))[0]?.status).toBe('OK');
    }
  });

  test('one session killed, the others go on', async () => {
    const [a, b] = [await server.login('a'), await server.login('b')];
    server.killSessions('a');
    expect(await a.waitClosed()).toBe(true);
    expect((await b.command('NOOP')).status).toBe('OK');
    b.close();
  });
});

test('capabilities can be hidden, before and after login', async () => {
  const hide = [
    'MULTIAPPEND',
    'CONDSTORE',
    'QRESYNC',
    'UIDPLUS',
    'LITERAL+',
    'LIST-STATUS',
    'MOVE',
    'ESEARCH',
    'ENABLE',
  ];
  await using(startDovecot({ hide, announce: ['LITERAL-', 'APPENDLIMIT=1000'] }), async (server) => {
    const imap = await RawImap.connect(server);
    const banner = imap.greeting.replace(/^.*\[CAPABILITY (.*?)\].*$/, '$1').split(' ');
    const before = await imap.capabilities();
    const login = await imap.login('src');
    const inLogin = [...login.untagged, login.text]
      .join('\n')
      .replace(/^\* (CAPABILITY .*)$/m, '[$1]')
      .replace(/^.*\[CAPABILITY (.*?)\][\s\S]*$/, '$1')
      .split(' ');
    const after = await imap.capabilities();
    for (const list of [banner, before, inLogin, after]) {
      expect(list).toContain('IMAP4rev1');
      expect(list).toContain('LITERAL-');
      for (const name of hide) expect(list).not.toContain(name);
    }
    imap.close();
  });
});

test('the capabilities which we know are those which Dovecot announces', async () => {
  const { DOVECOT_CAPABILITIES } = await import('../src/index.ts');
  await using(startDovecot(), async (server) => {
    const imap = await server.login('src');
    expect((await imap.capabilities()).sort()).toEqual([...DOVECOT_CAPABILITIES].sort());
    imap.close();
  });
});

test('TLS: STARTTLS is required, and the certificate is good for who knows the authority', async () => {
  await using(startDovecot({ tls: 'good', requireTls: true }), async (server) => {
    const imap = await RawImap.connect(server);
    expect(await imap.capabilities()).toEqual(expect.arrayContaining(['STARTTLS', 'LOGINDISABLED']));
    expect(await imap.login('src')).toMatchObject({ status: 'NO' });
    await imap.startTls({ ca: server.certificates?.ca ?? '' }, server.host);
    expect(await imap.login('src')).toMatchObject({ status: 'OK' });
    imap.close();
    const implicit = await server.login('src', { tls: { ca: server.certificates?.ca ?? '' } });
    expect((await implicit.command('NOOP')).status).toBe('OK');
    implicit.close();
    expect(await server.rawCommand('src', 'NOOP')).toMatchObject([{ status: 'OK' }]);
    const stranger = RawImap.connect({ host: server.host, port: server.tlsPort ?? 0, tls: {} });
    await expect(stranger).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });
});

test.each([
  ['expired', 'CERT_HAS_EXPIRED'],
  ['wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
] as const)('TLS: a certificate that is %s is refused with %s', async (kind, code) => {
  await using(startDovecot({ tls: kind }), async (server) => {
    const ca = server.certificates?.ca ?? '';
    const attempt = RawImap.connect({ host: server.host, port: server.tlsPort ?? 0, tls: { ca } });
    await expect(attempt).rejects.toMatchObject({ code });
    const end = await new Promise<string>((resolve) => {
      const socket = tlsConnect({ host: server.host, port: server.tlsPort ?? 0, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().valid_to);
        socket.destroy();
      });
    });
    expect(Date.parse(end) < Date.now()).toBe(kind === 'expired');
  });
});

test('quota: over the limit, then raised for one user; a message too large', async () => {
  await using(startDovecot({ quota: { bytes: 5000, messages: 3 }, maxMailSize: 4000 }), async (server) => {
    const imap = await server.login('full');
    expect(await imap.capabilities()).toContain('QUOTA');
    expect((await imap.append('INBOX', sampleMessage('a', 3000))).status).toBe('OK');
    expect(await imap.append('INBOX', sampleMessage('b', 3000))).toMatchObject({
      status: 'NO',
      text: expect.stringContaining('[OVERQUOTA]'),
    });
    expect((await imap.ok('GETQUOTAROOT INBOX')).untagged.join('\n')).toMatch(/\* QUOTA .*STORAGE/);
    expect((await imap.append('INBOX', sampleMessage('c', 100))).status).toBe('OK');
    expect((await imap.append('INBOX', sampleMessage('d', 100))).status).toBe('OK');
    expect((await imap.append('INBOX', sampleMessage('e', 100))).text).toContain('[OVERQUOTA]');
    expect(await imap.append('INBOX', sampleMessage('huge', 4500))).toMatchObject({ status: 'NO' });
    imap.close();
    server.setQuota('full', { bytes: 100_000 });
    const again = await server.login('full');
    expect((await again.append('INBOX', sampleMessage('b', 3000))).status).toBe('OK');
    again.close();
  });
});

test('users with passwords of their own, added while it runs', async () => {
  await using(startDovecot({ users: { ada: 'one', 'bob@example.org': 'two' } }), async (server) => {
    for (const [user, password, status] of [
      ['ada', 'one', 'OK'],
      ['bob@example.org', 'two', 'OK'],
      ['ada', 'two', 'NO'],
      ['carol', 'pw', 'NO'],
    ] as const) {
      const imap = await RawImap.connect(server);
      expect((await imap.login(user, password)).status).toBe(status);
      imap.close();
    }
    server.addUser('carol', 'three');
    (await server.login('carol')).close();
  });
});

test('ACL and a shared namespace', async () => {
  await using(startDovecot({ sharedNamespace: true }), async (server) => {
    const [granted] = [await server.login('ada')];
    await granted.ok('CREATE Plans');
    await granted.ok('SETACL Plans bob lr');
    expect((await granted.ok('GETACL Plans')).untagged[0]).toMatch(/bob lr/);
    const bob = await server.login('bob');
    expect((await bob.ok('LIST "" "shared/*"')).untagged.join('\n')).toContain('shared/ada/Plans');
    expect((await bob.ok('MYRIGHTS shared/ada/Plans')).untagged[0]).toMatch(/ lr$/);
    granted.close();
    bob.close();
  });
});

test('without keywords PERMANENTFLAGS has no \\*', async () => {
  await using(startDovecot({ keywords: false }), async (server) => {
    const imap = await server.login('src');
    const select = (await imap.ok('SELECT INBOX')).untagged.find((line) => line.includes('PERMANENTFLAGS'));
    expect(select).not.toContain('\\*');
    expect(select).toContain('\\Seen');
    await imap.ok('CLOSE');
    expect((await imap.append('INBOX', sampleMessage('x'), { flags: ['\\Seen', '$SternaPending'] })).status).toBe('OK');
    await imap.ok('SELECT INBOX');
    expect((await imap.ok('FETCH 1 FLAGS')).untagged[0]).not.toContain('SternaPending');
    await imap.ok('STORE 1 +FLAGS (\\Deleted)');
    await imap.ok('EXPUNGE');
    imap.close();
  });
});

test.each([
  [{ separator: '.', prefix: 'INBOX.' }, '.', 'INBOX.Sub'],
  [{ layout: 'fs' }, '/', 'with.dot'],
  [{ listescape: true }, '/', 'with.dot'],
  [{ format: 'mdbox' }, '/', 'with.dot'],
  [{ format: 'sdbox' }, '/', 'with.dot'],
] as const)('namespace and format %j', async (options, separator, folder) => {
  await using(startDovecot({ ...options, specialUse: true }), async (server) => {
    const imap = await server.login('src');
    const name = `${folder}${separator}Täst`.replace('ä', '&AOQ-');
    await imap.ok(`CREATE "${name}"`);
    await imap.append(name, sampleMessage('deep'));
    const list = (await imap.ok('LIST "" "*"')).untagged.join('\n');
    expect(list).toContain(`"${separator}" ${name}`);
    expect(list).toMatch(/\\Sent\)? .*Sent/);
    expect((await imap.ok('NAMESPACE')).untagged[0]).toContain('prefix' in options ? '"INBOX."' : '(("" ');
    imap.close();
  });
});

test('a limit on connections', async () => {
  await using(startDovecot({ maxConnectionsPerUser: 2 }), async (server) => {
    const open = [await server.login('busy'), await server.login('busy')];
    await expect(server.login('busy')).rejects.toThrow(/Maximum number of connections/);
    for (const imap of open) imap.close();
  });
});

test('several side by side, and nothing is left behind', async () => {
  const servers = await Promise.all([startDovecot(), startDovecot(), startDovecot()]);
  expect(new Set(servers.map((server) => server.port)).size).toBe(3);
  const pids = servers.flatMap((server) => server.pids());
  await Promise.all(servers.map((server) => server.stop()));
  for (const pid of pids) expect(isAlive(pid)).toBe(false);
  for (const server of servers) {
    expect(existsSync(server.folder)).toBe(false);
    await new Promise((resolve) => connect(server.port, server.host).once('error', resolve));
  }
});

test.runIf(canMountDisks())('a full disk: nothing is stored, then there is room again', async () => {
  await using(startDovecot({ diskMegabytes: 64 }), async (server) => {
    const imap = await server.login('full');
    expect(await imap.append('INBOX', sampleMessage('before'))).toMatchObject({ status: 'OK' });
    server.disk?.fill();
    expect(await imap.append('INBOX', sampleMessage('while', 100_000))).toMatchObject({
      status: 'NO',
      text: expect.stringMatching(/^\[(SERVERBUG|OVERQUOTA)\]/),
    });
    server.disk?.makeRoom();
    expect(await imap.append('INBOX', sampleMessage('after'))).toMatchObject({ status: 'OK' });
    expect((await imap.ok('STATUS INBOX (MESSAGES)')).untagged[0]).toContain('MESSAGES 2');
    imap.close();
  });
});
