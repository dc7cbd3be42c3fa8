import { checkReach, lookupWithinReach } from '@sterna/connector-kit';
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
  /** The body, whole. */
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

  constructor(options: TransportOptions) {
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
      whole: async () => Buffer.from(await answer.body.arrayBuffer()),
      body: answer.body,
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
