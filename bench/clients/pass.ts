/** Runs queued passes in a process of its own, as a worker does: so many at a time, books and all. */
import { connectors } from '@sterna/connectors';
import { runPassHere } from '@sterna/engine';
import { openDatabase, openSecrets } from '@sterna/store';
import { likeWorker } from './like-a-worker.ts';
import { report } from './report.ts';

const { dataDir, databaseUrl, passes, concurrency, leaseSeconds } = JSON.parse(process.env.BENCH_SETUP ?? '{}') as {
  dataDir: string;
  databaseUrl: string;
  passes: number[];
  concurrency: number;
  leaseSeconds?: number;
};

likeWorker();
const database = await openDatabase({ url: databaseUrl, maxConnections: Math.max(4, 2 * concurrency) });
const secrets = await openSecrets({ dataDir });
// As a running worker has it: a connection is open before the pass comes.
await database.pool.query('select 1');
const startedAt = performance.now();
const cpuAtStart = process.cpuUsage();
const left = [...passes];
await Promise.all(
  Array.from({ length: concurrency }, async () => {
    for (let passId = left.shift(); passId !== undefined; passId = left.shift())
      await runPassHere(
        {
          pool: database.pool,
          secrets,
          connectors,
          log: (event) => {
            if (process.env.BENCH_LOG !== undefined) process.stderr.write(`${JSON.stringify(event)}\n`);
          },
        },
        passId,
        leaseSeconds === undefined ? {} : { leaseSeconds },
      );
  }),
);
report(startedAt, cpuAtStart);
await database.close();
