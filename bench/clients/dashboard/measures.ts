import { percentile } from '../../support/figures.ts';

/** Milliseconds that something took, each time. */
export class Measures {
  readonly #taken = new Map<string, number[]>();

  add(what: string, ms: number): void {
    const list = this.#taken.get(what);
    if (list === undefined) this.#taken.set(what, [ms]);
    else list.push(ms);
  }

  /** What was measured up to now isn't. */
  restart(): void {
    this.#taken.clear();
  }

  figures(): Figures {
    return figuresOf([...this.#taken.values()].flat());
  }

  byName(): Readonly<Record<string, Figures>> {
    return Object.fromEntries([...this.#taken].map(([what, list]) => [what, figuresOf(list)]));
  }
}

/** In milliseconds. */
export interface Figures {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

const figuresOf = (taken: readonly number[]): Figures => ({
  count: taken.length,
  p50: percentile(taken, 0.5),
  p99: percentile(taken, 0.99),
  most: percentile(taken, 1),
});
