import { Faults } from '@sterna/simulator-kit';

/** Misbehaviour on demand: the common kinds, and Graph's. */
export class GraphFaults extends Faults {
  /** Delta tokens issued before this moment (ms) are answered 410. */
  deltaTokensInvalidBefore = Number.NEGATIVE_INFINITY;
}
