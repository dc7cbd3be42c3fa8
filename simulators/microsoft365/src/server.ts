import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Invitation, invitationsOf } from './calendar/invitations.ts';
import { type Clock, realClock } from './clock.ts';
import { type Assumptions, Cloud, DEFAULT_ASSUMPTIONS } from './cloud.ts';
import { faultReply, sendReply } from './faults/deliver.ts';
import type { Fault, Faults } from './faults/faults.ts';
import type { Incoming } from './http/call.ts';
import { dispatch } from './http/dispatch.ts';
import type { Reply } from './http/reply.ts';
import { DOCUMENTED_LIMITS, DocumentedThrottle, type Limits, unlimited } from './limits/throttle.ts';
import { makeRouters } from './routes.ts';
import { seedCloud } from './seed/index.ts';
import type { Size } from './seed/size.ts';
import type { Tenant } from './state/tenant.ts';

export interface Options {
  /** 0 or nothing: any free one. Only loopback is listened on. */
  readonly port?: number;
  readonly seed?: string;
  readonly size?: Size;
  /** True: people without mail, files and so on; or the domains of tenants whose people are so. */
  readonly empty?: boolean | readonly string[];
  readonly clock?: Clock;
  /** The documented limits, others, or none; none unless said. */
  readonly limits?: 'documented' | 'none' | Limits;
  /** How long each request takes, in milliseconds of the clock. */
  readonly latencyMs?: number;
  readonly assumptions?: Partial<Assumptions>;
  /** Sees every exchange after it ended, with both bodies. For tests: the bodies hold what the mailboxes do. */
  readonly observe?: (exchange: Exchange) => void;
}

export interface Exchange {
  readonly request: Incoming;
  readonly reply: Reply;
}

/** One request, without anything secret. */
export interface LoggedRequest {
  readonly at: number;
  readonly method: string;
  /** Path and query; upload and download URLs are cut before their key. */
  readonly target: string;
  readonly status: number;
  /** An item of a `$batch`; the batch itself is logged too. */
  readonly inBatch: boolean;
}

export interface Microsoft365 {
  readonly baseUrl: string;
  readonly cloud: Cloud;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly tenants: readonly Tenant[];
  /** The requests so far, oldest first (the newest 100,000 at least); tests may empty it. */
  readonly requests: LoggedRequest[];
  /** Bugs of the simulator itself: what its handlers threw. */
  readonly failures: readonly unknown[];
  /** Mail about meetings that Exchange would have sent so far. */
  readonly invitations: readonly Invitation[];
  /** By domain. Throws when there is none. */
  tenant(domain: string): Tenant;
  stop(): Promise<void>;
}

const LOG_LENGTH = 200_000;

/** Starts Entra's token endpoint and Microsoft Graph on one loopback port, with the tenants of `seed`. */
export async function startMicrosoft365(options: Options = {}): Promise<Microsoft365> {
  const clock = options.clock ?? realClock;
  const seed = options.seed ?? 'sterna';
  const assumptions = { ...DEFAULT_ASSUMPTIONS, ...options.assumptions };
  const limits = options.limits === 'documented' ? DOCUMENTED_LIMITS : (options.limits ?? 'none');
  const throttle = limits === 'none' ? unlimited : new DocumentedThrottle(clock, limits);
  const cloud = new Cloud(seed, clock, throttle, assumptions);
  cloud.latencyMs = options.latencyMs ?? 0;
  seedCloud(cloud, seed, options.size ?? 'small', options.empty ?? false);
  const routers = makeRouters();
  const requests: LoggedRequest[] = [];
  const failures: unknown[] = [];
  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      if (!(error instanceof ConnectionLost)) failures.push(error);
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const incoming = await read(request);
    const { reply, fault } = await answer(incoming, false);
    await sendReply(response, reply, fault, clock);
  }

  async function answer(incoming: Incoming, inBatch: boolean): Promise<{ reply: Reply; fault: Fault | undefined }> {
    const fault = cloud.faults.strike(incoming);
    if (fault?.kind === 'reset') throw new ConnectionLost();
    if (fault?.kind === 'delay') await clock.sleep(fault.ms);
    if (fault?.kind === 'expire-tokens') cloud.accessTokens.expireAll();
    let reply =
      fault?.kind === 'answer' && fault.afterEffect !== true
        ? faultReply(cloud, incoming, fault)
        : await dispatch(cloud, routers, incoming, async (item) => (await answer(item, true)).reply);
    if (fault?.kind === 'answer' && fault.afterEffect === true) reply = faultReply(cloud, incoming, fault);
    if (requests.length >= LOG_LENGTH) requests.splice(0, LOG_LENGTH / 2);
    requests.push({
      at: clock.now(),
      method: incoming.method,
      target: incoming.target.replace(/^\/(open\/[^/]+)\/.*/s, '/$1/…'),
      status: reply.status,
      inBatch,
    });
    options.observe?.({ request: incoming, reply });
    if (fault?.kind === 'lost-acknowledgement') throw new ConnectionLost();
    return { reply, fault };
  }

  // Only tests end connections; a client's idle one mustn't end by chance.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await listen(server, options.port ?? 0);
  cloud.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    baseUrl: cloud.baseUrl,
    cloud,
    clock,
    faults: cloud.faults,
    tenants: cloud.tenants,
    requests,
    get invitations() {
      return cloud.tenants.flatMap(invitationsOf);
    },
    failures,
    tenant(domain) {
      const tenant = cloud.tenant(domain);
      if (tenant === undefined) throw new Error(`no tenant ${domain}`);
      return tenant;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Ends the connection without an answer. */
class ConnectionLost extends Error {}

async function read(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers,
    body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
