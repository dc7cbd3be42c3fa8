import { type Database, domainDatabase, openDatabase, openSecrets } from '@sterna/store';
import { z } from 'zod';
import type { Context } from '../src/index.ts';

/** What a process of its own works with: database and folder are of the test that began it. */
export async function processContext(
  url: string | undefined,
  dataDir: string | undefined,
): Promise<{ readonly context: Context; readonly database: Database }> {
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
  return { context, database };
}
