import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/until.ts';
import { within } from './within.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const PROGRAM = at('../../../apps/cli/bin/sterna');
const DASHBOARD = at('../../../apps/web/dist/index.html');

export interface ServerOptions {
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly port: number;
  /** Passes at a time; 0: no worker. */
  readonly concurrency: number;
  /** Where its log goes. */
  readonly logFile: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** `sterna serve` in a process of its own, as it was built last, like the dashboard that it serves. */
export class ServerProcess {
  readonly url: string;
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(options: ServerOptions) {
    if (!existsSync(DASHBOARD)) throw new Error('the dashboard is not built: run `npm run build`');
    this.#options = options;
    this.url = `http://127.0.0.1:${options.port}`;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async start(): Promise<void> {
    const { dataDir, databaseUrl, port, concurrency, logFile, environment } = this.#options;
    const log = openSync(logFile, 'a');
    const services =
      concurrency === 0 ? ['--services', 'api'] : ['--services', 'api,worker', '--concurrency', String(concurrency)];
    const serve = ['serve', '--port', String(port), '--data', dataDir, ...services];
    const child = spawn(process.execPath, [PROGRAM, ...serve], {
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env.PATH,
        HOME: '/nonexistent',
        DATABASE_URL: databaseUrl,
        STERNA_LOG_LEVEL: 'warn',
        // It ends with us, even if we are killed.
        STERNA_LAUNCHER_PID: String(process.pid),
        ...environment,
      },
    });
    closeSync(log);
    this.#child = child;
    this.#ended = once(child, 'exit');
    await until('the server answers', async () => {
      if (!this.running) throw new Error(`the server ended by itself:\n${this.log()}`);
      return fetch(`${this.url}/api/health`).then(
        (answer) => answer.ok,
        () => false,
      );
    });
  }

  /** Orderly, as a service manager does it: with a limit to its patience. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.#child?.kill('SIGTERM');
    await within('the server ended after SIGTERM', this.#ended).catch(async (error) => {
      await this.kill();
      throw new Error(`${error.message}\n${this.log()}`);
    });
  }

  async kill(): Promise<void> {
    if (this.running) this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  log(): string {
    return existsSync(this.#options.logFile) ? readFileSync(this.#options.logFile, 'utf8') : '';
  }
}
