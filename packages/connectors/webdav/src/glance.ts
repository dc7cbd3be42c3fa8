import { createHash } from 'node:crypto';
import type { Entry } from './listing.ts';

const WORD = 1n << 128n;

/** A hash over the files of one folder, in whatever order they come. */
export class Glance {
  #sum = 0n;
  #count = 0;

  add({ name, facts }: Entry): void {
    const hash = createHash('sha256')
      .update(`${name}\0${facts.size}\0${facts.date?.getTime() ?? ''}\0${facts.version}`)
      .digest('hex');
    this.#sum = (this.#sum + BigInt(`0x${hash.slice(0, 32)}`)) % WORD;
    this.#count += 1;
  }

  get count(): number {
    return this.#count;
  }

  get value(): string {
    return `${this.#count}.${this.#sum.toString(16)}`;
  }
}
