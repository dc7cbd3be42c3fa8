import { connectionLost } from './errors.ts';
import type { ImapConnection } from './protocol/connection.ts';
import type { LiteralSink } from './protocol/response-stream.ts';

/** Bytes held before the socket is left unread. */
const HIGH_WATER = 1024 * 1024;

/** A body on its way. Can be read once. Breaks off with a transient error where the connection does. */
export class StreamedBody implements LiteralSink, AsyncIterable<Buffer> {
  readonly #connection: ImapConnection;
  #chunks: Buffer[] = [];
  #held = 0;
  #ended = false;
  #discarded = false;
  #wake: (() => void) | undefined;
  readonly #forget: () => void;

  constructor(connection: ImapConnection) {
    this.#connection = connection;
    this.#forget = connection.onDestroyed(() => this.#wakeUp());
  }

  /** It will never be whole. */
  get broken(): boolean {
    return !this.#ended && !this.#connection.alive;
  }

  chunk(bytes: Buffer): void {
    if (this.#discarded) return;
    this.#chunks.push(bytes);
    this.#held += bytes.length;
    if (this.#held > HIGH_WATER) this.#connection.pause();
    this.#wakeUp();
  }

  /** All bytes came, but only a well-formed rest of the response shows that they were as many as announced. */
  end(): void {}

  finish(): void {
    this.#ended = true;
    this.#forget();
    this.#wakeUp();
  }

  discard(): void {
    if (this.#discarded) return;
    this.#discarded = true;
    this.#chunks = [];
    this.#held = 0;
    this.#connection.resume();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        const chunks = this.#chunks;
        this.#chunks = [];
        this.#held = 0;
        for (const chunk of chunks) yield chunk;
        if (this.#chunks.length > 0) continue;
        if (this.#ended) return;
        if (!this.#connection.alive) throw this.#connection.error ?? connectionLost('in the middle of a message');
        this.#connection.resume();
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.discard();
    }
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
