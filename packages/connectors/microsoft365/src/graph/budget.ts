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

/**
 * Per app and mailbox (https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits): 4 at once,
 * 10,000 requests in 10 minutes, 150 MB sent in 5 minutes.
 */
export const OUTLOOK_LIMITS: BudgetLimits = {
  width: 4,
  windows: [
    { of: 'requests', limit: 10_000, ms: 600_000 },
    { of: 'bytes', limit: 150_000_000, ms: 300_000 },
  ],
};

/**
 * Of an app in a tenant, for all drives: 1,250 to 6,250 resource units a minute, as large as the tenant is; which it is tell its
 * answers. The 3,000 requests in 5 minutes are those of a user who has signed in, which an app hasn't.
 * https://learn.microsoft.com/en-us/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
 */
export const DRIVE_LIMITS: BudgetLimits = {
  width: 8,
  windows: [{ of: 'units', limit: 6_250, ms: 60_000 }],
};

export const DIRECTORY_LIMITS: BudgetLimits = { width: 4, windows: [] };

const SLOTS = 120;
/** After a refusal for too many at once, one more is tried again when this time has gone well. */
const RECOVERY_MS = 60_000;

/**
 * Lets requests in, in the order in which they came, as the documented limits allow, and less where the service says so.
 * The first half of a window may be spent at once, the rest is spread over the time that is left, so that nobody waits
 * for long at its end.
 */
export class Budget {
  readonly #clock: Clock;
  readonly #windows: readonly Window[];
  readonly #waiting: { readonly cost: Cost; readonly signal: AbortSignal; readonly enter: () => void }[] = [];
  readonly #most: number;
  #width: number;
  #inFlight = 0;
  #pausedUntil = 0;
  #narrowedAt = 0;
  #isTimed = false;

  constructor(limits: BudgetLimits, clock: Clock) {
    this.#clock = clock;
    this.#most = limits.width;
    this.#width = limits.width;
    this.#windows = limits.windows.map((one) => new Window(one.of, one.limit, one.ms));
  }

  /** @returns what gives the place back. Comes at once where the signal aborts: the request fails by itself then. */
  async enter(cost: Cost, signal: AbortSignal): Promise<() => void> {
    if (this.#waiting.length > 0 || this.#delay(cost) !== 0)
      await new Promise<void>((enter) => {
        this.#waiting.push({ cost, signal, enter });
        signal.addEventListener('abort', this.#pump, { once: true });
        this.#pump();
      });
    else this.#take(cost);
    signal.removeEventListener('abort', this.#pump);
    let isBack = false;
    return () => {
      if (isBack) return;
      isBack = true;
      this.#inFlight -= this.#widthOf(cost);
      this.#pump();
    };
  }

  /** The service wants no request before then; milliseconds since 1970. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  /** The service found too many at once. */
  narrow(): void {
    this.#width = Math.max(1, this.#width - 1);
    this.#narrowedAt = this.#clock.now();
  }

  /** Requests that may be in flight just now. */
  get width(): number {
    return this.#width;
  }

  readonly #pump = (): void => {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const delay = first.signal.aborted ? 0 : this.#delay(first.cost);
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
    const now = this.#clock.now();
    if (this.#width < this.#most && now - this.#narrowedAt >= RECOVERY_MS) {
      this.#width += 1;
      this.#narrowedAt = now;
    }
    if (this.#inFlight > 0 && this.#inFlight + this.#widthOf(cost) > this.#width) return undefined;
    return Math.max(0, this.#pausedUntil - now, ...this.#windows.map((window) => window.delay(cost, now)));
  }

  #widthOf = ({ width = 1 }: Cost): number => Math.min(width, this.#most);

  #take(cost: Cost): void {
    this.#inFlight += this.#widthOf(cost);
    const now = this.#clock.now();
    for (const window of this.#windows) window.take(cost, now);
  }
}

/** What was used lately, counted in slots. */
class Window {
  readonly #of: Unit;
  readonly #limit: number;
  readonly #ms: number;
  readonly #slotMs: number;
  readonly #slots: { readonly start: number; used: number }[] = [];
  #used = 0;
  #last = 0;

  constructor(of: Unit, limit: number, ms: number) {
    this.#of = of;
    this.#limit = limit;
    this.#ms = ms;
    this.#slotMs = ms / SLOTS;
  }

  delay(cost: Cost, now: number): number {
    this.#forget(now);
    const wanted = this.#amount(cost);
    const [oldest] = this.#slots;
    if (wanted === 0 || oldest === undefined) return 0;
    const untilRoom = Math.max(1, oldest.start + this.#slotMs + this.#ms - now);
    if (this.#used + wanted > this.#limit) return untilRoom;
    if (this.#used + wanted <= this.#limit / 2) return 0;
    const share = (untilRoom * wanted) / (this.#limit - this.#used);
    return Math.max(0, Math.ceil(this.#last + share - now));
  }

  take(cost: Cost, now: number): void {
    const amount = this.#amount(cost);
    if (amount === 0) return;
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
    return { requests, bytes, units }[this.#of];
  }
}
