import { checkReach, lookupWithinReach, SignsOfLife, wholeBody } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { Agent, type Dispatcher } from 'undici';

export interface Exchange {
  readonly method: Dispatcher.HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  readonly signal: AbortSignal;
}

/** The head of an answer; its body must be read or left. */
export interface Reply {
  readonly status: number;
  header(name: string): string | undefined;
  /** The body, whole. @throws SternaError transient `service-answer-too-large` beyond what any answer is long */
  whole(): Promise<Buffer>;
  readonly body: AsyncIterable<Buffer>;
  /** Gives up on the rest of the body. */
  leave(): void;
}

export interface TransportOptions {
  /** PEM text. */
  readonly ca: string | undefined;
  readonly verifyCertificate: boolean;
  /** Silence after which a request has failed. */
  readonly timeoutMs: number;
}

/** Connections to all hosts that a session speaks to. Redirects are never followed. */
export class Transport {
  readonly #agent: Agent;
  readonly #timeoutMs: number;

  constructor(options: TransportOptions) {
    this.#timeoutMs = options.timeoutMs;
    this.#agent = new Agent({
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      // Budgets decide how many run; what is lost with a connection must be one request alone.
      connections: null,
      pipelining: 1,
      connect: {
        timeout: options.timeoutMs,
        lookup: lookupWithinReach,
        rejectUnauthorized: options.verifyCertificate,
        ...(options.ca === undefined ? {} : { ca: options.ca }),
      },
    });
  }

  /** @throws of the network, as undici has it */
  async exchange({ method, url, headers, body, signal }: Exchange): Promise<Reply> {
    checkReach(url.hostname);
    const answer = await this.#agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers,
      body: body ?? null,
      signal,
    });
    return {
      status: answer.statusCode,
      header(name) {
        const value = answer.headers[name];
        return Array.isArray(value) ? value.join(', ') : value;
      },
      whole: () => wholeBody(answer.body, MAX_WHOLE, this.#timeoutMs, { tooLarge, tooSlow, cutShort }),
      body: lively(answer.body, this.#timeoutMs),
      leave() {
        answer.body.on('error', () => undefined);
        answer.body.destroy();
      },
    };
  }

  destroy(): void {
    this.#agent.destroy().catch(() => undefined);
  }
}

/** JSON of a page, or of one message with all its attachments in base64. */
const MAX_WHOLE = 512 * 1024 * 1024;

const tooSlow = (): Error => Object.assign(new Error('too little in all the time'), { code: 'UND_ERR_BODY_TIMEOUT' });
const cutShort = (): Error => Object.assign(new Error('cut short'), { code: 'UND_ERR_SOCKET' });
const tooLarge = (): Error =>
  new SternaError('transient', 'service-answer-too-large', 'The answer is larger than any that was asked for.', {
    fix: 'Check the address of the service, and a proxy in between.',
  });

/** As it comes; who sends a byte now and then has failed like who sends none. Silence itself is the agent's to end. */
async function* lively(body: AsyncIterable<Buffer>, timeoutMs: number): AsyncGenerator<Buffer> {
  const life = new SignsOfLife(timeoutMs);
  let askedAt = performance.now();
  for await (const piece of body) {
    if (!life.came(piece.length, performance.now() - askedAt)) throw tooSlow();
    yield piece;
    askedAt = performance.now();
  }
}
