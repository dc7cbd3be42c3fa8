import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { grantOfPack, type LicensePack, packBytes, parseLicensePack, type SignedLicensePack } from '../src/index.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pack: LicensePack = {
  v: 1,
  packId: 'pack-0001',
  organization: 'org-1',
  type: 'mail',
  tier: 'standard',
  quantity: 50,
  issuer: 'Provider',
  issuedAt: '2026-01-01T00:00:00Z',
  notAfter: '2026-02-01T00:00:00Z',
};
const signedBy = (key: KeyObject, content: LicensePack): SignedLicensePack => ({
  pack: content,
  signature: sign(null, packBytes(content), key).toString('base64'),
});
const expected = {
  organization: 'org-1',
  issuers: { Provider: 'key' },
  now: new Date('2026-01-15T00:00:00Z'),
  verify: (_: string, bytes: Uint8Array, signature: string) =>
    verify(null, bytes, publicKey, Buffer.from(signature, 'base64')),
};

describe('license pack', () => {
  it('grants what was signed', () => {
    const signed = parseLicensePack(JSON.stringify(signedBy(privateKey, pack)));
    expect(grantOfPack(signed, expected)).toMatchObject({ type: 'mail', quantity: 50, pack: { id: 'pack-0001' } });
  });

  it('refuses a changed quantity, another key, another organization, an unknown issuer, a late import', () => {
    const signed = signedBy(privateKey, pack);
    const refusal =
      (one: SignedLicensePack, change = {}) =>
      () =>
        grantOfPack(one, { ...expected, ...change });
    expect(refusal({ ...signed, pack: { ...pack, quantity: 5000 } })).toThrow(/signature/);
    expect(refusal(signedBy(generateKeyPairSync('ed25519').privateKey, pack))).toThrow(/signature/);
    expect(refusal(signed, { organization: 'org-2' })).toThrow(/is for organization org-1/);
    expect(refusal(signed, { issuers: {} })).toThrow(/doesn't know the issuer/);
    // An object's inherited members are no issuers.
    expect(refusal(signedBy(privateKey, { ...pack, issuer: 'constructor' }))).toThrow(/doesn't know the issuer/);
    expect(refusal(signed, { now: new Date('2026-03-01T00:00:00Z') })).toThrow(/had to be imported by/);
  });

  it('says what is wrong with a file that is no pack', () => {
    expect(() => parseLicensePack('{')).toThrow(/not JSON/);
    expect(() => parseLicensePack(JSON.stringify({ pack: { ...pack, quantity: 0 }, signature: '' }))).toThrow(
      /quantity/,
    );
  });
});
