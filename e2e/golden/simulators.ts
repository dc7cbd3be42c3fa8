import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Size } from '@sterna/simulator-google';
import type { ServiceAccountKey } from './apis/google-token.ts';

export interface Wanted {
  readonly system: 'google' | 'microsoft365';
  readonly options: {
    readonly seed?: string;
    readonly size: Size;
    /** Domains whose people have nothing. */
    readonly empty: readonly string[];
  };
  /** Of Microsoft 365: a domain that has the sites of another one of this simulator, empty, as an administrator prepares them. */
  readonly mirrored?: { readonly from: string; readonly to: string };
  /** Likewise, sites of another simulator. */
  readonly made?: { readonly domain: string; readonly sites: readonly EmptySite[] };
  /** Of Google: groups with all that a group can have, and another domain without any. */
  readonly groups?: { readonly from: string; readonly into: string; readonly count: number };
  /** Of Google: spaces in which people talk. */
  readonly spaces?: { readonly domain: string; readonly count: number; readonly rounds: number };
}

/** A site without anything in it. */
export interface EmptySite {
  /** Below the host: `sites/sales`; of one below another: `sites/sales/news`. */
  readonly path: string;
  readonly name: string;
  readonly displayName: string;
}

export interface About {
  readonly baseUrl: string;
  /** Addresses of people by domain, in the directory's order. */
  readonly people: Readonly<Record<string, readonly string[]>>;
  /** Of Microsoft 365 alone: what every site's address begins with, paths of sites that are no group's, groups without a team and those with one. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly sites?: Readonly<Record<string, readonly EmptySite[]>>;
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly teams?: Readonly<Record<string, readonly string[]>>;
  /** Of Google alone: the service account's key file. */
  readonly keyFile?: ServiceAccountKey;
  /** Of Google alone, as it was wanted: groups and their aliases before the @, and what spaces are called. */
  readonly furnished?: {
    readonly groups?: readonly string[];
    readonly aliases?: readonly string[];
    readonly spaces?: readonly string[];
  };
}

/** What a simulator has to say at the end. */
export interface Report {
  /** Mail that the system has sent to people by itself: nobody is told of a migration. */
  readonly mailed: number;
  /** Faults of the simulator itself. */
  readonly failures: readonly string[];
}

/** A simulator in a process of its own. */
export class Simulator {
  readonly about: About;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, about: About) {
    this.#child = child;
    this.about = about;
  }

  static async start(wanted: Wanted): Promise<Simulator> {
    const child = fork(join(import.meta.dirname, 'simulator-process.ts'), [JSON.stringify(wanted)]);
    return new Simulator(child, (await answerOf(child, wanted.system)) as About);
  }

  async report(): Promise<Report> {
    this.#child.send('report');
    return (await answerOf(this.#child, 'a simulator')) as Report;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const over = once(this.#child, 'exit');
    this.#child.disconnect();
    await over;
  }
}

async function answerOf(child: ChildProcess, what: string): Promise<unknown> {
  const over = new AbortController();
  try {
    const [answer] = await Promise.race([
      once(child, 'message', { signal: over.signal }),
      once(child, 'exit', { signal: over.signal }).then(([code]) => {
        throw new Error(`${what} ended by itself (${code})`);
      }),
    ]);
    return answer;
  } finally {
    over.abort();
  }
}
