import { join } from 'node:path';
import { SternaError } from '@sterna/core';
import {
  type EntryRow,
  entryById,
  entryPurpose,
  inOrganization,
  insertEntries,
  insertSystem,
  internalEntries,
  lastPass,
  type OrganizationTransaction,
  type PassRow,
  reserveIds,
  type SystemRow,
  systemById,
} from '@sterna/store';
import { found, projectsToRead, requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { resealed, systemsOfEntry } from './endpoints.ts';
import { type PassView, passView, startLocked } from './passes.ts';
import { lockListedEntry, reachEntry, reachSystem } from './reach.ts';
import { type CredentialsInput, connectorOf, readCredentials } from './systems.ts';

export interface BackupView {
  readonly entryId: number;
  /** The entry whose target was backed up. */
  readonly ofEntryId: number | undefined;
  readonly address: string;
  readonly path: string;
  readonly status: string;
  readonly createdAt: Date;
}

/** The address of an archive whose path is the mailbox itself. */
const SELF = '.';

/** Everything that is there, with its flags, whatever the project's settings leave out. */
const WHOLE = { conflict: 'skip', folders: { systemDefaults: false } };

/** Of an archive, a folder, or of both in one. */
export function pathOf(system: SystemRow): string {
  const settings = system.settings as { path?: unknown; objects?: { path?: unknown } };
  return String(settings.path ?? settings.objects?.path ?? '');
}

/** Of a drive, a plain folder of files: nothing could be easier to look into, and to put back. */
function storeOf(itemType: EntryRow['item_type'], path: string): { connector: string; settings: object } {
  const objects = { path, format: 'archive' };
  switch (itemType) {
    case 'mailbox':
      return { connector: 'archive', settings: objects };
    case 'drive':
      return { connector: 'files', settings: { path } };
    default:
      return { connector: 'backup', settings: { objects, files: { path: join(path, 'files') } } };
  }
}

export async function backupView(db: Context['db'], actor: Actor, row: EntryRow): Promise<BackupView> {
  const archive = found(
    await systemById(db, actor.organizationId, row.target_system_id),
    'system',
    row.target_system_id,
  );
  return {
    entryId: row.id,
    ofEntryId: row.replaces_entry_id ?? undefined,
    address: row.source_address,
    path: pathOf(archive),
    status: row.status,
    createdAt: row.created_at,
  };
}

/** Makes the internal entry that copies the target of `entry` into the data folder, and queues its pass. */
export async function queueBackup(
  context: Context,
  tx: OrganizationTransaction,
  actor: Actor,
  entry: EntryRow,
): Promise<{ backup: EntryRow; pass: PassRow }> {
  const stamp = tx.now.toISOString().replace(/[-:.]/g, '');
  const path = join(context.dataDir, 'backups', String(entry.id), stamp);
  const [systemId] = await reserveIds(tx.db, 'system', 1);
  const [id] = await reserveIds(tx.db, 'entry', 1);
  if (systemId === undefined || id === undefined) throw new SternaError('bug', 'internal', 'No id was reserved.');
  await insertSystem(tx.db, {
    id: systemId,
    organizationId: actor.organizationId,
    name: `Backup of entry ${entry.id} at ${tx.now.toISOString()} (${id})`,
    ...storeOf(entry.item_type, path),
    sealedCredentials: null,
    internal: true,
  });
  await insertEntries(tx.db, [
    {
      id,
      organizationId: actor.organizationId,
      // No project: its filters must not thin out a backup.
      projectId: null,
      itemType: entry.item_type,
      purpose: 'backup',
      sourceSystemId: entry.target_system_id,
      targetSystemId: systemId,
      sourceAddress: entry.target_address,
      targetAddress: SELF,
      sealedSourceCredentials: resealed(context, { entry, side: 'target' }, { entryId: id, side: 'source' }),
      sealedTargetCredentials: null,
      displayName: entry.display_name,
      batch: null,
      settings: WHOLE,
      merge: false,
      replacesEntryId: entry.id,
    },
  ]);
  const backup = found(await entryById(tx.db, actor.organizationId, id), 'entry', id);
  const { pass } = await startLocked(context, tx, actor, backup, { reason: `backup of entry ${entry.id}'s target` });
  tx.audit('entry.backup', `entry/${entry.id}`, { backup: id, path });
  return { backup: found(await entryById(tx.db, actor.organizationId, id), 'entry', id), pass };
}

/** Backs up what is in the entry's target now, into the data folder. Needs no license. */
export async function backUpTarget(
  context: Context,
  actor: Actor,
  input: { entryId: number },
): Promise<{ backup: BackupView; pass: PassView }> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const entry = await lockListedEntry(tx, actor, input.entryId);
    const { backup, pass } = await queueBackup(context, tx, actor, entry);
    return { backup: await backupView(tx.db, actor, backup), pass: passView(pass) };
  });
}

export async function listBackups(
  context: Context,
  actor: Actor,
  input: { ofEntryId?: number | undefined } = {},
): Promise<readonly BackupView[]> {
  requireSomewhere(actor, 'read');
  const views: BackupView[] = [];
  const only = { of: input.ofEntryId, projects: projectsToRead(actor) };
  for (const row of await internalEntries(context.db, actor.organizationId, 'backup', only))
    views.push(await backupView(context.db, actor, row));
  return views;
}

/**
 * Puts a backup back into the system and address it came from, or another. Duplicate prevention is on, so what is
 * still there is not written twice. Needs no license.
 *
 * @throws SternaError config `backup-incomplete` | `not-found`
 */
export async function restoreBackup(
  context: Context,
  actor: Actor,
  input: {
    backupEntryId: number;
    targetSystemId?: number | undefined;
    targetAddress?: string | undefined;
    targetCredentials?: CredentialsInput | undefined;
  },
): Promise<{ entryId: number; pass: PassView }> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const backup = await reachEntry(tx.db, actor, 'operate', input.backupEntryId, 'backup');
    const last = await lastPass(tx.db, backup.id);
    if (last?.status !== 'completed' && last?.status !== 'completed with failures')
      throw new SternaError('config', 'backup-incomplete', `This backup is ${last?.status ?? 'not started'}.`, {
        fix: 'Wait until it is complete, or choose another one.',
      });
    const systems = await systemsOfEntry(tx.db, actor, backup);
    const target =
      input.targetSystemId === undefined
        ? systems.source
        : await reachSystem(tx.db, actor, 'operate', input.targetSystemId);
    const [id] = await reserveIds(tx.db, 'entry', 1);
    if (id === undefined) throw new SternaError('bug', 'internal', 'No id was reserved.');
    const given = readCredentials(connectorOf(context, target.connector), input.targetCredentials, 'targetCredentials');
    // The backup's own credentials fit the system it came from, and no other.
    const sealed =
      given !== undefined
        ? context.secrets.sealJson(entryPurpose(id, 'target'), given)
        : target.id === systems.source.id
          ? resealed(context, { entry: backup, side: 'source' }, { entryId: id, side: 'target' })
          : null;
    await insertEntries(tx.db, [
      {
        id,
        organizationId: actor.organizationId,
        projectId: null,
        itemType: backup.item_type,
        purpose: 'restore',
        sourceSystemId: backup.target_system_id,
        targetSystemId: target.id,
        sourceAddress: SELF,
        targetAddress: input.targetAddress?.trim() || backup.source_address,
        sealedSourceCredentials: null,
        sealedTargetCredentials: sealed,
        displayName: backup.display_name,
        batch: null,
        settings: { ...WHOLE, duplicatePrevention: true },
        merge: false,
        replacesEntryId: backup.id,
      },
    ]);
    const restore = found(await entryById(tx.db, actor.organizationId, id), 'entry', id);
    const { pass } = await startLocked(context, tx, actor, restore, { reason: `restore of backup ${backup.id}` });
    tx.audit('backup.restore', `entry/${backup.id}`, {
      restore: id,
      target: target.name,
      address: restore.target_address,
    });
    return { entryId: id, pass: passView(pass) };
  });
}
