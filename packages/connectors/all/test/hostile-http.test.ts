import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import type { OpenRequest } from '@sterna/connector-kit';
import { webdavConnector } from '@sterna/connector-webdav';
import { HOSTILITIES, type HostileHttp, startHostileHttp } from '@sterna/test-servers/hostile-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let server: HostileHttp;
beforeAll(async () => {
  server = await startHostileHttp();
});
afterAll(() => server?.stop());

const CONNECTORS = [
  { name: 'caldav', connector: caldavConnector },
  { name: 'carddav', connector: carddavConnector },
  { name: 'webdav', connector: webdavConnector },
];

describe.each(HOSTILITIES)('a server that %s', (what) => {
  test.each(CONNECTORS)(
    'is given up by $name, in bounded time and memory, with a reason',
    async ({ connector }) => {
      const request: OpenRequest = {
        system: {
          settings: { url: server.url(what), retryDelaysMs: [], timeoutSeconds: 0.5 },
          credentials: { user: 'user', password: 'pw' },
        },
        address: 'user',
        role: 'read',
        installation: '0badcafe',
        signal: new AbortController().signal,
      };
      const before = process.memoryUsage().rss;
      await expect(connector.open(request)).rejects.toMatchObject({
        name: 'SternaError',
        class: expect.stringMatching(/^(transient|config)$/),
      });
      expect(process.memoryUsage().rss - before).toBeLessThan(600 * 1024 * 1024);
    },
    30_000,
  );
});
