import type { Capabilities } from '@sterna/connector-kit';
import type { NameRules } from '@sterna/core';

/** Drive takes any name, several times in one folder; of what Sterna writes, one name is one file. */
export const NAME_RULES: NameRules = { maxName: 1_000, unit: 'utf16', reservedNames: ['.', '..'] };

/** https://developers.google.com/workspace/drive/api/guides/limits, …/reference/rest/v3/files/create */
export const driveCapabilities = (title: string, members: boolean): Capabilities => ({
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
  members,
  versions: true,
  shortcuts: true,
  names: NAME_RULES,
  batch: { objects: 64, bytes: 8 * 1024 * 1024, inFlight: 4 },
  maxObjectBytes: 5_497_558_138_880,
  evidence: {
    drive: title,
    names: 'Drive lets several files of a folder have one name; the later ones are told apart by their ids',
    quota: 'a user may upload 750 GB in a day',
  },
});
