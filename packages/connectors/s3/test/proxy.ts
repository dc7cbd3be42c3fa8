import { Agent, createServer, request as forward, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request: it passes; it takes effect and its answer is lost; or it gets this answer instead. */
export type Fate =
  | 'pass'
  | 'lose-answer'
  | { readonly status: number; readonly code: string; readonly headers?: Readonly<Record<string, string>> }
  /** The answer is cut off after so many bytes of its body. */
  | { readonly cutAfter: number };

export interface S3Proxy {
  readonly url: string;
  /** `PUT /bucket/key?partNumber=1…`, in order. */
  readonly requests: readonly string[];
  decide: (request: string, headers: IncomingMessage['headers']) => Fate;
  stop(): Promise<void>;
}

/** Before a storage; the signature holds, since the host that was asked is passed on. */
export async function startS3Proxy(target: { readonly host: string; readonly port: number }): Promise<S3Proxy> {
  const requests: string[] = [];
  // Swift closes a connection whose request it refused; which one that is should not depend on another request.
  const agent = new Agent({ keepAlive: false });
  const proxy = {
    requests,
    decide: (): Fate => 'pass',
  } as { requests: string[]; decide: S3Proxy['decide'] };
  const server = createServer((incoming, answer) => {
    const line = `${incoming.method} ${incoming.url}`;
    requests.push(line);
    const fate = proxy.decide(line, incoming.headers);
    if (typeof fate === 'object' && 'status' in fate) {
      incoming.resume();
      incoming.on('end', () => {
        answer.writeHead(fate.status, { 'content-type': 'application/xml', ...fate.headers });
        answer.end(`<?xml version="1.0"?><Error><Code>${fate.code}</Code><Message>As the test says</Message></Error>`);
      });
      return;
    }
    const { host, port } = target;
    const { expect: _, ...headers } = incoming.headers;
    const outgoing = forward({ host, port, method: incoming.method, path: incoming.url, headers, agent }, (got) => {
      if (fate === 'lose-answer') {
        got.resume();
        got.on('end', () => incoming.socket.resetAndDestroy());
        return;
      }
      answer.writeHead(got.statusCode ?? 502, got.headers);
      if (fate === 'pass') {
        if (incoming.method === 'HEAD') answer.end();
        else got.pipe(answer);
        return;
      }
      let left = fate.cutAfter;
      got.on('data', (chunk: Buffer) => {
        answer.write(chunk.subarray(0, left));
        left -= chunk.length;
        if (left > 0) return;
        got.destroy();
        answer.end();
        incoming.socket.end();
      });
    });
    // Swift sends a chunk behind some answers that have no body.
    outgoing.on('error', () => {
      if (incoming.method !== 'HEAD' || !answer.headersSent) incoming.socket.destroy();
    });
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
