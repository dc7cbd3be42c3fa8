import type { Flags } from '@sterna/connector-kit';

interface State {
  readonly flags: Flags;
  readonly date: Date | undefined;
}

/** Above as many, those listed first are forgotten, and asked for when they are read. */
const MOST = 200_000;

/** Flags and dates as the last listings told them, so that reading a message takes one request. */
export class KnownStates {
  readonly #byId = new Map<
    string,
    { readonly flags: Flags; readonly time: number | undefined; readonly size: number | undefined }
  >();
  /** Most messages share a few combinations. */
  readonly #combinations = new Map<string, Flags>();

  remember(id: string, flags: Flags, date: Date | undefined, size?: number): void {
    const key = flags.join('\0');
    const shared = this.#combinations.get(key) ?? flags;
    if (this.#combinations.size < 1_000) this.#combinations.set(key, shared);
    this.#byId.delete(id);
    this.#byId.set(id, { flags: shared, time: date?.getTime(), size });
    if (this.#byId.size <= MOST) return;
    const [oldest] = this.#byId.keys();
    if (oldest !== undefined) this.#byId.delete(oldest);
  }

  get(id: string): State | undefined {
    const known = this.#byId.get(id);
    return known && { flags: known.flags, date: known.time === undefined ? undefined : new Date(known.time) };
  }

  /** Bytes in the store, where a listing told them. */
  sizeOf(id: string): number | undefined {
    return this.#byId.get(id)?.size;
  }

  /** What was listed may not be so any more. */
  forget(id: string): void {
    this.#byId.delete(id);
  }
}
