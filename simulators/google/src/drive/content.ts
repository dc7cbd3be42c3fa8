import { createHash } from 'node:crypto';

/** The bytes of one revision, as they arrived: a large one is never copied together. */
export class Content {
  readonly size: number;
  readonly #chunks: readonly Buffer[];
  readonly #hashes = new Map<string, string>();

  constructor(chunks: readonly Buffer[]) {
    this.#chunks = chunks.filter((chunk) => chunk.length > 0);
    this.size = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  static of(bytes: Buffer | string): Content {
    return new Content([Buffer.from(bytes as string)]);
  }

  /** In lower-case hexadecimal. */
  hash(algorithm: 'md5' | 'sha1' | 'sha256'): string {
    let hex = this.#hashes.get(algorithm);
    if (hex === undefined) {
      const hash = createHash(algorithm);
      for (const chunk of this.#chunks) hash.update(chunk);
      hex = hash.digest('hex');
      this.#hashes.set(algorithm, hex);
    }
    return hex;
  }

  /** Bytes `start` to before `end`, without copying. */
  slice(start = 0, end = this.size): Buffer[] {
    const parts: Buffer[] = [];
    let at = 0;
    for (const chunk of this.#chunks) {
      const from = Math.max(start - at, 0);
      const to = Math.min(end - at, chunk.length);
      if (from < to) parts.push(chunk.subarray(from, to));
      at += chunk.length;
      if (at >= end) break;
    }
    return parts;
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
  }
}
