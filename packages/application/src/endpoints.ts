import { addressKey, canonicalJson, SternaError } from '@sterna/core';
import { type EntryRow, entryPurpose, type SystemRow, systemById, unsealCredentials } from '@sterna/store';
import { found } from './access.ts';
import type { Actor, Context } from './context.ts';

/** Both systems of an entry, of the actor's organization. */
export async function systemsOfEntry(
  db: Context['db'],
  actor: Actor,
  entry: { source_system_id: number; target_system_id: number },
): Promise<{ source: SystemRow; target: SystemRow }> {
  const source = await systemById(db, actor.organizationId, entry.source_system_id);
  const target = await systemById(db, actor.organizationId, entry.target_system_id);
  return {
    source: found(source, 'system', entry.source_system_id),
    target: found(target, 'system', entry.target_system_id),
  };
}

/**
 * What can be told without asking the systems: the same address in the same system, or in two that are configured
 * alike. The engine compares the real identities when it has signed in.
 *
 * @throws SternaError config `target-is-source`
 */
export function refuseSameEndpoint(
  source: SystemRow,
  target: SystemRow,
  addresses: { source: string; target: string },
): void {
  const isSameSystem =
    source.id === target.id ||
    (source.connector === target.connector && canonicalJson(source.settings) === canonicalJson(target.settings));
  if (isSameSystem && addressKey(addresses.source) === addressKey(addresses.target))
    throw new SternaError(
      'config',
      'target-is-source',
      `The target of ${addresses.source} is the source itself: a migration would copy it onto itself.`,
      { field: 'targetAddress', fix: 'Give another target address, or another target system to the project.' },
    );
}

/** The same credentials, bound to another entry. */
export function resealed(
  context: Context,
  from: { entry: EntryRow; side: 'source' | 'target' },
  to: { entryId: number; side: 'source' | 'target' },
): Buffer | null {
  const sealed = from.side === 'source' ? from.entry.sealed_source_credentials : from.entry.sealed_target_credentials;
  const credentials = unsealCredentials(context.secrets, entryPurpose(from.entry.id, from.side), sealed);
  return credentials === undefined ? null : context.secrets.sealJson(entryPurpose(to.entryId, to.side), credentials);
}
