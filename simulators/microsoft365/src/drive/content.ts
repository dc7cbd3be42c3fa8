import { quickXorHash } from './quick-xor-hash.ts';

/** The bytes of one version of a file, as they arrived: a large one is never copied together. */
export class Content {
  readonly size: number;
  readonly #chunks: readonly Buffer[];
  #hash: string | undefined;

  constructor(chunks: readonly Buffer[]) {
    this.#chunks = chunks.filter((chunk) => chunk.length > 0);
    this.size = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  static of(bytes: Buffer | string): Content {
    return new Content([Buffer.from(bytes as string)]);
  }

  get quickXorHash(): string {
    this.#hash ??= quickXorHash(this.#chunks);
    return this.#hash;
  }

  /** Bytes `start` to before `end`, without copying. */
  *slice(start = 0, end = this.size): Generator<Buffer> {
    let at = 0;
    for (const chunk of this.#chunks) {
      const from = Math.max(start - at, 0);
      const to = Math.min(end - at, chunk.length);
      if (from < to) yield chunk.subarray(from, to);
      at += chunk.length;
      if (at >= end) return;
    }
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
  }
}
