import { SternaError } from '@sterna/core';
import type { Secrets } from '../secrets.ts';
import type { DomainDb, EntryRow, SystemRow } from './domain-database.ts';

/** What sealed credentials are bound to: see `Secrets.seal`. */
export const systemPurpose = (systemId: number): string => `system:${systemId}`;
export const entryPurpose = (entryId: number, side: 'source' | 'target'): string => `entry:${entryId}:${side}`;

/** Shape of what is sealed. The connectors' own `Credentials`, kept apart so that the store knows no connector. */
export interface StoredCredentials extends StoredSignIn {
  /** Where a mailbox is several servers: what is another for one of them, by its key. */
  readonly parts?: Readonly<Record<string, StoredSignIn & { readonly address?: string }>>;
}

interface StoredSignIn {
  readonly user?: string;
  readonly password?: string;
  readonly accessToken?: string;
}

/** One side of an entry, unsealed for the moment of use. */
export interface Endpoint {
  readonly systemId: number;
  readonly connector: string;
  readonly settings: unknown;
  readonly systemCredentials: StoredCredentials;
  readonly address: string;
  /** The entry's own; they win. */
  readonly credentials: StoredCredentials | undefined;
}

type Unseal = Pick<Secrets, 'unsealJson'>;

export const unsealCredentials = (
  secrets: Unseal,
  purpose: string,
  sealed: Buffer | null,
): StoredCredentials | undefined =>
  sealed === null ? undefined : (secrets.unsealJson(purpose, sealed) as StoredCredentials);

export function endpointOf(secrets: Unseal, entry: EntryRow, side: 'source' | 'target', system: SystemRow): Endpoint {
  const isSource = side === 'source';
  return {
    systemId: system.id,
    connector: system.connector,
    settings: system.settings,
    systemCredentials: unsealCredentials(secrets, systemPurpose(system.id), system.sealed_credentials) ?? {},
    address: isSource ? entry.source_address : entry.target_address,
    credentials: unsealCredentials(
      secrets,
      entryPurpose(entry.id, side),
      isSource ? entry.sealed_source_credentials : entry.sealed_target_credentials,
    ),
  };
}

/**
 * Both sides of an entry, ready to be opened: for the engine's workers and for live looks.
 *
 * @throws SternaError bug `entry-missing`; config as `Secrets.unseal`
 */
export async function loadEndpoints(
  db: DomainDb,
  secrets: Unseal,
  entryId: number,
): Promise<{ readonly entry: EntryRow; readonly source: Endpoint; readonly target: Endpoint }> {
  const entry = await db.selectFrom('entry').selectAll().where('id', '=', entryId).executeTakeFirst();
  if (entry === undefined) throw new SternaError('bug', 'entry-missing', `There is no entry ${entryId}.`);
  const systems = await db
    .selectFrom('system')
    .selectAll()
    .where('id', 'in', [entry.source_system_id, entry.target_system_id])
    .execute();
  const system = (id: number): SystemRow => {
    const found = systems.find((one) => one.id === id);
    if (found === undefined) throw new SternaError('bug', 'entry-missing', `There is no system ${id}.`);
    return found;
  };
  return {
    entry,
    source: endpointOf(secrets, entry, 'source', system(entry.source_system_id)),
    target: endpointOf(secrets, entry, 'target', system(entry.target_system_id)),
  };
}
