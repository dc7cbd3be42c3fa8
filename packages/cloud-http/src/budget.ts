import type { Clock } from './clock.ts';

/** What a request takes from a budget. */
export interface Cost {
  /** Default 1. */
  readonly requests?: number;
  /** Bytes sent. */
  readonly bytes?: number;
  /** Resource units, where the service counts in them. Default: `requests`. */
  readonly units?: number;
  /** Of the requests in flight, those that the service counts (a batch runs several). Default 1. */
  readonly width?: number;
}

type Unit = 'requests' | 'bytes' | 'units';

export interface BudgetLimits {
  /** Requests in flight. */
  readonly width: number;
  readonly windows: readonly { readonly of: Unit; readonly limit: number; readonly ms: number }[];
}

const SLOTS = 120;
/** After a refusal, more is tried again when this time has gone well: one more at once, a tenth more in a window. */
const RECOVERY_MS = 60_000;
const GROWTH = 1.1;
/** A refusal says that a window is smaller than documented; by how much, nobody says. */
const LEAST_SHARE = 0.02;
/** Of what went before a refusal: its clock and ours differ a little. */
const CAUTION = 0.95;

/**
 * Lets requests in, in the order in which they came, as the documented limits allow, and less where the service says so.
 * The first half of a window may be spent at once, the rest is spread over the time that is left, so that nobody waits
 * for long at its end.
 *
 * Several sessions may share one, where the service counts them together.
 */
export class Budget {
  /** The larger one that this is a part of, as a user's is of a project's: requests go by both. */
  readonly outer: Budget | undefined;
  readonly #clock: Clock;
  readonly #windows: readonly Window[];
  readonly #waiting: { readonly cost: Cost; readonly signal: AbortSignal; readonly enter: () => void }[] = [];
  readonly #most: number;
  #width: number;
  #inFlight = 0;
  #pausedUntil = 0;
  #narrowedAt = 0;
  #isTimed = false;

  constructor(limits: BudgetLimits, clock: Clock, outer?: Budget) {
    this.outer = outer;
    this.#clock = clock;
    this.#most = limits.width;
    this.#width = limits.width;
    this.#windows = limits.windows.map((one) => new Window(one.of, one.limit, one.ms));
  }

  /**
   * @returns what gives the place back. Comes at once where the signal aborts: the request fails by itself then. What a
   *   session still holds when it is aborted is given back for it, since others may wait for it.
   */
  async enter(cost: Cost, signal: AbortSignal): Promise<() => void> {
    const leave = await this.#enter(cost, signal);
    // The larger one last: who waits for a place in its own budget is no competitor of those who could go.
    const leaveOuter = await this.outer?.enter(cost, signal);
    return () => {
      leaveOuter?.();
      leave();
    };
  }

  async #enter(cost: Cost, signal: AbortSignal): Promise<() => void> {
    if (this.#waiting.length === 0 && !signal.aborted && this.#delay(cost) === 0) this.#take(cost);
    else if (!(await this.#turn(cost, signal))) return () => undefined;
    let isBack = false;
    const leave = (): void => {
      if (isBack) return;
      isBack = true;
      signal.removeEventListener('abort', leave);
      this.#inFlight -= this.#widthOf(cost);
      this.#pump();
    };
    signal.addEventListener('abort', leave, { once: true });
    // Between its turn and now.
    if (signal.aborted) leave();
    return leave;
  }

  /** @returns false where the signal aborts before its turn came: nothing is taken then */
  #turn(cost: Cost, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter = {
        cost,
        signal,
        enter: (): void => {
          signal.removeEventListener('abort', give);
          resolve(true);
        },
      };
      const give = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        resolve(false);
        this.#pump();
      };
      signal.addEventListener('abort', give, { once: true });
      this.#waiting.push(waiter);
      this.#pump();
    });
  }

  /** Nobody uses it, and nothing is remembered of use: a new one would do as well. */
  get isIdle(): boolean {
    const now = this.#now();
    this.#widen(now);
    return (
      this.#inFlight === 0 &&
      this.#waiting.length === 0 &&
      this.#pausedUntil <= now &&
      this.#width === this.#most &&
      this.#windows.every((window) => window.isFull(now))
    );
  }

  /** The service wants no request before then; milliseconds since 1970. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + until - this.#clock.now());
  }

  /** Until when nothing is let in, milliseconds since 1970; a time that is over where nothing holds it back. */
  get heldUntil(): number {
    return this.#clock.now() + this.#pausedUntil - this.#now();
  }

  /** The service found too many at once. */
  narrow(): void {
    this.#width = Math.max(1, this.#width - 1);
    this.#narrowedAt = this.#now();
  }

  /** The service found too much in too short a time: what was let in lately is more than it takes. */
  shrink(): void {
    const now = this.#now();
    for (const window of this.#windows) this.#pausedUntil = Math.max(this.#pausedUntil, window.shrink(now));
  }

  /** A machine's clock that is set back in the middle of a pause would make it as much longer. */
  #now(): number {
    return this.#clock.steady?.() ?? this.#clock.now();
  }

  /** The service told how much of this a window takes: more than that isn't tried again. */
  told(of: Unit, limit: number): void {
    for (const window of this.#windows) if (window.of === of) window.told(limit);
  }

  /** Requests that may be in flight just now. */
  get width(): number {
    return this.#width;
  }

  readonly #pump = (): void => {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const delay = this.#delay(first.cost);
      if (delay === undefined) return;
      if (delay > 0) {
        this.#wakeIn(delay, first.signal);
        return;
      }
      this.#waiting.shift();
      this.#take(first.cost);
      first.enter();
    }
  };

  #wakeIn(ms: number, signal: AbortSignal): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    void this.#clock.sleep(ms, signal).then(() => {
      this.#isTimed = false;
      this.#pump();
    });
  }

  /** Milliseconds until it may go; undefined: once another one has come back. */
  #delay(cost: Cost): number | undefined {
    const now = this.#now();
    this.#widen(now);
    if (this.#inFlight > 0 && this.#inFlight + this.#widthOf(cost) > this.#width) return undefined;
    return Math.max(0, this.#pausedUntil - now, ...this.#windows.map((window) => window.delay(cost, now)));
  }

  #widen(now: number): void {
    if (this.#width === this.#most || now - this.#narrowedAt < RECOVERY_MS) return;
    this.#width += 1;
    this.#narrowedAt = now;
  }

  #widthOf = ({ width = 1 }: Cost): number => Math.min(width, this.#most);

  #take(cost: Cost): void {
    this.#inFlight += this.#widthOf(cost);
    const now = this.#now();
    for (const window of this.#windows) window.take(cost, now);
  }
}

/** What was used lately, counted in slots. */
class Window {
  readonly of: Unit;
  /** Documented. */
  readonly #documented: number;
  #most: number;
  readonly #ms: number;
  readonly #slotMs: number;
  #limit: number;
  #shrunkAt = 0;
  /** When the first was taken. */
  #since: number | undefined;
  readonly #slots: { readonly start: number; used: number }[] = [];
  #used = 0;
  #last = 0;

  constructor(of: Unit, limit: number, ms: number) {
    this.of = of;
    this.#documented = limit;
    this.#most = limit;
    this.#limit = limit;
    this.#ms = ms;
    this.#slotMs = ms / SLOTS;
  }

  /**
   * Once for many refusals that come together.
   *
   * @returns until when to wait, on the clock of `now`. Who hasn't seen a whole window doesn't know what was used in it
   *   before (by a worker that died, by the pass before this one), so it learns nothing of the limit but that it is reached.
   */
  shrink(now: number): number {
    this.#forget(now);
    if (this.#since === undefined || now - this.#since < this.#ms) return (this.#since ?? now) + this.#ms;
    if (this.#used === 0 || now - this.#shrunkAt < this.#slotMs * 10) return now;
    this.#shrunkAt = now;
    this.#limit = Math.max(this.#most * LEAST_SHARE, Math.min(this.#limit, this.#used) * CAUTION);
    return now;
  }

  told(limit: number): void {
    this.#most = Math.min(this.#documented, limit);
    this.#limit = Math.min(this.#limit, this.#most);
  }

  /** All of it may be used. */
  isFull(now: number): boolean {
    this.#forget(now);
    this.#grow(now);
    return this.#used === 0 && this.#limit === this.#documented;
  }

  delay(cost: Cost, now: number): number {
    this.#forget(now);
    this.#grow(now);
    const wanted = this.#amount(cost);
    const [oldest] = this.#slots;
    if (wanted === 0 || oldest === undefined) return 0;
    const untilRoom = Math.max(1, oldest.start + this.#slotMs + this.#ms - now);
    if (this.#used + wanted > this.#limit) return untilRoom;
    if (this.#used + wanted <= this.#limit / 2) return 0;
    const share = (untilRoom * wanted) / (this.#limit - this.#used);
    return Math.max(0, Math.ceil(this.#last + share - now));
  }

  #grow(now: number): void {
    if (this.#limit < this.#most && now - this.#shrunkAt >= Math.max(RECOVERY_MS, this.#ms)) {
      this.#limit = Math.min(this.#most, this.#limit * GROWTH);
      this.#shrunkAt = now;
    }
  }

  take(cost: Cost, now: number): void {
    const amount = this.#amount(cost);
    if (amount === 0) return;
    this.#since ??= now;
    this.#last = now;
    this.#used += amount;
    const start = Math.floor(now / this.#slotMs) * this.#slotMs;
    const newest = this.#slots.at(-1);
    if (newest !== undefined && newest.start >= start) newest.used += amount;
    else this.#slots.push({ start, used: amount });
  }

  #forget(now: number): void {
    for (let first = this.#slots[0]; first !== undefined; first = this.#slots[0]) {
      if (first.start + this.#slotMs + this.#ms > now) return;
      this.#used -= first.used;
      this.#slots.shift();
    }
  }

  #amount({ requests = 1, bytes = 0, units = requests }: Cost): number {
    return { requests, bytes, units }[this.of];
  }
}
