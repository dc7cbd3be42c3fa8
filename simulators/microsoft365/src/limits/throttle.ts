import type { Clock } from '@sterna/simulator-kit';
import { SlidingWindow } from '@sterna/simulator-kit';
import { GraphError } from '../http/errors.ts';

export type Service = 'outlook' | 'drive' | 'directory' | 'teams';

/** Whose limits a request counts towards. */
export interface Budget {
  readonly app: string;
  readonly tenant: string;
  /** The user's id, for Outlook's limits. */
  readonly mailbox?: string;
  /** For Teams' limits. */
  readonly teams?: {
    readonly kind: 'createTeam' | 'readMessages' | 'postMessage' | 'other';
    readonly team: string | undefined;
    readonly channel: string | undefined;
  };
}

/** What of a request the limits look at. */
export interface Metered {
  readonly service: Service;
  /** Bytes that it sends up. */
  readonly bytes: number;
  /** Resource units, of a drive's. */
  readonly units: number;
}

export interface Admission {
  /** To be called when the request has been answered. */
  leave(): void;
  /** For the answer. */
  readonly headers: Record<string, string>;
}

/** Admits requests within budgets. Throws a GraphError (429) for one that is over. */
export interface Throttle {
  admit(request: Metered, budget: Budget): Admission;
}

export const FREE: Admission = { leave: () => {}, headers: {} };

export const unlimited: Throttle = { admit: () => FREE };

/** The documented limits; sources: learn.microsoft.com/graph/throttling-limits and SharePoint's page on throttling. */
export interface Limits {
  /** Per app and mailbox. */
  readonly outlook: {
    readonly requests: number;
    readonly windowMs: number;
    readonly concurrency: number;
    readonly uploadBytes: number;
    readonly uploadWindowMs: number;
    /** Retry-After, in seconds, of a request too many at once; undefined: the header is absent. */
    readonly concurrencyRetryAfter: number | undefined;
  };
  /** Resource units per app and tenant. */
  readonly drive: { readonly perMinute: number; readonly perDay: number };
  /** Resource units per app and tenant in 10 seconds. */
  readonly directory: { readonly per10Seconds: number };
  /** Requests a second, per app: those of a kind in a tenant, all in one team, imported messages in one channel. */
  readonly teams: {
    readonly createTeam: number;
    readonly readMessages: number;
    readonly postMessage: number;
    readonly other: number;
    readonly perTeam: number;
    readonly importsPerChannel: number;
  };
}

export const DOCUMENTED_LIMITS: Limits = {
  outlook: {
    requests: 10_000,
    windowMs: 600_000,
    concurrency: 4,
    uploadBytes: 150 * 1024 * 1024,
    uploadWindowMs: 300_000,
    concurrencyRetryAfter: 1,
  },
  drive: { perMinute: 1250, perDay: 1_200_000 },
  directory: { per10Seconds: 3500 },
  teams: { createTeam: 10, readMessages: 20, postMessage: 50, other: 30, perTeam: 4, importsPerChannel: 5 },
};

/** SharePoint tells what is left once this much of a budget is used. */
const TELL_FROM = 0.8;

export class DocumentedThrottle implements Throttle {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #windows = new Map<string, SlidingWindow>();
  readonly #active = new Map<string, number>();

  constructor(clock: Clock, limits: Limits = DOCUMENTED_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  admit(request: Metered, budget: Budget): Admission {
    if (request.service === 'outlook') return this.#outlook(request, budget);
    if (request.service === 'teams') return this.#teams(budget);
    return request.service === 'drive' ? this.#drive(request, budget) : this.#directory(budget);
  }

  #teams({ app, tenant, teams }: Budget): Admission {
    const { teams: limits } = this.#limits;
    const { kind = 'other', team, channel } = teams ?? {};
    const now = this.#clock.now();
    const windows = [this.#window(`${app}/${tenant}/teams/${kind}`, limits[kind], 1000)];
    // Imports have a limit of their own; nothing says that a team's holds for them too.
    if (kind === 'postMessage') {
      windows.push(this.#window(`${app}/${tenant}/channel/${channel}`, limits.importsPerChannel, 1000));
    } else if (team !== undefined) windows.push(this.#window(`${app}/${tenant}/team/${team}`, limits.perTeam, 1000));
    const wait = Math.max(...windows.map((window) => window.wait(1, now)));
    if (wait > 0) throw throttled('Too many requests.', Math.ceil(wait / 1000), 'TooManyRequests');
    for (const window of windows) window.use(1, now);
    return FREE;
  }

  #outlook({ bytes }: Metered, budget: Budget): Admission {
    const { outlook } = this.#limits;
    const key = `${budget.app}/${budget.tenant}/${budget.mailbox ?? ''}`;
    const active = this.#active.get(key) ?? 0;
    if (active >= outlook.concurrency) {
      throw throttled('Application is over its MailboxConcurrency limit.', outlook.concurrencyRetryAfter);
    }
    const now = this.#clock.now();
    const requests = this.#window(`${key}/requests`, outlook.requests, outlook.windowMs);
    const uploads = this.#window(`${key}/bytes`, outlook.uploadBytes, outlook.uploadWindowMs);
    const wait = Math.max(requests.wait(1, now), bytes === 0 ? 0 : uploads.wait(bytes, now));
    if (wait > 0) throw throttled('Application is over its request or upload limit.', Math.ceil(wait / 1000));
    requests.use(1, now);
    uploads.use(bytes, now);
    this.#active.set(key, active + 1);
    return { headers: {}, leave: () => void this.#active.set(key, (this.#active.get(key) ?? 1) - 1) };
  }

  #drive({ units: cost }: Metered, budget: Budget): Admission {
    const { drive } = this.#limits;
    const key = `${budget.app}/${budget.tenant}/drive`;
    const now = this.#clock.now();
    const minute = this.#window(`${key}/minute`, drive.perMinute, 60_000);
    const day = this.#window(`${key}/day`, drive.perDay, 86_400_000);
    const wait = Math.max(minute.wait(cost, now), day.wait(cost, now));
    // Refused requests count as well.
    minute.use(cost, now);
    day.use(cost, now);
    const left = minute.left(now);
    const headers: Record<string, string> =
      left > drive.perMinute * (1 - TELL_FROM)
        ? {}
        : { 'ratelimit-limit': `${drive.perMinute}`, 'ratelimit-remaining': `${left}`, 'ratelimit-reset': '60' };
    if (wait > 0) {
      const seconds = Math.max(1, Math.ceil(wait / 1000));
      throw throttled('The request has been throttled', seconds, 'activityLimitReached', headers);
    }
    return { leave: () => {}, headers };
  }

  #directory(budget: Budget): Admission {
    const now = this.#clock.now();
    const limit = this.#limits.directory.per10Seconds;
    const window = this.#window(`${budget.app}/${budget.tenant}/directory`, limit, 10_000);
    const wait = window.wait(1, now);
    if (wait > 0) throw throttled('Too many requests.', Math.ceil(wait / 1000), 'TooManyRequests');
    window.use(1, now);
    return { leave: () => {}, headers: { 'x-ms-resource-unit': '1' } };
  }

  #window(key: string, limit: number, windowMs: number): SlidingWindow {
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const fresh = new SlidingWindow(limit, windowMs);
    this.#windows.set(key, fresh);
    return fresh;
  }
}

function throttled(
  message: string,
  retryAfter: number | undefined,
  code = 'ApplicationThrottled',
  headers: Record<string, string> = {},
): GraphError {
  return new GraphError(429, code, message, {
    headers: { ...headers, ...(retryAfter === undefined ? {} : { 'retry-after': `${retryAfter}` }) },
  });
}
