import type { Actor, Context } from './context.ts';
import { notImplemented } from './not-implemented.ts';
import type { PassView } from './passes.ts';
import type { CredentialsInput } from './systems.ts';

export interface BackupView {
  readonly entryId: number;
  /** The entry whose target was backed up. */
  readonly ofEntryId: number | undefined;
  readonly address: string;
  readonly path: string;
  readonly status: string;
  readonly createdAt: Date;
}

/** Backs up what is in the entry's target now, into the data folder. Needs no license. */
export async function backUpTarget(
  _context: Context,
  _actor: Actor,
  _input: { entryId: number },
): Promise<{ backup: BackupView; pass: PassView }> {
  return notImplemented('backUpTarget');
}

export async function listBackups(
  _context: Context,
  _actor: Actor,
  _input: { ofEntryId?: number | undefined },
): Promise<readonly BackupView[]> {
  return notImplemented('listBackups');
}

/**
 * Puts a backup back into the system and address it came from, or another. Duplicate prevention is on, so what is
 * still there is not written twice. Needs no license.
 */
export async function restoreBackup(
  _context: Context,
  _actor: Actor,
  _input: {
    backupEntryId: number;
    targetSystemId?: number | undefined;
    targetAddress?: string | undefined;
    targetCredentials?: CredentialsInput | undefined;
  },
): Promise<{ entryId: number; pass: PassView }> {
  return notImplemented('restoreBackup');
}
