import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContentKind, SternaError } from '@sterna/core';
import { z } from 'zod';
import { errnoOf } from './errors.ts';
import { writeDurably } from './maildir/folder.ts';

/**
 * Sterna's backup format: a folder with this description; mail in `mail/` as Maildir++, byte by byte as it was read;
 * and in `calendars/`, `tasks/` and `contacts/` a folder for each collection, in the vdir format (collections/vdir.ts).
 * Every program that knows these formats can open them without us. Settings, members, list items, pages and posts, which
 * no such format is for, are a file of JSON each, in folders of their kind. Files are beside them, in a folder that is a
 * drive of its own (packages/connectors/all).
 */
const description = z.object({
  format: z.literal('sterna-backup'),
  version: z.number().int(),
  /** ISO 8601, when the backup was begun. */
  created: z.string(),
  kinds: z.array(z.string()),
  /** Where it came from, without secrets. */
  source: z.string().optional(),
});
export type BackupDescription = z.infer<typeof description>;

export const BACKUP_FILE = 'sterna-backup.json';
/** 1 had mail only, 2 no mailbox settings, 3 nothing of sites, groups and teams. */
export const BACKUP_VERSION = 4;
export const MAIL_FOLDER = 'mail';
/** Folders of collections, by the kind that each is for. */
export const COLLECTION_FOLDERS = {
  event: 'calendars',
  task: 'tasks',
  contact: 'contacts',
  setting: 'settings',
  member: 'members',
  listItem: 'lists',
  page: 'pages',
  post: 'posts',
} as const;
export const KINDS: readonly ContentKind[] = [
  'message',
  ...(Object.keys(COLLECTION_FOLDERS) as (keyof typeof COLLECTION_FOLDERS)[]),
];
/** Of the files of a site, group or team. */
export const FILES_FOLDER = 'files';
const FOLDERS: ReadonlySet<string> = new Set([MAIL_FOLDER, FILES_FOLDER, ...Object.values(COLLECTION_FOLDERS)]);

/** @returns undefined where there is no description. @throws SternaError config */
export async function readBackup(root: string): Promise<BackupDescription | undefined> {
  const text = await readFile(join(root, BACKUP_FILE), 'utf8').catch((thrown: unknown) => {
    if (errnoOf(thrown) === 'ENOENT' || errnoOf(thrown) === 'ENOTDIR') return undefined;
    throw thrown;
  });
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = description.safeParse(json);
  if (!parsed.success)
    throw new SternaError('config', 'backup-unreadable', `${BACKUP_FILE} isn't a description of a Sterna backup`, {
      fix: `Put the original ${BACKUP_FILE} back, or read the mail with maildir:PATH/${MAIL_FOLDER}.`,
    });
  if (parsed.data.version > BACKUP_VERSION)
    throw new SternaError(
      'config',
      'backup-too-new',
      `The backup has version ${parsed.data.version}; this Sterna reads up to ${BACKUP_VERSION}`,
      {
        fix: 'Update Sterna.',
      },
    );
  return parsed.data;
}

/**
 * Describes a new backup. An existing description stays, but for a version that says less than it may hold from now
 * on; a folder with other things in it is refused.
 */
export async function startBackup(root: string, source: string | undefined): Promise<void> {
  const before = await readBackup(root);
  if (before?.version === BACKUP_VERSION) return;
  if (before !== undefined) return write(root, { ...before, version: BACKUP_VERSION, kinds: [...KINDS] });
  const others = (await readdir(root)).filter((name) => !FOLDERS.has(name) && !name.startsWith(`${BACKUP_FILE}.`));
  if (others.length > 0)
    throw new SternaError('config', 'backup-folder-not-empty', `The folder holds other files and no ${BACKUP_FILE}`, {
      field: 'path',
      fix: 'Choose an empty folder, or one that a backup was made in before.',
    });
  const backup: BackupDescription = {
    format: 'sterna-backup',
    version: BACKUP_VERSION,
    created: new Date().toISOString(),
    kinds: [...KINDS],
    ...(source === undefined ? {} : { source }),
  };
  await write(root, backup);
}

const write = (root: string, backup: BackupDescription): Promise<void> =>
  writeDurably(root, BACKUP_FILE, `${JSON.stringify(backup, null, 2)}\n`);
