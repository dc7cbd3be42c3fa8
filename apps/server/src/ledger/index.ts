import { type Actor, type LedgerVerdict, verifyLedger, verifyLedgerExport } from '@sterna/application';
import { SternaError } from '@sterna/core';
import { openInstallation } from '../start/installation.ts';
import { createLog } from '../start/log.ts';

/** An exported license ledger, without server or database. @throws SternaError config `ledger-file-invalid` */
export function verifyLedgerFile(bytes: Uint8Array): LedgerVerdict {
  let ledger: unknown;
  try {
    ledger = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (thrown) {
    throw new SternaError('config', 'ledger-file-invalid', 'The file is no exported ledger: it is not JSON.', {
      fix: 'Export it again with `sterna license ledger --export FILE`.',
      cause: thrown,
    });
  }
  return verifyLedgerExport(ledger);
}

/** The ledgers of every organization, straight from the database of this machine. */
export async function verifyLedgersOfDatabase(options: {
  dataDir: string;
  databaseUrl: string | undefined;
}): Promise<{ organization: string; verdict: LedgerVerdict }[]> {
  const installation = await openInstallation({ ...options, log: createLog({ level: 'error' }), maxConnections: 4 });
  try {
    const { rows } = await installation.database.pool.query('select id, name from organization order by id');
    const all: { organization: string; verdict: LedgerVerdict }[] = [];
    for (const { id, name } of rows) {
      // Who can read the data folder can read the ledger: no account is asked for.
      const actor: Actor = {
        organizationId: id,
        accountId: 0,
        name: 'sterna ledger verify',
        role: 'auditor',
        scopes: ['read'],
      };
      all.push({ organization: name, verdict: await verifyLedger(installation.application, actor) });
    }
    return all;
  } finally {
    await installation.close();
  }
}
