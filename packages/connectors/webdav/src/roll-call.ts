import type { DavHttp } from '@sterna/dav';
import type { Facts } from './facts.ts';
import { lookAt, someOf } from './listing.ts';

/** Fewer files than this are looked at one by one. */
const WORTH_IT = 4;
/** A listing is given up where it has so many times as many entries as are looked for: a large folder, a small batch. */
const MOST_OTHERS = 8;

/** One file of a roll call. */
export interface Place {
  /** What there is under a name of this folder that nobody else uses; undefined where there is nothing. */
  come(name: string, url: URL): Promise<Facts | undefined>;
  /** It isn't waited for any longer. At any time, and in any case at the end. */
  leave(): void;
}

/**
 * Files of one folder that are written together, looked at together: by one listing, once each of them has come or gone its
 * own way.
 */
export class RollCall {
  readonly #http: DavHttp;
  readonly #folder: URL;
  /** Folders that are too large to be listed for a batch. */
  readonly #large: Set<string>;
  readonly #here = new Map<string, { resolve(facts: Promise<Facts | undefined>): void; readonly url: URL }>();
  #awaited = 0;

  constructor(http: DavHttp, folder: URL, large: Set<string>) {
    this.#http = http;
    this.#folder = folder;
    this.#large = large;
  }

  /** All places are taken before anybody comes. */
  place(): Place {
    this.#awaited += 1;
    let isAwaited = true;
    const leave = (): void => {
      if (isAwaited) this.#one();
      isAwaited = false;
    };
    return {
      come: (name, url) =>
        new Promise((resolve) => {
          this.#here.set(name, { resolve, url });
          leave();
        }),
      leave,
    };
  }

  #one(): void {
    this.#awaited -= 1;
    if (this.#awaited === 0) void this.#call();
  }

  async #call(): Promise<void> {
    const isShort = this.#here.size < WORTH_IT || this.#large.has(this.#folder.href);
    const found = isShort ? undefined : await this.#listed();
    for (const [name, { resolve, url }] of this.#here) {
      const facts = found?.get(name);
      resolve(facts === undefined ? lookAt(this.#http, url) : Promise.resolve(facts));
    }
  }

  /** Who isn't found, or none where it failed, is asked for by itself, and tells why. */
  async #listed(): Promise<ReadonlyMap<string, Facts> | undefined> {
    const names = new Set(this.#here.keys());
    const listed = await someOf(this.#http, this.#folder, names, names.size * MOST_OTHERS).catch(() => undefined);
    if (listed?.isWhole === false) this.#large.add(this.#folder.href);
    return listed?.found;
  }
}
