import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from './clock.ts';
import type { Fault, Faults } from './faults.ts';
import type { Exchange, Incoming, Reply } from './messages.ts';
import { sendReply } from './send-reply.ts';

/** One request, without anything secret. */
export interface LoggedRequest {
  readonly at: number;
  readonly method: string;
  /** Path and query, with what is secret in them left out. */
  readonly target: string;
  readonly status: number;
  /** An item of a batch; the batch itself is logged too. */
  readonly inBatch: boolean;
}

/** What a simulator is behind its HTTP server. */
export interface Service {
  readonly clock: Clock;
  readonly faults: Faults;
  /** Answers a request; what it throws is a bug of the simulator. @param answerItem answers an item of a batch as if it had come alone */
  answer(incoming: Incoming, answerItem: (item: Incoming) => Promise<Reply>): Promise<Reply>;
  /** The vendor's words for a fault. */
  faultReply(incoming: Incoming, fault: Fault & { readonly kind: 'answer' }): Reply;
  expireTokens(): void;
  /** The target as the log may have it. */
  loggable(target: string): string;
  /** Sees every exchange after it ended. */
  observe(exchange: Exchange): void;
}

export interface LoopbackServer {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly baseUrl: string;
  /** The requests so far, oldest first (the newest 100,000 at least); tests may empty it. */
  readonly requests: LoggedRequest[];
  /** Bugs of the simulator itself: what its handlers threw. */
  readonly failures: readonly unknown[];
  stop(): Promise<void>;
}

const LOG_LENGTH = 200_000;

/** Serves on one loopback port. @param port 0: any free one */
export async function serveOnLoopback(service: Service, port: number): Promise<LoopbackServer> {
  const requests: LoggedRequest[] = [];
  const failures: unknown[] = [];
  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      // A client that is gone before it said everything is no fault of ours.
      if (!(error instanceof ConnectionLost) && request.complete) failures.push(error);
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const incoming = await read(request);
    const { reply, fault } = await answer(incoming, false);
    await sendReply(response, reply, fault, service.clock);
  }

  async function answer(incoming: Incoming, inBatch: boolean): Promise<{ reply: Reply; fault: Fault | undefined }> {
    const fault = service.faults.strike(incoming);
    if (fault?.kind === 'reset') throw new ConnectionLost();
    if (fault?.kind === 'delay') await service.clock.sleep(fault.ms);
    if (fault?.kind === 'hold') await fault.until;
    if (fault?.kind === 'expire-tokens') service.expireTokens();
    let reply =
      fault?.kind === 'answer' && fault.afterEffect !== true
        ? service.faultReply(incoming, fault)
        : await service.answer(incoming, async (item) => (await answer(item, true)).reply);
    if (fault?.kind === 'answer' && fault.afterEffect === true) reply = service.faultReply(incoming, fault);
    if (requests.length >= LOG_LENGTH) requests.splice(0, LOG_LENGTH / 2);
    requests.push({
      at: service.clock.now(),
      method: incoming.method,
      target: service.loggable(incoming.target),
      status: reply.status,
      inBatch,
    });
    service.observe({ request: incoming, reply });
    if (fault?.kind === 'lost-acknowledgement') throw new ConnectionLost();
    return { reply, fault };
  }

  // Only tests end connections; a client's idle one mustn't end by chance.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await listen(server, port);
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    failures,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Ends the connection without an answer. */
class ConnectionLost extends Error {}

async function read(request: IncomingMessage): Promise<Incoming> {
  const body = await bodyOf(request);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { method: request.method ?? 'GET', target: request.url ?? '/', headers, body };
}

/** By events: an iterator costs more than most requests do. */
function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('error', reject);
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
