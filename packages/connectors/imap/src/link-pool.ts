import type { SternaError } from '@sterna/core';
import { Link } from './link.ts';
import type { ImapConnection } from './protocol/connection.ts';

export interface Lease {
  readonly link: Link;
  release(): void;
}

/** Links that are used by one reader at a time, made when needed, at most `limit`. */
export class LinkPool {
  readonly #dial: () => Promise<ImapConnection>;
  readonly #limit: number;
  readonly #all: Link[] = [];
  readonly #free: Link[] = [];
  readonly #waiting: ((link: Link) => void)[] = [];

  constructor(dial: () => Promise<ImapConnection>, limit: number) {
    this.#dial = dial;
    this.#limit = limit;
  }

  async take(): Promise<Lease> {
    let link = this.#free.pop();
    if (!link && this.#all.length < this.#limit) {
      link = new Link(this.#dial);
      this.#all.push(link);
    }
    link ??= await new Promise<Link>((resolve) => this.#waiting.push(resolve));
    const taken = link;
    let released = false;
    return {
      link: taken,
      release: () => {
        if (released) return;
        released = true;
        const next = this.#waiting.shift();
        if (next) next(taken);
        else this.#free.push(taken);
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((link) => link.close()));
  }

  destroy(error: SternaError): void {
    for (const link of this.#all) link.destroy(error);
  }
}
