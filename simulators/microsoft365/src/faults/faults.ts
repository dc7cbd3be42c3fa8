/** Misbehaviour on demand. */
export class Faults {
  /** Lists and delta don't show what was made or changed less than this many milliseconds ago. */
  listDelayMs = 0;
  /** Delta tokens issued before this moment (ms) are answered 410. */
  deltaTokensInvalidBefore = Number.NEGATIVE_INFINITY;
}
