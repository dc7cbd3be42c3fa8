/** A worker process for whatever passes there are, until it is told to end (SIGTERM). */
import { connectors } from '@sterna/connectors';
import { type SplitOptions, startWorker } from '@sterna/engine';
import { openDatabase, openSecrets } from '@sterna/store';
import { likeWorker } from './like-a-worker.ts';
import { report } from './report.ts';

const { dataDir, databaseUrl, split } = JSON.parse(process.env.BENCH_SETUP ?? '{}') as {
  dataDir: string;
  databaseUrl: string;
  split: SplitOptions;
};

likeWorker();
const database = await openDatabase({ url: databaseUrl, maxConnections: 6 });
const secrets = await openSecrets({ dataDir });
const startedAt = performance.now();
const cpuAtStart = process.cpuUsage();
const worker = startWorker(
  {
    pool: database.pool,
    secrets,
    connectors,
    log: (event) => {
      if (process.env.BENCH_LOG !== undefined) process.stderr.write(`${JSON.stringify(event)}\n`);
    },
  },
  { concurrency: 1, split },
);
await new Promise((resolve) => process.once('SIGTERM', resolve));
await worker.stop();
report(startedAt, cpuAtStart);
await database.close();
