import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { SternaError } from '@sterna/core';
import type { DavAnswer, DavStreamAnswer } from './answer.ts';
import { aborted, networkError, refusal } from './errors.ts';
import { BodyFailed, type DavStream, exchange, flowing, isStream, type Reply } from './exchange.ts';
import type { SignIn } from './sign-in.ts';

export type { DavStream } from './exchange.ts';

export interface DavRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is sent once the server has said that it will take it, and once only. */
  readonly body?: Buffer | DavStream;
  /** Words for errors: “listing the calendar”. */
  readonly doing: string;
  /** May be sent again after a lost connection: reading, and writing where a repetition changes nothing. */
  readonly repeatable: boolean;
  /** Before all that waits: it ends work which others wait for. */
  readonly ahead?: true;
  /** Statuses beyond 2xx that the caller deals with; redirects among them are not followed. */
  readonly expected?: readonly number[];
}

export interface DavHttpOptions {
  readonly signIn: SignIn;
  readonly ca: string | undefined;
  readonly verifyCertificate: boolean;
  readonly maxConnections: number;
  readonly timeoutMs: number;
  readonly retryDelaysMs: readonly number[];
  readonly signal: AbortSignal;
}

const MAX_REDIRECTS = 5;
/** Failures of requests that never reached the server. */
const NOT_SENT: ReadonlySet<string> = new Set(['connection-refused', 'dns-failed', 'host-unreachable']);

/** Requests to one server: a bounded number of connections, signed in, tried again where that is safe. */
export class DavHttp {
  readonly #options: DavHttpOptions;
  readonly #plain: HttpAgent;
  readonly #secure: HttpsAgent;
  readonly #own = new AbortController();
  readonly #signal: AbortSignal;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: DavHttpOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#own.signal]);
    const pool = { keepAlive: true };
    this.#plain = new HttpAgent(pool);
    this.#secure = new HttpsAgent({
      ...pool,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      rejectUnauthorized: options.verifyCertificate,
    });
  }

  /**
   * @throws SternaError as `refusal` and `networkError` say
   * @throws what the body's own stream throws, as it is
   */
  async send(request: DavRequest): Promise<DavAnswer> {
    await this.#slot(request.ahead === true);
    try {
      return await this.#persistently(request, async (reply, repeated) => ({
        status: reply.status,
        url: reply.url,
        header: reply.header,
        body: await reply.whole(),
        repeated,
      }));
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /**
   * As `send`, with the body of the answer as it comes. Such transfers aren't counted among the connections: who reads one
   * may wait for an answer to something else.
   */
  open(request: DavRequest): Promise<DavStreamAnswer> {
    return this.#persistently(request, async (reply, repeated) => ({
      status: reply.status,
      url: reply.url,
      header: reply.header,
      body: flowing(reply, this.#options.timeoutMs, this.#signal),
      whole: (most) =>
        reply.whole(most).catch((thrown: unknown) => {
          throw this.#signal.aborted ? aborted() : networkError(thrown, reply.url);
        }),
      leave: () => reply.leave(),
      repeated,
    }));
  }

  destroy(): void {
    this.#own.abort();
    this.#plain.destroy();
    this.#secure.destroy();
  }

  /** Waits, unless the session ends meanwhile. */
  async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const signal = this.#signal;
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }

  /** In the order in which they came, but for those that go ahead. */
  async #slot(ahead: boolean): Promise<void> {
    if (this.#running >= this.#options.maxConnections)
      await new Promise<void>((resolve) => {
        if (ahead) this.#waiting.unshift(resolve);
        else this.#waiting.push(resolve);
      });
    this.#running += 1;
  }

  async #persistently<T>(request: DavRequest, finish: (reply: Reply, repeated: boolean) => Promise<T>): Promise<T> {
    const { retryDelaysMs } = this.#options;
    const state = { consumed: false };
    let repeated = false;
    for (let failures = 0; ; failures += 1) {
      try {
        return await finish(await this.#signedIn(request, state), repeated);
      } catch (thrown) {
        if (thrown instanceof BodyFailed) throw thrown.cause;
        const error = networkError(thrown, request.url);
        const delay = retryDelaysMs[failures];
        const isSafe = isStream(request.body) ? !state.consumed : request.repeatable;
        const isWorthIt = error.class === 'transient' && error.code !== 'aborted' && isSafe;
        if (!isWorthIt || delay === undefined || this.#signal.aborted) throw error;
        repeated ||= !isStream(request.body) && !NOT_SENT.has(error.code);
        await this.pause(delay);
      }
    }
  }

  /** @param state `consumed`: whether the stream of the body was begun; then there is no second try */
  async #signedIn(request: DavRequest, state: { consumed: boolean }): Promise<Reply> {
    let { url } = request;
    let redirects = 0;
    let expects = true;
    for (let tries = 0; tries < 4; ) {
      const reply = await this.#once(request, url, expects, state);
      const again = (): void => {
        if (state.consumed)
          throw new SternaError('transient', 'stream-not-taken', `The server asked for ${request.doing} once more.`, {
            fix: 'Nothing to do: Sterna tries again by itself.',
          });
      };
      if (reply.status === 401) {
        tries += 1;
        const body = await reply.whole();
        if (!this.#options.signIn.challenged(reply.challenges()))
          throw refusal(request.doing, { ...reply, body, repeated: false });
        again();
        continue;
      }
      // RFC 9110 section 10.1.1: a server that knows no expectations.
      if (reply.status === 417 && expects && isStream(request.body)) {
        await reply.whole();
        again();
        expects = false;
        continue;
      }
      if ((reply.status >= 200 && reply.status < 300) || request.expected?.includes(reply.status)) return reply;
      const location = reply.header('location');
      if ([301, 302, 307, 308].includes(reply.status) && location !== undefined) {
        redirects += 1;
        const next = this.#redirected(request, url, location, redirects);
        await reply.whole();
        again();
        url = next;
        continue;
      }
      throw refusal(request.doing, { ...reply, body: await reply.whole(), repeated: false });
    }
    throw new SternaError('auth', 'sign-in-refused', 'The server refused the sign-in.', {
      fix: 'Check user name and password (or token) of this account.',
    });
  }

  /** Never to another host with our sign-in, and never from TLS to none. */
  #redirected(request: DavRequest, url: URL, location: string, redirects: number): URL {
    const next = new URL(location, url);
    if (
      redirects > MAX_REDIRECTS ||
      next.hostname !== url.hostname ||
      (url.protocol === 'https:' && next.protocol !== 'https:')
    )
      throw new SternaError(
        'config',
        'dav-redirected',
        `The server sends ${request.doing} elsewhere: ${next.origin}.`,
        {
          field: 'url',
          fix: 'Use that address in the settings of the system, if it is the right one.',
        },
      );
    return next;
  }

  #once(request: DavRequest, url: URL, expects: boolean, state: { consumed: boolean }): Promise<Reply> {
    if (this.#signal.aborted) return Promise.reject(aborted());
    const authorization = this.#options.signIn.header(request.method, `${url.pathname}${url.search}`);
    return exchange({
      method: request.method,
      url,
      headers: {
        ...request.headers,
        'user-agent': 'Sterna',
        ...(authorization === undefined ? {} : { authorization }),
      },
      body: request.body,
      expects,
      agent: url.protocol === 'https:' ? this.#secure : this.#plain,
      timeoutMs: this.#options.timeoutMs,
      signal: this.#signal,
      begun: () => {
        state.consumed = true;
      },
    });
  }
}
