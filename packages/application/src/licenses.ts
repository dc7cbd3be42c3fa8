import type { LicenseBalance, LicenseEvent, LicenseTier, LicenseType } from '@sterna/core';
import type { Actor, Context, Page } from './context.ts';
import type { EntryLicense } from './entries.ts';
import { notImplemented } from './not-implemented.ts';

/** Per type and tier: granted = available + assigned + burned. */
export async function getBalances(_context: Context, _actor: Actor): Promise<readonly LicenseBalance[]> {
  return notImplemented('getBalances');
}

/**
 * The organization's owner grants its own licenses.
 *
 * @throws SternaError config `license-packs-only` where the installation accepts only signed packs
 */
export async function grantLicenses(
  _context: Context,
  _actor: Actor,
  _input: { type: LicenseType; tier: LicenseTier; quantity: number; note?: string | undefined },
): Promise<LicenseBalance> {
  return notImplemented('grantLicenses');
}

/**
 * A signed pack (core `parseLicensePack`), once.
 *
 * @throws SternaError config `license-pack-*`: invalid, unknown-issuer, signature, other-organization, expired, used
 */
export async function importPack(_context: Context, _actor: Actor, _input: { pack: string }): Promise<LicenseBalance> {
  return notImplemented('importPack');
}

/** Standard before trial unless `tier` asks. @throws SternaError config `license-none-left` | `license-already-*` */
export async function assignLicense(
  _context: Context,
  _actor: Actor,
  _input: { entryId: number; tier?: LicenseTier | undefined },
): Promise<EntryLicense> {
  return notImplemented('assignLicense');
}

/** Of an assigned, never burned license. @throws SternaError config `license-burned` | `license-not-assigned` */
export async function releaseLicense(
  _context: Context,
  _actor: Actor,
  _input: { entryId: number },
): Promise<EntryLicense> {
  return notImplemented('releaseLicense');
}

/** Newest first. */
export async function listLicenseEvents(
  _context: Context,
  _actor: Actor,
  _input: { entryId?: number | undefined; after?: string | undefined; limit?: number | undefined },
): Promise<Page<LicenseEvent>> {
  return notImplemented('listLicenseEvents');
}

export interface LedgerExport {
  readonly format: 'sterna-license-ledger/1';
  /** The organization's public id, which is part of every hash. */
  readonly organization: string;
  readonly exportedAt: string;
  readonly events: readonly LicenseEvent[];
}

/** Everything needed to verify the chain offline (`sterna ledger verify`). */
export async function exportLedger(_context: Context, _actor: Actor): Promise<LedgerExport> {
  return notImplemented('exportLedger');
}

export type LedgerVerdict =
  | { readonly ok: true; readonly events: number; readonly head: string; readonly balances: readonly LicenseBalance[] }
  | { readonly ok: false; readonly seq: number; readonly reason: string; readonly words: string };

/** The organization's chain as stored. */
export async function verifyLedger(_context: Context, _actor: Actor): Promise<LedgerVerdict> {
  return notImplemented('verifyLedger');
}

/** An export from a file; needs neither server nor database. @throws SternaError config `ledger-file-invalid` */
export function verifyLedgerExport(_ledger: unknown): LedgerVerdict {
  return notImplemented('verifyLedgerExport');
}
