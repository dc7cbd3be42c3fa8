import type { Call } from '../http/call.ts';

/** Admits requests within the documented budgets. Throws a GraphError (429) for one that is over. */
export interface Throttle {
  /** @returns what to call when the request has been answered */
  admit(call: Call): () => void;
}

export const unlimited: Throttle = { admit: () => () => {} };
