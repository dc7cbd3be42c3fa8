import type { Actor, DriveItem } from './item.ts';

export interface Removed {
  readonly item: DriveItem;
  readonly by: Actor;
  readonly at: number;
}

/** What was deleted, oldest first; it counts against the quota until it is emptied. */
export class RecycleBin {
  readonly #entries: Removed[] = [];
  #size = 0;

  add(removed: Removed): void {
    this.#entries.push(removed);
    this.#size += removed.item.size;
  }

  empty(): void {
    this.#entries.length = 0;
    this.#size = 0;
  }

  get entries(): readonly Removed[] {
    return this.#entries;
  }

  /** Bytes. */
  get size(): number {
    return this.#size;
  }
}
