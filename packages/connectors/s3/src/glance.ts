import { createHash } from 'node:crypto';

/** A file of a listing. */
export interface Listed {
  readonly key: string;
  readonly size: number;
  /** When the object was written (LastModified). */
  readonly modified: Date;
  /** Bare: without its quotes. */
  readonly etag: string;
}

const MASK = (1n << 128n) - 1n;

/** Files of one folder, added up in any order: equal sums only if no file differs in name, size, time or ETag. */
export class FolderSum {
  #sum: bigint;
  total: number;

  constructor(from?: { readonly sum: string; readonly total: number }) {
    this.#sum = from === undefined ? 0n : BigInt(`0x${from.sum}`);
    this.total = from?.total ?? 0;
  }

  add(id: string, { size, modified, etag }: Listed): void {
    const text = JSON.stringify([id, size, modified.getTime(), etag]);
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
    this.#sum = (this.#sum + BigInt(`0x${hash}`)) & MASK;
    this.total += 1;
  }

  get sum(): string {
    return this.#sum.toString(16).padStart(32, '0');
  }

  get glance(): string {
    return `${this.total}.${this.sum}`;
  }
}
