/** Seeded pseudo-random numbers (mulberry32): the same seed gives the same mailbox on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 2654435761) | 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** Integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** Normally distributed, mean 0, deviation 1 (Box-Muller). */
  gauss(): number {
    return Math.sqrt(-2 * Math.log(this.next() || 1e-9)) * Math.cos(2 * Math.PI * this.next());
  }

  /** Bytes that don't compress, for attachments. */
  bytes(length: number): Buffer {
    const out = Buffer.allocUnsafe((length + 3) & ~3);
    for (let at = 0; at < out.length; at += 4) out.writeUInt32LE(Math.floor(this.next() * 4294967296), at);
    return out.subarray(0, length);
  }
}
