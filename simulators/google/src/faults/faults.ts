import { Faults } from '@sterna/simulator-kit';

/** Misbehaviour on demand: the common kinds, and what Google's APIs forget. */
export class GoogleFaults extends Faults {
  /** Sync tokens (Calendar, People) and change page tokens (Drive) issued before this moment (ms) are refused. */
  syncTokensInvalidBefore = Number.NEGATIVE_INFINITY;
  /** Gmail's history ids of before this moment (ms) are answered 404. */
  historyInvalidBefore = Number.NEGATIVE_INFINITY;
  /** Upload sessions begun before this moment (ms) are answered 404. */
  uploadsInvalidBefore = Number.NEGATIVE_INFINITY;
  /** The next chunks of resumable uploads keep only so many bytes of what came, rounded down to 256 KiB; undefined: all. */
  chunkKeepsAtMost: number | undefined;
}
