import type { Capabilities } from '@sterna/connector-kit';
import type { Traits } from './probe.ts';
import { NAME_RULES, type Server } from './server.ts';

/**
 * @param traits Undefined where the server is only read
 * @param isSynced It told what changed in the whole tree
 */
export function capabilitiesOf(
  server: Server,
  traits: Traits | undefined,
  isSynced: boolean,
  signedIn: string,
): Capabilities {
  return {
    kinds: ['file'],
    settle: 'reserved-id',
    delta: isSynced ? 'token' : 'list',
    bytes: 'exact',
    idScope: 'container',
    collapsesTwins: false,
    dateKept: traits !== undefined && traits.times !== 'none',
    moves: true,
    keywords: 'none',
    manySessions: true,
    permissions: false,
    versions: false,
    names: NAME_RULES[server.kind],
    // Four batches keep eight connections busy, with half as many files waiting in memory; more large files at once are slower.
    batch: { objects: 64, bytes: 8 * 1024 * 1024, inFlight: 4 },
    maxObjectBytes: undefined,
    evidence: {
      server: server.name,
      'sign-in': signedIn,
      changes: isSynced
        ? 'told by one request, tried: sync-collection'
        : server.syncToken === undefined
          ? 'not told: all folders are listed'
          : 'sync-collection is offered, but not for a whole tree, tried: all folders are listed',
      ...(traits?.evidence ?? { writing: 'not tried: it is only read' }),
    },
  };
}
