import {
  type Clock,
  type Exchange,
  type Inhabitants,
  type LoggedRequest,
  realClock,
  type Size,
  serveOnLoopback,
} from '@sterna/simulator-kit';
import { type Invitation, invitationsOf } from './calendar/invitations.ts';
import { type Assumptions, Cloud, DEFAULT_ASSUMPTIONS } from './cloud.ts';
import { faultReply } from './faults/deliver.ts';
import type { GraphFaults } from './faults/faults.ts';
import { type Notice, noticesOf } from './groups/notices.ts';
import { dispatch } from './http/dispatch.ts';
import { DOCUMENTED_LIMITS, DocumentedThrottle, type Limits, unlimited } from './limits/throttle.ts';
import { makeRouters } from './routes.ts';
import { seedCloud } from './seed/index.ts';
import type { Tenant } from './state/tenant.ts';

export interface Options {
  /** 0 or nothing: any free one. Only loopback is listened on. */
  readonly port?: number;
  readonly seed?: string;
  readonly size?: Size;
  /** True: people without mail, files and so on; or the domains of tenants whose people are so. */
  readonly empty?: boolean | readonly string[];
  /** Who is in a tenant instead of its sample people, by its domain; their addresses may have others. */
  readonly people?: Inhabitants;
  readonly clock?: Clock;
  /** The documented limits, others, or none; none unless said. */
  readonly limits?: 'documented' | 'none' | Limits;
  /** How long each request takes, in milliseconds of the clock. */
  readonly latencyMs?: number;
  readonly assumptions?: Partial<Assumptions>;
  /** Sees every exchange after it ended, with both bodies. For tests: the bodies hold what the mailboxes do. */
  readonly observe?: (exchange: Exchange) => void;
}

export interface Microsoft365 {
  readonly baseUrl: string;
  readonly cloud: Cloud;
  readonly clock: Clock;
  readonly faults: GraphFaults;
  readonly tenants: readonly Tenant[];
  /** The requests so far, oldest first (the newest 100,000 at least); tests may empty it. */
  readonly requests: LoggedRequest[];
  /** Bugs of the simulator itself: what its handlers threw. */
  readonly failures: readonly unknown[];
  /** Mail about meetings that Exchange would have sent so far. */
  readonly invitations: readonly Invitation[];
  /** Mail and notifications that groups, plans and teams would have sent so far. */
  readonly notices: readonly Notice[];
  /** By domain. Throws when there is none. */
  tenant(domain: string): Tenant;
  stop(): Promise<void>;
}

/** Starts Entra's token endpoint and Microsoft Graph on one loopback port, with the tenants of `seed`. */
export async function startMicrosoft365(options: Options = {}): Promise<Microsoft365> {
  const clock = options.clock ?? realClock;
  const seed = options.seed ?? 'sterna';
  const assumptions = { ...DEFAULT_ASSUMPTIONS, ...options.assumptions };
  const limits = options.limits === 'documented' ? DOCUMENTED_LIMITS : (options.limits ?? 'none');
  const throttle = limits === 'none' ? unlimited : new DocumentedThrottle(clock, limits);
  const cloud = new Cloud(seed, clock, throttle, assumptions);
  cloud.latencyMs = options.latencyMs ?? 0;
  seedCloud(cloud, seed, options.size ?? 'small', options.empty ?? false, options.people ?? {});
  const routers = makeRouters();
  const server = await serveOnLoopback(
    {
      clock,
      faults: cloud.faults,
      answer: (incoming, answerItem) => dispatch(cloud, routers, incoming, answerItem),
      faultReply: (incoming, fault) => faultReply(cloud, incoming, fault),
      expireTokens: () => cloud.accessTokens.expireAll(),
      loggable: (target) => target.replace(/^\/(open\/[^/]+)\/.*/s, '/$1/…'),
      observe: (exchange) => options.observe?.(exchange),
    },
    options.port ?? 0,
  );
  cloud.baseUrl = server.baseUrl;
  cloud.openUrl = server.baseUrl;
  return {
    baseUrl: cloud.baseUrl,
    cloud,
    clock,
    faults: cloud.faults,
    tenants: cloud.tenants,
    requests: server.requests,
    get invitations() {
      return cloud.tenants.flatMap(invitationsOf);
    },
    get notices() {
      return cloud.tenants.flatMap(noticesOf);
    },
    failures: server.failures,
    tenant(domain) {
      const tenant = cloud.tenant(domain);
      if (tenant === undefined) throw new Error(`no tenant ${domain}`);
      return tenant;
    },
    stop: () => server.stop(),
  };
}
