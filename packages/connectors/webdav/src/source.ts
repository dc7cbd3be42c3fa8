import { createHash, type Hash } from 'node:crypto';
import { changedWhileRead } from './errors.ts';

export type HashName = 'sha1' | 'sha256';

/** A body on its way into the target: hashed where that is asked for, and what its own stream throws is remembered. */
export class Source {
  readonly size: number;
  readonly whole: Buffer | undefined;
  readonly #chunks: AsyncIterable<Buffer> | undefined;
  readonly #name: HashName;
  readonly #hash: Hash | undefined;
  #digest: string | undefined;
  /** What the body's stream threw. */
  failure: { readonly thrown: unknown } | undefined;
  /** It is a stream, and some of it has passed. */
  isBegun = false;

  /** @param isHashed Of a stream: whether its digest may be asked for. That of a buffer always may */
  constructor(body: Buffer | AsyncIterable<Buffer>, size: number, hash: HashName, isHashed: boolean) {
    this.#name = hash;
    this.whole = Buffer.isBuffer(body) ? body : undefined;
    this.#chunks = Buffer.isBuffer(body) ? undefined : body;
    this.size = this.whole?.length ?? size;
    this.#hash = isHashed && this.whole === undefined ? createHash(hash) : undefined;
  }

  /** Hex; of a stream once it has passed, and undefined where it wasn't hashed. */
  get digest(): string | undefined {
    this.#digest ??= this.whole === undefined ? this.#hash?.digest('hex') : this.#ofWhole(this.whole);
    return this.#digest;
  }

  #ofWhole(whole: Buffer): string {
    return createHash(this.#name).update(whole).digest('hex');
  }

  get hashName(): HashName {
    return this.#name;
  }

  /** For once. */
  async *stream(): AsyncGenerator<Buffer> {
    if (this.whole !== undefined) {
      yield this.whole;
      return;
    }
    this.isBegun = true;
    try {
      for await (const chunk of this.#chunks ?? []) {
        this.#hash?.update(chunk);
        yield chunk;
      }
    } catch (thrown) {
      this.failure = { thrown };
      throw thrown;
    }
  }
}

/** Cuts a stream into pieces of given lengths, without holding more than one chunk of it. */
export class Pieces {
  readonly #chunks: AsyncGenerator<Buffer>;
  #rest: Buffer | undefined;

  constructor(source: Source) {
    this.#chunks = source.stream();
  }

  /** The next chunk of at most so many bytes; undefined at the end. */
  async next(most: number): Promise<Buffer | undefined> {
    let chunk = this.#rest;
    this.#rest = undefined;
    while (chunk === undefined || chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      chunk = next.value;
    }
    if (chunk.length > most) this.#rest = chunk.subarray(most);
    return chunk.subarray(0, most);
  }

  /** Puts back what `next` gave. */
  unread(chunk: Buffer): void {
    this.#rest = this.#rest === undefined ? chunk : Buffer.concat([chunk, this.#rest]);
  }

  /** The next so many bytes, as they come. @throws SternaError object `changed-while-read` where there aren't as many */
  async *take(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      const chunk = await this.next(left);
      if (chunk === undefined) throw changedWhileRead();
      left -= chunk.length;
      yield chunk;
    }
  }

  /** @throws SternaError object `changed-while-read` where there are fewer */
  async skip(length: number): Promise<void> {
    for await (const _ of this.take(length));
  }

  /** @throws SternaError object `changed-while-read` where there is more */
  async end(): Promise<void> {
    if ((await this.next(1)) !== undefined) throw changedWhileRead();
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }
}
