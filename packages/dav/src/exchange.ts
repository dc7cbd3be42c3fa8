import { type ClientRequest, type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { checkReach, lookupWithinReach, SignsOfLife, wholeBody } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { aborted, networkError, TIMEOUT } from './errors.ts';

/** A body that is sent as it comes. */
export interface DavStream {
  /** Exact length in bytes. */
  readonly size: number;
  readonly chunks: AsyncIterable<Buffer>;
}

export const isStream = (body: Buffer | DavStream | undefined): body is DavStream =>
  body !== undefined && !Buffer.isBuffer(body);

/** The stream of a body threw: that is no failure of the connection. `cause` is what it threw. */
export class BodyFailed extends Error {
  constructor(cause: unknown) {
    super('the body’s own stream failed', { cause });
  }
}

/** Status and headers of an answer; its body is still to come. */
export interface Reply {
  readonly status: number;
  readonly url: URL;
  /** What it wants to be signed in with. */
  challenges(): readonly string[];
  readonly message: IncomingMessage;
  header(name: string): string | undefined;
  /** The body. @throws SternaError transient `dav-answer-invalid` where it is larger than `most` */
  whole(most?: number): Promise<Buffer>;
  leave(): void;
}

export interface ExchangeOptions {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | DavStream | undefined;
  /** Streams are announced first (RFC 9110 section 10.1.1). */
  readonly expects: boolean;
  readonly agent: HttpAgent | HttpsAgent;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called before the first byte of a stream is asked for. */
  readonly begun: () => void;
}

/** An answer larger than this is no answer of a DAV server. */
const MAX_BODY = 256 * 1024 * 1024;
/** A server that doesn't answer an announcement is one that wants the body at once. */
const CONTINUE_MS = 1_000;
/** Bytes of a stream that may wait for the server. */
const AHEAD = 512 * 1024;

/**
 * One request, up to the head of its answer. Time runs out only while the server is waited for, never while a body's own
 * stream is.
 */
export function exchange(options: ExchangeOptions): Promise<Reply> {
  const { url, body, signal } = options;
  const isSecure = url.protocol === 'https:';
  const length = isStream(body) ? body.size : body?.length;
  const headers: Record<string, string> = {
    ...options.headers,
    ...(length === undefined ? {} : { 'content-length': String(length) }),
    ...(isStream(body) && options.expects ? { expect: '100-continue' } : {}),
  };
  return new Promise((resolve, reject) => {
    checkReach(url.hostname);
    const sent = (isSecure ? httpsRequest : httpRequest)(
      url,
      { method: options.method, headers, agent: options.agent, signal, lookup: lookupWithinReach },
      (message) => resolve(replyOf(message, sent, options)),
    );
    sent.on('error', (error) => reject(signal.aborted ? aborted() : error));
    if (!isStream(body)) {
      sent.setTimeout(options.timeoutMs, () => expire(sent));
      sent.end(body);
      return;
    }
    pump(sent, body, options).catch((thrown: unknown) => {
      sent.destroy();
      reject(new BodyFailed(thrown));
    });
  });
}

const expire = (sent: ClientRequest): void => {
  sent.destroy(Object.assign(new Error('no answer in time'), { code: TIMEOUT }));
};

function replyOf(message: IncomingMessage, sent: ClientRequest, { url, timeoutMs }: ExchangeOptions): Reply {
  return {
    status: message.statusCode ?? 0,
    url,
    challenges: () => message.headersDistinct['www-authenticate'] ?? [],
    message,
    header(name) {
      const value = message.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    async whole(most = MAX_BODY) {
      const body = await wholeBody(message, most, timeoutMs, { tooLarge, tooSlow, cutShort });
      // The rest of a body that the server didn't want can't be followed by another request.
      if (!sent.writableFinished) sent.destroy();
      return body;
    },
    leave() {
      message.destroy();
    },
  };
}

const tooSlow = (): Error => Object.assign(new Error('too little in all the time'), { code: TIMEOUT });

const cutShort = (): Error => Object.assign(new Error('cut short'), { code: 'ECONNRESET' });

const tooLarge = (): SternaError =>
  new SternaError('transient', 'dav-answer-invalid', 'The server’s answer is larger than any that was asked for.');

/** Sends the stream as fast as the server takes it. @throws what the stream throws */
async function pump(sent: ClientRequest, stream: DavStream, options: ExchangeOptions): Promise<void> {
  let isOver = false;
  let wake = (): void => {};
  const over = (): void => {
    isOver = true;
    wake();
  };
  sent.once('response', over);
  sent.once('error', over);
  sent.once('close', over);
  sent.on('drain', () => wake());
  const waited = async (ms: number, late: () => void): Promise<void> => {
    if (isOver) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      timer = setTimeout(() => {
        late();
        resolve();
      }, ms);
    });
    clearTimeout(timer);
  };
  const waitedForServer = (): Promise<void> => waited(options.timeoutMs, () => expire(sent));
  // Some is given ahead, so that the server needn't wait for the source, nor the source for it.
  const isFull = (): boolean => sent.writableLength >= AHEAD;

  if (options.expects) {
    let isAsked = false;
    sent.once('continue', () => {
      isAsked = true;
      wake();
    });
    sent.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => wake());
      else wake();
    });
    sent.flushHeaders();
    // The server's patience begins when it is there.
    while (!isOver && !sent.destroyed && sent.socket?.connecting !== false) await waitedForServer();
    if (!isAsked) await waited(CONTINUE_MS, () => {});
    if (isOver || sent.destroyed) return;
  }
  options.begun();
  let left = stream.size;
  for await (const chunk of stream.chunks) {
    left -= chunk.length;
    if (left < 0) break;
    if (isOver) return;
    if (!sent.write(chunk) && isFull()) await waitedForServer();
    // The server may answer as soon as it has the last byte; what gave the stream has still to see its end.
    if (left > 0 && (isOver || sent.destroyed)) return;
  }
  if (left !== 0)
    throw new SternaError('object', 'changed-while-read', 'The file is not as long any more as it was listed.', {
      fix: 'Start a delta pass once nobody writes to it.',
    });
  sent.end();
  while (!isOver && !sent.destroyed) await waitedForServer();
}

/** The body of an answer as it comes. Leaving it early ends the transfer. @throws SternaError transient */
export async function* flowing(reply: Reply, timeoutMs: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const { message, url } = reply;
  const pieces = (message as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let isWhole = false;
  // Who reads may be slow: only the server's own silence counts.
  message.socket?.setTimeout(0);
  const silence = new Silence(timeoutMs, () =>
    message.destroy(Object.assign(new Error('no more in time'), { code: TIMEOUT })),
  );
  const life = new SignsOfLife(timeoutMs);
  try {
    for (;;) {
      silence.begins();
      const askedAt = performance.now();
      const next = await pieces.next();
      silence.ends();
      if (next.done !== true && !life.came(next.value.length, performance.now() - askedAt)) throw tooSlow();
      if (next.done === true) {
        isWhole = true;
        return;
      }
      yield next.value;
    }
  } catch (thrown) {
    throw signal.aborted ? aborted() : networkError(thrown, url);
  } finally {
    silence.forget();
    if (!isWhole) message.destroy();
  }
}

/** One timer for all the waiting of one transfer. */
class Silence {
  readonly #timer: NodeJS.Timeout;
  #isWaiting = false;

  constructor(ms: number, late: () => void) {
    this.#timer = setTimeout(() => {
      if (this.#isWaiting) late();
    }, ms);
  }

  begins(): void {
    this.#isWaiting = true;
    this.#timer.refresh();
  }

  ends(): void {
    this.#isWaiting = false;
  }

  forget(): void {
    clearTimeout(this.#timer);
  }
}
