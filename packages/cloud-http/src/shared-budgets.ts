import type { Budget } from './budget.ts';

/** Looked through for idle ones when there are this many more than were left the last time. */
const SWEEP_AFTER = 1_000;

/** Budgets that the sessions of this process have in common, by what the service counts by. */
export class SharedBudgets {
  readonly #budgets = new Map<string, Budget>();
  #left = 0;

  /** @param make what there is to be where nobody has used one of this key lately */
  of(key: string, make: () => Budget): Budget {
    const known = this.#budgets.get(key);
    if (known !== undefined) return known;
    if (this.#budgets.size >= this.#left + SWEEP_AFTER) this.#sweep();
    const made = make();
    this.#budgets.set(key, made);
    return made;
  }

  get size(): number {
    return this.#budgets.size;
  }

  /** A tenant has thousands of users, and a worker runs for months. */
  #sweep(): void {
    for (const [key, budget] of this.#budgets) if (budget.isIdle) this.#budgets.delete(key);
    this.#left = this.#budgets.size;
  }
}
