/** An HTTP proxy before one server that counts what passes, on kept connections. */
import { Agent, createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Requests so far, in order: `PROPFIND /ada/`. */
  readonly requests: readonly string[];
  /** Of one method, or all. */
  count(method?: string): number;
  forget(): void;
  stop(): Promise<void>;
}

export async function startHttpProxy(target: { host: string; port: number }): Promise<HttpProxy> {
  const requests: string[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, answer) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    const outgoing = forward(
      {
        host: target.host,
        port: target.port,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
        agent,
      },
      (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      },
    );
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    host: '127.0.0.1',
    port,
    url: `http://127.0.0.1:${port}/`,
    requests,
    count: (method) => requests.filter((one) => method === undefined || one.startsWith(`${method} `)).length,
    forget: () => {
      requests.length = 0;
    },
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
