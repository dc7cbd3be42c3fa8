import { createHmac, timingSafeEqual } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';

/**
 * The data of an exported item. Exchange's fast transfer stream is opaque to clients, so this one is its own format:
 * nobody can make one up, or change one, without its being found out.
 */
const MAGIC = Buffer.from('FTSIM1\0\0');
const SIGNATURE_BYTES = 32;
// The same in every simulator: what one exported, another imports.
const KEY = 'an exported item of a simulated mailbox';

export function writeTransferStream(content: unknown): string {
  const body = serialize(content);
  return Buffer.concat([MAGIC, sign(body), body]).toString('base64');
}

/** Undefined for what no simulator exported. */
export function readTransferStream(data: string): unknown {
  const bytes = Buffer.from(data, 'base64');
  const body = bytes.subarray(MAGIC.length + SIGNATURE_BYTES);
  const signature = bytes.subarray(MAGIC.length, MAGIC.length + SIGNATURE_BYTES);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || signature.length !== SIGNATURE_BYTES) return undefined;
  return timingSafeEqual(signature, sign(body)) ? deserialize(body) : undefined;
}

function sign(body: Buffer): Buffer {
  return createHmac('sha256', KEY).update(body).digest();
}
