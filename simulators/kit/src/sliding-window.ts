/** How much was used within the last `windowMs`. */
export class SlidingWindow {
  readonly #limit: number;
  readonly #windowMs: number;
  #uses: { at: number; amount: number }[] = [];
  #first = 0;
  #sum = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  get limit(): number {
    return this.#limit;
  }

  /** What is left now. */
  left(now: number): number {
    this.#expire(now);
    return Math.max(0, this.#limit - this.#sum);
  }

  /** Milliseconds until `amount` more fits; 0 when it does. More than the limit fits when nothing else is used. */
  wait(amount: number, now: number): number {
    this.#expire(now);
    let over = this.#sum + Math.min(amount, this.#limit) - this.#limit;
    for (let at = this.#first; over > 0; at++) {
      const use = this.#uses[at];
      if (use === undefined) return this.#windowMs;
      over -= use.amount;
      if (over <= 0) return use.at + this.#windowMs - now;
    }
    return 0;
  }

  use(amount: number, now: number): void {
    const last = this.#uses.at(-1);
    if (last !== undefined && last.at === now && this.#uses.length > this.#first) last.amount += amount;
    else this.#uses.push({ at: now, amount });
    this.#sum += amount;
  }

  #expire(now: number): void {
    for (; this.#first < this.#uses.length; this.#first++) {
      const use = this.#uses[this.#first] as { at: number; amount: number };
      if (use.at + this.#windowMs > now) break;
      this.#sum -= use.amount;
    }
    if (this.#first > 1024) {
      this.#uses = this.#uses.slice(this.#first);
      this.#first = 0;
    }
  }
}
