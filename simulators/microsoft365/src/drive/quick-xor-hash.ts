const STATE_BITS = 160;
const STATE_BYTES = STATE_BITS / 8;
/** Each byte enters the state this many bits further than the one before it. */
const SHIFT = 11;

/**
 * QuickXorHash, the only hash that OneDrive for Business tells of a file: 20 bytes, base64 in `file.hashes`.
 * Source: learn.microsoft.com/en-us/onedrive/developer/code-snippets/quickxorhash.
 *
 * Bytes 160 apart meet the state at the same bit, so a file is folded onto 160 bytes first (four at a time), and only
 * those are turned into the state: a large file costs one XOR a word.
 */
export class QuickXorHash {
  #folded = new Uint8Array(STATE_BITS);
  #words = new Uint32Array(this.#folded.buffer);
  #length = 0;

  update(chunk: Uint8Array): this {
    const folded = this.#folded;
    let at = 0;
    let cell = this.#length % STATE_BITS;
    while (cell !== 0 && at < chunk.length) {
      folded[cell] = (folded[cell] ?? 0) ^ (chunk[at++] ?? 0);
      cell = (cell + 1) % STATE_BITS;
    }
    const rounds = Math.floor((chunk.length - at) / STATE_BITS);
    if (rounds > 0) this.#foldRounds(chunk.subarray(at, at + rounds * STATE_BITS));
    at += rounds * STATE_BITS;
    for (; at < chunk.length; at++, cell++) folded[cell] = (folded[cell] ?? 0) ^ (chunk[at] ?? 0);
    this.#length += chunk.length;
    return this;
  }

  #foldRounds(bytes: Uint8Array): void {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
    const source = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
    const words = this.#words;
    const width = words.length;
    for (let start = 0; start < source.length; start += width) {
      for (let i = 0; i < width; i++) words[i] = (words[i] ?? 0) ^ (source[start + i] ?? 0);
    }
  }

  /** The 20 bytes of what was given so far; more may follow. */
  digest(): Buffer {
    const state = Buffer.alloc(STATE_BYTES);
    for (let i = 0; i < STATE_BITS; i++) {
      const bit = (i * SHIFT) % STATE_BITS;
      const low = bit >> 3;
      const high = (low + 1) % STATE_BYTES;
      const shifted = (this.#folded[i] ?? 0) << (bit & 7);
      state[low] = (state[low] ?? 0) ^ (shifted & 0xff);
      state[high] = (state[high] ?? 0) ^ (shifted >> 8);
    }
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(this.#length));
    for (let i = 0; i < 8; i++) {
      const at = STATE_BYTES - 8 + i;
      state[at] = (state[at] ?? 0) ^ (length[i] ?? 0);
    }
    return state;
  }
}

/** Base64, as Graph writes it. */
export function quickXorHash(chunks: Iterable<Uint8Array>): string {
  const hash = new QuickXorHash();
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest().toString('base64');
}
