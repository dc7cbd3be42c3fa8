import { chainHash, GENESIS, type HashText } from './license-chain.ts';

/** Who did what and when, in its place in the organization's trail. `at` is ISO 8601 in UTC with milliseconds. */
export interface AuditEvent {
  readonly seq: number;
  readonly actor: string;
  /** `entry.start`, `license.grant` … */
  readonly action: string;
  /** `entry/12`, `project/3` … */
  readonly subject: string;
  readonly data: unknown;
  readonly at: string;
  readonly prevHash: string;
  readonly hash: string;
}

export type AuditVerdict =
  | {
      readonly ok: true;
      readonly events: number;
      /** Hash of the last event: note it down to see later whether the end was cut off. */
      readonly head: string;
    }
  | { readonly ok: false; readonly seq: number; readonly words: string };

/** Follows a trail event by event: order, links and hashes. */
export class AuditChain {
  readonly #hash: HashText;
  readonly #chain: string;
  #seq = 0;
  #head = GENESIS;
  #broken: { readonly ok: false; readonly seq: number; readonly words: string } | undefined;

  /** @param chain what the trail belongs to: the organization's public id. It is part of every hash. */
  constructor(hash: HashText, chain: string) {
    this.#hash = hash;
    this.#chain = chain;
  }

  /** @returns whether it still holds */
  follow(event: AuditEvent): boolean {
    if (this.#broken !== undefined) return false;
    const seq = this.#seq + 1;
    const words =
      event.seq !== seq
        ? `Event ${seq} of the audit trail is missing.`
        : event.prevHash !== this.#head
          ? `Event ${seq} of the audit trail doesn't follow event ${seq - 1}.`
          : chainHash(this.#hash, this.#chain, event) !== event.hash
            ? `Event ${seq} of the audit trail was changed after it was written.`
            : undefined;
    if (words !== undefined) {
      this.#broken = { ok: false, seq, words };
      return false;
    }
    this.#seq = seq;
    this.#head = event.hash;
    return true;
  }

  verdict(): AuditVerdict {
    return this.#broken ?? { ok: true, events: this.#seq, head: this.#head };
  }
}
