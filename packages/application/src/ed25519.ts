import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** @param text PEM, or base64 of DER (SPKI). @returns undefined where it is no public key */
export function readPublicKey(text: string): KeyObject | undefined {
  try {
    return text.includes('BEGIN')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** @param signature base64. False for keys of other kinds than Ed25519, too */
export const verifies = (key: KeyObject, bytes: Uint8Array, signature: string): boolean =>
  key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, Buffer.from(signature, 'base64'));
