import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, statSync, truncateSync } from 'node:fs';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresBinaries } from './embedded-postgres-binaries.ts';
import { type DatabaseFolder, serverEnvironment } from './embedded-postgres-folder.ts';
import type { ServerUser } from './embedded-postgres-user.ts';

/**
 * Starts the server, which outlives this process: it may serve others, and a killed Sterna must not take it along.
 * PostgreSQL itself lets only one server start on a folder.
 */
export function startServer(
  folder: DatabaseFolder,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
): ChildProcess {
  const settings = {
    listen_addresses: '',
    port: '5432',
    unix_socket_directories: `"${folder.socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    fsync: 'on',
    full_page_writes: 'on',
    max_connections: '200',
    // Three helper processes fewer; the working set is in memory.
    io_method: 'sync',
    // Names and addresses of people don't belong into a log that nobody looks after.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openLog(folder.logFile);
  try {
    const child = spawn(join(binaries.root, 'bin', 'postgres'), ['-D', folder.data, ...flags], {
      // A session of its own: Ctrl-C in our terminal isn't meant for it.
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: serverEnvironment(),
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    child.on('error', () => {});
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

const LOG_LIMIT = 10 * 1024 * 1024;

function openLog(path: string): number {
  const log = openSync(path, 'a', 0o600);
  try {
    if (statSync(path).size > LOG_LIMIT) truncateSync(path, 0);
  } catch {
    // A log too big is no reason not to start.
  }
  return log;
}

/** The log's size now; `logSince` reads what came after. */
export function logSize(folder: DatabaseFolder): number {
  try {
    return statSync(folder.logFile).size;
  } catch {
    return 0;
  }
}

export function logSince(folder: DatabaseFolder, offset: number): string {
  try {
    const text = readFileSync(folder.logFile);
    return text.subarray(Math.min(offset, text.length)).toString('utf8').slice(-4000);
  } catch {
    return '';
  }
}

/** `postmaster.pid`: PostgreSQL's own note of who runs on a folder. */
export async function readLock(folder: DatabaseFolder): Promise<{ pid: number; text: string } | undefined> {
  try {
    const text = await readFile(lockFile(folder), 'utf8');
    const pid = Math.abs(Number.parseInt(text, 10));
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, text } : undefined;
  } catch {
    return undefined;
  }
}

function lockFile(folder: DatabaseFolder): string {
  return join(folder.data, 'postmaster.pid');
}

/**
 * Removes a lock whose process id meanwhile belongs to some other program, which PostgreSQL can't tell from a server.
 * Left alone if that process, or any other, works in the folder.
 *
 * @returns whether the lock was removed
 */
export async function clearStaleLock(folder: DatabaseFolder): Promise<boolean> {
  const lock = await readLock(folder);
  if (lock === undefined || worksIn(lock.pid, folder.data) || isFolderInUse(folder.data)) return false;
  // Renamed and read again, because another process may have cleared it and started a server since we looked.
  const aside = join(folder.root, `stale-lock-${process.pid}`);
  try {
    await rename(lockFile(folder), aside);
  } catch {
    return false;
  }
  const isSame = (await readFile(aside, 'utf8')) === lock.text;
  if (!isSame) await link(aside, lockFile(folder)).catch(() => {});
  await rm(aside, { force: true });
  return isSame;
}

/** A server's processes have its data folder as their working directory. */
function worksIn(pid: number, data: string): boolean {
  if (!isRunning(pid)) return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === data;
  } catch (error) {
    // Of another user: not a server of ours, unless we can't know.
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return false;
  }
  const run = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return run.status !== 0 || run.stdout.includes('postgres');
}

/** Backends live on for a moment after their server was killed. */
function isFolderInUse(data: string): boolean {
  let pids: string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return false;
  }
  return pids.some((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === data;
    } catch {
      return false;
    }
  });
}

/** Not a zombie either, which some containers' first process never buries. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return true;
  }
}
