import type { Fault, Faults } from './faults.ts';
import type { Random } from './random.ts';

/** What a service answers while it has a bad time, and how many of its requests that hits. */
export interface Storm {
  readonly name: string;
  /** Of the requests, from 0 to 1. */
  readonly share: number;
  readonly fault: Fault;
}

export const STORMS: readonly Storm[] = [
  { name: '429 storm', share: 0.4, fault: { kind: 'answer', status: 429, retryAfter: 1 } },
  { name: '503 storm', share: 0.3, fault: { kind: 'answer', status: 503, retryAfter: 1 } },
  { name: '500 storm', share: 0.2, fault: { kind: 'answer', status: 500 } },
  {
    name: 'gateway that times out after the effect',
    share: 0.1,
    fault: { kind: 'answer', status: 504, afterEffect: true },
  },
  { name: 'connections that break before the effect', share: 0.2, fault: { kind: 'reset' } },
  { name: 'connections that break after the effect', share: 0.1, fault: { kind: 'lost-acknowledgement' } },
  { name: 'answers that break off', share: 0.1, fault: { kind: 'reset-mid-body', afterBytes: 40 } },
  { name: 'tokens that end early', share: 0.02, fault: { kind: 'expire-tokens' } },
  { name: 'slow answers', share: 0.3, fault: { kind: 'delay', ms: 700 } },
];

/** @returns ends it */
export function beginStorm(faults: Faults, { share, fault }: Storm, random: Random): () => void {
  const rule = faults.inject({ fault, when: () => random.next() < share, times: Number.POSITIVE_INFINITY });
  return () => rule.end();
}
