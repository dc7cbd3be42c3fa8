import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SternaError } from '@sterna/core';
import pg from 'pg';
import { findBinaries, type PostgresBinaries, reachableBinaries } from './embedded-postgres-binaries.ts';
import {
  checkTraversable,
  DATABASE_NAME,
  type DatabaseFolder,
  ensureCreated,
  lastLine,
  locateFolder,
  prepareSocketDir,
  readPassword,
} from './embedded-postgres-folder.ts';
import { clearStaleLock, isRunning, logSince, logSize, readLock, startServer } from './embedded-postgres-process.ts';
import { chooseServerUser, type ServerUser } from './embedded-postgres-user.ts';

/** How to reach the running server. */
export interface EmbeddedServer {
  readonly socketDir: string;
  readonly password: string;
  readonly folder: DatabaseFolder;
  /** Ends this process's part; the last process to do so stops the server. */
  release(): Promise<void>;
}

/**
 * Every process that uses the server holds this advisory lock shared, in the database `postgres`, on a connection of
 * its own. Whoever gets it exclusively is alone and may stop the server. A killed process's connection ends with it,
 * so nothing has to be cleaned up.
 */
const PRESENCE_LOCK = 0x57e2_4a01;
const PRESENCE_NAME = 'sterna presence';

/** Without any answer from a server, starting is given up after this time. Recovery after a crash answers. */
const START_LIMIT_MS = 60_000;
const RECOVERY_LIMIT_MS = 30 * 60_000;

/**
 * Makes the database in `dataDir/postgres` if there is none, starts its server unless it runs, and joins it.
 * As long as the server is not released, it is started again if it dies.
 *
 * @param notice gets one line for a person when something out of the ordinary was done
 * @throws SternaError config: see the parts; `database-start-failed`; auth `database-login-refused`
 */
export async function joinEmbeddedServer(
  dataDir: string,
  notice: (text: string) => void = () => {},
): Promise<EmbeddedServer> {
  const folder = await locateFolder(dataDir);
  const user = chooseServerUser(folder.data);
  if (user) checkTraversable(folder, user);
  const caches = ['/var/cache/sterna', join(folder.dataDir, 'cache')];
  const binaries = await reachableBinaries(await findBinaries(), user, caches);
  await ensureCreated(folder, binaries, user);
  const session: Session = { folder, binaries, user, password: await readPassword(folder), notice };
  const presence = new Presence(session);
  await presence.join();
  return {
    socketDir: folder.socketDir,
    password: session.password,
    folder,
    release: () => presence.release(),
  };
}

interface Session {
  readonly folder: DatabaseFolder;
  readonly binaries: PostgresBinaries;
  readonly user: ServerUser | undefined;
  readonly password: string;
  readonly notice: (text: string) => void;
}

/** This process's share in the server. */
class Presence {
  readonly #session: Session;
  readonly #released = new AbortController();
  #client: pg.Client | undefined;
  #rejoining: Promise<void> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  async join(): Promise<void> {
    const client = await connectOrStart(this.#session, this.#released.signal);
    this.#client = client;
    client.once('end', () => {
      if (!this.#released.signal.aborted) this.#rejoining = this.#rejoin();
    });
    // Only the pool keeps the program running.
    referable(client).unref();
  }

  /** The server died under us. Whoever notices first starts it again. */
  async #rejoin(): Promise<void> {
    const { signal } = this.#released;
    this.#session.notice('The database server has ended unexpectedly; starting it again.');
    for (let delay = 100; !signal.aborted; delay = Math.min(delay * 2, 5000)) {
      try {
        await this.join();
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#session.notice(`The database server can't be started: ${(error as Error).message}`);
        await sleep(delay, undefined, { ref: false, signal }).catch(() => {});
      }
    }
  }

  async release(): Promise<void> {
    if (this.#released.signal.aborted) return;
    this.#released.abort();
    await this.#rejoining;
    const client = this.#client;
    if (client === undefined) return;
    try {
      referable(client).ref();
      await client.query('select pg_advisory_unlock_shared($1)', [PRESENCE_LOCK]);
      const { rows } = await client.query('select pg_try_advisory_lock($1) as alone', [PRESENCE_LOCK]);
      // The lock is held until the server is down: nobody can join a server that is about to stop.
      if (rows[0]?.alone === true && (await isUnused(client))) await stopServer(this.#session.folder);
    } catch {
      // The server is gone already.
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/**
 * Whether no other client is connected. One may be without presence: it connected by URL, or its server has just been
 * started again and its presence is on the way. Our own pool's connections need a moment to go.
 */
async function isUnused(client: pg.Client): Promise<boolean> {
  for (const limit = Date.now() + 500; Date.now() < limit; await sleep(10)) {
    const { rowCount } = await client.query(
      `select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
        and application_name <> $1`,
      [PRESENCE_NAME],
    );
    if (rowCount === 0) return true;
  }
  return false;
}

/** Documented by pg, but not declared in its types. */
function referable(client: pg.Client): { ref(): void; unref(): void } {
  return client as unknown as { ref(): void; unref(): void };
}

/** Stops the server as PostgreSQL's own "fast" mode does, and waits until it is down. */
async function stopServer(folder: DatabaseFolder): Promise<void> {
  const lock = await readLock(folder);
  if (lock === undefined) return;
  process.kill(lock.pid, 'SIGINT');
  const limit = Date.now() + START_LIMIT_MS;
  let exitLimit = limit;
  while (Date.now() < exitLimit && isRunning(lock.pid)) {
    await sleep(5);
    // The lock goes last but for the process itself, whose id some other program may get.
    if (exitLimit === limit && (await readLock(folder))?.pid !== lock.pid) exitLimit = Date.now() + 1000;
  }
}

/** @returns a connection that holds the presence lock */
async function connectOrStart(session: Session, signal: AbortSignal): Promise<pg.Client> {
  const { folder } = session;
  let child: ChildProcess | undefined;
  let logStart = 0;
  let limit = Date.now() + START_LIMIT_MS;
  const lastLimit = Date.now() + RECOVERY_LIMIT_MS;
  for (;;) {
    signal.throwIfAborted();
    const attempt = await tryConnect(session);
    if (attempt instanceof pg.Client) return attempt;
    // It answers that it is starting, recovering or stopping. That may take long, and must not be cut short.
    if (attempt === 'busy') limit = Math.min(Date.now() + START_LIMIT_MS, lastLimit);
    if (Date.now() > limit) throw startFailed(session, logSince(folder, logStart));
    const hasEnded = child !== undefined && (child.exitCode !== null || child.signalCode !== null || !child.pid);
    if (attempt === 'absent' && (child === undefined || hasEnded)) {
      if (hasEnded && !(await mayTryAgain(session, logSince(folder, logStart)))) {
        throw startFailed(session, logSince(folder, logStart));
      }
      await prepareSocketDir(folder, session.user);
      logStart = logSize(folder);
      child = startServer(folder, session.binaries, session.user);
    }
    await sleep(attempt === 'absent' ? 10 : 50);
  }
}

/** Whether a server that ended at once is worth another try, having done what could be done about it. */
async function mayTryAgain({ folder, notice }: Session, log: string): Promise<boolean> {
  if (/lock file ".*" already exists/.test(log)) {
    if (await clearStaleLock(folder)) notice('Removed the lock of a database server that no longer runs.');
    // Else another process's server is just starting, or just stopping.
    await sleep(100);
    return true;
  }
  if (log.includes('pre-existing shared memory block')) {
    // Its server was killed and the last of its processes are about to notice.
    await sleep(200);
    return true;
  }
  return log.trim() === '';
}

function startFailed({ folder }: Session, log: string): SternaError {
  const reason = log.match(/FATAL: +(.*)/)?.[1] ?? lastLine(log);
  return new SternaError(
    'config',
    'database-start-failed',
    `The database server in ${folder.root} doesn't start${reason ? `: ${reason}` : '.'}`,
    { fix: `See ${folder.logFile}. Check that the disk has room and is a local one.` },
  );
}

/**
 * @returns the connection; `absent`: nobody listens; `busy`: a server that takes no one now, or is being stopped;
 *   `mute`: no sensible answer
 * @throws SternaError if what answers isn't our server
 */
async function tryConnect({ folder, password }: Session): Promise<pg.Client | 'absent' | 'busy' | 'mute'> {
  const client = new pg.Client({
    host: folder.socketDir,
    port: 5432,
    user: DATABASE_NAME,
    // Proves us to the server and, by SCRAM, the server to us.
    password,
    database: 'postgres',
    application_name: PRESENCE_NAME,
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      "select current_setting('data_directory') as data, pg_try_advisory_lock_shared($1) as joined",
      [PRESENCE_LOCK],
    );
    if (rows[0]?.data !== folder.data) throw foreignServer(folder);
    if (rows[0]?.joined === true) return client;
    await client.end();
    return 'busy';
  } catch (error) {
    client.end().catch(() => {});
    if (error instanceof SternaError) throw error;
    const code = (error as { code?: string }).code;
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return 'absent';
    if (code === '28P01' || code === '28000') throw loginRefused(folder, error);
    if (code === 'EACCES') throw foreignServer(folder);
    // Starting up, recovering or shutting down; or its end in the middle of our greeting.
    if (code === '57P03' || code === '57P01' || code === 'ECONNRESET' || code === 'EPIPE') return 'busy';
    return 'mute';
  }
}

function loginRefused(folder: DatabaseFolder, cause: unknown): SternaError {
  return new SternaError(
    'auth',
    'database-login-refused',
    `The database server in ${folder.root} refuses the password in ${folder.passwordFile}.`,
    { fix: 'Put the original password file back, from the same backup as the folder.', cause },
  );
}

function foreignServer(folder: DatabaseFolder): SternaError {
  return new SternaError(
    'config',
    'database-folder-foreign',
    `Another database server listens in ${folder.socketDir}.`,
    {
      fix: 'Stop it, or name another data folder.',
    },
  );
}
