/** Bits of the hash, and so bytes after which the places of bytes repeat. */
const WIDTH = 160;
/** Each byte lies so many bits further left than the one before it. */
const SHIFT = 11;
const BYTES = WIDTH / 8;
const WORDS = WIDTH / 4;

/**
 * The hash that OneDrive for Business tells of every file
 * (https://learn.microsoft.com/en-us/onedrive/developer/code-snippets/quickxorhash). Bytes that are 160 apart meet in the
 * same place, so that all of them are joined word by word first, and shifted once, at the end.
 */
export class QuickXorHash {
  readonly #lanes = new Uint32Array(WORDS);
  readonly #laneBytes = new Uint8Array(this.#lanes.buffer);
  #length = 0;

  update(chunk: Buffer): this {
    let at = 0;
    let lane = this.#length % WIDTH;
    // Up to where lanes begin anew, then whole rounds of them, then the rest.
    while (lane !== 0 && at < chunk.length) {
      this.#laneBytes[lane] = (this.#laneBytes[lane] ?? 0) ^ (chunk[at++] ?? 0);
      lane = (lane + 1) % WIDTH;
    }
    const rounds = Math.floor((chunk.length - at) / WIDTH);
    if (rounds > 0) {
      this.#joinRounds(chunk.subarray(at, at + rounds * WIDTH));
      at += rounds * WIDTH;
    }
    for (lane = 0; at < chunk.length; lane += 1)
      this.#laneBytes[lane] = (this.#laneBytes[lane] ?? 0) ^ (chunk[at++] ?? 0);
    this.#length += chunk.length;
    return this;
  }

  /** Base64, as `file.hashes.quickXorHash`. */
  digest(): string {
    const hash = Buffer.alloc(BYTES);
    for (let lane = 0; lane < WIDTH; lane += 1) {
      const bit = (lane * SHIFT) % WIDTH;
      const shifted = (this.#laneBytes[lane] ?? 0) << (bit % 8);
      const byte = Math.floor(bit / 8);
      hash[byte] = (hash[byte] ?? 0) ^ (shifted & 0xff);
      hash[(byte + 1) % BYTES] = (hash[(byte + 1) % BYTES] ?? 0) ^ (shifted >> 8);
    }
    // The length, little endian, over the last eight bytes.
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(this.#length));
    for (const [at, byte] of length.entries()) hash[BYTES - 8 + at] = (hash[BYTES - 8 + at] ?? 0) ^ byte;
    return hash.toString('base64');
  }

  #joinRounds(rounds: Buffer): void {
    // Words need a place in memory that is a multiple of four.
    const aligned = rounds.byteOffset % 4 === 0 ? rounds : Buffer.from(new Uint8Array(rounds).buffer);
    const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
    const lanes = this.#lanes;
    for (let from = 0; from < words.length; from += WORDS)
      for (let lane = 0; lane < WORDS; lane += 1)
        lanes[lane] = (lanes[lane] as number) ^ (words[from + lane] as number);
  }
}

export const quickXorHash = (bytes: Buffer): string => new QuickXorHash().update(bytes).digest();
