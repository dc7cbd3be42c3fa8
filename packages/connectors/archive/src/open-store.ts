import { lstat, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Capabilities } from '@sterna/connector-kit';
import { type ContentKind, SternaError } from '@sterna/core';
import { COLLECTION_FOLDERS, KINDS, MAIL_FOLDER, readBackup, startBackup } from './backup.ts';
import { FileStore } from './collections/file-store.ts';
import { FolderCatalog } from './collections/folder-catalog.ts';
import { FolderStore } from './collections/folder-store.ts';
import type { FileIndex } from './collections/object-file.ts';
import { ICS, jsonFile, type Syntax, VCF } from './collections/syntax.ts';
import { EmlStore } from './eml/store.ts';
import { asArchiveError, errnoOf } from './errors.ts';
import { MaildirStore } from './maildir/store.ts';
import { scanTree } from './maildir/tree.ts';
import { MboxStore } from './mbox/store.ts';
import { findMboxes, looksLikeMbox } from './mbox/tree.ts';
import type { Format } from './settings.ts';
import type { Store, WritableStore } from './store.ts';
import { StoreOfParts, type StorePart, WritableParts } from './store-of-parts.ts';
import { takeoutParts } from './takeout/parts.ts';

export interface OpenedStore {
  /** Writable where the format can be written. */
  readonly store: Store | WritableStore;
  readonly capabilities: Capabilities;
  /** Where kinds differ. */
  readonly capabilitiesOf?: (kind: ContentKind) => Capabilities;
  /** Real path of the archive. */
  readonly root: string;
}

const SHARED = {
  kinds: ['message'] as readonly ContentKind[],
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
export async function openStore(
  format: Format,
  path: string,
  role: 'read' | 'write',
  /** Of a backup that is written: what it is to hold; it gets no places for anything else. */
  wanted: readonly ContentKind[] = KINDS,
): Promise<OpenedStore> {
  try {
    if (format === 'takeout') return await openTakeout(path, role);
    if (format === 'ics' || format === 'vcf') return await openObjects(format === 'ics' ? ICS : VCF, path, role);
    if (role === 'write' && !(format === 'mbox' && (await isFile(path))))
      await mkdir(path, { recursive: true, mode: 0o700 });
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
        return await openBackup(root, role, wanted);
      }
      case 'mbox': {
        const file = (await stat(root)).isFile();
        if (file && role === 'write')
          throw new SternaError('config', 'mbox-is-a-file', 'The target is a single mbox file', {
            field: 'path',
            fix: 'Give a folder: each mail folder becomes an mbox file in it.',
          });
        const { files } = await findMboxes(root);
        if (role === 'read' && (files.length === 0 || (file && !(await looksLikeMbox(root))))) throw notAnMbox();
        return { store: new MboxStore(root), root, capabilities: mboxCapabilities(root) };
      }
      case 'eml': {
        if (!(await stat(root)).isDirectory()) throw notAFolder();
        const store = new EmlStore(root);
        if (role === 'read' && (await store.containers()).length === 0) throw notAFolder();
        return { store, root, capabilities: emlCapabilities(root) };
      }
    }
  } catch (thrown) {
    throw named(asArchiveError(thrown, 'it'), path);
  }
}

/**
 * A file of many objects, or a folder of them. What doesn't exist yet becomes the one or the other by its name:
 * `work.ics` is a file.
 */
async function openObjects(syntax: Syntax, path: string, role: 'read' | 'write'): Promise<OpenedStore> {
  const isOne = await stat(path).then(
    (found) => found.isFile(),
    (thrown: unknown) => {
      if (role === 'read' || errnoOf(thrown) !== 'ENOENT') throw thrown;
      return path.toLowerCase().endsWith(syntax.extension);
    },
  );
  if (role === 'write') await mkdir(isOne ? dirname(path) : path, { recursive: true, mode: 0o700 });
  const root = isOne ? join(await realpath(dirname(path)), basename(path)) : await realpath(path);
  const catalog = new FolderCatalog(root, syntax, { isFile: isOne });
  if (isOne) {
    const index = await catalog.index(root, 'collection');
    const unreadable = index?.isForeign === false ? index.objects.find((one) => one.key === '')?.error : undefined;
    if (unreadable !== undefined) throw new SternaError('config', unreadable.code, unreadable.message);
    if (
      index?.isForeign === true &&
      !(role === 'write' && (await stat(root)).size === 0) &&
      !isEmptyBook(index, syntax)
    )
      throw notThese(syntax, `The file holds no ${syntax.holds}`);
    return { store: new FileStore(root, syntax), root, capabilities: fileCapabilities(root, syntax) };
  }
  if (role === 'read' && (await catalog.folders()).length === 0)
    throw notThese(syntax, `The folder holds no ${syntax.extension} files`);
  return { store: new FolderStore(root, syntax), root, capabilities: folderCapabilities(root, syntax.kinds) };
}

/** A book without cards is an empty file. */
const isEmptyBook = (index: FileIndex, syntax: Syntax): boolean =>
  syntax.extension === '.vcf' && index.objects.length === 0;

const notThese = ({ extension }: Syntax, what: string): SternaError =>
  new SternaError('config', `no-${extension.slice(1)}-objects`, what, {
    field: 'path',
    fix: `Give ${extension === '.ics' ? 'an .ics' : 'a .vcf'} file, or a folder that holds some; its sub-folders are searched too.`,
  });

/** Folders of an unpacked Google Takeout; to be read, never to be written. */
async function openTakeout(path: string, role: 'read' | 'write'): Promise<OpenedStore> {
  if (role === 'write')
    throw new SternaError('config', 'takeout-read-only', 'A Google Takeout can only be read', {
      field: 'path',
      fix: 'Write archive:PATH, which holds all kinds.',
    });
  const root = await realpath(path);
  const parts = await takeoutParts(root);
  if (parts.length === 0)
    throw new SternaError(
      'config',
      'not-a-takeout',
      'The folder holds no mail, calendars, contacts or tasks of a Google Takeout',
      {
        field: 'path',
        fix: 'Unpack all parts of the export into one folder, and give the folder that holds “Takeout”.',
      },
    );
  const kinds: readonly ContentKind[] = ['message', 'event', 'task', 'contact'];
  const capabilities = { ...mboxCapabilities(root), kinds };
  return {
    store: new StoreOfParts(parts),
    root,
    capabilities,
    capabilitiesOf: (kind) => (kind === 'message' ? capabilities : folderCapabilities(root, kinds)),
  };
}

/** Mail as Maildir, whose containers keep the ids that they have in one; collections beside it, each kind in its folder. */
async function openBackup(root: string, role: 'read' | 'write', wanted: readonly ContentKind[]): Promise<OpenedStore> {
  const roleFor = (kind: ContentKind): 'read' | 'write' => (wanted.includes(kind) ? role : 'read');
  const mail = await partFolder(root, MAIL_FOLDER, roleFor('message'));
  const parts: StorePart<WritableStore>[] = [];
  if (mail !== undefined) parts.push({ prefix: '', kinds: ['message'], store: await openMaildir(mail, role, true) });
  for (const [kind, name] of Object.entries(COLLECTION_FOLDERS) as [keyof typeof COLLECTION_FOLDERS, string][]) {
    const folder = await partFolder(root, name, roleFor(kind));
    if (folder !== undefined)
      parts.push({
        prefix: `${name}/`,
        kinds: [kind],
        store: new FolderStore(folder, SYNTAX_OF[kind], [kind]),
      });
  }
  const capabilities = { ...maildirCapabilities(join(root, MAIL_FOLDER)), kinds: KINDS };
  return {
    store: new WritableParts(parts),
    root,
    capabilities,
    capabilitiesOf: (kind) => (kind === 'message' ? capabilities : folderCapabilities(root, KINDS)),
  };
}

const SYNTAX_OF: Readonly<Record<keyof typeof COLLECTION_FOLDERS, Syntax>> = {
  event: ICS,
  task: ICS,
  contact: VCF,
  setting: jsonFile('setting', 'setting'),
  member: jsonFile('member', 'membership'),
  listItem: jsonFile('listItem', 'list item'),
  page: jsonFile('page', 'page'),
  post: jsonFile('post', 'post'),
};

/** @returns undefined where there is none to be read */
async function partFolder(root: string, name: string, role: 'read' | 'write'): Promise<string | undefined> {
  const folder = join(root, name);
  if (role === 'write') await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder).catch((thrown: unknown) => {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  });
  if (found?.isSymbolicLink() === true)
    throw new SternaError('config', 'symlink-refused', `The folder ${name} of the backup is a symbolic link`);
  return found === undefined ? undefined : folder;
}

const OBJECTS = {
  ...SHARED,
  // Meaning is kept to the letter; a line end at the end of a file may be added.
  bytes: 'exact',
  dateKept: false,
  moves: false,
  keywords: 'none',
} as const;

export const folderCapabilities = (root: string, kinds: readonly ContentKind[]): Capabilities => ({
  ...OBJECTS,
  kinds,
  settle: 'reserved-id',
  evidence: {
    settle: 'the file name is chosen before it is written',
    delta: 'one listing of files per folder; those that were written since are read',
    path: root,
  },
});

const fileCapabilities = (root: string, { kinds }: Syntax): Capabilities => ({
  ...OBJECTS,
  kinds,
  settle: 'read-back',
  // A batch writes the whole file anew.
  batch: { objects: 1_000, bytes: 16 * 1024 * 1024, inFlight: 1 },
  evidence: {
    settle: 'the file is read back: a batch is in it as a whole, or not at all',
    delta: 'the file is read again when its size or time changed',
    path: root,
  },
});

/** The path is the user's own input: an error about it says which one it was. */
function named(error: SternaError, path: string): SternaError {
  if (error.class !== 'config' && error.class !== 'auth') return error;
  return new SternaError(error.class, error.code, `${path}: ${error.message}.`, {
    field: error.field ?? 'path',
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    details: error.details,
    cause: error.cause,
  });
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

const notAnMbox = (): SternaError =>
  new SternaError('config', 'not-an-mbox', 'There is no mbox at the path', {
    field: 'path',
    fix: 'Give an mbox file, which begins with "From " and a date, or a folder that holds some.',
  });

const notAFolder = (): SternaError =>
  new SternaError('config', 'no-eml-files', 'The path is no folder with .eml files', {
    field: 'path',
    fix: 'Give the folder that holds them; its sub-folders are searched too.',
  });

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

const mboxCapabilities = (root: string): Capabilities => ({
  ...SHARED,
  settle: 'read-back',
  moves: false,
  keywords: 'all',
  evidence: {
    settle: 'a batch counts once the journal beside the file says so',
    delta: 'the file is read again when its size or time changed',
    keywords: 'in the journal beside the file',
    path: root,
  },
});

const emlCapabilities = (root: string): Capabilities => ({
  ...SHARED,
  settle: 'reserved-id',
  moves: true,
  keywords: 'all',
  evidence: {
    settle: 'the file name is chosen before it is written',
    delta: 'one listing of file names per folder',
    keywords: 'in .sterna.jsonl beside the files',
    path: root,
  },
});
