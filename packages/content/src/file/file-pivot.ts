import { createHash, type Hash } from 'node:crypto';
import type { Pivot, StreamHasher } from '../pivot.ts';

const half = (hash: Hash): Buffer => hash.digest().subarray(0, 16);

/** SHA-256 of the bytes, truncated: a file means nothing but its bytes. */
class FileHasher implements StreamHasher {
  readonly #hash = createHash('sha256');

  update(chunk: Buffer): void {
    this.#hash.update(chunk);
  }

  digest(): Buffer {
    return half(this.#hash);
  }
}

/** Files: a stream of bytes, called by a name that is not in them. */
export const filePivot: Pivot = {
  matchKey: (_, name = '') => half(createHash('sha256').update(`file\0${name}`)),
  digest: (body) => half(createHash('sha256').update(body)),
  hasher: () => new FileHasher(),
  hasNaturalKey: true,
  subject: (_, name) => name,
};
