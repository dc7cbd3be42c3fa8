import { GZIP_BOMB, HOSTILITIES, type HostileHttp, startHostileHttp } from '@sterna/test-servers/hostile-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Transport } from '../src/index.ts';

let server: HostileHttp;
beforeAll(async () => {
  server = await startHostileHttp();
});
afterAll(() => server?.stop());

test.each(HOSTILITIES)(
  'a service that %s is given up',
  async (what) => {
    const transport = new Transport({ ca: undefined, verifyCertificate: true, timeoutMs: 500 });
    const asked = async (): Promise<Buffer> => {
      const reply = await transport.exchange({
        method: 'GET',
        url: new URL(server.url(what)),
        headers: {},
        signal: new AbortController().signal,
      });
      return reply.whole();
    };
    try {
      // Packed it stays: no JSON, and no bomb.
      if (what === 'sends a bomb in gzip') expect((await asked()).equals(GZIP_BOMB)).toBe(true);
      else await expect(asked()).rejects.toThrow();
    } finally {
      transport.destroy();
    }
  },
  30_000,
);
