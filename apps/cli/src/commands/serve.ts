import { constants, homedir, setPriority } from 'node:os';
import { join } from 'node:path';
import { SternaError } from '@sterna/core';
import type { Service } from '@sterna/server';
import type { Command } from 'commander';
import { type CommandContext, handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Answer, withExit } from '../io/answer.ts';
import { readNumber } from '../io/numbers.ts';
import { VERSION } from '../version.ts';

interface WorkOptions {
  readonly data: string;
  readonly concurrency: string;
  /** Of `worker` alone. */
  readonly lease?: string;
}
interface ServeOptions extends WorkOptions {
  readonly port: string;
  readonly host: string;
  readonly services: string;
  readonly tlsProxy: boolean;
}

/** For root the embedded database runs as another user, who can't traverse root's home. */
export const DEFAULT_DATA_DIR =
  process.getuid?.() === 0
    ? '/var/lib/sterna'
    : join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'sterna');

const ENVIRONMENT = `
Environment:
  DATABASE_URL            a PostgreSQL server of your own instead of the embedded one
  STERNA_SECRET_KEY_FILE  the key file, where it is not in the data folder
  STERNA_PRIVATE_HOSTS    hosts and networks at private addresses that systems may be at, where others reach the server
  STERNA_LOG_LEVEL        debug, info (default), warn, error; logs are lines of JSON on stderr`;

export function registerServe(program: Command): void {
  const serve = program
    .command('serve')
    .summary('run the server: API and workers in one process')
    .description('Runs the whole product in one process. Nothing to install: the database comes with it.')
    .option('--port <number>', 'port to listen on', '7420')
    .option('--host <address>', 'address to listen on; anything but loopback lets other machines in', '127.0.0.1')
    .option('--data <dir>', 'data folder', DEFAULT_DATA_DIR)
    .option('--services <list>', 'api, worker or both', 'api,worker')
    .option('--concurrency <number>', 'passes at a time', '4')
    .option('--tls-proxy', 'a TLS proxy stands in front: cookies are marked Secure', false)
    .addHelpText('after', ENVIRONMENT);
  handle<[], ServeOptions>(serve, ({ options, terminal }) =>
    run({ options, terminal }, readServices(options.services), {
      port: readNumber('--port', options.port, 0, 65_535),
      host: options.host,
      tlsProxy: options.tlsProxy,
    }),
  );

  const worker = program
    .command('worker')
    .summary('run a worker beside a server, on this machine or another')
    .description('Claims and runs passes; any number of workers share one database.')
    .option('--data <dir>', 'data folder (with the key file)', DEFAULT_DATA_DIR)
    .option('--concurrency <number>', 'passes at a time', '4')
    .option('--lease <seconds>', 'how long what it works on stays its own if it dies', '15')
    .addHelpText('after', ENVIRONMENT);
  handle<[], WorkOptions>(worker, (context) => run(context, ['worker']));
}

/** Runs until it is told to end. The second signal doesn't wait: a crash is safe, too. */
async function run(
  context: CommandContext<WorkOptions>,
  services: readonly Service[],
  listen: { port?: number; host?: string; tlsProxy?: boolean } = {},
): Promise<Answer> {
  const { options, terminal } = context;
  const concurrency = readNumber('--concurrency', options.concurrency, 1, 100);
  const leaseSeconds = options.lease === undefined ? undefined : readNumber('--lease', options.lease, 1, 300);
  // Somebody waits for each answer of the API, nobody for a single object: on a machine that does both, workers stand back.
  if (!services.includes('api')) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  // From here on: a signal while the database starts must not leave it behind.
  const ended = endSignal();
  const { startServer } = await import('@sterna/server');
  const server = await startServer({
    ...listen,
    dataDir: options.data,
    databaseUrl: process.env.DATABASE_URL || undefined,
    services,
    concurrency,
    leaseSeconds,
    version: VERSION,
  });
  const ready = { url: server.url, services, dataDir: options.data };
  process.stdout.write(
    terminal.json
      ? `${JSON.stringify(ready)}\n`
      : server.url === undefined
        ? 'The worker runs. Ctrl-C ends it.\n'
        : `Sterna listens on ${server.url}. Ctrl-C ends it.\n`,
  );
  await ended;
  await server.close();
  return withExit({ data: undefined, text: () => [] }, EXIT.ok);
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    const onSignal = (): void => {
      if (told) process.exit(EXIT.interrupted);
      told = true;
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

function readServices(list: string): Service[] {
  return list.split(',').map((word) => {
    const service = word.trim();
    if (service === 'api' || service === 'worker') return service;
    throw new SternaError('config', 'service-unknown', `There is no service "${service}".`, {
      field: '--services',
      fix: 'Use api, worker or api,worker.',
    });
  });
}
