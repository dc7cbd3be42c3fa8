import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** As a service manager does it with a program that keeps ending. */
const RESTART_MS = 500;
/** As the units for systemd have it. */
const RESTART_PATIENCE_MS = 90_000;

export interface FleetOptions {
  readonly size: number;
  /** Starts a `sterna worker --json`. */
  readonly start: () => ChildProcess;
  /** Chooses whom something happens to. */
  readonly random: { pick<T>(list: readonly T[]): T };
  /** Where their logs are, for errors. */
  readonly log: string;
}

interface Worker {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  /** It said that it runs. */
  isReady: boolean;
  /** It was told to end. */
  isRestarted: boolean;
}

/** Some workers beside each other, which can be killed. One that ends is started again. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #workers: Worker[] = [];
  #isOver = false;
  /** By SIGKILL, of workers that ran. */
  kills = 0;
  /** In order, by SIGTERM, as an upgrade does it. */
  restarts = 0;
  /** Workers that ended by themselves, such as those that started while the database was away. */
  ended = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    for (let at = 0; at < options.size; at++) this.#start(at);
  }

  /** Of one of them, chosen at random; nothing where that one is just being started. */
  async killOne(): Promise<void> {
    const worker = this.#options.random.pick(this.#workers);
    const { child } = worker;
    if (!worker.isReady || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await worker.exited;
    if (child.signalCode === 'SIGKILL') this.kills += 1;
  }

  /** The same, but in order. @throws Error where it doesn't end */
  async restartOne(): Promise<void> {
    const worker = this.#options.random.pick(this.#workers);
    const { child } = worker;
    if (!worker.isReady || child.exitCode !== null || child.signalCode !== null) return;
    worker.isRestarted = true;
    await this.#end([worker], RESTART_PATIENCE_MS);
    this.restarts += 1;
  }

  /** Orderly; a worker that doesn't end within that time is killed, and the reason is told. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#end(this.#workers, RESTART_PATIENCE_MS);
  }

  /** For the end of a run that failed. Nothing of them is left when it resolves. */
  async killAll(): Promise<void> {
    this.#isOver = true;
    for (const { child } of this.#workers) child.kill('SIGKILL');
    await Promise.all(this.#workers.map(({ exited }) => exited));
  }

  async #end(workers: readonly Worker[], withinMs: number): Promise<void> {
    for (const { child } of workers) child.kill('SIGTERM');
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), withinMs).unref());
    const all = Promise.all(workers.map(({ exited }) => exited));
    if ((await Promise.race([all, late])) !== 'late') return;
    for (const { child } of workers) child.kill('SIGKILL');
    await all;
    throw new Error(`a worker did not end within ${withinMs / 1_000} s of SIGTERM; see ${this.#options.log}`);
  }

  #start(at: number): void {
    const child = this.#options.start();
    const worker: Worker = { child, exited: once(child, 'exit'), isReady: false, isRestarted: false };
    this.#workers[at] = worker;
    child.stdout?.once('data', () => {
      worker.isReady = true;
    });
    child.once('exit', (_code, signal) => {
      if (this.#isOver) return;
      const isByItself = signal === null && !worker.isRestarted;
      if (isByItself) this.ended += 1;
      setTimeout(
        () => {
          if (!this.#isOver) this.#start(at);
        },
        isByItself ? RESTART_MS : 0,
      );
    });
  }
}
