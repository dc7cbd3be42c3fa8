/** Not an error: the pass gives way at a safe point and can go on later. */
export type Interruption =
  /** A person asked for it. */
  | 'stop'
  /** Its time slice is over and others wait. */
  | 'yield'
  /** This process ends; another worker (or the next start) takes over. */
  | 'shutdown';

export class PassInterrupted extends Error {
  readonly why: Interruption;
  constructor(why: Interruption) {
    super(`pass interrupted: ${why}`);
    this.why = why;
  }
}

/** How a running pass hears of the world: asked between batches, so that what is in flight is settled first. */
export class PassControl {
  #why: Interruption | undefined;
  readonly #abort = new AbortController();

  /** Aborted when the lease is lost or nobody can wait: sockets are destroyed at once. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  interrupt(why: Interruption): void {
    this.#why ??= why;
  }

  abort(reason: Error): void {
    this.#abort.abort(reason);
  }

  /** @throws PassInterrupted, or the reason of an abort */
  checkpoint(): void {
    this.#abort.signal.throwIfAborted();
    if (this.#why !== undefined) throw new PassInterrupted(this.#why);
  }
}
