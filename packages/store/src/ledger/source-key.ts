import { createHmac } from 'node:crypto';
import type { ContentKind } from '@sterna/core';

/**
 * 16-byte key of a source object in the ledger: keyed hash of kind, container (where ids are unique only within one)
 * and the system's own id. Keyed, so that a stolen ledger names no ids; stable over passes and remigrations.
 */
export function sourceKey(stampKey: Buffer, kind: ContentKind, container: string | undefined, id: string): Buffer {
  return createHmac('sha256', stampKey)
    .update(`${kind}\0${container ?? ''}\0${id}`)
    .digest()
    .subarray(0, 16);
}
