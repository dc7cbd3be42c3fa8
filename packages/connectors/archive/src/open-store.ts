import { lstat, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Capabilities } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { MAIL_FOLDER, readBackup, startBackup } from './backup.ts';
import { asArchiveError } from './errors.ts';
import { MaildirStore } from './maildir/store.ts';
import { scanTree } from './maildir/tree.ts';
import type { Format } from './settings.ts';
import type { WritableStore } from './store.ts';

export interface OpenedStore {
  readonly store: WritableStore;
  readonly capabilities: Capabilities;
  /** Real path of the archive. */
  readonly root: string;
}

const SHARED = {
  kinds: ['message'],
  delta: 'list',
  bytes: 'exact',
  idScope: 'container',
  collapsesTwins: false,
  dateKept: true,
  permissions: false,
  versions: false,
  batch: { objects: 100, bytes: 16 * 1024 * 1024, inFlight: 2 },
  maxObjectBytes: undefined,
} as const satisfies Partial<Capabilities>;

/**
 * Opens the archive at `path` in one of the formats.
 * @throws SternaError config `path-not-found`, `not-a-maildir`, `not-an-mbox` …; auth `path-not-allowed`
 */
export async function openStore(format: Format, path: string, role: 'read' | 'write'): Promise<OpenedStore> {
  try {
    if (role === 'write' && format !== 'mbox') await mkdir(path, { recursive: true, mode: 0o700 });
    const root = await realpath(path);
    switch (format) {
      case 'maildir':
        return { store: await openMaildir(root, role, false), root, capabilities: maildirCapabilities(root) };
      case 'archive': {
        if (role === 'write') await startBackup(root, undefined);
        else if ((await readBackup(root)) === undefined)
          throw new SternaError('config', 'not-a-backup', 'The folder holds no sterna-backup.json', {
            field: 'path',
            fix: 'Give the folder that a backup was written to; for a plain Maildir use maildir:PATH.',
          });
        const mail = join(root, MAIL_FOLDER);
        if (role === 'write') await mkdir(mail, { recursive: true, mode: 0o700 });
        if ((await lstat(mail)).isSymbolicLink())
          throw new SternaError('config', 'symlink-refused', 'The mail folder of the backup is a symbolic link');
        return { store: await openMaildir(mail, role, true), root, capabilities: maildirCapabilities(mail) };
      }
      default:
        throw new SternaError('config', 'format-unknown', `The format ${format} isn't supported`);
    }
  } catch (thrown) {
    throw asArchiveError(thrown, 'the archive');
  }
}

async function openMaildir(root: string, role: 'read' | 'write', portable: boolean): Promise<MaildirStore> {
  if (!(await stat(root)).isDirectory()) throw notAMaildir('a file');
  const { folders } = await scanTree(root);
  if (folders.length === 0) {
    if (role === 'read') throw notAMaildir('a folder without "cur"');
    // A home folder given by mistake shouldn't become a mailbox.
    const others = (await readdir(root)).filter((name) => !HARMLESS.has(name));
    if (others.length > 0) throw notAMaildir('a folder with other files in it');
    for (const sub of ['tmp', 'new', 'cur']) await mkdir(join(root, sub), { recursive: true, mode: 0o700 });
  }
  return new MaildirStore(root, { portable });
}

/** What a crash or a file manager may leave in a folder that is empty otherwise. */
const HARMLESS: ReadonlySet<string> = new Set(['tmp', 'new', 'cur', '.DS_Store', 'subscriptions']);

const notAMaildir = (what: string): SternaError =>
  new SternaError('config', 'not-a-maildir', `The path is ${what}, not a Maildir`, {
    field: 'path',
    fix: 'Give the folder that holds "cur" and "new", or one whose sub-folders do.',
  });

const maildirCapabilities = (root: string): Capabilities => ({
  ...SHARED,
  settle: 'reserved-id',
  moves: true,
  keywords: 'all',
  evidence: {
    settle: 'the file name is chosen before it is written',
    delta: 'one listing of file names per folder',
    keywords: '26 per folder, as Dovecot stores them',
    path: root,
  },
});
