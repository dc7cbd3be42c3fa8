import {
  type Actor,
  isAuditExport,
  type LedgerVerdict,
  verifyAudit,
  verifyAuditExport,
  verifyLedger,
  verifyLedgerExport,
} from '@sterna/application';
import type { AuditVerdict } from '@sterna/core';
import { requireDatabaseIn } from '../start/existing-database.ts';
import { openInstallation } from '../start/installation.ts';
import { createLog } from '../start/log.ts';
import { parseLedgerFile } from './parse.ts';

export { reportKey, type VerifiedReport, verifyReportFile, verifyReportInDatabase } from './report.ts';

/** What of an organization is chained, and whether it holds. */
export type ChainedVerdict =
  | { readonly what: 'license ledger'; readonly verdict: LedgerVerdict }
  | { readonly what: 'audit trail'; readonly verdict: AuditVerdict };

/** An exported license ledger or audit trail, without server or database. @throws SternaError config `ledger-file-invalid` */
export function verifyLedgerFile(bytes: Uint8Array): ChainedVerdict {
  const file = parseLedgerFile(bytes);
  return isAuditExport(file)
    ? { what: 'audit trail', verdict: verifyAuditExport(file) }
    : { what: 'license ledger', verdict: verifyLedgerExport(file) };
}

/** The ledgers and trails of every organization, straight from the database of this machine. */
export async function verifyLedgersOfDatabase(options: {
  dataDir: string;
  databaseUrl: string | undefined;
}): Promise<({ organization: string } & ChainedVerdict)[]> {
  if (options.databaseUrl === undefined) requireDatabaseIn('--data', options.dataDir);
  const installation = await openInstallation({ ...options, log: createLog({ level: 'error' }), maxConnections: 4 });
  try {
    const { rows } = await installation.database.pool.query('select id, name from organization order by id');
    const all: ({ organization: string } & ChainedVerdict)[] = [];
    for (const { id, name } of rows) {
      // Who can read the data folder can read the ledger: no account is asked for.
      const actor: Actor = {
        organizationId: id,
        accountId: 0,
        name: 'sterna ledger verify',
        role: 'auditor',
        scopes: ['read'],
        projects: new Map(),
      };
      const { application } = installation;
      all.push({ organization: name, what: 'license ledger', verdict: await verifyLedger(application, actor) });
      all.push({ organization: name, what: 'audit trail', verdict: await verifyAudit(application, actor) });
    }
    return all;
  } finally {
    await installation.close();
  }
}
