import { randomUUID } from 'node:crypto';
import {
  type Budget,
  type Cost,
  type Refused,
  type Reply,
  type ServiceAnswer,
  ServiceClient,
  type ServiceClientOptions,
  type ServiceRequest,
  type ServiceStream,
} from '@sterna/cloud-http';
import { SternaError } from '@sterna/core';
import { refusalError } from './errors.ts';
import type { GraphPage } from './page.ts';

export { segment } from '@sterna/cloud-http';

/** `path` is below the version; links that Graph gave are `@odata.nextLink` and `uploadUrl`. */
export interface GraphRequest extends ServiceRequest {
  /** `$select` and the like; values are encoded here. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Besides the one for immutable ids: `odata.maxpagesize=1000`. */
  readonly prefer?: readonly string[];
  readonly version?: 'v1.0' | 'beta';
  /** Which limits it counts against; `none`: pre-authenticated URLs of other hosts. */
  readonly budget: Budget | 'none';
  readonly cost?: Cost;
}

export type GraphAnswer<T> = ServiceAnswer<T>;
export type GraphStream = ServiceStream;

export interface GraphClientOptions extends ServiceClientOptions {
  /** Origin of the service. */
  readonly graph: string;
  readonly userAgent: string;
}

/** “Application is over its MailboxConcurrency limit.” */
const isConcurrency = (body: unknown): boolean => JSON.stringify(body ?? '').includes('Concurrency');

/** A text literal of `$filter`. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Requests to Microsoft Graph. Every one asks for immutable ids, so that an id outlives a move. */
export class GraphClient extends ServiceClient<GraphRequest> {
  readonly #graph: string;
  readonly #userAgent: string;

  constructor(options: GraphClientOptions) {
    super(options);
    this.#graph = options.graph;
    this.#userAgent = options.userAgent;
  }

  /** Origin of the service: links of its own begin with it. */
  get graph(): string {
    return this.#graph;
  }

  /**
   * All pages of a collection, one after the other. A page may be empty and have a next one.
   *
   * @param request Of the first page; those after it are asked for as the service says (`@odata.nextLink`)
   */
  async *pages<T>(request: GraphRequest): AsyncGenerator<GraphPage<T>> {
    for (let path: string | undefined = request.path, query = request.query; path !== undefined; ) {
      const { query: _, ...rest } = request;
      const { body }: GraphAnswer<GraphPage<T>> = await this.send<GraphPage<T>>(
        query === undefined ? { ...rest, path } : { ...rest, path, query },
      );
      if (!Array.isArray(body?.value))
        throw new SternaError('transient', 'graph-answer-invalid', `The answer to ${request.doing} is no list.`);
      yield body;
      path = body['@odata.nextLink'];
      query = undefined;
    }
  }

  /** All of a collection. For those that are small. */
  async all<T>(request: GraphRequest): Promise<T[]> {
    const found: T[] = [];
    for await (const page of this.pages<T>(request)) found.push(...page.value);
    return found;
  }

  override urlOf({ path, query, version = 'v1.0' }: GraphRequest): URL {
    const url = path.startsWith('/') ? new URL(`${this.#graph}/${version}${path}`) : new URL(path);
    const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
    // `$` stays readable, and a space is %20: `+` means itself in OData.
    if (given.length > 0)
      url.search = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
    return url;
  }

  /** The path of a request as `$batch` wants it: below the version. */
  batchUrlOf(request: GraphRequest): string {
    const url = this.urlOf(request);
    return `${url.pathname}${url.search}`.replace(/^\/(?:v1\.0|beta)/, '');
  }

  protected override budgetOf({ budget }: GraphRequest): Budget | 'none' {
    return budget;
  }

  protected override costOf({ cost = {} }: GraphRequest): Cost {
    return cost;
  }

  protected override headersOf(request: GraphRequest, token: string | undefined): Record<string, string> {
    const prefer = ['IdType="ImmutableId"', ...(request.prefer ?? [])].join(', ');
    return {
      'user-agent': this.#userAgent,
      accept: 'application/json',
      // Storage behind pre-authenticated URLs is no Graph.
      ...(token === undefined ? {} : { authorization: `Bearer ${token}`, prefer, 'client-request-id': randomUUID() }),
      ...request.headers,
    };
  }

  protected override refusal({ doing, right }: GraphRequest, { status, body, header }: Refused): SternaError {
    return refusalError({
      status,
      body,
      retryAfter: header('retry-after'),
      requestId: header('request-id'),
      doing,
      right,
      now: this.clock.now(),
    });
  }

  protected override isOurs(url: URL): boolean {
    return url.origin === this.#graph;
  }

  /** Drives tell what the app may in the tenant, and what of it is left, from 80 % on. */
  protected override learn({ budget }: GraphRequest, { header }: Pick<Reply, 'header'>): void {
    const remaining = header('ratelimit-remaining');
    if (budget === 'none' || remaining === undefined) return;
    const whole = budget.outer ?? budget;
    const limit = Number(header('ratelimit-limit'));
    if (limit > 0) whole.told('units', limit);
    const reset = Number(header('ratelimit-reset'));
    if (Number(remaining) <= 0 && reset > 0) whole.pause(this.clock.now() + Math.min(reset, 300) * 1_000);
  }

  protected override learnRefusal(budget: Budget, { body }: Pick<Refused, 'body'>): void {
    if (isConcurrency(body)) budget.narrow();
  }

  /** What a drive is refused, the tenant is: all its sessions wait. */
  override async throttled(
    budget: Budget | 'none',
    error: SternaError,
    refused: Refused | undefined,
    before: number,
  ): Promise<void> {
    const whole = budget === 'none' ? undefined : budget.outer;
    if (refused?.status === 429) whole?.shrink();
    await super.throttled(whole ?? budget, error, refused, before);
  }
}
