import type { Container, Session, UnreadableKind } from '@sterna/connector-kit';
import { asSternaError, kindsOf } from '@sterna/core';
import { type EntryRow, endpointOf, type SystemRow } from '@sterna/store';
import type { Context } from './context.ts';
import { connectorOf } from './systems.ts';

/** What one side holds at this moment, from one listing of its containers. */
export interface LiveLook {
  readonly identity: string;
  readonly folders: readonly Container[];
  readonly objects: number;
  /** False where the system doesn’t tell the number of objects of every folder: then there may be more. */
  readonly isCounted: boolean;
  /** By the system's quota; undefined where it tells nothing. */
  readonly bytes: number | undefined;
  readonly quota: { readonly used: number; readonly limit: number } | undefined;
  /** Kinds of which the system gives nothing out: not in `objects`. */
  readonly unreadable: readonly UnreadableKind[];
  readonly seenAt: Date;
}
export type Looked = { readonly look: LiveLook } | { readonly unseen: string };

/** A plan waits no longer than this for a system, in milliseconds. */
const PATIENCE = 20_000;

/** Signs in, lists the containers and leaves. Never throws: what can't be seen is said. */
export async function lookAt(
  context: Context,
  entry: EntryRow,
  side: 'source' | 'target',
  system: SystemRow,
): Promise<Looked> {
  let session: Session | undefined;
  try {
    session = await openSession(context, entry, side, system, AbortSignal.timeout(PATIENCE));
    const folders = await session.reader.containers();
    const quota = await session.quota();
    return {
      look: {
        identity: session.identity,
        folders,
        isCounted: folders.every(({ total }) => total !== undefined),
        objects: folders.reduce((sum, folder) => sum + (folder.total ?? 0), 0),
        bytes: quota?.used,
        quota,
        unreadable: session.unreadable ?? [],
        seenAt: new Date(),
      },
    };
  } catch (thrown) {
    const error = asSternaError(thrown);
    return { unseen: error.class === 'bug' ? 'The system could not be looked at.' : error.message };
  } finally {
    session?.destroy();
  }
}

/** @throws SternaError those of `Connector.open` */
export function openSession(
  context: Context,
  entry: EntryRow,
  side: 'source' | 'target',
  system: SystemRow,
  signal: AbortSignal,
): Promise<Session> {
  const endpoint = endpointOf(context.secrets, entry, side, system);
  const connector = connectorOf(context, endpoint.connector);
  return connector.open({
    system: { settings: connector.settings.parse(endpoint.settings), credentials: endpoint.systemCredentials },
    address: endpoint.address,
    ...(endpoint.credentials === undefined ? {} : { credentials: endpoint.credentials }),
    itemType: entry.item_type,
    kinds: kindsOf(entry.item_type),
    role: 'read',
    installation: context.installation,
    signal,
  });
}
