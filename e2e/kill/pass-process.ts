/**
 * A pass in a process of its own, to be killed. `KILL_POINT` and `KILL_NTH` make it kill itself with SIGKILL at the
 * nth time it reaches a point of the protocol; otherwise the parent does.
 */
import { archiveConnector } from '@sterna/connector-archive';
import { imapConnector } from '@sterna/connector-imap';
import type { Connector } from '@sterna/connector-kit';
import { runPassHere } from '@sterna/engine';
import { openDatabase, openSecrets } from '@sterna/store';

const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

/** Small batches make many points to die at. */
const inSmallBatches = (connector: Connector, objects: number): Connector => ({
  ...connector,
  async open(request) {
    const session = await connector.open(request);
    const capabilities = { ...session.capabilities, batch: { ...session.capabilities.batch, objects } };
    return new Proxy(session, {
      get(target, name) {
        if (name === 'capabilities') return capabilities;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  },
});

const killPoint = process.env.KILL_POINT;
let left = Number(process.env.KILL_NTH ?? '1');
const batch = Number(env('BATCH'));
const database = await openDatabase({ url: env('DATABASE'), maxConnections: 4 });
const secrets = await openSecrets({ dataDir: env('DATA_DIR') });
process.stdout.write('ready\n');
const status = await runPassHere(
  {
    pool: database.pool,
    secrets,
    connectors: new Map(
      [imapConnector, archiveConnector].map((connector) => [connector.name, inSmallBatches(connector, batch)]),
    ),
    log: (event) => {
      if (process.env.STERNA_TEST_LOG !== undefined) process.stderr.write(`${JSON.stringify(event)}\n`);
    },
    reached: (point) => {
      if (point !== killPoint) return;
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
    },
  },
  Number(env('PASS')),
  { leaseSeconds: Number(env('LEASE_SECONDS')) },
);
process.stdout.write(`${status}\n`);
await database.close();
process.exit(0);
