/**
 * A process of its own that starts one entry: `start-once.ts DATABASE_URL DATA_DIR ORGANIZATION ENTRY`. It says `ready`,
 * starts at the first byte on its standard input, and prints what came of it as one JSON line.
 */
import { asSternaError } from '@sterna/core';
import { domainDatabase, openDatabase, openSecrets } from '@sterna/store';
import { z } from 'zod';
import { type Context, startPass } from '../src/index.ts';

const [url, dataDir, organization, entry] = process.argv.slice(2);
const database = await openDatabase({ url, maxConnections: 2 });
await database.pool.query('select 1');
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
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
const actor = {
  organizationId: Number(organization),
  accountId: 1,
  name: `process ${process.pid}`,
  role: 'owner',
  scopes: ['read', 'operate'],
  projects: new Map(),
} as const;
const result = await startPass(context, actor, { entryId: Number(entry) }).then(
  ({ pass, burned }) => ({ pass: pass.number, burned: burned?.id }),
  (error) => ({ refused: asSternaError(error).code }),
);
process.stdout.write(`${JSON.stringify(result)}\n`);
await database.close();
process.exit(0);
