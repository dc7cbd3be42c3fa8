import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { SternaError } from '@sterna/core';
import type { DavAnswer } from './answer.ts';
import { aborted, networkError, refusal, TIMEOUT } from './errors.ts';
import type { SignIn } from './sign-in.ts';

export interface DavRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Words for errors: “listing the calendar”. */
  readonly doing: string;
  /** May be sent again after a lost connection: reading, and writing where a repetition changes nothing. */
  readonly repeatable: boolean;
  /** Statuses beyond 2xx that the caller deals with. */
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

/** An answer larger than this is no answer of a DAV server. */
const MAX_BODY = 256 * 1024 * 1024;
const MAX_REDIRECTS = 5;

/** Requests to one server: a bounded number of connections, signed in, tried again where that is safe. */
export class DavHttp {
  readonly #options: DavHttpOptions;
  readonly #plain: HttpAgent;
  readonly #secure: HttpsAgent;
  readonly #own = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: DavHttpOptions) {
    this.#options = options;
    const pool = { keepAlive: true, maxSockets: options.maxConnections };
    this.#plain = new HttpAgent(pool);
    this.#secure = new HttpsAgent({
      ...pool,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      rejectUnauthorized: options.verifyCertificate,
    });
  }

  /** @throws SternaError as `refusal` and `networkError` say */
  async send(request: DavRequest): Promise<DavAnswer> {
    await this.#slot();
    try {
      return await this.#persistently(request);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  destroy(): void {
    this.#own.abort();
    this.#plain.destroy();
    this.#secure.destroy();
  }

  /** In the order in which they came. */
  async #slot(): Promise<void> {
    if (this.#running >= this.#options.maxConnections)
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    this.#running += 1;
  }

  async #persistently(request: DavRequest): Promise<DavAnswer> {
    const { retryDelaysMs } = this.#options;
    for (let failures = 0; ; failures += 1) {
      try {
        return await this.#signedIn(request);
      } catch (thrown) {
        const error = networkError(thrown, request.url);
        const delay = retryDelaysMs[failures];
        const isWorthIt = error.class === 'transient' && error.code !== 'aborted' && request.repeatable;
        if (!isWorthIt || delay === undefined || this.#isEnded()) throw error;
        await this.#pause(delay);
      }
    }
  }

  async #signedIn(request: DavRequest): Promise<DavAnswer> {
    let { url } = request;
    let redirects = 0;
    for (let tries = 0; tries < 4; ) {
      const answer = await this.#once(request, url);
      if (answer.status === 401) {
        tries += 1;
        if (this.#options.signIn.challenged(answer.challenges)) continue;
        throw refusal(request.doing, answer);
      }
      const location = answer.header('location');
      if ([301, 302, 307, 308].includes(answer.status) && location !== undefined) {
        redirects += 1;
        const next = new URL(location, url);
        // Never to another host with our sign-in, and never from TLS to none.
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
        url = next;
        continue;
      }
      if ((answer.status >= 200 && answer.status < 300) || request.expected?.includes(answer.status)) return answer;
      throw refusal(request.doing, answer);
    }
    throw new SternaError('auth', 'sign-in-refused', 'The server refused the sign-in.', {
      fix: 'Check user name and password (or token) of this mailbox.',
    });
  }

  #once(request: DavRequest, url: URL): Promise<DavAnswer & { readonly challenges: readonly string[] }> {
    if (this.#isEnded()) return Promise.reject(aborted());
    const isSecure = url.protocol === 'https:';
    const path = `${url.pathname}${url.search}`;
    const authorization = this.#options.signIn.header(request.method, path);
    const headers: Record<string, string> = {
      ...request.headers,
      'user-agent': 'Sterna',
      ...(authorization === undefined ? {} : { authorization }),
      ...(request.body === undefined ? {} : { 'content-length': String(request.body.length) }),
    };
    const signal = AbortSignal.any([this.#options.signal, this.#own.signal]);
    return new Promise((resolve, reject) => {
      const sent = (isSecure ? httpsRequest : httpRequest)(
        url,
        { method: request.method, headers, agent: isSecure ? this.#secure : this.#plain, signal },
        (message) => {
          readBody(message).then(
            (body) =>
              resolve({
                status: message.statusCode ?? 0,
                body,
                url,
                header: (name) => {
                  const value = message.headers[name.toLowerCase()];
                  return Array.isArray(value) ? value.join(', ') : value;
                },
                challenges: message.headersDistinct['www-authenticate'] ?? [],
              }),
            reject,
          );
        },
      );
      sent.setTimeout(this.#options.timeoutMs, () =>
        sent.destroy(Object.assign(new Error('no answer in time'), { code: TIMEOUT })),
      );
      sent.on('error', (error) => reject(signal.aborted ? aborted() : error));
      sent.end(request.body);
    });
  }

  #isEnded(): boolean {
    return this.#options.signal.aborted || this.#own.signal.aborted;
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const signal = AbortSignal.any([this.#options.signal, this.#own.signal]);
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) {
      message.destroy();
      throw new SternaError(
        'transient',
        'dav-answer-invalid',
        'The server’s answer is larger than any that was asked for.',
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
