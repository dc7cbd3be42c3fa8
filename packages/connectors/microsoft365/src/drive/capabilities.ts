import type { Capabilities } from '@sterna/connector-kit';
import type { NameRules } from '@sterna/core';

/** https://learn.microsoft.com/en-us/graph/api/resources/driveitem; largest file by the vendor's page on limits: 250 GB. */
export const driveCapabilities = (rules: NameRules, driveType: string): Capabilities => ({
  kinds: ['file'],
  settle: 'reserved-id',
  delta: 'token',
  bytes: 'exact',
  idScope: 'container',
  collapsesTwins: false,
  dateKept: true,
  moves: true,
  keywords: 'none',
  manySessions: true,
  permissions: true,
  versions: true,
  names: rules,
  batch: { objects: 64, bytes: 8 * 1024 * 1024, inFlight: 4 },
  maxObjectBytes: 250_000_000_000,
  evidence: {
    drive: driveType,
    dates: 'set with the content of an upload session, in whole seconds',
    names: `at most 255 characters, ${rules.maxPath ?? 400} with the folders; case doesn’t tell names apart`,
  },
});
