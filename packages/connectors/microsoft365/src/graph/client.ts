import { randomUUID } from 'node:crypto';
import { SternaError } from '@sterna/core';
import type { Budget, Cost } from './budget.ts';
import type { Clock } from './clock.ts';
import { aborted, networkError, outcomeUnknown, type Refusal, refusalError, retryAt, wasSent } from './errors.ts';
import type { GraphPage } from './page.ts';
import type { TokenSource } from './token-source.ts';
import type { Reply, Transport } from './transport.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface GraphRequest {
  readonly method: Method;
  /**
   * Below the version, beginning with `/`, its segments encoded already (`segment`); or an absolute URL that the service
   * gave (`@odata.nextLink`, `uploadUrl`), which is used as it is.
   */
  readonly path: string;
  /** `$select` and the like; values are encoded here. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON; a Buffer as it is, with its `content-type` in the headers. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Besides the one for immutable ids: `odata.maxpagesize=1000`. */
  readonly prefer?: readonly string[];
  /** Words for errors: “listing the folders”. */
  readonly doing: string;
  /** Application permission that it takes, for the words of a 403. */
  readonly right?: string;
  /** Which limits it counts against; `none`: pre-authenticated URLs of other hosts. */
  readonly budget: Budget | 'none';
  readonly cost?: Cost;
  /** May be sent again after an answer was lost. Default: everything but POST. */
  readonly repeatable?: boolean;
  /** Statuses beyond 2xx that the caller deals with. */
  readonly expected?: readonly number[];
  /** `none`: the URL is its own permission, and a token must not go there. */
  readonly signIn?: 'none';
  readonly version?: 'v1.0' | 'beta';
}

export interface GraphAnswer<T> {
  readonly status: number;
  header(name: string): string | undefined;
  /** Parsed JSON; undefined where the answer has no body. */
  readonly body: T;
}

/** An answer whose body comes as a stream. It holds its place among the requests in flight until it ends or is left. */
export interface GraphStream {
  readonly status: number;
  header(name: string): string | undefined;
  /** @throws SternaError transient where the connection breaks */
  readonly body: AsyncIterable<Buffer>;
  leave(): void;
}

export interface GraphClientOptions {
  /** Origin of the service. */
  readonly graph: string;
  readonly tokens: TokenSource;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly userAgent: string;
  readonly onThrottled?: ((retryAt: Date, reason: string) => void) | undefined;
}

/** Pauses before new tries where the service names none; each with up to half of it on top, so that many don't come at once. */
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000] as const;
/** A longer pause is the engine's to make: it gives the lease back meanwhile. */
const LONGEST_PAUSE_MS = 5 * 60_000;
const MOST_THROTTLED = 12;

/** “Application is over its MailboxConcurrency limit.” */
const isConcurrency = (body: unknown): boolean => JSON.stringify(body ?? '').includes('Concurrency');

/** One segment of a path: ids and names as Graph gives them hold `/`, `+` and more. */
export const segment = (text: string): string => encodeURIComponent(text);
/** A text literal of `$filter`. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Requests to Microsoft Graph for one session: signed in, within the budgets, tried again where that is safe. Every one
 * asks for immutable ids, so that an id outlives a move.
 */
export class GraphClient {
  readonly #options: GraphClientOptions;
  readonly #own = new AbortController();
  readonly #signal: AbortSignal;
  #serverTime: { readonly told: number; readonly at: number } | undefined;

  constructor(options: GraphClientOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#own.signal]);
  }

  /** Origin of the service: links of its own begin with it. */
  get graph(): string {
    return this.#options.graph;
  }

  get signal(): AbortSignal {
    return this.#signal;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** The service's own time as far as its answers told it, ms; a second early at most. For positions (`Writer.mark`). */
  serverTime(): number {
    const now = this.#options.clock.now();
    return this.#serverTime === undefined ? now : this.#serverTime.told + (now - this.#serverTime.at);
  }

  /**
   * @throws SternaError as `refusalError` and `networkError` say; transient `outcome-unknown` where a write that may not
   *   be repeated was sent and its answer was lost
   */
  async send<T = unknown>(request: GraphRequest): Promise<GraphAnswer<T>> {
    const { result, release } = await this.#persistently(request, async (reply) => ({
      status: reply.status,
      header: reply.header,
      body: jsonOf(await reply.whole()) as T,
    }));
    release();
    return result;
  }

  /** As `send`, with the body of the answer as it comes. Only up to its head is it tried again. */
  async open(request: GraphRequest): Promise<GraphStream> {
    const { result: reply, release } = await this.#persistently(request, async (head) => head);
    const broken = (thrown: unknown): SternaError =>
      this.#signal.aborted ? aborted() : networkError(thrown, this.urlOf(request));
    return {
      status: reply.status,
      header: reply.header,
      body: (async function* () {
        try {
          yield* reply.body;
        } catch (thrown) {
          throw broken(thrown);
        } finally {
          release();
        }
      })(),
      leave() {
        reply.leave();
        release();
      },
    };
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

  urlOf({ path, query, version = 'v1.0' }: GraphRequest): URL {
    const url = path.startsWith('/') ? new URL(`${this.#options.graph}/${version}${path}`) : new URL(path);
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

  /**
   * Holds the budget's requests back as long as the service wants it.
   *
   * @param before Times that this request was told so already
   * @throws SternaError throttled where that is so long that the entry had better wait without its lease
   */
  async throttled(
    budget: Budget | 'none',
    error: SternaError,
    refusal: Pick<Refusal, 'body' | 'retryAfter'> | undefined,
    before: number,
  ): Promise<void> {
    const { clock, onThrottled } = this.#options;
    // Not every service says how long.
    const until = retryAt(refusal?.retryAfter, clock.now()) ?? clock.now() + this.backoff(before);
    onThrottled?.(new Date(until), error.message);
    if (budget !== 'none' && isConcurrency(refusal?.body)) budget.narrow();
    if (until - clock.now() > LONGEST_PAUSE_MS) throw error;
    if (budget === 'none') await clock.sleep(until - clock.now(), this.#signal);
    else budget.pause(until);
  }

  /** Milliseconds before the try after this many failures. */
  backoff(failures: number): number {
    const base = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] ?? 32_000;
    return base * (1 + Math.random() / 2);
  }

  destroy(): void {
    this.#own.abort();
    this.#options.transport.destroy();
  }

  /** @returns what `finish` made of the welcome answer, and what gives its place among the requests in flight back */
  async #persistently<T>(
    request: GraphRequest,
    finish: (reply: Reply) => Promise<T>,
  ): Promise<{ readonly result: T; readonly release: () => void }> {
    const { clock, tokens } = this.#options;
    const repeatable = request.repeatable ?? request.method !== 'POST';
    const payload = payloadOf(request);
    let refused: string | undefined;
    let throttled = 0;
    for (let failures = 0; ; ) {
      const token = request.signIn === 'none' ? undefined : await tokens.token(this.#signal, refused);
      const release = await this.#enter(request, payload.body?.length ?? 0);
      const tried = await this.#once(request, payload, token, finish);
      if ('result' in tried) return { result: tried.result, release };
      release();
      const { error, refusal } = tried;
      // A token may be revoked, or expire early, at any time.
      if (refusal?.status === 401 && token !== undefined && refused === undefined) {
        refused = token;
        continue;
      }
      if (error.class === 'throttled' && error.code !== 'over-quota' && throttled < MOST_THROTTLED) {
        await this.throttled(request.budget, error, refusal, throttled);
        throttled += 1;
        continue;
      }
      if (error.class !== 'transient' || error.code === 'aborted') throw error;
      if (!repeatable && wasSent(error)) throw outcomeUnknown(request.doing, error);
      if (failures >= BACKOFF_MS.length) throw error;
      await clock.sleep(this.backoff(failures), this.#signal);
      failures += 1;
    }
  }

  #enter(request: GraphRequest, bytes: number): Promise<() => void> {
    if (request.budget === 'none') return Promise.resolve(() => undefined);
    return request.budget.enter({ bytes, ...request.cost }, this.#signal);
  }

  /** Never throws. */
  async #once<T>(
    request: GraphRequest,
    payload: Payload,
    token: string | undefined,
    finish: (reply: Reply) => Promise<T>,
  ): Promise<{ readonly result: T } | Failure> {
    const url = this.urlOf(request);
    try {
      if (this.#signal.aborted) throw aborted();
      if (token !== undefined && url.origin !== this.#options.graph) throw strangeLink(request.doing);
      const reply = await this.#options.transport.exchange({
        method: request.method,
        url,
        headers: this.#headersOf(request, payload, token),
        body: payload.body,
        signal: this.#signal,
      });
      this.#learn(request, reply);
      if ((reply.status >= 200 && reply.status < 300) || request.expected?.includes(reply.status))
        return { result: await finish(reply) };
      const refusal = {
        status: reply.status,
        body: jsonOf(await reply.whole()),
        retryAfter: reply.header('retry-after'),
        requestId: reply.header('request-id'),
        doing: request.doing,
        right: request.right,
        now: this.#options.clock.now(),
      };
      return { error: refusalError(refusal), refusal };
    } catch (thrown) {
      return { error: this.#signal.aborted ? aborted() : networkError(thrown, url) };
    }
  }

  #headersOf(request: GraphRequest, payload: Payload, token: string | undefined): Record<string, string> {
    const prefer = ['IdType="ImmutableId"', ...(request.prefer ?? [])].join(', ');
    return {
      'user-agent': this.#options.userAgent,
      accept: 'application/json',
      ...(payload.type === undefined ? {} : { 'content-type': payload.type }),
      // Storage behind pre-authenticated URLs is no Graph.
      ...(token === undefined ? {} : { authorization: `Bearer ${token}`, prefer, 'client-request-id': randomUUID() }),
      ...request.headers,
    };
  }

  #learn({ budget, signIn }: GraphRequest, reply: Reply): void {
    const { clock } = this.#options;
    const date = Date.parse(reply.header('date') ?? '');
    if (signIn !== 'none' && !Number.isNaN(date)) this.#serverTime = { told: date, at: clock.now() };
    // Drives tell what is left of their units, from 80 % on.
    const left = reply.header('ratelimit-remaining');
    const reset = Number(reply.header('ratelimit-reset'));
    if (budget !== 'none' && left !== undefined && Number(left) <= 0 && reset > 0)
      budget.pause(clock.now() + Math.min(reset, 300) * 1_000);
  }
}

/** A link that leads away from the service must not get our token. */
const strangeLink = (doing: string): SternaError =>
  new SternaError('bug', 'graph-answer-invalid', `A link for ${doing} leads to another host.`, {
    fix: 'Look for a proxy that rewrites answers, or at the setting baseUrl.',
  });

interface Payload {
  readonly type: string | undefined;
  readonly body: Buffer | undefined;
}
interface Failure {
  readonly error: SternaError;
  readonly refusal?: Refusal;
}

function payloadOf({ body }: GraphRequest): Payload {
  if (body === undefined) return { type: undefined, body: undefined };
  if (Buffer.isBuffer(body)) return { type: undefined, body };
  return { type: 'application/json', body: Buffer.from(JSON.stringify(body), 'utf8') };
}

/** Undefined for what is no JSON: a proxy's page, an empty body. */
function jsonOf(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
