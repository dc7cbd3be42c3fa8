import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Budget, givenToken, Transport } from '@sterna/cloud-http';
import { VirtualClock } from '@sterna/connector-suite';
import { GraphClient } from '../../src/graph/client.ts';
import { OUTLOOK_LIMITS } from '../../src/graph/limits.ts';
import { AppTokens } from '../../src/graph/token-source.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What the service does with a request: an answer, or the end of the connection. */
export type Step =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | 'reset';

/** Answers requests one after the other as it is told; the last step again and again. */
export async function scriptedService(step: (seen: Seen, n: number) => Step) {
  const seen: Seen[] = [];
  let n = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      seen.push(one);
      const answer = step(one, n++);
      if (answer === 'reset') return void request.socket.destroy();
      const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = new VirtualClock();
  const transport = new Transport({ ca: undefined, verifyCertificate: true, timeoutMs: 5_000 });
  const abort = new AbortController();
  const make = (
    tokens = givenToken('given-token', 'Microsoft 365', 'a secret') as ConstructorParameters<
      typeof GraphClient
    >[0]['tokens'],
  ) => new GraphClient({ graph: origin, tokens, transport, clock, signal: abort.signal, userAgent: 'Test' });
  const client = make();
  return {
    origin,
    seen,
    clock,
    client,
    abort,
    outlook: new Budget(OUTLOOK_LIMITS, clock),
    withApp: (secret: string) => {
      const app = { tenant: 'contoso.example', clientId: 'app', secret, login: origin, resource: origin };
      return make(new AppTokens(app, transport, clock));
    },
    async stop() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
