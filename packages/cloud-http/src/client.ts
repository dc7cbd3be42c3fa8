import { transcode } from 'node:buffer';
import { SternaError } from '@sterna/core';
import { idOf, jsonOf } from './answer.ts';
import type { Budget, Cost } from './budget.ts';
import type { Clock } from './clock.ts';
import { aborted, networkError, outcomeUnknown, retryAt, wasSent } from './errors.ts';
import type { TokenSource } from './token-source.ts';
import type { Reply, Transport } from './transport.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface ServiceRequest {
  readonly method: Method;
  /**
   * Below the service's own address, beginning with `/`, its segments encoded already (`segment`); or an absolute URL that
   * the service gave, which is used as it is.
   */
  readonly path: string;
  /** Values are encoded by the client. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** Sent as JSON; a Buffer as it is, with its `content-type` in the headers. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Words for errors: “listing the folders”. */
  readonly doing: string;
  /** Permission that it takes, for the words of a 403. */
  readonly right?: string;
  /** May be sent again after an answer was lost. Default: everything but POST. */
  readonly repeatable?: boolean;
  /** Statuses beyond 2xx that the caller deals with. */
  readonly expected?: readonly number[];
  /** Nothing else of the answer is wanted than its `id`, which OData gives before anything long: what was made comes back whole. */
  readonly idOnly?: boolean;
  /** `none`: the URL is its own permission, and a token must not go there. */
  readonly signIn?: 'none';
}

export interface ServiceAnswer<T> {
  readonly status: number;
  header(name: string): string | undefined;
  /** Parsed JSON; undefined where the answer has no body. */
  readonly body: T;
}

/** An answer whose body comes as a stream. It holds its place among the requests in flight until it ends or is left. */
export interface ServiceStream {
  readonly status: number;
  header(name: string): string | undefined;
  /** @throws SternaError transient where the connection breaks */
  readonly body: AsyncIterable<Buffer>;
  leave(): void;
}

export interface ServiceClientOptions {
  readonly tokens: TokenSource;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onThrottled?: ((retryAt: Date, reason: string) => void) | undefined;
}

/** An answer that isn't welcome. */
export interface Refused {
  readonly status: number;
  /** Parsed JSON; undefined where it is none. */
  readonly body: unknown;
  header(name: string): string | undefined;
}

/** Pauses before new tries where the service names none; each with up to half of it on top, so that many don't come at once. */
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000] as const;
/** A longer pause is the engine's to make: it gives the lease back meanwhile. */
const LONGEST_PAUSE_MS = 5 * 60_000;
const MOST_THROTTLED = 12;

/** One segment of a path: ids and names as services give them hold `/`, `+` and more. */
export const segment = (text: string): string => encodeURIComponent(text);

interface Payload {
  readonly type: string | undefined;
  readonly body: Buffer | undefined;
}
interface Failure {
  readonly error: SternaError;
  readonly refused?: Refused;
}

/** Requests to a service for one session: signed in, within the budgets, tried again where that is safe. */
export abstract class ServiceClient<R extends ServiceRequest> {
  readonly #options: ServiceClientOptions;
  readonly #own = new AbortController();
  readonly #signal: AbortSignal;
  #serverTime: { readonly told: number; readonly at: number } | undefined;

  constructor(options: ServiceClientOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#own.signal]);
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
   * @throws SternaError as `refusal` and `networkError` say; transient `outcome-unknown` where a write that may not be
   *   repeated was sent and its answer was lost
   */
  async send<T = unknown>(request: R): Promise<ServiceAnswer<T>> {
    const { result, release } = await this.#persistently(request, async (reply) => ({
      status: reply.status,
      header: reply.header,
      body: (request.idOnly ? idOf : jsonOf)(await reply.whole()) as T,
    }));
    release();
    return result;
  }

  /** As `send`, with the body of the answer as it comes. Only up to its head is it tried again. */
  async open(request: R): Promise<ServiceStream> {
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

  /** Where the request goes, with its query encoded. */
  abstract urlOf(request: R): URL;

  /** Which limits it counts against; `none`: pre-authenticated URLs of other hosts. */
  protected abstract budgetOf(request: R): Budget | 'none';

  /** Beside the bytes that it sends. */
  protected abstract costOf(request: R): Cost;

  /** All headers but `content-type`. A token is there unless the request signs itself in. */
  protected abstract headersOf(request: R, token: string | undefined): Record<string, string>;

  /** What a refusal means: `throttled` is waited for, `transient` tried again. */
  protected abstract refusal(request: R, refused: Refused): SternaError;

  /** Whether our token may go there. */
  protected abstract isOurs(url: URL): boolean;

  /** What the head of any answer tells of the limits. */
  protected learn(_request: R, _reply: Pick<Reply, 'status' | 'header'>): void {}

  /** What a refusal tells of the limits, beside the pause that follows. */
  protected learnRefusal(_budget: Budget, _refused: Pick<Refused, 'body'>): void {}

  /**
   * Holds the budget's requests back as long as the service wants it.
   *
   * @param before Times that this request was told so already
   * @throws SternaError throttled where that is so long that the entry had better wait without its lease
   */
  async throttled(
    budget: Budget | 'none',
    error: SternaError,
    refused: Refused | undefined,
    before: number,
  ): Promise<void> {
    const { clock, onThrottled } = this.#options;
    // Not every service says how long.
    const until = retryAt(refused?.header('retry-after'), clock.now()) ?? clock.now() + this.backoff(before);
    if (budget !== 'none' && refused !== undefined) this.learnRefusal(budget, refused);
    // What was learned may hold back longer than the service asks for: until its window is over.
    onThrottled?.(new Date(budget === 'none' ? until : Math.max(until, budget.heldUntil)), error.message);
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
    request: R,
    finish: (reply: Reply) => Promise<T>,
  ): Promise<{ readonly result: T; readonly release: () => void }> {
    const { clock, tokens } = this.#options;
    const repeatable = request.repeatable ?? request.method !== 'POST';
    const payload = payloadOf(request);
    let stale: string | undefined;
    let throttled = 0;
    for (let failures = 0; ; ) {
      const token = request.signIn === 'none' ? undefined : await tokens.token(this.#signal, stale);
      const release = await this.#enter(request, payload.body?.length ?? 0);
      const tried = await this.#once(request, payload, token, finish);
      if ('result' in tried) return { result: tried.result, release };
      release();
      const { error, refused } = tried;
      // A token may be revoked, or expire early, at any time.
      if (refused?.status === 401 && token !== undefined && stale === undefined) {
        stale = token;
        continue;
      }
      if (error.class === 'throttled' && error.code !== 'over-quota' && throttled < MOST_THROTTLED) {
        await this.throttled(this.budgetOf(request), error, refused, throttled);
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

  #enter(request: R, bytes: number): Promise<() => void> {
    const budget = this.budgetOf(request);
    if (budget === 'none') return Promise.resolve(() => undefined);
    return budget.enter({ bytes, ...this.costOf(request) }, this.#signal);
  }

  /** Never throws. */
  async #once<T>(
    request: R,
    payload: Payload,
    token: string | undefined,
    finish: (reply: Reply) => Promise<T>,
  ): Promise<{ readonly result: T } | Failure> {
    const url = this.urlOf(request);
    try {
      if (this.#signal.aborted) throw aborted();
      if (token !== undefined && !this.isOurs(url)) throw strangeLink(request.doing);
      const reply = await this.#options.transport.exchange({
        method: request.method,
        url,
        headers: {
          ...(payload.type === undefined ? {} : { 'content-type': payload.type }),
          ...this.headersOf(request, token),
        },
        body: payload.body,
        signal: this.#signal,
      });
      this.#learn(request, reply);
      if ((reply.status >= 200 && reply.status < 300) || request.expected?.includes(reply.status))
        return { result: await finish(reply) };
      const refused = { status: reply.status, body: jsonOf(await reply.whole()), header: reply.header };
      return { error: this.refusal(request, refused), refused };
    } catch (thrown) {
      return { error: this.#signal.aborted ? aborted() : networkError(thrown, url) };
    }
  }

  #learn(request: R, reply: Reply): void {
    const date = Date.parse(reply.header('date') ?? '');
    if (request.signIn !== 'none' && !Number.isNaN(date))
      this.#serverTime = { told: date, at: this.#options.clock.now() };
    this.learn(request, reply);
  }
}

/** A link that leads away from the service must not get our token. */
const strangeLink = (doing: string): SternaError =>
  new SternaError('bug', 'service-answer-invalid', `A link for ${doing} leads to another host.`, {
    fix: 'Look for a proxy that rewrites answers, or at the setting baseUrl.',
  });

function payloadOf({ body }: ServiceRequest): Payload {
  if (body === undefined) return { type: undefined, body: undefined };
  if (Buffer.isBuffer(body)) return { type: undefined, body };
  return { type: 'application/json', body: utf8Of(JSON.stringify(body)) };
}

/** As `Buffer.from(text)`, which takes four times as long with text beyond Latin letters. JSON has no lone surrogates. */
const utf8Of = (json: string): Buffer => transcode(Buffer.from(json, 'utf16le'), 'utf16le', 'utf8');
