/** Lets a limited number in at a time, or a limited sum of weights, in the order in which they came. */
export class Slots {
  readonly #limit: number;
  readonly #waiting: { readonly weight: number; readonly enter: () => void }[] = [];
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns what gives it back. What is heavier than the limit enters alone. */
  async take(weight = 1): Promise<() => void> {
    if (this.#waiting.length > 0 || !this.#hasRoom(weight))
      await new Promise<void>((enter) => {
        this.#waiting.push({ weight, enter });
      });
    else this.#taken += weight;
    let isBack = false;
    return () => {
      if (isBack) return;
      isBack = true;
      this.#taken -= weight;
      this.#admit();
    };
  }

  #hasRoom(weight: number): boolean {
    return this.#taken === 0 || this.#taken + weight <= this.#limit;
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first !== undefined && this.#hasRoom(first.weight); first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#taken += first.weight;
      first.enter();
    }
  }
}
