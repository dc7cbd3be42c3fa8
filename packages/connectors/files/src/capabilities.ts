import type { Capabilities } from '@sterna/connector-kit';
import type { Probe } from './probe.ts';

/** @param probe What the folder showed when it was opened for writing; undefined for what is only read */
export function capabilitiesOf({ names, evidence, dateKept, permissions }: Probe): Capabilities {
  return {
    kinds: ['file'],
    settle: 'reserved-id',
    delta: 'list',
    bytes: 'exact',
    idScope: 'container',
    collapsesTwins: false,
    dateKept,
    moves: true,
    keywords: 'none',
    manySessions: true,
    permissions,
    versions: false,
    names,
    batch: { objects: 64, bytes: 8 * 1024 * 1024, inFlight: 8 },
    maxObjectBytes: undefined,
    evidence,
  };
}
