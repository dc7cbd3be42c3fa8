export interface Throttling {
  readonly side: 'source' | 'target';
  readonly reason: string;
}

/** Live figures of a pass; counted from its start, survives restarts through `pass.progress`. */
export interface ProgressSnapshot {
  phase: string;
  container: string | null;
  /** Objects settled in this pass. */
  objects: number;
  /** Objects still to do, as far as planned. */
  planned: number;
  bytes: number;
  failed: number;
  objectsPerSecond: number;
  bytesPerSecond: number;
  /** Seconds; null while unknown. */
  etaSeconds: number | null;
  throttledUntil: string | null;
  /** Whose limit it is, in the words of its connector; of the last pause, which may be over. */
  throttledBy: Throttling | null;
  /** Working on it at once, each on its share. */
  workers: number;
}

export class Progress {
  phase = 'starting';
  container: string | undefined;
  objects: number;
  planned = 0;
  bytes: number;
  failed: number;
  throttledUntil: Date | undefined;
  throttledBy: Throttling | undefined;
  workers = 1;
  readonly #startedAt = performance.now();
  readonly #objectsBefore: number;
  readonly #bytesBefore: number;

  constructor(earlier: Partial<ProgressSnapshot> = {}) {
    this.objects = earlier.objects ?? 0;
    this.bytes = earlier.bytes ?? 0;
    this.failed = earlier.failed ?? 0;
    this.#objectsBefore = this.objects;
    this.#bytesBefore = this.bytes;
  }

  get activeSeconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  snapshot(): ProgressSnapshot {
    const seconds = Math.max(this.activeSeconds, 0.001);
    const rate = (this.objects - this.#objectsBefore) / seconds;
    return {
      phase: this.phase,
      container: this.container ?? null,
      objects: this.objects,
      planned: this.planned,
      bytes: this.bytes,
      failed: this.failed,
      objectsPerSecond: Math.round(rate * 10) / 10,
      bytesPerSecond: Math.round((this.bytes - this.#bytesBefore) / seconds),
      etaSeconds: rate > 0 && this.planned > 0 ? Math.ceil(this.planned / rate) : null,
      throttledUntil: this.throttledUntil?.toISOString() ?? null,
      throttledBy: this.throttledBy ?? null,
      workers: this.workers,
    };
  }
}
