import { createHash } from 'node:crypto';
import type { SternaError } from '@sterna/core';
import { changedWhileRead } from './download.ts';

/** A body on its way into the drive: hashed, and what its own stream throws is remembered. */
export class Source {
  readonly size: number;
  readonly whole: Buffer | undefined;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #hash = createHash('md5');
  #digest: string | undefined;
  #rest: Buffer = Buffer.alloc(0);
  /** What the body's stream threw. */
  failure: { readonly thrown: unknown } | undefined;

  constructor(body: Buffer | AsyncIterable<Buffer>, size: number) {
    this.whole = Buffer.isBuffer(body) ? body : undefined;
    this.size = this.whole?.length ?? size;
    this.#chunks = (Buffer.isBuffer(body) ? once(body) : body)[Symbol.asyncIterator]();
  }

  /** MD5 in hex, of what was taken; nothing can be taken after it was asked for. */
  get md5(): string {
    this.#digest ??= this.#hash.digest('hex');
    return this.#digest;
  }

  /** The next so many bytes. @throws SternaError object `changed-while-read` where there aren't as many */
  async take(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0) {
        const next = await this.#next();
        if (next === undefined) throw this.#changed();
        this.#rest = next;
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      pieces.push(piece);
    }
    const taken = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    this.#hash.update(taken);
    return taken;
  }

  /** Takes as many bytes without holding them. */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) left -= (await this.take(Math.min(left, 1024 * 1024))).length;
  }

  /** @throws SternaError object `changed-while-read` where there is more */
  async end(): Promise<void> {
    while (this.#rest.length === 0) {
      const next = await this.#next();
      if (next === undefined) return;
      this.#rest = next;
    }
    throw this.#changed();
  }

  async close(): Promise<void> {
    await this.#chunks.return?.(undefined);
  }

  #changed(): SternaError {
    const thrown = changedWhileRead();
    this.failure ??= { thrown };
    return thrown;
  }

  async #next(): Promise<Buffer | undefined> {
    try {
      const next = await this.#chunks.next();
      return next.done === true ? undefined : next.value;
    } catch (thrown) {
      this.failure = { thrown };
      throw thrown;
    }
  }
}

async function* once(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
