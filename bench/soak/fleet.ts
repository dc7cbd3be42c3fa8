import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Random } from '@sterna/simulator-kit';

export const STERNA = join(import.meta.dirname, '../../apps/cli/bin/sterna');
const STEPPED_CLOCK = pathToFileURL(join(import.meta.dirname, 'stepped-clock.mjs')).href;
/** As a service manager does it with a program that keeps ending. */
const RESTART_MS = 500;
/** As the units for systemd have it. */
const RESTART_PATIENCE_MS = 90_000;

export interface Installation {
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** Where the programs' logs go. */
  readonly log: string;
}

export const environment = ({ databaseUrl }: Installation): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  DATABASE_URL: databaseUrl,
  // Workers alone don't reach into private networks; here all systems are on this machine.
  STERNA_PRIVATE_HOSTS: '127.0.0.0/8,::1/128',
  STERNA_LOG_LEVEL: 'warn',
});

/** The built program, as somebody installs it. */
export function startSterna(installation: Installation, args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const log = openSync(installation.log, 'a');
  const child = spawn(STERNA, [...args, '--data', installation.dataDir, '--json'], {
    env: { ...environment(installation), ...more },
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  return child;
}

interface Worker {
  child: ChildProcess;
  exited: Promise<unknown>;
  /** It said that it runs. */
  isReady: boolean;
  /** It was told to end. */
  isRestarted: boolean;
}

export interface FleetOptions {
  readonly size: number;
  /** Passes at a time in each. */
  readonly concurrency: number;
  /** Each worker's wall clock is wrong, and set anew every few seconds. */
  readonly isClockWrong: boolean;
  readonly random: Random;
}

/** Some `sterna worker` processes beside each other. One that ends is started again. */
export class Fleet {
  readonly #installation: Installation;
  readonly #options: FleetOptions;
  readonly #workers: Worker[] = [];
  #isOver = false;
  /** By SIGKILL, of workers that ran. */
  kills = 0;
  /** In order, by SIGTERM, as an upgrade does it. */
  restarts = 0;
  /** Workers that ended by themselves: the database was away when they started. */
  ended = 0;

  constructor(installation: Installation, options: FleetOptions) {
    this.#installation = installation;
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

  /** For the end of a run that failed. */
  killAll(): void {
    this.#isOver = true;
    for (const { child } of this.#workers) child.kill('SIGKILL');
  }

  async #end(workers: readonly Worker[], withinMs: number): Promise<void> {
    for (const { child } of workers) child.kill('SIGTERM');
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), withinMs).unref());
    const all = Promise.all(workers.map(({ exited }) => exited));
    if ((await Promise.race([all, late])) !== 'late') return;
    for (const { child } of workers) child.kill('SIGKILL');
    await all;
    throw new Error(`a worker did not end within ${withinMs / 1_000} s of SIGTERM; see ${this.#installation.log}`);
  }

  #start(at: number): void {
    const { concurrency, isClockWrong, random } = this.#options;
    const clock = { NODE_OPTIONS: `--import=${STEPPED_CLOCK}`, SOAK_CLOCK: String(random.integer(0, 2 ** 31)) };
    const child = startSterna(
      this.#installation,
      ['worker', '--concurrency', String(concurrency)],
      isClockWrong ? clock : {},
    );
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
