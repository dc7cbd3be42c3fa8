import {
  type Budget,
  type Cost,
  type Refused,
  ServiceClient,
  type ServiceClientOptions,
  type ServiceRequest,
} from '@sterna/cloud-http';
import { SternaError } from '@sterna/core';
import type { Api } from './apis.ts';
import { isRate, isUsers, reasonsOf, refusalError } from './errors.ts';

export { segment } from '@sterna/cloud-http';

/** `path` is below the API's origin and has its version: `/gmail/v1/users/me/labels`. */
export interface GoogleRequest extends ServiceRequest {
  /** What the call costs, in the units of the API. Default 1. */
  readonly units?: number;
}

export interface GoogleClientOptions extends ServiceClientOptions {
  readonly api: Api;
  /** Of the API; tokens go nowhere else. */
  readonly origin: string;
  readonly userAgent: string;
  readonly budget: Budget;
}

/** A page of a collection: its own name for the list, and where the next one is. */
export interface Paged {
  readonly nextPageToken?: string;
}

/** Requests to one of Google's APIs, for one user. */
export class GoogleClient extends ServiceClient<GoogleRequest> {
  readonly #options: GoogleClientOptions;

  constructor(options: GoogleClientOptions) {
    super(options);
    this.#options = options;
  }

  get budget(): Budget {
    return this.#options.budget;
  }

  /**
   * All pages of a collection, one after the other. A page may be empty and have a next one.
   *
   * @param request Of the first page
   */
  async *pages<T extends Paged>(request: GoogleRequest): AsyncGenerator<T> {
    for (let pageToken: string | undefined; ; ) {
      const { body } = await this.send<T | undefined>(
        pageToken === undefined ? request : { ...request, query: { ...request.query, pageToken } },
      );
      if (typeof body !== 'object' || body === null)
        throw new SternaError('transient', 'service-answer-invalid', `The answer to ${request.doing} is no list.`, {
          fix: 'Sterna tries again by itself.',
        });
      yield body;
      pageToken = body.nextPageToken;
      if (pageToken === undefined || pageToken === '') return;
    }
  }

  override urlOf({ path, query }: GoogleRequest): URL {
    const url = path.startsWith('/') ? new URL(`${this.#options.origin}${path}`) : new URL(path);
    for (const [name, value] of Object.entries(query ?? {}))
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== undefined) url.searchParams.append(name, String(one));
    return url;
  }

  protected override budgetOf({ signIn }: GoogleRequest): Budget | 'none' {
    return signIn === 'none' ? 'none' : this.#options.budget;
  }

  protected override costOf({ units = 1 }: GoogleRequest): Cost {
    return { units };
  }

  protected override headersOf({ headers }: GoogleRequest, token: string | undefined): Record<string, string> {
    return {
      'user-agent': this.#options.userAgent,
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    };
  }

  protected override refusal({ doing, right }: GoogleRequest, { status, body, header }: Refused): SternaError {
    const { api } = this.#options;
    return refusalError({ status, body, retryAfter: header('retry-after'), api, doing, right, now: this.clock.now() });
  }

  protected override isOurs(url: URL): boolean {
    return url.origin === this.#options.origin;
  }

  /** How many units a minute the project has, nobody tells; what it has had when it refuses, is more than it takes. */
  protected override learnRefusal(budget: Budget, { body }: Pick<Refused, 'body'>): void {
    if (reasonsOf(body).some((reason) => isRate([reason], 403))) budget.shrink();
  }

  /** @throws SternaError throttled `google-limit`: limits of a day, or of anti-abuse, take longer than a session should wait */
  override async throttled(
    budget: Budget | 'none',
    error: SternaError,
    refused: Refused | undefined,
    before: number,
  ): Promise<void> {
    if (error.code === 'google-limit') throw error;
    const whole = budget === 'none' || refused === undefined || isUsers(refused.body) ? undefined : budget.outer;
    await super.throttled(whole ?? budget, error, refused, before);
  }
}
