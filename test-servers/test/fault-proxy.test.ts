import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Dovecot,
  RawImap,
  type ScriptedImap,
  sampleMessage,
  startDovecot,
  startFaultProxy,
  startScriptedImap,
} from '../src/index.ts';

let dovecot: Dovecot;
let memory: ScriptedImap;
beforeAll(async () => {
  dovecot = await startDovecot();
  memory = await startScriptedImap();
});
afterAll(async () => {
  await dovecot?.stop();
  await memory?.stop();
});

async function signedIn(proxy: { host: string; port: number }, user: string): Promise<RawImap> {
  const imap = await RawImap.connect({ host: proxy.host, port: proxy.port, timeoutMs: 3000 });
  expect((await imap.login(user)).status).toBe('OK');
  return imap;
}

const count = async (user: string) =>
  Number(/MESSAGES (\d+)/.exec((await dovecot.rawCommand(user, 'STATUS INBOX (MESSAGES)'))[0]?.untagged[0] ?? '')?.[1]);

test('counts commands and round trips, and records what was said', async () => {
  await using proxy = await startFaultProxy({ target: dovecot });
  const imap = await signedIn(proxy, 'counted');
  proxy.forget();
  await imap.append('INBOX', sampleMessage('one'));
  await imap.multiAppend('INBOX', [{ message: sampleMessage('two') }, { message: sampleMessage('three') }], true);
  await imap.ok('SELECT INBOX');
  await imap.ok('UID FETCH 1:* (BODY.PEEK[])');
  expect(proxy.commands('APPEND')).toBe(2);
  expect(proxy.commands('uid fetch')).toBe(1);
  expect(proxy.commands()).toBe(4);
  expect(proxy.roundTrips).toBe(5); // the first APPEND waits for its go-ahead; the one before all was forgotten
  expect(proxy.transcript.filter((line) => line.direction === 'toServer').map((line) => line.text.slice(3))).toEqual([
    `APPEND "INBOX" {${sampleMessage('one').length}}`,
    `APPEND "INBOX" {${sampleMessage('two').length}+} {${sampleMessage('three').length}+}`,
    'SELECT INBOX',
    'UID FETCH 1:* (BODY.PEEK[])',
  ]);
  imap.close();
});

test('cuts after so many bytes towards the server, and those arrive', async () => {
  await using proxy = await startFaultProxy({ target: memory });
  const rule = proxy.cutAfter('toServer', 30);
  const imap = await RawImap.connect(proxy);
  const said = memory.transcript.length;
  imap.write('a NOOP\r\nb NOOP\r\nc NOOP\r\nd NOOP\r\ne NOOP\r\n');
  expect(await imap.waitClosed()).toBe(true);
  await rule.struck;
  expect(rule.hits).toBe(1);
  expect(proxy.open).toHaveLength(0);
  const commands = memory.transcript.slice(said).filter((line) => line.from === 'client');
  expect(commands.map((line) => line.text)).toEqual(['a NOOP', 'b NOOP', 'c NOOP']);
});

test('cuts after so many bytes towards the client, exactly', async () => {
  await using proxy = await startFaultProxy({ target: dovecot });
  proxy.cutAfter('toClient', 12, { connection: 2 });
  const whole = await RawImap.connect(proxy);
  expect(whole.greeting).toMatch(/ready\.$/);
  whole.close();
  await expect(RawImap.connect(proxy)).rejects.toThrow(/closed/);
  expect(proxy.transcript.filter((line) => line.connection === 2)).toEqual([]);
});

test.each([1, 7])('cuts before and after a pattern, in pieces of %i bytes too', async (piece) => {
  await using proxy = await startFaultProxy({ target: memory });
  const drip = async (imap: RawImap, text: string) => {
    for (let at = 0; at < text.length; at += piece) {
      if (imap.closed) return;
      imap.write(text.slice(at, at + piece));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  for (const [at, expected] of [
    ['before', ['a NOOP']],
    ['after', ['a NOOP', 'b CREATE cut']],
  ] as const) {
    proxy.cutWhen('toServer', /CREATE cut\r\n/, { at });
    const imap = await RawImap.connect(proxy);
    const said = memory.transcript.length;
    await drip(imap, 'a NOOP\r\nb CREATE cut\r\nc NOOP\r\n');
    expect(await imap.waitClosed()).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const commands = memory.transcript.slice(said).filter((line) => line.from === 'client');
    expect(commands.map((line) => line.text)).toEqual(expected);
  }
});

test('the third APPEND is cut, whatever comes in one packet', async () => {
  await using proxy = await startFaultProxy({ target: memory });
  const pair = proxy.rule({ direction: 'toServer', match: 'NOOP', times: 9, do: () => {} });
  proxy.cutWhen('toServer', /APPEND/, { skip: 2, at: 'before' });
  const imap = await signedIn(proxy, 'third');
  imap.write(
    'x NOOP\r\n1 APPEND INBOX {1+}\r\nx\r\n2 APPEND INBOX {1+}\r\ny\r\nx NOOP\r\n3 APPEND INBOX {1+}\r\nz\r\n',
  );
  expect(await imap.waitClosed()).toBe(true);
  await expect.poll(() => memory.mailbox('third').messages.map((message) => String(message.bytes))).toEqual(['x', 'y']);
  expect(pair.hits).toBe(2);
});

test('swallows the acknowledgement of a write that landed', async () => {
  await using proxy = await startFaultProxy({ target: dovecot });
  const imap = await signedIn(proxy, 'swallow');
  const rule = proxy.swallowReply('APPEND', { skip: 1 });
  expect((await imap.append('INBOX', sampleMessage('acknowledged'))).status).toBe('OK');
  await expect(imap.append('INBOX', sampleMessage('not acknowledged'))).rejects.toThrow(/closed/);
  expect(rule.hits).toBe(1);
  expect(await count('swallow')).toBe(2);

  const silent = await signedIn(proxy, 'swallow');
  const quiet = proxy.swallowReply('APPEND', { afterwards: 'nothing' });
  silent.write(`x APPEND INBOX {1+}\r\nx\r\ny NOOP\r\n`);
  let line = await silent.readResponse();
  while (line.startsWith('*')) line = await silent.readResponse();
  expect(line).toMatch(/^y OK/);
  expect(quiet.hits).toBe(1);
  expect(await count('swallow')).toBe(3);
  silent.close();
});

test('stalls and goes on', async () => {
  await using proxy = await startFaultProxy({ target: dovecot });
  const imap = await signedIn(proxy, 'stall');
  const rule = proxy.rule({ direction: 'toServer', match: 'NOOP\r\n', at: 'before', do: 'stall' });
  let done = false;
  const noop = imap.command('NOOP').then(() => {
    done = true;
  });
  await rule.struck;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(done).toBe(false);
  proxy.unstall();
  await noop;
  expect(done).toBe(true);
  imap.close();
});

test('delays each way, but pipelined commands together', async () => {
  await using proxy = await startFaultProxy({ target: memory, delayMs: { toServer: 60, toClient: 60 } });
  const imap = await signedIn(proxy, 'slow');
  const from = performance.now();
  await imap.command('NOOP');
  expect(performance.now() - from).toBeGreaterThanOrEqual(119);
  const pipelined = performance.now();
  imap.write('1 NOOP\r\n2 NOOP\r\n3 NOOP\r\n');
  for (let n = 0; n < 3; n++) await imap.readResponse();
  expect(performance.now() - pipelined).toBeLessThan(300);
  imap.close();
});

test('a function runs at the very byte: the server is killed before it sees the rest', async () => {
  await using server = await startDovecot();
  await using proxy = await startFaultProxy({ target: server });
  const imap = await signedIn(proxy, 'killed');
  proxy.rule({ direction: 'toServer', match: 'half of the message', do: () => server.kill() });
  await expect(imap.append('INBOX', 'Subject: x\r\n\r\nhalf of the message and the rest\r\n')).rejects.toThrow();
  await server.restart();
  const again = await signedIn(proxy, 'killed');
  expect((await again.ok('STATUS INBOX (MESSAGES)')).untagged[0]).toContain('MESSAGES 0');
  again.close();
});

test('offline, online, and what a dead client had sent arrives all the same', async () => {
  await using proxy = await startFaultProxy({ target: dovecot });
  const imap = await signedIn(proxy, 'late');
  proxy.stall();
  const message = sampleMessage('late');
  imap.write(`x APPEND INBOX {${message.length}+}\r\n${message}\r\n`);
  await new Promise((resolve) => setTimeout(resolve, 30));
  imap.socket.resetAndDestroy();
  expect(await count('late')).toBe(0);
  proxy.unstall();
  await expect.poll(() => count('late')).toBe(1);
  await proxy.offline();
  await expect(RawImap.connect(proxy)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.online();
  (await signedIn(proxy, 'late')).close();
});

test('large messages pass unharmed', async () => {
  await using proxy = await startFaultProxy({ target: dovecot });
  proxy.cutWhen('toClient', 'a text that never comes');
  const imap = await signedIn(proxy, 'large');
  const message = sampleMessage('large', 5_000_000);
  await imap.append('INBOX', message);
  await imap.ok('SELECT INBOX');
  const fetched = await imap.ok('UID FETCH 1 BODY.PEEK[]');
  expect(fetched.untagged[0]?.includes(message)).toBe(true);
  imap.close();
});
