import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { SternaError } from './errors.ts';
import { parseJsonFile } from './json-file.ts';
import type { LicenseEvent } from './license-chain.ts';

export const SIGNED_REPORTS = ['entry', 'project', 'summary'] as const;
export type SignedReportKind = (typeof SIGNED_REPORTS)[number];

/** What makes a report a proof: where the license ledger stood when it was made, and who says so. */
export const reportProofSchema = z.strictObject({
  format: z.literal('sterna-report/1'),
  kind: z.enum(SIGNED_REPORTS),
  /** Public id of the organization, as in exports of its ledgers. */
  organization: z.string().min(1).max(100),
  signedAt: z.iso.datetime(),
  /** The last event of its license ledger: number (0 for none) and SHA-256. */
  ledger: z.strictObject({ seq: z.number().int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** Ed25519 public key of the installation: base64 of its DER (SPKI). */
  key: z.base64().length(60),
  /** Ed25519 over `reportBytes`, base64. */
  signature: z.base64().length(88),
});
export type ReportProof = z.output<typeof reportProofSchema>;
export type UnsignedProof = Omit<ReportProof, 'signature'>;

/** A report as it was read; what it tells besides its proof is signed, whatever it is. */
export type SignedReport = Readonly<Record<string, unknown>> & { readonly proof: ReportProof };

/** What is signed: all of the report but the signature, behind a prefix so that the key signs nothing else by way of it. */
export function reportBytes(report: { readonly proof: UnsignedProof }): Uint8Array {
  const { signature: _, ...proof } = report.proof as ReportProof;
  return new TextEncoder().encode(`sterna-report/1\n${canonicalJson({ ...report, proof })}`);
}

const reportSchema = z.looseObject({ proof: reportProofSchema });

/** @throws SternaError config `report-file-invalid` */
export const parseSignedReport = (text: string): SignedReport => parseJsonFile(reportSchema, text, invalid);

const invalid = (why: string): SternaError =>
  new SternaError('config', 'report-file-invalid', `This is no signed report: ${why}.`, {
    fix: 'Give a report as Sterna sent it: sterna project report PROJECT --json, or entry report ENTRY --json.',
  });

/**
 * That a ledger reaches the head that a report names. Its chain must hold: see `verifyChain`.
 *
 * @throws SternaError config `report-other-organization` | `report-beyond-ledger` (its end was cut off) |
 *   `report-not-in-ledger` (another event is in that place)
 */
export function requireReach(
  report: SignedReport,
  ledger: { readonly organization: string; readonly events: readonly LicenseEvent[] },
): void {
  const { organization, ledger: head, signedAt } = report.proof;
  if (organization !== ledger.organization)
    throw new SternaError(
      'config',
      'report-other-organization',
      `The report is of organization ${organization}, the license ledger of ${ledger.organization}.`,
      { fix: 'Give the report and the ledger of one organization.' },
    );
  const { length } = ledger.events;
  if (length < head.seq)
    throw new SternaError(
      'config',
      'report-beyond-ledger',
      `The license ledger ends at event ${length}; the report signed at ${signedAt} knew ${head.seq}.${lackingBurns(report, ledger.events)}`,
      {
        fix: `Give an export of the license ledger that reaches event ${head.seq} (sterna license ledger --export FILE).`,
      },
    );
  if (head.seq > 0 && ledger.events[head.seq - 1]?.hash !== head.hash)
    throw new SternaError(
      'config',
      'report-not-in-ledger',
      `Event ${head.seq} of the license ledger is another one than the report of ${signedAt} signed.`,
      { fix: 'The ledger was replaced, or went on from an older copy. Give the one that the report was made of.' },
    );
}

const MOST_NAMED = 10;

/** In words; only what the report itself tells of its entries. */
function lackingBurns(report: SignedReport, events: readonly LicenseEvent[]): string {
  const burned = new Set(events.flatMap((event) => (event.kind === 'burn' ? [event.license] : [])));
  const lacking = burnedIn(report).filter(({ license }) => !burned.has(license));
  if (lacking.length === 0) return '';
  const named = lacking.slice(0, MOST_NAMED).map(({ license, entry }) => `${license} (entry ${entry})`);
  const more = lacking.length - named.length;
  return ` Burned by then, and not here: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

const burnedShape = z.object({
  entries: z
    .array(z.object({ entryId: z.number(), license: z.string().optional() }))
    .optional()
    .catch(undefined),
  entry: z
    .object({ id: z.number(), licenses: z.array(z.object({ id: z.string(), burned: z.boolean() })) })
    .optional()
    .catch(undefined),
});

function burnedIn(report: SignedReport): { license: string; entry: number }[] {
  const { entries = [], entry } = burnedShape.parse(report);
  return [
    ...entries.flatMap(({ entryId, license }) => (license === undefined ? [] : [{ license, entry: entryId }])),
    ...(entry?.licenses ?? []).flatMap(({ id, burned }) =>
      burned ? [{ license: id, entry: entry?.id as number }] : [],
    ),
  ];
}
