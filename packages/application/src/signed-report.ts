import {
  parseSignedReport,
  type ReportProof,
  reportBytes,
  requireReach,
  type SignedReport,
  type SignedReportKind,
  SternaError,
} from '@sterna/core';
import { foldLicenses, organizationById, organizationByPublicId } from '@sterna/store';
import { requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { readPublicKey, verifies } from './ed25519.ts';
import { type Ledger, requireSound, soundLedgerExport, storedLedger } from './licenses.ts';

/**
 * A report with its proof. Read the report before: so the head is behind every burn that it tells of.
 *
 * @param report as it is sent, member by member: JSON and nothing else
 */
export async function signReport<T extends object>(
  context: Context,
  actor: Actor,
  kind: SignedReportKind,
  report: T,
): Promise<T & { readonly proof: ReportProof }> {
  const organization = await organizationById(context.db, actor.organizationId);
  const { head } = await foldLicenses(context.db, organization);
  const proof = {
    format: 'sterna-report/1',
    kind,
    organization: organization.publicId,
    signedAt: new Date().toISOString(),
    ledger: { seq: head.seq, hash: head.hash },
    key: context.signer.publicKey,
  } as const;
  return { ...report, proof: { ...proof, signature: context.signer.sign(reportBytes({ ...report, proof })) } };
}

/**
 * Whether a report is as the installation signed it, and whether a ledger still reaches it. Needs neither server nor database.
 *
 * @param text the report's JSON
 * @param expected.key public key of the installation, PEM or base64 DER (SPKI); without one, the one that the report names
 * @param expected.ledger parsed export of its license ledger
 * @throws SternaError config `report-file-invalid` | `report-key-invalid` | `report-other-key` | `report-falsified` |
 *   `ledger-file-invalid` | `ledger-broken` | those of `requireReach`
 */
export function verifySignedReport(
  text: string,
  expected: { readonly key?: string | undefined; readonly ledger?: unknown } = {},
): SignedReport {
  const report = parseSignedReport(text);
  const { proof } = report;
  const key = readPublicKey(expected.key ?? proof.key);
  if (key?.asymmetricKeyType !== 'ed25519')
    throw new SternaError('config', 'report-key-invalid', 'The key of reports is no Ed25519 public key.', {
      fix: 'Give what `sterna report key` prints on the server.',
      field: '--key',
    });
  const known = key.export({ format: 'der', type: 'spki' }).toString('base64');
  if (known !== proof.key)
    throw new SternaError(
      'config',
      'report-other-key',
      `The report was signed with the key ${proof.key}, not with ${known}.`,
      {
        fix: 'It is another installation’s, or was made before the key file was lost. Give that key, or another report.',
      },
    );
  if (!verifies(key, reportBytes(report), proof.signature))
    throw new SternaError('config', 'report-falsified', 'The signature doesn’t hold: the report was changed.', {
      fix: 'Give the report as Sterna sent it, unchanged.',
    });
  if (expected.ledger === undefined) return report;
  requireReach(report, soundLedgerExport(expected.ledger));
  return report;
}

/** Who signs reports here: base64 of the public key's DER (SPKI). It is not secret. */
export function getReportKey({ signer }: Context, actor: Actor): { readonly key: string } {
  requireSomewhere(actor, 'read');
  return { key: signer.publicKey };
}

/**
 * Whether this installation signed a report, and whether the license ledger that it has still reaches it.
 *
 * @returns that ledger
 * @throws SternaError those of `verifySignedReport`; config `report-other-organization`
 */
export async function verifyReportHere(
  context: Context,
  text: string,
): Promise<{ readonly report: SignedReport; readonly ledger: Ledger }> {
  const report = verifySignedReport(text, { key: context.signer.publicKey });
  const { organization: publicId } = report.proof;
  const organization = await organizationByPublicId(context.db, publicId);
  if (organization === undefined)
    throw new SternaError(
      'config',
      'report-other-organization',
      `The report is of organization ${publicId}, which this database doesn’t have.`,
      { fix: 'Verify it against the database that it was made of, or an export of its license ledger (--ledger).' },
    );
  const ledger = await storedLedger(context, organization);
  requireSound(ledger, 'The license ledger', {
    fix: 'Run `sterna ledger verify --database`, and restore the database from its backup.',
  });
  requireReach(report, ledger);
  return { report, ledger };
}
