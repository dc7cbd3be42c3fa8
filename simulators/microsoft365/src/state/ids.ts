import type { Random } from '@sterna/simulator-kit';

/** A GUID of the fourth version. */
export function guidOf(random: Random): string {
  const hex = random.bytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** How many ids, on average, lie between two that differ by the case of one letter only. */
const TWIN_EVERY = 40;

/** Makes the ids of one cloud: opaque, and as awkward as Exchange's, which are case-sensitive. */
export class Ids {
  #random: Random;
  #last: string | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  guid(): string {
    return guidOf(this.#random);
  }

  /** An Exchange item's or folder's id that changes when the item moves. */
  mutable(): string {
    return this.#exchange('AAMkAG');
  }

  /** The id that `Prefer: IdType="ImmutableId"` shows. */
  immutable(): string {
    return this.#exchange('AAkALg');
  }

  /** `length` characters of base64url. */
  token(length: number): string {
    return this.#random
      .bytes(Math.ceil((length * 3) / 4))
      .toString('base64url')
      .slice(0, length);
  }

  #exchange(prefix: string): string {
    const last = this.#last;
    if (last !== undefined && this.#random.integer(1, TWIN_EVERY) === 1) {
      this.#last = undefined;
      const at = [...last].findLastIndex((letter) => letter.toLowerCase() !== letter.toUpperCase() && letter !== 'A');
      const letter = last[at] as string;
      const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
      return last.slice(0, at) + other + last.slice(at + 1);
    }
    const id = `${prefix}${this.#random.bytes(45).toString('base64url')}AAA=`;
    this.#last = prefix === 'AAMkAG' ? id : undefined;
    return id;
  }
}
