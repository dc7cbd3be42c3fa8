import type { Capabilities } from '@sterna/connector-kit';
import type { ContentKind } from '@sterna/core';

/** Of kinds whose few objects have no room for a mark and are listed as a whole each time. */
export const listedCapabilities = (
  kind: ContentKind,
  maxObjectBytes: number,
  evidence: Readonly<Record<string, string>>,
): Capabilities => ({
  kinds: [kind],
  // What is there is read back: it has a natural key, or is made whole and known by its content.
  settle: 'read-back',
  delta: 'list',
  bytes: 'rewritten',
  idScope: 'endpoint',
  collapsesTwins: false,
  dateKept: false,
  moves: false,
  keywords: 'none',
  permissions: false,
  versions: false,
  batch: { objects: 20, bytes: 1024 * 1024, inFlight: 1 },
  maxObjectBytes,
  evidence,
});
