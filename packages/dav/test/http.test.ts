import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { DavHttp } from '../src/http.ts';
import { SignIn } from '../src/sign-in.ts';

/** Answers when it is told to. */
const waiting: { path: string; reply: ServerResponse }[] = [];
const seen: string[] = [];
let arrived = (): void => {};
const server = createServer((request, reply) => {
  seen.push(request.url ?? '');
  waiting.push({ path: request.url ?? '', reply });
  arrived();
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('what ends a batch goes before what waits for a connection, so that the next batch can begin', async () => {
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  const { port } = server.address() as AddressInfo;
  const http = new DavHttp({
    signIn: new SignIn({ user: 'ada', password: 'pw' }, true),
    ca: undefined,
    verifyCertificate: true,
    maxConnections: 1,
    timeoutMs: 10_000,
    retryDelaysMs: [],
    signal: new AbortController().signal,
  });
  const ask = (path: string, ahead?: true): Promise<unknown> =>
    http.send({
      method: 'REPORT',
      url: new URL(`http://127.0.0.1:${port}${path}`),
      doing: 'a test',
      repeatable: false,
      ...(ahead === undefined ? {} : { ahead }),
    });
  const all = Promise.all([ask('/first'), ask('/of-the-next-batch'), ask('/also'), ask('/reads-back', true)]);
  for (let answers = 0; answers < 4; answers += 1) {
    if (waiting.length === 0)
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    waiting.shift()?.reply.writeHead(200).end();
  }
  await all;
  expect(seen).toEqual(['/first', '/reads-back', '/of-the-next-batch', '/also']);
  http.destroy();
});
