import { createPrivateKey, createPublicKey, sign } from 'node:crypto';

/** Signs what the installation hands out: reports. */
export interface Signer {
  /** Ed25519, base64 of its DER (SPKI); public. */
  readonly publicKey: string;
  /** @returns Ed25519 signature (RFC 8032), base64 */
  sign(bytes: Uint8Array): string;
}

/** PKCS #8 of an Ed25519 key, up to its 32 bytes (RFC 8410, section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param seed 32 bytes: the private key */
export function signerOf(seed: Buffer): Signer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
  return {
    publicKey: createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64'),
    sign: (bytes) => sign(null, bytes, key).toString('base64'),
  };
}
