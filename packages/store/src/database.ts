import { SternaError } from '@sterna/core';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { type EmbeddedServer, joinEmbeddedServer } from './embedded-postgres.ts';
import { DATABASE_NAME } from './embedded-postgres-folder.ts';
import { moveMarks, refuseMoved } from './moved-mark.ts';

export interface OpenDatabaseOptions {
  /** `postgresql://…` of a server of the user's own, 15 or newer. Goes before `dataDir`. The caller reads DATABASE_URL. */
  readonly url?: string | undefined;
  /** Sterna's data folder, made if missing: the embedded PostgreSQL lives in its subfolder `postgres`. */
  readonly dataDir?: string | undefined;
  /** Shown in pg_stat_activity. `sterna` unless told. */
  readonly applicationName?: string | undefined;
  /** Most connections of this process at a time, besides one that guards the embedded server. 10 unless told. */
  readonly maxConnections?: number | undefined;
  /** For the one that moves databases: also those that were moved elsewhere, or are on their way. */
  readonly evenIfMoved?: boolean | undefined;
  /** Gets a line for a person's eyes when something out of the ordinary was done, such as clearing a lock. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

export interface Database {
  /**
   * Values come as: bigint (int8, count) → number, and an error beyond ±2^53; numeric (sum of bigint!) → string;
   * timestamptz → Date; bytea → Buffer; json and jsonb → parsed.
   */
  readonly pool: pg.Pool;
  /** The same connections, as a query builder. */
  // biome-ignore lint/suspicious/noExplicitAny: the tables' types come with the repositories
  readonly kysely: Kysely<any>;
  readonly kind: 'embedded' | 'external';
  /** For logs and people: where the database is, without the password. */
  readonly place: string;
  /** For other programs of ours. Secret: never log it (it is left out of JSON and of inspection). */
  readonly url: string;
  /** server_version_num: 180004 */
  readonly serverVersion: number;
  /** Waits until all connections are given back; stops the embedded server if no other process uses it. */
  close(): Promise<void>;
}

/** The oldest PostgreSQL that the tests run on. */
const OLDEST_MAJOR = 15;

/**
 * Opens the database and checks that it can be used. Makes no tables: see `migrate`.
 *
 * A connection that breaks later fails its queries, never the process; the pool connects anew, and an embedded server
 * that died is started again.
 *
 * @throws SternaError config `database-not-named`, `database-url-invalid`, `database-too-old`, `database-read-only`,
 *   `database-missing`, `database-encoding`, `database-moved`, `database-moving`; auth `database-login-refused`; transient `database-unreachable`; those of
 *   `joinEmbeddedServer`
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const name = options.applicationName ?? 'sterna';
  const max = options.maxConnections ?? 10;
  if (options.url !== undefined && options.url !== '') {
    const place = placeOf(options.url);
    const pool = makePool({ connectionString: options.url, application_name: name, max });
    return check(pool, options, { kind: 'external', place, url: options.url, close: async () => {} });
  }
  if (options.dataDir === undefined || options.dataDir === '') {
    throw new SternaError('config', 'database-not-named', 'No data folder and no database address was given.', {
      fix: 'Name a data folder (--data), or set DATABASE_URL.',
    });
  }
  const server = await joinEmbeddedServer(options.dataDir, options.onNotice);
  try {
    await ensureDatabase(server);
    const place = server.folder.root;
    const pool = makePool({ ...addressOf(server), database: DATABASE_NAME, application_name: name, max });
    return await check(pool, options, { kind: 'embedded', place, url: urlOf(server), close: () => server.release() });
  } catch (error) {
    await server.release();
    throw error;
  }
}

function addressOf(server: EmbeddedServer): pg.ClientConfig {
  return { host: server.socketDir, port: 5432, user: DATABASE_NAME, password: server.password };
}

function urlOf(server: EmbeddedServer): string {
  const query = new URLSearchParams({ host: server.socketDir });
  // A space as + isn't understood by every client.
  return `postgresql://${DATABASE_NAME}:${server.password}@localhost:5432/${DATABASE_NAME}?${query.toString().replaceAll('+', '%20')}`;
}

function makePool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ connectionTimeoutMillis: 15_000, keepAlive: true, types: TYPES, ...config });
  // Holds the password; pg itself hides only its own copy of it.
  Object.defineProperty(pool.options, 'connectionString', { value: config.connectionString, enumerable: false });
  // A broken connection shows in the query that needs it. Without handlers Node would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  return pool;
}

/** As pg's own, but bigint comes as a number. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary' && oid === INT8) return parseInt8;
    if (format !== 'binary' && oid === INT8_ARRAY) return parseInt8Array;
    return pg.types.getTypeParser(oid, format as 'text');
  }) as typeof pg.types.getTypeParser,
};
const INT8 = 20;
const INT8_ARRAY = 1016;

function parseInt8(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new SternaError('bug', 'bigint-out-of-range', 'The database returned a number beyond 2^53.');
}

function parseInt8Array(text: string): (number | null)[] {
  const parts = text === '{}' ? [] : text.slice(1, -1).split(',');
  return parts.map((part) => (part === 'NULL' ? null : parseInt8(part)));
}

/** Two processes may do this at the same time. */
async function ensureDatabase(server: EmbeddedServer): Promise<void> {
  const client = new pg.Client({ ...addressOf(server), database: 'postgres', application_name: 'sterna setup' });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE_NAME]);
    if (rowCount === 0) await client.query(`create database ${DATABASE_NAME}`);
  } catch (error) {
    const code = (error as { code?: string }).code;
    // duplicate_database, or unique_violation when both were at the same point
    if (code !== '42P04' && code !== '23505') throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

type Origin = Pick<Database, 'kind' | 'place' | 'url' | 'close'>;

async function check(pool: pg.Pool, { evenIfMoved }: OpenDatabaseOptions, origin: Origin): Promise<Database> {
  const { place } = origin;
  try {
    const { rows } = await pool.query(
      `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
        current_setting('transaction_read_only')::bool as "readOnly", pg_is_in_recovery() as standby`,
    );
    const server = rows[0] as { version: number; encoding: string; readOnly: boolean; standby: boolean };
    if (server.version < OLDEST_MAJOR * 10_000) throw tooOld(place, server.version);
    if (server.readOnly || server.standby) throw readOnly(place, server.standby);
    if (server.encoding !== 'UTF8') throw badEncoding(place, server.encoding);
    if (evenIfMoved !== true) refuseMoved(place, await moveMarks(pool));
    return assemble(pool, origin, server.version);
  } catch (error) {
    await pool.end().catch(() => {});
    throw inWords(error, place);
  }
}

function assemble(pool: pg.Pool, origin: Origin, serverVersion: number): Database {
  let closing: Promise<void> | undefined;
  const close = async () => {
    await pool.end();
    await origin.close();
  };
  const database = {
    pool,
    kysely: new Kysely({ dialect: new PostgresDialect({ pool }) }),
    kind: origin.kind,
    place: origin.place,
    serverVersion,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
  return Object.defineProperty(database, 'url', { value: origin.url, enumerable: false }) as typeof database & {
    url: string;
  };
}

/** `host:port/database` of a URL. */
function placeOf(text: string): string {
  let url: URL;
  try {
    // libpq also takes an empty host: user@/database?host=/var/run/postgresql
    url = new URL(text.replace('@/', '@localhost/'));
  } catch {
    throw invalidUrl();
  }
  if (url.protocol !== 'postgresql:' && url.protocol !== 'postgres:') throw invalidUrl();
  const host = url.searchParams.get('host') ?? (url.hostname || 'localhost');
  return `${decodeURIComponent(host)}:${url.port || (url.searchParams.get('port') ?? '5432')}${decodeURIComponent(url.pathname)}`;
}

function invalidUrl(): SternaError {
  return new SternaError('config', 'database-url-invalid', 'The database address is not a PostgreSQL URL.', {
    fix: 'Write DATABASE_URL as postgresql://USER:PASSWORD@HOST:5432/DATABASE, special characters percent-encoded.',
    field: 'DATABASE_URL',
  });
}

function tooOld(place: string, version: number): SternaError {
  return new SternaError(
    'config',
    'database-too-old',
    `The database server at ${place} is PostgreSQL ${Math.floor(version / 10_000)}; Sterna needs ${OLDEST_MAJOR} or newer.`,
    { fix: 'Upgrade the server, or leave DATABASE_URL out to use the embedded one.', field: 'DATABASE_URL' },
  );
}

function readOnly(place: string, isStandby: boolean): SternaError {
  return new SternaError(
    'config',
    'database-read-only',
    `The database at ${place} takes no writes${isStandby ? ': the server is a standby' : ''}.`,
    {
      fix: isStandby
        ? 'Point DATABASE_URL at the primary server.'
        : "Switch off default_transaction_read_only for Sterna's user and database.",
      field: 'DATABASE_URL',
    },
  );
}

function badEncoding(place: string, encoding: string): SternaError {
  return new SternaError(
    'config',
    'database-encoding',
    `The database at ${place} is encoded in ${encoding}, not UTF8.`,
    {
      fix: "Create one for Sterna: create database sterna encoding 'UTF8' template template0",
      field: 'DATABASE_URL',
    },
  );
}

/** A failure to connect, as what the user can do about it. pg's own messages are not shown: they may quote the URL. */
function inWords(error: unknown, place: string): Error {
  if (error instanceof SternaError) return error;
  const code = (error as { code?: string }).code ?? '';
  const field = 'DATABASE_URL';
  if (code === '28P01' || code === '28000') {
    return new SternaError('auth', 'database-login-refused', `The database server at ${place} refused the login.`, {
      fix: 'Check the user name and the password in DATABASE_URL, and pg_hba.conf on the server.',
      field,
      cause: error,
    });
  }
  if (code === '3D000') {
    return new SternaError('config', 'database-missing', `There is no such database: ${place}.`, {
      fix: 'Create it (createdb -E UTF8 NAME), or correct DATABASE_URL.',
      field,
      cause: error,
    });
  }
  if (code === '53300') {
    return new SternaError('transient', 'database-full', `The database server at ${place} has no connection left.`, {
      fix: 'Raise max_connections on the server, or end other programs that use it.',
      cause: error,
    });
  }
  const reason = code || ((error as Error).message?.includes('timeout') ? 'no answer in time' : 'connection failed');
  return new SternaError(
    'transient',
    'database-unreachable',
    `The database server at ${place} can't be reached (${reason}).`,
    {
      fix: 'Check the host and port in DATABASE_URL, and that the server runs and can be reached from here.',
      field,
      cause: error,
    },
  );
}
