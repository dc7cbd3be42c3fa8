import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type ResponseOf } from '@sterna/api-contract';
import { prepareDatabase } from '@sterna/store/prepared';
import { type Certificates, makeCertificates } from '@sterna/test-servers';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog, type RunningServer, startServer } from '../src/index.ts';
import { addressGuard, allowedPlacesOf, isPublicAddress, reachOf } from '../src/outbound/address-guard.ts';
import { sendMail } from '../src/outbound/mail-sender.ts';
import { sendWebhook } from '../src/outbound/webhook-sender.ts';

let folder: string;
let certificates: Certificates;
let server: RunningServer;
let client: Client;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sterna-notify-'));
  await chmod(folder, 0o755);
  certificates = makeCertificates(join(folder, 'certificates'));
  await prepareDatabase(join(folder, 'data'));
  server = await startServer({
    port: 0,
    dataDir: join(folder, 'data'),
    services: ['api'],
    version: '0.0.0',
    log: createLog({ level: 'fatal' }),
  });
  const baseUrl = server.url as string;
  const { token } = await createClient({ baseUrl }).setUp({
    body: { organization: 'Tern', email: 'ada@tern.example', password: 'correct horse battery staple' },
  });
  client = createClient({ baseUrl, token: token as string });
});
afterAll(async () => {
  await server?.close();
  for (const close of closing.reverse()) await close();
  await rm(folder, { recursive: true, force: true });
});

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that answers what the test says, one status after the other, the last one for ever. */
async function receiver(
  statuses: number[],
  secure = false,
): Promise<{ url: string; port: number; received: Received[] }> {
  const received: Received[] = [];
  const onRequest = async (
    request: import('node:http').IncomingMessage,
    response: import('node:http').ServerResponse,
  ): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    const status = statuses.length > 1 ? statuses.shift() : statuses[0];
    response.writeHead(status ?? 200, status === 302 ? { location: '/elsewhere' } : {});
    response.end('x'.repeat(100_000));
  };
  const http: Server = secure
    ? createTlsServer(
        { cert: await readFile(certificates.certFile), key: await readFile(certificates.keyFile) },
        onRequest,
      )
    : createServer(onRequest);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  closing.push(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  const { port } = http.address() as AddressInfo;
  return { url: `${secure ? 'https' : 'http'}://localhost:${port}/hook?key=1`, port, received };
}

/** The mailbox system of the other side. */
async function mailServer(
  options: object,
): Promise<{ port: number; mails: { to: string[]; user: unknown; text: string }[] }> {
  const mails: { to: string[]; user: unknown; text: string }[] = [];
  const smtp = new SMTPServer({
    logger: false,
    ...options,
    onAuth: ({ username, password }, _session, done) =>
      password === 'geheim' ? done(null, { user: username }) : done(new Error('Wrong password')),
    onRcptTo: ({ address }, _session, done) =>
      address.startsWith('nobody') ? done(Object.assign(new Error('No such user'), { responseCode: 550 })) : done(),
    onData: async (stream, session, done) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      mails.push({
        to: session.envelope.rcptTo.map((one) => one.address),
        user: session.user,
        text: Buffer.concat(chunks).toString('utf8'),
      });
      done();
    },
  });
  smtp.on('error', () => {});
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  closing.push(() => new Promise<void>((resolve) => smtp.close(() => resolve())));
  return { port: (smtp.server.address() as AddressInfo).port, mails };
}

/** Asked again whenever something happens; the first event comes at once. */
async function settled(id: number, count = 1): Promise<ResponseOf<'getDelivery'>> {
  const stop = new AbortController();
  try {
    for await (const _event of client.events({ lastEventId: '0', signal: stop.signal })) {
      const delivery = await client.getDelivery({ params: { id } });
      if (delivery.attempts.length >= count) return delivery;
    }
    throw new Error('the events ended');
  } finally {
    stop.abort();
  }
}
const test = async (channelId: number) => settled((await client.testChannel({ params: { id: channelId } })).id);

describe('a webhook', () => {
  it('gets signed messages, tried again under the same id', async () => {
    const { url, received } = await receiver([500, 200]);
    const { channel, secret = '' } = await client.createChannel({
      body: { kind: 'webhook', name: 'chat', topics: ['batch-done'], url },
    });
    const failed = await test(channel.id);
    expect(failed).toMatchObject({ status: 'failed', attempts: [{ ok: false, words: 'Answered 500.' }] });
    await client.retryDelivery({ params: { id: failed.id } });
    expect(await settled(failed.id, 2)).toMatchObject({ status: 'delivered', attempts: [{ ok: false }, { ok: true }] });
    expect(received).toHaveLength(2);
    for (const { headers, body, path } of received) {
      expect(path).toBe('/hook?key=1');
      expect(headers['user-agent']).toBe('Sterna/0.0.0');
      // As the specification says, without any of our code.
      const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
      const at = headers['webhook-timestamp'] as string;
      const expected = createHmac('sha256', key).update(`${headers['webhook-id']}.${at}.${body}`).digest();
      const [version, given = ''] = (headers['webhook-signature'] as string).split(',');
      expect(version).toBe('v1');
      expect(timingSafeEqual(Buffer.from(given, 'base64'), expected)).toBe(true);
      expect(Math.abs(Number(at) - Date.now() / 1_000)).toBeLessThan(60);
      expect(JSON.parse(body)).toMatchObject({ type: 'test', data: { channel: 'chat' } });
    }
    expect(received[0]?.headers['webhook-id']).toBe(received[1]?.headers['webhook-id']);
    expect(received[0]?.headers['webhook-id']).toBe(failed.eventId);
  });

  it('says in words why it was not reached', async () => {
    const { url, received } = await receiver([302, 404]);
    const tls = await receiver([200], true);
    const { channel } = await client.createChannel({
      body: { kind: 'webhook', name: 'moved', topics: ['failures'], url },
    });
    const words = async () => (await test(channel.id)).attempts[0]?.words;
    expect(await words()).toMatch(/^Answered 302: .*redirects are not followed/);
    expect(await words()).toMatch(/Check the URL/);
    expect(received.map((one) => one.path)).toEqual(['/hook?key=1', '/hook?key=1']);
    await client.updateChannel({ params: { id: channel.id }, body: { url: tls.url } });
    expect(await words()).toMatch(/localhost:\d+ can’t be reached: its certificate is signed by an unknown authority/);
    await client.updateChannel({ params: { id: channel.id }, body: { url: 'http://localhost:1/' } });
    expect(await words()).toMatch(/nothing listens there/);
    expect(tls.received).toEqual([]);
    await expect(
      client.createChannel({ body: { kind: 'webhook', name: 'bad', topics: ['failures'], url: 'file:///etc/passwd' } }),
    ).rejects.toMatchObject({ code: 'channel-url-invalid', field: 'url' });
  });

  it('never leads into a private network where others can reach the server', async () => {
    for (const address of [
      ...[
        '127.0.0.1',
        '127.9.9.9',
        '0.0.0.0',
        '10.1.2.3',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.1.1',
        '169.254.169.254',
      ],
      ...['100.64.0.1', '224.0.0.1', '255.255.255.255', '198.18.0.1', '192.0.0.8'],
      ...[
        '::',
        '::1',
        '::ffff:10.0.0.1',
        '::ffff:127.0.0.1',
        '::127.0.0.1',
        'fe80::1',
        'fc00::1',
        'fd12::1',
        'ff02::1',
      ],
      ...['64:ff9b::a00:1', '2002:a00:1::', '2001:0:a00:1::', 'fec0::1', 'not an address'],
    ])
      expect([address, isPublicAddress(address)]).toEqual([address, false]);
    for (const address of ['1.1.1.1', '172.32.0.1', '100.128.0.1', '192.169.0.1', '2606:4700::1111', '2a01:4f8::1'])
      expect([address, isPublicAddress(address)]).toEqual([address, true]);

    const { url, port, received } = await receiver([200]);
    const message = { url, headers: {}, body: '{}' };
    const guarded = addressGuard({ reach: reachOf(allowedPlacesOf(undefined)) });
    for (const host of [
      'localhost',
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      'localhost.',
    ]) {
      const sent = await sendWebhook(guarded, 'Sterna', { ...message, url: `http://${host}:${port}/` });
      expect([host, sent]).toEqual([host, { ok: false, words: expect.stringContaining('private network') }]);
    }
    const mailed = await sendMail(guarded, {
      server: { host: 'localhost', port, security: 'none', from: 'a@x.example', to: ['b@x.example'] },
      password: undefined,
      subject: '',
      text: '',
      messageId: '<x@x.example>',
    });
    expect(mailed.words).toContain('private network');
    // One public address among private ones deceives nobody, and a name is asked for once.
    let asked = 0;
    const rebinding = addressGuard({
      reach: reachOf(allowedPlacesOf('')),
      resolveAll: async () => {
        asked += 1;
        return asked === 1 ? ['1.1.1.1', '127.0.0.1'] : ['127.0.0.1'];
      },
    });
    const rebound = await sendWebhook(rebinding, 'Sterna', { ...message, url: `http://rebind.example:${port}/` });
    expect(rebound.words).toContain('private network');
    expect(asked).toBe(1);
    expect(received).toEqual([]);

    const pinned = addressGuard({
      reach: reachOf(allowedPlacesOf('Relay.example')),
      resolveAll: async () => ['127.0.0.1'],
    });
    expect((await sendWebhook(pinned, 'Sterna', { ...message, url: `http://relay.example:${port}/` })).ok).toBe(true);
    expect(received[0]?.headers.host).toBe(`relay.example:${port}`);
  });
});

describe('e-mail', () => {
  it('goes over TLS, trusting an authority of one’s own, and says why it didn’t', async () => {
    const keys = { cert: await readFile(certificates.certFile), key: await readFile(certificates.keyFile) };
    const { port, mails } = await mailServer({ secure: true, ...keys });
    const { channel, secret } = await client.createChannel({
      body: {
        kind: 'email',
        name: 'night shift',
        topics: ['batch-done'],
        host: 'localhost',
        port,
        security: 'tls',
        user: 'sterna',
        password: 'falsch',
        from: 'sterna@tern.example',
        to: ['ada@tern.example', 'bob@tern.example'],
      },
    });
    expect(secret).toBeUndefined();
    const words = async () => (await test(channel.id)).attempts[0]?.words;
    const change = (body: object) => client.updateChannel({ params: { id: channel.id }, body });
    expect(await words()).toMatch(/certificate is signed by an unknown authority/);
    expect(await change({ ca: certificates.ca })).toMatchObject({ mail: { hasCa: true, hasPassword: true } });
    expect(await words()).toMatch(/refused the user name or the password/);
    await change({ password: 'geheim' });
    expect(await words()).toBe('The mail server took it.');
    expect(mails).toMatchObject([{ to: ['ada@tern.example', 'bob@tern.example'], user: 'sterna' }]);
    expect(mails[0]?.text).toMatch(/^From: Sterna <sterna@tern\.example>/m);
    expect(mails[0]?.text).toMatch(/^Subject: \[Sterna\] Test of the channel night shift/m);
    expect(mails[0]?.text).toMatch(/^Auto-Submitted: auto-generated/m);
    await change({ to: ['nobody@tern.example'] });
    expect(await words()).toMatch(/refused the message.*No such user/);
  });

  it('is not sent in the clear where TLS was asked for', async () => {
    const { port, mails } = await mailServer({ disabledCommands: ['STARTTLS'], authOptional: true });
    const { channel } = await client.createChannel({
      body: {
        kind: 'email',
        name: 'plain',
        topics: ['failures'],
        host: '127.0.0.1',
        port,
        security: 'starttls',
        from: 'sterna@tern.example',
        to: ['ada@tern.example'],
      },
    });
    expect((await test(channel.id)).attempts[0]?.words).toMatch(/offers no encryption/);
    expect(mails).toEqual([]);
    await client.updateChannel({ params: { id: channel.id }, body: { security: 'none' } });
    expect(await test(channel.id)).toMatchObject({ status: 'delivered' });
    expect(mails).toHaveLength(1);
  });
});
