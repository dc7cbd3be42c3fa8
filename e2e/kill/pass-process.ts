/**
 * A pass in a process of its own, to be killed; with `SPLIT` (objects from which a pass is cut, objects of a share) a worker,
 * for whatever there is to do, until it is told to stop. `KILL_POINT` and `KILL_NTH` make it kill itself with SIGKILL at the
 * nth time it reaches a point of the protocol (`STOP_POINT`, `STOP_NTH`: stop itself with SIGSTOP, until the parent lets
 * it go on); otherwise the parent does. Without `DATABASE` it joins the embedded server of `DATA_DIR`.
 */
import type { Capabilities, Connector } from '@sterna/connector-kit';
import { connectors } from '@sterna/connectors';
import type { ContentKind } from '@sterna/core';
import { type EngineDependencies, runPassHere, startWorker } from '@sterna/engine';
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
    const small = (of: Capabilities): Capabilities => ({ ...of, batch: { ...of.batch, objects } });
    return new Proxy(session, {
      get(target, name) {
        if (name === 'capabilities') return small(target.capabilities);
        if (name === 'capabilitiesOf')
          return (kind: ContentKind) => small(target.capabilitiesOf?.(kind) ?? target.capabilities);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  },
});

/** Sends this process a signal at the nth time that it reaches a point. */
function signalAt(name: 'KILL' | 'STOP'): (point: string) => void {
  const at = process.env[`${name}_POINT`];
  let left = Number(process.env[`${name}_NTH`] ?? '1');
  return (point) => {
    if (point !== at) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, `SIG${name}`);
  };
}

const kill = signalAt('KILL');
const stop = signalAt('STOP');
const batch = Number(env('BATCH'));
const database = await openDatabase({
  ...(process.env.DATABASE === undefined ? { dataDir: env('DATA_DIR') } : { url: process.env.DATABASE }),
  maxConnections: 4,
});
const secrets = await openSecrets({ dataDir: env('DATA_DIR') });
process.stdout.write('ready\n');
const deps: EngineDependencies = {
  pool: database.pool,
  secrets,
  connectors: new Map([...connectors].map(([name, connector]) => [name, inSmallBatches(connector, batch)])),
  log: (event) => {
    if (process.env.STERNA_TEST_LOG !== undefined) process.stderr.write(`${JSON.stringify(event)}\n`);
  },
  reached: (point) => {
    stop(point);
    kill(point);
  },
};
const leaseSeconds = Number(env('LEASE_SECONDS'));
if (process.env.SPLIT === undefined) {
  const status = await runPassHere(deps, Number(env('PASS')), { leaseSeconds });
  process.stdout.write(`${status}\n`);
} else {
  const [from = 0, size = 0] = process.env.SPLIT.split(',').map(Number);
  const worker = startWorker(deps, { concurrency: 1, leaseSeconds, split: { from, size } });
  await new Promise((resolve) => process.once('SIGTERM', resolve));
  await worker.stop();
}
await database.close();
process.exit(0);
