import type { Capabilities } from '@sterna/connector-kit';
import type { NameRules } from '@sterna/core';
import type { Facts } from './probe.ts';

const MAX_KEY_BYTES = 1_024;
/** Amazon's limit for an object of several parts. */
const MAX_OBJECT_BYTES = 5 * 1024 ** 4;

/** @param base What all keys begin with: it takes its share of a key's length */
export const nameRules = (base: string): NameRules => ({
  // XML can't carry them, and not every storage that takes them lists them.
  noControls: true,
  maxPath: MAX_KEY_BYTES - Buffer.byteLength(base),
  unit: 'bytes',
});

/**
 * @param facts undefined where nothing is written, and so nothing was tried out
 * @param versioning As the bucket says: only what is `Enabled` keeps what is replaced
 */
export function capabilitiesOf(
  base: string,
  facts: Facts | undefined,
  where: string,
  versioning: string,
): Capabilities {
  return {
    kinds: ['file'],
    settle: 'reserved-id',
    delta: 'list',
    bytes: 'exact',
    idScope: 'container',
    collapsesTwins: false,
    dateKept: facts?.keepsMtime ?? true,
    moves: true,
    keywords: 'none',
    manySessions: true,
    permissions: false,
    versions: versioning === 'Enabled',
    names: nameRules(base),
    batch: { objects: 64, bytes: 8 * 1024 * 1024, inFlight: 8 },
    maxObjectBytes: MAX_OBJECT_BYTES,
    evidence: {
      storage: where,
      versioning: versioningWords(versioning),
      ...(facts === undefined ? {} : evidenceOf(facts)),
    },
  };
}

const versioningWords = (versioning: string): string =>
  versioning === 'Enabled'
    ? 'on: a replaced file stays as an older version, a removed one behind a delete marker; older versions are read and written'
    : versioning;

function evidenceOf(facts: Facts): Record<string, string> {
  const conditional = (holds: boolean, header: string): string =>
    holds
      ? `kept by the storage (${header} was tried)`
      : `not kept by the storage (${header} was tried): Sterna looks right before`;
  return {
    'new files only': conditional(facts.createsOnlyNew, 'If-None-Match on a put'),
    'new large files only': conditional(facts.completesOnlyNew, 'If-None-Match on completing an upload'),
    'replaced only as it was': conditional(facts.replacesOnlySame, 'If-Match on a put'),
    'large file replaced only as it was': conditional(facts.completesOnlySame, 'If-Match on completing an upload'),
    'moved only to a free name': conditional(facts.copiesOnlyNew, 'If-None-Match on a copy'),
    integrity: facts.etagIsMd5
      ? 'each request carries MD5 and SHA-256 for the storage to check; the ETag is compared with the MD5'
      : 'each request carries MD5 and SHA-256 for the storage to check; its ETags are no MD5',
    times: facts.keepsMtime
      ? 'kept in the metadata mtime, as rclone keeps them'
      : 'not kept: the storage drops the metadata mtime',
  };
}
