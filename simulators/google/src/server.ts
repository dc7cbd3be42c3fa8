import {
  type Clock,
  type Exchange,
  type Inhabitants,
  type LoggedRequest,
  realClock,
  type Size,
  serveOnLoopback,
} from '@sterna/simulator-kit';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import type { CalendarMail } from './calendar/mail.ts';
import { calendarMailOf } from './calendar/place.ts';
import { Cloud } from './cloud.ts';
import type { SharingMail } from './drive/corpus.ts';
import { corpusOf } from './drive/drives.ts';
import type { GoogleFaults } from './faults/faults.ts';
import { faultError } from './faults/words.ts';
import { dispatch, refusal } from './http/dispatch.ts';
import { Router } from './http/router.ts';
import { DOCUMENTED_LIMITS, DocumentedQuota, type Limits, unlimited } from './limits/quota.ts';
import { ROUTES } from './routes.ts';
import { seedCloud } from './seed/index.ts';
import type { Domain } from './state/domain.ts';
import type { KeyFile, OAuthClient, ServiceAccount } from './state/project.ts';

export interface Options {
  /** 0 or nothing: any free one. Only loopback is listened on. */
  readonly port?: number;
  readonly seed?: string;
  readonly size?: Size;
  /** True: people without mail, files and so on; or the names of domains whose people are so. */
  readonly empty?: boolean | readonly string[];
  /** Who is in a domain instead of its sample people, by its name; their addresses may have others. */
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

export interface Google {
  readonly baseUrl: string;
  readonly cloud: Cloud;
  readonly clock: Clock;
  readonly faults: GoogleFaults;
  readonly domains: readonly Domain[];
  /** The migration's account, which all domains delegated to, and its key file. */
  readonly serviceAccount: ServiceAccount;
  readonly keyFile: KeyFile;
  /** A program that users may consent to: put what they grant into `domain.refreshTokens`. */
  readonly oauthClient: OAuthClient;
  /** The requests so far, oldest first (the newest 100,000 at least); tests may empty it. */
  readonly requests: LoggedRequest[];
  /** Bugs of the simulator itself: what its handlers threw. */
  readonly failures: readonly unknown[];
  /** Mail that Calendar would have sent so far: about events, and about calendars that were shared. */
  readonly calendarMails: readonly CalendarMail[];
  /** Mail that Drive would have sent so far: about files that were shared. */
  readonly sharingMails: readonly SharingMail[];
  /** By name. Throws when there is none. */
  domain(name: string): Domain;
  stop(): Promise<void>;
}

/** Starts Google's token endpoint and Workspace APIs on one loopback port, with the domains of `seed`. */
export async function startGoogle(options: Options = {}): Promise<Google> {
  const clock = options.clock ?? realClock;
  const seed = options.seed ?? 'sterna';
  const assumptions = { ...DEFAULT_ASSUMPTIONS, ...options.assumptions };
  const limits = options.limits === 'documented' ? DOCUMENTED_LIMITS : (options.limits ?? 'none');
  const quota = limits === 'none' ? unlimited : new DocumentedQuota(clock, limits, assumptions.overQuotaStatus);
  const cloud = new Cloud(seed, clock, quota, assumptions);
  cloud.latencyMs = options.latencyMs ?? 0;
  const clients = seedCloud(cloud, seed, options.size ?? 'small', options.empty ?? false, options.people ?? {});
  const router = new Router(ROUTES);
  const server = await serveOnLoopback(
    {
      clock,
      faults: cloud.faults,
      answer: (incoming, answerItem) => dispatch(cloud, router, incoming, answerItem),
      faultReply: (incoming, fault) => refusal(incoming, faultError(fault)),
      expireTokens: () => cloud.accessTokens.expireAll(),
      loggable: (target) => target.replace(/\b(upload_id|access_token|oauth_token|key)=[^&]*/g, '$1=…'),
      observe: (exchange) => options.observe?.(exchange),
    },
    options.port ?? 0,
  );
  cloud.baseUrl = server.baseUrl;
  return {
    baseUrl: server.baseUrl,
    cloud,
    clock,
    faults: cloud.faults,
    domains: cloud.domains,
    serviceAccount: clients.serviceAccount,
    keyFile: { ...clients.keyFile, token_uri: `${server.baseUrl}/token` },
    oauthClient: clients.oauthClient,
    requests: server.requests,
    failures: server.failures,
    get calendarMails() {
      return calendarMailOf(cloud);
    },
    get sharingMails() {
      return corpusOf(cloud).mailsSent;
    },
    domain(name) {
      const domain = cloud.domain(name);
      if (domain === undefined) throw new Error(`no domain ${name}`);
      return domain;
    },
    stop: () => server.stop(),
  };
}
