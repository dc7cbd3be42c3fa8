import { verifyReportHere, verifySignedReport } from '@sterna/application';
import type { ReportProof } from '@sterna/core';
import { openKeyFile } from '@sterna/store';
import { requireDatabaseIn } from '../start/existing-database.ts';
import { openInstallation } from '../start/installation.ts';
import { createLog } from '../start/log.ts';
import { parseLedgerFile } from './parse.ts';

export interface VerifiedReport {
  readonly proof: ReportProof;
  /** How many events the license ledger that it was held against has; undefined: against none. */
  readonly ledgerEvents: number | undefined;
}

/**
 * A report, without server or database. @throws SternaError those of `verifySignedReport`
 *
 * @param expected.key as `reportKey` prints it, or PEM
 * @param expected.ledger bytes of an exported license ledger that has to reach the report's head
 */
export function verifyReportFile(
  bytes: Uint8Array,
  expected: { readonly key?: string | undefined; readonly ledger?: Uint8Array | undefined },
): VerifiedReport {
  const { key } = expected;
  const ledger = expected.ledger === undefined ? undefined : parseLedgerFile(expected.ledger);
  const { proof } = verifySignedReport(Buffer.from(bytes).toString('utf8'), { key, ledger });
  return { proof, ledgerEvents: (ledger as { events: readonly unknown[] } | undefined)?.events.length };
}

/**
 * A report against key file and database of this machine.
 *
 * @throws SternaError those of `verifyReportHere` and `openInstallation`
 */
export async function verifyReportInDatabase(
  bytes: Uint8Array,
  options: { readonly dataDir: string; readonly databaseUrl: string | undefined },
): Promise<VerifiedReport> {
  if (options.databaseUrl === undefined) requireDatabaseIn('--data', options.dataDir);
  const installation = await openInstallation({ ...options, log: createLog({ level: 'error' }), maxConnections: 4 });
  try {
    const { report, ledger } = await verifyReportHere(installation.application, Buffer.from(bytes).toString('utf8'));
    return { proof: report.proof, ledgerEvents: ledger.events.length };
  } finally {
    await installation.close();
  }
}

/**
 * The public key that this machine's reports are signed with: base64 of its DER (SPKI).
 *
 * @throws SternaError those of `openKeyFile`
 */
export async function reportKey(dataDir: string): Promise<string> {
  const path = process.env.STERNA_SECRET_KEY_FILE || undefined;
  return (await openKeyFile({ dataDir, path, mayCreate: false })).installation.signer.publicKey;
}
