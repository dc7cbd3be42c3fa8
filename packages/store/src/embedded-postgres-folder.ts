import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, open, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SternaError } from '@sterna/core';
import { ancestors, type PostgresBinaries } from './embedded-postgres-binaries.ts';
import { firstUnreachable, type ServerUser } from './embedded-postgres-user.ts';

/** Name of the database's user and of the database. */
export const DATABASE_NAME = 'sterna';

/** Everything in `DATA/postgres`; all paths are absolute, with symbolic links resolved. */
export interface DatabaseFolder {
  /** Sterna's data folder. */
  readonly dataDir: string;
  /** Owned by the server's user, mode 0700. */
  readonly root: string;
  /** PGDATA. */
  readonly data: string;
  /** The database's password, mode 0600. */
  readonly passwordFile: string;
  readonly logFile: string;
  /** Where the server listens; nowhere else. */
  readonly socketDir: string;
}

/** Longest path that the kernel takes for a Unix socket, in bytes (sun_path is 108 with its closing NUL). */
const LONGEST_SOCKET_PATH = 107;
const SOCKET_NAME = '/.s.PGSQL.5432';

/**
 * Makes the data folder if needed and names its parts.
 *
 * @throws SternaError config `data-folder-unusable`
 */
export async function locateFolder(dataDir: string): Promise<DatabaseFolder> {
  let real: string;
  try {
    await mkdir(dataDir, { recursive: true });
    real = await realpath(resolve(dataDir));
  } catch (cause) {
    throw new SternaError('config', 'data-folder-unusable', `Can't make or open the data folder ${resolve(dataDir)}.`, {
      fix: 'Name a folder that you may write to.',
      details: { reason: (cause as NodeJS.ErrnoException).code ?? 'unknown' },
      cause,
    });
  }
  const root = join(real, 'postgres');
  return {
    dataDir: real,
    root,
    data: join(root, 'data'),
    passwordFile: join(root, 'password'),
    logFile: join(root, 'postgres.log'),
    socketDir: socketDirFor(root),
  };
}

/** In the folder itself, or, where that path is too long for the kernel, at a short one derived from it. */
export function socketDirFor(root: string): string {
  const own = join(root, 'run');
  if (Buffer.byteLength(own + SOCKET_NAME) <= LONGEST_SOCKET_PATH) return own;
  return `/tmp/sterna-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`;
}

/**
 * Makes the socket's folder, for the server's user alone. Outside our own folder somebody else may have made it
 * first, to catch our passwords; so its owner and mode are checked.
 *
 * @throws SternaError config `socket-folder-foreign`
 */
export async function prepareSocketDir(folder: DatabaseFolder, user: ServerUser | undefined): Promise<void> {
  const { socketDir } = folder;
  try {
    await mkdir(socketDir, { mode: 0o700 });
    if (user) await chown(socketDir, user.uid, user.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const stat = await lstat(socketDir);
  const owner = user?.uid ?? process.getuid?.();
  if (stat.isDirectory() && stat.uid === owner && (stat.mode & 0o077) === 0) return;
  // Killed between mkdir and chown.
  if (stat.isDirectory() && stat.uid === 0 && process.getuid?.() === 0 && user) {
    await chown(socketDir, user.uid, user.gid);
    return;
  }
  throw new SternaError('config', 'socket-folder-foreign', `The folder ${socketDir} belongs to another user.`, {
    fix: `Remove it, or use a data folder with a shorter path than ${folder.dataDir}.`,
  });
}

/**
 * Checks that the server's user can enter every folder above the database.
 *
 * @throws SternaError config `data-folder-not-traversable`, which names the folder
 */
export function checkTraversable(folder: DatabaseFolder, user: ServerUser): void {
  const closed = firstUnreachable(ancestors(folder.dataDir), user);
  if (closed === undefined) return;
  throw new SternaError(
    'config',
    'data-folder-not-traversable',
    `PostgreSQL can't run as root, so it runs as the user "${user.name}", who may not enter ${closed}.`,
    {
      fix: `Put the data elsewhere (--data /var/lib/sterna), or let others pass through that folder (chmod o+x '${closed}').`,
      details: { folder: closed, user: user.name },
    },
  );
}

/**
 * Creates the database's files unless they exist. They are made aside and renamed into place, so a crash leaves
 * nothing half made, and of two processes that do it at the same time one wins and the other takes the winner's.
 *
 * @throws SternaError config `database-folder-foreign`, `database-folder-version`, `database-create-failed`
 */
export async function ensureCreated(
  folder: DatabaseFolder,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
): Promise<void> {
  if (await isCreated(folder, binaries.major)) return;
  await removeAbandoned(folder.dataDir);
  const fresh = join(folder.dataDir, `.postgres-new-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(fresh, { mode: 0o700 });
    const passwordFile = join(fresh, 'password');
    await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
    if (user) {
      await chown(passwordFile, user.uid, user.gid);
      await chown(fresh, user.uid, user.gid);
    }
    await initdb(binaries, join(fresh, 'data'), passwordFile, user);
    await rename(fresh, folder.root).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    await syncFolder(folder.dataDir);
  } catch (cause) {
    if (cause instanceof SternaError) throw cause;
    throw new SternaError('config', 'database-create-failed', `Can't make the database in ${folder.root}.`, {
      fix: 'Check that the folder can be written and that its disk has room.',
      details: { reason: (cause as NodeJS.ErrnoException).code ?? 'unknown' },
      cause,
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  if (!(await isCreated(folder, binaries.major))) throw foreign(folder);
}

async function isCreated(folder: DatabaseFolder, major: number): Promise<boolean> {
  let version: string;
  try {
    version = (await readFile(join(folder.data, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'EPERM') throw notOurs(folder);
    const entries = await readdir(folder.root).catch(() => []);
    if (entries.length > 0) throw foreign(folder);
    return false;
  }
  if (version === String(major)) return true;
  throw new SternaError(
    'config',
    'database-folder-version',
    `The database in ${folder.root} was made by PostgreSQL ${version}, and this Sterna brings PostgreSQL ${major}.`,
    { fix: 'Use the Sterna version that made it, or move the data with pg_dump and pg_restore.' },
  );
}

function foreign(folder: DatabaseFolder): SternaError {
  return new SternaError(
    'config',
    'database-folder-foreign',
    `${folder.root} holds something that isn't Sterna's database.`,
    {
      fix: 'Move it away, or name another data folder.',
    },
  );
}

function notOurs(folder: DatabaseFolder): SternaError {
  return new SternaError('config', 'database-folder-refused', `You may not read the database in ${folder.root}.`, {
    fix: 'Run Sterna as the user who made it (root, perhaps), or name another data folder.',
  });
}

/** @throws SternaError config `database-folder-refused`, `database-folder-foreign` */
export async function readPassword(folder: DatabaseFolder): Promise<string> {
  try {
    // Somebody may have copied the folder with other rights.
    const password = (await readFile(folder.passwordFile, 'utf8')).trim();
    const { mode } = await lstat(folder.passwordFile);
    if ((mode & 0o077) !== 0) await chmod(folder.passwordFile, 0o600);
    return password;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === 'ENOENT' ? foreign(folder) : notOurs(folder);
  }
}

async function initdb(
  binaries: PostgresBinaries,
  data: string,
  passwordFile: string,
  user: ServerUser | undefined,
): Promise<void> {
  const flags = [
    `--pgdata=${data}`,
    `--username=${DATABASE_NAME}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same order and case rules on every machine, whatever locales it has.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ];
  const child = spawn(join(binaries.root, 'bin', 'initdb'), flags, {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: '/',
    env: serverEnvironment(),
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-2000);
  });
  const status = await new Promise<number | string>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => done(code ?? signal ?? 'unknown'));
  });
  if (status === 0) return;
  throw new SternaError('config', 'database-create-failed', `initdb ended with ${status}: ${lastLine(errors)}`, {
    fix: 'Check that the disk has room and that the data folder is on a local file system.',
  });
}

/** Nothing of ours, so that the server is the same whoever starts it. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}

/** What processes killed during initdb left behind. Their ids may belong to other containers, hence the age. */
async function removeAbandoned(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith('.postgres-new-')) continue;
    const path = join(dataDir, name);
    const stat = await lstat(path).catch(() => undefined);
    if (stat && Date.now() - stat.mtimeMs > 10 * 60_000) await rm(path, { recursive: true, force: true });
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
