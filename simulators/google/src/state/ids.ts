import type { Random } from '@sterna/simulator-kit';

/** Makes the ids of one cloud, in the forms that Google's have. */
export class Ids {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** `length` decimal digits, the first not 0. */
  digits(length: number): string {
    let digits = String(this.#random.integer(1, 9));
    while (digits.length < length) digits += String(this.#random.integer(0, 9));
    return digits;
  }

  hex(length: number): string {
    return this.#random
      .bytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length);
  }

  /** `length` characters of base64url. */
  token(length: number): string {
    return this.#random
      .bytes(Math.ceil((length * 3) / 4))
      .toString('base64url')
      .slice(0, length);
  }

  /** Lower-case base32hex, as Calendar's event ids are. */
  base32hex(length: number): string {
    return Array.from(this.#random.bytes(length), (byte) => '0123456789abcdefghijklmnopqrstuv'[byte & 31]).join('');
  }
}
