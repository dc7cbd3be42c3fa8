import { verifySignedReport } from '@sterna/application';
import type { ReportProof } from '@sterna/core';
import { openKeyFile } from '@sterna/store';
import { parseLedgerFile } from './parse.ts';

/**
 * A report, without server or database. @throws SternaError those of `verifySignedReport`
 *
 * @param expected.key as `reportKey` prints it, or PEM
 * @param expected.ledger bytes of an exported license ledger that has to reach the report's head
 */
export function verifyReportFile(
  bytes: Uint8Array,
  expected: { readonly key?: string | undefined; readonly ledger?: Uint8Array | undefined },
): ReportProof {
  const { key } = expected;
  const ledger = expected.ledger === undefined ? undefined : parseLedgerFile(expected.ledger);
  return verifySignedReport(Buffer.from(bytes).toString('utf8'), { key, ledger }).proof;
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
