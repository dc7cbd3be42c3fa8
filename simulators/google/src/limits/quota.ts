import { type Clock, SlidingWindow } from '@sterna/simulator-kit';
import { errorInfo, GoogleError } from '../http/errors.ts';
import type { FamilyName } from '../http/families.ts';
import { costOf } from './costs.ts';

/** What of a request the limits look at. */
export interface Metered {
  readonly family: FamilyName;
  /** The method's id. */
  readonly method: string;
  /** `alt=media` */
  readonly media: boolean;
  /** Bytes that it uploads. */
  readonly uploads: number;
  /** The project's number. */
  readonly project: string;
  /** The user's id, or what `quotaUser` says. */
  readonly user: string;
}

export interface Admission {
  /** To be called when the request has been answered. @param sent bytes of the answer */
  leave(sent: number): void;
}

/** Admits requests within budgets. Throws a GoogleError for one that is over. */
export interface Quota {
  admit(request: Metered): Admission;
}

const FREE: Admission = { leave: () => {} };

export const unlimited: Quota = { admit: () => FREE };

export interface FamilyLimits {
  /** Units per minute and project. */
  readonly perMinute: number;
  /** Units per minute, user and project. */
  readonly perUserMinute: number;
  /** Units per day and project; refused with dailyLimitExceeded. */
  readonly perDay?: number;
  /** Bytes that a user may upload in a day. */
  readonly uploadPerUserDay?: number;
  /** Bytes that a project may download in a day. */
  readonly egressPerDay?: number;
  /** Requests of a user at once: Gmail has such a limit, and doesn't say which. */
  readonly concurrentPerUser?: number;
}

export type Limits = Readonly<Record<FamilyName, FamilyLimits>>;

const TB = 1e12;

/**
 * As documented since 2026-05. Daily billing thresholds aren't limits, so they aren't here. Calendar's, People's and
 * Directory's are the defaults that new projects show; Tasks' is its page's 50,000 a day.
 */
export const DOCUMENTED_LIMITS: Limits = {
  gmail: { perMinute: 1_200_000, perUserMinute: 6000 },
  drive: { perMinute: 1_000_000, perUserMinute: 325_000, uploadPerUserDay: 750e9, egressPerDay: TB },
  calendar: { perMinute: 10_000, perUserMinute: 600 },
  people: { perMinute: 3000, perUserMinute: 90 },
  tasks: { perMinute: 60_000, perUserMinute: 600, perDay: 50_000 },
  directory: { perMinute: 60_000, perUserMinute: 2400 },
  groupsSettings: { perMinute: 60_000, perUserMinute: 2400, perDay: 100_000 },
  // 10 a second of a user: developers.google.com/workspace/admin/groups-migration/v1/limits
  groupsmigration: { perMinute: 60_000, perUserMinute: 600, perDay: 500_000 },
  // Of messages, whoever writes or reads them: developers.google.com/workspace/chat/limits
  chat: { perMinute: 3000, perUserMinute: 3000 },
};

const MINUTE = 60_000;
const DAY = 86_400_000;

export class DocumentedQuota implements Quota {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #status: 403 | 429;
  readonly #windows = new Map<string, SlidingWindow>();
  readonly #active = new Map<string, number>();

  /** @param status of what is over a limit per minute: the documentation names both */
  constructor(clock: Clock, limits: Limits = DOCUMENTED_LIMITS, status: 403 | 429 = 403) {
    this.#clock = clock;
    this.#limits = limits;
    this.#status = status;
  }

  admit(request: Metered): Admission {
    const { family, project, user, uploads } = request;
    const limits = this.#limits[family];
    const active = this.#active.get(`${family}/${user}`) ?? 0;
    if (active >= (limits.concurrentPerUser ?? Number.POSITIVE_INFINITY)) {
      throw new GoogleError(429, 'rateLimitExceeded', 'Too many concurrent requests for user', {
        domain: 'usageLimits',
      });
    }
    const units = costOf(request.method, request.media);
    const now = this.#clock.now();
    const window = (name: string, limit: number, ms: number) => this.#window(`${family}/${name}`, limit, ms);
    const day = limits.perDay === undefined ? undefined : window(`day/${project}`, limits.perDay, DAY);
    if ((day?.wait(units, now) ?? 0) > 0) {
      throw new GoogleError(403, 'dailyLimitExceeded', 'Daily Limit Exceeded', { domain: 'usageLimits' });
    }
    const uploaded =
      limits.uploadPerUserDay === undefined || uploads === 0
        ? undefined
        : window(`upload/${user}`, limits.uploadPerUserDay, DAY);
    if ((uploaded?.wait(uploads, now) ?? 0) > 0) throw this.#over('userRateLimitExceeded', request);
    const egress =
      limits.egressPerDay === undefined ? undefined : window(`egress/${project}`, limits.egressPerDay, DAY);
    if (request.media && egress !== undefined && egress.left(now) === 0) throw this.#over('rateLimitExceeded', request);
    const byUser = window(`${project}/${user}`, limits.perUserMinute, MINUTE);
    const byProject = window(project, limits.perMinute, MINUTE);
    if (byUser.wait(units, now) > 0) throw this.#over('userRateLimitExceeded', request);
    if (byProject.wait(units, now) > 0) throw this.#over('rateLimitExceeded', request);
    for (const used of [day, byUser, byProject]) used?.use(units, now);
    uploaded?.use(uploads, now);
    this.#active.set(`${family}/${user}`, active + 1);
    return {
      leave: (sent) => {
        this.#active.set(`${family}/${user}`, (this.#active.get(`${family}/${user}`) ?? 1) - 1);
        if (request.media) egress?.use(sent, this.#clock.now());
      },
    };
  }

  #over(reason: 'userRateLimitExceeded' | 'rateLimitExceeded', { family, project }: Metered): GoogleError {
    const words = reason === 'userRateLimitExceeded' ? 'User Rate Limit Exceeded' : 'Rate Limit Exceeded';
    // Newer APIs know 429 alone.
    if (family === 'people' || family === 'chat') {
      return new GoogleError(429, reason, `Quota exceeded for quota group. ${words}.`, {
        domain: 'usageLimits',
        details: [errorInfo('RATE_LIMIT_EXCEEDED', 'googleapis.com', { consumer: `projects/${project}` })],
      });
    }
    return new GoogleError(this.#status, reason, words, {
      domain: 'usageLimits',
      ...(this.#status === 403 ? {} : { status: 'RESOURCE_EXHAUSTED' }),
    });
  }

  #window(key: string, limit: number, windowMs: number): SlidingWindow {
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const fresh = new SlidingWindow(limit, windowMs);
    this.#windows.set(key, fresh);
    return fresh;
  }
}
