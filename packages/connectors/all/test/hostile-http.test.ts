import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Transport } from '@sterna/cloud-http';
import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import type { OpenRequest } from '@sterna/connector-kit';
import { webdavConnector } from '@sterna/connector-webdav';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Servers that mean harm, or are broken in ways that look like it. */
const ANSWERS: Record<string, (reply: ServerResponse, request: IncomingMessage) => void> = {
  'never answers': () => undefined,
  'drips a byte now and then': (reply) => {
    reply.writeHead(207, { 'content-type': 'application/xml' });
    const drip = setInterval(() => reply.write(' '), 20);
    reply.on('close', () => clearInterval(drip));
  },
  'never ends': (reply) => {
    reply.writeHead(207, { 'content-type': 'application/xml' });
    const piece = Buffer.alloc(1024 * 1024, ' ');
    const more = (): void => {
      while (!reply.destroyed && reply.write(piece));
      if (!reply.destroyed) reply.once('drain', more);
    };
    more();
  },
  'promises more than it sends': (reply) => {
    reply.writeHead(207, { 'content-type': 'application/xml', 'content-length': '1000000000000' });
    reply.write('<?xml version="1.0"?>');
    setImmediate(() => reply.destroy());
  },
  'sends a bomb in gzip': (reply) => {
    // A hundred megabytes of blanks; whoever unpacks what nobody asked for has them all.
    reply.writeHead(207, { 'content-type': 'application/xml', 'content-encoding': 'gzip' }).end(BOMB);
  },
};
const BOMB = gzipSync(Buffer.alloc(100 * 1024 * 1024, ' '));

const server = createServer((request, reply) => {
  request.resume();
  ANSWERS[decodeURIComponent(request.url?.split('/')[1] ?? '')]?.(reply, request);
});
let origin: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const request = (what: string): OpenRequest => ({
  system: {
    settings: { url: `${origin}/${encodeURIComponent(what)}/`, retryDelaysMs: [], timeoutSeconds: 0.5 },
    credentials: { user: 'user', password: 'pw' },
  },
  address: 'user',
  role: 'read',
  installation: '0badcafe',
  signal: new AbortController().signal,
});

const peak = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.memoryUsage().rss;
  await work();
  return process.memoryUsage().rss - before;
};

describe.each(Object.keys(ANSWERS))('a server that %s', (what) => {
  test.each([
    { name: 'caldav', connector: caldavConnector },
    { name: 'carddav', connector: carddavConnector },
    { name: 'webdav', connector: webdavConnector },
  ])(
    'is given up by $name, in bounded time and memory, with a reason',
    async ({ connector }) => {
      const grown = await peak(() =>
        expect(connector.open(request(what))).rejects.toMatchObject({
          name: 'SternaError',
          class: expect.stringMatching(/^(transient|config)$/),
        }),
      );
      expect(grown).toBeLessThan(600 * 1024 * 1024);
    },
    30_000,
  );

  test('is given up by the transport of the cloud connectors', async () => {
    const transport = new Transport({ ca: undefined, verifyCertificate: true, timeoutMs: 500 });
    const exchanged = async (): Promise<Buffer> => {
      const reply = await transport.exchange({
        method: 'GET',
        url: new URL(`${origin}/${encodeURIComponent(what)}/`),
        headers: {},
        signal: new AbortController().signal,
      });
      return reply.whole();
    };
    try {
      // Packed it stays: no JSON, and no bomb.
      if (what === 'sends a bomb in gzip') expect((await exchanged()).equals(BOMB)).toBe(true);
      else await expect(exchanged()).rejects.toThrow();
    } finally {
      transport.destroy();
    }
  }, 30_000);
});
