import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { SternaError } from './errors.ts';
import { parseJsonFile } from './json-file.ts';
import { LICENSE_TIERS, LICENSE_TYPES } from './kinds.ts';
import { type GrantData, MAX_GRANT } from './license-ledger.ts';

const packSchema = z.strictObject({
  v: z.literal(1),
  packId: z.string().min(8).max(100),
  /** Public id of the organization that it is for. */
  organization: z.string().min(1).max(100),
  type: z.enum(LICENSE_TYPES),
  tier: z.enum(LICENSE_TIERS),
  quantity: z.number().int().min(1).max(MAX_GRANT),
  issuer: z.string().min(1).max(200),
  issuedAt: z.iso.datetime(),
  notAfter: z.iso.datetime().optional(),
});

/** Licenses that a provider issues to a customer. `notAfter` limits when it may be imported, not how long it lasts. */
export type LicensePack = z.output<typeof packSchema>;

const fileSchema = z.strictObject({
  pack: packSchema,
  /** Ed25519 over `packBytes(pack)`, base64. */
  signature: z.base64().length(88),
});
export type SignedLicensePack = z.output<typeof fileSchema>;

/** What is signed: a domain prefix, so that the key can't be made to sign something else by way of a pack. */
export const packBytes = (pack: LicensePack): Uint8Array =>
  new TextEncoder().encode(`sterna-license-pack/1\n${canonicalJson(pack)}`);

/** Ed25519 check of `bytes` by the issuer's public key; false for an unknown issuer is up to the caller. */
export type VerifySignature = (publicKey: string, bytes: Uint8Array, signature: string) => boolean;

/** @throws SternaError config `license-pack-invalid` */
export const parseLicensePack = (text: string): SignedLicensePack => parseJsonFile(fileSchema, text, invalid);

const invalid = (why: string): SternaError =>
  new SternaError('config', 'license-pack-invalid', `This is no license pack: ${why}.`, {
    field: 'pack',
    fix: 'Import the file as its issuer sent it, unchanged.',
  });

/**
 * The grant that a signed pack makes, once its signature, organization and time hold. That it counts only once is the
 * ledger's rule.
 *
 * @throws SternaError config `license-pack-unknown-issuer` | `-signature` | `-other-organization` | `-expired`
 */
export function grantOfPack(
  signed: SignedLicensePack,
  expected: {
    readonly organization: string;
    readonly issuers: Readonly<Record<string, string>>;
    readonly now: Date;
    readonly verify: VerifySignature;
  },
): GrantData {
  const { pack, signature } = signed;
  const refuse = (code: string, message: string, fix: string): SternaError =>
    new SternaError('config', `license-pack-${code}`, message, { fix, field: 'pack' });

  const key = Object.hasOwn(expected.issuers, pack.issuer) ? expected.issuers[pack.issuer] : undefined;
  if (key === undefined)
    throw refuse(
      'unknown-issuer',
      `This installation doesn't know the issuer ${pack.issuer}.`,
      'Ask the administrator of the installation to trust the issuer’s key.',
    );
  if (!expected.verify(key, packBytes(pack), signature))
    throw refuse(
      'signature',
      `The signature is not ${pack.issuer}'s, or the pack was changed.`,
      'Import the file as its issuer sent it, unchanged.',
    );
  if (pack.organization !== expected.organization)
    throw refuse(
      'other-organization',
      `The pack is for organization ${pack.organization}; this one is ${expected.organization}.`,
      'Give the issuer this organization’s id.',
    );
  if (pack.notAfter !== undefined && Date.parse(pack.notAfter) < expected.now.getTime())
    throw refuse('expired', `The pack had to be imported by ${pack.notAfter}.`, 'Ask its issuer for a new one.');
  const { type, tier, quantity, packId: id, issuer, issuedAt } = pack;
  return { type, tier, quantity, pack: { id, issuer, issuedAt, signature } };
}
