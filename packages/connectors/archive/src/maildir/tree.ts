import { chown, lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FidelityNote, SpecialUse } from '@sterna/connector-kit';
import { errnoOf } from '../errors.ts';
import { decodeUtf7, encodeUtf7, isInbox, MAX_NAME_BYTES, roleOf, safeName, samePath, shorten } from '../names.ts';
import { ownerOf, syncDirectory, writeDurably } from './folder.ts';

/**
 * `plus`: Maildir++, INBOX at the root and `.A.B` beside it; `nested`: `A/B/cur`, INBOX a folder like the others
 * (Dovecot's LAYOUT=fs, mbsync's Verbatim).
 */
export type Layout = 'plus' | 'nested';

export interface TreeFolder {
  /** Path below the root, `.` for the root itself. */
  readonly id: string;
  readonly dir: string;
  readonly path: readonly string[];
  readonly role: SpecialUse | undefined;
  /** The name on disk says all; false where our own note in the folder says what it is really called. */
  readonly plain: boolean;
}

/** What a folder is really called, where its name on disk can't say it. Beside `cur`, hidden, ignored by mail programs. */
const NAME_FILE = '.sterna-folder.json';
const SUBSCRIPTIONS = 'subscriptions';
/** Deeper than any mailbox; ends a loop of bind mounts. */
const MAX_DEPTH = 32;

export interface Scan {
  readonly layout: Layout;
  readonly folders: readonly TreeFolder[];
  /** Links and folders without rights, which nobody looked into. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

/** Every Maildir at or below `root`, sorted by id with INBOX first. Symbolic links are not followed. */
export async function scanTree(root: string): Promise<Scan> {
  const folders: TreeFolder[] = [];
  const skipped: { name: string; why: string }[] = [];
  const rootIsMaildir = await isMaildir(root);
  let dotted = false;

  const look = async (relative: string, depth: number): Promise<void> => {
    const dir = relative === '' ? root : join(root, relative);
    const entries = await readdir(dir, { withFileTypes: true }).catch((thrown: unknown) => {
      if (relative === '' || errnoOf(thrown) !== 'EACCES') throw thrown;
      skipped.push({ name: relative, why: 'no right to read it' });
      return [];
    });
    for (const entry of entries) {
      const { name } = entry;
      if (name === 'cur' || name === 'new' || name === 'tmp' || name === '..' || name === '.') continue;
      const below = relative === '' ? name : `${relative}/${name}`;
      // `.name` is a Maildir++ folder at the root and nothing of ours below it.
      if (name.startsWith('.') && relative !== '') continue;
      if (entry.isSymbolicLink()) {
        skipped.push({ name: below, why: 'a symbolic link' });
        continue;
      }
      if (!entry.isDirectory()) continue;
      const maildir = await isMaildir(join(root, below));
      if (name.startsWith('.')) {
        if (!maildir) continue;
        dotted = true;
        folders.push(await describe(root, below, name.slice(1).split('.').map(decodeUtf7)));
      } else {
        if (maildir) folders.push(await describe(root, below, below.split('/').map(decodeUtf7)));
        if (depth < MAX_DEPTH) await look(below, depth + 1);
      }
    }
  };
  await look('', 1);

  folders.sort((a, b) => (a.id < b.id ? -1 : 1));
  const nested = !rootIsMaildir && !dotted && folders.length > 0;
  if (rootIsMaildir) folders.unshift({ id: '.', dir: root, path: ['INBOX'], role: 'inbox', plain: true });
  return { layout: nested ? 'nested' : 'plus', folders, skipped };
}

/** `cur` is what makes a folder a Maildir; `new` may have been lost by a careless copy. */
async function isMaildir(dir: string): Promise<boolean> {
  return lstat(join(dir, 'cur')).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
}

async function describe(root: string, id: string, named: readonly string[]): Promise<TreeFolder> {
  const dir = join(root, id);
  const note = await readFile(join(dir, NAME_FILE), 'utf8').catch(() => undefined);
  if (note !== undefined) {
    const { path, role } = parseNote(note);
    if (path !== undefined) return { id, dir, path, role: role ?? roleOf(path), plain: false };
    if (role !== undefined) return { id, dir, path: inboxFirst(named), role, plain: true };
  }
  const path = inboxFirst(named);
  return { id, dir, path, role: roleOf(path), plain: true };
}

const inboxFirst = (path: readonly string[]): readonly string[] => (isInbox(path) ? ['INBOX'] : path);

const USES: readonly string[] = ['inbox', 'all', 'archive', 'drafts', 'flagged', 'junk', 'sent', 'trash'];

/** The note comes from disk like anything else: taken only if it has the right shape. */
function parseNote(text: string): { path?: readonly string[]; role?: SpecialUse } {
  let note: unknown;
  try {
    note = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof note !== 'object' || note === null) return {};
  const { path, role } = note as { path?: unknown; role?: unknown };
  return {
    ...(Array.isArray(path) && path.length > 0 && path.every((name) => typeof name === 'string')
      ? { path: path as string[] }
      : {}),
    ...(typeof role === 'string' && USES.includes(role) ? { role: role as SpecialUse } : {}),
  };
}

export interface NewFolderOptions {
  readonly role?: SpecialUse;
  /** Never two names that differ in case alone: the archive may be copied to a disk that can't tell them apart. */
  readonly portable: boolean;
}

/** Makes the folder for `path`, which no scanned folder has. */
export async function createFolder(
  root: string,
  scan: Scan,
  path: readonly string[],
  options: NewFolderOptions,
  notes: FidelityNote[],
): Promise<TreeFolder> {
  const atRoot = isInbox(path) && scan.layout === 'plus';
  const id = atRoot ? '.' : await freeName(root, scan, encodePath(scan.layout, path, notes), options.portable, notes);
  const dir = join(root, id);
  for (const sub of ['tmp', 'new', 'cur']) await mkdir(join(dir, sub), { recursive: true, mode: 0o700 });
  const owner = await ownerOf(root);
  if (owner !== undefined && !atRoot)
    for (const sub of ['', 'tmp', 'new', 'cur']) await chown(join(dir, sub), owner.uid, owner.gid);
  const named = scan.layout === 'plus' ? id.slice(1).split('.').map(decodeUtf7) : id.split('/').map(decodeUtf7);
  const plain = atRoot || samePath(named, path);
  const role = atRoot ? 'inbox' : (options.role ?? roleOf(path));
  if (!atRoot && scan.layout === 'plus') await writeDurably(dir, 'maildirfolder', '');
  if (!plain || (!atRoot && role !== undefined && role !== roleOf(path)))
    await writeDurably(
      dir,
      NAME_FILE,
      `${JSON.stringify({ ...(plain ? {} : { path }), ...(role === undefined ? {} : { role }) })}\n`,
    );
  await syncDirectory(dir);
  await syncDirectory(root);
  return { id, dir, path: isInbox(path) ? ['INBOX'] : path, role, plain };
}

function encodePath(layout: Layout, path: readonly string[], notes: FidelityNote[]): string {
  const nested = layout === 'nested';
  // `.` separates in Maildir++, and a nested name that begins with one would be hidden.
  const forbidden = nested ? /\/|^\.|^(?:cur|new|tmp)$/gi : /[/.]/g;
  const names = path.map((name) => encodeUtf7(safeName(name, forbidden, notes)));
  return nested
    ? names.map((name) => shorten(name, MAX_NAME_BYTES, notes)).join('/')
    : `.${shorten(names.join('.'), MAX_NAME_BYTES, notes)}`;
}

async function freeName(
  root: string,
  scan: Scan,
  wanted: string,
  portable: boolean,
  notes: FidelityNote[],
): Promise<string> {
  const fold = (id: string): string => (portable ? id.toLowerCase() : id);
  const taken = new Set(scan.folders.map((folder) => fold(folder.id)));
  for (let n = 1; ; n++) {
    const id = n === 1 ? wanted : `${wanted}~${n}`;
    if (taken.has(fold(id))) continue;
    // A folder that the scan didn't list under this very name, yet exists: the disk folds case or normalizes.
    if (await isMaildir(join(root, id))) continue;
    if (n > 1)
      notes.push({ code: 'folder-renamed', text: 'Another folder has the same name on disk; a number was added' });
    return id;
  }
}

/** Folders that a mail program shows: Dovecot's list, either version, or undefined where there is none. */
export async function readSubscriptions(root: string): Promise<((path: readonly string[]) => boolean) | undefined> {
  const text = await readFile(join(root, SUBSCRIPTIONS), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const tabbed = lines[0]?.startsWith('V\t2') === true;
  const paths = new Set(
    lines
      .slice(tabbed ? 1 : 0)
      .filter((line) => line !== '')
      .map((line) =>
        line
          .split(tabbed ? '\t' : '.')
          .map(decodeUtf7)
          .join('\0'),
      ),
  );
  return (path) => isInbox(path) || paths.has(path.join('\0'));
}

/** Adds the folder to Dovecot's list. Names on disk, so that Dovecot finds them again. */
export async function subscribe(root: string, folder: TreeFolder): Promise<void> {
  if (folder.id === '.') return;
  const file = join(root, SUBSCRIPTIONS);
  const text = await readFile(file, 'utf8').catch(() => '');
  const parts = folder.id.startsWith('.') ? folder.id.slice(1).split('.') : folder.id.split('/');
  const line = parts.join(text.startsWith('V\t2') ? '\t' : '.');
  if (text.split('\n').includes(line)) return;
  await writeDurably(root, SUBSCRIPTIONS, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`);
}
