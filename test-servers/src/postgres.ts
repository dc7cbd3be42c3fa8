/** Debian's PostgreSQL 15 with an empty database, in a folder of its own, with durability on. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { mountDisk, type OwnDisk } from './disk.ts';
import {
  Family,
  freePort,
  makeFolder,
  removeFolder,
  requireRoot,
  sleep,
  systemUser,
  tail,
  untilReady,
} from './instance.ts';

const BIN = '/usr/lib/postgresql/15/bin';
/** As scripts/install-servers.sh has it. */
const CACHE = '/var/cache/sterna-test';

export interface PostgresOptions {
  /** default true: what was committed survives a kill (and a power failure, as far as the disk is honest) */
  fsync?: boolean;
  /** Further settings, as `{ max_connections: '50' }`. */
  settings?: Record<string, string>;
  /** Made at start; default `sterna`. */
  database?: string;
  /** The data has a file system of its own, of so many megabytes (in memory), which `disk` can fill. */
  diskMegabytes?: number;
}

export interface Postgres {
  /** `postgres://postgres@127.0.0.1:PORT/sterna`; no password. */
  readonly url: string;
  /** The same, over the unix socket. */
  readonly socketUrl: string;
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  readonly pid: number | undefined;
  /** Of the data; undefined without `diskMegabytes`. */
  readonly disk: OwnDisk | undefined;
  /** Makes a further empty database (with the contents of `template`) and returns its URL. */
  createDatabase(name: string, template?: string): Promise<string>;
  /** One statement through psql, as superuser; rows as text, columns divided by `|`. */
  query(sql: string, database?: string): string[];
  pids(): number[];
  /** Ends the connections of all clients (of this database), as an administrator does; returns how many. */
  killBackends(database?: string): Promise<number>;
  /** SIGKILL for the postmaster and everything it started. `restart()` recovers. */
  kill(): Promise<void>;
  /** SIGKILL for one backend, upon which the postmaster ends all others and recovers by itself. */
  crashBackend(): Promise<void>;
  /** Ends it if it runs (open transactions are rolled back), and starts it on the same port. */
  restart(): Promise<void>;
  /** SIGSTOP for every process. */
  pause(): void;
  resume(): void;
  log(): string;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Whether the server takes sessions: a startup message is answered by R, or by E while it is still recovering. */
function takesSessions(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(false), 1000);
    socket.once('connect', () => {
      const body = Buffer.from('\0\x03\0\0user\0postgres\0database\0postgres\0\0', 'latin1');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(body.length + 4);
      socket.write(Buffer.concat([length, body]));
    });
    socket.once('data', (answer) => finish(answer[0] === 0x52));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}

/** A cluster that was made and never started, for all tests on this machine. */
function emptyCluster(owner: { uid: number; gid: number }): string {
  const made = `${CACHE}/postgres-15`;
  if (existsSync(made)) return made;
  mkdirSync(CACHE, { recursive: true });
  // Others may be making the same at this moment: the first one stays.
  const fresh = mkdtempSync(`${made}-new-`);
  try {
    chownSync(fresh, owner.uid, owner.gid);
    execFileSync(`${BIN}/initdb`, ['-D', fresh, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-sync'], {
      uid: owner.uid,
      gid: owner.gid,
      cwd: fresh,
      env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', HOME: fresh },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    renameSync(fresh, made);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(made)) throw error;
  }
  return made;
}

export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  requireRoot('PostgreSQL');
  if (!existsSync(`${BIN}/postgres`)) throw new Error('postgresql-15 is not installed: run scripts/install-servers.sh');
  const owner = systemUser('postgres');
  const folder = makeFolder('postgres');
  const data = join(folder, 'data');
  const socket = join(folder, 'socket');
  const output = join(folder, 'postgres.log');
  for (const path of [data, socket]) {
    mkdirSync(path, { mode: path === data ? 0o700 : 0o755 });
    chownSync(path, owner.uid, owner.gid);
  }
  const disk =
    options.diskMegabytes === undefined
      ? undefined
      : mountDisk(data, options.diskMegabytes, `uid=${owner.uid},gid=${owner.gid},mode=700`);
  const host = '127.0.0.1';
  const database = options.database ?? 'sterna';
  const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', HOME: folder };
  let port = 0;

  const family = new Family({
    command: `${BIN}/postgres`,
    args: ['-D', data],
    folder,
    output,
    cwd: data,
    uid: owner.uid,
    gid: owner.gid,
    env,
  });
  const start = async () => {
    family.start();
    await untilReady(family, () => takesSessions(host, port), 'PostgreSQL', 30_000);
  };
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await family.kill();
    family.dismissGuardian();
    removeFolder(folder);
  };

  try {
    // Making one takes ten times as long as copying it.
    execFileSync('cp', ['-a', `${emptyCluster(owner)}/.`, data]);
    const settings: Record<string, string> = {
      listen_addresses: host,
      unix_socket_directories: socket,
      max_connections: '60',
      shared_buffers: '64MB',
      fsync: options.fsync === false ? 'off' : 'on',
      log_timezone: 'UTC',
      timezone: 'UTC',
      ...options.settings,
    };
    for (let attempt = 1; ; attempt++) {
      port = await freePort(host);
      const lines = Object.entries({ ...settings, port: String(port) }).map(
        ([name, value]) => `${name} = '${value}'\n`,
      );
      appendFileSync(join(data, 'postgresql.conf'), lines.join('')); // the last word counts
      try {
        await start();
        break;
      } catch (error) {
        await family.kill();
        if (attempt >= 5 || !tail(output).includes('Address already in use')) throw error;
      }
    }
  } catch (error) {
    const text = tail(output);
    await stop();
    const detail = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`${error instanceof Error ? error.message : error}\n${detail}\n${text}`);
  }

  const url = (name: string) => `postgres://postgres@${host}:${port}/${name}`;
  const psql = (sql: string, name = database) =>
    execFileSync(
      'psql',
      ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', socket, '-p', String(port), '-U', 'postgres', '-d', name, '-c', sql],
      {
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
      .split('\n')
      .filter((line) => line !== '');
  const log = () => tail(output, 100_000);
  const identifier = (name: string) => `"${name.replace(/"/g, '""')}"`;
  const text = (value: string) => `'${value.replace(/'/g, "''")}'`;
  /** Other sessions of clients, in this database or all. */
  const clients = (name: string | undefined) =>
    "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()" +
    (name === undefined ? '' : ` AND datname = ${text(name)}`);

  try {
    psql(`CREATE DATABASE ${identifier(database)}`, 'postgres');
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    host,
    port,
    folder,
    disk,
    url: url(database),
    socketUrl: `postgres://postgres@/${database}?host=${socket}&port=${port}`,
    get pid() {
      return family.pid;
    },
    async createDatabase(name, template) {
      psql(`CREATE DATABASE ${identifier(name)}${template ? ` TEMPLATE ${identifier(template)}` : ''}`, 'postgres');
      return url(name);
    },
    query: psql,
    pids: () => family.processes().map((row) => row.pid),
    async killBackends(name) {
      return psql(`SELECT pg_terminate_backend(pid, 5000) ${clients(name)}`, 'postgres').length;
    },
    kill: () => family.kill(),
    async crashBackend() {
      const [pid] = psql(`SELECT pid ${clients(undefined)} LIMIT 1`, 'postgres');
      if (pid === undefined) throw new Error('no client is connected, so there is no backend to crash');
      const said = log().length;
      process.kill(Number(pid), 'SIGKILL');
      // The postmaster ends all backends, and takes sessions again once it has recovered.
      const deadline = Date.now() + 10_000;
      while (Date.now() < deadline) {
        await sleep(20);
        if (log().slice(said).includes('database system is ready') && (await takesSessions(host, port))) return;
      }
      throw new Error(`PostgreSQL did not recover from the crash of a backend\n${tail(output)}`);
    },
    async restart() {
      if (stopped) throw new Error('this PostgreSQL was stopped for good');
      await family.stop('SIGINT', 10_000); // "fast": sessions are ended, transactions rolled back
      await start();
    },
    pause: () => family.pause(),
    resume: () => family.resume(),
    log,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
