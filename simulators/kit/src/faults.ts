/** What goes wrong with one request. */
export type Fault =
  /** This answer instead of the handler's; `afterEffect`: the handler ran all the same. `code` is the vendor's word for it. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly code?: string;
      /** Seconds; absent: no Retry-After. */
      readonly retryAfter?: number;
      readonly afterEffect?: boolean;
    }
  /** The connection breaks before the request took effect. */
  | { readonly kind: 'reset' }
  /** The request takes effect, then the connection breaks without an answer. */
  | { readonly kind: 'lost-acknowledgement' }
  /** The answer breaks off after so many bytes of its body. */
  | { readonly kind: 'reset-mid-body'; readonly afterBytes: number }
  /** The answer's body comes slowly, timed by the simulator's clock. */
  | { readonly kind: 'drip'; readonly bytesPerSecond: number }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The request takes effect when whoever injected this says so. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }
  /** All access tokens that are out end just before the request. */
  | { readonly kind: 'expire-tokens' };

export interface FaultRule {
  readonly fault: Fault;
  /** Which requests; all unless said. Items of batches count too (a broken connection breaks the whole batch). */
  readonly when?: (request: { readonly method: string; readonly target: string }) => boolean;
  /** Lets so many matching requests pass first. */
  readonly after?: number;
  /** Strikes so many times, 1 unless said. */
  readonly times?: number;
}

/** Misbehaviour on demand. */
export class Faults {
  /**
   * Eventual consistency: lists, of changes too, don't show what was made or changed less than this many milliseconds ago.
   * What is asked for by its id is as it is.
   */
  listDelayMs = 0;
  readonly #rules: { rule: FaultRule; pass: number; left: number }[] = [];

  /** @returns ends the rule, and tells how often it struck */
  inject(rule: FaultRule): { end: () => void; readonly struck: number } {
    const times = rule.times ?? 1;
    const active = { rule, pass: rule.after ?? 0, left: times };
    this.#rules.push(active);
    return {
      end: () => {
        active.left = 0;
      },
      get struck() {
        return times - active.left;
      },
    };
  }

  /** The fault that strikes this request, if any. */
  strike(request: { readonly method: string; readonly target: string }): Fault | undefined {
    for (const active of this.#rules) {
      if (active.left === 0 || !(active.rule.when?.(request) ?? true)) continue;
      if (active.pass > 0) {
        active.pass--;
        continue;
      }
      active.left--;
      return active.rule.fault;
    }
    return undefined;
  }
}
