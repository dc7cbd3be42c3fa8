/** A process of its own that runs what is due: `run-schedules.ts DATABASE_URL DATA_DIR`. Made to be killed. */
import { domainDatabase, openDatabase, openSecrets } from '@sterna/store';
import { z } from 'zod';
import { type Context, runSchedules } from '../src/index.ts';

const [url, dataDir] = process.argv.slice(2);
const database = await openDatabase({ url, maxConnections: 2 });
const connector = { kinds: ['message'], itemTypes: ['mailbox'], settings: z.unknown() } as never;
const secrets = await openSecrets({ dataDir, mayCreate: false });
const context: Context = {
  db: domainDatabase(database.pool),
  secrets,
  signer: secrets.installation.signer,
  connectors: new Map([['imap', connector]]),
  events: { subscribe: () => () => {} },
  licensing: { packsOnly: false, issuers: {} },
  signIn: { passwords: true },
  dataDir: dataDir ?? '',
  installation: '00000000',
};
await runSchedules(context, { leaseSeconds: 1 });
process.stdout.write('done\n');
await database.close();
